"""Which names and addresses are of courts, registers and shared desks; `office_words.txt` has the words."""

import re
from functools import lru_cache
from typing import Final

from storage.text.name_evidence import KNOWN_NAMES, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_kinds, read_list

_WORDS: Final = read_kinds("office_words.txt")
_OFFICES, _SURNAMES, _SMALL = (_WORDS[kind] for kind in ("office", "surname", "small"))
_ENDS, _BEGINNINGS = tuple(_WORDS["end"]), tuple(_WORDS["begin"])
_DESKS: Final = read_list("role_mailboxes.txt") | read_list("thing_words.txt")
"""What desks and departments are called, as people may be called too."""
_BEFORE_END: Final = 3
"""Letters before `-amt` that make a word of which office it is: Bauamt, and not Samt."""
_PAIR: Final = 2


@lru_cache(maxsize=16384)
def is_office_word(word: str) -> bool:
    """Return whether a folded word is that of an office alone: Handelsregisteramt, Tribunal."""
    is_compound = word.endswith(_ENDS) and any(
        len(word) - len(end) >= _BEFORE_END for end in _ENDS if word.endswith(end)
    )
    return word in _OFFICES or ((is_compound or word.startswith(_BEGINNINGS)) and word not in KNOWN_NAMES)


def is_office(clean: str, local: str) -> bool:
    """Return whether a displayed name, as it is read, is an office's: Tribunal civil, Accounts Payable.

    Whoever has the address is somebody, and so is Luke Court.
    """
    words = [word for word in fold(clean).split() if word not in _SMALL and not word.isdigit()]
    if not words or not _is_called(words):
        return False
    name = " ".join(word for word in clean.split() if not _is_of_offices(fold(word)))
    is_local = len(words) == 1 and words[0] in re.sub("[._-]", "", local)  # find_by_local knows
    pair = len(words) == _PAIR and words[0] in KNOWN_NAMES and not is_office_word(words[0])
    return not (is_local or pair or is_persons(name, local) or has_person(re.split("[._-]+", local)))


def _is_called(words: list[str]) -> bool:
    if any(map(is_office_word, words)):
        return True
    return all(map(_is_of_offices, words)) and not KNOWN_NAMES.issuperset(words)


def _is_of_offices(word: str) -> bool:
    return word in _SURNAMES or word in _DESKS or is_office_word(word)


def has_person(pieces: list[str]) -> bool:
    """Return whether parts of an address have somebody's first name beside another word, or begin with an initial."""
    return len(pieces) > 1 and (len(pieces[0]) == 1 or not KNOWN_NAMES.isdisjoint(pieces))
