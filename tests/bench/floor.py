"""The floor of a first sync: the same pages over the same HTTP, and the same rows at the end, written for this alone.

Pages are parsed with orjson, everything that was ever seen is resolved in dictionaries (so nothing is read from the
database), and each page is one transaction of set-wise statements on the product's own tables with all their indexes.
Who is a person and what a name's words are is asked of the product's pure functions, once for each; of its storage
code nothing is used. It knows mail alone, one firm, and no failure of any kind.
"""

import hashlib
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from bot.graph.sync.firm import Firm
from storage.lists.words import COMPANY, CONTACT, is_correctable, list_search_words, mark_beginnings
from storage.text.domains import name_company
from storage.text.names import fold_name

TENANT = 1
SENT, RECEIVED = 1, 2
_EARLIEST = 631_152_000
_BULK = frozenset(
    "list-id list-unsubscribe list-post list-help mailing-list x-autoreply x-autorespond x-loop".split()  # noqa: SIM905
)

Json = dict[str, Any]


@dataclass(slots=True)
class Changes:
    """What one page changes: new rows as tuples, and by their numbers those that are as they are afterwards."""

    domains: list[tuple] = field(default_factory=list)
    companies: dict[int, "Company"] = field(default_factory=dict)
    contacts: dict[int, "Contact"] = field(default_factory=dict)
    renamed: dict[int, "Contact"] = field(default_factory=dict)
    interactions: list[tuple] = field(default_factory=list)
    participants: list[tuple] = field(default_factory=list)
    ties: dict[int, "Tie"] = field(default_factory=dict)
    company_ties: dict[tuple[int, int], "Tie"] = field(default_factory=dict)
    words: list[tuple] = field(default_factory=list)
    known_words: list[tuple] = field(default_factory=list)
    feed: tuple = ()


@dataclass(slots=True)
class Counts:
    sent: int = 0
    received: int = 0
    first_at: int = 0
    last_at: int = 0

    def add(self, kind: int, at: int) -> None:
        if kind == SENT:
            self.sent += 1
        else:
            self.received += 1
        self.last_at = max(self.last_at, at)
        if at and (not self.first_at or at < self.first_at):
            self.first_at = at


@dataclass(slots=True)
class Company(Counts):
    id: int = 0
    name: str = ""
    folded_name: str = ""
    beginnings: int = 0
    contact_count: int = 0


@dataclass(slots=True)
class Contact(Counts):
    id: int = 0
    address: str = ""
    company: Company | None = None
    waiting: list[tuple[int, int, int]] = field(default_factory=list)
    """Mails of one to whom nobody wrote yet, each with its user: they count for the company once somebody does."""
    name: str = ""
    folded_name: str = ""
    beginnings: int = 0
    rank: int = -1


@dataclass(slots=True)
class Tie(Counts):
    to: Any = None


class Store(Protocol):
    async def write(self, user_id: int, changes: Changes) -> None:
        """Write one page in one transaction."""


