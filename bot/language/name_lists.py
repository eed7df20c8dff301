"""Split a list of names that a person typed: `Acme and Globex`, `Acme, Globex et Initech`."""

import itertools

from bot.language.sentence import read_sentence
from bot.language.vocabulary_loader import load_vocabulary

_LONGEST = 80
"""Words of a text that are read."""


def split_names(text: str) -> list[str]:
    """Return the names in a text, split at commas and at words such as `and`; a text without either is one name."""
    sentence = read_sentence(text, load_vocabulary(), _LONGEST)
    places = [-1, *(place for place in range(len(sentence)) if _is_between(sentence.symbols[place])), len(sentence)]
    return [sentence.raw(start + 1, end) for start, end in itertools.pairwise(places) if end > start + 1]


def _is_between(symbols: frozenset[str]) -> bool:
    return "<joint>" in symbols or "<break>" in symbols
