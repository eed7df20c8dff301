"""The names people are given in mail headers, made fit to be read; the address decides who they are, never the name.

Where a name can be read in several ways (`Dubois, Claire` and `Claire Dubois, Banque Delta`), what the address says
decides between them.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from storage.text.capitals import capitalize, count_surname, drop_firm, drop_unit, ends_loud, write_capitals
from storage.text.encoding_repair import repair_text
from storage.text.name_commas import INITIALS, QUOTES, read_commas
from storage.text.name_evidence import (
    count_before_initials,
    count_explained,
    count_turned,
    has_word,
    is_persons,
)
from storage.text.names import clean_text
from storage.text.short_names import complete_name
from storage.text.titles import drop_device, drop_numbers, drop_stop, drop_titles, is_firm
from storage.text.via import is_of_list, is_surname_via, split_via
from storage.text.word_lists import read_kinds

DERIVED: Final = 0
"""Quality of a name taken from the address alone."""
SINGLE: Final = 1
"""Quality of one word: a first name, a nickname."""
FULL: Final = 2
"""Quality of two words or more."""

_EXCHANGE_PATH = re.compile(r"^(?:ex:|x500:)?/o=|^imceaex", re.IGNORECASE)
_NOTES_NAME = re.compile(r"^/?cn=([^/]+)(?:/.*)?$", re.IGNORECASE)
_PREFIX = re.compile(
    r"^the\s+(?=(?:right\s+|rt\.?\s+)?hon)|^(?:smtp|mailto|e-?mail|name|nom|from|von|de|cc|bcc|to|an|à)\s*:\s*|^(?:i\.\s?a\.|i\.\s?v\.|p\.\s?p\."
    r"|ppa\.)\s+",
    re.IGNORECASE,
)
_NOTES_PATH = re.compile(r"^([^/@]+)(?:/[^/@]+)+@[^\s/@]+$")
"""A name in Lotus Notes with its units and its domain: `John Doe/Paris/Delta@Delta`."""
_SPACED = re.compile(r"\S+(?:\s\.\s\S+)*\s@\s\S+(?:\s\.\s\S+)+")
"""An address that an archive has taken apart: `jacob . pan @ intel . com`."""
_ADDRESS = re.compile(r"[<(\[]?\b(?:mailto:)?[^\s<>()\[\],;:\"']+@[^\s<>()\[\],;:\"']+[>)\]]?")
_MARKS: Final = "|".join(sorted(map(re.escape, read_kinds("titles.txt")["mark"]), key=len, reverse=True))
_MARK = re.compile(
    rf"^\s*[\[({{<*#!_-]*(?<!\w)(?:{_MARKS})[.?]?(?=\s*[\])}}>*#!:_-])[\s\])}}>*#!:_-]+"
    rf"|[\s,-]*[\[({{<*#]+\s*(?:{_MARKS})\.?\s*[\])}}>*#]*$"
    r"|\s+[-\u2013|]\s*(?:ext|extern|external|externe|externo|esterno|guest)\.?$"
    r"|(?-i:\s+(?:EXT|EXTERN|EXTERNAL|EXTERNE)\.?$|^(?:EXT|EXTERN|EXTERNAL|EXTERNE)\s+)",
    re.IGNORECASE,
)
"""Marks that gateways and directories put beside the names of outsiders."""
_PRONOUN = (
    r"(?:she|her|hers|he|him|his|they|them|theirs?|ze|zir|xe|xem|it|its|elle|il|lui|iel|ielle|er|ihm|ihn|sie|ihr"
    r"|dey|lei|ella|él|el"
    r"|ellos|elles|any|hen|hon|han|zij|haar|hij|hem|die|hun|ela|ele|all|ask|eux)"
)
_PRONOUNS = re.compile(
    rf"\s*[-\u2013|,;(\[/·•]*\s*(?<![^\W\d_]){_PRONOUN}(?:\s*/\s*{_PRONOUN})+(?![^\W\d_])\s*[)\]]*"
    rf"|[\s,]*[(\[]\s*{_PRONOUN}\s*[)\]]",
    re.IGNORECASE,
)
_ASIDE = re.compile(r"\s*(?:\([^()]*\)?|\[[^\[\]]*\]?|<[^<>]*>?|(?<!\S)\{[^{}]*\}?)\s*")
_INSIDE = re.compile(r"[(\[{<]+([^()\[\]{}<>]*)")
_WHOLE = re.compile(r"^[(\[{<]+([^()\[\]{}<>]*)[)\]}>]+$")
_BORN = re.compile(r"\s*,?\s+(?:née?|nee|geb\.|geborene?r?|born|épouse|ép\.|veuve|nata|ux\.)\s+\S.*$")
_NICKNAMED = re.compile(
    r"""(?<=[\w.])\s+(?:"([^\s"@]+(?: [^\s"@]+)?)(?:"|$)|“([^\s”@]+(?: [^\s”@]+)?)(?:”|$)"""
    r"""|'([^\s'@]+(?: [^\s'@]+)?)(?:'|$))(?=\s\w|$)"""
)
"""What friends call somebody, between or behind the names: Anne "Nan" Morel."""
_BREAK = re.compile(r"\s*[|⎥│•►]\s*|\s+[-\u2013\u2014/·*~]+\s+|\s+@\s*|\s+(?:from|at|chez|bei|presso)\s+")
_FOR = re.compile(r"\s+(?:für|pour|for|voor|per|för)\s+\S.*$")
"""For whom somebody writes."""
_FOREIGN: Final = [chr(code) for code in (*range(0x2045, 0x3100), *range(0xFE10, 0xFF70))]
_BRACKETS: Final = str.maketrans(
    {sign: "[" for sign in _FOREIGN if unicodedata.category(sign) == "Ps" and sign != "\u301d"}
    | {sign: "]" for sign in _FOREIGN if unicodedata.category(sign) == "Pe" and sign not in "\u301e\u301f"}
    | dict.fromkeys("\u27e8\u27ea\u2329\u3008\u300a\uff1c\u2039", "<")
    | dict.fromkeys("\u27e9\u27eb\u232a\u3009\u300b\uff1e\u203a", ">")
)
"""Brackets of other scripts, read as ours: 【外部】."""
_SIGNS = re.compile(r"^[^\w\s()\[\]{}<>\"'.*#]+\s+(?=\w)|(?<=\w)\s+[^\w\s()\[\]{}<>\"'.*#]+$")
"""A sign that stands alone before or behind a name: a warning, a lock."""
_CLITIC = re.compile(r"(?<!\S)['\u2018\u2019`\u00b4]([TtSs])(?=[\s-]\s*[^\W\d_a-z])")
"""The article of Dutch surnames, 't Hooft and 's Gravesande; until the name is read its apostrophe is a prime."""
_PRIME: Final = "\u2032"
_COURTESY = re.compile(
    r"^(?:den?\s+(?P<heer>heer)|el\s+se[ñn]or|la\s+se[ñn]or(?:a|ita)|il\s+signore?|la\s+signor(?:a|ina)|o\s+senhor|a\s+senhora"
    r"|der\s+herr|die\s+frau)\.?\s+(?=\S)",
    re.IGNORECASE,
)
"""What stands before a name with an article."""
_NICKNAME = re.compile(r"[A-Z][a-z]+(?:_[A-Z][a-z]+)+|[a-z]{2,}(?:_[a-z]{2,})+|[A-Z]{2,}(?:_[A-Z]{2,})+")


@lru_cache(maxsize=65536)
def clean_name(raw: str, local: str, host: str = "") -> tuple[str, int]:
    """Return the name as it should be read, and how good it is (`DERIVED`, `SINGLE` or `FULL`).

    `local` and `host` are the parts of the address: a name is derived from the one where the header has none, and
    together they decide between readings.
    """
    name = _arrange(_strip(prepare(raw), local), local, host).replace(_PRIME, "'")
    if not any(map(str.isalpha, name)):
        return derive_name(local), DERIVED
    if name.casefold() == local.casefold():
        return derive_name(name), DERIVED
    if " " in name:
        return name, FULL
    if re.search(r"[._]", name.strip("._")) and not INITIALS.fullmatch(name):
        derived = derive_name(name)
        return (_arrange(derived, local, host), FULL) if " " in derived else (derived, DERIVED)
    return complete_name(name, local), SINGLE


@lru_cache(maxsize=65536)
def derive_name(local: str) -> str:
    """Read a name out of a local part: `john.doe2` is John Doe, `jdoe` stays as it is."""
    words = [word for word in re.split(r"[._]+|\d+$", local.partition("+")[0]) if word]
    if len(words) <= 1 or not all(word.replace("-", "").isalpha() for word in words):
        return clean_text(local)
    return " ".join(f"{word.upper()}." if len(word) == 1 else capitalize(word) for word in words)


@lru_cache(maxsize=1024)
def prepare(raw: str) -> str:
    """Return a displayed name as it was meant, without what is no part of any name: quotes, paths, marks, pronouns."""
    text = clean_text(repair_text(raw)).translate(_BRACKETS).strip()
    if len(text) > 1 and text[0] in QUOTES and text[-1] in QUOTES:
        text = text[1:-1].strip()
    text = _CLITIC.sub(rf"{_PRIME}\1", text).strip(QUOTES)
    if _EXCHANGE_PATH.match(text):
        return ""
    text = _NOTES_NAME.sub(r"\1", text).replace('\\"', '"')
    text = _SIGNS.sub("", _MARK.sub(" ", _SIGNS.sub("", text)).strip(QUOTES))
    return _PRONOUNS.sub(_end_name, text).strip(QUOTES + "|")


def _end_name(found: re.Match[str]) -> str:
    """Return what stands for pronouns: a gap amid a name, and its end behind two words."""
    before = found.string[: found.start()].strip(QUOTES)
    return " | " if re.search(r"[\s,]", before) else " "


def _strip(name: str, local: str) -> str:
    """Take away what is not the name: addresses, asides, on whose behalf, where from."""
    name = _drop_courtesy(drop_device(_PREFIX.sub("", name)), local)
    if "@" in name:
        name = _NOTES_PATH.sub(r"\1", name)
        name = _SPACED.sub(" ", name)
        name = re.sub(r"^via\s.*", "", _ADDRESS.sub(" ", name).strip(), flags=re.IGNORECASE)
        if re.search(r"\S@\S", name):
            return ""
    before, behind = split_via(name)
    if behind and not is_surname_via(name, local):
        is_behind = count_explained(behind, local)[0] > count_explained(before, local)[0]
        name = behind if is_behind or is_of_list(name, local) else before
    name = _WHOLE.sub(r"\1", name.strip(QUOTES))
    bare = _ASIDE.sub(" ", name).strip(QUOTES)
    if bare != name and not count_explained(bare, local)[0]:  # Vernet & Moss (Nora Roe)
        bare = next((part for part in _INSIDE.findall(name) if is_persons(part, local)), bare)
    if not any(map(str.isalpha, bare)):
        bare = " ".join(_INSIDE.findall(name))
    name = drop_numbers(_BORN.sub("", _drop_nickname(bare, local)))
    return _choose_segment(drop_stop(name.strip(QUOTES + ",;-\u2013_")), local)


def _drop_courtesy(name: str, local: str) -> str:
    """Leave out `De heer` before a name, and not the surname De Heer."""
    found = _COURTESY.match(name)
    if found is None:
        return name
    rest, heer = name[found.end() :], found["heer"]
    is_surname = bool(heer) and not heer.islower() and (" " not in rest or has_word(heer, local))
    return name if is_surname else rest


def _drop_nickname(name: str, local: str) -> str:
    """Leave out what friends call somebody, unless the address does too: Robert "Bob" Smith at `bob@`."""
    found = _NICKNAMED.search(name) if any(quote in name for quote in "\"'“") else None
    if found is None:
        return name
    bare = f"{name[: found.start()]} {name[found.end() :]}".strip()
    nickname = "".join(filter(None, found.groups()))
    return name if has_word(nickname, local) and not is_persons(bare, local) else bare


def _choose_segment(name: str, local: str) -> str:
    """Return the part of `Jane Roe | Acme` that is the person's: the one that the address is made of, or the first."""
    before = _FOR.sub("", name)
    name = before if before != name and is_persons(before, local) else name
    segments = [part for part in (part.strip(QUOTES) for part in _BREAK.split(name)) if part]
    if len(segments) > 1:
        persons = next((part for part in segments if is_persons(part, local)), "")
        whole = " ".join(segments)
        name = persons or (whole if is_persons(whole, local) else segments[0])
    return _read_slashes(_read_label(name, local), local)


