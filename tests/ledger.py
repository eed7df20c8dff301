"""Compute what the store must hold from what really happened, without any code of the service.

It is slow and simple on purpose. Only the lists of providers, hosts and words are shared, as data.
"""

import email.header
import html
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from disposable_email_domains import blocklist
from publicsuffixlist import PublicSuffixList

from tests.decisions import NONE, Decisions

SENT, RECEIVED, MEETING = 1, 2, 3
_LISTS = Path(__file__).parent.parent / "storage" / "text"
_PSL, _ICANN = PublicSuffixList(), PublicSuffixList(only_icann=True)
_KNOWN = PublicSuffixList(accept_unknown=False)


def _read(name: str) -> set[str]:
    lines = (_LISTS / name).read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


FREE, HOSTS, ROLES = _read("free_mail.txt") | blocklist, _read("list_hosts.txt"), _read("role_mailboxes.txt")
CERTIFIED, UMBRELLAS = _read("certified_mail.txt"), _read("umbrella_domains.txt")
THINGS, FIRST_NAMES, TAKERS = _read("thing_words.txt"), _read("first_names.txt"), _read("note_takers.txt")
OFFICES = {word for line in _read("office_words.txt") if line.startswith("office ") for word in line.split()[1:]}
FIRST_NAMES |= _read("more_first_names.txt")
MACHINES, TENANTS = _read("machine_hosts.txt"), _read("tenant_hosts.txt")
WORDS = [line.split() for line in _read("mailbox_words.txt")]
LISTS = {word for kind, *words in WORDS for word in words if kind in {"list", "everyone"}}
GROUPS = {word for kind, *words in WORDS for word in words if kind == "group"}


class Totals(NamedTuple):
    """Sent, received, meetings held, meetings planned, first and last (0: no believable date)."""

    sent: int
    received: int
    met: int
    planned: int
    first: int
    last: int


@dataclass
class Ledger:
    """Everything that follows from what happened."""

    interactions: set[tuple] = field(default_factory=set)
    """(user, kind, time, whether planned, addresses)."""
    relationships: dict[tuple[str, str], Totals] = field(default_factory=dict)
    company_relationships: dict[tuple[str, str], Totals] = field(default_factory=dict)
    contacts: dict[str, tuple[Totals, bool, str]] = field(default_factory=dict)
    """Totals, whether a contact, and the company's domain, by address: what the whole firm may know."""
    companies: dict[str, tuple[Totals, int]] = field(default_factory=dict)
    """Totals and the number of contacts, by domain."""
    decisions: Decisions = NONE
    """What people put right."""


class Event(NamedTuple):
    """One mail or meeting in one mailbox."""

    user: str
    kind: int
    key: str
    at: int
    is_planned: bool
    addresses: frozenset[str]
    host: str | None = None
    """Who must be a contact of the user for the meeting to count, or the user whose calendar must show it; None if it
    counts anyway."""
    counts: bool = True
    hidden: frozenset[str] = frozenset()
    """Those of the addresses that are the user's own affair: in bcc, or all of a personal meeting."""
    own: frozenset[str] = frozenset()
    """Addresses on it under the user's own name."""


def normalise(raw: str | None) -> str:
    """Give the address in its normal form, or nothing."""
    text = "".join(character for character in (raw or "").strip().lower() if character.isprintable())
    text = unwrap(text).strip("'\"<> ")
    local, _, domain = text.rpartition("@")
    domain = domain.rstrip(".")
    if local.startswith(("/o=", "imceaex-")):
        return ""
    try:
        domain = domain.encode("idna").decode() if not domain.isascii() else domain
    except UnicodeError:
        return ""
    if not re.fullmatch(r"[a-z0-9._-]+\.[a-z][a-z0-9-]*", domain) or ".." in domain:
        return ""
    if set(local) & set(' @,;:<>()[]\\"%!|') or not re.search(r"\w", local.replace("_", "")):
        return ""
    base = local.split("+")[0] or local
    return f"{base}@{domain}"


