"""Which local parts are no person's: what programmes, lists, rooms and offices are called before the @."""

import re
from typing import Final

from storage.text.name_evidence import FIRST_NAMES, KNOWN_NAMES, fold_local
from storage.text.offices import has_person, is_office_word
from storage.text.rooms import is_room_address
from storage.text.word_lists import read_kinds, read_list

ROLES: Final = read_list("role_mailboxes.txt")
"""Local parts, without their separators, that an office shares or a programme owns."""
THINGS: Final = read_list("thing_words.txt")
"""Words that are no part of a person's name."""
_WORDS: Final = read_kinds("mailbox_words.txt")
_LISTS, _EVERYONE, GROUPS, MAIL = (_WORDS[kind] for kind in ("list", "everyone", "group", "mail"))
_TO_ALL: Final = _LISTS | _EVERYONE
_PREPOSITION: Final = 2
"""Letters of `an`, `a` and `to` in front of everyone."""
_HEADS: Final = tuple(word for word in _TO_ALL | GROUPS if len(word) > _PREPOSITION)
_TAILS: Final = tuple(word for word in _LISTS | GROUPS if len(word) > _PREPOSITION)
BOTS: Final = frozenset(("bot", "robot", "chatbot", "daemon", "crawler"))
"""What programmes are called behind their own name; Bot is a surname too."""
OFFICES: Final = ROLES | THINGS | _LISTS | _EVERYONE | GROUPS
"""All of those words."""

