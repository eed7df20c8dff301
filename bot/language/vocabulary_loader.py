"""Read what people say in every language into one vocabulary: `phrases/*.toml`, and `[[commands]]` of `texts/*.toml`.

A third language adds words to the same classes and patterns to the same meanings; this code knows no language.
"""

import functools
import gc
import re
from collections.abc import Iterable, Sequence
from typing import Any

from babel.dates import get_day_names, get_month_names

from bot.language.pattern_graph import build_graph, mark_list
from bot.language.patterns import Draft, Meaning, add_pattern, expand, list_words
from bot.language.spelling import Spelling
from bot.language.texts import COMMANDS, LANGUAGES, load_texts, read_tables
from bot.language.tokenizer import Word, tokenize_phrase
from bot.language.vocabulary import TrieNode, Vocabulary
from bot.turn import Language

_FREE_SLOTS = frozenset({"name", "new_name", "person", "text", "list"})
"""Slots filled by any words; every other slot takes a value that is recognised."""
_COST_OF_FILLER = 0.1
"""The cost of a word that is ignored: a parse in which it means something is cheaper."""
_COST_OF_THIS = 0.05
"""The cost of a pronoun in place of a name: a pattern that has the very words is cheaper."""
_ELIDED = re.compile(r"(?<!\w)(\w+)'(?=\w|<|\s|\)|\||$)")
_AROUND_COMMANDS = ("<polite>", "<greeting>", "<break>")
_BEHIND_COMMANDS = ("<polite>", "<break>")
_BETWEEN_CLAUSES = ("<filler>", "<polite>", "<greeting>", "<show>", "<arrange>", "<break>")

Tables = dict[str, Any]


def prepare() -> None:
    """Read all phrases and texts at the start, so that the first question need not wait for it.

    The garbage collector is off meanwhile: it would find hardly anything, and take three times as long as the reading.
    """
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        load_vocabulary()
        for language in LANGUAGES:
            load_texts(language)
    finally:
        if is_collecting:
            gc.enable()


@functools.cache
def load_vocabulary() -> Vocabulary:
    """Read the phrases of every language once, which takes some tenths of a second."""
    tables = {language: read_phrases(language) for language in LANGUAGES}
    loader = _Loader({word: whole for table in tables.values() for word, whole in table["elisions"].items()})
    for language, table in tables.items():
        loader.add_language(language, table)
    return loader.finish({language: table["examples"] for language, table in tables.items()})


def read_phrases(language: Language) -> Tables:
    """Return all phrases of a language: the files of `phrases/` merged, and the commands of every room of `texts/`."""
    phrases: Tables = {"elisions": {}, "classes": {}, "values": {}, "macros": {}}
    phrases |= {"clauses": [], COMMANDS: [], "examples": []}
    for _, tables in read_tables(language, "phrases"):
        for name, table in tables.items():
            if name == "examples":
                phrases[name] += split_lines(table)
            else:
                phrases[name] = phrases[name] + table if isinstance(table, list) else phrases[name] | table
    for _, room in read_tables(language, "texts"):
        phrases[COMMANDS] += room.get(COMMANDS, [])
    return phrases


def split_lines(phrases: str | list[str]) -> list[str]:
    """Split phrases written one a line; an indented line continues the one before. A list is returned as it is."""
    return phrases if isinstance(phrases, list) else re.sub(r"\n\s+", " ", phrases).splitlines()


