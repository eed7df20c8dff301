"""The dotless i, which Turkish and Azeri names are written with and which passes for ours in any other."""

import re
import unicodedata
from typing import Final

DOTLESS: Final = "\N{LATIN SMALL LETTER DOTLESS I}"
_TURKISH: Final = frozenset("ğĞşŞçÇöÖüÜİəƏâÂ")
"""A name with one of these is Turkish or Azeri by itself."""
_WORD: Final = re.compile(r"[^\W\d_]+")
_FOREIGN: Final = re.compile("[qwxeiéè]|[aou\u0131]{2}|[aou\u0131].*o")
"""What no Turkish word with a dotless i has: letters of others, a front vowel, two vowels together, a late o."""


def find_dotless(name: str) -> str:
    """Return `Turkish` for a dotless i in a word that cannot be a Turkish one; else nothing.

    A word that might be one (`Yilmaz`, written with it) says nothing: many names have no
    other letter of theirs.
    """
    composed = unicodedata.normalize("NFC", name)
    if DOTLESS not in composed or not _TURKISH.isdisjoint(composed):
        return ""
    words = (word.casefold() for word in _WORD.findall(composed) if DOTLESS in word)
    return "Turkish" if any(map(_FOREIGN.search, words)) else ""
