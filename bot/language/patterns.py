"""Read patterns of sentences into a graph.

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

from bot.language.tokenizer import tokenize_phrase

_PART = re.compile(r"[()|?]|<[\w.]+>|\{\w+\}|[^\s()|?<>{}]+")

_MACRO = re.compile(r"@(\w+)")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a finished pattern says: a verb, or what it changes in a list."""

    name: str
    data: Mapping[str, Any] = field(default_factory=dict)
    """Data that belongs to the meaning whatever the slots hold."""
    is_statement: bool = False
    """`Acme is a client`: a change, but with a question mark behind it a question."""
    is_guess: bool = False
    """The pattern shows only roughly what is meant: the person confirms before anything is changed."""
    is_loose: bool = False
    """`show Acme`: its slot takes any words, so a list may be meant instead."""
    is_either_way: bool = False
    """Company and person may be swapped: `assign Acme to Anne`, `assign Anne to Acme`."""
    cost: float = 0.02


@dataclass(eq=False, slots=True)
class Draft:
    """A node of the graph while patterns are read: one symbol may lead to several drafts, unlike in `Node`."""

    edges: dict[str, list["Draft"]] = field(default_factory=dict)
    """By symbol: a word, a class or a value."""
    slots: dict[str, list["Draft"]] | None = None
    meaning: Meaning | None = None
    after: "Draft | None" = None
    """The draft at which the rest of the sentence goes on, once a pattern has ended here."""
    number: int = field(default_factory=itertools.count().__next__)


def add_pattern(start: Draft, pattern: str, meaning: Meaning, after: Draft, slots: frozenset[str]) -> None:
    """Add a pattern to the graph that begins at `start`; the slots named in `slots` are filled by any words.

    Raises `ValueError` for a pattern that cannot be read, and for one that matches a sentence without words.
    """
    parts = list(_PART.findall(pattern))
    ends = _add_choice(parts, [start], slots)
    if parts or start in ends:
        raise ValueError(f"cannot read the pattern {pattern!r}")
    for end in ends:
        end.meaning, end.after = meaning, after


def expand(pattern: str, macros: Mapping[str, str]) -> str:
    """Replace each `@name` in a pattern by the part that it abbreviates."""
    while "@" in pattern:
        pattern = _MACRO.sub(lambda match: f"({macros[match[1]]})", pattern)
    return pattern


def list_words(pattern: str) -> Iterator[str]:
    """Return the literal words of a pattern, without its classes and slots."""
    parts = (part for part in _PART.findall(pattern) if part[0] not in "()|?<{")
    return (word.text for part in parts for word in tokenize_phrase(part))


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
    words = tokenize_phrase(part)
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
