"""Names and words as they are compared: without case, accents, punctuation, invisible characters, in any script."""

import re
import unicodedata
from functools import lru_cache
from itertools import permutations

NAME_LENGTH = 200
"""The longest name that is kept or compared, in characters."""
WORD_LENGTH = 64
_MOST_REORDERED = 5
"""As many words of a name are compared in every order."""
WORD_COUNT = 40
"""As many words of one text as can be asked for or found by."""

_INVISIBLE = (
    *(*range(0x20), 0x7F, *range(0x80, 0xA0), 0xAD, 0x61C, 0x180E),
    *(*range(0x200B, 0x2010), 0xFEFF, *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFFF9, 0xFFFC)),
)
"""Control characters, zero-width characters and overrides of writing direction: nothing that a reader sees."""
_SURROGATES = range(0xD800, 0xE000)
"""Halves of surrogate pairs, which neither UTF-8 nor PostgreSQL takes."""
_GAPS = (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85, 0x2028, 0x2029)
_UNSEEN = dict.fromkeys((*_INVISIBLE, *_SURROGATES)) | dict.fromkeys(_GAPS, " ")

_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ħ": "h", "ŋ": "n"}
    # Arabic and Persian write one letter with two code points, and often leave out what tells two apart.
    | {"\u064a": "\u06cc", "\u0649": "\u06cc", "\u0643": "\u06a9", "\u0629": "\u0647", "\u06c0": "\u0647"}
    | {"\u06c1": "\u0647", "\u06be": "\u0647", "\u0671": "\u0627", "\u0640": ""}
    | {chr(zero + digit): str(digit) for zero in (0x660, 0x6F0) for digit in range(10)}
)
SPELT_OUT = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "å": "aa", "æ": "ae", "œ": "oe"}
    | {"đ": "dj", "ő": "oe", "ű": "ue"}
)
"""How German, the Nordic languages, Serbo-Croatian and Hungarian write a letter where the keyboard lacks it."""
_ASCII = str.maketrans({chr(code): " " for code in range(128) if not chr(code).isalnum()})
_KEPT = ("L", "N", "M", "So")
"""Letters, numbers, marks that are no accents (Thai, Devanagari), and emoji, which some people have for a name."""
_HAN = re.compile(r"([\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff])")


def fold(text: str) -> str:
    """Return `text` as it is compared: "  Société d'Été, S.A." becomes "societe d ete s a".

    A text of punctuation alone stays as it is (in lower case), so that "!!" and "??" are two names.
    """
    if text.isascii():
        return " ".join(text.lower().translate(_ASCII).split()) or _strip(text)
    return _fold_any(text)


@lru_cache(maxsize=4096)
def _fold_any(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_LETTERS)
    kept = "".join(_fold_character(character) for character in plain)
    # NFC puts Hangul together again, so that a syllable stays one character.
    return " ".join(unicodedata.normalize("NFC", kept.casefold()).split()) or _strip(text)


def _fold_character(character: str) -> str:
    if unicodedata.combining(character):
        return ""
    category = unicodedata.category(character)
    if category.startswith(_KEPT):
        return character
    return "" if category == "Cf" else " "


def _strip(text: str) -> str:
    visible = "".join(character for character in text.casefold() if unicodedata.category(character)[0] != "C")
    return " ".join(visible.split())


def is_same_name(one: str, other: str) -> bool:
    """Say whether two names have the same words in whatever order, joined or parted: Deng-Cheng Zhu, ZHU Dengcheng.

    Letters may be spelt out: Sören Müller is Soeren Mueller.
    """
    return not _list_spellings(one).isdisjoint(_list_spellings(other))


@lru_cache(maxsize=4096)
def _list_spellings(name: str) -> frozenset[str]:
    found: set[str] = set()
    for parts in (words(name), words(name.lower().translate(SPELT_OUT))):
        orders = permutations(parts) if len(parts) <= _MOST_REORDERED else [tuple(parts)]
        found.update("".join(order) for order in orders)
    return frozenset(found)


@lru_cache(maxsize=8192)
def fold_name(name: str) -> str:
    """Return what a `folded_name` column holds: the folded name, at most `NAME_LENGTH` characters of it."""
    return fold(name[: 4 * NAME_LENGTH])[:NAME_LENGTH].rstrip()


def is_name(text: str) -> bool:
    """Return whether a text can be a name: it has a letter or a digit."""
    return any(character.isalnum() for character in fold_name(text))


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order, each once; a Chinese character is a word of its own."""
    folded = fold(text)
    if not folded.isascii():
        folded = _HAN.sub(r" \1 ", folded)
    return list(dict.fromkeys(word[:WORD_LENGTH] for word in folded.split()))[:WORD_COUNT]


def clean_text(text: str, limit: int = NAME_LENGTH) -> str:
    """Drop what no reader sees, make every gap one space, and cut at `limit` characters."""
    seen = unicodedata.normalize("NFC", text[: 4 * limit].translate(_UNSEEN))
    return " ".join(seen.split())[:limit].strip()
