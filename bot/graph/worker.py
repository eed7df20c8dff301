"""The worker: claims due mailboxes and syncs them, a few at once; any number of processes may run one."""

import asyncio
import random
import time
from collections.abc import Callable
from typing import Final

import structlog
from sqlalchemy.exc import DBAPIError

from bot.graph.client import GraphClient
from bot.graph.errors import GraphError, SignInError
from bot.graph.firm import Firm
from bot.graph.sync import sync_mailbox
from bot.graph.trouble import Trouble, judge_error
from bot.graph.turn import MailboxTurn, OnApplied
from storage.chores import make_chore_due
from storage.database import Database
from storage.mailboxes import (
    Lease,
    LeaseLostError,
    claim_mailboxes,
    count_mailboxes,
    fail_mailbox,
    finish_mailbox,
    get_next_due_at,
    release_mailbox,
)
from storage.rls import SYSTEM
from storage.wake import wake

log = structlog.get_logger(__name__)

INTERVAL: Final = 300
"""Seconds after which a mailbox is looked at again where no notification came."""
_LONGEST_PAUSE: Final = 5.0
_PROGRESS_EVERY: Final = 5.0
_REFUSAL_DELAY: Final = 5
"""Seconds after a refusal until the directory is asked; those of many mailboxes are one question."""
_GRACE: Final = 25.0
"""Seconds that mailboxes in hand have to end their page when the worker is stopped."""


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
        self._get_client = get_client
        self._concurrency = concurrency
        self._on_applied = on_applied
        self._clock = clock
        self._interval = interval
        self._firms: dict[int, Firm] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_stopping = False
        self._told_at = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set; then end the pages in hand and give the mailboxes back."""
        stopped = asyncio.create_task(stopping.wait())
        try:
            while not stopping.is_set():
                try:
                    await self._fill()
                    pause = await self._choose_pause()
                except (DBAPIError, OSError) as error:
                    log.warning("worker_database", error=type(error).__name__)
                    pause = _LONGEST_PAUSE
                await self._wait(pause, stopped)
        finally:
            stopped.cancel()
            await self._end()

    async def run_once(self) -> int:
        """Sync what is due now, to its end or its failure; give how many turns it took."""
        turns = 0
        while True:
            turns += await self._fill()
            if not self._tasks:
                return turns
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)

    def poke(self) -> None:
        """Look for due mailboxes at once."""
        self._database.wakes.hear("mailboxes")

    async def _fill(self) -> int:
        """Take as many due mailboxes as there are places free."""
        free = self._concurrency - len(self._tasks)
        if free <= 0:
            return 0
        async with self._database.writing(SYSTEM) as connection:
            leases = await claim_mailboxes(connection, int(self._clock()), free)
        for lease in leases:
            task = asyncio.create_task(self._work(lease))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return len(leases)

    async def _choose_pause(self) -> float:
        if len(self._tasks) >= self._concurrency:
            return _LONGEST_PAUSE
        async with self._database.reading(SYSTEM) as connection:
            due_at = await get_next_due_at(connection)
        return _LONGEST_PAUSE if due_at is None else min(_LONGEST_PAUSE, max(0.05, due_at - self._clock()))

    async def _wait(self, seconds: float, stopped: asyncio.Task[bool]) -> None:
        """Wait for a place, a wake, the next due mailbox, or the end."""
        woken = asyncio.create_task(self._database.wakes.wait("mailboxes", seconds))
        await asyncio.wait({woken, stopped, *self._tasks}, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()
        await asyncio.gather(woken, return_exceptions=True)

    async def _end(self) -> None:
        self._is_stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=_GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _work(self, lease: Lease) -> None:
        turn = MailboxTurn(
            self._database,
            self._get_client(lease.entra_tenant_id),
            lease,
            self._find_firm(lease),
            self._clock,
            self._on_applied,
            lambda: self._is_stopping,
        )
        try:
            is_done = await sync_mailbox(turn)
            await self._give_back(turn, is_done=is_done)
        except LeaseLostError:
            log.warning("lease_lost", tenant_id=lease.tenant_id, user_id=lease.user_id)
        except Exception as error:
            if not isinstance(error, GraphError | DBAPIError | OSError):
                log.exception("mailbox_failed", tenant_id=lease.tenant_id, user_id=lease.user_id)
            trouble = judge_error(error, self._clock(), lease.failures)
            is_refusal = trouble.state == "forbidden" or (isinstance(error, SignInError) and error.is_refused)
            await self._note(lease, trouble, is_refusal=is_refusal)
        await self._tell_progress(turn)

    def _find_firm(self, lease: Lease) -> Firm:
        """Give what capture knows of the lease's firm; it remembers addresses, so it is kept while it is the same."""
        known, now = self._firms.get(lease.tenant_id), Firm(lease.domains, keeps_subjects=lease.keeps_subjects)
        if known is None or (known.domains, known.keeps_subjects) != (now.domains, now.keeps_subjects):
            known = self._firms[lease.tenant_id] = now
        return known

    async def _give_back(self, turn: MailboxTurn, *, is_done: bool) -> None:
        lease, now = turn.lease, turn.now
        async with self._database.writing(lease.tenant_id) as connection:
            if is_done:
                due_at = now + int(self._interval * random.uniform(0.9, 1.1))
                await finish_mailbox(connection, lease, now=now, due_at=due_at)
            else:
                await release_mailbox(connection, lease, now)

    async def _note(self, lease: Lease, trouble: Trouble, *, is_refusal: bool) -> None:
        """Write down why a mailbox could not be synced; where even that fails, its lease runs out by itself.

        After a refusal the directory is asked whether the whole firm keeps us out.
        """
        values = {
            "user_id": lease.user_id,
            "state": trouble.state,
            "reason": trouble.reason,
            "retry_at": trouble.retry_at,
        }
        log.warning("mailbox_not_synced", tenant_id=lease.tenant_id, **values)
        try:
            async with self._database.writing(lease.tenant_id) as connection:
                await fail_mailbox(
                    connection, lease, state=trouble.state, reason=trouble.reason, retry_at=trouble.retry_at
                )
                if is_refusal:
                    at = int(self._clock()) + _REFUSAL_DELAY
                    await make_chore_due(connection, lease.tenant_id, "directory", at)
                    wake(connection, "directory")
        except (LeaseLostError, DBAPIError, OSError) as error:
            log.warning("failure_not_noted", user_id=lease.user_id, error=type(error).__name__)

    async def _tell_progress(self, turn: MailboxTurn) -> None:
        """Log how far this mailbox is, and now and then how far all of them are."""
        lease = turn.lease
        if lease.state != "current":
            log.info(
                "mailbox_progress", tenant_id=lease.tenant_id, user_id=lease.user_id, pages=turn.pages, items=turn.items
            )
        if time.monotonic() >= self._told_at + _PROGRESS_EVERY:
            self._told_at = time.monotonic()
            log.info("progress", **await get_health(self._database))


async def get_health(database: Database) -> dict[str, int]:
    """Give `{"total", "current", "failing"}` for `/healthz`; current means synced to the end."""
    async with database.reading(SYSTEM) as connection:
        return await count_mailboxes(connection)
