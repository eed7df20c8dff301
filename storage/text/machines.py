"""Which addresses are no person: by the hosts they are at, the words in them, and the names of rooms and programmes.

Where a name of two words and the address agree (`t.ravel@` and Thomas Ravel), the person wins over the word.
"""

import re
from functools import lru_cache
from typing import Final

from storage.text.addresses import Address
from storage.text.displayed_names import FULL, clean_name, is_of_list, prepare, split_via
from storage.text.domains import find_company_domain, is_free_mail, list_host_labels
from storage.text.name_evidence import FIRST_NAMES, is_persons
from storage.text.names import fold
from storage.text.word_lists import read_list

ROLES: Final = read_list("role_mailboxes.txt")
"""Local parts, without their separators, that an office shares or a programme owns."""
_LIST_HOSTS: Final = read_list("list_hosts.txt")
_MACHINE_HOSTS: Final = read_list("machine_hosts.txt")
_TENANT_HOSTS: Final = read_list("tenant_hosts.txt")
_NOTE_TAKERS: Final = read_list("note_takers.txt")
_THINGS: Final = read_list("thing_words.txt")

_NO_REPLY = re.compile(
    r"no[._-]?(?:t)?[._-]?reply|do[._-]?not[._-]?(?:reply|respond)|dont[._-]?reply|ne[._-]?pas[._-]?rep+ondre"
    r"|pas[._-]?de[._-]?reponse|sans[._-]?reponse|nicht[._-]?antworten|keine[._-]?antwort|no[._-]?responder"
    r"|no[._-]?contestar|non[._-]?rispondere|nao[._-]?respond|no[._-]?response|niet[._-]?(?:be)?antwoorden"
    r"|unattended|unmonitored"
)
_RETURN_PATH = re.compile(r"^(?:msprvs\d|prvs=|btv\d==|srs[01][=+-])|[+-][^@=]*=[a-z0-9-]*\.?[a-z0-9.-]+$")
"""Variable envelope return paths (VERP, BATV, SRS), which carry another address inside."""
_BOUNCE = re.compile(
    r"^(?:mailer[._-]?daemon|mail[._-]?daemon|postmaster|bounced?|bounces|return|returns|nobody)(?:[._+=-].*)?$"
)
_TOKEN = re.compile(
    r"^(?:reply|replies|re|r|comment|comments|inbound|incoming|case|ticket|thread|conversation|conv|post|task|todo"
    r"|note|save|matter"
    r"|upload|file|filing|dropbox|bcc|crm|in|m|msg|message|email|mail|support|notify|notification|track|parse|hook"
    r"|sr|id)"
    r"\+[\w.=-]*$"
    r"|^(?:reply|replies|notify|inbound|incoming|comment|ticket|case|thread|conversation|upload|hook"
    r"|parse)[_=-]+(?=[^@]*\d)[\w.=-]{4,}$"
    r"|^(?:un?sub(?:scribe)?|unsubscriptions?|list-unsubscribe|opt-?out|leave|remove|abmelden|abmeldung"
    r"|desinscription|desabonnement|disiscriviti"
    r"|desuscribir|baja|afmelden)(?:[._+=-].*)?$"
    r"|^(?:email-?to-?(?:salesforce|case|crm)|salesforce|emailto\w+|e2c|crm[._-]?(?:drop)?box)(?:[._+=-].*)?$"
    r"|^[\w.-]*(?:fax(?:2|to)e?mail|e?mail(?:2|to)fax)$|^(?:right|r)fax$"
    r"|^(?=[^@]*\d)(?=[^@]*[a-f])[0-9a-f]{20,}$|^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$"
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
_ROOM = re.compile(
    r"^(?:room|rooms|meeting[._-]?room|conf(?:erence)?[._-]?room|board[._-]?room|salle|salles|raum|sitzungszimmer"
    r"|besprechungsraum|besprechungszimmer|konferenzraum|konferenzzimmer|meetingraum|sala[._-]?riunioni"
    r"|vergaderzaal|vergaderruimte"
    r"|huddle[._-]?room|phone[._-]?booth|parking|parkplatz|poolcar|beamer|projector|videoprojecteur|visio)(?:[._-]"
    r"|\d|$)"
)
_FIRST_ROLE = re.compile(
    r"^(info|infos|support|sales|billing|helpdesk|customer|admin|accounts|invoices?|noc|hr|rh|office|contact|reception"
    r"|secretariat|sekretariat|segreteria|empfang|accueil|kanzlei|cabinet|buero|bureau|marketing|compta)[._-]"
)
_LAST_ROLE = re.compile(r"[-_](info|infos|support|sales|billing|helpdesk|contact|accounts|invoices?|hr|rh|office)$")
_LIST_LABELS = frozenset(
    (
        *("lists", "list", "listes", "listserv", "listserver", "groups", "mailman", "vger", "sympa", "majordomo"),
        "googlegroups",
        "ml",
    )
)
_MAIL_LABELS = frozenset(
    ("bounce", "bounces", "newsletter", "newsletters", "noreply", "no-reply", "mailings", "notifications")
)
_TOKEN_LABELS = frozenset(
    (
        *("reply", "replies", "inbound", "incoming", "maildrop", "mailin", "email-to-case", "unsubscribe", "unsub"),
        *("parse", "bcc", "dropbox", "fax", "efax", "sms", "tickets", "helpdesk"),
    )
)
_ROBOT_NAME = re.compile(
    r"note[\s-]?taker|\bnotes?[\s-]?bot\b|\botter\s?pilot\b|\b(?:ai|meeting|conversation|scheduling"
    r"|virtual)\s+(?:assistant|recorder|scribe"
    r"|bot|notes)\b|\b(?:fireflies|otter|read|tl;?dv|meetgeek|avoma|sembly|krisp|granola|fathom|gong|chorus"
    r"|supernormal|tactiq|fellow|zoom|webex|teams)"
    r"(?:\.(?:ai|io|app|video))?\b.*\b(?:notes?|recorder|assistant|meeting|bot)\b|\b(?:fireflies|otter|read|krisp"
    r"|sembly|meetgeek)\.ai\b"
    r"|\b(?:ai|ki|ia)[\s-](?:companion|begleiter)\b|\bscan(?:ner)? to e?-?mail\b"
    r"|\b(?:xerox|ricoh|konica minolta|kyocera|lexmark|toshiba|epson|hp)\b.*(?:\d{2}|workcentre|laserjet|bizhub|mfp)"
    r"|preneur de notes|prise de notes|assistant de réunion|meeting-?protokoll|protokoll-?bot|\bcopilot\b"
    r"|\bzoom rooms?\b|\bteams rooms?\b"
    r"|microsoft teams meeting|webex meetings?\b|\bunknown organi[sz]er\b",
    re.IGNORECASE,
)
_SEATS = re.compile(
    r"[(\[]\s*(?:max\.?\s*|cap(?:acit[éey])?\.?:?\s*)?\d{1,3}\s*(?:p|pl|pers|personnes?|personen|persone|persons?"
    r"|people|pax|seats?|places?|posti|plätze"
    r"|sitzplätze|cap|zitplaatsen|lugares|plazas|px)\.?\s*[)\]]|\b\d{1,3}\s*(?:pers\.|personnes|personen|seats"
    r"|places|plätze|pax)(?:\W|$)"
    r"|\b(?:room|salle|raum|saal|zimmer|sala)\b.*[(\[]\s*\d+\s*[)\]]",
    re.IGNORECASE,
)
_ROOM_NAME = re.compile(
    r"^(?:\W*[a-z]{1,4}[\s_-]+)?(?:salle|salles|room|meeting\s?room|conf(?:erence)?\.?\s?room|board\s?room|huddle"
    r"|sitzungszimmer|besprechungs(?:raum|zimmer)"
    r"|konferenz(?:raum|zimmer|saal)|meetingraum|schulungsraum|sala (?:riunioni|conferenze|de reuniones|de juntas"
    r"|de reuniões|consiglio)"
    r"|vergader(?:zaal|ruimte)|salon de réunion|amphithéâtre|auditorium|visioconf\w*|vidéoprojecteur"
    r"|videoprojecteur|parking|parkplatz"
    r"|video\s?conference|visioconférence|phone booth|pool\s?car|pool\s?fahrzeug|firmenwagen|firmenauto|geschäftswagen"
    r"|voiture de (?:service|fonction)|auto aziendale"
    r"|company\s?car|equipment|équipement|fahrzeug|dienstwagen|beamer)\b"
    r"|^(?:raum|zimmer|saal|zaal|sala|bureau|room|suite|box)\s+\w*\d[\w.]*\b"
    r"|\b(?:meeting|conference|board|training|huddle|conf)\s?room\b|\b(?:besprechungsraum|sitzungszimmer"
    r"|konferenzraum|salle de (?:réunion|conf\w*))\b",
    re.IGNORECASE,
)
_FULL: Final = 2


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
    if _NO_REPLY.search(address.local) or _RETURN_PATH.search(address.local):
        return _find_by_local(address.local)
    by_name = _find_by_name(address, name) if " " in name else ""
    if by_name:
        return by_name
    reason = _find_by_local(address.local)
    if reason == "robot" and _TOKEN.search(address.local) and is_free_mail(address.domain):
        return ""
    return "" if reason and " " in name and _is_named_person(address, name) else reason


@lru_cache(maxsize=16384)
def _find_by_host(domain: str) -> str:
    levels = [".".join(domain.split(".")[place:]) for place in range(domain.count("."))]
    if any(level in _MACHINE_HOSTS for level in levels) or any(level in _TENANT_HOSTS for level in levels[1:]):
        return "robot"
    if any(level in _NOTE_TAKERS for level in levels):
        return "note_taker"
    labels = list_host_labels(domain)
    if find_company_domain(domain) in _LIST_HOSTS or _LIST_LABELS.intersection(labels):
        return "mailing_list"
    if _TOKEN_LABELS.intersection(labels):
        return "robot"
    return "no_reply" if _MAIL_LABELS.intersection(labels) else ""


def _find_by_local(given: str) -> str:
    if _RETURN_PATH.search(given) or _BOUNCE.search(given):
        return "bounce"
    if _TOKEN.search(given):
        return "robot"
    local = given.partition("+")[0] or given
    if _NO_REPLY.search(local):
        return "no_reply"
    for reason, pattern in (("mailing_list", _LIST), ("robot", _ROBOT), ("resource", _ROOM)):
        if pattern.search(local):
            return reason
    pieces = [piece for piece in re.split(r"[._-]+", re.sub(r"\d+$", "", local)) if piece]
    has_initial = len(pieces) > 1 and min(map(len, pieces)) == 1  # t.ravel is nobody's travel
    is_whole = "".join(pieces) in ROLES or (
        len(set(pieces)) > 1 and all(one in ROLES or one in _THINGS for one in pieces)
    )
    is_role = (is_whole and not has_initial) or _FIRST_ROLE.match(local) or _LAST_ROLE.search(local)
    return "role" if is_role else ""


def is_thing(word: str) -> bool:
    """Return whether a word of a displayed name is an office's or a programme's rather than a person's."""
    return fold(word) in _THINGS


def _find_by_name(address: Address, name: str) -> str:
    """Tell programmes, rooms and lists by what they are called, where the address does not say otherwise."""
    shown = prepare(name)
    if _ROBOT_NAME.search(shown):
        return "robot"
    if _SEATS.search(shown):
        return "resource"
    if _ROOM_NAME.search(shown) and "," not in shown:
        clean, _ = clean_name(name, address.local, address.domain)
        if _ROOM_NAME.search(clean) and not (_has_first_name(clean) and _is_of_address(clean, address.local)):
            return "resource"
    _, behind = split_via(shown)
    is_behind = _has_first_name(behind) and is_persons(behind, address.local)
    return "mailing_list" if is_of_list(shown, address.local) and not is_behind else ""


def _has_first_name(clean: str) -> bool:
    """Return whether a name of two words has a first name in it: Salle Marie is somebody, Salle Turing is a room."""
    words = fold(clean).split()
    return len(words) == _FULL and not FIRST_NAMES.isdisjoint(words)


def _is_of_address(clean: str, local: str) -> bool:
    """Say whether an address is made of a name, or is the first name that it begins with: Ed Salle at `ed@`."""
    return is_persons(clean, local) or fold(clean).partition(" ")[0] == local


def _is_named_person(address: Address, name: str) -> bool:
    """Return whether somebody with a first and a last name stands behind an address that is made of both."""
    clean, quality = clean_name(name, address.local, address.domain)
    words = [fold(word) for word in re.split(r"[\s-]+", clean) if word]
    if quality < FULL or len(words) < _FULL or not all(word.replace(" ", "").isalpha() for word in words):
        return False
    if find_company_domain(address.domain) in _NOTE_TAKERS and address.local == words[0]:
        return not _THINGS.intersection(words)
    things = [word for word in words if word in _THINGS]
    is_surname = things == words[1:] and len(things) == 1 and words[0] in FIRST_NAMES  # Otto Team
    if not is_persons(clean, address.local) or (things and not is_surname):
        return False
    telling = [place for place, word in enumerate(words) if word in ROLES or _find_by_local(f"-{word}")]
    label = address.domain.partition(".")[0]
    is_behind = telling == [len(words) - 1] or (0 not in telling and words[0] in FIRST_NAMES)  # Rahul Dev Burman
    return not telling or (is_behind and label not in words[:-1])
