"""Which addresses are no person: by the hosts they are at, the words in them, and the names of rooms and programmes.

Where a name of two words and the address agree (`t.ravel@` and Thomas Ravel), the person wins over the word.
"""

import re
from functools import lru_cache
from typing import Final

from storage.text.addresses import Address
from storage.text.displayed_names import FULL, clean_name, prepare
from storage.text.domains import find_company_domain, is_free_mail, list_host_labels
from storage.text.local_parts import (
    BOTS,
    GROUPS,
    MAIL,
    NO_REPLY,
    OFFICES,
    RETURN_PATH,
    ROLES,
    THINGS,
    TOKEN,
    find_by_local,
)
from storage.text.name_evidence import FIRST_NAMES, KNOWN_NAMES, count_explained, is_persons, is_whole_name
from storage.text.names import fold
from storage.text.offices import is_office
from storage.text.rooms import is_room, may_be_room
from storage.text.titles import is_firm, is_title
from storage.text.via import is_of_list, split_via
from storage.text.word_lists import read_kinds, read_list

_LIST_HOSTS: Final = read_list("list_hosts.txt")
_MACHINE_HOSTS: Final = read_list("machine_hosts.txt")
_TENANT_HOSTS: Final = read_list("tenant_hosts.txt")
_NOTE_TAKERS: Final = read_list("note_takers.txt")
_LABELS: Final = read_kinds("host_labels.txt")
_BRANDS: Final = frozenset(
    (
        *{host.partition(".")[0] for host in _NOTE_TAKERS} - {"x", "calendar"},
        "tl;dv",
        "zoom",
        "webex",
        "teams",
        "copilot",
    )
)
"""What services that take notes are called; some are called as people are."""
_HELPERS: Final = frozenset(
    (
        "note",
        "notes",
        "notebot",
        "recorder",
        "recording",
        "assistant",
        "meeting",
        "meetings",
        "bot",
        "agent",
        "ai",
        "minutes",
    )
)
_ENDINGS: Final = frozenset(("ai", "io", "app", "video"))
_ROBOT_NAME = re.compile(
    r"note[\s-]?taker|\btl;dv\b|\bnotes?[\s-]?bot\b|\botter\s?pilot\b|\b(?:ai|meeting|conversation|scheduling|call|virtual)"
    r"\s+(?:assistant|recorder|scribe|bot|notes|minutes|agent|copilot|transcriber|transcription)\b"
    r"|['\u2019]s\s+(?:meeting\s+|ai\s+)?(?:notes|assistant|recorder|recording|bot|agent|scribe|transcript\w*)$"
    r"|\b(?:ai|ki|ia)[\s-](?:companion|begleiter|protokoll|notiz|assist|agent|sekret|preneu|notul)"
    r"|\bprotokollant\b|\bscan(?:ner)? to e?-?mail\b"
    r"|\b(?:xerox|ricoh|konica minolta|kyocera|lexmark|toshiba|epson|hp|brother|canon)\b.*(?:\d{2}|workcentre|laserjet"
    r"|bizhub|mfp)"
    r"|preneu[rs]e? de notes|prise de notes|assistante? de réunion|assistente (?:di|per le) riunion[ei]"
    r"|(?:assistent[ei]?|asistente|assistante?)\s+(?:ia|ki|ai|de notas|virtuale?)\b|\bnotul(?:ist|eerder)\b"
    r"|asistente de reuni(?:ón|ones)|meeting-?(?:protokoll|assistent|assistant)|protokoll-?bot|\bcopilot\b"
    r"|\bdial[\s-]?in\b|\bconference (?:call )?(?:line|bridge)\b"
    r"|\bzoom rooms?\b|\bteams rooms?\b|microsoft teams meeting|webex meetings?\b|\bunknown organi[sz]er\b",
    re.IGNORECASE,
)
_LIST_NAME = re.compile(
    r"\bmail(?:ing)?[\s-]?list(?:e|s)?\b|\bdistribution list\b|\bliste de diffusion\b|\blista di distribuzione\b"
    r"|\blista de (?:distribución|correo)\b|\bdistributielijst\b|\be?mail-?verteiler\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\+?\d[\d.-]{5,}")
