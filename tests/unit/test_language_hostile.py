"""Whatever is typed or pasted (B71, B72, B73): an answer, never an exception, never a change."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.commands import ROUTER, understand
from bot.language.sentence import read_sentence
from bot.language.vocabulary_loader import load_vocabulary

TODAY = date(2026, 3, 18)
READING = {verb.name for verb in ROUTER if not verb.writes} | {"undo"}
"""What changes nothing, and what takes back one's own last change."""
ASKING = {"keep", "view.save"}
"""What asks which one is meant, or under which name, where nothing is said but the word."""
WORDS = (
    "show my clients set partner type of to Acme Anne me no not is a the mes sociétés dont l'associé est n' pas depuis "
    "for 3 months since March 31 known by and , : = ? ' \" « & / - <b> view save this as 2026 export excel contacts at "
    "x@y.com remove rename 2026-02-30 30/02/2026 15/02 1/13 99999 0 days"
)
PIECES = WORDS.split()


@pytest.mark.parametrize(
    "text", ["", " ", "\n", "\u200b\u200d", "\u202e", "...", "?!", "😀🎉", "<at>Carnet</at>", "<p></p>"]
)
def test_B71_nothing_at_all_gives_help(text):
    assert understand(text, "fr", TODAY).verb == "help"


@pytest.mark.parametrize(
    "text",
    [
        "show my clients " * 1_800,
        "a" * 100_000,
        "of " * 40_000,
        "\u202e" * 28_000 + "x" * 28_000,
        "x y " * 25_000,
        "'" * 5_000 + "a",
    ],
    ids=["28 kB of sense", "one word of 100k", "100k of small words", "marks and letters", "100k of letters", "quotes"],
)
def test_B71_what_nobody_types_is_not_understood(text):
    ask = understand(text, "en", TODAY)
    assert ask.verb in {"help", "unknown"}
    assert len(ask.data.get("text", "")) <= 200


def test_B71_of_a_long_paste_only_the_beginning_is_looked_at():
    sentence = read_sentence("set partner of " * 30_000, load_vocabulary(), 81)
    assert len(sentence) == 81
    assert len(sentence.text) <= 8_000


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("show Acme'; DROP TABLE companies", "Acme'; DROP TABLE companies"),
        ("show acme%", "acme"),
        ("show a_b", "a_b"),
        ('show "NEAR"', "NEAR"),
        ("show ${company.name}", "company.name"),
        ("show {{name}}", "name"),
    ],
)
def test_B72_what_means_something_elsewhere_is_a_plain_name_here(text, name):
    assert understand(text, "en", TODAY).data["name"] == name


@pytest.mark.parametrize(
    "day", ["31/12/9999", "9999-12-31", "30 February", "0/0/0000", "2026-13-45", "32/1/26", "99/99"]
)
def test_B72_a_day_that_does_not_exist_is_not_understood(day):
    ask = understand(f"clients seen since {day}", "en", TODAY)
    assert "last" not in ask.data["filter"]
    assert day in ask.data["not_understood"][0]


def test_of_days_that_do_not_exist_not_having_met_anyone_shows_nothing():
    ask = understand("clients not seen since 30 February", "en", TODAY)
    assert (ask.verb, ask.data["negations"]) == ("unknown", ["not seen since 30 February"])


@settings(max_examples=300, deadline=None)
@given(
    st.dates(), st.sampled_from(["since March", "since 29 February", "since Monday", "this year", "since last week"])
)
def test_B73_any_day_is_a_day_to_ask(today, since):
    assert understand(f"clients seen {since}", "en", today).verb == "list"


@pytest.mark.parametrize("greeting", ["Hi", "hello", "HELLO!!", "Help", "help me", "bonjour", "Aide", "<b>hello</b>"])
def test_B73_hi_hello_and_help_always_work(greeting):
    assert understand(greeting, "en", TODAY).verb in {"hello", "help"}


@pytest.mark.parametrize(
    ("text", "nearest"), [("sohw may cilens list now again", "show my clients"), ("mes vus", "mes vues")]
)
def test_B73_a_sentence_that_is_not_understood_gets_the_nearest_commands(text, nearest):
    ask = understand(f"{text} zzz", "fr" if "vus" in text else "en", TODAY)
    assert nearest in ask.data["suggestions"]
    assert len(ask.data["suggestions"]) == 3


def test_B73_suggestions_are_in_the_language_of_the_reader():
    english, french = (understand("zzz clients, oui ?", language, TODAY).data for language in ("en", "fr"))
    assert any("my" in example for example in english["suggestions"])
    assert any("mes" in example for example in french["suggestions"])


@settings(max_examples=600, deadline=None)
@given(st.text(max_size=300))
def test_B71_any_text_has_an_answer_that_changes_nothing(text):
    ask = understand(text, "en", TODAY)
    assert ask.verb in READING or (ask.verb in ASKING and not ask.data.keys() & {"name", "filter"})


@pytest.mark.parametrize("word", ["NAN", "KEEP", "save", "enregistrer", "repartage", "combien", "admins"])
def test_B71_a_word_alone_changes_nothing(word):
    ask = understand(word, "en", TODAY)
    assert ask.verb in READING or (ask.verb in ASKING and not ask.data.keys() & {"name", "filter"})


@settings(max_examples=1_000, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_B73_any_row_of_known_words_has_an_answer_and_a_change_has_what_it_needs(pieces):
    ask = understand(" ".join(pieces), "fr", TODAY)
    if ask.verb.startswith("company."):
        assert ask.data.get("name", "this")  # without a name it is what was shown last, and asked about
        assert ask.data.keys() & {"person", "type", "new_name"}


def test_an_answer_may_be_changed_without_changing_the_next_one():
    understand("my clients", "en", TODAY).data["filter"]["types"].append("court")
    assert understand("my clients", "en", TODAY).data["filter"]["types"] == ["client"]