def unwrap(text: str) -> str:
    """Take away what programmes put around an address: prefixes, comments, encodings, the names of guests."""
    if "=?" in text:
        text = "".join(
            part.decode(charset or "ascii", "replace") if isinstance(part, bytes) else part
            for part, charset in email.header.decode_header(re.sub(r"=\?=", "?= ", text.replace("=?", " =?")))
        )
        text = text.replace(" ", "")
    text = re.sub(r"^(smtp|mailto|sip):", "", html.unescape(text)).rstrip(";, ")
    text = re.sub(r"\s*\([^()@]*\)\s*", "", text)
    if wrapped := re.fullmatch(r"imcea(?:smtp|invalid|mailto)-(.+)@[^@]+", text):
        text = re.sub(r"\+([0-9a-f]{2})", lambda found: chr(int(found[1], 16)), wrapped[1])
    if guest := re.fullmatch(r"(.+)_([^_@]+)#ext#@[^@]+", text):
        text = f"{guest[1]}@{guest[2]}"
    return text


def fold(text: str) -> str:
    """Take accents, case and what is no letter away from a word."""
    plain = unicodedata.normalize("NFKD", text.lower())
    return "".join(letter for letter in plain if letter.isalpha() and not unicodedata.combining(letter))


def is_of_name(name: str, local: str) -> bool:
    """Say whether an address is made of the words of a name, one at least whole, the others whole or an initial."""
    words = [fold(word) for word in re.split(r"[\s,.'-]+", name) if fold(word)]
    left, whole = [*words], 0
    pieces = [
        fold(piece) for piece in re.split(r"[-_.]", re.sub(r"\d+$", "", local.split("+", maxsplit=1)[0])) if piece
    ]
    for piece in pieces:
        if piece in left:
            left.remove(piece)
            whole += len(piece) > 1
        elif len(piece) == 1 and (found := [word for word in left if word[0] == piece]):
            left.remove(found[0])
        elif hyphened := [pair for pair in pairwise(left) if piece == pair[0][0] + pair[1][0]]:
            left = [word for word in left if word not in hyphened[0]]
        else:
            return False
    return whole > 0 and len(words) - len(left) > 1


def is_named_person(name: str, local: str) -> bool:
    """Say whether name and address agree on somebody: `hr.meier@` is Hans-Rudolf Meier's, never "HR Meier"'s."""
    turned = " ".join(reversed(name.split(","))) if name.count(",") == 1 else name
    words = [fold(word) for word in re.split(r"[\s-]+", turned) if fold(word)]
    if len(words) < 2 or not is_of_name(turned, local):
        return False
    things = [word for word in words if word in THINGS]
    is_surname = things == words[1:] and len(things) == 1 and words[0] in FIRST_NAMES
    telling = [word for word in words[:-1] if word in ROLES or is_machine(f"x-{word}@x.example")]
    return (not things or is_surname) and not telling


def is_called_machine(name: str, local: str) -> bool:
    """Say whether what an address is called says that nobody is there: a room, a note taker, somebody via a list."""
    if re.search(r"\bmail(ing)?[ -]?list(e|en|s)?\b", name, re.IGNORECASE):
        return True
    *before, last = [fold(word) for word in name.split()]
    if last in {"bot", "robot"} and not any(len(word) < 2 or word in FIRST_NAMES for word in before):
        return True
    words = {fold(word) for part in name.split() for word in part.split("-")}
    first, pieces = fold(name.split(maxsplit=1)[0]), re.split(r"[-_.]", local)
    if words & GROUPS and "," not in name and not FIRST_NAMES & {first, *(pieces if len(pieces) > 1 else ())}:
        return True
    if re.search(r"note\s?taker|otterpilot|\b(fireflies|otter|read)\.ai\b", name, re.IGNORECASE):
        return True
    if re.search(r"[(\[]\s*\d{1,3}\s*(p|pers|seats|places|personen)?\.?\s*[)\]]", name, re.IGNORECASE):
        return bool(re.search(r"\d\s*(p|pers|seats|places|personen)\b|room|salle|raum", name, re.IGNORECASE))
    before, via, _ = re.sub(r"[(\[]\s*via\s", " via ", name, flags=re.IGNORECASE).partition(" via ")
    plain = re.sub(r"[^a-z]", "", local)
    return bool(via and before.strip()) and not any(
        fold(word) in plain for word in before.split() if len(fold(word)) > 1
    )


