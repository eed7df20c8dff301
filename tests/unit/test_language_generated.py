"""Thousands of sentences put together from parts, in both languages, in any order, with typing errors."""

import random
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.commands import understand
from bot.turn import Ask
from storage.lists.filters import Filter, to_json

TODAY = date(2026, 3, 18)
PARTS = tomllib.loads((Path(__file__).parent / "sentences_generated.toml").read_text(encoding="utf-8"))
CONDITIONS = ("partner", "known_by", "last", "sort")
WRITING = ("company.", "view.", "rename", "undo", "contact.add", "contact.rename")
"""How the verbs begin that change something; opening a view does not."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
COUNT = 2_500

Case = tuple[str, dict[str, Any]]


def make_list(chance: random.Random, *, is_mixed: bool) -> Case:
    """Return a sentence that asks for a list, and the data it must give."""

    def choose(part: str) -> Any:
        return chance.choice(PARTS[chance.choice(["en", "fr"]) if is_mixed else language][part])

    language = chance.choice(["en", "fr"])
    subject, wanted = choose("subjects")
    scope, of_scope = choose("scopes")
    rows = [(part, *choose(part)) for part in chance.sample(CONDITIONS, chance.randrange(4))]
    conditions = [text for _, text, _ in rows]
    whole = scope.format(subject)
    if conditions and chance.random() < 0.2:
        text = f"{conditions[0]}, {' '.join([whole, *conditions[1:]])}"
    else:
        text = choose("openings") + chance.choice(PARTS[language]["between"][:2]).join([whole, *conditions])
    return text + choose("endings"), expect(wanted | of_scope, rows)


def expect(parts: dict[str, Any], rows: list[tuple[str, str, dict[str, Any]]]) -> dict[str, Any]:
    names = {part: says["name"] for part, _, says in rows if "name" in says}
    asked = dict(parts)
    for part, _, says in rows:
        if part == "last":
            [(how, value)] = says.items()
            asked["last"] = {"is": how, "day" if isinstance(value, str) else "days": value}
        else:
            asked |= {key: value for key, value in says.items() if key != "name"}
    asked.setdefault("scope", "firm" if names or asked.get("partner") == "me" else "mine")
    return {"filter": to_json(Filter()) | asked} | ({"names": names} if names else {})


def misspell(chance: random.Random, text: str) -> str:
    """Leave a letter out, double it, swap two or take a wrong one, in a word of six letters or more."""
    words = text.split(" ")
    long = [index for index, word in enumerate(words) if len(word) >= 6 and word.isalpha() and word.islower()]
    if not long:
        return text
    index = chance.choice(long)
    word = words[index]
    place = chance.randrange(1, len(word) - 1)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    words[index] = chance.choice(
        [
            before + after,
            before + 2 * letter + after,
            before + after[0] + letter + after[1:],
            before + chance.choice(LETTERS) + after,
        ]
    )
    return " ".join(words)


def is_right(case: Case) -> bool:
    text, wanted = case
    ask = understand(text, "en", TODAY)
    got = {key: value for key, value in ask.data.items() if key not in {"text", "is_scope_given", "or_named"}}
    return ask.verb == "list" and got == wanted


def measure(cases: Iterator[Case]) -> tuple[float, list[str]]:
    wrong = [case[0] for case in cases if not is_right(case)]
    return 1 - len(wrong) / COUNT, wrong


@pytest.mark.parametrize(
    ("errors", "is_mixed", "floor"),
    [(0, False, 0.998), (0, True, 0.998), (1, False, 0.99), (1, True, 0.99), (2, True, 0.9)],
    ids=["as it should be", "two languages", "a typing error", "two languages, a typing error", "and another one"],
)
def test_lists_put_together_from_parts_are_understood(capsys, errors, is_mixed, floor):
    chance = random.Random(20260318 + errors)
    cases = []
    for _ in range(COUNT):
        text, wanted = make_list(chance, is_mixed=is_mixed)
        for _ in range(errors):
            text = misspell(chance, text)
        cases.append((text, wanted))
    share, wrong = measure(iter(cases))
    with capsys.disabled():
        print(f"\n{COUNT} lists, {errors} typing errors, mixed {is_mixed}: {share:.2%} right; not: {wrong[:3]}")
    assert share >= floor


def list_changes() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return every change with every name: the sentence, the verb, and the data it must give."""
    people = PARTS["names"]["person"]
    for language in ("en", "fr"):
        for index, (pattern, verb, value) in enumerate(PARTS[language]["changes"]):
            for number, company in enumerate(PARTS["names"]["company"]):
                person = people[(index + number) % len(people)]
                polite = PARTS[language]["polite"]
                beginning = "" if pattern.startswith(("{", "l'")) else polite[(index + number) % len(polite)]
                text = beginning + pattern.format(company=company, person=person)
                key = "type" if verb == "company.set_type" else "person"
                yield text, verb, {"name": company.strip('"'), key: value.format(person=person)}


def get_change(text: str) -> tuple[str, dict[str, Any]]:
    ask = understand(text, "en", TODAY)
    return ask.verb, {key: value for key, value in ask.data.items() if key not in {"is_guess", "or"}}


@pytest.mark.parametrize("change", [*list_changes()], ids=lambda change: change[0])
def test_a_change_keeps_names_as_they_are(change):
    text, verb, wanted = change
    assert get_change(text) == (verb, wanted)


def test_a_change_with_a_typing_error_is_the_same_change_or_none():
    chance = random.Random(7)
    for text, verb, wanted in list_changes():
        for _ in range(4):
            misspelt = misspell(chance, text)
            got_verb, got = get_change(misspelt)
            if got_verb.startswith("company."):
                assert (got_verb, got) == (verb, wanted), misspelt


def is_change(ask: Ask) -> bool:
    return ask.verb.startswith(WRITING) and ask.verb != "view.open" and not ask.data.get("is_guess")


def test_no_question_of_the_table_becomes_a_change_by_a_typing_error():
    chance = random.Random(5)
    table = tomllib.loads((Path(__file__).parent / "sentences.toml").read_text(encoding="utf-8"))["sentences"]
    questions = [text for text, verb, _ in table if not verb.startswith(WRITING)]
    misspelt = [misspell(chance, text) for text in questions for _ in range(4)]
    assert [text for text in misspelt if is_change(understand(text, "en", TODAY))] == []


@pytest.mark.parametrize(
    "denial",
    [
        "don't {}",
        "do not {}",
        "never {}",
        "please don't {}",
        "I would not {}",
        "why should I {}",
        "what if we {}",
        "ne {} pas",
    ],
)
def test_a_change_that_is_denied_or_only_thought_of_is_none(denial):
    for text, _, _ in list_changes():
        assert not get_change(denial.format(text))[0].startswith("company."), text