def _read_label(name: str, local: str) -> str:
    """Take the group off `Doe, John:GROUP`, and the word or the firm off `GitAuthor: John Doe`."""
    first, colon, rest = (part.strip(QUOTES) for part in name.partition(":"))
    if not colon or not first or not rest:
        return first or rest
    is_behind = " " in rest and (" " not in first or is_firm(first))
    return rest if is_behind or is_persons(rest, local) else first


def _read_slashes(name: str, local: str) -> str:
    """Take the units off `John Doe/Paris/DELTA`, and turn `DOE/JOHN` and `DOE/JOHN/DELTA`."""
    first, *units = (part.strip() for part in name.split("/"))
    if not units or " " in first:
        return first
    pair = f"{units[0]} {first}"
    return pair if " " not in units[0] and is_persons(pair, local) else name


def _arrange(name: str, local: str, host: str) -> str:
    """Put the first name first, drop titles and a doubled surname, and lower the voice."""
    if _NICKNAME.fullmatch(name) and name.casefold() != local.casefold():
        name = name.replace("_", " ")
    text, is_settled = read_commas(name, local, host)
    words = drop_firm(drop_titles(drop_unit(text.split(), local, host), local), local)
    if len(words) > 1 and "." in words[0] and words[0].lower().rpartition(".")[2] == words[-1].lower():
        words = [*words[0].rpartition(".")[0].split("."), *words[1:]]
    if last := count_before_initials(words, local):
        surname = words[:last]
        return " ".join([*words[last:], *(map(capitalize, surname) if surname[-1].isupper() else surname)])
    is_settled = is_settled or ends_loud(words)
    front = 0 if is_settled else count_surname(words, local, host)
    words = write_capitals(words, front, local, host)
    turned = 0 if is_settled or front else count_turned(words, local, host)
    return " ".join([*words[turned:], *words[:turned]]).strip(QUOTES + ",;")