def is_called_office(name: str, local: str) -> bool:
    """Say whether a name has nothing but the words of offices, or one of those that nobody is called."""
    words = [fold(word) for word in re.split(r"[^\w]+", re.sub(r"[(\[].*", "", name)) if len(fold(word)) > 1]
    if not words or is_of_name(name, local) or (has_person(local) and re.search("[-_.]", local)):
        return False
    if (len(words) == 1 and words[0] in local) or words[0] in FIRST_NAMES:
        return False
    return not OFFICES.isdisjoint(words) or (ROLES | THINGS).issuperset(words)


def has_person(local: str) -> bool:
    """Say whether an address has a first name or an initial in it."""
    return any(len(piece) == 1 or piece in FIRST_NAMES for piece in re.split(r"[-_.]", local))


def is_machine(raw: str) -> bool:
    """Say whether the words of an address are those of a machine, a list or a shared mailbox."""
    local, _, domain = raw.strip().lower().rpartition("@")
    domain = domain.rstrip(".")
    words = re.split(r"[-_]", local)
    plain = re.sub(r"[-_.]", "", local)
    labels = domain.removesuffix(_ICANN.privatesuffix(domain) or domain).rstrip(".").split(".")
    above = domain
    hosts = [above]
    while "." in above:
        above = above.partition(".")[2]
        hosts.append(above)
    signs = (
        bool(MACHINES & {*hosts, f"{local}@{domain}"}) or bool(TENANTS & set(hosts[1:])),
        bool(re.match(r"(reply|unsubscribe)[-+_].*\d", local)),
        bool({"lists", "list", "vger", "groups", "listserv", "ml"} & set(labels)),
        (_PSL.privatesuffix(domain) or "") in HOSTS,
        any(sign in plain for sign in ("noreply", "donotreply", "nepasrepondre", "nereplyto")),
        words[0] in {"owner", "confirm"} and len(words) > 1,
        len(words) > 1
        and words[-1]
        in {
            *(
                "request",
                "bounce",
                "bounces",
                "owner",
                "admin",
                "list",
                "lists",
                "announce",
                "discuss",
                "users",
                "user",
            ),
            *(
                "devel",
                "dev",
                "developer",
                "developers",
                "patches",
                "commits",
                "cvs",
                "bugs",
                "technical",
                "team",
                "all",
            ),
            *("support", "sales", "info", "bot", "talk", "tous", "members"),
        },
        bool(re.search(r"[-_](bot|robot)\d*$", local)),
        bool(re.search(r"\.(bot|robot)\d*$", local)) and not has_person(local),
        local.split("+")[0]
        in {
            *(
                "majordomo",
                "ecartis",
                "listserv",
                "lists",
                "maillist",
                "mailinglist",
                "mailinglists",
                "bot",
                "postmaster",
            ),
            *(
                "mailer-daemon",
                "newsletter",
                "notifications",
                "notify",
                "notification",
                "calendar",
                "alerts",
                "bounces",
            ),
        },
        bool(re.search(r"(^|[-_.])(notifications?|newsletter|alert)($|[-_.])", local)),
        bool(re.match(r"(info|support|sales|admin|accounts|noc)[-_.]", local)),
        bool(re.match(r"(bounces?|msprvs|prvs)[-+=]", local)) or "=" in local,
        bool(re.match(r"(room|salle|meeting-?room)[-_.\d]", local)),
        re.sub(r"\d+$", "", plain) in ROLES,
        is_all_things(local),
        re.split(r"[-_.]", local)[0] in LISTS and not FIRST_NAMES & set(re.split(r"[-_.]", local)),
    )
    return any(signs)


def is_all_things(local: str) -> bool:
    """Return whether an address has several words, all of them an office's or a thing's: `legal.emea@`."""
    words = {word for word in re.split(r"[-_.]", re.sub(r"\d+$", "", local)) if word}
    return len(words) > 1 and min(map(len, words)) > 1 and words <= ROLES | THINGS


def is_rescued(name: str, raw: str) -> bool:
    """Say whether somebody's name makes a person of an address with a role's word; a host of machines has none."""
    local, _, domain = unwrap(raw.strip().lower()).rpartition("@")
    first, *rest = re.split(r"[-_.]", local)
    has_initials = bool(rest) and first in LISTS and "".join(fold(word)[:1] for word in name.split()) == first
    is_own = local in {"mail", "email", "mails"} and is_own_domain(name, domain.partition(".")[0])
    is_person = " " in name and (is_named_person(name, local) or has_initials or is_own)
    return is_person and not is_machine(f"x@{domain.rstrip('.')}")