NO_REPLY = re.compile(
    r"no[._-]?(?:t)?[._-]?reply|do[._-]?not[._-]?(?:reply|respond)|dont[._-]?reply|ne[._-]?pas[._-]?rep+ondre"
    r"|pas[._-]?de[._-]?reponse|sans[._-]?reponse|nicht[._-]?antworten|keine[._-]?antwort|no[._-]?responder"
    r"|no[._-]?contestar|non[._-]?rispondere|nao[._-]?respond|no[._-]?response|niet[._-]?(?:be)?antwoorden"
    r"|keine?[._-]?reply|antwort[._-]?nicht|nicht[._-]?beantworten|niet[._-]?reageren|unattended|unmonitored"
)
RETURN_PATH = re.compile(r"^(?:msprvs\d|prvs=|btv\d==|srs[01][=+-])|[+-][^@=]*=[a-z0-9-]*\.?[a-z0-9.-]+$")
"""Variable envelope return paths (VERP, BATV, SRS), which carry another address inside."""
_BOUNCE = re.compile(
    r"^(?:mailer[._-]?daemon|mail[._-]?daemon|postmaster|bounced?|bounces|return|returns|nobody)(?:[._+=-].*)?$"
)
TOKEN = re.compile(
    r"^(?:reply|replies|re|r|comment|comments|inbound|incoming|case|ticket|thread|conversation|conv|post|task|todo"
    r"|note|save|matter"
    r"|upload|file|filing|dropbox|bcc|crm|in|m|msg|message|email|mail|support|notify|notification|track|parse|hook"
    r"|sr|id)"
    r"\+[\w.=-]*$"
    r"|^(?:reply|replies|notify|inbound|incoming|comment|ticket|case|thread|conversation|upload|hook"
    r"|parse)[_=-]+(?=[^@]*\d)[\w.=-]+$"
    r"|^(?:case|matter|dossier|akte|aktenzeichen|mandat|pratica|expediente|zaak|ticket|ref|file|claim|order)"
    r"[._-]?\d[\d._-]{3,}$|^fbl[._-]"
    r"|^(?:un?sub(?:scribe)?|unsubscriptions?|list-unsubscribe|opt-?out|leave|remove|abmelden|abmeldung"
    r"|desinscription|desabonnement|disiscriviti"
    r"|desuscribir|baja|afmelden)(?:[._+=-].*)?$"
    r"|^(?:email-?to-?(?:salesforce|case|crm)|salesforce|emailto\w+|e2c|crm[._-]?(?:drop)?box)(?:[._+=-].*)?$"
    r"|^[\w.-]*(?:fax(?:2|to)e?mail|e?mail(?:2|to)fax)$|^(?:right|r)fax$"
    r"|^(?:ricoh|xerox|konica|minolta|bizhub|kyocera|lexmark|workcentre|versalink|altalink|laserjet|officejet|docucentre"
    r"|imagerunner|aficio|mfp|mfc|(?:hp|canon|epson|brother|sharp|toshiba|oki|utax)(?=[._-]))[a-z]{0,3}[._-]?(?=[^@]*\d)[\w.-]*$"
    r"|^(?=[^@]*\d)(?=[^@]*[a-f])[0-9a-f]{20,}$|(?:^|[._-])[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?:[._-]|$)"
    r"|(?:^|[._-])(?=[a-z0-9]{10})(?:[a-z]{0,4}\d{1,4}[a-z]{1,4}){4,}\d*(?:$|[._-])"
    r"|^(?:microsoftexchange|systemmailbox|healthmailbox|discoverysearchmailbox|federatedemail|migration|extest_"
    r"|inboundproxy)[.{_-]*[0-9a-f]{6,}"
)
"""Addresses that programmes make for one purpose: to answer one mail, to leave one list, to file in one matter."""
_LIST = re.compile(
    r"^(?:owner|majordomo|listserv|listproc|listmaster|mailman|sympa|ecartis|ezmlm|lists?|listes?"
    r"|mail(?:ing)?[._-]?lists?)$"
    r"|^(?:owner|list|listes?|majordomo|confirm|sub|unsub)[-=]"
    r"|[-_](?:request|bounces?|owner|admin|subscribe|unsubscribe|confirm|join|leave|errors?"
    r"|lists?|listes?|announce(?:ments?)?|annonces?|discuss(?:ions?)?|discuz|talk|users?|devel|dev|developers?"
    r"|patches|commits?"
    r"|cvs|svn|bugs|bugreports?|issues|reports|technical|members|membres|all|everyone|tous|group|groupe|team"
    r"|equipe|digest|forum)$"
)
_LIST_TAG = re.compile(
    r"\+(?:(?:un)?sub(?:scribe)?|leave|remove|opt-?out|owners?|managers?|bounces?|garchive|msgid|bnc)(?:[._=-].*|[A-Z0-9].*)?$"
)
"""What list managers write behind the plus: `contracts+unsubscribe`."""
_ROBOT = re.compile(
    r"^(?:calendar|calendrier|meetings?|invites?|invitations?|scheduling|scheduler|bookings?|bot|robot|daemon|cron"
    r"|auto|automat(?:ed|ic)"
    r"|mailer|system|server|alerts?|alertes?|notif(?:y|ication|ications)?|newsletters?|infolettre|autoreply"
    r"|autoresponder"
    r"|unknownorganizer|note-?taker|notes?-?bot|otterpilot|assistant|virtualassistant)$"
    r"|(?:^|[._-])(?:notifications?|newsletters?|alerts?|alertes?|auto[._-]?repl(?:y|ies)|autoresponder|reminders?"
    r"|receipts?|digest"
    r"|note-?taker)(?:$|[._-])"
    r"|[-_](?:bot|robot|daemon|notify|mailer|calendar)$"
)
_PATTERNS: Final = (("no_reply", NO_REPLY), ("mailing_list", _LIST), ("robot", _ROBOT))
_FIRST_ROLE = re.compile(rf"^(?:{'|'.join(sorted(_WORDS['first']))})(?:\d*[._-]|2(?=[a-z]))")
_LAST_ROLE = re.compile(rf"[-_](?:{'|'.join(sorted(_WORDS['last']))})$")


