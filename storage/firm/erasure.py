"""Letting a tenant go: every row of it, with a count by table as the proof (S43)."""

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.engine.row_locks import lock_in_order
from storage.models import Base, Mailbox, Subscription
from storage.queue.subscriptions import unwant_subscriptions


async def stop_tenant(connection: AsyncConnection, tenant_id: int) -> None:
    """Stop reading a tenant: nothing of it is claimed any more, and its subscriptions are to end. Needs `SYSTEM`."""
    own = Mailbox.tenant_id == tenant_id
    await lock_in_order(connection, Mailbox, own)
    stopped = {"state": "stopped", "due_at": None, "leased_until": 0, "fencing": Mailbox.fencing + 1}
    await connection.execute(update(Mailbox).where(own).values(**stopped))
    users = select(Subscription.user_id).where(Subscription.tenant_id == tenant_id).distinct()
    await unwant_subscriptions(connection, tenant_id, list(await connection.scalars(users)))


async def count_tenant(connection: Reading, tenant_id: int) -> dict[str, int]:
    """Count the rows of a tenant by table; those with none are left out."""
    counts = {}
    for table in Base.metadata.sorted_tables:
        if count := await connection.scalar(select(func.count()).where(table.c.tenant_id == tenant_id)):
            counts[table.name] = count
    return counts


async def delete_tenant(database: Database, tenant_id: int) -> dict[str, int]:
    """Delete every row of a tenant in one transaction; returns the number of rows by table."""
    counts: dict[str, int] = {}
    async with database.writing(SYSTEM) as connection:
        for table in reversed(Base.metadata.sorted_tables):
            result = await connection.execute(delete(table).where(table.c.tenant_id == tenant_id))
            counts[table.name] = result.rowcount
    return {name: count for name, count in counts.items() if count}
