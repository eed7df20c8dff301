"""Parse a sentence: give each part of it to a pattern, a name or a filler, or mark it as not understood, at least cost.

This is a Viterbi search. It goes from left to right and keeps, for each word and each node of the pattern graph, the
cheapest path to it. The work grows with the length of the sentence, not with the number of possible parses.
"""

from dataclasses import dataclass
from typing import Any

from bot.language.pattern_graph import Node
from bot.language.patterns import Meaning
from bot.language.sentence import COST_OF_SKIPPED, Match, Sentence
from bot.language.spelling import ERROR_COST
from bot.language.vocabulary import Vocabulary

_LONGEST = {"name": 14, "new_name": 14, "person": 6, "text": 8, "list": 40}
"""Words in a slot."""
_NAMED = frozenset({"name", "person"})
"""Slots for what something or somebody is called."""
_COST_OF_UNKNOWN = 10.0

_ADVERB, _COST_OF_ADVERB = "<adverb>", 0.1
"""Adverbs that may stand anywhere in a command (`now`, `désormais`), and what one costs."""
_PASSED_OVER = frozenset({"<filler>", "<polite>", "<adverb>"})
"""Classes of words that may be left out."""
_SUBJECTS = frozenset({"{type}", "<companies>", "<contacts>", "{month}", "{part}"})
"""Words with which no person's name begins, unless they have a capital."""

Link = tuple[Any, int, int, Any, Any]
"""A step of a path: a `Meaning`, a slot, `_MISSPELT` or `_UNKNOWN`; first word, end, value; the step before it."""
Path = tuple[float, Link | None]
"""What a path costs, and its last step."""
Rows = list[dict[Node, Path]]
"""For each word of the sentence, the cheapest path to each node of the graph."""
_UNKNOWN, _MISSPELT = "?", "!"


@dataclass(frozen=True, slots=True)
class Clause:
    """A pattern that matched: its meaning, the values of its slots, and its place in the sentence."""

    meaning: Meaning
    filled: list[tuple[str, str]]
    """The slots in their order, each with its value."""
    places: dict[str, tuple[int, int]]
    """The words that each slot was filled from: first, end; the last ones of a slot that was filled twice."""
    start: int
    end: int
    spans: tuple[tuple[str, str, int, int], ...] = ()
    """Every slot with its value, and the words that it was filled from."""

    @property
    def values(self) -> dict[str, str]:
        """The value of each slot; a slot filled twice has its last value (`from prospect to client`)."""
        return dict(self.filled)


@dataclass(slots=True)
class Parse:
    """One way to understand a sentence."""

    cost: float
    clauses: list[Clause]
    unknown: list[tuple[int, int]]
    worst_error: float
    """The cost of the worst typing error; 0 where no word was corrected."""

    @property
    def is_misspelt(self) -> bool:
        """Whether any word was corrected to a known one."""
        return self.worst_error > 0


def parse_sentence(sentence: Sentence, vocabulary: Vocabulary) -> tuple[Parse | None, Parse]:
    """Return the best parse as a command, if there is one, and the best as a list, which always exists."""
    rows: Rows = [{} for _ in range(len(sentence) + 1)]
    rows[0] = {vocabulary.commands: (0.0, None), vocabulary.clauses: (0.0, None)}
    for index in range(len(sentence)):
        if sentence.cuts[index]:
            _step(sentence, rows, index, vocabulary.clauses)
    last = rows[len(sentence)]
    command = last.get(vocabulary.finished)
    return command and _unwind(sentence, command), _unwind(sentence, last[vocabulary.clauses])


def _step(sentence: Sentence, rows: Rows, index: int, clauses: Node) -> None:
    """Extend each path that has reached a word by what may begin at that word."""
    matches, row = sentence.matches[index], rows[index]
    for node, (cost, link) in row.items():
        edges = node.edges
        for match in matches:
            symbol, end, price, _ = match
            target = edges.get(symbol)
            if node.is_of_list and symbol in _PASSED_OVER and target in {node, None} and end <= sentence.turns[index]:
                continue  # no list is read as if "only" had not been said
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


def _fill(sentence: Sentence, rows: Rows, index: int, node: Node, path: Path) -> None:
    """Fill a slot with one word, two words, ...; keep those ends after which the pattern can go on."""
    for slot, target in node.slots.items():
        start = index if slot == "list" else sentence.skips[index]
        if slot != "list" and not sentence.may_begin[start]:
            continue
        is_named = start > 0 and sentence.words[start].is_capital
        if slot == "person" and not is_named and not _SUBJECTS.isdisjoint(sentence.symbols[start]):
            continue
        cost = path[0] + COST_OF_SKIPPED * (start - index)
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
                _arrive(rows, end, target, cost, (slot, start, end, None, path[1]))


def _note(match: Match, index: int, link: Link | None) -> Link | None:
    """Add a step for a symbol with a value and for a typing error; most words need no step."""
    symbol, end, price, value = match
    if price >= ERROR_COST:
        link = (_MISSPELT, index, end, price, link)
    return link if value is None else (symbol[1:-1], index, end, value, link)


def _arrive(rows: Rows, index: int, node: Node, cost: float, link: Link | None) -> None:
    """Keep a path to a node if it is the cheapest so far; after a whole pattern, go on at the node behind it."""
    row = rows[index]
    known = row.get(node)
    if known is None or cost < known[0]:
        row[node] = (cost, link)
        if node.meaning and node.after:
            _arrive(rows, index, node.after, cost + node.meaning.cost, (node.meaning, index, index, None, link))


def _unwind(sentence: Sentence, path: Path) -> Parse:
    """Turn a path, which is linked from its end to its beginning, into a parse."""
    links: list[Link] = []
    link = path[1]
    while link:
        links.append(link)
        link = link[4]
    parse = Parse(path[0], [], [], worst_error=0.0)
    filled: list[tuple[str, str]] = []
    places: dict[str, tuple[int, int]] = {}
    spans: list[tuple[str, str, int, int]] = []
    start = 0
    for what, begin, end, value, _ in reversed(links):
        if isinstance(what, Meaning):
            parse.clauses.append(Clause(what, filled, places, start, end, tuple(spans)))
            filled, places, spans, start = [], {}, [], end
        elif what == _UNKNOWN:
            parse.unknown.append((begin, end))
            start = end
        elif what == _MISSPELT:
            parse.worst_error = max(parse.worst_error, value)
        else:
            read = sentence.raw_name if what in _NAMED else sentence.raw
            filled.append((what, read(begin, end) if value is None else str(value)))
            places[what] = begin, end
            spans.append((*filled[-1], begin, end))
    return parse
