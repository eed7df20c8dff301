"""The cheapest way to read a sentence: every part of it goes to a pattern, a name, a filler, or is not understood.

One walk from left to right keeps, for each place in the sentence and in the graph of patterns, the cheapest way there
(a Viterbi search): the work grows with the length of the sentence, never with the number of its readings.
"""

from dataclasses import dataclass
from typing import Any

from bot.language.graph import Node
from bot.language.patterns import Meaning
from bot.language.sentence import COST_OF_SKIPPED, Match, Sentence
from bot.language.spelling import ERROR_COST
from bot.language.vocabulary import Vocabulary

_LONGEST = {"name": 14, "new_name": 14, "person": 6, "text": 8, "list": 40}
"""Words in a slot."""
_COST_OF_UNKNOWN = 10.0

_ADVERB, _COST_OF_ADVERB = "<adverb>", 0.1
"""A small word that may stand anywhere in a sentence (`now`, `désormais`)."""
_SUBJECTS = frozenset({"{type}", "<companies>", "<contacts>", "{month}", "{part}"})
"""What no person is called, unless with a capital."""

Link = tuple[Any, int, int, Any, Any]
"""A step worth remembering: a `Meaning`, a slot, a typing error or `_UNKNOWN`; from, to, value; the link before it."""
Prefilter = tuple[float, Link | None]
Rows = list[dict[Node, Prefilter]]
_UNKNOWN, _MISSPELT = "?", "!"


@dataclass(frozen=True, slots=True)
class Clause:
    """A finished pattern: what it means, what its slots hold, and where it stands."""

    meaning: Meaning
    filled: list[tuple[str, str]]
    """The slots in their order, each with what it holds."""
    places: dict[str, tuple[int, int]]
    """Where the slots stand."""
    start: int
    end: int

    @property
    def values(self) -> dict[str, str]:
        """What each slot holds; of two the last (`from prospect to client`)."""
        return dict(self.filled)


@dataclass(slots=True)
class Reading:
    """One way to read a sentence."""

    cost: float
    clauses: list[Clause]
    unknown: list[tuple[int, int]]
    worst_error: float
    """What the worst typing error cost; 0 where no word was taken for another one."""

    @property
    def is_misspelt(self) -> bool:
        """Whether a word was taken for a typing error of a known one."""
        return self.worst_error > 0


def read_all(sentence: Sentence, vocabulary: Vocabulary) -> tuple[Reading | None, Reading]:
    """Return the best reading as a command, if there is one, and the best as a list, which there always is."""
    rows: list[dict[Node, Prefilter]] = [{} for _ in range(len(sentence) + 1)]
    rows[0] = {vocabulary.commands: (0.0, None), vocabulary.clauses: (0.0, None)}
    for index in range(len(sentence)):
        if sentence.cuts[index]:
            _step(sentence, rows, index, vocabulary.clauses)
    last = rows[len(sentence)]
    command = last.get(vocabulary.finished)
    return command and _unwind(sentence, command), _unwind(sentence, last[vocabulary.clauses])


def _step(sentence: Sentence, rows: Rows, index: int, clauses: Node) -> None:
    """Go on from every place of the graph that was reached at a word."""
    matches, row = sentence.matches[index], rows[index]
    for node, (cost, link) in row.items():
        edges = node.edges
        for match in matches:
            symbol, end, price, _ = match
            target = edges.get(symbol)
            if target:
                _arrive(rows, end, target, cost + price, _note(match, index, link))
            elif symbol == _ADVERB and node is not clauses:
                _arrive(rows, end, node, cost + price + _COST_OF_ADVERB, link)
        if node.slots:
            _fill(sentence, rows, index, node, (cost, link))
    if clauses in row:
        cost, link = row[clauses]
        end = sentence.cuts.index(True, index + 1)
        _arrive(rows, end, clauses, cost + _COST_OF_UNKNOWN, (_UNKNOWN, index, end, None, link))


def _fill(sentence: Sentence, rows: Rows, index: int, node: Node, way: Prefilter) -> None:
    """Give a slot one word, two words, ... as far as something that must follow it does."""
    for slot, target in node.slots.items():
        start = index if slot == "list" else sentence.skips[index]
        if slot != "list" and not sentence.may_begin[start]:
            continue
        is_named = start > 0 and sentence.words[start].is_capital
        if slot == "person" and not is_named and not _SUBJECTS.isdisjoint(sentence.symbols[start]):
            continue
        cost = way[0] + COST_OF_SKIPPED * (start - index)
        for end in range(start + 1, min(start + _LONGEST[slot], len(sentence)) + 1):
            if slot == "list":
                cost += sentence.costs_in_list[end - 1]
            elif sentence.is_stop[end - 1]:
                break
            else:
                cost += sentence.costs[end - 1]
            if not sentence.cuts[end] or not (slot == "list" or sentence.may_end[end - 1]):
                continue
            followers = sentence.symbols[end]
            if target.meaning or target.slots or _ADVERB in followers or not target.edges.keys().isdisjoint(followers):
                _arrive(rows, end, target, cost, (slot, start, end, None, way[1]))


def _note(match: Match, index: int, link: Link | None) -> Link | None:
    """Remember what a symbol adds to the meaning; most words add nothing."""
    symbol, end, price, value = match
    if price >= ERROR_COST:
        link = (_MISSPELT, index, end, price, link)
    return link if value is None else (symbol[1:-1], index, end, value, link)


def _arrive(rows: Rows, index: int, node: Node, cost: float, link: Link | None) -> None:
    """Keep a way to a place if it is the cheapest so far; a finished pattern leads further at no distance."""
    row = rows[index]
    known = row.get(node)
    if known is None or cost < known[0]:
        row[node] = (cost, link)
        if node.meaning and node.after:
            _arrive(rows, index, node.after, cost + node.meaning.cost, (node.meaning, index, index, None, link))


def _unwind(sentence: Sentence, way: Prefilter) -> Reading:
    """Read a way from its end back to its beginning."""
    links: list[Link] = []
    link = way[1]
    while link:
        links.append(link)
        link = link[4]
    reading = Reading(way[0], [], [], worst_error=0.0)
    filled: list[tuple[str, str]] = []
    places: dict[str, tuple[int, int]] = {}
    start = 0
    for what, begin, end, value, _ in reversed(links):
        if isinstance(what, Meaning):
            reading.clauses.append(Clause(what, filled, places, start, end))
            filled, places, start = [], {}, end
        elif what == _UNKNOWN:
            reading.unknown.append((begin, end))
            start = end
        elif what == _MISSPELT:
            reading.worst_error = max(reading.worst_error, value)
        else:
            filled.append((what, sentence.raw(begin, end) if value is None else str(value)))
            places[what] = begin, end
    return reading
