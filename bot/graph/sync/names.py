"""The names people are given in mail headers, made fit to be read; the address decides who they are, never the name."""

import email.errors
import email.header
import re
from functools import lru_cache
from typing import Final

from storage.text.names import clean_text

DERIVED: Final = 0
"""Quality of a name taken from the address alone."""
SINGLE: Final = 1
"""Quality of one word: a first name, a nickname."""
FULL: Final = 2
"""Quality of two words or more."""

_QUOTES = "\"'`«»“”„\u2018\u2019\u201a "
_ADDRESS = re.compile(r"[<(\[]?\b(?:mailto:)?[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+[>)\]]?")
_ASIDE = re.compile(r"\s*[(\[<][^)\]>]*[)\]>]*\s*")
_VIA = re.compile(r"\s+(?:via|on behalf of|pour le compte de|de la part de|im auftrag von)\s.*$", re.IGNORECASE)
_TAG = re.compile(r"\s*(?::\s*[^\s:]*|[|⎥│].*|/\s*[A-Z0-9-]+)$")
"""Group tags (`Doe, John:GROUP`), office codes (`Hang Tran/VNM`) and what follows a bar."""
_SUFFIX = re.compile(
    r"^(?:jr|sr|ii|iii|iv|md|m\.d|phd|ph\.d|esq|mba|cpa|llm|ll\.m|llb|jd|j\.d|qc|kc|msc|bsc|dr|rn|dipl|avocat|avocate|notaire"
    r"|rechtsanwalt|rechtsanwältin|inc|llp|llc|ltd|limited|gmbh|ag|sa|sas|sarl|bv|nv|plc|corp|co|kg|spa|srl)\.?$",
    re.IGNORECASE,
)
_HONORIFIC = re.compile(
    r"^(?:mr|mrs|ms|miss|dr|prof|me|mme|mlle|monsieur|madame|mademoiselle|maître|maitre|herr|frau|sir)\.?\s+(?=\S+\s)",
    re.IGNORECASE,
)
_PARTICLES = frozenset(
    (
        *("de", "du", "des", "d", "la", "le", "les", "von", "van", "der", "den", "dem", "ten", "ter", "zu", "zur"),
        *("y", "e", "da", "do", "dos", "das", "di", "del", "della", "et", "und", "bin", "ben", "al", "el"),
    )
)
_MOST_WORDS: Final = 3
"""Words on either side of the comma in `Last, First`; more of them are no name."""
_ABBREVIATION: Final = 4
"""Letters up to which one shouted word may be an abbreviation."""
_SHOUTED = re.compile(r"[^\W\d_a-z]{3,}(?:[-'\u2019][^\W\d_a-z]+)*")


@lru_cache(maxsize=65536)
def clean_name(raw: str, local: str) -> tuple[str, int]:
    """Give the name as it should be read, and how good it is (`DERIVED`, `SINGLE` or `FULL`).

    `local` is the local part of the address, from which a name is derived where the header has none.
    """
    name = _arrange(_strip(_decode(raw)), local)
    if not any(map(str.isalpha, name)):
        return derive_name(local), DERIVED
    if name.casefold() == local.casefold() or (" " not in name and "." in name.strip(".")):
        return derive_name(name), FULL if " " in derive_name(name) and name.casefold() != local.casefold() else DERIVED
    return name, FULL if " " in name else SINGLE


@lru_cache(maxsize=65536)
def derive_name(local: str) -> str:
    """Read a name out of a local part: `john.doe2` is John Doe, `jdoe` stays as it is."""
    words = [word for word in re.split(r"[._]+|\d+$", local.partition("+")[0]) if word]
    if len(words) <= 1 or not all(word.replace("-", "").isalpha() for word in words):
        return clean_text(local)
    return " ".join(f"{word.upper()}." if len(word) == 1 else _capitalize(word) for word in words)


def _decode(raw: str) -> str:
    if "=?" not in raw:
        return clean_text(raw)
    try:
        return clean_text(str(email.header.make_header(email.header.decode_header(raw[:2000]))))
    except (LookupError, ValueError, email.errors.HeaderParseError):
        return ""


def _strip(name: str) -> str:
    """Take away what is not the name: quotes, addresses, asides, tags."""
    name = name.strip(_QUOTES)
    if "@" in name:
        name = _ADDRESS.sub(" ", name).strip()
        if "@" in name:
            return ""
    name = _VIA.sub("", name)
    name = _ASIDE.sub(" ", name).strip(_QUOTES) if name[:1] not in "([" else name.strip("()[] ")
    name = _TAG.sub("", name)
    return _HONORIFIC.sub("", name.strip(_QUOTES + ",;-"))


def _arrange(name: str, local: str) -> str:
    """Put the first name first, drop a doubled surname, and lower the voice."""
    parts = [part for part in (part.strip(_QUOTES) for part in re.split("[,;]", name)) if part]
    while len(parts) > 1 and _SUFFIX.match(parts[-1]):
        parts.pop()
    match parts:
        case [last, first] if max(len(last.split()), len(first.split())) <= _MOST_WORDS:
            parts = [first, last]
    words = " ".join(parts).split()
    if len(words) > 1 and "." in words[0] and words[0].lower().rpartition(".")[2] == words[-1].lower():
        words[0] = words[0].rpartition(".")[0].replace(".", " ")
    return " ".join(_lower_voices(words, local))


def _lower_voices(words: list[str], local: str) -> list[str]:
    """Write shouted and whispered names as names; a shouted surname in front of a first name goes behind it."""
    text = " ".join(words)
    is_whispered = text.islower() and len(words) > 1 and re.sub(r"[-' ]", "", text).isalpha()
    if is_whispered or (text.isupper() and (len(words) > 1 or len(text) > _ABBREVIATION)):
        return [word.lower() if _is_particle(words, place) else _capitalize(word) for place, word in enumerate(words)]
    match words:
        case [surname, first] if _is_surname(surname, local) and not first.isupper():
            words = [first, surname]
    return [*words[:1], *(_capitalize(word) if _is_surname(word, local) else word for word in words[1:])]


def _is_particle(words: list[str], place: int) -> bool:
    return 0 < place < len(words) - 1 and words[place].lower() in _PARTICLES


def _is_surname(word: str, local: str) -> bool:
    """Tell a shouted surname (`DUPONT`) from an abbreviation (`GNU`): the address has it too."""
    return bool(_SHOUTED.fullmatch(word)) and word.lower() in local


def _capitalize(word: str) -> str:
    """Write `o'brien-smith` as O'Brien-Smith and `MCDONALD` as McDonald."""
    pieces = re.split(r"([-'\u2019])", word.lower())
    text = "".join(piece[:1].upper() + piece[1:] for piece in pieces)
    return "Mc" + text[2:].capitalize() if re.match(r"Mc[a-z]{3,}$", text) else text
