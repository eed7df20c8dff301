"""One mailbox, from where it stands to its delta links."""

from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.interactions import Applied


class OnApplied(Protocol):
    """Hears of each applied page, in the transaction of the page: what it writes commits or rolls back with it."""

    async def __call__(
        self, connection: AsyncConnection, tenant_id: int, user_id: int, applied: Applied, is_first_sync: bool
    ) -> None:
        """Write what follows from the page (notices)."""
