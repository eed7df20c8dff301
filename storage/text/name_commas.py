"""Read what stands between the commas of a name: `Last, First`, a degree, a company; the address decides."""

import re
from typing import Final

from storage.text.capitals import PARTICLES, drop_unit
from storage.text.name_evidence import FIRST_NAMES, KNOWN_NAMES, count_explained, is_first_before, is_persons
from storage.text.names import fold
from storage.text.titles import drop_around_comma, is_behind_name, is_firm, is_title

QUOTES: Final = "\"'`\u00b4«»\u2039\u203a“”„‟\u2018\u2019\u201a\u201b\\ "
"""What stands around a name and is no part of it."""
_MOST_WORDS: Final = 3
"""Words on either side of the comma in `Last, First`; more of them are no name."""
INITIALS = re.compile(r"(?:[^\W\d_]\.\s?)+[^\W\d_]?\.?|[A-Z]{1,2}")

_SUFFIX = re.compile(r"I{2,3}|IV|[JS]r\.?")


def read_commas(name: str, local: str, host: str) -> tuple[str, bool]:
    """Read `Last, First`, `First Last, Company` and what else stands between commas, as the address says.

    Say too whether the comma told the last name from the first: then the address, which has both, does not.
    """
    parts = [part for part in (part.strip(QUOTES) for part in re.split("[,;\uff0c\u3001]", name)) if part]
    if "&" in name:
        return _choose_person(parts, local) or " ".join(parts), False
    while len(parts) > 1 and _is_addition(parts, local):
        parts.pop()
    if len(parts) > 1 and is_firm(parts[0]) and " " in parts[1] and fold(parts[1]).partition(" ")[0] in KNOWN_NAMES:
        parts.pop(0)  # Kanzlei Nord, Stefan Vogel
    titled = parts[0] if parts else ""
    if len(parts) > 1:
        parts[:2] = drop_around_comma(parts[0], parts[1], local)
    if len(parts) > 2 and all(word.lower() in PARTICLES for word in parts[1].split()):  # noqa: PLR2004
        parts[:2] = [f"{parts[1]} {parts[0]}"]  # Berg, van der, Kees
    if len(parts) > 2 and max(len(part.split()) for part in parts[:2]) <= _MOST_WORDS:  # noqa: PLR2004
        parts = parts[:2]
    if len(parts) != 2:  # noqa: PLR2004
        return " ".join(parts), False
    parts[1] = _drop_unit(parts[0], parts[1], local, host)
    last, first = _move_particles(parts[0], parts[1])
    is_long = max(len(last.split()), len(first.split())) > _MOST_WORDS
    if _is_whole(titled, first, local, host) or _is_called(last, first, local):
        return titled, False
    if is_persons(first, local) and not count_explained(last, local)[0] and not _is_given(last, first, local):
        return first, False  # Banque Delta, Claire Dubois
    return (f"{last} {first}", False) if is_long else (_turn(parts[0], parts[1], local), True)


def _drop_unit(last: str, first: str, local: str, host: str) -> str:
    """Take a unit from behind the first names: `Suter, Vera ASTRA` at `vera.suter@`."""
    words = first.split()
    kept = drop_unit([*last.split(), *words], local, host)
    return " ".join(words[: max(1, len(kept) - len(last.split()))])


def _turn(before: str, behind: str, local: str) -> str:
    """Put the first name first; what tells a son from his father goes behind the last: `Wilson, Robert III`."""
    if is_first_before(before, behind, local):
        return f"{before} {behind}"
    last, first = _move_particles(before, behind)
    *words, end = first.split()
    return f"{' '.join(words)} {last} {end}" if words and _SUFFIX.fullmatch(end) else f"{first} {last}"


def _move_particles(last: str, first: str) -> tuple[str, str]:
    """Put the particles that stand behind the first names before the last: `Cruz, Ana María de la`."""
    words = first.split()
    count = next(
        (place for place, word in enumerate(reversed(words)) if word.lower() not in PARTICLES or word.isupper()), 0
    )
    return " ".join([*words[len(words) - count :], last]), " ".join(words[: len(words) - count])


def _choose_person(parts: list[str], local: str) -> str:
    """Return the part that the address is made of, beside a firm of partners: `Jane Roe, Gaudin & Cie`."""
    persons = [part for part in parts if "&" not in part and len(part.split()) > 1 and count_explained(part, local)[0]]
    return persons[0] if len(persons) == 1 and not is_firm(persons[0]) else ""


def _is_addition(parts: list[str], local: str) -> bool:
    """Return whether the last part is a degree, a position, a company; initials behind a bare surname are its own."""
    last = parts[-1]
    is_alone = len(parts) == 2 and len(parts[0].split()) == 1  # noqa: PLR2004
    if is_alone and last.istitle() and len(last) <= 2:  # noqa: PLR2004
        return False  # Nguyen, An
    if is_alone and INITIALS.fullmatch(last):
        is_degree = "." not in last and is_behind_name(last) and not count_explained(last, local)[0]
        return is_degree and last.lower() != "jd"
    is_hers = bool(count_explained(last, local)[0]) and " " not in last  # Giner, Pastor
    return (is_title(last) and not is_hers) or is_behind_name(last) or is_firm(last)


def _is_whole(whole: str, other: str, local: str, host: str) -> bool:
    """Return whether what stands before the comma is the whole name, and the rest where they work."""
    if len(whole.split()) < 2:  # noqa: PLR2004
        return False
    if _is_of_host(other, host):
        return True
    explained, unused = count_explained(whole, local)
    both, more = count_explained(f"{other} {whole}", local)
    return explained > 0 and explained >= both and unused < more and is_persons(whole, local)


def _is_given(last: str, first: str, local: str) -> bool:
    """Return whether an address is somebody's first names in one word, without the last: Smith, Mary Ann."""
    is_one = not re.search(r"[._-]", local) and " " not in last
    return is_one and KNOWN_NAMES.issuperset(fold(first).split())


def _is_called(whole: str, other: str, local: str) -> bool:
    """Return whether a name begins with a first name, and what stands behind it has none: Anna Roe, North Wind."""
    first, *rest = fold(whole).split() or [""]
    others = fold(other).split()
    is_other = len(others) > 1 and KNOWN_NAMES.isdisjoint(others) and not count_explained(other, local)[0]
    return bool(rest) and first in FIRST_NAMES and is_other


def _is_of_host(name: str, host: str) -> bool:
    """Return whether a name is that of the domain, word by word: Banque Delta at `banque-delta.fr`."""
    label = re.sub(r"[^a-z0-9]", "", host.rpartition(".")[0])
    words = [re.sub(r"[^a-z0-9]", "", word) for word in name.lower().split()]
    return len(label) > 2 and bool(words) and ("".join(words) in label or label in "".join(words))  # noqa: PLR2004
