"""The only place where things are built and wired."""

import asyncio
import contextlib
import functools
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import urlsplit

from aiohttp import web

from bot.admission import Admission
from bot.client_address import TrustedProxies
from bot.clock import Clock, SharedClock
from bot.config import Config
from bot.credential import digest_file
from bot.door import Door
from bot.graph.client.client import GraphClients
from bot.graph.directory.clocks import Clocks
from bot.graph.directory.installs import AppInstaller
from bot.graph.directory.keeper import DirectoryKeeper
from bot.graph.subscriptions.audit import SubscriptionAuditor
from bot.graph.subscriptions.keeper import SubscriptionKeeper
from bot.graph.sync.worker import Worker
from bot.graph.webhooks.routes import add_graph_routes
from bot.health.gauges import Gauges
from bot.health.monitor import HealthMonitor
from bot.health.routes import add_health_routes
from bot.health.troubles import ProcessState
from bot.language import prepare
from bot.loops import Stop
from bot.metrics import serving_metrics
from bot.notices import Notices, Sender
from bot.outbound import open_session
from bot.outlook.routes import add_outlook_routes
from bot.outlook.tokens import UserTokens
from bot.reminders import Reminders
from bot.signing_keys import KeySet
from bot.teams.connection import open_teams
from bot.teams.credentials import SignInWatch
from bot.teams.http import fetch
from bot.teams.routes import add_teams_routes
from bot.traces import tracing
from bot.upkeep import Upkeep
from bot.web.site import load_site
from storage.engine.database import Database, open_database
from storage.engine.relay import relay

DATABASE: Final = web.AppKey("database", Database)
STOP: Final = web.AppKey("stop", Stop)


class Closable(Protocol):
    """What is opened with the service, and closed with it."""

    async def close(self) -> None:
        """Let go of everything."""


ResourceT = TypeVar("ResourceT", bound=Closable)
Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


@contextlib.asynccontextmanager
async def create_app(
    config: Config, *, has_worker: bool = True, is_demo: bool = False
) -> AsyncIterator[web.Application]:
    """Build the service; leaving the block stops its loops, finishes what is in hand and closes the database.

    `is_demo` lets tools on this machine in without a token (see `open_teams`); only `carnet demo` and tests say it.
    """
    prepare()
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(serving_metrics(config.metrics_host, config.metrics_port))
        stack.enter_context(tracing(config.traces_url))
        database = await stack.enter_async_context(_hold(open_store(config)))
        clock = SharedClock(database)
        line = await stack.enter_async_context(open_teams(config, is_demo=is_demo))
        session = await stack.enter_async_context(open_session(config))
        notices = Notices(clock)
        door = Door(database, clock, notices, config.first_rules)
        keys = KeySet(f"{config.login_url}/common/discovery/v2.0/keys", functools.partial(fetch, session))
        app = web.Application(client_max_size=2**20)
        app[DATABASE] = database
        app[STOP] = Stop()
        messenger = add_teams_routes(
            app,
            database=database,
            door=door,
            authenticator=line.authenticator,
            connector=line.connector,
            clock=lambda: int(clock()),
        )
        site = load_site()
        live = add_outlook_routes(
            app,
            site=site,
            config=config,
            database=database,
            door=door,
            tokens=UserTokens(
                keys, app_id=config.app_id, host=urlsplit(config.public_url).netloc, login_url=config.login_url
            ),
        )
        add_graph_routes(app, database, clock=clock, proxies=TrustedProxies(config.trusted_proxies))
        process = ProcessState(
            config,
            has_page=site.is_whole,
            is_page_kept=site.is_kept,
            get_refusal=lambda: line.credentials.refusal,
            was_let_in=lambda: line.credentials.was_let_in,
            get_outage=lambda: line.credentials.outage,
        )
        running = Running(app[STOP])
        add_health_routes(app, HealthMonitor(database, clock, process), is_alive=running.is_alive)
        graph = await stack.enter_async_context(_hold(GraphClients(config, clock)))
        clock.listen_to(graph.read_date)
        installer = AppInstaller(database, graph, app_id=config.app_id, clock=clock) if config.installs_app else None
        sender = Sender(database, messenger, clock=clock, default=notices.default, installer=installer)
        admission = Admission(database, config.tenants, clock.set)
        loops: list[Loop] = [
            *base_loops(config, database, clock),
            clock.run,
            admission.run,
            SignInWatch(line.credentials).run,
            live.run,
        ]
        loops += map(admission.then, [sender.run])
        if has_worker:
            loops += map(admission.then, work_loops(config, database, graph, notices, clock))
        await admission.try_once()
        await stack.enter_async_context(running.run(loops))
        yield app


