"""The gauges of the metrics: what waits and what is in hand, and how late the event loop is."""

import asyncio
from collections.abc import Callable
from typing import Final

from bot import metrics
from bot.loops import repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.queue.load import Load, measure_load

GAUGE_SECONDS: Final = 15.0
TICK: Final = 0.5


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
