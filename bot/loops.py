"""Loops that work until they are told to stop, and that no failure ends."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence

import structlog

from storage.database import Database
from storage.wake import Channel

log = structlog.get_logger(__name__)

LONGEST_PAUSE = 60.0

Pause = Callable[[float], Awaitable[object]]


async def repeat(name: str, work: Callable[[], Awaitable[float]], stopping: asyncio.Event, pause: Pause) -> None:
    """Call `work` until `stopping` is set; it gives the seconds until there is more to do, and `pause` waits for them.

    A call that fails is logged by the name of its error, and tried again after a growing pause.
    """
    failures = 0
    while not stopping.is_set():
        try:
            seconds = await work()
        except Exception:
            failures += 1
            log.exception("loop_failed", loop=name, failures=failures)
            await wait(stopping, min(LONGEST_PAUSE, 2.0 ** min(failures, 6)) * random.uniform(0.5, 1))
            continue
        failures = 0
        if seconds > 0:
            await _first(pause(seconds), stopping.wait())


async def wait(stopping: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond the order to stop."""
    await _first(asyncio.sleep(seconds), stopping.wait())


def waking(database: Database, channel: Channel) -> Pause:
    """Give the pause that a wake on `channel` ends."""

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
