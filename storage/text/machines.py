"""Which addresses are no person: by the words in them and the hosts they are at. Display names decide nothing."""

import re
from functools import lru_cache
from typing import Final

from storage.text.addresses import Address
from storage.text.domains import find_company_domain, list_host_labels
from storage.text.word_lists import read_list

ROLES: Final = read_list("role_mailboxes.txt")
"""Local parts, without their separators, that an office shares or a programme owns."""
_LIST_HOSTS: Final = read_list("list_hosts.txt")

_NO_REPLY = re.compile(
    r"no[._-]?(?:t)?[._-]?reply|do[._-]?not[._-]?(?:reply|respond)|dont[._-]?reply|ne[._-]?pas[._-]?rep+ondre"
    r"|pas[._-]?de[._-]?reponse|sans[._-]?reponse|nicht[._-]?antworten|keine[._-]?antwort|no[._-]?responder"
    r"|no[._-]?contestar|non[._-]?rispondere|nao[._-]?respond|no[._-]?response|unattended|unmonitored"
)
_BOUNCE = re.compile(
    r"^(?:mailer[._-]?daemon|mail[._-]?daemon|postmaster|bounced?|bounces|return|returns|nobody)(?:[._+=-].*)?$"
    r"|^(?:msprvs\d|prvs=|btv\d==|srs[01][=+-])|[+-][^@=]*=[a-z0-9-]*\.?[a-z0-9.-]+$"
)
"""Delivery reports and variable envelope return paths (VERP, BATV, SRS), which carry another address inside."""
_LIST = re.compile(
    r"^(?:owner|majordomo|listserv|listproc|listmaster|mailman|sympa|ecartis|ezmlm|lists?|listes?|mail(?:ing)?[._-]?lists?)$"
    r"|^(?:owner|list|listes?|majordomo|confirm|sub|unsub)[-=]"
    r"|[-_](?:request|bounces?|owner|admin|subscribe|unsubscribe|confirm|join|leave|errors?"
    r"|lists?|listes?|announce(?:ments?)?|annonces?|discuss(?:ions?)?|discuz|talk|users?|devel|dev|developers?|patches|commits?"
    r"|cvs|svn|bugs|bugreports?|issues|reports|technical|members|membres|all|everyone|tous|group|groupe|team|equipe|digest|forum)$"
)
_ROBOT = re.compile(
    r"^(?:calendar|calendrier|meetings?|invites?|invitations?|scheduling|scheduler|bookings?|bot|robot|daemon|cron|auto|automat(?:ed|ic)"
    r"|mailer|system|server|alerts?|alertes?|notif(?:y|ication|ications)?|newsletters?|infolettre|autoreply|autoresponder)$"
    r"|(?:^|[._-])(?:notifications?|newsletters?|alerts?|alertes?|auto[._-]?repl(?:y|ies)|autoresponder|reminders?|receipts?|digest)(?:$|[._-])"
    r"|[-_](?:bot|robot|daemon|notify|mailer|calendar)$"
)
_ROOM = re.compile(
    r"^(?:room|rooms|meeting[._-]?room|conf(?:erence)?[._-]?room|board[._-]?room|salle|salles|raum|sitzungszimmer)(?:[._-]|\d|$)"
)
_FIRST_ROLE = re.compile(
    r"^(info|infos|support|sales|billing|helpdesk|customer|admin|accounts|invoices?|noc|hr|rh)[._-]"
)
_LAST_ROLE = re.compile(r"[-_](info|infos|support|sales|billing|helpdesk|contact|accounts|invoices?|hr|rh|office)$")
_LIST_LABELS = frozenset(
    (
        "lists",
        "list",
        "listes",
        "listserv",
        "listserver",
        "groups",
        "mailman",
        "vger",
        "sympa",
        "majordomo",
        "googlegroups",
    )
)
_MAIL_LABELS = frozenset(
    ("bounce", "bounces", "newsletter", "newsletters", "noreply", "no-reply", "mailings", "notifications")
)
_CALENDAR_HOSTS = ("group.calendar.google.com", "resource.calendar.google.com", "import.calendar.google.com")


@lru_cache(maxsize=65536)
def find_machine(address: Address) -> str:
    """Give the reason why an address is no person's; empty for what may be a person.

    `no_reply`, `bounce`, `mailing_list`, `robot`, `resource` or `role`.
    """
    return _find_by_host(address.domain) or _find_by_local(address.local)


@lru_cache(maxsize=16384)
def _find_by_host(domain: str) -> str:
    if domain.endswith(_CALENDAR_HOSTS):
        return "robot"
    labels = list_host_labels(domain)
    if find_company_domain(domain) in _LIST_HOSTS or _LIST_LABELS.intersection(labels):
        return "mailing_list"
    return "no_reply" if _MAIL_LABELS.intersection(labels) else ""


def _find_by_local(given: str) -> str:
    if _BOUNCE.search(given):
        return "bounce"
    local = given.partition("+")[0] or given
    if _NO_REPLY.search(local):
        return "no_reply"
    for reason, pattern in (("mailing_list", _LIST), ("robot", _ROBOT), ("resource", _ROOM)):
        if pattern.search(local):
            return reason
    plain = re.sub(r"[._-]|\d+$", "", local)
    is_role = plain in ROLES or _FIRST_ROLE.match(local) or _LAST_ROLE.search(local)
    return "role" if is_role else ""