def open_store(config: Config) -> Database:
    """Open the database that the configuration names."""
    return open_database(config.database_url, is_pooled=config.database_is_pooled)


def base_loops(config: Config, database: Database, clock: Clock) -> list[Loop]:
    """Build what every process runs: its gauges, and the relay that wakes it for what others have written."""
    loops: list[Loop] = [Gauges(database, clock).run] if config.metrics_port else []
    if not database.is_sqlite:
        loops.append(functools.partial(relay, database.wakes, config.wake_url or config.database_url))
    return loops


def work_loops(
    config: Config, database: Database, graph: GraphClients, notices: Notices, clock: SharedClock
) -> list[Loop]:
    """Build what keeps mailboxes current: the directory, the subscriptions, and the worker itself."""
    directory = DirectoryKeeper(
        database,
        graph,
        tenants=config.tenants,
        first=config.first_rules,
        clock=clock,
        on_tenant_state=notices.on_tenant_state,
        digest_credential=functools.partial(digest_file, config),
    )
    worker = Worker(
        database,
        graph,
        concurrency=config.mailbox_concurrency,
        on_applied=notices.on_applied,
        clock=clock,
        interval=config.sync_interval,
    )
    upkeep = Upkeep(database, clock, Clocks(database, graph).read, own=clock.own)
    loops: list[Loop] = [directory.run, worker.run, upkeep.run, Reminders(database, config, clock).run]
    if config.public_url:
        keeper = SubscriptionKeeper(
            database, graph, public_url=config.public_url, clock=clock, interval=config.sync_interval
        )
        loops.append(keeper.run)
        loops.append(SubscriptionAuditor(database, graph, public_url=config.public_url, clock=clock).run)
    return loops


@contextlib.asynccontextmanager
async def open_worker(config: Config) -> AsyncIterator[web.Application]:
    """Run what keeps mailboxes current until the block is left; gives an application that answers probes alone."""
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(serving_metrics(config.metrics_host, config.metrics_port))
        stack.enter_context(tracing(config.traces_url))
        database = await stack.enter_async_context(_hold(open_store(config)))
        clock = SharedClock(database)
        graph = await stack.enter_async_context(_hold(GraphClients(config, clock)))
        clock.listen_to(graph.read_date)
        notices = Notices(clock)
        admission, running = Admission(database, config.tenants, clock.set), Running(Stop())
        loops = [*base_loops(config, database, clock), clock.run, admission.run]
        loops += map(admission.then, work_loops(config, database, graph, notices, clock))
        await admission.try_once()
        monitor = HealthMonitor(database, clock, ProcessState(config))
        await stack.enter_async_context(running.run(loops))
        yield make_probes(monitor, running)


@contextlib.asynccontextmanager
async def _hold(resource: ResourceT) -> AsyncIterator[ResourceT]:
    """Lend a resource, and close it."""
    try:
        yield resource
    finally:
        await resource.close()


def make_probes(monitor: HealthMonitor, running: "Running") -> web.Application:
    """Make what a worker answers."""
    app = web.Application()
    app[STOP] = running.stop
    add_health_routes(app, monitor, is_alive=running.is_alive)
    return app


class Running:
    """The loops of a process, which end when they are told to and not before."""

    def __init__(self, stop: Stop) -> None:
        self.stop = stop
        self._tasks: list[asyncio.Task[None]] = []

    def is_alive(self) -> bool:
        """Return whether every loop still runs, or was told to stop."""
        return self.stop.event.is_set() or not any(task.done() for task in self._tasks)

    @contextlib.asynccontextmanager
    async def run(self, loops: Iterable[Loop]) -> AsyncIterator[None]:
        """Run loops beside the block; at its end, or before, they are told to stop, and waited for."""
        self._tasks = [asyncio.create_task(loop(self.stop.event)) for loop in loops]
        try:
            yield
        finally:
            self.stop.order()
            await self.stop.wait_for(self._tasks)
