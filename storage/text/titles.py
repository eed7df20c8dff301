"""Titles, degrees, positions and company forms around a name."""

import re
from typing import Final

from storage.text.name_evidence import count_explained
from storage.text.word_lists import read_kinds

_WORDS: Final = read_kinds("titles.txt")
_BEFORE, _INNER, _BEHIND, _FIRM = (_WORDS[kind] for kind in ("before", "inner", "behind", "firm"))
_COURTESIES: Final = ("M.", "D.", "Dª.", "Da.")
"""Monsieur, and Don: an initial, for all that one knows without the address."""
_BARE_DEGREE = re.compile(
    r"MD|M\.D\.?|Ph\.?D\.?|Esq\.?|Esquire|LL\.?\s?M\.?|LL\.?B\.?|LL\.?D\.?|J\.D\.?|JD|QC|Q\.C\.?|KC|K\.C\.?|MBA"
    r"|CPA|M\.?Sc\.?"
    r"|B\.?Sc\.?|M\.A\.?|B\.A\.?|DDS|CFA|RN|OBE|MBE|CBE|MLaw|MSc|(?:CIPP|FCIArb|MCIArb|TEP)(?:/\w)?"
)
"""Degrees that are known as such without a comma before them."""


def _plain(word: str) -> str:
    return word.lower().rstrip(".,")


def is_title(text: str) -> bool:
    """Return whether a text is titles alone: `Prof. Dr.`."""
    return all(_plain(word) in _BEFORE | _INNER for word in text.split())


def is_behind_name(text: str) -> bool:
    """Return whether a text is what stands behind a name: `LL.M. (Cantab)`, `Managing Partner`."""
    return all(_plain(word) in _BEHIND for word in re.split(r"[\s()&]+", text) if word)


def drop_leading_titles(text: str) -> str:
    """Take titles from before one part of a name, of which a word always stays."""
    words = text.split()
    while len(words) > 1 and _plain(words[0]) in _BEFORE and "." in words[0]:
        words.pop(0)
    return " ".join(words)


def is_firm(text: str) -> bool:
    """Return whether a text ends as the name of a company does."""
    words = text.split()
    return bool(words) and _plain(words[-1]) in _FIRM


def drop_titles(words: list[str], local: str) -> list[str]:
    """Take titles from before a name and degrees from behind it; a first and a last name always stay.

    One that the address has too is part of the name: `don.smith@`.
    """
    start, is_titled = 0, False
    while len(words) - start > 2 and _is_title_at(words, start, local, is_titled=is_titled):  # noqa: PLR2004
        start, is_titled = start + 1, True
    end = len(words)
    while end - start > 2 and _BARE_DEGREE.fullmatch(words[end - 1].rstrip(",")):  # noqa: PLR2004
        end -= 1
    return words[start:end]


def _is_title_at(words: list[str], place: int, local: str, *, is_titled: bool) -> bool:
    word = _plain(words[place])
    is_known = word in _BEFORE or (is_titled and word in _INNER) or words[place] in _COURTESIES
    if not is_known:
        return False
    if "." in words[place] and words[place] not in _COURTESIES:
        return True
    explained = count_explained(" ".join(words[place + 1 :]), local)[0]
    is_monsieur = words[place] in _COURTESIES and not explained  # an initial, for all that the address says
    return not is_monsieur and count_explained(" ".join(words[place:]), local)[0] <= explained
