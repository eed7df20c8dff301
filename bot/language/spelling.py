"""Typing errors in known words; names are never touched, because they are not known."""

from collections.abc import Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extract

ERROR_COST = 1.0
"""What one wrong, missing, doubled or swapped letter costs a reading."""
_SHORTEST, _LONGEST = 4, 20
_TWO_ERRORS_FROM = 7
_MEMORY = 20_000

Corrections = tuple[tuple[str, float], ...]


class Spelling:
    """The words that may be misspelt."""

    def __init__(self, words: Iterable[str]) -> None:
        self._by_length: dict[int, list[str]] = {}
        self._found: dict[str, Corrections] = {}
        for word in sorted(words):
            if len(word) >= _SHORTEST and word.isalpha():
                self._by_length.setdefault(len(word), []).append(word)

    def correct(self, word: str) -> Corrections:
        """Return the known words that an unknown one may be a typing error of, each with its cost."""
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
    """Say whether a word is an error rather than another word: the less there is to go by, the less may differ.

    Four letters may only be swapped; the first letter stays, or changes places with the second; two errors leave the
    length (or all letters, doubled).
    """
    if len(word) == _SHORTEST:
        return sorted(word) == sorted(known)
    if word[0] != known[0]:
        return distance == 1 and word[:2] == known[1::-1]
    return distance == 1 or abs(len(word) - len(known)) < distance or set(word) == set(known)
