"""Correct typing errors in known words; names are not in the vocabulary and are never corrected."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

ERROR_COST = 1.0
"""What one wrong, missing, doubled or swapped letter costs a parse."""
_SHORTEST, _LONGEST = 4, 20
_TWO_ERRORS_FROM = 7
_MEMORY = 20_000

Corrections = tuple[tuple[str, float], ...]


class Spelling:
    """Finds the known words that a misspelt one may stand for."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_length: dict[int, list[str]] = {}
        self._found: dict[str, Corrections] = {}
        for word in sorted(words):
            if len(word) >= _SHORTEST and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def correct(self, word: str) -> Corrections:
        """Return the known words that an unknown one may be meant for, each with its cost."""
        found = self._found.get(word)
        if found is None:
            if len(self._found) >= _MEMORY:
                self._found.clear()
            found = self._found[word] = self._correct(word)
        return found

    def _correct(self, word: str) -> Corrections:
        if not _SHORTEST <= len(word) <= _LONGEST or not word.isalpha():
            return ()
        errors = 2 if len(word) >= _TWO_ERRORS_FROM else 1
        lengths = range(len(word) - errors, len(word) + errors + 1)
        near = [known for length in lengths for known in self._by_length.get(length, ())]
        found = extract(word, near, scorer=OSA.distance, score_cutoff=errors, limit=4)
        return tuple(
            (known, ERROR_COST * distance) for known, distance, _ in found if _is_likely(word, known, distance)
        )


def _is_likely(word: str, known: str, distance: int) -> bool:
    """Return whether a word is a typing error of a known one, rather than another word; short words may differ less.

    In a word of four letters two may be swapped, and nothing else. The first letter must be right, or swapped with the
    second. With two errors the length must be the same, or the set of letters.
    """
    if len(word) == _SHORTEST:
        return sorted(word) == sorted(known)
    if word[0] != known[0]:
        return distance == 1 and word[:2] == known[1::-1]
    return distance == 1 or abs(len(word) - len(known)) < distance or set(word) == set(known)
