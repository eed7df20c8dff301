"""Titles, degrees, positions and company forms around a name."""

import re
from typing import Final

from storage.text.capitals import PARTICLES
from storage.text.name_evidence import count_explained, is_given, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_kinds

_WORDS: Final = read_kinds("titles.txt")
_BEFORE, _INNER, _BEHIND, _FIRM = (_WORDS[kind] for kind in ("before", "inner", "behind", "firm"))
_OFFICE: Final = _WORDS["office"]
_POSITIONS: Final = _BEHIND - frozenset(("of", "at", "and", "à", "la", "au", "de"))
_TITLES: Final = _BEFORE | _INNER
_DIGNITIES: Final = frozenset(map(fold, _WORDS["dignity"]))
_ARTICLES, _ELIDED = frozenset(("le", "la", "el")), frozenset(("l'", "l\u2019"))
_PROFESSIONS, _PARTS, _SURNAMES = _WORDS["profession"], _WORDS["part"], _WORDS["surname"]
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

_NUMBERS = re.compile(
    r"(?<![^\s,;])(?:(?:ext|extn|tel|tél|telephone|phone|mob|mobile|fax|poste|durchwahl|dw|int|[tmpdf](?=\W{1,3}\+))\b\.?:?\s*)?"
    r"(?:[#x-]\s?)?[+(]{0,2}\d[\d()./-]*(?![^\s,;])\s*",
    re.IGNORECASE,
)

_DEVICE_WORD: Final = (
    r"(?:i-?phone|i-?pad|i-?mac|mac\s?book|apple watch|phone|smartphone|mobile|tablet|android|blackberry|galaxy|pixel"
    r"|laptop|computer|handy|téléphone|portable)(?:\s(?:pro|air|mini|max|plus|\d{1,2}|[a-z]\d{1,2}))*"
)
_DEVICE = re.compile(
    rf"(?P<owner>\S.*?)['\u2019]s\s+{_DEVICE_WORD}|{_DEVICE_WORD}\s+(?:de\s+|d['\u2019]|di\s+|von\s+|van\s+)(?P<of>\S.*)"
    rf"|(?:(?:my|mon|mein|sent from my)\s+)?(?:i-?phone|i-?pad|mac\s?book|blackberry)",
    re.IGNORECASE,
)
"""What a telephone calls itself: `Jane's iPhone`, `iPhone de Claire`."""


def drop_device(name: str) -> str:
    """Return whose a telephone is that is called after somebody; empty for a telephone by itself."""
    found = _DEVICE.fullmatch(name)
    return (found["owner"] or found["of"] or "") if found else name


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


def drop_around_comma(last: str, first: str, local: str) -> tuple[str, str]:
    """Take what is no name from both sides of a comma, of which a word each stays: `RA Dr. Vogel, Stefan LL.M.`."""
    words, others = last.split(), first.split()
    is_titled = False
    while len(words) > 1 and _is_title_at([*words, *others], 0, local, is_titled=is_titled, is_surname=True):
        count = 1 + _count_dignity([*words[1:], *others])
        words, is_titled = words[min(count, len(words) - 1) :], True
    words = words[: len(words) - _count_behind(words, others, local)]
    return " ".join(words), " ".join(others[: len(others) - _count_behind(others, words, local)])


def _count_behind(words: list[str], others: list[str], local: str) -> int:
    """Count the titles, degrees and professions behind one part of a name: `Anna Dr. iur.`, `Robert KC`."""
    end = len(words)
    while end > 1:
        count = next((count for count in range(1, end) if _is_behind(words[:end], count, others, local)), 0)
        if not count:
            break
        end -= count
    return len(words) - end


def _is_behind(words: list[str], count: int, others: list[str], local: str) -> bool:
    """Return whether the last words of one part of a name are no part of it, as far as the address says."""
    word, *inner = words[-count:]
    plain = _plain(word)
    if plain in _PARTS or not all("." in one and _plain(one) in _INNER for one in inner):
        return False
    if _BARE_DEGREE.fullmatch(word) or ("." in word and _is_before(plain)):
        return True
    is_known = _is_before(plain) or plain in _PROFESSIONS or (plain in _POSITIONS and not _may_be_short_name(word))
    if not is_known or plain in _SURNAMES or plain in PARTICLES:
        return False
    name = " ".join([*words[:-count], *others])
    return count_explained(f"{name} {word}", local)[0] <= count_explained(name, local)[0]


def _may_be_short_name(word: str) -> bool:
    return len(word) <= 3 and word.istitle()  # noqa: PLR2004  # Nguyen, Van Ao


def _is_before(plain: str) -> bool:
    """Return whether a word is a title, or made of titles: `dr.-ing`, `wp/stb`, `syndikus-ra`."""
    first, *rest = re.split(r"[./-]+", plain)
    return plain in _BEFORE or (first in _BEFORE and bool(rest) and _TITLES.issuperset(rest))


def drop_stop(text: str) -> str:
    """Take a full stop from behind a name; an initial, a title and a company keep theirs: `Roe Jr.`, `Acme Inc.`."""
    if not text.endswith("."):
        return text
    bare = _STOP.sub("", text)
    last = bare.rpartition(" ")[2].lower()
    return text if last in _BEHIND | _FIRM | _PARTS | _TITLES else bare


def drop_numbers(name: str) -> str:
    """Leave out telephones and what a directory counts beside a first and a last name: `Dubois, Claire 4711`."""
    bare = _NUMBERS.sub(" ", name).strip(" ,;") if any(map(str.isdigit, name)) else name
    return bare if len(re.findall(r"[^\W\d_]{2,}", bare)) > 1 else name


def is_firm(text: str) -> bool:
    """Return whether a text ends as the name of a company does, or begins as that of an office: Kanzlei Nord."""
    words = text.split()
    return bool(words) and (_plain(words[-1]) in _FIRM or (len(words) > 1 and _plain(words[0]) in _OFFICE))


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
    is_degree = bool(_DEGREE.fullmatch(word)) and plain not in _PARTS and plain not in _FIRM
    has_loud = any(part.isupper() and len(part) > 2 for part in before)  # noqa: PLR2004  # of two last names: DUPONT ROY
    return is_degree and not has_loud and not is_given(name) and is_persons(name, local)


def _is_title_at(words: list[str], place: int, local: str, *, is_titled: bool, is_surname: bool = False) -> bool:
    """Return whether a word before a name is a title, as far as the address says; `M.` before a surname surely is."""
    first, behind = words[place], words[place + 1 :]
    word, rest = _plain(first), " ".join(behind)
    if (word in _BEFORE or first in _COURTESIES) and _count_dignity(behind):
        return True
    is_known = _is_before(word) or (is_titled and word in _INNER) or first in _COURTESIES
    is_bare_particle = word in PARTICLES and "." not in first and not (is_titled and word in _INNER)
    if is_bare_particle and (not first.isupper() or rest.isupper()):
        return False  # Di Marco
    if not is_known and word not in _PROFESSIONS and (word in _PARTS or not _ABBREVIATED.fullmatch(first)):
        return False
    explained = count_explained(rest, local)[0]
    is_hers = count_explained(f"{first} {rest}", local)[0] > explained
    if not is_known or (word in _SURNAMES and "." not in first):
        return is_persons(rest, local) and not is_hers
    if "." in first and first not in _COURTESIES:
        return True
    is_monsieur = first in _COURTESIES and not explained and not is_surname  # an initial, for all one knows
    return not is_monsieur and not is_hers
