"""Names and words as they are compared: without case, accents, punctuation, invisible characters, in any script."""

import re
import unicodedata
from functools import lru_cache

NAME_LENGTH = 200
"""The longest name that is kept or compared, in characters."""
WORD_LENGTH = 64
WORD_COUNT = 40
"""As many words of one text as can be asked for or found by."""

_LETTERS = str.maketrans(
    {"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "\u0131": "i", "ħ": "h", "ŋ": "n"}
)
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


def fold_name(name: str) -> str:
    """Return what a `folded_name` column holds: the folded name, at most `NAME_LENGTH` characters of it."""
    return fold(name[: 4 * NAME_LENGTH])[:NAME_LENGTH].rstrip()


def words(text: str) -> list[str]:
    """Return the folded words of `text` in order, each once; a Chinese character is a word of its own."""
    folded = fold(text)
    if not folded.isascii():
        folded = _HAN.sub(r" \1 ", folded)
    return list(dict.fromkeys(word[:WORD_LENGTH] for word in folded.split()))[:WORD_COUNT]


def clean(text: str) -> str:
    """Return `text` as it is kept: no control or invisible characters, single spaces, `NAME_LENGTH` at most."""
    visible = "".join(" " if character.isspace() else character for character in text if _is_kept(character))
    return " ".join(visible.split())[:NAME_LENGTH].rstrip()


def _is_kept(character: str) -> bool:
    return character.isspace() or character.isprintable() or character == "\u200d"