_FULL: Final = 2
_MADE: Final = frozenset(
    ("bot", "list", "liste", "lists", "sales", "office", "pilot", "notes", "desk", "team", "group")
)
"""Words behind which a programme, a list or an office is likelier than a surname, but for behind a first name."""


@lru_cache(maxsize=65536)
def find_machine(address: Address, name: str = "") -> str:
    """Return the reason why an address, displayed under a name, is no person's; empty for what may be a person.

    `no_reply`, `bounce`, `mailing_list`, `robot`, `resource` or `role`.
    """
    host = _find_by_host(address.domain)
    if host:
        return "" if host == "note_taker" and _is_named_person(address, name) else host.replace("note_taker", "robot")
    if f"{address.local}@{address.domain}" in _MACHINE_HOSTS:
        return "robot"
    is_telling = NO_REPLY.search(address.local) or RETURN_PATH.search(address.local)
    if name and not is_telling and (by_name := _find_by_name(address, name)):
        return by_name
    reason = find_by_local(address.local) or _find_number(address, name)
    is_excused = " " in name and not is_telling and _is_excused(reason, address, name)
    is_alias = reason == "robot" and bool(TOKEN.search(address.local)) and is_free_mail(address.domain)
    return "" if is_alias or is_excused else reason


def _is_excused(reason: str, address: Address, name: str) -> bool:
    """Return whether somebody is called as such an address is."""
    return bool(reason) and (
        (reason == "mailing_list" and _has_initials(address, name))
        or (address.local in MAIL and _is_of_own_domain(address, name))
        or _is_named_person(address, name)
    )


def _is_of_own_domain(address: Address, name: str) -> bool:
    """Return whether a domain is somebody's name: Anna Roth at `mail@anna-roth.ch` or `mail@roth.ch`."""
    label, clean = find_company_domain(address.domain).partition(".")[0], clean_name(name, address.local)[0]
    return not is_firm(clean) and (is_whole_name(clean, label) or label in fold(clean).split())


def _has_initials(address: Address, name: str) -> bool:
    """Return whether an address begins with a person's initials: Daniela Lang at `dl.zuerich@`."""
    clean, quality = clean_name(name, address.local, address.domain)
    words = fold(clean).split()
    is_office = not OFFICES.isdisjoint(words)
    return quality == FULL and not is_office and re.split("[._-]", address.local)[0] == "".join(w[0] for w in words)


def _find_number(address: Address, name: str) -> str:
    """Say where a call or a room is addressed by its number, and nobody by a name: `44223311@acme.example`."""
    is_call = address.local.isdigit() and not _LABELS["video"].isdisjoint(list_host_labels(address.domain))
    is_service = is_call or (address.domain in _TENANT_HOSTS and any(map(str.isdigit, address.local)))
    if (not is_service and not _NUMBER.fullmatch(address.local)) or is_free_mail(address.domain):
        return ""
    return "" if clean_name(name, address.local, address.domain)[1] == FULL else "robot"


@lru_cache(maxsize=16384)
def _find_by_host(domain: str) -> str:
    levels = [".".join(domain.split(".")[place:]) for place in range(domain.count("."))]
    if any(level in _MACHINE_HOSTS for level in levels) or any(level in _TENANT_HOSTS for level in levels[1:]):
        return "robot"
    if any(level in _NOTE_TAKERS for level in levels):
        return "note_taker"
    labels = list_host_labels(domain)
    if find_company_domain(domain) in _LIST_HOSTS or _LABELS["list"].intersection(labels):
        return "mailing_list"
    if _LABELS["token"].intersection(labels):
        return "robot"
    return "no_reply" if _LABELS["mail"].intersection(labels) else ""


def is_thing(word: str) -> bool:
    """Return whether a word of a displayed name is an office's or a programme's rather than a person's."""
    return fold(word) in THINGS


def _find_by_name(address: Address, name: str) -> str:
    """Tell programmes, rooms and lists by what they are called, where the address does not say otherwise."""
    shown = prepare(name)
    words = fold(shown).split()
    is_programme = (_ROBOT_NAME.search(shown) or _is_note_taker(words)) and not _is_aside(address, name)
    if is_programme or _is_bot(shown, words):
        return "robot"
    clean, _ = clean_name(name, address.local, address.domain)
    if may_be_room(shown, words) and is_room(shown, words, clean, address.local):
        return "resource"
    if is_office(clean, address.local):
        return "role"
    return _find_list(address, name, shown, words) if " " in name else ""