def is_own_domain(name: str, label: str) -> bool:
    """Say whether a domain is somebody's name: Anna Roth at `mail@anna-roth.ch` or `mail@roth.ch`."""
    return is_of_name(name, label) or label in {fold(word) for word in name.split() if len(word) > 3}


def find_company(address: str) -> str:
    """Give the domain of the company behind an address, or nothing."""
    domain = address.rpartition("@")[2]
    inner = domain.removesuffix(".cjsm.net")
    if inner != domain and "." in inner and (_KNOWN.publicsuffix(inner) or inner.endswith(".example")):
        domain = inner
    domain = re.sub(r"\.pnn\.police\.uk$", ".police.uk", domain)
    if domain == "cjsm.net":
        return ""
    registrable = _PSL.privatesuffix(domain) or _ICANN.privatesuffix(domain) or ""
    if f"{(_PSL.privatesuffix(domain) or '').partition('.')[0]}.*" in FREE:
        return ""
    shorter, shared = domain, ""
    while "." in shorter:
        if shorter in FREE or shorter in CERTIFIED:
            return ""
        shared = shared or (shorter if shorter.partition(".")[2] in UMBRELLAS else "")
        shorter = shorter.partition(".")[2]
    return shared or registrable


def is_ones_own(pair: tuple, address: str, owner: str) -> bool:
    """Say whether a private address is that of the mailbox's owner, by the name on it or, without one, in it."""
    names = set(re.findall(r"[^\W\d_]+", owner.lower()))
    shown = (pair[0] or "").strip()
    given = shown if shown and "@" not in shown else address.partition("@")[0]
    letters = re.findall(r"[^\W\d_]", given.lower())
    return len(names) > 1 and not find_company(address) and sorted(letters) == sorted("".join(names))


def list_own(pairs: Iterable, owner: str) -> frozenset[str]:
    """Give the addresses on a header that are the mailbox's owner's; they are so on every other header too."""
    given = [(pair, normalise(pair[1])) for pair in pairs if pair and pair[1]]
    return frozenset(address for pair, address in given if address and is_ones_own(pair, address, owner))


def list_people(pairs: Iterable, domains: Iterable[str], owner: str = "") -> frozenset[str]:
    """Give the outside people among the names and addresses of some headers."""
    found = set()
    for pair in pairs:
        raw = pair[1] if pair else None
        address = normalise(raw)
        domain = address.rpartition("@")[2]
        is_inside = any(domain == own or domain.endswith("." + own) for own in domains)
        name, local = (pair[0] if pair else None) or "", address.partition("@")[0]
        is_nobody = is_called_machine(name, local) if " " in name else False
        is_nobody = is_nobody or is_called_office(name, local)
        is_nobody = is_nobody or (domain in TAKERS and fold(name.partition(" ")[0]) != fold(re.split("[.-]", local)[0]))
        is_nobody = is_nobody or (is_machine(unwrap(raw.strip().lower()) if raw else "") and not is_rescued(name, raw))
        if address and not is_inside and not is_nobody and not is_ones_own(pair, address, owner):
            found.add(address)
    return frozenset(found)


def read_time(text: str | None, now: int) -> int:
    """Return the UTC second, or 0 for an implausible time."""
    try:
        at = datetime.fromisoformat(text or "")
    except ValueError:
        return 0
    if not 1990 <= at.year <= 2200:
        return 0
    seconds = int(at.timestamp())
    return seconds if seconds <= now + 172_800 else 0


def list_mail_events(facts: Iterable, domains: Iterable[str], now: int, owners: Mapping[str, str]) -> Iterable[Event]:
    """Read the mails: to whom the user wrote, and who wrote to them."""
    bulk = {"list-id", "list-unsubscribe", "list-post"}
    for fact in facts:
        recipients = [*fact.to, *fact.cc, *fact.bcc]
        headers = {name.lower(): value for name, value in fact.headers}
        is_bulk = bool(bulk & headers.keys()) or headers.get("precedence") in {"bulk", "list"}
        if len(recipients) > 50 or (not fact.is_sent and is_bulk):
            continue
        people = list_people(recipients if fact.is_sent else [fact.sender], domains, owners.get(fact.user_id, ""))
        kind = SENT if fact.is_sent else RECEIVED
        at = read_time(fact.sent_at, now)
        seen = list_people([*fact.to, *fact.cc], domains) if fact.is_sent and fact.bcc else people
        key = f"{fact.message_id} {fact.sent_at}"
        own = list_own(recipients if fact.is_sent else [fact.sender], owners.get(fact.user_id, ""))
        yield Event(fact.user_id, kind, key, at, False, people, hidden=people - seen, own=own)


