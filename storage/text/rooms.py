"""Which names and addresses are of rooms, vehicles and devices that people book; `room_words.txt` has the words."""

import re
from typing import Final

from storage.text.name_evidence import KNOWN_NAMES, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_kinds

_WORDS: Final = read_kinds("room_words.txt")
_ROOMS, _THINGS, _PURPOSES, _ABOUT = (_WORDS[kind] for kind in ("room", "thing", "purpose", "about"))
_CALLED: Final = _WORDS["called"]
_PLAIN, _NAMESAKES = _WORDS["plain"], _WORDS["namesake"]
_SURNAMES: Final = _WORDS["surname"]
"""Things that are surnames too, behind a first name that is known or not: Thandiwe Beamer at `tbeamer@`."""
_TELLING: Final = _ROOMS | _THINGS
_ENDS: Final = tuple(_WORDS["end"])
_SHORTEST_BEFORE: Final = 4
"""Letters before `-raum` that make a word of what a room is for: Mediationsraum, and not Traum."""
_EXTRAS: Final = (
    r"(?:\s*[,/+&]?\s*\b(?:vc|tv|av|video|visio|teams|zoom|webex|hybrid|beamer|screen|phone|whiteboard)\b)*"
)
"""What a room has, beside its seats: `(8p VC)`."""
_SEGMENTS = re.compile(r"\s+[-\u2013|/]\s+")
"""What parts a town from a room: `Paris - Salle 4`."""
_DIGIT = re.compile(r"\d")
_PARTY = re.compile(
    r"[(\[]\s*\d{1,3}\s*(?:people|persons?|personnes?|personen|persone|personas|pessoas)\s*[)\]]\s*$", re.IGNORECASE
)
"""How many come with somebody: `Jane Roe (4 people)`; a room has places."""
_SEATS = re.compile(
    r"[(\[]\s*(?:(?:vc|tv|video|visio|teams|zoom|webex|hybrid)[\s,/+&]+)*(?:max\.?\s*|cap(?:acit[éey])?\.?:?\s*)?\d{1,3}\s*(?:p|pl|pers|pp|personnes?|personen|persone|personas"
    r"|persons?|people|pax|seats?|places?|posti|plätze|platze|pltz|sitzplätze|cap|zitplaatsen|plaatsen|lugares|plazas"
    r"|px|ppl)\.?"
    rf"{_EXTRAS}\s*[)\]]"
    r"|\b\d{1,3}\s*(?:pers\.|personnes|personen|persone|personas|seats|places|posti|plätze|plazas|plaatsen|pax)(?:\W|$)"
    r"|[-_\s]\d{1,3}\s?(?:p|pl|pax|px|ppl)\.?$|\b(?:posti|places|plätze|seats|seating|plazas|lugares|pax|capacity|capacité|capacità|capienza|aforo)\s*:?\s*\d+",
    re.IGNORECASE,
)
_SIGNS = re.compile(rf"{'|'.join(sorted(_WORDS['sign']))}|\bwebex (?:board|desk|room|bar)\b", re.IGNORECASE)
_CODES: Final = _WORDS["code"]
_SHORTEST_CODE: Final = 2
"""Letters of a code that is a courtesy too, unless in capitals: Mr."""
_CODE = re.compile(rf"^(?:{'|'.join(sorted(_CODES))})[-_](?:\d|[a-z]{{2,6}}[-_.](?=[^@]*\d))[\w.-]*", re.IGNORECASE)
"""`MR-LON-04-Thames`, `conf-par-312`."""
_CODED = re.compile(r"(?:MR|RM|CR|SZ|BZ|VC|KTR)[-_][A-Z]\w{2,}|(?:RM|CR|SZ|BZ|KTR) \w+ \d{1,2}")
"""`MR-Thames`, `SZ Bern 2`: the code in capitals, and the room's own name."""
_NUMBERED = re.compile(
    r"^[A-Z]{2,4}[-_ ]\d+\.\d+\b",
    re.IGNORECASE,
)
"""`LDN-7.02 Severn`."""
_EQUIPPED = re.compile(
    r"[(\[]\s*(?:(?:vc|vtc|tv|av|video|visio|hybrid|beamer|screen)[\s,/+&]*)+(?P<seats>\d{1,3})?\s*[)\]]\s*$"
    rf"|[(\[]\s*(?P<first>\d{{1,3}})(?P<extra>{_EXTRAS})\s*[)\]]\s*$",
    re.IGNORECASE,
)
"""Seats alone, or what stands in a room, in brackets at the end: `(VC, 14)`, `(10)`, `(VC)`."""
_STOREY = re.compile(
    r"\b(?:\d{1,2}|[egud])\s*(?:st|nd|rd|th|er?|[eè]me|[\u00ba\u00b0.])?\s*(?:og|ug|dg|eg|floor|fl\.|stock|geschoss|[eé]tage|niveau"
    r"|piano|planta|piso|verdieping|level)\b|\b(?:floor|level|stock|[eé]tage|niveau|piano|planta|piso|verdieping)\s*\d",
    re.IGNORECASE,
)
_SITE = re.compile(r"[A-Z]{2,4}(?:[-_](?:\d{1,2}|\d?[EOU]G)(?=[-_ ])|(?=[-_ ])(?!.*,))")
"""A town and a storey in short, as the names of rooms begin."""
_BUILDING = re.compile(
    r"(?:bldg|building|b[aâ]t|b[aâ]timent|geb|gebäude|edif|edificio|gebouw)\.?\s*\w{1,2}\b.*\d", re.IGNORECASE
)
_ANY: Final = _TELLING | _PURPOSES
_DIGITS: Final = "0123456789"
_SEPARATORS = re.compile("[._-]+")
_ENGLISH: Final = frozenset(("room", "rooms"))
_ALONE: Final = frozenset(("room", "rooms", "salle", "salles", "raum"))
"""Hardly ever a surname: such a word is enough at the beginning of an address."""


