"""Loops that work until they are told to stop, and that no failure ends."""

import asyncio
import contextlib
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence

import structlog

from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.engine.wake import Channel
from storage.errors import DatabaseError, StoreUnavailableError
from storage.queue.chores import LEASE

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 60.0
STOP_SECONDS = 25.0
"""What a graceful stop may take; Kubernetes and Docker kill after 30."""

Pause = Callable[[float], Awaitable[object]]
Extend = Callable[[Connection, int], Awaitable[None]]


class Stop:
    """The order to stop: everything that runs hears it at once, and has the same seconds from then on."""

    def __init__(self, seconds: float = STOP_SECONDS) -> None:
        self.event = asyncio.Event()
        self._seconds = seconds
        self._ends_at = 0.0

    def order(self) -> None:
        """Tell everybody; telling them again gives them no more time."""
        if not self.event.is_set():
            self._ends_at = time.monotonic() + self._seconds
            self.event.set()

    async def wait_for(self, tasks: Collection[asyncio.Task[object]]) -> None:
        """Wait until tasks have ended; those that take longer than there is time are cancelled."""
        _, late = await asyncio.wait(tasks, timeout=max(0.0, self._ends_at - time.monotonic())) if tasks else ((), ())
        for task in late:
            task.cancel()


async def repeat(name: str, work: Callable[[], Awaitable[float]], stopping: asyncio.Event, pause: Pause) -> None:
    """Call `work` until `stopping` is set; it gives the seconds until there is more to do, and `pause` waits for them.

    A call that fails is logged by the name of its error, and tried again after a growing pause.
    """
    failures = 0
    while not stopping.is_set():
        try:
            seconds = await work()
        except Exception as error:
            failures += 1
            if isinstance(error, StoreUnavailableError):  # it is waited for; where it was missed says nothing
                log.warning("loop_waits", loop=name, failures=failures, reason=error.reason)
            else:
                log.exception("loop_failed", loop=name, failures=failures)
            await wait(stopping, min(LONGEST_PAUSE, 2.0 ** min(failures, 6)) * random.uniform(0.5, 1))
            continue
        failures = 0
        if seconds > 0:
            await _first(pause(seconds), stopping.wait())


@contextlib.asynccontextmanager
async def holding(database: Database, extend: Extend, clock: Callable[[], float]) -> AsyncIterator[None]:
    """Keep what was claimed until the block is left: what a process that dies has in hand is taken up within `LEASE`.

    `extend(connection, now)` extends the claims, in a `SYSTEM` transaction.
    """
    beating = asyncio.create_task(_beat(database, extend, clock))
    try:
        yield
    finally:
        beating.cancel()
        await asyncio.gather(beating, return_exceptions=True)


async def _beat(database: Database, extend: Extend, clock: Callable[[], float]) -> None:
    while True:
        await asyncio.sleep(LEASE / 3)
        try:
            async with database.writing(SYSTEM) as connection:
                await extend(connection, int(clock()))
        except DatabaseError as error:  # another process may take them up, which is no harm
            log.warning("claims_not_extended", error=error.reason)


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond the order to stop."""
    await _first(asyncio.sleep(seconds), stopping.wait())


def waking(database: Database, channel: Channel) -> Pause:
    """Return the pause that a wake on `channel` ends."""

    async def pause(seconds: float) -> None:
        await database.wakes.wait(channel, seconds)

    return pause


async def _first(*awaitables: Awaitable[object]) -> None:
    tasks = [asyncio.ensure_future(awaitable) for awaitable in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def finish(tasks: Sequence[asyncio.Task[None]], seconds: float) -> None:
    """Wait for tasks that were told to stop; those that take longer than `seconds` are cancelled."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=seconds)
    for task in late:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
