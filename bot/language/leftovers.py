"""What was not understood in a sentence, or cannot be meant, put together so that a person recognises it."""

import itertools
from collections.abc import Iterator

from bot.language.reading import Clause, Reading
from bot.language.sentence import Sentence

_DENIALS = frozenset({"<not>", "<no>", "<but>"})
_EITHER = frozenset({"type", "partner"})
"""Of what a filter can ask for several."""
_SMALL = ("<filler>", "<break>", "<polite>", "<show>")


def join_left_over(sentence: Sentence, spans: list[tuple[int, int]], ends: list[int]) -> Iterator[tuple[int, int]]:
    """Join what was not understood across small words, and begin with the word that leads to it (`in`, `with`).

    `ends` are the places where something that was understood ends.
    """
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        before = joined[-1][1] if joined else 0
        is_apart = any(before < place <= start for place in ends)
        if joined and not is_apart and not any(_is(sentence, index, "<break>") for index in range(before, start)):
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    for start, end in joined:
        begin = start
        while begin < end - 1 and any(_is(sentence, begin, small) for small in _SMALL):
            begin += 1
        floor = max((place for place in ends if place <= begin), default=0)
        while begin > floor and _is(sentence, begin - 1, "<lead>"):
            begin -= 1
        yield begin, end


def _is(sentence: Sentence, index: int, symbol: str) -> bool:
    return symbol in sentence.symbols[index]


def is_denied(sentence: Sentence, reading: Reading, clause: Clause) -> bool:
    """Say whether a `not`, `no` or `except` that was not understood stands before a clause: it means the opposite."""
    before = max((other.end for other in reading.clauses if other.end <= clause.start), default=0)
    places = [start for start, _ in reading.unknown if before <= start < clause.start]
    return any(not _DENIALS.isdisjoint(sentence.symbols[place]) for place in places)


def is_alternative(sentence: Sentence, reading: Reading, clause: Clause) -> bool:
    """Say whether an `or` parts a clause from the one before, and the two are not of one kind: no filter has both."""
    before = [other for other in reading.clauses if other.end == clause.start]
    if not before or not _EITHER.isdisjoint(set(list_kinds(before[-1])) & set(list_kinds(clause))):
        return False
    small = itertools.takewhile(lambda place: "<filler>" in sentence.symbols[place], range(clause.start, clause.end))
    return any("<or>" in sentence.symbols[place] and not _is_where(sentence, place) for place in small)


def _is_where(sentence: Sentence, place: int) -> bool:
    """Say whether a word that may be `or` is `where` here (`où`, mostly typed without its accent)."""
    if "<where>" not in sentence.symbols[place]:
        return False
    is_written_so = not sentence.raw(place, place + 1).isascii()
    return is_written_so or not {"<the>", "<partner>"}.isdisjoint(sentence.symbols[place + 1])


def list_kinds(clause: Clause) -> list[str]:
    """Return what a clause says something of: `type`, `partner`, ..."""
    return [effect.split(".")[0] for effect in clause.meaning.name.split()]