def list_meeting_events(
    facts: Iterable, domains: Iterable[str], now: int, owners: Mapping[str, str], colleagues: Mapping[str, str]
) -> Iterable[Event]:
    """Read the meetings that were held or are planned; `colleagues` says whose addresses the directory knows."""
    for fact in facts:
        is_off = fact.is_cancelled or fact.is_gone or fact.response == "declined"
        if is_off or fact.sensitivity in ("private", "confidential") or len(fact.attendees) > 25:
            continue
        guests = [pair for pair in fact.attendees if not pair or pair[1] not in fact.declined]
        people = list_people([fact.organizer, *guests], domains, owners.get(fact.user_id, ""))
        [*host] = list_people([fact.organizer], domains)
        is_answered = fact.response in ("organizer", "accepted", "tentativelyAccepted")
        whose = None if is_answered else "".join(host) or colleagues.get(normalise(fact.organizer[1]), "")
        key = f"{fact.uid} {fact.starts_at}"
        hidden = people if fact.sensitivity == "personal" else frozenset()
        own = list_own([fact.organizer, *guests], owners.get(fact.user_id, ""))
        when = (fact.starts_at, fact.starts_at > now)
        yield Event(fact.user_id, MEETING, key, *when, people, whose, hidden=hidden, own=own)


def total(events: Iterable[Event]) -> Totals:
    """Add up."""
    events = [event for event in events if event.counts]
    held = [event for event in events if not event.is_planned]
    dated = [event.at for event in held if event.at]
    counts = [sum(event.kind == kind for event in held) for kind in (SENT, RECEIVED, MEETING)]
    return Totals(*counts, len(events) - len(held), min(dated, default=0), max(dated, default=0))


def add_totals(parts: Iterable[Totals]) -> Totals:
    """Add up what several users have had."""
    parts = list(parts)
    firsts = [part.first for part in parts if part.first]
    counts = [sum(part[place] for part in parts) for place in range(4)]
    return Totals(*counts, min(firsts, default=0), max((part.last for part in parts), default=0))


def is_contact(totals: Totals, rule: str) -> bool:
    """Say who is a contact."""
    if rule == "exchange":
        return (totals.sent > 0 and totals.received > 0) or totals.met > 0
    return totals.sent + totals.met + totals.planned > 0


def make_ledger(
    mails: Iterable,
    meetings: Iterable,
    domains: Iterable[str],
    now: int,
    rule: str = "outreach",
    *,
    owners: Mapping[str, str] = MappingProxyType({}),
    colleagues: Mapping[str, str] = MappingProxyType({}),
    decisions: Decisions = NONE,
) -> Ledger:
    """Work out what the store must hold after these facts, in whatever order they came."""
    domains = [domain.lower() for domain in domains]
    events: dict[tuple, Event] = {}
    for event in list_mail_events(mails, domains, now, owners):
        key = (event.user, event.kind, event.key)
        # Who writes to themselves as well has the mail twice, and only the sender's own copy shows bcc.
        twin = events.get(key, event)
        shown = (event.addresses - event.hidden) | (twin.addresses - twin.hidden)
        addresses = event.addresses | twin.addresses
        events[key] = event._replace(addresses=addresses, hidden=addresses - shown, own=event.own | twin.own)
    for event in list_meeting_events(meetings, domains, now, owners, colleagues):
        events[event.user, event.kind, event.key] = event
    _drop_own(events)
    events |= {key: event._replace(host=None) for key, event in events.items() if is_shown(event, events)}
    evident = [event for event in events.values() if event.host is None and event.kind != RECEIVED]
    known = {
        (event.user, one) for event in evident for address in event.addresses for one in list_person(decisions, address)
    }
    for key, event in events.items():
        if event.host is not None:
            events[key] = event._replace(counts=(event.user, event.host) in known)
    ledger = Ledger(decisions=decisions)
    by_person, by_company = defaultdict(list), defaultdict(list)
    for event in events.values():
        if not event.addresses:
            continue
        ledger.interactions.add((event.user, event.kind, event.at, event.is_planned, event.addresses, event.key))
        for address in list_counted(decisions, event.addresses):
            by_person[event.user, address].append(event)
        for company in {decisions.find_at(address, find_company(address)) for address in event.addresses} - {""}:
            by_company[event.user, company].append(event)
    ledger.relationships = {key: total(their) for key, their in by_person.items()}
    answered = {key for key, their in ledger.relationships.items() if is_contact(their, "outreach")}
    answered = {(user, one) for user, one in answered if decisions.is_own(user, one)}
    known = {one for one in list_known(events.values(), decisions) if decisions.is_person(one)}
    ledger.company_relationships = {
        (user, company): total(
            event
            for event in their
            if any(
                decisions.find_at(one, find_company(one)) == company and (one in known or (user, one) in answered)
                for one in event.addresses
            )
        )
        for (user, company), their in by_company.items()
    }
    _add_up(ledger, events.values(), rule, known)
    return ledger