def _find_list(address: Address, name: str, shown: str, words: list[str]) -> str:
    if _LIST_NAME.search(shown) or (not GROUPS.isdisjoint(words) and _is_group(address, name)):
        return "mailing_list"
    if not is_of_list(shown, address.local):
        return ""
    _, behind = split_via(shown)
    return "" if _has_first_name(behind) and is_persons(behind, address.local) else "mailing_list"


def _is_bot(shown: str, words: list[str]) -> bool:
    """Return whether a name is a programme's: Jira Bot; behind a first name, an initial or a title Bot is a surname."""
    *before, last = words or [""]
    is_hers = any(len(word) == 1 or word in KNOWN_NAMES or is_title(word) for word in before)
    return last in BOTS and bool(before) and not is_hers and "," not in shown


def _is_aside(address: Address, name: str) -> bool:
    """Return whether a programme's words stand beside the name of whoever has the address: Jane Roe - Copilot lead."""
    clean, _ = clean_name(name, address.local, address.domain)
    is_programme = bool(_ROBOT_NAME.search(clean)) or _is_note_taker(fold(clean).split())
    return is_persons(clean, address.local) and not is_programme


def _is_note_taker(words: list[str]) -> bool:
    """Return whether a name is a service's, its domain's or its helper's: Gong Recorder, read.ai, not Sally Meeting."""
    if words[-1:] and words[-1] in _BRANDS - KNOWN_NAMES and words[0] in _HELPERS:
        return True  # Notes by Fathom
    for place, word in enumerate(words):
        if word in _BRANDS:
            behind = words[place + 1 :]
            if behind[:1] and behind[0] in _ENDINGS:
                return True
            if word not in KNOWN_NAMES and not _HELPERS.isdisjoint(behind):
                return True
    return False


def _is_group(address: Address, name: str) -> bool:
    """Return whether a name with a group's word is a group's: Project Falcon Team, not Otto Team."""
    words = fold(clean_name(name, address.local, address.domain)[0]).split()
    first, *rest = re.split(r"[._-]", address.local)
    people = KNOWN_NAMES.intersection((words[0], *((first, *rest) if rest else ())))
    is_hers = is_persons(" ".join(word for word in words if word not in OFFICES), address.local)
    return not GROUPS.isdisjoint(words) and not people and not is_hers and "," not in name


def _has_first_name(clean: str) -> bool:
    """Return whether a name of two words has a first name in it: Salle Marie is somebody, Salle Turing is a room."""
    words = fold(clean).split()
    return len(words) == _FULL and not KNOWN_NAMES.isdisjoint(words)


def _is_named_person(address: Address, name: str) -> bool:
    """Return whether somebody with a first and a last name stands behind an address that is made of both."""
    clean, quality = clean_name(name, address.local, address.domain)
    words = [fold(word) for word in re.split(r"[\s-]+", clean) if word]
    is_plain = quality >= FULL and len(words) >= _FULL and all(word.replace(" ", "").isalpha() for word in words)
    is_office = "".join(words) in ROLES and words[0] not in KNOWN_NAMES  # Human Resources
    if is_office or not is_plain:
        return False
    taker = find_company_domain(address.domain)
    if taker in _NOTE_TAKERS:
        label = taker.partition(".")[0]
        if label in words or label == "".join(words):
            return False  # Otter Pilot at otter.ai
        if address.local == words[0]:
            return not THINGS.intersection(words)
    things = [word for word in words if word in THINGS]
    is_surname = things == words[1:] and len(things) == 1 and words[0] in KNOWN_NAMES  # Otto Team
    if not is_persons(clean, address.local) or (things and not is_surname):
        return False
    telling = [place for place, word in enumerate(words) if word in ROLES or find_by_local(f"-{word}")]
    if telling and not count_explained(" ".join(set(words) - {words[place] for place in telling}), address.local)[0]:
        return False  # Jane Doe par Liste Associés
    label = address.domain.partition(".")[0]
    is_behind = telling == [len(words) - 1] and (words[0] in FIRST_NAMES or words[-1] not in _MADE)
    is_behind |= 0 not in telling and words[0] in KNOWN_NAMES  # Rahul Dev Burman
    return not telling or (is_behind and label not in words[:-1])
