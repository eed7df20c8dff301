"""Titles, degrees, positions and company forms around a name."""

import re
from typing import Final

from storage.text.name_evidence import count_explained, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_kinds

_WORDS: Final = read_kinds("titles.txt")
_BEFORE, _INNER, _BEHIND, _FIRM = (_WORDS[kind] for kind in ("before", "inner", "behind", "firm"))
_POSITIONS: Final = _BEHIND - frozenset(("of", "at", "and", "à", "la", "au", "de"))
_TITLES: Final = _BEFORE | _INNER
_DIGNITIES: Final = frozenset(map(fold, _WORDS["dignity"]))
_ARTICLES, _ELIDED = frozenset(("le", "la", "el")), frozenset(("l'", "l\u2019"))
_PROFESSIONS, _PARTS = _WORDS["profession"], _WORDS["part"]
_COURTESIES: Final = ("M.", "D.", "Dª.", "Da.")
"""Monsieur, and Don: an initial, for all that one knows without the address."""
_BARE_DEGREE = re.compile(
    r"MD|M\.D\.?|Ph\.?D\.?|Esq\.?|Esquire|LL\.?\s?M\.?|LL\.?B\.?|LL\.?D\.?|J\.D\.?|JD|QC|Q\.C\.?|KC|K\.C\.?|MBA"
    r"|CPA|M\.?Sc\.?"
    r"|B\.?Sc\.?|M\.A\.?|B\.A\.?|DDS|CFA|RN|OBE|MBE|CBE|MLaw|MSc|(?:CIPP|FCIArb|MCIArb|TEP)(?:/\w)?"
)
"""Degrees that are known as such without a comma before them."""
_ABBREVIATED = re.compile(
    r"[^\W\d_]{2,}\.(?:-?[^\W\d_]+\.?)*|[a-zà-ž]\.(?:[^\W\d_]+\.?)*|(?!Mc|Mac|De|La|Le|Di|Van)(?=[A-Z]+[a-z])[A-Z][A-Za-z]{0,3}[A-Z][a-z]{0,2}"
)
"""What looks like a title, and is one where the address is made of the name behind it: Geom., VRiLG."""
_DEGREE = re.compile(r"[A-Z]{2,4}|(?:[A-Za-z]{1,4}\.){2,}[A-Za-z]{0,4}|[A-Za-z]{2,4}\.")
"""What looks like a degree, and is one where the address is made of the name before it."""

_STOP = re.compile(r"(?<=[^\W\d_]{3})\.+$|[\s,;]+\.+$")


def _plain(word: str) -> str:
    return word.lower().rstrip(".,")


def is_title(text: str) -> bool:
    """Return whether a text is titles alone: `Prof. Dr.`."""
    return all(_plain(word) in _TITLES for word in text.split())


def is_behind_name(text: str) -> bool:
    """Return whether a text is what stands behind a name: `LL.M. (Cantab)`, `Managing Partner`."""
    return all(_plain(word) in _BEHIND for word in re.split(r"[\s()&]+", text) if word)


def is_position(word: str) -> bool:
    """Return whether a word is what somebody does or is called, and not their name: Notary, Associée, Praktikantin."""
    plain = _plain(word)
    return plain in _POSITIONS or plain in _PROFESSIONS


def drop_leading_titles(text: str) -> str:
    """Take titles from before one part of a name, of which a word always stays."""
    words = text.split()
    while len(words) > 1 and _plain(words[0]) in _BEFORE and "." in words[0]:
        words.pop(0)
    return " ".join(words)


def drop_trailing_titles(text: str) -> str:
    """Take titles from behind one part of a name, of which a word always stays: `Schmidt, Anna Dr.`."""
    words = text.split()
    while len(words) > 1 and _plain(words[-1]) in _BEFORE and "." in words[-1] and _plain(words[-1]) not in _PARTS:
        words.pop()
    return " ".join(words)


def drop_stop(text: str) -> str:
    """Take a full stop from behind a name; an initial, a title and a company keep theirs: `Roe Jr.`, `Acme Inc.`."""
    if not text.endswith("."):
        return text
    bare = _STOP.sub("", text)
    last = bare.rpartition(" ")[2].lower()
    return text if last in _BEHIND | _FIRM | _PARTS | _BEFORE else bare


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
        start, is_titled = start + 1 + _count_dignity(words[start + 1 :]), True
    if len(words) - start > 2:  # noqa: PLR2004
        first, *others = words[start:]
        words, start = [first, *(word for word in others if not _is_inner(word))], 0
    end = len(words)
    while end - start > 2 and _is_degree(words[start : end - 1], words[end - 1].rstrip(","), local):  # noqa: PLR2004
        end -= 1
    return words[start:end]


def _count_dignity(words: list[str]) -> int:
    """Count the words of an article and of what somebody is, behind a courtesy: (M.) le Bâtonnier Luc Roy."""
    first, *rest = [word.lower() for word in words] or [""]
    if first[:2] in _ELIDED and fold(first[2:]) in _DIGNITIES and rest:
        return 1 + (len(rest) > 1 and fold(rest[0]) in _DIGNITIES)
    if first not in _ARTICLES or len(rest) < 2 or fold(rest[0]) not in _DIGNITIES:  # noqa: PLR2004
        return 0
    return 0 if words[0].istitle() and len(rest) == 2 else 2  # noqa: PLR2004  # M. Le Maire Bruno


def _is_inner(word: str) -> bool:
    """Return whether a title stands amid a name: Marchi Avv. Livia."""
    plain = _plain(word)
    return word.endswith(".") and len(plain) > 1 and plain in _BEFORE and plain not in _PARTS


def _is_degree(before: list[str], word: str, local: str) -> bool:
    """Return whether a word behind a name is a degree or a profession that the address takes no notice of."""
    plain, name = _plain(word), " ".join(before)
    if _BARE_DEGREE.fullmatch(word) or (word.isupper() and len(word) > 3 and plain in _BEHIND):  # noqa: PLR2004
        return True
    if plain in _PROFESSIONS:
        explained = count_explained(name, local)[0]
        return explained > 0 and count_explained(f"{name} {word}", local)[0] == explained
    is_degree = bool(_DEGREE.fullmatch(word)) and plain not in _PARTS and plain not in _FIRM and not name.isupper()
    return is_degree and is_persons(name, local)


def _is_title_at(words: list[str], place: int, local: str, *, is_titled: bool) -> bool:
    first = words[place]
    word = _plain(first)
    if (word in _BEFORE or first in _COURTESIES) and _count_dignity(words[place + 1 :]):
        return True
    is_known = (
        word in _BEFORE
        or (is_titled and word in _INNER)
        or first in _COURTESIES
        or ("/" in word and word.partition("/")[0] in _BEFORE)
    )
    if not is_known and (word in _PARTS or not _ABBREVIATED.fullmatch(first)):
        return False
    rest = " ".join(words[place + 1 :])
    if not is_known:
        return is_persons(rest, local)
    if "." in first and first not in _COURTESIES:
        return True
    explained = count_explained(rest, local)[0]
    is_monsieur = first in _COURTESIES and not explained  # an initial, for all that the address says
    return not is_monsieur and count_explained(f"{first} {rest}", local)[0] <= explained