class _Loader:
    """Collects phrases and patterns until the vocabulary is complete."""

    def __init__(self, elisions: dict[str, str]) -> None:
        self.elisions = elisions
        self.phrases = TrieNode()
        self.words: dict[str, set[str]] = {}
        self.known: set[str] = set()
        self.commands, self.finished, self.clauses = Draft(), Draft(), Draft()

    def add_language(self, language: Language, tables: Tables) -> None:
        for name, phrases in tables["classes"].items():
            self.add_phrases(split_lines(phrases), f"<{name}>", cost=_COST_OF_FILLER * (name == "filler"))
        for slot, values in tables["values"].items():
            for value, phrases in values.items():
                self.add_phrases(split_lines(phrases), f"{{{slot}}}", value, cost=_COST_OF_THIS * (slot == "name"))
        macros = tables["macros"]
        for clause in tables["clauses"]:
            meaning, patterns = _take_apart(clause, "effect")
            self.add_patterns(self.clauses, (expand(pattern, macros) for pattern in patterns), meaning, self.clauses)
        for command in tables["commands"]:
            meaning, patterns = _take_apart(command, "verb")
            self.add_patterns(self.commands, (expand(pattern, macros) for pattern in patterns), meaning, self.finished)
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=language).items():
                self.add_phrases([name.rstrip(".")], "{month}", number)
        for number, name in get_day_names("wide", locale=language).items():
            self.add_phrases([name], "{weekday}", number)

    def add_phrases(self, phrases: Iterable[str], symbol: str, value: Any = None, cost: float = 0.0) -> None:
        """Add phrases for a symbol; each may be typed without its apostrophes, or with a space for one."""
        for phrase in phrases:
            words = tokenize_phrase(phrase)
            if not words:
                raise ValueError(f"no word in the phrase {phrase!r}")
            whole = tuple(word.text for word in tokenize_phrase(self._spell_out(phrase)))
            for spelt in dict.fromkeys((whole, tuple(word.text for word in words), _join(words))):
                self._add_words(spelt, (symbol, value, cost))
            if len(words) == 1:
                self.words.setdefault(symbol, set()).add(words[0].text)

    def _add_words(self, words: tuple[str, ...], symbol: tuple[str, Any, float]) -> None:
        self.known.update(words)
        branch = self.phrases
        for word in words:
            branch = branch.words.setdefault(word, TrieNode())
        if symbol not in branch.symbols:
            branch.symbols.append(symbol)

    def add_patterns(self, start: Draft, patterns: Iterable[str], meaning: Meaning, after: Draft) -> None:
        """Add patterns with one meaning."""
        for pattern in map(self._spell_out, patterns):
            add_pattern(start, pattern, meaning, after, _FREE_SLOTS)
            for word in list_words(pattern):
                self.add_phrases([word], word)

    def _spell_out(self, phrase: str) -> str:
        """Replace elided words by their full form: `l'associé` becomes `le associé`."""
        return _ELIDED.sub(lambda match: f"{self.elisions.get(match[1], match[0])} ", phrase)

    def finish(self, examples: dict[Language, list[str]]) -> Vocabulary:
        for place, loops in (
            (self.commands, _AROUND_COMMANDS),
            (self.finished, _BEHIND_COMMANDS),
            (self.clauses, _BETWEEN_CLAUSES),
        ):
            for symbol in loops:
                place.edges.setdefault(symbol, []).append(place)
        commands, finished, clauses = build_graph([self.commands, self.finished, self.clauses])
        mark_list(clauses)
        spelling = Spelling(self.known)
        return Vocabulary(
            self.phrases, self.words, self.known, self.elisions, spelling, commands, finished, clauses, examples
        )


def _take_apart(table: Tables, name: str) -> tuple[Meaning, list[str]]:
    """Split an entry of a table into its meaning and its patterns."""
    options = {key: value for key, value in table.items() if key not in {name, "patterns"}}
    return Meaning(table[name], **options), split_lines(table["patterns"])


def _join(words: Sequence[Word]) -> tuple[str, ...]:
    """Return the words joined where an apostrophe stood: `whos`, `havent`, `lassocie`."""
    joined: list[str] = []
    for index, word in enumerate(words):
        if index and (word.kind == "suffix" or words[index - 1].kind == "elided"):
            joined[-1] += word.text
        else:
            joined.append(word.text)
    return tuple(joined)
