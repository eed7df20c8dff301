"""What people may type, in every language at once, ready to read a sentence with; `loading.py` fills it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from bot.language.graph import Node
from bot.language.spelling import Spelling
from bot.turn import Language

Symbol = tuple[str, Any, float]
"""What a phrase stands for: a word, a class (`<partner>`) or a slot (`{type}`); the value in it; what that costs."""


@dataclass(slots=True)
class Branch:
    """A place in the tree of phrases: the words that may follow, and what the phrase up to here stands for."""

    words: dict[str, "Branch"] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, phrases and patterns of all languages."""

    phrases: Branch
    words: Mapping[str, AbstractSet[str]]
    """The single words of each class."""
    known: AbstractSet[str]
    """Every word of a phrase or pattern."""
    elisions: Mapping[str, str]
    """What a word before an apostrophe is short for: `l` is `le`, `qu` is `que`."""
    spelling: Spelling
    commands: Node
    finished: Node
    """Where a command leads that was read to its end; only politeness may follow."""
    clauses: Node
    examples: Mapping[Language, list[str]]
