"""Carrying wakes between processes over PostgreSQL's LISTEN/NOTIFY.

It needs a connection of its own that goes around a pooler in transaction mode. Without it everything still works: each
loop looks by itself from time to time.
"""

import asyncio
import random
from typing import Final

import asyncpg
import structlog

from storage.engine.driver_errors import translating
from storage.engine.urls import get_connect_arguments, read_url
from storage.engine.wake import CHANNELS, Wakes
from storage.errors import DatabaseError

log = structlog.get_logger(__name__)

CHANNEL: Final = "carnet"
GATHER: Final = 0.02
"""Seconds for which wakes are gathered into one notification: fifty a second at most, whatever the load."""
ALIVE: Final = 20.0
LONGEST_PAUSE: Final = 30.0


async def relay(wakes: Wakes, url: str, stopping: asyncio.Event) -> None:
    """Tell other processes of our wakes and hear of theirs, until `stopping` is set; a lost connection is made anew."""
    failures = 0
    while not stopping.is_set():
        try:
            with translating():
                await _relay_once(wakes, url, stopping)
            failures = 0
        except DatabaseError as error:
            failures += 1
            log.warning("relay_lost", reason=error.reason)
            pause = min(LONGEST_PAUSE, 2.0**failures) * random.uniform(0.5, 1)
            await _wait(stopping, pause)


async def _relay_once(wakes: Wakes, url: str, stopping: asyncio.Event) -> None:
    connection = await asyncpg.connect(**get_connect_arguments(read_url(url)), command_timeout=10)
    try:
        await connection.add_listener(CHANNEL, lambda *heard: _hear(wakes, heard[-1]))
        for channel in CHANNELS:  # what happened while nobody listened
            wakes.hear(channel)
        while not stopping.is_set():
            await _wait_for(wakes.has_unsaid, stopping)
            await asyncio.sleep(GATHER)
            said = wakes.take_unrelayed()
            if said:
                await connection.execute("SELECT pg_notify($1, $2)", CHANNEL, " ".join(sorted(said)))
            else:
                await connection.execute("SELECT 1")  # is it still there?
    finally:
        await connection.close(timeout=5)


def _hear(wakes: Wakes, payload: object) -> None:
    for word in str(payload).split():
        for channel in CHANNELS:
            if word == channel:
                wakes.hear(channel)


async def _wait_for(event: asyncio.Event, stopping: asyncio.Event) -> None:
    tasks = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stopping.wait())]
    try:
        await asyncio.wait(tasks, timeout=ALIVE, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(stopping: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopping.wait()
    except TimeoutError:
        return
