"""Patterns of sentences, read into a graph.

`<set> (the)? <partner> (of|for) {name} to {person}`: a word stands for itself, `<class>` for any phrase of a class,
`{slot}` is filled; brackets group, `|` separates choices, `?` makes what stands before it optional, `@name` is short
for a part that many patterns share.
"""

import itertools
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.language.words import cut_phrase

_PART = re.compile(r"[()|?]|<[\w.]+>|\{\w+\}|[^\s()|?<>{}]+")

_MACRO = re.compile(r"@(\w+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a finished pattern says: a verb, or what it changes in a list."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """What is always part of it, whatever the slots hold."""
    is_statement: bool = False
    """`Acme is a client`: a question mark behind it makes it a question, not a change."""
    is_guess: bool = False
    """Said by its gist: nothing is changed before the person confirms."""
    is_loose: bool = False
    """`show Acme`: takes any words, so that a list may be meant as well."""
    is_either_way: bool = False
    """`assign Acme to Anne`, `assign Anne to Acme`: company and person may stand the other way round."""
    cost: float = 0.02


@dataclass(eq=False, slots=True)
class Draft:
    """A place between two parts of patterns while they are being read: one word may lead to several places."""

    edges: dict[str, list["Draft"]] = field(default_factory=dict)
    """By symbol: a word, a class or a value."""
    slots: dict[str, list["Draft"]] | None = None
    meaning: Meaning | None = None
    after: "Draft | None" = None
    """Where the sentence goes on once the meaning is complete."""
    number: int = field(default_factory=itertools.count().__next__)


def add_pattern(start: Draft, pattern: str, meaning: Meaning, after: Draft, slots: frozenset[str]) -> None:
    """Add a pattern to the graph that begins at `start`; names in `slots` are filled by any words.

    Raises `ValueError` for a pattern that cannot be read or that would match nothing at all.
    """
    parts = list(_PART.findall(pattern))
    ends = _add_choice(parts, [start], slots)
    if parts or start in ends:
        raise ValueError(f"cannot read the pattern {pattern!r}")
    for end in ends:
        end.meaning, end.after = meaning, after


def expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Return a pattern with the part that each `@name` is short for."""
    while "@" in pattern:
        pattern = _MACRO.sub(lambda match: f"({macros[match[1]]})", pattern)
    return pattern


def list_words(pattern: str) -> Iterator[str]:
    """Return the words that a pattern names itself."""
    parts = (part for part in _PART.findall(pattern) if part[0] not in "()|?<{")
    return (word.text for part in parts for word in cut_phrase(part))


def _add_choice(parts: list[str], sources: list[Draft], slots: frozenset[str]) -> list[Draft]:
    ends = _add_row(parts, sources, slots)
    while parts and parts[0] == "|":
        parts.pop(0)
        ends = ends + [end for end in _add_row(parts, sources, slots) if end not in ends]
    return ends


def _add_row(parts: list[str], sources: list[Draft], slots: frozenset[str]) -> list[Draft]:
    while parts and parts[0] not in {")", "|"}:
        ends = _add_part(parts, sources, slots)
        if parts and parts[0] == "?":
            parts.pop(0)
            ends = ends + [source for source in sources if source not in ends]
        sources = ends
    return sources


def _add_part(parts: list[str], sources: list[Draft], slots: frozenset[str]) -> list[Draft]:
    part = parts.pop(0)
    if part == "(":
        ends = _add_choice(parts, sources, slots)
        if not parts or parts.pop(0) != ")":
            raise ValueError("a bracket is not closed")
        return ends
    if part[0] in "<{":
        return _add_symbol(part, sources, slots)
    words = cut_phrase(part)
    if not words:
        raise ValueError(f"no word in {part!r}")
    for word in words:
        sources = _add_symbol(word.text, sources, slots)
    return sources


def _add_symbol(symbol: str, sources: list[Draft], slots: frozenset[str]) -> list[Draft]:
    target, symbol = Draft(), sys.intern(symbol)
    name = sys.intern(symbol[1:-1])
    for source in sources:
        source.edges.setdefault(symbol, []).append(target)
        if name in slots:
            source.slots = source.slots or {}
            source.slots.setdefault(name, []).append(target)
    return [target]