def find_by_local(given: str) -> str:
    """Return why a local part, with its plus tag, is no person's; empty for what may be a person's."""
    if RETURN_PATH.search(given) or _BOUNCE.search(given):
        return "bounce"
    if TOKEN.search(given):
        return "robot"
    if _LIST_TAG.search(given):
        return "mailing_list"
    local = fold_local(given.partition("+")[0] or given)
    reason = next((reason for reason, pattern in _PATTERNS if pattern.search(local)), "")
    return reason or ("robot" if _is_bot(local) else _find_by_words(local))


def _is_bot(local: str) -> bool:
    """Return whether a local part ends as a programme's does: `test.bot`, and not `jan.bot` and `m.bot`."""
    *before, last = re.split(r"[._-]+", re.sub(r"\d+$", "", local))
    return last in BOTS and bool(before) and not any(len(word) == 1 or word in KNOWN_NAMES for word in before)


def _find_by_words(local: str) -> str:
    pieces = [piece for piece in re.split(r"[._-]+", re.sub(r"\d+$", "", local)) if piece]
    if _is_list(local, pieces):
        return "mailing_list"
    if is_room_address(local):
        return "resource"
    return "role" if _is_role(local, pieces) else ""


def _is_list(local: str, pieces: list[str]) -> bool:
    """Return whether a local part is a list's: `dl-litigation`, `liste.rh`, `tutti`, `alle.zuerich`, `team-ma`."""
    if not pieces:
        return False
    first, *rest = pieces
    if not rest:
        return first in _EVERYONE or first in _LISTS or _is_glued(first)
    if "-" in local and len(first) <= _PREPOSITION and rest[0] in _TO_ALL:
        return True  # an-alle, d-list-ip
    if any(piece in KNOWN_NAMES or len(piece) == 1 for piece in pieces):
        return local.endswith("-l") and OFFICES.issuperset(pieces[:-1])  # litigation-l, as LISTSERV has it
    if first in _TO_ALL or _is_glued(first):
        return True
    return "." not in local and (first in GROUPS or pieces[-1] in _LISTS)


def _is_glued(piece: str) -> bool:
    """Return whether a list's word and an office's stand together: `allfirm`, `listasoci`, `dealteam`."""
    if piece in ROLES:
        return False
    heads = [piece[len(word) :] for word in _HEADS if piece.startswith(word)] if piece.startswith(_HEADS) else []
    tails = [piece[: -len(word)] for word in _TAILS if piece.endswith(word)] if piece.endswith(_TAILS) else []
    return any(rest in OFFICES and rest != "mail" and len(rest) > _PREPOSITION for rest in (*heads, *tails))


def _is_role(local: str, pieces: list[str]) -> bool:
    first, *rest = pieces or [""]
    is_place = bool(rest) and first in ROLES and all(_is_code(piece) for piece in rest)
    has_initial = len(pieces) > 1 and min(map(len, pieces)) == 1  # t.ravel is nobody's travel
    is_whole = _is_joined(pieces) or (len(set(pieces)) > 1 and OFFICES.issuperset(pieces))
    is_office = any(map(is_office_word, pieces)) and not has_person(pieces)
    return (
        is_place
        or is_office
        or bool((is_whole and not has_initial) or _FIRST_ROLE.match(local) or _LAST_ROLE.search(local))
    )


def _is_joined(pieces: list[str]) -> bool:
    """Return whether pieces make an office's word together; `ad.min` and `mark.eting` are rather somebody's names."""
    if "".join(pieces) not in ROLES:
        return False
    first, *rest = pieces
    is_parted = min(map(len, pieces)) <= _PREPOSITION or first in FIRST_NAMES
    return not (rest and is_parted and OFFICES.isdisjoint(pieces))


def _is_code(piece: str) -> bool:
    """Return whether a piece behind an office's word is a place in short: `posteingang.zh`."""
    return _PREPOSITION <= len(piece) <= _PREPOSITION + 1 and piece not in KNOWN_NAMES
