"""A displayed name of one word, made whole by the address: `Anne` at `anne.martin@`, `jroe` at `jane.roe@`."""

import re
from typing import Final

from storage.text.capitals import capitalize
from storage.text.name_evidence import KNOWN_NAMES, fold_local, is_given
from storage.text.names import fold
from storage.text.word_lists import read_list

_THINGS: Final = read_list("thing_words.txt") | read_list("role_mailboxes.txt")
_SHORTEST: Final = 3
"""Letters of a first and of a last name that stand together in an address."""
_PAIR: Final = 2


def complete_name(word: str, local: str) -> str:
    """Return the first and the last name that an address has, where a displayed word is one of them or a login of both.

    The word keeps its accents: `René` at `rene.roy@` is René Roy. Without such an address it stays alone.
    """
    given = re.sub(r"[\W\d_]", "", fold(word))
    bare = re.sub(r"[\d._-]+$", "", fold_local(local.partition("+")[0]))
    parts = re.split("[._]" if re.search("[._]", bare) else "-", bare)
    if len(parts) == 1:
        parts = _part(given, bare)
    if len(parts) != _PAIR or not all(len(part) > 1 and part.replace("-", "").isalpha() for part in parts):
        return word
    joined = [part.replace("-", "") for part in parts]
    is_login = given == parts[0][0] + joined[1]
    if not is_login and given not in joined:
        return word
    if KNOWN_NAMES.isdisjoint(joined) or not _THINGS.isdisjoint(joined):
        return word
    shown = word if word.istitle() or not (word.islower() or word.isupper()) else capitalize(word)
    return " ".join(shown if part.replace("-", "") == given else capitalize(part) for part in parts)


def _part(given: str, bare: str) -> list[str]:
    """Part an address of one word at a first name: `annemartin`, and neither `annemarie` nor `ann` and `emartin`."""
    first, last = (given, bare[len(given) :]) if bare.startswith(given) else (bare.removesuffix(given), given)
    if min(len(first), len(last)) < _SHORTEST or first + last != bare or first not in KNOWN_NAMES or is_given(last):
        return []
    is_longest = not any(bare[:end] in KNOWN_NAMES for end in range(len(first) + 1, len(bare) - _SHORTEST + 1))
    return [first, last] if is_longest else []
