"""Names that are written to be taken for others: letters of another alphabet that look like ours.

Such a name mixes two alphabets in one word (the first letter of Acme is a Cyrillic one), or is in one alphabet of whose
letters every one looks like a Latin one. A name in another alphabet that shows itself as such is none of these.
"""

import re
import unicodedata
from typing import Final

_OTHERS: Final = re.compile(
    "[\u0370-\u058f\u13a0-\u13ff\u1c80-\u1c8f\u1f00-\u1fff\u2c80-\u2cff\u2de0-\u2dff\ua4d0-\ua4ff\ua640-\ua69f\uab70-\uabbf]"
)
"""Greek, Cyrillic, Armenian, Cherokee, Coptic and Lisu: the alphabets with letters like Latin ones."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_LIKE_LATIN: Final = frozenset(
    "АВЕЅІЈКМНОРСТУХҮԌԚԜЗЬӀаеѕіјорсухһԁԛԝӏҽѵѡьг"  # Cyrillic
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧοαινυρτκχ"  # Greek
    "ՕՏՍԼօոսհցյ"  # Armenian
)


def find_disguise(name: str) -> str:
    """Return the alphabet (`Cyrillic`) whose letters a name uses to look Latin; empty for an ordinary name."""
    found = _OTHERS.search(name)
    if found is None:
        return ""
    words = [word for word in _WORD.findall(name) if _OTHERS.search(word)]
    is_mixed = any(_has_latin(word) for word in words)
    looks_latin = all(letter in _LIKE_LATIN for word in words for letter in word)
    return _name_alphabet(found[0]) if is_mixed or looks_latin else ""


def mark_disguise(text: str) -> str:
    """Return the note to show behind a name that may imitate another one; empty for an ordinary name."""
    alphabet = find_disguise(text)
    mark = f" ({alphabet})" if alphabet else ""
    return "" if mark in text else mark


def show_name(name: str) -> str:
    """Return a name with the alphabet behind it, where it may be taken for another."""
    return name + mark_disguise(name)


def _has_latin(word: str) -> bool:
    return any(_name_alphabet(letter) == "Latin" for letter in word)


def _name_alphabet(letter: str) -> str:
    return unicodedata.name(letter, "?").partition(" ")[0].capitalize()
