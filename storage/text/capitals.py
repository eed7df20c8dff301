"""Write names that are all in capitals, or all in small letters, with the usual capitals."""

import re
from itertools import dropwhile
from typing import Final

from storage.text.name_evidence import FIRST_NAMES, KNOWN_NAMES, has_word, is_given, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_list

PARTICLES: Final = frozenset(
    (
        *(
            "de",
            "du",
            "des",
            "d",
            "la",
            "le",
            "les",
            "von",
            "van",
            "vom",
            "der",
            "den",
            "dem",
            "ten",
            "ter",
            "zu",
            "zum",
        ),
        *("y", "e", "da", "do", "dos", "das", "di", "del", "della", "delle", "dei", "et", "und", "bin", "ben", "al"),
        *("el", "zur", "af", "av", "op", "'t", "\u2032t", "\u2032s", "in"),
    )
)
_LINKS: Final = frozenset(
    ("de", "von", "van", "der", "den", "dem", "di", "del", "della", "zu", "af", "op", "ter", "ten")
)
_ARTICLES: Final = frozenset(("le", "la", "les"))
"""Small behind another particle (de la Fontaine), great by themselves (Le Goff)."""
_GREAT: Final = {
    "it": frozenset(("de", "di", "del", "della", "da", "dei", "lo", "dal", "dalla")),
    "be": frozenset(("van",)),
}
"""Particles that are written great in a country: Maria Di Stefano, Jan Van den Berghe."""
_SOUTHERN: Final = "aoiu"
"""Ends of Italian and Indian surnames: D'Angelo and D'Souza, but Jeanne d'Arc."""
_ABBREVIATION: Final = 4
"""Letters up to which one shouted word may be an abbreviation."""
_INITIALS: Final = 2
"""Letters that are rather initials than a surname."""
_FIRM: Final = 5
"""Letters of a firm's short name."""
_PAIR: Final = 2
"""A first and a last name."""
_FIRST_NAMES: Final = 2
"""First names behind a shouted surname."""
_THINGS: Final = read_list("thing_words.txt")
_SCOTTISH = re.compile(r"(Ma?c)([A-Z]{3,})")
_SAINTS: Final = frozenset(("ST.", "STE.", "STA.", "STO."))
_IRISH = re.compile(r"[OD]['\u2019][^\W\d_]{2}")
"""How O'NEILL and D'ANGELO begin, and no firm's letters."""
_CLITICS: Final = frozenset(("\u2032T", "\u2032S"))
"""The articles of 'T HOOFT and 'S GRAVESANDE, as `displayed_names.prepare` writes them."""
_UNIT = re.compile(r"(?![IVX]+$)(?=.*[A-Z])[A-Z0-9]{2,}(?:[-/.][A-Z0-9]+)*")
_SHOUTED = re.compile(r"[^\W\d_a-z]+(?:[-'\u2019][^\W\d_a-z]+)*")
_TURKISH: Final = frozenset("\u0130\u0131\u011e\u011f\u015e\u015f")
_SMALL = str.maketrans({"I": "\u0131", "\u0130": "i"})


def write_capitals(words: list[str], front: int, local: str, host: str = "") -> list[str]:
    """Write a name with the usual capitals; a surname of its `front` words is moved behind the first name."""
    text = " ".join(words)
    is_turkish = not _TURKISH.isdisjoint(text)
    is_whispered = text.islower() and len(words) > 1 and re.sub(r"[-' .]", "", text).isalpha()
    is_loud = text.replace("ß", "SS").isupper()
    if is_whispered or (is_loud and (len(words) > 1 or len(text) > _ABBREVIATION) and not _is_initials(text)):
        return [_write_word(words, place, host, is_turkish=is_turkish) for place in range(len(words))]
    if front:
        words = [*words[front:], *words[:front]]
    first = len(words) - front if front else 1
    return [
        _write_word(words, place, host, is_turkish=is_turkish)
        if _is_miswritten(words, place, local) or (place >= first and (front or _is_surname(words, place, local, host)))
        else _SCOTTISH.sub(lambda found: found[1] + found[2].capitalize(), word)
        for place, word in enumerate(words)
    ]


def _is_miswritten(words: list[str], place: int, local: str) -> bool:
    """Return whether a word that the address has is small beside great ones, or a first name shouts: `JANE roe`."""
    word = words[place]
    if len(words) == 1 or not word.isalpha() or _is_particle_word(word) or len(word) <= _INITIALS:
        return False
    is_small = word.islower() and place in (0, len(words) - 1) and not " ".join(words).islower()
    return (is_small or (not place and word.isupper() and is_given(word))) and has_word(word, local)


