"""What people may type, from `<language>/phrases/*.toml` of every language at once, ready to read a sentence with.

A third language adds its words to the same classes and its patterns to the same meanings: nothing here knows any.
"""

import functools
import re
import tomllib
from dataclasses import dataclass, field
from typing import Any

from babel.dates import get_day_names, get_month_names

from bot.language.patterns import Meaning, Node, add_pattern, expand, list_words
from bot.language.spelling import Spelling
from bot.language.texts import FOLDER, LANGUAGES
from bot.language.words import Word, cut
from bot.turn import Language

Symbol = tuple[str, Any, float]
"""What a phrase stands for: a class (`<partner>`) or a slot (`{type}`), the value in it, and what that costs."""
FREE_SLOTS = frozenset({"name", "new_name", "person", "text", "list"})
"""Slots filled by any words; every other slot takes a value that is recognised."""


_ELIDED = re.compile(r"(?<!\w)(\w+)'(?=\w|<|\s|\)|\||$)")
COST_OF_FILLER = 0.1
"""What a word costs that is passed over, so that a reading in which it means something is preferred."""


@dataclass(slots=True)
class Branch:
    """A place in the tree of phrases: the words that may follow, and what the phrase up to here stands for."""

    words: dict[str, "Branch"] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)


@dataclass(slots=True)
class Vocabulary:
    """Words, phrases and patterns of all languages."""

    phrases: Branch = field(default_factory=Branch)
    known: set[str] = field(default_factory=set)
    """Every word of a phrase or pattern."""
    words: dict[str, set[str]] = field(default_factory=dict)
    """The single words of each class."""
    commands: Node = field(default_factory=Node)
    clauses: Node = field(default_factory=Node)
    finished: Node = field(default_factory=Node)
    """Where a command leads that was read to its end; only politeness may follow."""
    elisions: dict[str, str] = field(default_factory=dict)
    """What a word before an apostrophe is short for: `l` is `le`, `qu` is `que`."""
    examples: dict[Language, list[str]] = field(default_factory=dict)
    spelling: Spelling = field(default_factory=lambda: Spelling(()))

    def add_phrase(self, phrase: str, symbol: str, value: Any = None, cost: float = 0.0) -> None:
        """Make a phrase stand for a symbol; an apostrophe in it may be left out, or written as a space."""
        words = list(cut(phrase))
        if not words:
            raise ValueError(f"no word in the phrase {phrase!r}")
        whole = tuple(word.text for word in cut(self.spell_out(phrase)))
        for spelt in {whole, tuple(word.text for word in words), _join(words)}:
            branch = self.phrases
            for word in spelt:
                branch = branch.words.setdefault(word, Branch())
                self.known.add(word)
            if (symbol, value, cost) not in branch.symbols:
                branch.symbols.append((symbol, value, cost))
        if len(words) == 1:
            self.words.setdefault(symbol, set()).add(words[0].text)

    def spell_out(self, phrase: str) -> str:
        """Write out what an apostrophe shortens: `l'associé` is `le associé`."""
        return _ELIDED.sub(lambda match: f"{self.elisions.get(match[1], match[0])} ", phrase)

    def add_patterns(self, start: Node, patterns: list[str], meaning: Meaning, after: Node) -> None:
        """Make sentences that follow a pattern mean something."""
        for pattern in map(self.spell_out, patterns):
            add_pattern(start, pattern, meaning, after, FREE_SLOTS)
            for word in list_words(pattern):
                self.add_phrase(word, word)


@functools.cache
def load_vocabulary() -> Vocabulary:
    """Read the phrases of every language; takes some tens of milliseconds, once."""
    vocabulary = Vocabulary()
    for language in LANGUAGES:
        _add_language(vocabulary, language, _load_phrases(language))
        _add_calendar(vocabulary, language)
    for node, loops in (
        (vocabulary.commands, ("<polite>", "<greeting>", "<break>")),
        (vocabulary.finished, ("<polite>", "<break>")),
        (vocabulary.clauses, ("<filler>", "<polite>", "<greeting>", "<show>", "<break>")),
    ):
        for symbol in loops:
            node.edges.setdefault(symbol, []).append(node)
    vocabulary.spelling = Spelling(vocabulary.known)
    return vocabulary


def _load_phrases(language: Language) -> dict[str, Any]:
    """Return the tables of all files of a language as one."""
    tables: dict[str, Any] = {
        "elisions": {},
        "classes": {},
        "values": {},
        "macros": {},
        "clauses": [],
        "commands": [],
        "examples": [],
    }
    for path in sorted((FOLDER / language / "phrases").glob("*.toml")):
        for name, table in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables[name] = tables[name] + table if isinstance(table, list) else tables[name] | table
    return tables


def _add_language(vocabulary: Vocabulary, language: Language, tables: dict[str, Any]) -> None:
    vocabulary.elisions |= tables["elisions"]
    for name, phrases in tables["classes"].items():
        for phrase in phrases:
            vocabulary.add_phrase(phrase, f"<{name}>", cost=COST_OF_FILLER * (name == "filler"))
    for slot, values in tables["values"].items():
        for value, phrases in values.items():
            for phrase in phrases:
                vocabulary.add_phrase(phrase, f"{{{slot}}}", value)
    macros = tables["macros"]
    for clause in tables["clauses"]:
        expanded = [expand(pattern, macros) for pattern in clause.pop("patterns")]
        meaning = Meaning(clause.pop("effect"), **clause)
        vocabulary.add_patterns(vocabulary.clauses, expanded, meaning, vocabulary.clauses)
    for command in tables["commands"]:
        expanded = [expand(pattern, macros) for pattern in command.pop("patterns")]
        meaning = Meaning(command.pop("verb"), **command)
        vocabulary.add_patterns(vocabulary.commands, expanded, meaning, vocabulary.finished)
    vocabulary.examples[language] = tables["examples"]


def _add_calendar(vocabulary: Vocabulary, language: Language) -> None:
    for width in ("wide", "abbreviated"):
        for number, name in get_month_names(width, locale=language).items():
            vocabulary.add_phrase(name.rstrip("."), "{month}", number)
    for number, name in get_day_names("wide", locale=language).items():
        vocabulary.add_phrase(name, "{weekday}", number)


def _join(words: list[Word]) -> tuple[str, ...]:
    """Return the spelling without apostrophes and without the space they would leave: `whos`, `havent`, `lassocie`."""
    joined: list[str] = []
    for index, word in enumerate(words):
        if index and (word.kind == "suffix" or words[index - 1].kind == "elided"):
            joined[-1] += word.text
        else:
            joined.append(word.text)
    return tuple(joined)
