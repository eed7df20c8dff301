"""The mailboxes: what is known of each one's sync, and at the same time the queue of the workers."""

from sqlalchemy.ext.asyncio import AsyncConnection


async def make_due(connection: AsyncConnection, tenant_id: int, user_id: int, at: int) -> bool:
    """Make a mailbox due at `at` (UTC seconds), never later than it already is; False where there is none.

    A time before which Microsoft asked not to be called again (`Retry-After`) is kept.
    """
    raise NotImplementedError