def _is_initials(text: str) -> bool:
    return bool(re.fullmatch(r"(?:\w\.){2,}", text))


def ends_loud(words: list[str]) -> bool:
    """Return whether a name ends with a surname in capitals: `Sophie MARTIN`, and not `Sophie M`."""
    is_short = not words or len(words[-1]) <= _INITIALS or words[-1][1].islower()
    return not is_short and _is_loud(words[-1]) and not _is_loud(words[0])


def count_surname(words: list[str], local: str, host: str = "") -> int:
    """Count the shouted words in front of a first name that is written as one, where they are a surname's.

    The address says so, or the first name does: `DUPUIS Claire`, and not `KPMG Anna`.
    """
    if not words or words[0][1:2].islower() or not _is_loud(words[0]) or " ".join(words).isupper():
        return 0
    count = next((place for place, word in enumerate(words) if not _is_loud(word)), 0)
    rest = words[count:]
    if not count or len(rest) > _FIRST_NAMES or not all(map(_is_first_name, rest)):
        return 0
    if count == 1 and is_given(words[0]) and fold(rest[0]).partition(" ")[0] not in KNOWN_NAMES:
        return 0  # JANE Roe
    has_particle = any(_is_particle_word(word) for word in words[:count])
    pieces = [piece for word in words[:count] for piece in word.split("-")]
    known = any((len(piece) > _INITIALS and has_word(piece, local)) or _is_one_of_two(piece, local) for piece in pieces)
    is_long = any(_may_be_surname(word, host) for word in words[:count])
    is_called = is_long and fold(rest[0]).partition(" ")[0] in KNOWN_NAMES
    is_irish = any(_IRISH.match(word) for word in words[:count])
    return count if known or is_called or is_irish or (has_particle and count > 1) else 0


def _is_one_of_two(word: str, local: str) -> bool:
    """Return whether an address is two words, and this is one of them: WU at `jing.wu@`."""
    parts = re.split(r"[._-]+", local.lower())
    return len(parts) == 2 and min(map(len, parts)) > 1 and fold(word) in parts  # noqa: PLR2004


def _may_be_surname(word: str, host: str) -> bool:
    """Return whether a shouted word beside a first name is rather a surname (ROTH) than a firm's letters (KPMG)."""
    folded = fold(word)
    if len(word) > _ABBREVIATION or len(word) <= _INITIALS:
        return len(word) > _ABBREVIATION
    return bool(re.search("[aeiouy]", folded)) and folded != host.partition(".")[0]


def drop_firm(words: list[str], local: str) -> list[str]:
    """Take a firm's letters from before a name that the address has whole: `UBS Ines Roth` at `ines.roth@`."""
    first, *rest = words or [""]
    is_firm = len(rest) > 1 and _is_loud(first) and not " ".join(words).isupper() and len(first) <= _FIRM
    if not is_firm or _is_particle_word(first) or fold(first) in KNOWN_NAMES or has_word(first, local):
        return words
    is_first = all(fold(word) in FIRST_NAMES for word in rest)  # ROTH Anne Sophie
    return words if is_first or not is_persons(" ".join(rest), local) else rest


def drop_unit(words: list[str], local: str, host: str) -> list[str]:
    """End a name that the address has whole at its firm or its unit: `Keller Ruth GS-UVEK` at `ruth.keller@`.

    A word behind first names alone is the surname: `Jean Luc ROY` at `jeanluc@`.
    """
    for place in range(_PAIR, len(words)):
        word, name = words[place], " ".join(words[:place])
        is_of_host = _is_of_host(words[place:], host)
        is_unit = is_of_host or _is_letters(word, words[place - 1])
        may_be_surname = is_given(name) and (word.isalpha() or not is_of_host)
        is_owned = words[place - 1].endswith(("'s", "\u2019s"))  # Anna Roe's AI Notetaker
        if is_unit and not (may_be_surname or is_owned) and not has_word(word, local) and is_persons(name, local):
            return words[:place]
    return words


def _is_letters(word: str, before: str) -> bool:
    """Return whether a word is a unit's letters; behind a surname in capitals it is rather another: DUPONT ROY."""
    return bool(_UNIT.fullmatch(word)) and not (_is_loud(before) and word.isalpha())


