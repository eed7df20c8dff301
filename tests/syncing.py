"""The sync as a fixture: a worker on a real database beside the small Microsoft 365; and the store, read back."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.demo.microsoft import Microsoft
from bot.graph.client import GraphClients
from bot.graph.directory import DirectoryKeeper, Rules
from bot.graph.worker import Worker
from storage.database import Database
from storage.models import Feed
from storage.rls import SYSTEM
from tests.ledger import Ledger, Totals, make_ledger

COUNTS = "sent_count, received_count, meeting_count, planned_count, first_at, last_at"


class Sync:
    """One firm's sync under way."""

    def __init__(
        self, database: Database, microsoft: Microsoft, clock: Callable[[], float], rule: str = "outreach"
    ) -> None:
        self.database = database
        self.microsoft = microsoft
        self.clock = clock
        self.rule = rule
        self.heard: list[Any] = []
        self.use_clients()

    def use_clients(self, patience: float = 30, **changes: Any) -> None:
        """Ask Graph through new clients, with other settings where some are given."""
        config = Config(**self.microsoft.config_values | changes)
        self.clients = GraphClients(config, lambda: self.clock(), patience=patience)  # noqa: PLW0108  # a test may set another clock
        self.worker = Worker(self.database, self.clients, on_applied=self._hear, clock=lambda: self.clock())  # noqa: PLW0108

    async def _hear(self, _connection, _tenant_id, user_id, applied, is_first_sync) -> None:
        self.heard.append((user_id, applied, is_first_sync))

    async def start(self) -> None:
        """Add the tenant and its people."""
        rules = Rules(tenants=(self.microsoft.firm.tenant_id,), contact_rule=self.rule)
        await DirectoryKeeper(self.database, self.clients, rules=rules, clock=self.clock).work()

    async def run(self) -> None:
        """Make every mailbox due that may be, and sync until none is."""
        await self.execute("UPDATE mailboxes SET due_at = 0 WHERE state <> 'stopped'")
        await self.worker.run_once()

    async def run_until_current(self, turns: int = 30) -> None:
        """Sync until every mailbox is current, forgetting how long each was to be left alone."""
        for _ in range(turns):
            await self.execute("UPDATE mailboxes SET not_before = 0")
            await self.run()
            if {row[0] for row in await self.query("SELECT state FROM mailboxes")} == {"current"}:
                return
        raise AssertionError(await self.query("SELECT state, reason FROM mailboxes"))

    async def use_small_pages(self, size: int = 5) -> None:
        """Have every feed read in small pages from its first one."""
        columns = "link, is_current, round, finished_round, item_count, page_size, window_ends_at"
        for feed in Feed:
            await self.execute(
                f"INSERT INTO mailbox_feeds (tenant_id, user_id, feed, {columns})"
                f" SELECT tenant_id, user_id, '{feed.value}', '', false, 0, 0, 0, {size}, 0 FROM mailboxes"
            )

    async def query(self, sql: str, **values: Any) -> list[Any]:
        async with self.database.reading(SYSTEM) as connection:
            return list(await connection.execute(text(sql), values))

    async def execute(self, sql: str, **values: Any) -> None:
        async with self.database.writing(SYSTEM) as connection:
            await connection.execute(text(sql), values)

    def expect(self) -> Ledger:
        """Work out what the store must hold."""
        firm = self.microsoft.firm
        return make_ledger(
            firm.truth.list_mail(), firm.truth.list_meetings(), firm.domains, int(self.clock()), self.rule
        )

    async def read_ledger(self) -> Ledger:
        """Read the store."""
        return await read_ledger(self.query)

    async def check(self) -> None:
        """Compare the store with what really happened."""
        assert_same(await self.read_ledger(), self.expect())

    async def close(self) -> None:
        await self.clients.close()


async def read_ledger(query: Callable[..., Any], entra_id: str = "") -> Ledger:
    """Read the store by addresses, domains and Entra ids: what a `Ledger` says, of one tenant where there are more."""
    ledger = Ledger()

    async def read(columns: str, table: str, condition: str = "true") -> list[Any]:
        of_tenant = (
            f"tenant_id IN (SELECT tenant_id FROM tenants WHERE entra_id = '{entra_id}')" if entra_id else "true"
        )
        return await query(f"SELECT {columns} FROM {table} WHERE {of_tenant} AND {condition}")

    users = {row[0]: row[1] for row in await read("id, entra_id", "users")}
    addresses = {row[0]: row[1] for row in await read("id, address", "contacts")}
    domains = {row[0]: row[1] for row in await read("company_id, domain", "company_domains")}
    takers: dict[Any, set[str]] = {}
    for user, source, contact in await read("user_id, source_digest, contact_id", "interaction_contacts"):
        takers.setdefault((user, source), set()).add(addresses[contact])
    rows = await read("user_id, source_digest, kind, occurred_at, is_planned", "interactions")
    for user, source, kind, at, is_planned in rows:
        people = frozenset(takers.pop((user, source)))
        ledger.interactions.add((users[user], kind, at, bool(is_planned), people, bytes(source)))
    assert not takers
    for user, contact, is_mine, *counts in await read(f"user_id, contact_id, is_mine, {COUNTS}", "relationships"):
        totals = Totals(*counts)
        assert bool(is_mine) == (totals.sent + totals.met + totals.planned > 0)
        ledger.relationships[users[user], addresses[contact]] = totals
    for user, company, *counts in await read(f"user_id, company_id, {COUNTS}", "company_relationships"):
        ledger.company_relationships[users[user], domains[company]] = Totals(*counts)
    for address, company, is_contact, *counts in await read(
        f"address, company_id, is_contact, {COUNTS}", "contacts", "interaction_count + planned_count > 0"
    ):
        ledger.contacts[address] = (Totals(*counts), bool(is_contact), domains.get(company, ""))
    for company, count, is_known, happened, first, last in await read(
        "id, contact_count, is_known, interaction_count, first_at, last_at", "companies"
    ):
        assert bool(is_known) == (count > 0)
        parts = [totals for (_, domain), totals in ledger.company_relationships.items() if domain == domains[company]]
        if parts:
            ledger.companies[domains[company]] = (_sum_up(parts, happened, first, last), count)
        else:
            assert (happened, first, last, count) == (0, 0, 0, 0)
    return ledger


def _sum_up(parts: list[Totals], happened: int, first: int, last: int) -> Totals:
    """Give a company's own totals by kind from its relationships, with what its row says of sum, first and last."""
    sent, received, met, planned = (sum(part[place] for part in parts) for place in range(4))
    assert sent + received + met == happened
    return Totals(sent, received, met, planned, first, last)


def assert_same(found: Ledger, wanted: Ledger) -> None:
    """Compare two ledgers part by part, and show the first differences."""
    for name in ("relationships", "company_relationships", "contacts", "companies"):
        ours, theirs = getattr(found, name), getattr(wanted, name)
        differences = {
            key: (ours.get(key), theirs.get(key)) for key in ours | theirs if ours.get(key) != theirs.get(key)
        }
        assert not differences, (name, len(differences), dict(list(differences.items())[:5]))
    ours = sorted((*row[:4], sorted(row[4])) for row in found.interactions)
    theirs = sorted((*row[:4], sorted(row[4])) for row in wanted.interactions)
    assert ours == theirs


@pytest.fixture
async def sync(database: Database, microsoft: Microsoft) -> AsyncIterator[Sync]:
    """The firm's sync, with its people added; runs once on each database."""
    running = Sync(database, microsoft, time.time)
    await running.start()
    yield running
    await running.close()
