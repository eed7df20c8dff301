"""Several names said one after the other: `Acme and Globex`, `Acme, Globex et Initech`."""

import itertools

from bot.language.loading import load_vocabulary
from bot.language.sentence import read_sentence

_LONGEST = 80
"""Words."""


def split_names(text: str) -> list[str]:
    """Return the names between commas and words that join; one where there is neither."""
    sentence = read_sentence(text, load_vocabulary(), _LONGEST)
    places = [-1, *(place for place in range(len(sentence)) if _is_between(sentence.symbols[place])), len(sentence)]
    return [sentence.raw(start + 1, end) for start, end in itertools.pairwise(places) if end > start + 1]


def _is_between(symbols: frozenset[str]) -> bool:
    return "<joint>" in symbols or "<break>" in symbols
