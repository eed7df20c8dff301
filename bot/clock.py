"""The time that all processes on one database share: none of them believes its own clock alone.

What is due, who holds what and until when stands in the database as times. A process whose clock is two years ahead
would take for over what others hold, and put off for two years what it does.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog

from bot.loops import repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.clock import get_database_time

PERIOD: Final = 10.0
APART: Final = 2.0
"""Seconds that our clock may differ by and still be taken: it is finer than the others."""

Clock = Callable[[], float]

log = structlog.get_logger(__name__)


class SharedClock:
    """Gives UTC seconds: the middle one of our clock, the database's and Microsoft's, carried on by a steady one.

    Until Microsoft has said a time the database's counts, which all processes share. A file of SQLite is dated by our
    own machine; there the earlier of ours and Microsoft's counts, because nothing ends too early by it. `own` stays
    what it is: a voice of its own where clocks have to agree.
    """

    def __init__(self, database: Database, own: Clock = time.time, steady: Clock = time.monotonic) -> None:
        self.own = own
        self._database = database
        self._steady = steady
        self._told: Callable[[], float | None] = lambda: None
        self._set: tuple[float, float] | None = None

    def __call__(self) -> float:
        """Return the time in UTC seconds; ours until the database has answered once."""
        if self._set is None:
            return self.own()
        at, since = self._set
        return at + self._steady() - since

    def listen_to(self, told: Callable[[], float | None]) -> None:
        """Take Microsoft's time, None where it is not known, for the third voice."""
        self._told = told

    async def set(self) -> None:
        """Ask the clocks; raises `DatabaseError`."""
        async with self._database.reading(SYSTEM) as connection:
            kept = await get_database_time(connection)
        own, told, since = self.own(), self._told(), self._steady()
        at = choose_time(own, kept, told, is_one_machine=self._database.is_sqlite)
        self._set = (own if abs(own - at) <= APART else at), since
        if abs(own - at) > APART:
            log.warning("clock_is_wrong", seconds=round(own - at))

    async def run(self, stopping: asyncio.Event) -> None:
        """Ask again and again until `stopping` is set."""
        await repeat("clock", self._work, stopping, lambda seconds: wait(stopping, seconds))

    async def _work(self) -> float:
        try:
            await self.set()
        except DatabaseError as error:
            log.warning("clock_not_compared", reason=error.reason)
        return PERIOD


def choose_time(own: float, kept: float, told: float | None, *, is_one_machine: bool) -> float:
    """Return which of our time, the database's and Microsoft's to believe."""
    if told is None:
        return kept
    return min(kept, told) if is_one_machine else sorted((own, kept, told))[1]
