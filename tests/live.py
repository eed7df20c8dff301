"""The parts that keep mailboxes current, beside the small Microsoft 365; each runs only when a test calls it."""

import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import text

from bot.config import Config
from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from bot.graph.client.client import GraphClients
from bot.graph.directory.keeper import DirectoryKeeper
from bot.graph.subscriptions.audit import SubscriptionAuditor
from bot.graph.subscriptions.keeper import SubscriptionKeeper
from bot.graph.sync.worker import Worker
from bot.graph.webhooks.routes import add_graph_routes
from bot.upkeep import Upkeep
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from tests.account import balance
from tests.books import has_passed
from tests.microsoft import let_everybody_write, make_firm


@dataclass
class Clock:
    """The time, which a test may move, or let stand still."""

    ahead: float = 0.0
    stands_at: float = 0.0

    def __call__(self) -> float:
        return (self.stands_at or time.time()) + self.ahead


class Live:
    """The parts over one database, with the webhooks on a port of their own."""

    def __init__(self, database: Database, microsoft: Microsoft, clock: Clock, url: str, **rules) -> None:
        self.database = database
        self.microsoft = microsoft
        self.clock = clock
        self.url = url
        self.clients = GraphClients(Config(**microsoft.config_values), clock)
        self.rules = FirmRules(**rules)
        tenants = tuple(firm.tenant_id for firm in microsoft.firms)
        self.directory = DirectoryKeeper(database, self.clients, tenants=tenants, first=self.rules, clock=clock)
        self.keeper = SubscriptionKeeper(database, self.clients, public_url=url, clock=clock)
        self.auditor = SubscriptionAuditor(database, self.clients, public_url=url, clock=clock)
        self.worker = Worker(database, self.clients, clock=clock)
        self.upkeep = Upkeep(database, clock, self.read_times)
        self.is_given_up = False
        """Whether the test has failed, and nothing more can be said of this world."""
        self.keeps: Callable[[Any], bool] = lambda _fact: True
        """Which facts the firm wants to know, where a test lets it forget some."""

    @property
    def firm(self) -> Firm:
        return self.microsoft.firm

    async def read_times(self, _entra_id: str) -> list[float]:
        """What the database's clock and Microsoft's say in this world."""
        return [self.clock(), self.clock()]

    async def settle(self, rounds: int = 20) -> None:
        """Let everything work until nothing is due."""
        for _ in range(rounds):
            pauses = [await part.work() for part in (self.directory, self.keeper, self.auditor)]
            await self.microsoft.notifications.settle()
            if not await self.worker.run_once() and all(pauses):
                return
        raise AssertionError("it never settles")

    async def pass_time(self, seconds: float) -> None:
        """Advance the clock, and run everything that becomes due."""
        self.clock.ahead += seconds
        await self.settle()

    async def query(self, sql: str, **values) -> list[tuple]:
        async with self.database.reading(SYSTEM) as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    async def execute(self, sql: str, **values) -> None:
        async with self.database.writing(SYSTEM) as connection:
            await connection.execute(text(sql), values)

    async def list_states(self) -> dict[str, str]:
        """The mailboxes' states, by the people's names."""
        join = "mailboxes.tenant_id = users.tenant_id AND mailboxes.user_id = users.id"
        return dict(await self.query(f"SELECT name, state FROM mailboxes JOIN users ON {join}"))

    async def count_interactions(self) -> int:
        return (await self.query("SELECT count(*) FROM interactions"))[0][0]

    async def rest(self) -> None:
        """Let the faults end and everybody write once more; what was failing is asked again within the day."""
        self.microsoft.faults.clear()
        self.microsoft.notifications.release()
        let_everybody_write(*self.microsoft.firms)
        await self.pass_time(330)
        if set((await self.list_states()).values()) - {"current", "stopped"}:
            await self.pass_time(86_400)

    async def balance(self) -> None:
        """Run everything that is due, then compare the store with what really happened."""
        await self.rest()
        rules = {"rule": self.rules.contact_rule, "keeps": self.keeps}
        await balance(self.database, self.microsoft, int(self.clock()), **rules)

    def count_calls(self, method: str, path: str) -> int:
        """How often Graph was called so."""
        return sum(1 for one in self.microsoft.record.requests if one.method == method and path in one.path)

    async def close(self) -> None:
        await self.clients.close()


@contextlib.asynccontextmanager
async def run_live(database: Database, *firms: Firm, clock: Clock | None = None, **rules) -> AsyncIterator[Live]:
    """Run Microsoft and the webhooks, and give the parts that keep these firms current; its end balances the books."""
    clock = clock or Clock()
    app = web.Application()
    add_graph_routes(app, database, clock=clock)
    server = TestServer(app)
    await server.start_server()
    try:
        async with run_microsoft(*firms, clock=clock) as microsoft:
            live = Live(database, microsoft, clock, str(server.make_url("")).rstrip("/"), **rules)
            try:
                yield live
                if not live.is_given_up:
                    await live.balance()
            finally:
                await live.close()
    finally:
        await server.close()


@pytest.fixture
async def live(request, database: Database) -> AsyncIterator[Live]:
    """A firm of two, synced to the end and subscribed."""
    async with run_live(database, make_firm()) as live:
        await live.settle()
        yield live
        live.is_given_up = not has_passed(request)
