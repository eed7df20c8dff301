"""A sentence of every pattern of the grammar: chosen words in the place of classes, choices and slots."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.language.patterns import expand
from bot.language.vocabulary_loader import read_phrases, split_lines
from bot.turn import Language

_PART = re.compile(r"[()|?]|<[\w.]+>|\{\w+\}|[^\s()|?<>{}]+")
WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "name": "Acme Industries",
        "new_name": "Brand New",
        "person": "Marc Lefèvre",
        "text": "carver",
        "list": "all my clients",
        "address": "jean@acme.example",
        "year": "2026",
        "month": "March",
        "weekday": "Monday",
        "date": "3 March 2026",
        "number": "3",
    },
    "fr": {
        "name": "Acme Industries",
        "new_name": "Tout Neuf",
        "person": "Marc Lefèvre",
        "text": "carver",
        "list": "tous mes clients",
        "address": "jean@acme.example",
        "year": "2026",
        "month": "mars",
        "weekday": "lundi",
        "date": "3 mars 2026",
        "number": "3",
    },
}
"""What stands in the slots that no list of values fills; the rest is chosen from the phrases of the language."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, and the pattern that it follows."""

    verb: str
    pattern: str
    text: str


def list_sentences(language: Language, seed: int = 13) -> Iterator[Sentence]:
    """Give one sentence of every pattern of every command and every clause of a list."""
    tables, chance = read_phrases(language), random.Random(seed)  # no secret
    for kind, named in (("commands", "verb"), ("clauses", "effect")):
        for entry in tables[kind]:
            for pattern in split_lines(entry["patterns"]):
                parts = _PART.findall(expand(pattern, tables["macros"]))
                said = " ".join(_choose(parts, tables, language, chance))
                before = {"commands": "", "clauses": "all companies " if language == "en" else "toutes les sociétés "}
                yield Sentence(entry[named], pattern, before[kind] + said.replace("' ", "'"))


def _choose(parts: list[str], tables: dict[str, Any], language: Language, chance: random.Random) -> list[str]:
    """Take the parts up to the end of a choice, and give the words of one of its rows."""
    rows: list[list[str]] = [[]]
    while parts and parts[0] != ")":
        part = parts.pop(0)
        if part == "|":
            rows.append([])
            continue
        if part == "(":
            words = _choose(parts, tables, language, chance)
            parts.pop(0)
        else:
            words = [_fill(part, tables, language, chance)]
        if parts and parts[0] == "?":
            parts.pop(0)
            words = words if chance.random() < 0.5 else []  # as often as not
        rows[-1] += words
    return chance.choice(rows)


def _fill(part: str, tables: dict[str, Any], language: Language, chance: random.Random) -> str:
    name = part[1:-1]
    if part[0] == "<":
        return chance.choice(split_lines(tables["classes"][name]))
    if part[0] == "{":
        values = tables["values"].get(name)
        if name in WORDS[language] or values is None:
            return WORDS[language][name]
        return chance.choice([phrase for phrases in values.values() for phrase in split_lines(phrases)])
    return part
