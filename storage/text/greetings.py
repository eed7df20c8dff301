"""Choose the first name to greet somebody by; empty if it cannot be told apart from the last name."""

import re
import unicodedata
from typing import Final

from storage.text.addresses import Address, parse_address
from storage.text.displayed_names import DERIVED, clean_name
from storage.text.local_parts import ROLES
from storage.text.machines import is_thing
from storage.text.name_evidence import KNOWN_NAMES, fold_local, is_persons
from storage.text.names import fold
from storage.text.titles import is_firm, is_position, is_title

_PARTICLES: Final = frozenset(("de", "du", "le", "la", "van", "von", "der", "den", "di", "da", "el", "al", "ten", "zu"))
_SHORTEST: Final = 2
_MARIA: Final = frozenset(("Mª", "M.ª", "Mª."))
"""María, as Spaniards shorten it before a second first name."""


def choose_greeting(name: str, address: str = "") -> str:
    """Return the first name in a name from the directory; empty where it surely has none, or may be a function's.

    "Martin, Anne (Paris)" is Anne and "Dr. Sofia Meier" Sofia; "Dr. Meier", "J. Roe", "Notary Roe", "Vernet & Fils" and
    "Reception Paris" are greeted without a name. The address tells "Martin Anne" from "Anne Martin".
    """
    parsed = parse_address(address)
    clean, quality = clean_name(name, parsed.local, parsed.domain)
    words = clean.split()
    if not words or (quality == DERIVED and len(words) < _SHORTEST and fold(words[0]) not in KNOWN_NAMES):
        return ""
    if _is_function(words, parsed.local) or "&" in clean or is_firm(clean):
        return ""
    if words[0] in _MARIA:
        is_double = len(words) > _SHORTEST and fold(words[1]) in KNOWN_NAMES
        return f"María {words[1]}" if is_double else ""
    first = _find_first(words, parsed, is_told="," in name or (quality > DERIVED and is_title(name.partition(" ")[0])))
    is_name = first.replace("-", "").replace("'", "").replace("\u2019", "").isalpha() and first[:1].isupper()
    if not is_name or len(first) < _SHORTEST or is_title(first) or first.lower() in _PARTICLES:
        return ""
    is_shouted = first.isupper() and len(first) > _SHORTEST
    return "" if is_shouted or unicodedata.name(first[0], "").startswith(("CJK", "HANGUL")) else first


def _is_function(words: list[str], local: str) -> bool:
    """Return whether a name has the word of an office or a position in it that is not the surname of Ed Office."""
    telling = [place for place, word in enumerate(words) if is_thing(word) or is_position(word) or fold(word) in ROLES]
    first = fold(words[0]).partition(" ")[0]
    is_surname = telling == [len(words) - 1] and first in KNOWN_NAMES and is_persons(" ".join(words), local)
    return bool(telling) and not is_surname


def _find_first(words: list[str], address: Address, *, is_told: bool) -> str:
    """Return the first name; empty where it may as well be the last: `Keller Ruth`, and no address that tells.

    A comma or a title before the name says that it is somebody's.
    """
    one, *others = [fold(word).partition(" ")[0] for word in words]
    if one in KNOWN_NAMES:
        return words[0]
    if all(len(other) == 1 for other in others):
        return ""  # Dupont J.
    if len(others) == 1 and others[0] in KNOWN_NAMES and words[0].isupper() and len(one) > _SHORTEST:
        return words[1]
    given = re.split("[._-]", fold_local(address.local))[0]
    if is_persons(" ".join(words), address.local):
        found = next((word for word in words if fold(word) == given), "")
        return found or (words[0] if one[0] == given[0] else "")
    is_unknown = not KNOWN_NAMES.isdisjoint(others) and not is_told
    is_own = given == one and one not in address.domain and not words[-1].isupper()
    return words[0] if others and (is_own or (is_told and not is_unknown)) else ""
