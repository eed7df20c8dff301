"""A firm of any size, always the same for one seed, to measure on.

At scale 1.0 it has 1,000 users, 200,000 companies, 1,000,000 contacts (and 100,000 people only seen) and some
10,000,000 interactions in ten years; at 0.1 a tenth of all of that. Totals are those of the interactions, as in life.
`python -m tests.bench.population URL --scale 0.1` fills a new database; indexes are built once everything is in.
"""

import argparse
import asyncio
import random
import sqlite3
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Protocol

import asyncpg

from storage import models
from storage.engine.database import Database, open_database
from storage.engine.statistics import write_statistics
from storage.lists.words import COMPANY, CONTACT, is_correctable, list_search_words, mark_beginnings
from storage.models import Base, Kind
from storage.text.names import fold_name

NOW = 1_767_225_600
TENANT = 1
_SPAN = 10 * 365 * 86_400
_BATCH = 20_000

# ruff: noqa: SIM905  # words in a row are easier to read than a list
_STARTS = (
    "al an ar ba be bo ca ce da de du el fa fe ga go ha jo ka la le lo ma me mi mo na no pa pe ra ro sa so".split()
)
_MIDDLES = "b c d f g l ll m n nn p r rt s ss t tt v z nd lm rg st nt ck".split()
_ENDS = "a and e eau ard er et ier in is on ot ou oz u y ez el ini ova son sen".split()
_TRADES = "Legal Group Bank Partners Industries Energie Conseil Capital Pharma Logistics Foods Systems".split()
_SUFFIXES = "com fr ch de co.uk eu net org be it".split()
_TYPES = {
    "client": 0.1,
    "prospect": 0.08,
    "referral_source": 0.02,
    "provider": 0.03,
    "court": 0.003,
    "counterpart": 0.03,
}
"""The shares of the types among companies; nobody has given the others one yet."""
_PARTNERED = {"client": 0.95, "prospect": 0.7, "referral_source": 0.6}

Rows = Iterable[tuple[Any, ...]]


