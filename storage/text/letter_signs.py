"""Signs that stand for Latin letters in a name: mathematical ones, Roman numerals, letters of full width, blanks."""

import re
import unicodedata
from typing import Final

_BLANK: Final = re.compile("[\u115f\u1160\u3164\uffa0\u2800-\u28ff]")
"""Letters of Korean and Braille that show nothing, and pass for a space."""
_LATIN: Final = re.compile("[A-Za-z]")
_ORDINARY: Final = frozenset("ªº™℠№℡℻Ⓡⓡ")
"""Signs that names are written with."""
_NUMERALS: Final = frozenset("ⅠⅡⅢⅣⅤⅥⅦⅧⅨⅩⅪⅫ")
"""They count kings and houses, where each stands alone."""
_MATHEMATICAL: Final = range(0x1D400, 0x1D800)
_EVERYDAY: Final = range(0x250)
"""Letters of living languages, of which some stand for two (Ĳ, ŉ)."""


def find_blank(name: str) -> str:
    """Return the alphabet of a letter that shows nothing."""
    found = _BLANK.search(name)
    if found is None:
        return ""
    return "Braille" if "BRAILLE" in unicodedata.name(found[0]) else "Hangul"


def find_sign(name: str, *, is_wide: bool, look_alikes: frozenset[str]) -> str:
    """Return the kind of the first sign that stands for Latin letters; where a name `is_wide`, full width is none.

    A sign that is none but looks like one of the `look_alikes` stands for it where a Latin letter is beside it.
    """
    for place, letter in enumerate(name):
        before, after = name[max(place - 1, 0) : place], name[place + 1 : place + 2]
        is_sign = unicodedata.category(letter)[0] not in "LM" and not letter.isdecimal()
        if is_sign and letter in look_alikes and (_LATIN.fullmatch(before) or _LATIN.fullmatch(after)):
            return "Symbol"
        if (
            not letter.isascii()
            and _stands_for_latin(letter)
            and not _is_ordinary(letter, before, after, is_wide=is_wide)
        ):
            return _name_kind(letter)
    return ""


def _stands_for_latin(letter: str) -> bool:
    if ord(letter) in _MATHEMATICAL:
        return True
    plain = unicodedata.normalize("NFKC", letter)
    is_sign = unicodedata.category(letter) == "So"
    if is_sign and "LATIN CAPITAL LETTER" in unicodedata.name(letter):
        return True
    is_unit = is_sign and len(plain) > 1  # one sign for kg
    return plain != letter and not is_unit and _LATIN.search(plain) is not None


def _is_ordinary(letter: str, before: str, after: str, *, is_wide: bool) -> bool:
    if letter in _ORDINARY or ord(letter) in _EVERYDAY:
        return True
    if letter in _NUMERALS:
        return not (before.isalpha() or after.isalpha())
    if unicodedata.decomposition(letter).startswith(("<super>", "<sub>")):
        return before.isalnum()  # Mᵐᵉ
    is_full = "FULLWIDTH" in unicodedata.name(letter)
    return is_full and is_wide and not any(one.isascii() and one.isalpha() for one in (before, after))


def _name_kind(letter: str) -> str:
    name = unicodedata.name(letter)
    kinds = {"ROMAN NUMERAL": "Roman numeral", "FULLWIDTH": "Fullwidth", "LIGATURE": "Ligature"}
    return next((kind for word, kind in kinds.items() if word in name), "Symbol")