def may_be_room(shown: str, words: list[str]) -> bool:
    """Return whether a displayed name has anything of a room's; quick, for most have not."""
    is_worded = any(map(_is_telling, words)) or (words[:1] and words[0] in _PURPOSES)
    return (
        bool(is_worded)
        or _is_numbered(shown)
        or _is_placed(shown)
        or _has_code(shown)
        or bool(_DIGIT.search(shown) and _CODE.match(shown))
    )


def is_room(shown: str, words: list[str], clean: str, local: str) -> bool:
    """Return whether a displayed name is a room's, as shown, by its words, and as it is read, at an address.

    Salle Marie at `salle.marie@` is somebody, Salle Turing is a room; Lars Beamer at `lars.beamer@` is somebody.
    """
    return _is_behind_town(shown, local) or _is_room(shown, words, clean, local)


def _is_behind_town(shown: str, local: str) -> bool:
    """Return whether a room stands behind a town or a house: `Paris - Salle 4`; in front of it there is nobody."""
    town, *others = _SEGMENTS.split(shown)
    if not others or is_persons(town, local) or not KNOWN_NAMES.isdisjoint(fold(town).split()):
        return False
    parts = ((part, fold(part).split()) for part in others)
    return any(
        _is_room(part, inner, part, local)
        for part, inner in parts
        if inner and (inner[0] in _PURPOSES or _is_telling(inner[0]))
    )


def _is_room(shown: str, words: list[str], clean: str, local: str) -> bool:
    if _is_numbered(shown) or (_CODE.match(shown) and not is_persons(clean, local)):
        return not _is_party(shown, clean, local)
    is_there = _has_code(shown) or (_is_placed(shown) and not is_persons(_DIGIT.split(clean)[0], local))
    found = [place for place, word in enumerate(words) if _is_telling(word)]
    if is_there or not found:
        return is_there or _is_purpose(words)
    if not any(map(_is_telling, fold(clean).split())):
        return False
    is_certain = _is_certain(words, found)
    if not is_certain and (found[0] > 0 or len(words) == 1 or "," in shown or words[0] in _CALLED):
        return False
    first, _, rest = shown.partition(" ")
    is_surname = first.isupper() and not rest.isupper() and not is_certain  # HALL Karen
    if is_surname and (fold(rest).partition(" ")[0] in KNOWN_NAMES or is_persons(clean, local)):
        return False
    is_turned = not is_certain and re.split("[._-]", local)[0] == words[-1] and is_persons(clean, local)
    return not is_turned and not _is_somebody(clean, local, is_certain=is_certain)


def _is_numbered(shown: str) -> bool:
    """Return whether a name tells its seats, its number on a floor, or a room in whatever script."""
    if _DIGIT.search(shown) and (_SEATS.search(shown) or _NUMBERED.match(shown)):
        return True
    return not (shown.isascii() and "webex" not in shown.lower()) and bool(_SIGNS.search(shown))


def _is_placed(shown: str) -> bool:
    """Return whether a name tells a place: two of a site's code, a storey, a number, what is there or its seats."""
    end, site = _EQUIPPED.search(shown), _SITE.match(shown)
    before = shown[: end.start()] if end else shown
    has_number, storey = bool(_DIGIT.search(before)), _STOREY.search(before)
    if end and (end["seats"] or end["extra"] or (end["first"] and has_number)):
        return True
    has_place = storey is not None and KNOWN_NAMES.isdisjoint(fold(before[: storey.start()]).split())
    if site is None or not (end or has_number):
        return bool(end) and has_place
    if not site[0].isalpha():
        return True
    return has_number if end else has_place


