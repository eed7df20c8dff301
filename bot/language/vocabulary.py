"""The words, phrases and patterns of all languages in one vocabulary; `vocabulary_loader.py` fills it."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from bot.language.pattern_graph import Node
from bot.language.spelling import Spelling
from bot.turn import Language

Symbol = tuple[str, Any, float]
"""What a phrase stands for: a word, a class (`<partner>`) or a slot (`{type}`); the value in the slot; the cost."""


@dataclass(slots=True)
class TrieNode:
    """A node of the trie of phrases: the words that may follow, and the symbols of the phrase that ends here."""

    words: dict[str, "TrieNode"] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, phrases and patterns of all languages."""

    phrases: TrieNode
    words: Mapping[str, AbstractSet[str]]
    """The single words of each class."""
    known: AbstractSet[str]
    """Every word of a phrase or pattern."""
    elisions: Mapping[str, str]
    """The full form of a word that is elided before an apostrophe: `l` is `le`, `qu` is `que`."""
    spelling: Spelling
    commands: Node
    finished: Node
    """The node behind a complete command; only politeness may follow."""
    clauses: Node
    examples: Mapping[Language, list[str]]
