"""One run of a worker with one mailbox: its data, and the only method by which it writes."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from bot import metrics
from bot.graph.client.client import GraphClient
from bot.graph.sync.firm import Firm
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.errors import DatabaseError
from storage.history.leavers import DAY
from storage.history.page import Applied, PageContext
from storage.models import Feed
from storage.queue.feeds import FeedState, set_feeds
from storage.queue.mailboxes import LEASE, Lease, begin_first_sync, hold_mailbox
from storage.text.domains import name_company

_TRIES: Final = 4
"""Attempts to write a page, because of deadlocks and restarts of the database."""
_APART: Final = 300.0
"""Seconds that our clock and Graph's may differ by and still be believed."""
_POSTPONED_FOR: Final = 60
"""Seconds for which a position may stay unwritten if its page changed nothing."""

ResultT = TypeVar("ResultT")


class OnApplied(Protocol):
    """Called for each written page in its transaction, so that what it writes is committed with the page."""

    async def __call__(
        self,
        connection: Connection,
        tenant_id: int,
        user_id: int,
        applied: Applied,
        is_first_sync: bool,  # noqa: FBT001  # the contract of those who listen
    ) -> None:
        """Write what follows from the page (notices)."""


@dataclass(slots=True)
class MailboxRun:
    """One leased mailbox, and the progress of this run."""

    database: Database
    client: GraphClient
    lease: Lease
    firm: Firm
    clock: Callable[[], float]
    """UTC seconds."""
    on_applied: OnApplied | None = None
    is_stopping: Callable[[], bool] = field(default=lambda: False)
    pages: int = 0
    items: int = 0
    news: int = 0
    """New mails and meetings that were written."""
    is_beginning: bool = False
    """The mailbox is in its first sync or a resync, and that is not written yet."""
    _unwritten: dict[Feed, FeedState] = field(default_factory=dict)
    _is_untold: bool = False
    _wrote_at: float = field(default_factory=time.monotonic)

    @property
    def now(self) -> int:
        """The current UTC second."""
        return int(self.clock())

    @property
    def told_now(self) -> int:
        """The UTC second by Graph, which dates what it tells; by our clock where Graph has not said."""
        told = self.client.read_date()
        return self.now if told is None else int(told)

    @property
    def has_agreed_time(self) -> bool:
        """Return whether Graph's clock and ours say the same."""
        told = self.client.read_date()
        return told is not None and abs(told - self.clock()) <= _APART

    @property
    def kept_from(self) -> int:
        """Return what is recorded at the earliest, by the purges and by the rule itself; the slower clock counts."""
        kept_from, days = self.lease.kept_from, self.lease.retention_days
        return max(kept_from, min(self.now, self.told_now) - days * DAY) if days else kept_from

    def make_page_context(self, round_number: int = 0) -> PageContext:
        """Return what the store has to know of a page of this mailbox."""
        lease, now = self.lease, self.told_now
        return PageContext(lease.tenant_id, lease.user_id, lease.contact_rule, now, round_number, name_company)

    async def write(self, change: Callable[[Connection], Awaitable[ResultT]]) -> ResultT:
        """Run `change` in a transaction that locks the mailbox; repeat the whole transaction if it fails.

        Raises `LeaseLostError` if another worker has the mailbox, and `DatabaseError` after the last attempt.
        """
        for attempt in range(1, _TRIES + 1):
            began = time.monotonic()
            try:
                async with self.database.writing(self.lease.tenant_id) as connection:
                    await hold_mailbox(connection, self.lease, self.now)
                    if self.is_beginning:
                        await begin_first_sync(connection, self.lease)
                    await self.settle(connection)
                    result = await change(connection)
                    if time.monotonic() - began > LEASE / 3:  # nobody else extends it meanwhile
                        await hold_mailbox(connection, self.lease, self.now)
            except DatabaseError:
                if attempt == _TRIES:
                    raise
                await asyncio.sleep(0.1 * 2**attempt * random.uniform(0.5, 1))
            else:
                self._unwritten, self._is_untold, self.is_beginning = {}, False, False
                self._wrote_at = time.monotonic()
                return result
        raise AssertionError  # the last try returns or raises

    @property
    def may_postpone(self) -> bool:
        """Return whether a page changes nothing, so that its position may be written with the next transaction."""
        return time.monotonic() < self._wrote_at + _POSTPONED_FOR

    def postpone(self, feed: Feed, state: FeedState, *, is_first_sync: bool) -> None:
        """Write the position of a feed with the next transaction; a crash before it repeats pages without changes."""
        self._unwritten[feed] = state
        self._is_untold = self._is_untold or is_first_sync

    async def settle(self, connection: Connection) -> None:
        """Write what was put off."""
        await set_feeds(connection, self.lease.tenant_id, self.lease.user_id, self._unwritten)
        if self._is_untold:
            await self.tell(connection, Applied(), is_first_sync=True)

    async def tell(self, connection: Connection, applied: Applied, *, is_first_sync: bool) -> None:
        """Tell the listeners what a page has changed, in its transaction."""
        metrics.INTERACTIONS.inc(applied.new_interactions)
        self.news += applied.new_interactions
        if self.on_applied is not None:
            await self.on_applied(connection, self.lease.tenant_id, self.lease.user_id, applied, is_first_sync)
