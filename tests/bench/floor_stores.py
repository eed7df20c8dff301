"""The floor's two databases: one statement a table and page, through the drivers alone."""

import asyncio
import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import make_url

from storage import models
from storage.models import Base
from tests.bench.floor import TENANT, Changes, Company, Contact, Store, Tie

_COUNTS = ("sent_count", "received_count", "interaction_count", "first_at", "last_at")
_NOW = 1_767_225_600


class Statement:
    """An insert of many rows of one table, which overwrites those that are there (`set_`) or leaves them (`key`)."""

    def __init__(self, model: type[Base], columns: str, *, key: str = "", set_: str = "") -> None:
        table = model.__table__
        names = columns.split()
        rest = [one for one in table.columns if one.name not in ("tenant_id", *names) and one.default is not None]
        rest = [one for one in rest if not callable(one.default.arg)]
        values = [repr(one.default.arg).replace('"', "'") for one in rest]
        into = f"INSERT INTO {table.name} (tenant_id, {', '.join((*names, *(one.name for one in rest)))})"
        changes = ", ".join(f"{name} = excluded.{name}" for name in set_.split())
        conflict = f" ON CONFLICT ({key})" + (f" DO UPDATE SET {changes}" if set_ else " DO NOTHING") if key else ""
        gaps = ", ".join((str(TENANT), *"?" * len(names), *values))
        self.for_sqlite = f"{into} VALUES ({gaps}){conflict}"
        types = [table.columns[name].type.compile(postgresql.dialect()).partition(" COLLATE")[0] for name in names]
        arrays = ", ".join(f"${place}::{type_}[]" for place, type_ in enumerate(types, 1))
        self.for_postgres = (
            f"{into} SELECT {', '.join((str(TENANT), *names, *values))}"
            f" FROM unnest({arrays}) AS given ({', '.join(names)}){conflict}"
        )


_SUMS = " ".join(_COUNTS)
DOMAINS = Statement(models.CompanyDomain, "domain company_id")
COMPANIES = Statement(
    models.Company,
    "id name folded_name beginnings contact_count is_known interaction_count first_at last_at created_at",
    key="tenant_id, id",
    set_="contact_count is_known interaction_count first_at last_at",
)
CONTACTS = Statement(
    models.Contact,
    f"id address name folded_name beginnings name_rank company_id is_contact reason {_SUMS} created_at",
    key="tenant_id, id",
    set_=f"name folded_name beginnings name_rank is_contact reason {_SUMS}",
)
INTERACTIONS = Statement(models.Interaction, "user_id source_digest occurred_at message_digest kind")
PARTICIPANTS = Statement(models.InteractionContact, "contact_id occurred_at user_id source_digest kind")
TIES = Statement(
    models.Relationship,
    f"user_id contact_id is_mine folded_name beginnings {_SUMS}",
    key="tenant_id, user_id, contact_id",
    set_=f"is_mine {_SUMS}",
)
COMPANY_TIES = Statement(
    models.CompanyRelationship,
    f"user_id company_id is_mine folded_name beginnings {_SUMS}",
    key="tenant_id, user_id, company_id",
    set_=f"is_mine {_SUMS}",
)
WORDS = Statement(models.SearchWord, "of word entity_id beginnings", key="tenant_id, of, word, entity_id")
KNOWN_WORDS = Statement(models.KnownWord, "of word backwards", key="tenant_id, of, word")
FEEDS = Statement(
    models.MailboxFeed, "user_id feed link is_current", key="tenant_id, user_id, feed", set_="link is_current"
)
_FORGET_WORDS = f"DELETE FROM search_words WHERE tenant_id = {TENANT} AND of = 2 AND entity_id"
_RENAME = (
    "UPDATE relationships SET folded_name = %s, beginnings = %s"
    f" WHERE tenant_id = {TENANT} AND relationships.contact_id = %s"
)


def _list_rows(user_id: int, changes: Changes) -> Iterable[tuple[Statement, Sequence[tuple]]]:
    yield COMPANIES, [_describe_company(one) for one in changes.companies.values()]
    yield DOMAINS, changes.domains
    yield CONTACTS, [_describe_contact(one) for one in changes.contacts.values()]
    yield INTERACTIONS, changes.interactions
    yield PARTICIPANTS, changes.participants
    yield TIES, [_describe_tie(user_id, one) for one in changes.ties.values()]
    yield COMPANY_TIES, [_describe_tie(whose, one) for (whose, _), one in changes.company_ties.items()]
    yield WORDS, changes.words
    yield KNOWN_WORDS, changes.known_words
    yield FEEDS, [(user_id, *changes.feed)]


def _describe_company(one: Company) -> tuple:
    sums = (one.sent + one.received, one.first_at, one.last_at)
    return (one.id, one.name, one.folded_name, one.beginnings, one.contact_count, one.contact_count > 0, *sums, _NOW)


def _describe_contact(one: Contact) -> tuple:
    named = (one.id, one.address, one.name, one.folded_name, one.beginnings, one.rank, one.company and one.company.id)
    sums = (one.sent, one.received, one.sent + one.received, one.first_at, one.last_at)
    return (*named, one.sent > 0, "wrote" if one.sent else "seen", *sums, _NOW)


def _describe_tie(user_id: int, one: Tie) -> tuple:
    sums = (one.sent, one.received, one.sent + one.received, one.first_at, one.last_at)
    return (user_id, one.to.id, one.sent > 0, one.to.folded_name, one.to.beginnings, *sums)


class SqliteStore:
    """sqlite3 with `executemany`, as safe as the product's: WAL, and every commit on the disk."""

    def __init__(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "cache_size=-32000"):
            self._connection.execute(f"PRAGMA {pragma}")

    async def write(self, user_id: int, changes: Changes) -> None:
        run = self._connection.executemany
        self._connection.execute("BEGIN IMMEDIATE")
        renamed = list(changes.renamed.values())
        run(f"{_FORGET_WORDS} = ?", [(one.id,) for one in renamed])
        run(_RENAME.replace("%s", "?"), [(one.folded_name, one.beginnings, one.id) for one in renamed])
        for statement, rows in _list_rows(user_id, changes):
            run(statement.for_sqlite, rows)
        self._connection.execute("COMMIT")

    def close(self) -> None:
        self._connection.close()


class PostgresStore:
    """asyncpg with `unnest`, one connection and one transaction at a time."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._turn = asyncio.Lock()

    async def write(self, user_id: int, changes: Changes) -> None:
        async with self._turn, self._connection.transaction():
            if changes.renamed:
                ids = [one.id for one in changes.renamed.values()]
                names = [one.folded_name for one in changes.renamed.values()]
                marks = [one.beginnings for one in changes.renamed.values()]
                await self._connection.execute(f"{_FORGET_WORDS} = ANY($1::bigint[])", ids)
                rename = _RENAME % ("given.name", "given.marks", "given.id")
                given = " FROM unnest($1::text[], $2::bigint[], $3::bigint[]) AS given (name, marks, id) WHERE"
                await self._connection.execute(rename.replace(" WHERE", given, 1), names, marks, ids)
            for statement, rows in _list_rows(user_id, changes):
                if rows:
                    await self._connection.execute(statement.for_postgres, *map(list, zip(*rows, strict=True)))


@asynccontextmanager
async def open_store(url: str) -> AsyncIterator[Store]:
    if url.startswith("sqlite"):
        with contextlib.closing(SqliteStore(url.partition("///")[2])) as store:
            yield store
        return
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(plain)
    await connection.execute("SELECT set_config('carnet.is_system', 'on', false)")
    yield PostgresStore(connection)
    await connection.close()
