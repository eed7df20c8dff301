"""Words that turn a meaning round (`not`, `except`, `never`, `only`): where one is not understood, no list is shown.

Passed over, such a word gives the opposite of what was asked.
"""

from collections.abc import Iterable, Iterator

from bot.language.reading import Clause, Reading
from bot.language.sentence import Sentence

_TURNING = frozenset({"<turning>", "<not>", "<no>", "<but>", "<nobody>", "<no_longer>"})
_PLACES = ("name", "person", "text")
"""Slots that take any words; a turning one that is not written as a part of a name was rather meant as itself."""
_FIXED_PEOPLE = frozenset({"me", "nobody", "anyone"})
_MAY_BE_ONLY = frozenset({"of", "type", "scope", "sort", "first", "group", "text", "partner", "company", "whose"})
"""What `only` may be said of: it changes nothing there. `Only known by Anne` says that nobody else knows them."""


def find_turning(sentence: Sentence, reading: Reading, left_over: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return where words that turn the meaning round were not understood, with the words around them."""
    found = [span for span in left_over if any(_turns(sentence, place) for place in range(*span))]
    for clause in reading.clauses:
        found += [place for place in _list_names(clause) if any(_turns(sentence, index) for index in range(*place))]
    return sorted({*found, *_find_only(reading)})


def _turns(sentence: Sentence, place: int) -> bool:
    word = sentence.words[place]
    return not _TURNING.isdisjoint(sentence.symbols[place]) and word.kind != "quoted" and not _is_proud(sentence, place)


def _is_proud(sentence: Sentence, place: int) -> bool:
    return place > 0 and sentence.words[place].is_capital


def _list_names(clause: Clause) -> Iterator[tuple[int, int]]:
    """Give the places of names; `me` and `nobody` are none."""
    return (clause.places[slot] for slot in _PLACES if clause.values.get(slot, "nobody") not in _FIXED_PEOPLE)


def _find_only(reading: Reading) -> Iterator[tuple[int, int]]:
    """Give the places of `only` before something that it changes."""
    for place, clause in enumerate(reading.clauses):
        if clause.meaning.name != "only":
            continue
        near = reading.clauses[place + 1 : place + 2] or reading.clauses[max(place - 1, 0) : place]
        for other in near:
            kinds = {effect.split(".")[0] for effect in other.meaning.name.split()}
            if not kinds <= _MAY_BE_ONLY:
                yield clause.start, max(clause.end, other.end)
