"""The sync as a fixture: a worker on a real database beside the small Microsoft 365; and the store, read back."""

import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.demo.microsoft import Microsoft
from bot.graph.client.client import GraphClients
from bot.graph.directory.keeper import DirectoryKeeper
from bot.graph.sync.worker import Worker
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.models import Feed
from tests.account import balance
from tests.books import has_passed
from tests.decisions import NONE, Decisions
from tests.ledger import Ledger, make_ledger
from tests.microsoft import let_everybody_write
from tests.stored import assert_same, read_ledger


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
        microsoft.cloud.clock = lambda: self.clock()  # noqa: PLW0108  # it moves with ours
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
        tenants, first = (self.microsoft.firm.tenant_id,), FirmRules(contact_rule=self.rule)
        await DirectoryKeeper(self.database, self.clients, tenants=tenants, first=first, clock=self.clock).work()

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

    def expect(self, decisions: Decisions = NONE) -> Ledger:
        """Work out what the store must hold."""
        firm = self.microsoft.firm
        return make_ledger(
            firm.truth.list_mail(),
            firm.truth.list_meetings(),
            firm.domains,
            int(self.clock()),
            self.rule,
            owners={person.id: person.name for person in firm.directory.people.values()},
            colleagues={one: person.id for person in firm.directory.people.values() for one in person.addresses},
            decisions=decisions,
        )

    async def read_ledger(self) -> Ledger:
        """Read the store."""
        return await read_ledger(self.query)

    async def check(self) -> None:
        """Compare the store with what really happened so far."""
        found = await self.read_ledger()
        assert_same(found, self.expect(found.decisions))

    async def rest(self) -> None:
        """Let the faults end and everybody write once more, and sync until every mailbox is current."""
        self.microsoft.faults.clear()
        self.microsoft.graph.limits._not_before.clear()  # the time that Graph asked for has passed
        let_everybody_write(self.microsoft.firm)
        await self.run_until_current()

    async def close(self) -> None:
        await self.clients.close()


@pytest.fixture
async def sync(request, database: Database, microsoft: Microsoft) -> AsyncIterator[Sync]:
    """The firm's sync, with its people added; runs once on each database, and balances the books at its end."""
    running = Sync(database, microsoft, time.time)
    await running.start()
    yield running
    if has_passed(request):
        await running.rest()
        await balance(database, microsoft, int(running.clock()), rule=running.rule)
    await running.close()
