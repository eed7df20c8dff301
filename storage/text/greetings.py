"""Choose the first name to greet somebody by; empty if it cannot be told apart from the last name."""

import unicodedata
from typing import Final

from storage.text.addresses import parse_address
from storage.text.displayed_names import DERIVED, clean_name
from storage.text.local_parts import ROLES
from storage.text.machines import is_thing
from storage.text.name_evidence import FIRST_NAMES
from storage.text.names import fold
from storage.text.titles import is_title

_PARTICLES: Final = frozenset(("de", "du", "le", "la", "van", "von", "der", "den", "di", "da", "el", "al", "ten", "zu"))
_SHORTEST: Final = 2


def choose_greeting(name: str, address: str = "") -> str:
    """Return the first name in a name from the directory; empty where it has none, or may be a function's.

    "Martin, Anne (Paris)" is Anne and "Dr. Sofia Meier" Sofia; "Dr. Meier", "J. Roe" and "Reception Paris" are greeted
    without a name. The address tells "Martin Anne" from "Anne Martin".
    """
    local = parse_address(address).local
    clean, quality = clean_name(name, local)
    words = clean.split()
    if (
        not words
        or (quality == DERIVED and len(words) < _SHORTEST and fold(words[0]) not in FIRST_NAMES)
        or any(map(is_thing, words))
        or fold(words[0]) in ROLES
    ):
        return ""
    first = _find_first(words, local)
    is_name = first.replace("-", "").replace("'", "").replace("\u2019", "").isalpha() and first[:1].isupper()
    if not is_name or len(first) < _SHORTEST or is_title(first) or first.lower() in _PARTICLES:
        return ""
    is_shouted = first.isupper() and len(first) > _SHORTEST
    return "" if is_shouted or unicodedata.name(first[0], "").startswith(("CJK", "HANGUL")) else first


def _find_first(words: list[str], local: str) -> str:
    """Return the first name; empty where it may as well be the last: `Keller Ruth`, and no address that tells."""
    one, *others = [fold(word).partition(" ")[0] for word in words]
    if one not in FIRST_NAMES and others and all(len(other) == 1 for other in others):
        return ""  # Dupont J.
    if len(others) != 1 or one in FIRST_NAMES or others[0] not in FIRST_NAMES:
        return words[0]
    if words[0].isupper() and len(one) > _SHORTEST:
        return words[1]
    return words[0] if local.startswith(one) else ""
