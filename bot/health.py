"""Is it well? `GET /healthz` for people and tests, `GET /readyz` for what sends requests here, and the gauges.

Both are public: they give counts, and no name of a firm or a person.
"""

import asyncio
from collections.abc import Callable
from typing import Any, Final

import structlog
from aiohttp import web

from bot import metrics
from bot.loops import repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.health import Health, Load, get_health, measure_load

log = structlog.get_logger(__name__)

FRESH: Final = 1.0
"""Seconds for which an answer is good: anybody may ask as often as they like."""
PATIENCE: Final = 3.0
GAUGE_SECONDS: Final = 15.0
TICK: Final = 0.5


def add_health_routes(app: web.Application, database: Database, *, clock: Callable[[], float]) -> None:
    """Add both to an application."""
    doctor = _Pulse(database, clock)
    app.router.add_get("/healthz", doctor.tell_health)
    app.router.add_get("/readyz", doctor.tell_readiness)


class _Pulse:
    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._lock = asyncio.Lock()
        self._measured: tuple[float, Health] | None = None

    async def tell_health(self, _request: web.Request) -> web.Response:
        """Tell how the mailboxes stand; 503 where the database does not answer."""
        try:
            async with asyncio.timeout(PATIENCE):
                health = await self._measure()
        except (DatabaseError, TimeoutError) as error:
            log.warning("health_unknown", reason=type(error).__name__)
            return _answer({"status": "unavailable"}, 503)
        return _answer(describe_health(health))

    async def tell_readiness(self, _request: web.Request) -> web.Response:
        """Tell whether requests can be answered: the database is there."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._database.ping()
        except (DatabaseError, TimeoutError):
            return _answer({"status": "unavailable"}, 503)
        return _answer({"status": "ready"})

    async def _measure(self) -> Health:
        async with self._lock:
            now = self._clock()
            if self._measured is None or not 0 <= now - self._measured[0] < FRESH:
                async with self._database.reading(SYSTEM) as connection:
                    self._measured = now, await get_health(connection, int(now))
            return self._measured[1]


def describe_health(health: Health) -> dict[str, Any]:
    """Say it in JSON; `current` means synced to the end."""
    mailboxes = {"total": health.total, "current": health.current, "failing": health.failing}
    return {
        "status": "degraded" if health.failing else "ok",
        "mailboxes": {**mailboxes, "syncing": health.syncing, "skipped": health.skipped},
        "progress": round(health.progress, 4),
        "done_at": health.done_at or None,
        "last_success_at": health.last_success_at or None,
    }


def _answer(body: dict[str, Any], status: int = 200) -> web.Response:
    return web.json_response(body, status=status, headers={"Cache-Control": "no-store"})


class Gauges:
    """Keeps the gauges of the metrics fresh, and measures how late the event loop is."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Measure until `stopping` is set."""
        delay = asyncio.create_task(_measure_delay(stopping))
        try:
            await repeat("gauges", self.work, stopping, lambda seconds: wait(stopping, seconds))
        finally:
            delay.cancel()

    async def work(self) -> float:
        """Measure once."""
        async with self._database.reading(SYSTEM) as connection:
            show(await measure_load(connection, int(self._clock())))
        return GAUGE_SECONDS


async def _measure_delay(stopping: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()
    while not stopping.is_set():
        expected = loop.time() + TICK
        await asyncio.sleep(TICK)
        metrics.LOOP_DELAY.observe(max(0.0, loop.time() - expected))


def show(load: Load) -> None:
    """Set the gauges."""
    for gauge, counts in (
        (metrics.MAILBOXES, load.mailboxes),
        (metrics.OUTBOX, load.outbox),
        (metrics.SUBSCRIPTIONS, load.subscriptions),
    ):
        gauge.clear()
        for state, count in counts.items():
            gauge.labels(state).set(count)
    metrics.MAILBOXES_DUE.set(load.due)
    metrics.MAILBOXES_LEASED.set(load.leased)
    for quantile, seconds in load.lags.items():
        metrics.MAILBOX_LAG.labels(quantile).set(seconds)
