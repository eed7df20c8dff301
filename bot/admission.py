"""Before anything is read: the clock is set, and tenants that are no longer among the settings are closed."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine
from typing import Any

import structlog

from bot.loops import repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.firm.closing import close_tenants_except

log = structlog.get_logger(__name__)

Loop = Callable[[asyncio.Event], Coroutine[Any, Any, None]]


class Admission:
    """Sets the clock and closes tenants once the database answers; what reads and tells begins after that."""

    def __init__(self, database: Database, tenants: Collection[str], set_clock: Callable[[], Awaitable[None]]) -> None:
        self._database = database
        self._tenants = tenants
        self._set_clock = set_clock
        self._is_done = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Try until it is done, then wait for the end."""
        await repeat("admission", self._work, stopping, lambda seconds: wait(stopping, seconds))

    async def try_once(self) -> None:
        """Do it now where the database answers."""
        try:
            await self._close()
        except DatabaseError as error:
            log.warning("tenants_not_compared", reason=error.reason)

    def then(self, loop: Loop) -> Loop:
        """Return a loop that waits until this is done, and then runs."""

        async def begin(stopping: asyncio.Event) -> None:
            waiting = [asyncio.ensure_future(event.wait()) for event in (self._is_done, stopping)]
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in waiting:
                task.cancel()
            if not stopping.is_set():
                await loop(stopping)

        return begin

    async def _work(self) -> float:
        if not self._is_done.is_set():
            await self._close()
        return 3600.0

    async def _close(self) -> None:
        await self._set_clock()
        async with self._database.writing(SYSTEM) as connection:
            closed = await close_tenants_except(connection, self._tenants)
        if closed:
            log.warning("tenants_closed", tenants=closed)
        self._is_done.set()