def _has_code(shown: str) -> bool:
    """Return whether a name begins with a building, or a room's code and tells its seats, its storey or its name."""
    if _BUILDING.match(shown) or _CODED.fullmatch(shown):
        return True
    code = shown.partition(" ")[0]
    is_code = code.lower() in _CODES and (code.isupper() or len(code) > _SHORTEST_CODE)  # Mr Roe (2)
    return is_code and bool(_EQUIPPED.search(shown) or _STOREY.search(shown))


def _is_party(shown: str, clean: str, local: str) -> bool:
    """Return whether a number of people stands behind the name of somebody who has the address."""
    words = fold(clean).split()
    is_known = words[:1] and words[0] in KNOWN_NAMES - _TELLING  # Peter Hall
    is_known = is_known or not (KNOWN_NAMES.isdisjoint(words) or any(map(_is_telling, words)))
    return bool(is_known) and bool(_PARTY.search(shown)) and is_persons(clean, local)


def _is_purpose(words: list[str]) -> bool:
    """Return whether words say what is done there, and no more than where: Video Conference 2, Besprechung 2. OG."""
    if not words or words[0] not in _PURPOSES:
        return False
    is_all = len(words) > 1 and KNOWN_NAMES.isdisjoint(words) and all(word in _PURPOSES | _ABOUT for word in words)
    return is_all or _is_place([word for word in words if word not in _PURPOSES])


def _is_telling(word: str) -> bool:
    return word in _TELLING or _is_compound(word)


def _is_certain(words: list[str], found: list[int]) -> bool:
    """Return whether words say that it is a room: its kind, its number, its purpose, or nothing but such words."""
    if any(words[place] in _THINGS or _is_compound(words[place]) for place in found):
        return True
    others = [word for place, word in enumerate(words) if place not in found]
    has_number = any(re.search(r"\d", word) for word in others)
    around = {word for place in found for word in words[max(place - 2, 0) : place + 3]}
    has_purpose = not _PURPOSES.isdisjoint(around) and (0 in found or words[0] not in KNOWN_NAMES)
    is_all = (
        len(words) > 1
        and words[found[0]] not in _CALLED
        and all(word in _ABOUT and word not in KNOWN_NAMES for word in others)
    )
    is_last = words[-1] in _ENGLISH and len(words) > 1 and words[0] not in KNOWN_NAMES and len(words[0]) > 1
    return has_number or has_purpose or is_all or is_last


def _is_place(words: list[str]) -> bool:
    """Return whether words say a number and a floor alone: (Besprechung) 2. OG."""
    has_number = any(re.search(r"\d", word) for word in words)
    return has_number and all(re.search(r"\d", word) or word in _ABOUT for word in words)


def _is_compound(word: str) -> bool:
    """Return whether a word is a German or Dutch one for a room, whatever it is for: Mediationsraum."""
    return word.endswith(_ENDS) and any(len(word) - len(end) >= _SHORTEST_BEFORE for end in _ENDS if word.endswith(end))


def _is_somebody(clean: str, local: str, *, is_certain: bool) -> bool:
    """Return whether a person with a known first name and a surname of such a word has the address of both.

    A first name alone is enough where the name is no certain sign: Ed Salle at `ed@`.
    """
    words = fold(clean).split()
    if len(words) == 2 and words[1] in _SURNAMES and words[0] not in _ANY | _ABOUT and is_persons(clean, local):  # noqa: PLR2004
        return True
    if len(words) != 2 or KNOWN_NAMES.isdisjoint(words) or words[0] in _THINGS | _PLAIN:  # noqa: PLR2004
        return False
    if words[0] in _ROOMS and words[1] in _NAMESAKES:
        return False  # Sala Dante
    agrees = is_persons(clean, local) or local in words
    return agrees and not (is_certain and words[0] not in KNOWN_NAMES)


def is_room_address(local: str) -> bool:
    """Return whether a local part is a room's: `salle-12`, `boardroom.paris`, `besprechung.og3`.

    A number, a purpose or a name of its own says so; `sala.pietro` and `hall.j` are rather somebody's.
    """
    first, *rest = (piece.rstrip(_DIGITS) for piece in _SEPARATORS.split(local))
    if first not in _ANY and not _is_compound(first):
        return bool(_CODE.match(local))
    has_person = any(len(piece) == 1 or piece in KNOWN_NAMES for piece in rest)
    if first in _THINGS or _is_compound(first) or (first in _ALONE and not has_person) or _CODE.match(local):
        return True
    has_number = bool(re.search(r"\d", local))
    if first in _PURPOSES and rest:
        return has_number or not _ROOMS.isdisjoint(rest)
    return first in _ROOMS and (bool(rest) or has_number) and not has_person and (has_number or first not in _CALLED)
