"""What an address says of a name: `t.ravel@` is Thomas Ravel's, and `claire.dubois@` tells the person from the bank."""

import re
from functools import lru_cache
from typing import Final

from storage.text.domains import is_free_mail
from storage.text.names import SPELT_OUT, fold
from storage.text.word_lists import read_list

FIRST_NAMES: Final = read_list("first_names.txt")
"""First names as they are compared: enough of them to tell the first name from the last."""
KNOWN_NAMES: Final = FIRST_NAMES | read_list("more_first_names.txt")
"""Less common ones too: to tell a person from a room or an office."""
_SURNAMES: Final = read_list("surname_first_names.txt")
"""First names that are rather surnames."""
_INITIALS = re.compile(r"(?!NG$)[A-Z][B-DF-HJ-NP-TV-XZ]{0,2}|(?:[^\W\d_]\.-?)+")
"""Initials with full stops, or up to three without, and hardly a short surname (LEE, WU, NG)."""
_LONG = re.compile(r"[^\W\d_]{3}")
"""More than initials."""
_GIVEN: Final = KNOWN_NAMES - _SURNAMES
_COMMON: Final = FIRST_NAMES - _SURNAMES
_MOST_WORDS: Final = 8
_LONGEST_PIECE: Final = 40
_MOST_TURNED: Final = 4
"""Words of a name whose first name may stand last: von der Heyden Anna."""
_FULL: Final = 2
"""Letters from which on a word is more than initials."""


@lru_cache(maxsize=65536)
def count_explained(name: str, local: str) -> tuple[int, int]:
    """Return how many letters of a local part the words of a name explain, and how many words it takes no notice of.

    A word explains itself or, by its first letter, an initial.
    """
    words = _list_words(name)
    letters, seen = 0, frozenset[int]()
    for piece in _list_pieces(local):
        found = _match(piece, words, seen)
        if found is not None:
            letters += len(piece)
            seen = found
    return letters, len(words) - len(seen)


@lru_cache(maxsize=65536)
def is_persons(name: str, local: str) -> bool:
    """Return whether a local part is made of a name of two words or more, one of them in full: it is that person's."""
    words, seen = _list_words(name), frozenset[int]()
    pieces = _list_pieces(local)
    for piece in pieces:
        found = _match(piece, words, seen)
        if found is None:
            return False
        seen = found
    text = "".join(pieces)
    has_full = any(len(form) > _FULL and form in text for place in seen for form in words[place])
    return len(seen) > 1 and has_full


def is_whole_name(name: str, local: str) -> bool:
    """Return whether a local part is made of a name, its first and last word in full: no initial tells whose."""
    words = _list_words(name)
    if len(words) < _FULL or not is_persons(name, local):
        return False
    text = "".join(_list_pieces(local))
    return all(any(len(form) > 1 and form in text for form in word) for word in (words[0], words[-1]))


def is_given(name: str) -> bool:
    """Return whether every word of a name is a first name that is hardly a surname."""
    return _GIVEN.issuperset(re.split(r"[ -]", fold(name)))


def _list_words(name: str) -> list[tuple[str, ...]]:
    """Return the words of a name, each as it may be spelled in an address."""
    found = []
    for word in re.split(r"[\s'\u2019.-]+", name.casefold())[:_MOST_WORDS]:
        forms = (fold(word).replace(" ", ""), fold(word.translate(SPELT_OUT)).replace(" ", ""))
        if any(map(str.isalnum, forms[0])):
            found.append(tuple(dict.fromkeys(forms)))
    return found


def _list_pieces(local: str) -> list[str]:
    bare = re.sub(r"\d+$", "", local.partition("+")[0])
    return [piece for piece in re.split(r"[._'-]+", fold_local(bare)) if piece]


def count_turned(words: list[str], local: str, host: str = "") -> int:
    """Count the words of a last name that stands first: `Dubois Claire` at `claire.dubois@` or `cdubois@`.

    A firm's addresses begin with the first name more often than what is displayed does; so they decide, unless only
    what stands first is known as a first name; others, which people chose, do where the first name is known. First
    names of several words are told where each is known: `Roy Jean Luc`.
    """
    if not _FULL <= len(words) <= _MOST_TURNED:
        return 0
    bare = fold_local(re.sub(r"\d+$", "", local.partition("+")[0]))
    pieces = tuple(re.sub("['-]", "", bare).replace("_", ".").split("."))
    folded = [fold(word) for word in words]
    is_ascii = all(map(str.isascii, words))
    spelt_out = folded if is_ascii else [fold(word.casefold().translate(SPELT_OUT)) for word in words]
    ends = tuple(word.replace(" ", "") for word in (*folded[:-1], *spelt_out[:-1]))
    if not pieces[-1].endswith(ends) and (len(pieces) > 1 or pieces[0] != folded[-1]):
        return 0  # nearly all: no word ends it that stands before another
    return next(
        (
            count
            for count in range(len(words) - 1, 0, -1)
            if any(pieces in _list_turned(forms, count, folded) for forms in (folded, spelt_out))
            and _may_be_turned(folded, count, local, host)
            and (len(pieces) > 1 or not (words[0].isupper() and pieces[0] == folded[-1]))  # KPMG Anna at anna@
        ),
        0,
    )


