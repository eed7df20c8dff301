"""Every text exists in every language, with the same gaps; none is written in the code."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from babel import Locale

from bot.commands import ROUTER, understand
from bot.language import LANGUAGES, MissingTextWarning, choose_language, describe, say
from bot.language.suggestions import fill_in
from bot.language.texts import COMMANDS, FOLDER, fill, load_texts, read_tables
from bot.language.vocabulary_loader import read_phrases
from storage.lists.filters import Filter
from storage.models import Base

ROOT = Path(__file__).parents[2]
ROOMS = sorted(path.stem for path in (FOLDER / "en" / "texts").glob("*.toml"))
OTHERS = [language for language in LANGUAGES if language != "en"]
WORDS = re.compile(r"[^\W\d_]{2,},? [^\W\d_]{2,}")
READ_BY_PEOPLE = {"title", "text", "label", "placeholder", "error_message", "errorMessage", "altText", "alt_text"}
KEY = re.compile(r"[a-z_]+\.")
READ_BY_PAGES = {"pane", "demo_page", "legal"}
"""Rooms whose keys the scripts of the pages name."""
LEFT = {"list", "unknown"}
"""Verbs that the language reaches without a phrase of their own: by the clauses of a list, or by nothing else."""
NOT_FOR_PEOPLE = {
    "Carnet",  # its name in every language
    'Bearer error="invalid_token"',  # a header
    "The page is not built. Run: python -m bot.web.build\n",  # for whoever runs it from a checkout
}


def gaps(text: str | dict[str, str]) -> set[str]:
    """Return the gaps of a text; of one with plurals those that any form has."""
    forms = text.values() if isinstance(text, dict) else [text]
    return {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name is not None}


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("room", ROOMS)
def test_every_text_of_a_room_exists_in_every_language(room, language):
    english = {key for key in load_texts("en") if key.startswith(f"{room}.")}
    other = {key for key in load_texts(language) if key.startswith(f"{room}.")}
    assert english == other


@pytest.mark.parametrize("language", OTHERS)
def test_a_text_has_the_same_gaps_in_every_language(language):
    english, other = load_texts("en"), load_texts(language)
    assert {key: gaps(text) for key, text in english.items()} == {key: gaps(text) for key, text in other.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_rows_of_every_table_have_a_name(language):
    named = {key.partition(".")[2] for key in load_texts(language) if key.startswith("rows.")}
    assert named == set(Base.metadata.tables)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_and_every_gap_has_a_plain_name(language):
    for key, text in load_texts(language).items():
        forms = text.values() if isinstance(text, dict) else [text]
        assert all(isinstance(form, str) and form.strip() for form in forms), key
        assert all(name.isidentifier() for name in gaps(text)), key


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_with_plurals_names_only_plurals_of_its_language(language):
    known = set(Locale.parse(language).plural_form.tags) | {"other"}
    assert all(text.keys() <= known for text in load_texts(language).values() if isinstance(text, dict))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_one_folder_with_the_same_files(language):
    english = {path.relative_to(FOLDER / "en") for path in (FOLDER / "en").rglob("*.toml")}
    assert {path.relative_to(FOLDER / language) for path in (FOLDER / language).rglob("*.toml")} == english
    assert tomllib.loads((FOLDER / language / "language.toml").read_text(encoding="utf-8"))["name"]


def list_said() -> list[re.Pattern[str]]:
    """Give what the code names keys by: strings, and those with gaps, each of which is one word of a key."""
    said = set()
    for path in (ROOT / "bot").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            words = [part.value if isinstance(part, ast.Constant) else None for part in parts]
            if isinstance(words[0], str) and KEY.match(words[0]):
                said.add("".join(r"\w+" if word is None else re.escape(word) for word in words))
    return [re.compile(one) for one in said]


def test_every_text_is_said_somewhere():
    said = list_said()
    keys = {key for key in load_texts("en") if key.partition(".")[0] not in READ_BY_PAGES}
    called = {key: [key, key.removeprefix("cards.")] for key in keys}
    assert [key for key in keys if not any(one.fullmatch(name) for one in said for name in called[key])] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_command_stand_in_the_file_of_its_noun(language):
    nouns = {verb.name: verb.command.__module__.rpartition(".")[2] for verb in ROUTER}
    for room, table in read_tables(language, "texts"):
        assert {nouns[command["verb"]] for command in table.get(COMMANDS, [])} <= {room}


def list_modules() -> list[Path]:
    rooms = ("cards", "commands", "notices", "outlook", "teams")
    return [path for room in rooms for path in sorted((ROOT / "bot" / room).rglob("*.py"))]


def list_texts(tree: ast.AST) -> Iterator[str]:
    """Return the strings of a module that look as if people would read them.

    That is two words in a row anywhere but in docstrings and in what is raised, or any word where a card has its texts.
    """
    silent = {id(part) for node in ast.walk(tree) for quiet in list_silent(node) for part in ast.walk(quiet)}
    for node in ast.walk(tree):
        is_said = isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in silent
        if is_said and WORDS.search(node.value):
            yield node.value
        for name, value in list_named(node):
            if name in READ_BY_PEOPLE and isinstance(value, ast.Constant) and isinstance(value.value, str):
                yield from re.findall(r".*[^\W\d_].*\n?", value.value)


def list_silent(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.Raise):
        return [node]
    body = getattr(node, "body", None)
    lines = [each for each in body if isinstance(each, ast.Expr)] if isinstance(body, list) else []
    return [line for line in lines if isinstance(line.value, ast.Constant)]


def list_named(node: ast.AST) -> list[tuple[object, ast.AST]]:
    if isinstance(node, ast.Dict):
        return [(getattr(key, "value", None), value) for key, value in zip(node.keys, node.values, strict=True)]
    return [(word.arg, word.value) for word in node.keywords] if isinstance(node, ast.Call) else []


@pytest.mark.parametrize("path", list_modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_text_for_people_is_written_in_the_code(path):
    assert set(list_texts(ast.parse(path.read_text(encoding="utf-8")))) <= NOT_FOR_PEOPLE


@pytest.mark.parametrize(
    "code", ['draw("No such company")', 'draw(f"There are {n} of them")', 'Text(text="Save")', '{"title": "Undo"}']
)
def test_a_text_in_the_code_would_be_found(code):
    assert list(list_texts(ast.parse(code)))


@pytest.mark.parametrize(("count", "said"), [(0, "0 day"), (1, "1 day"), (2, "2 days"), (1234, "1,234 days")])
def test_a_count_chooses_the_plural_and_is_written_as_the_reader_writes_numbers(count, said):
    assert say("en", "language.length.day", count=count) == said.replace("0 day", "0 days")


def test_french_counts_nothing_in_the_singular():
    assert say("fr", "cards.row.count", count=0) == "0 échange"
    assert say("fr", "language.length.day", count=12345) == "12\u202f345 jours"


def test_a_text_that_nobody_wrote_is_an_error_in_tests():
    with pytest.raises(MissingTextWarning):
        say("en", "language.no_such_text")


@pytest.mark.filterwarnings("ignore::bot.language.MissingTextWarning")
def test_a_language_without_the_text_says_it_in_english_and_no_language_says_its_key():
    assert say("de", "language.type.client") == "clients"
    assert say("fr", "language.no_such_text") == "language.no_such_text"


def test_what_a_person_typed_into_a_gap_is_not_a_gap():
    assert say("en", "language.partner.person", name="{language.__class__}") == "partner {language.__class__}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Anne Martin", "d'Anne Martin"),
        ("Émilie Roussel", "d'Émilie Roussel"),
        ("Œuvres Réunies", "d'Œuvres Réunies"),
        ("Hélène Henry", "d'Hélène Henry"),
        ("Yves Roy", "d'Yves Roy"),
        ("Yann Roy", "de Yann Roy"),
        ("Hans Roy", "de Hans Roy"),
        ("Marc Lefèvre", "de Marc Lefèvre"),
    ],
)
def test_french_shortens_before_a_vowel_in_a_text_and_in_a_suggestion(name, said):
    assert say("fr", "cards.pane.known_by", names=name) == f"Connue {said}"
    suggested = fill_in("fr", ["sociétés connues de {person}"], {"person": name})
    assert suggested == (f"sociétés connues {said}",)
    assert understand(suggested[0], "fr", date(2026, 3, 18)).data["names"] == {"known_by": name}
    described = describe(Filter(not_partners=(7,)), "fr", {7: name})
    assert understand(described, "fr", date(2026, 3, 18)).data["names"] == {"not_partner": name}


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-CA", "fr"), ("fr", "fr"), ("en-GB", "en"), ("de-DE", "en"), ("", "en"), (None, "en")]
)
def test_a_locale_chooses_the_language(locale, language):
    assert choose_language(locale) == language


@pytest.mark.parametrize(
    ("default", "language"), [("fr-FR", "fr"), ("en_GB", "en"), ("de-DE", "en"), ("nonsense", "en")]
)
def test_who_says_no_locale_is_answered_in_the_language_of_their_directory(default, language):
    for locale in (None, "", "de-DE"):
        assert choose_language(locale, default) == language


@pytest.mark.parametrize("locale", ["x" * 10_000, "fr_", "--", "../en", "\0"])
def test_a_locale_that_is_none_is_english(locale):
    assert choose_language(locale) in {"en", "fr"}


PHRASES = sorted(path for path in FOLDER.glob("*/*/*.toml") if "patterns =" in path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "path", [*PHRASES, *FOLDER.glob("*/phrases/words.toml")], ids=lambda path: "/".join(path.parts[-3:])
)
def test_phrases_can_be_read_line_by_line(path):
    phrases = path.read_text(encoding="utf-8").partition("[[commands]]")
    assert [line for line in (phrases[2] or phrases[0]).splitlines() if len(line) > 140] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*/*.toml")), ids=lambda path: "/".join(path.parts[-3:]))
def test_a_change_of_a_text_can_be_reviewed(path):
    assert [line for line in path.read_text(encoding="utf-8").splitlines() if len(line) > 200] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_people_say_to_a_command_stands_in_the_file_of_its_name(language):
    for room, table in read_tables(language, "texts"):
        for verb in {command["verb"] for command in table.get(COMMANDS, ())}:
            assert ROUTER.get(verb).command.__module__ == f"bot.commands.{room}", verb


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_phrases_of_a_command_are_no_texts(language):
    assert not [key for key in load_texts(language) if key.endswith(f".{COMMANDS}")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_verb_that_the_language_may_reach_can_be_said_or_is_what_is_left(language):
    said = {command["verb"] for command in read_phrases(language)[COMMANDS]}
    assert {verb.name for verb in ROUTER if verb.said} - said == LEFT


NUMBERS = {"count", "days", "minutes", "active", "polled", "told", "total", "current"}
"""Gaps that hold whole numbers in a text that has nouns for them."""
FEWER = r"\b1 (boxes|mailboxes|companies|emails|days|minutes|others|firms|contacts|boîtes|jours|courriels|autres)\b"
OFTEN = r"\b(every|toutes les|tous les) 1\b"


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_and_nouns_agree_wherever_there_is_one_of_something(language):
    for key, text in load_texts(language).items():
        forms = [text] if isinstance(text, str) else text.values()
        gaps = {name for form in forms for _, name, _, _ in string.Formatter().parse(form) if name}
        if gaps & NUMBERS and not key.startswith(("bulk_changes.", "cards.bulk")):  # those are many by their nature
            said = say(language, key, **{name: 1 if name in NUMBERS else "x" for name in gaps})
            assert not re.search(f"{FEWER}|{OFTEN}", said), (key, said)
            many = say(language, key, **{name: 12 if name in NUMBERS else "x" for name in gaps})
            assert ("|" in many, "#" in many) == (False, False), (key, many)


def test_a_gap_says_its_number_with_the_words_that_agree_with_it():
    text = "{days:# day|# days}, {days}, {name}"
    said = [fill("en", text, {"days": days, "name": 2.5}) for days in (0, 1, 1234)]
    assert said == ["0 days, 0, 2.5", "1 day, 1, 2.5", "1,234 days, 1234, 2.5"]
    assert [fill("fr", "{days:# jour|# jours}", {"days": days}) for days in (0, 1, 2)] == [
        "0 jour",
        "1 jour",
        "2 jours",
    ]
