"""A worker's turn with one mailbox: what it needs at hand, and the one way in which it writes."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol, TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot import metrics
from bot.graph.addresses import name_company
from bot.graph.client import GraphClient
from bot.graph.firm import Firm
from storage.database import Database
from storage.interactions import Applied, Mailing
from storage.mailboxes import Lease, hold_mailbox

_TRIES: Final = 4
"""Tries to write a page: two transactions may meet in a deadlock, or the database restart."""

ResultT = TypeVar("ResultT")


class OnApplied(Protocol):
    """Hears of each applied page, in the transaction of the page: what it writes commits or rolls back with it."""

    async def __call__(
        self,
        connection: AsyncConnection,
        tenant_id: int,
        user_id: int,
        applied: Applied,
        is_first_sync: bool,  # noqa: FBT001  # the contract of those who listen
    ) -> None:
        """Write what follows from the page (notices)."""


@dataclass(slots=True)
class MailboxTurn:
    """One mailbox in our hands, and how far this turn has come."""

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

    @property
    def now(self) -> int:
        """The current UTC second."""
        return int(self.clock())

    def make_mailing(self, round_number: int = 0) -> Mailing:
        """Give what the store has to know of a page of this mailbox."""
        lease = self.lease
        return Mailing(lease.tenant_id, lease.user_id, lease.contact_rule, self.now, round_number, name_company)

    async def write(self, change: Callable[[AsyncConnection], Awaitable[ResultT]]) -> ResultT:
        """Run `change` in one transaction that holds the mailbox; a transaction that failed is tried again as a whole.

        Raises `LeaseLostError` where another worker has the mailbox now, and `DBAPIError` in the end.
        """
        for attempt in range(1, _TRIES + 1):
            try:
                async with self.database.writing(self.lease.tenant_id) as connection:
                    await hold_mailbox(connection, self.lease, self.now)
                    return await change(connection)
            except DBAPIError:
                if attempt == _TRIES:
                    raise
                await asyncio.sleep(0.1 * 2**attempt * random.uniform(0.5, 1))
        raise AssertionError  # the last try returns or raises

    async def tell(self, connection: AsyncConnection, applied: Applied, *, is_first_sync: bool) -> None:
        """Tell who listens what a page has changed, in its transaction."""
        metrics.INTERACTIONS.inc(applied.new_interactions)
        if self.on_applied is not None:
            await self.on_applied(connection, self.lease.tenant_id, self.lease.user_id, applied, is_first_sync)