def _drop_own(events: dict[tuple, Event]) -> None:
    """Take the owners' own addresses out of all that is in their mailboxes."""
    own = {(event.user, address) for event in events.values() for address in event.own}
    for key, event in events.items():
        people = frozenset(address for address in event.addresses if (event.user, address) not in own)
        events[key] = event._replace(addresses=people, hidden=event.hidden & people)


def is_shown(event: Event, events: Mapping[tuple, Event]) -> bool:
    """Say whether the calendar of the user in whose name an invitation came shows it too, with somebody in common."""
    shown = events.get((event.host, MEETING, event.key))
    return shown is not None and shown.host is None and bool(shown.addresses & event.addresses)


def list_person(decisions: Decisions, address: str) -> set[str]:
    """List all addresses of somebody."""
    return decisions.list_same(decisions.people.get(address, address))


def list_counted(decisions: Decisions, addresses: Iterable[str]) -> set[str]:
    """List the addresses at which something counts: those that were used, and those that stand for the people."""
    return {one for address in addresses for one in (address, decisions.people.get(address, address))}


def list_open(event: Event, decisions: Decisions) -> set[str]:
    """List the addresses at which all may know of something: who has a private one stands for nothing open."""
    shown = event.addresses - event.hidden
    used = {address for address in shown if decisions.is_open(event.user, address, find_company(address))}
    stand = list_counted(decisions, used)
    return {address for address in stand if decisions.is_open(event.user, address, find_company(address))}


def list_known(events: Iterable[Event], decisions: Decisions) -> set[str]:
    """List the people at companies whom somebody wrote to, met or is to meet, as far as all may know."""
    shown = defaultdict(list)
    for event in events:
        for address in list_open(event, decisions):
            shown[address].append(event)
    return {address for address, their in shown.items() if is_contact(total(their), "outreach")}


def _add_up(ledger: Ledger, events: Iterable[Event], rule: str, known: set[str]) -> None:
    """Add up for the firm what is nobody's alone: no private addresses, and nobody who is hidden."""
    open_people, open_companies = defaultdict(list), defaultdict(list)
    for event in events:
        shown = list_open(event, ledger.decisions) & (event.addresses - event.hidden)
        for address in list_open(event, ledger.decisions):
            open_people[event.user, address].append(event)
        for company in {ledger.decisions.find_at(address, find_company(address)) for address in shown & known}:
            open_companies[event.user, company].append(event)
    people, companies = defaultdict(list), defaultdict(list)
    for (_, address), their in open_people.items():
        people[address].append(total(their))
    for user, company in ledger.company_relationships:
        companies[company].append(total(open_companies[user, company]))
    for address, parts in people.items():
        totals = add_totals(parts)
        if not any(totals[:4]) or not ledger.decisions.is_person(address):
            continue  # on a stranger's invitation alone
        company = ledger.decisions.find_at(address, find_company(address))
        is_one = is_contact(totals, rule) and not ledger.decisions.is_other(address)
        ledger.contacts[address] = (totals, is_one, company)
    for company, parts in companies.items():
        count = sum(yes for _, yes, theirs in ledger.contacts.values() if theirs == company and yes)
        ledger.companies[company] = (add_totals(parts), count)


def now_seconds() -> int:
    """Give the current UTC second."""
    return int(datetime.now(UTC).timestamp())