class Sink(Protocol):
    """A database that takes rows as fast as it can."""

    async def write(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None: ...


@dataclass
class SqliteSink:
    connection: sqlite3.Connection

    async def write(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        names, gaps = ", ".join(f'"{name}"' for name in columns), ", ".join("?" * len(columns))
        self.connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({gaps})", rows)


@dataclass
class PostgresSink:
    connection: Any

    is_locked: bool
    """Row-level security holds for our role, and then COPY only goes by way of a table of our own."""

    async def write(self, table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
        copied = f"copied_{table}" if self.is_locked else table
        if self.is_locked:
            await self.connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS {copied} (LIKE {table} INCLUDING DEFAULTS)")
        await self.connection.copy_records_to_table(copied, records=rows, columns=columns)
        if self.is_locked:
            await self.connection.execute(f"INSERT INTO {table} SELECT * FROM {copied}")
            await self.connection.execute(f"TRUNCATE {copied}")


@asynccontextmanager
async def open_sink(database: Database):
    """Open a connection for bulk: on SQLite one that a power cut would ruin, which nobody minds here."""
    url = database.engine.url
    if database.is_sqlite:
        connection = sqlite3.connect(url.database or "", isolation_level=None)
        for pragma in ("synchronous=OFF", "cache_size=-3000000", "wal_autocheckpoint=0", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        yield SqliteSink(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        return
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain, server_settings={"synchronous_commit": "off"})
    await connection.execute("SELECT set_config('carnet.is_system', 'on', false)")
    exempt = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    yield PostgresSink(connection, is_locked=not await connection.fetchval(exempt))
    await connection.close()


class Writer:
    """Collects rows of one table, fills the columns nobody named with the model's defaults, and writes in batches."""

    def __init__(self, sink: Sink, model: type[Base], *columns: str) -> None:
        table = model.__table__
        rest = [column for column in table.columns if column.name not in {"tenant_id", *columns}]
        self.columns = ["tenant_id", *columns, *(column.name for column in rest)]
        self.rest = tuple(_get_default(column) for column in rest)
        self.sink, self.table, self.rows = sink, table.name, []

    async def add(self, *values: Any) -> None:
        self.rows.append((TENANT, *values, *self.rest))
        if len(self.rows) >= _BATCH:
            await self.flush()

    async def flush(self) -> None:
        if self.rows:
            await self.sink.write(self.table, self.columns, self.rows)
            self.rows = []


def _get_default(column: Any) -> Any:
    if column.default is None:
        return None if column.nullable else ""
    value = column.default.arg
    return "{}" if callable(value) else value


@dataclass(slots=True)
class Totals:
    """What one user has had with one contact or company."""

    sent: int = 0
    received: int = 0
    meetings: int = 0
    first_at: int = NOW
    last_at: int = 0

    @property
    def count(self) -> int:
        return self.sent + self.received + self.meetings

    def add(self, other: "Totals") -> None:
        self.sent += other.sent
        self.received += other.received
        self.meetings += other.meetings
        self.first_at = min(self.first_at, other.first_at)
        self.last_at = max(self.last_at, other.last_at)

    def as_row(self) -> tuple[int, ...]:
        return self.sent, self.received, self.meetings, self.count, self.first_at, self.last_at


TOTALS = ("sent_count", "received_count", "meeting_count", "interaction_count", "first_at", "last_at")


@dataclass
class Firm:
    """The firm's size and its dice."""

    scale: float
    seed: int = 7
    dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.users = max(5, round(1000 * self.scale))
        self.companies = max(20, round(200_000 * self.scale))
        self.contacts = max(50, round(1_000_000 * self.scale))
        self.seen = self.contacts // 10

    def make_name(self) -> str:
        choose = self.dice.choice
        return (choose(_STARTS) + choose(_MIDDLES) + choose(_ENDS)).capitalize()

    def choose_type(self) -> str | None:
        dice = self.dice.random()
        for type_, share in _TYPES.items():
            dice -= share
            if dice < 0:
                return type_
        return None

    def choose_team(self, size: int) -> list[int]:
        """Choose the users who deal with a company: more for a big one; the first is the likely partner."""
        return self.dice.sample(
            range(1, self.users + 1), min(self.users, 1 + min(6, size // 4) + self.dice.randrange(2))
        )


@dataclass(slots=True)
class MadeCompany:
    name: str
    domain: str
    type: str | None
    team: list[int]
    partner: int | None
    contacts: int = 0
    totals: Totals = field(default_factory=Totals)
    by_user: dict[int, Totals] = field(default_factory=dict)


async def populate(database: Database, scale: float, *, seed: int = 7) -> None:
    """Fill an empty database that has its tables."""
    firm = Firm(scale, seed)
    async with open_sink(database) as sink:
        dropped = await _drop_indexes(database, sink)
        await _write_people(sink, firm)
        await _write_history(sink, firm)
        await _run(sink, dropped)
        await _run(sink, [] if database.is_sqlite else ["ANALYZE"])
    async with database.engine.begin() as connection:
        await connection.run_sync(write_statistics)  # of the indexes that were dropped meanwhile


async def _write_people(sink: Sink, firm: Firm) -> None:
    tenants = Writer(sink, models.Tenant, "entra_id", "name", "domains")
    await tenants.add(make_entra_id(0), "Firm", '["firm.example"]')
    await tenants.flush()
    users = Writer(sink, models.User, "id", "entra_id", "name", "folded_name", "address")
    for number in range(1, firm.users + 1):
        name = f"{firm.make_name()} {firm.make_name()}"
        await users.add(number, make_entra_id(number), name, fold_name(name), f"user{number}@firm.example")
    await users.flush()


def make_entra_id(number: int) -> str:
    """Give the Entra id of a user of the firm; 0 is the tenant's own."""
    return f"10000000-0000-4000-8000-{number:012d}"


def _make_companies(firm: Firm, sizes: Sequence[int]) -> list[MadeCompany]:
    companies = []
    for number, size in enumerate(sizes, 1):
        name, trade = firm.make_name() + firm.dice.choice(_ENDS), firm.dice.choice(_TRADES)
        domain = f"{name}-{trade}{number}.{firm.dice.choice(_SUFFIXES)}".lower()
        type_, team = firm.choose_type(), firm.choose_team(size)
        has_partner = firm.dice.random() < _PARTNERED.get(type_ or "", 0)
        # A partner is one of a fifth of the users.
        partner = 1 + (team[0] - 1) // 5 * 5 if has_partner else None
        companies.append(MadeCompany(f"{name} {trade}", domain, type_, team, partner))
    return companies


def _deal_contacts(firm: Firm) -> list[int]:
    """Give the company (from 0) of each contact, -1 for free mail: one for each, then most for the big ones."""
    rest = firm.contacts - firm.companies
    return [
        *range(firm.companies),
        *(-1 if firm.dice.random() < 0.06 else int(firm.companies * firm.dice.random() ** 4) for _ in range(rest)),
    ]


async def _write_history(sink: Sink, firm: Firm) -> None:
    placed = _deal_contacts(firm)
    sizes = [0] * firm.companies
    for place in placed:
        if place >= 0:
            sizes[place] += 1
    companies = _make_companies(firm, sizes)
    words: Words = defaultdict(list)
    history = History(sink, firm, companies, words)
    for number, place in enumerate(placed, 1):
        await history.add_contact(number, place, is_contact=True)
    for number in range(firm.contacts + 1, firm.contacts + firm.seen + 1):
        await history.add_contact(number, int(firm.dice.random() * firm.companies), is_contact=False)
    await history.flush()
    await _write_words(sink, CONTACT, words)
    await _write_companies(sink, companies)


Words = dict[str, list[tuple[int, int]]]
"""The numbers of those who have a word, and the marks of each."""


class History:
    """Makes each contact with all that was exchanged with them, and keeps the sums."""

    def __init__(self, sink: Sink, firm: Firm, companies: list[MadeCompany], words: Words) -> None:
        self.firm, self.companies, self.words = firm, companies, words
        self.people = Writer(
            sink,
            models.Contact,
            *("id", "address", "name", "folded_name", "beginnings", "company_id", "is_contact", "reason", *TOTALS),
        )
        self.ties = Writer(
            sink, models.Relationship, "user_id", "contact_id", "folded_name", "beginnings", "is_mine", *TOTALS
        )
        self.interactions = Writer(
            sink, models.Interaction, "user_id", "source_digest", "occurred_at", "message_digest", "kind"
        )
        self.sides = Writer(
            sink, models.InteractionContact, "contact_id", "occurred_at", "user_id", "source_digest", "kind"
        )

    async def add_contact(self, number: int, place: int, *, is_contact: bool) -> None:
        firm, company = self.firm, self.companies[place] if place >= 0 else None
        name = f"{firm.make_name()} {firm.make_name()}"
        domain = company.domain if company else "gmail.com"
        address = f"{name.replace(' ', '.').lower()}{number}@{domain}"
        folded = fold_name(name)
        found = list_search_words((name, address))
        marks = mark_beginnings(found)
        for word in found:
            self.words[word].append((number, marks))
        team = company.team if company else firm.choose_team(1)
        whole = Totals()
        for user in firm.dice.sample(team, min(len(team), firm.dice.choice((1, 1, 2, 2, 3)))):
            totals = await self._add_exchange(number, user, is_mine=is_contact)
            await self.ties.add(user, number, folded, marks, is_contact, *totals.as_row())
            whole.add(totals)
            if company and is_contact:
                company.by_user.setdefault(user, Totals()).add(totals)
        if company and is_contact:
            company.contacts += 1
            company.totals.add(whole)
        company_id = place + 1 if company else None
        reason = "wrote" if is_contact else "wrote_in"
        await self.people.add(number, address, name, folded, marks, company_id, is_contact, reason, *whole.as_row())

    async def _add_exchange(self, contact: int, user: int, *, is_mine: bool) -> Totals:
        dice, totals = self.firm.dice, Totals()
        # Most ties are slight; a few are old and busy.
        count = 1 + int(dice.expovariate(1 / 5.8)) if is_mine else 1
        newest = NOW - int(_SPAN * dice.random() ** 2)
        for step in range(count):
            at = newest - int(step * 86_400 * 30 * dice.random())
            kind = Kind.RECEIVED if not is_mine else dice.choice((Kind.SENT, Kind.SENT, Kind.RECEIVED, Kind.MEETING))
            digest = dice.randbytes(16)
            await self.interactions.add(user, digest, at, dice.randbytes(16), int(kind))
            await self.sides.add(contact, at, user, digest, int(kind))
            totals.sent += kind is Kind.SENT
            totals.received += kind is Kind.RECEIVED
            totals.meetings += kind is Kind.MEETING
            totals.first_at, totals.last_at = min(totals.first_at, at), max(totals.last_at, at)
        return totals

    async def flush(self) -> None:
        for writer in (self.people, self.ties, self.interactions, self.sides):
            await writer.flush()


async def _write_companies(sink: Sink, companies: list[MadeCompany]) -> None:
    rows = Writer(
        sink,
        models.Company,
        *("id", "name", "folded_name", "beginnings", "is_provisional"),
        *("type", "partner_id", "contact_count", "is_known"),
        *TOTALS[3:],
    )
    domains = Writer(sink, models.CompanyDomain, "domain", "company_id")
    ties = Writer(
        sink,
        models.CompanyRelationship,
        *("user_id", "company_id", "type", "partner_id", "folded_name", "beginnings", "is_mine", *TOTALS),
    )
    words: Words = defaultdict(list)
    for number, made in enumerate(companies, 1):
        folded, known = fold_name(made.name), made.contacts > 0
        decided = (made.type, made.partner)
        found = list_search_words((made.name, made.domain))
        marks = mark_beginnings(found)
        await rows.add(
            number, made.name, folded, marks, False, *decided, made.contacts, known, *made.totals.as_row()[3:]
        )
        await domains.add(made.domain, number)
        for user, totals in made.by_user.items():
            await ties.add(user, number, *decided, folded, marks, True, *totals.as_row())
        for word in found:
            words[word].append((number, marks))
    for writer in (rows, domains, ties):
        await writer.flush()
    await _write_words(sink, COMPANY, words)


async def _write_words(sink: Sink, of: int, words: Words) -> None:
    found, known = (
        Writer(sink, models.SearchWord, "of", "word", "entity_id", "beginnings"),
        Writer(sink, models.KnownWord, "of", "word", "backwards"),
    )
    for word in sorted(words):
        for number, marks in words[word]:
            await found.add(of, word, number, marks)
        if is_correctable(word):
            await known.add(of, word, word[::-1])
    await found.flush()
    await known.flush()


async def _drop_indexes(database: Database, sink: Any) -> list[str]:
    """Drop the indexes that are no key, and give the statements that build them again."""
    if database.is_sqlite:
        found = sink.connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
    else:
        found = await sink.connection.fetch(
            "SELECT relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
            " JOIN pg_namespace n ON n.oid = c.relnamespace WHERE nspname = 'public' AND NOT indisunique"
            " AND NOT EXISTS (SELECT FROM pg_inherits h WHERE h.inhrelid = i.indexrelid)"
        )
    indexes = [tuple(row) for row in found]
    await _run(sink, [f"DROP INDEX {name}" for name, _ in indexes])
    # PostgreSQL writes ONLY for an index of a partitioned table, which would leave the partitions without it.
    return [statement.replace(" ON ONLY ", " ON ") for _, statement in indexes]


async def _run(sink: Any, statements: Iterable[str]) -> None:
    for statement in statements:
        if isinstance(sink, SqliteSink):
            sink.connection.execute(statement)
        else:
            await sink.connection.execute(statement)


async def main(url: str, scale: float) -> None:
    started = time.perf_counter()
    database = open_database(url)
    await database.create_tables()
    await populate(database, scale)
    await database.close()
    sys.stdout.write(f"{scale} of the firm in {time.perf_counter() - started:.0f} s\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--scale", type=float, default=1.0)
    given = parser.parse_args()
    asyncio.run(main(given.url, given.scale))