def _is_of_host(words: list[str], host: str) -> bool:
    """Return whether a word is of the domain, and no surname in small letters: BGer at `bger.ch`, Gerichte ZH."""
    labels = {*re.split("[.-]", host.rpartition(".")[0])}
    of_host = [not labels.isdisjoint(re.split("[^a-z0-9]+", word.lower())) for word in words]
    return of_host[0] and not (words[0].istitle() and (len(words) == 1 or not (of_host[1] and words[1].isupper())))


def _is_first_name(word: str) -> bool:
    return (
        bool(re.fullmatch(r"[^\W\d_][^\W\d_'\u2019]*\.?(?:-[^\W\d_]+)?", word))
        and word[0].isupper()
        and word.lower() not in _THINGS
    )


def _is_surname(words: list[str], place: int, local: str, host: str) -> bool:
    """Tell a shouted surname (`DUPONT`) from an abbreviation (`GNU`): the address has it too, or all behind shouts."""
    word = words[place]
    if not _is_loud(word):
        return False
    is_behind_first_name = bool(re.fullmatch(r"[^\W\d_][^\W\d_]+(?:-[^\W\d_]+)*", words[0])) and words[0].istitle()
    behind = list(dropwhile(_is_between, words[1:]))
    all_loud = bool(behind) and all(map(_is_loud, behind))
    is_long = any(len(word) > _ABBREVIATION or _is_particle_word(word) or _is_known(word) for word in words[1:])
    is_long |= fold(words[0]) in FIRST_NAMES and len(words) == _PAIR and _may_be_surname(word, host)
    is_whole = fold(words[0]) in KNOWN_NAMES and re.split(r"[._-]", local)[-1] == fold(word)  # Jun MA
    is_short = len(word) <= _INITIALS and not _is_particle_word(word) and not is_whole
    return (has_word(word, local) and not is_short) or (is_behind_first_name and all_loud and is_long)


def _is_between(word: str) -> bool:
    """Return whether a word stands between a first name and a shouted surname: José *Luis* GARCÍA, John *A.* SMITH."""
    is_small = _is_particle_word(word) or fold(word) in KNOWN_NAMES or bool(re.fullmatch(r"[^\W\d_]\.?", word))
    return is_small and not _is_loud(word)


def _is_known(word: str) -> bool:
    return len(word) > _INITIALS and fold(word) in KNOWN_NAMES


def _is_loud(word: str) -> bool:
    if word in _SAINTS or word in _CLITICS:
        return True
    return (
        len(word) > 1 and bool(_SHOUTED.fullmatch(word.replace("ß", "SS"))) and word.upper() == word.replace("ß", "SS")
    )


def _is_particle_word(word: str) -> bool:
    return word.lower() in PARTICLES


def _write_word(words: list[str], place: int, host: str, *, is_turkish: bool) -> str:
    """Write a word of a name in small letters with its great ones: `O'BRIEN` is O'Brien and `VAN` van."""
    word = words[place]
    lowered = word.lower()
    if 0 < place < len(words) - 1 and lowered in PARTICLES:
        is_alone = lowered in _ARTICLES and words[place - 1].lower() not in _LINKS
        is_great = is_alone or lowered in _GREAT.get(host.rpartition(".")[2], ())
        return lowered.capitalize() if is_great else lowered
    if place and re.match(r"d['\u2019]\w", lowered) and lowered[-1] not in _SOUTHERN:
        return lowered[:2] + capitalize(lowered[2:], is_turkish=is_turkish)
    return capitalize(word, is_turkish=is_turkish)


def capitalize(word: str, *, is_turkish: bool = False) -> str:
    """Write `o'brien-smith` as O'Brien-Smith, `MCDONALD` as McDonald and `İBRAHİM` as İbrahim."""
    small = word.translate(_SMALL).lower() if is_turkish else word.lower()
    pieces = re.split(r"([-'\u2019.])", small)
    text = "".join(_raise(piece, is_turkish=is_turkish) for piece in pieces)
    if re.match(r"Ij[^aeiouy\W]", text):
        return "IJ" + text[2:]
    return "Mc" + text[2:].capitalize() if re.match(r"Mc[a-z]{3,}$", text) else text


def _raise(piece: str, *, is_turkish: bool) -> str:
    first = "\u0130" if is_turkish and piece[:1] == "i" else piece[:1].upper()
    return first + piece[1:]