class FloorSync:
    """Everything that was seen, and how a page changes it."""

    def __init__(self, firm: Firm, store: Store) -> None:
        self._decide = firm.decide
        self._store = store
        self._now = int(time.time())
        self._decisions: dict[tuple, Any] = {}
        self._seen: set[tuple[int, bytes]] = set()
        self._contacts: dict[str, Contact] = {}
        self._companies: dict[str, Company] = {}
        self._ties: dict[tuple[int, int], Tie] = {}
        self._company_ties: dict[tuple[int, int], Tie] = {}
        self._known_words: set[tuple[int, str]] = set()

    async def apply(self, user_id: int, feed: str, kind: int, page: Json) -> None:
        changes, latest = Changes(), {}
        for message in page["value"]:
            if "@removed" not in message:
                latest[_digest_source(message, kind)] = message
        for source, message in latest.items():
            if (user_id, source) not in self._seen:
                self._record(user_id, kind, source, message, changes)
        for contact in changes.renamed.values():
            self._add_words(changes, CONTACT, contact, (contact.name, contact.address))
        link = page.get("@odata.nextLink") or page["@odata.deltaLink"]
        changes.feed = (feed, link, "@odata.deltaLink" in page)
        await self._store.write(user_id, changes)

    def _record(self, user_id: int, kind: int, source: bytes, message: Json, changes: Changes) -> None:
        people = self._list_people(message, kind)
        if not people:
            return
        self._seen.add((user_id, source))
        at = self._read_time(message, kind)
        digest = _digest(message.get("internetMessageId") or message["id"])
        changes.interactions.append((user_id, source, at, digest, kind))
        companies, counted = {}, set()
        for person in people:
            contact = self._find_contact(person, changes)
            self._name(contact, person, at, kind, changes)
            company = contact.company
            if company:
                companies[company.id] = company
                if kind == SENT and not contact.sent:
                    company.contact_count += 1
                    self._count_waiting(contact, company, changes)
                if kind == SENT or contact.sent:
                    counted.add(company.id)
                else:
                    contact.waiting.append((user_id, kind, at))
            contact.add(kind, at)
            changes.contacts[contact.id] = contact
            changes.participants.append((contact.id, at, user_id, source, kind))
            changes.ties[contact.id] = _add(self._ties, (user_id, contact.id), contact, kind, at)
        for company_id, company in companies.items():
            key = user_id, company_id
            tie = changes.company_ties[key] = self._company_ties.setdefault(key, Tie(to=company))
            changes.companies[company_id] = company
            if company_id in counted:
                company.add(kind, at)
                tie.add(kind, at)

    def _count_waiting(self, contact: Contact, company: Company, changes: Changes) -> None:
        for user_id, kind, at in contact.waiting:
            key = user_id, company.id
            company.add(kind, at)
            changes.company_ties[key] = _add(self._company_ties, key, company, kind, at)
        contact.waiting.clear()

    def _list_people(self, message: Json, kind: int) -> list[Any]:
        if message.get("isDraft") or "eventMessage" in message.get("@odata.type", ""):
            return []
        recipients = [
            one for name in ("toRecipients", "ccRecipients", "bccRecipients") for one in message.get(name) or ()
        ]
        if len(recipients) > 50 or (kind == RECEIVED and _is_bulk(message.get("internetMessageHeaders") or ())):
            return []
        people: dict[str, Any] = {}
        for one in recipients if kind == SENT else [message.get("from") or {}]:
            given = one.get("emailAddress") or {}
            key = (given.get("name"), given.get("address"))
            decision = self._decisions.get(key)
            if decision is None:
                decision = self._decisions[key] = self._decide(*key)
            if isinstance(decision, str):
                continue
            held = people.get(decision.address)
            if held is None or decision.quality > held.quality:
                people[decision.address] = decision
        return list(people.values())

    def _read_time(self, message: Json, kind: int) -> int:
        names = ("sentDateTime", "receivedDateTime")
        for name in names if kind == SENT else reversed(names):
            try:
                at = int(datetime.fromisoformat(message.get(name) or "").timestamp())
            except (ValueError, OverflowError):
                continue
            if _EARLIEST <= at <= self._now + 2 * 86_400:
                return at
        return 0

    def _find_contact(self, person: Any, changes: Changes) -> Contact:
        contact = self._contacts.get(person.address)
        if contact is None:
            company = self._find_company(person.domain, changes) if person.domain else None
            contact = Contact(id=len(self._contacts) + 1, address=person.address, company=company)
            self._contacts[person.address] = contact
        return contact

    def _find_company(self, domain: str, changes: Changes) -> Company:
        company = self._companies.get(domain)
        if company is None:
            name = name_company(domain)
            company = Company(id=len(self._companies) + 1, name=name, folded_name=fold_name(name))
            self._companies[domain] = company
            changes.domains.append((domain, company.id))
            self._add_words(changes, COMPANY, company, (name, domain))
        return company

    def _name(self, contact: Contact, person: Any, at: int, kind: int, changes: Changes) -> None:
        evidence = 2 * person.quality + 1 + (kind == RECEIVED) if person.quality else 0
        rank = evidence << 58 | min(at, 2**34 - 1) << 24 | person.tiebreak
        if rank > contact.rank:
            if contact.rank < 0 or person.name != contact.name:
                contact.name, contact.folded_name = person.name, fold_name(person.name)
                changes.renamed[contact.id] = contact
            contact.rank = rank

    def _add_words(self, changes: Changes, of: int, one: Company | Contact, texts: tuple[str, str]) -> None:
        found = list_search_words(texts)
        one.beginnings = mark_beginnings(found)
        for word in found:
            changes.words.append((of, word, one.id, one.beginnings))
            if is_correctable(word) and (of, word) not in self._known_words:
                self._known_words.add((of, word))
                changes.known_words.append((of, word, word[::-1]))


def _add(ties: dict[tuple[int, int], Tie], key: tuple[int, int], to: Any, kind: int, at: int) -> Tie:
    tie = ties.get(key)
    if tie is None:
        tie = ties[key] = Tie(to=to)
    tie.add(kind, at)
    return tie


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=16).digest()


def _digest_source(message: Json, kind: int) -> bytes:
    name = message.get("internetMessageId")
    return _digest(f"{kind} {name} {message.get('sentDateTime')}" if name else f"{kind} {message['id']}")


def _is_bulk(headers: Iterable[Json]) -> bool:
    for header in headers:
        name, value = header["name"].lower(), header["value"].strip().lower()
        if name in _BULK or (name == "precedence" and value in ("bulk", "list", "junk", "auto_reply")):
            return True
        if (name == "auto-submitted" and not value.startswith("no")) or (name == "return-path" and value in ("", "<>")):
            return True
    return False