def _may_be_turned(folded: list[str], count: int, local: str, host: str) -> bool:
    """Return whether the words behind the first `count` may be first names, and those the last name."""
    last, *first = (word.partition(" ")[0] for word in (folded[0], *folded[count:]))
    is_known = KNOWN_NAMES.issuperset(first)
    is_given = last in FIRST_NAMES and last not in _SURNAMES
    if len(folded) > _FULL:
        return is_known and not is_given
    if first[0] in FIRST_NAMES:
        return True
    if is_given or is_known:
        return not is_given
    return last not in KNOWN_NAMES and "_" not in local and not (local[-1:].isdigit() or is_free_mail(host))


def _list_turned(words: list[str], count: int, folded: list[str]) -> set[tuple[str, ...]]:
    """Return the parts of an address that has these words first name first, where the last name has `count` of them."""
    last, first = ("".join(part).replace(" ", "") for part in (words[:count], words[count:]))
    initials = {first[0], "".join(word[0] for word in words[count:])}
    found: set[tuple[str, ...]] = {(first, last), *((initial, last) for initial in initials)}
    if any(word.partition(" ")[0] in FIRST_NAMES for word in folded[count:]):
        found |= {(first + last,), *((initial + last,) for initial in initials)}
    if count == len(words) - 1 and folded[0] not in KNOWN_NAMES and folded[count] in _COMMON:
        found.add((first,))  # Keller Ruth at ruth@
    return found


def is_first_before(before: str, behind: str, local: str) -> bool:
    """Return whether a comma stands behind the first name: `Claire, Dubois` at `cdubois@`.

    Capitals tell the last name, then the address where it has an initial, then what is known as a first name. An
    address of both in full has either first (`dubois.claire@`), and counts where neither is known.
    """
    if before.isupper() != behind.isupper() and all(map(_LONG.search, (before, behind))):
        return behind.isupper()
    one, other = (_is_given_name(name) for name in (before, behind))
    letters = re.sub(r"[^a-z]", "", fold_local(local.partition("+")[0]).lower())
    firsts, lasts = (_list_joined(name) for name in (before, behind))
    if _is_joined(letters, _list_initials(before), lasts):
        return one or not other
    ends_before = any(len(end) > _FULL and letters.endswith(end) for end in firsts)
    is_in_order, is_other_way = _is_joined(letters, firsts, lasts), _is_joined(letters, lasts, firsts)
    if ends_before and not is_other_way and letters[:1] in {initials[0] for initials in _list_initials(behind)}:
        return False
    is_last = fold(before) in _SURNAMES
    return not other and not is_last and (one or is_in_order)


def _is_given_name(name: str) -> bool:
    """Return whether every word of a name is known as a first name."""
    return KNOWN_NAMES.issuperset(fold(name).split())


def _is_joined(letters: str, firsts: set[str], lasts: set[str]) -> bool:
    return any(first + last == letters for first in firsts for last in lasts)


def _list_joined(name: str) -> set[str]:
    """Return the words of a name as one, in each spelling that an address may have."""
    words = _list_words(name)
    return {"".join(word[place] for word in words) for place in (0, -1)}


def _list_initials(name: str) -> set[str]:
    words = _list_words(name)
    return {"".join(word[0][0] for word in words)[:count] for count in (1, len(words))} - {""}


def count_before_initials(words: list[str], local: str) -> int:
    """Count the words of a surname that stands before initials: `Ford JT`, `Smith J.D.`, `de Vries J. P.`; 0 for none.

    Initials with full stops tell it by themselves where they are two at least; others where the address has them.
    """
    count = next((place for place, word in enumerate(words) if place and _INITIALS.fullmatch(word)), 0)
    behind = words[count:]
    if not count or not all(map(_INITIALS.fullmatch, behind)):
        return 0
    last = "".join(fold(word).replace(" ", "") for word in words[:count])
    initials = re.sub(r"[^a-z]", "", fold("".join(behind)))
    bare = re.sub(r"[._-]|\d+$", "", fold_local(local.partition("+")[0]))
    is_alone = bare == last and last not in KNOWN_NAMES and count == len(behind) == 1 < len(initials)
    if len(last) > 1 and (is_alone or bare in {initials + last, initials[:1] + last}):
        return 0 if fold(words[0]) in FIRST_NAMES and "." not in words[-1] else count
    is_surname = count == 1 and len(last) > _FULL and last not in FIRST_NAMES
    return count if is_surname and len(initials) > 1 and "." in words[-1] and bare != last + initials else 0


def has_word(word: str, local: str) -> bool:
    """Return whether a local part has a word in it, in any spelling: of two letters and more."""
    text = re.sub(r"[._'-]", "", fold_local(local))
    plain = re.sub(r"['\u2019.-]", "", word.casefold())
    forms = {fold(plain).replace(" ", ""), fold(plain.translate(SPELT_OUT)).replace(" ", "")}
    return any(len(form) > 1 and form in text for form in forms)


def fold_local(local: str) -> str:
    """Take the accents off a local part and leave what separates its pieces."""
    return local if local.isascii() else re.sub(r"[^._'-]+", lambda found: fold(found[0]), local)


def _match(piece: str, words: list[tuple[str, ...]], seen: frozenset[int]) -> frozenset[int] | None:
    """Read a piece as words and initials of a name that are not used yet; None where it is something else."""
    if not piece:
        return seen
    if len(piece) > _LONGEST_PIECE:
        return None
    for place, forms in enumerate(words):
        if place in seen:
            continue
        for form in sorted({*forms, forms[0][:1]}, key=len, reverse=True):
            if piece.startswith(form):
                found = _match(piece[len(form) :], words, seen | {place})
                if found is not None:
                    return found
    return None
