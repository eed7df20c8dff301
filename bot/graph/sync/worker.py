"""The worker: lease due mailboxes and sync them, a few at once; several processes may run workers."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import structlog

from bot.graph.client.client import GraphClient
from bot.graph.sync.run import OnApplied
from bot.graph.sync.runner import MailboxRunner
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.leasing import claim_mailboxes
from storage.queue.mailboxes import INTERVAL, LEASE, Lease, extend_leases, get_next_due_at

log = structlog.get_logger(__name__)

_LONGEST_PAUSE: Final = 5.0
_BEAT: Final = LEASE / 3
_GRACE: Final = 20.0
"""Seconds that running turns get to end their page when the worker stops."""


class Worker:
    """Syncs due mailboxes until stopped; `get_client(entra_tenant_id)` gives the Graph client of a tenant."""

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        concurrency: int = 8,
        on_applied: OnApplied | None = None,
        clock: Callable[[], float] = time.time,
        interval: int = INTERVAL,
    ) -> None:
        self._database = database
        self._concurrency = concurrency
        self._clock = clock
        self._turns = MailboxRunner(database, get_client, on_applied=on_applied, clock=clock, interval=interval)
        self._hands: dict[asyncio.Task[None], Lease] = {}

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; then finish the current pages and return the mailboxes to the queue."""
        stopped = asyncio.create_task(stopping.wait())
        beating = asyncio.create_task(self._beat())
        try:
            while not stopping.is_set():
                try:
                    await self._fill()
                    pause = await self._choose_pause()
                except DatabaseError as error:
                    log.warning("worker_database", reason=error.reason)
                    pause = _LONGEST_PAUSE
                except Exception:  # whatever it is, mailboxes must not stand still until somebody looks
                    log.exception("worker_failed")
                    pause = _LONGEST_PAUSE
                await self._wait(pause, stopped)
        finally:
            stopped.cancel()
            await self._end()
            beating.cancel()
            await asyncio.gather(stopped, beating, return_exceptions=True)

    async def run_once(self) -> int:
        """Sync the mailboxes that are due now until they end or fail; return the number of turns."""
        turns = 0
        beating = asyncio.create_task(self._beat())
        try:
            while True:
                turns += await self._fill()
                if not self._hands:
                    return turns
                await asyncio.wait(self._hands, return_when=asyncio.FIRST_COMPLETED)
        finally:
            beating.cancel()
            await asyncio.gather(beating, return_exceptions=True)

    async def _fill(self) -> int:
        """Take as many due mailboxes as there are places free."""
        free = self._concurrency - len(self._hands)
        if free <= 0:
            return 0
        async with self._database.writing(SYSTEM) as connection:
            leases = await claim_mailboxes(connection, int(self._clock()), free)
        for lease in leases:
            task = asyncio.create_task(self._turns.take(lease))
            self._hands[task] = lease
            task.add_done_callback(self._hands.pop)
        return len(leases)

    async def _choose_pause(self) -> float:
        if len(self._hands) >= self._concurrency:
            return _LONGEST_PAUSE
        async with self._database.reading(SYSTEM) as connection:
            due_at = await get_next_due_at(connection, int(self._clock()))
        return _LONGEST_PAUSE if due_at is None else min(_LONGEST_PAUSE, max(0.05, due_at - self._clock()))

    async def _wait(self, seconds: float, stopped: asyncio.Task[bool]) -> None:
        """Wait until a run ends, the worker is woken or stopped, or the next mailbox is due."""
        woken = asyncio.create_task(self._database.wakes.wait("mailboxes", seconds))
        await asyncio.wait({woken, stopped, *self._hands}, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()
        await asyncio.gather(woken, return_exceptions=True)

    async def _beat(self) -> None:
        """Extend the leases while turns wait for Graph; a worker that is dead or hangs lets them expire."""
        while True:
            await asyncio.sleep(_BEAT)
            leases = list(self._hands.values())
            if not leases:
                continue
            try:
                async with self._database.writing(SYSTEM) as connection:
                    await extend_leases(connection, leases, int(self._clock()))
            except DatabaseError as error:
                log.warning("leases_not_extended", reason=error.reason)
            except Exception:
                log.exception("leases_not_extended")

    async def _end(self) -> None:
        self._turns.is_stopping = True
        if self._hands:
            _, late = await asyncio.wait(self._hands, timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
