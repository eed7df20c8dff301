"""Find the words of a sentence that were not understood, and the clauses that no filter can express."""

import itertools
from collections.abc import Iterator

from bot.language.parser import Clause, Parse
from bot.language.sentence import Sentence

_DENIALS = frozenset({"<not>", "<no>", "<but>"})
_EITHER = frozenset({"type", "partner"})
"""Kinds of clauses of which one filter can hold several values."""
_SMALL = ("<filler>", "<break>", "<polite>", "<show>")


def join_left_over(sentence: Sentence, spans: list[tuple[int, int]], ends: list[int]) -> Iterator[tuple[int, int]]:
    """Join neighbouring spans that were not understood, so that a person recognises their own phrase.

    Small words between two spans are included, and so is the preposition before one (`in`, `with`). `ends` are the
    places at which a clause that was understood ends; no span reaches across one.
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


def is_denied(sentence: Sentence, parse: Parse, clause: Clause) -> bool:
    """Return whether a `not`, `no` or `except` that was not understood stands directly before a clause."""
    before = max((other.end for other in parse.clauses if other.end <= clause.start), default=0)
    places = [start for start, _ in parse.unknown if before <= start < clause.start]
    return any(not _DENIALS.isdisjoint(sentence.symbols[place]) for place in places)


def is_alternative(sentence: Sentence, parse: Parse, clause: Clause) -> bool:
    """Return whether `or` joins a clause to one of another kind before it; a filter cannot express that."""
    before = [other for other in parse.clauses if other.end == clause.start]
    if not before or not _EITHER.isdisjoint(set(list_kinds(before[-1])) & set(list_kinds(clause))):
        return False
    small = itertools.takewhile(lambda place: "<filler>" in sentence.symbols[place], range(clause.start, clause.end))
    return any("<or>" in sentence.symbols[place] and not _is_where(sentence, place) for place in small)


def _is_where(sentence: Sentence, place: int) -> bool:
    """Return whether a word that may be `or` means `where` here: French `où` is often typed without its accent."""
    if "<where>" not in sentence.symbols[place]:
        return False
    is_written_so = not sentence.raw(place, place + 1).isascii()
    behind = [match[1] for match in sentence.matches[place + 1] if match[0] == "<the>"]
    return is_written_so or any("<partner>" in sentence.symbols[at] for at in (place + 1, *behind))


def list_kinds(clause: Clause) -> list[str]:
    """Return the kinds of effects that a clause has: `type`, `partner`, ..."""
    return [effect.split(".")[0] for effect in clause.meaning.name.split()]
