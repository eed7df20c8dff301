"""Read the database's clock, and correct times that only a wrong clock can have written."""

from typing import Any, Final

from sqlalchemy import and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.row_locks import lock_in_order
from storage.models import Chore, Mailbox, Outbox, Subscription

DAY: Final = 86_400
HOUR: Final = 3_600
MAILBOX_AHEAD: Final = 2 * DAY
"""No mailbox and no chore is put off for longer."""
NOTICE_AHEAD: Final = 8 * DAY
"""A notice waits for the next morning, or for the day of the digest."""
RENEWAL_AHEAD: Final = 8 * DAY
"""No subscription lives longer."""


async def get_database_time(connection: Reading) -> float:
    """Return the database's time in UTC seconds."""
    if connection.dialect.name == "sqlite":
        return float(await connection.scalar(text("SELECT strftime('%s', 'now')")) or 0)
    return float(await connection.scalar(select(func.extract("epoch", func.clock_timestamp()))) or 0)


async def correct_future_times(connection: AsyncConnection, now: int) -> int:
    """Make due at once what is due implausibly far ahead; return the number of rows. Needs a `SYSTEM` transaction."""
    far: list[tuple[Any, Any, dict[str, Any]]] = [
        (Mailbox, Mailbox.due_at > now + MAILBOX_AHEAD, {"due_at": now}),
        (Mailbox, Mailbox.not_before > now + MAILBOX_AHEAD, {"not_before": 0}),
        (Mailbox, Mailbox.leased_until > now + HOUR, {"leased_until": now, "fencing": Mailbox.fencing + 1}),
        (Subscription, Subscription.renew_at > now + RENEWAL_AHEAD, {"renew_at": now}),
        (Chore, Chore.due_at > now + MAILBOX_AHEAD, {"due_at": now}),
        (Outbox, and_(Outbox.state == "pending", Outbox.due_at > now + NOTICE_AHEAD), {"due_at": now}),
        (Outbox, and_(Outbox.state == "sending", Outbox.due_at > now + HOUR), {"due_at": now}),
    ]
    count = 0
    for model, is_far, values in far:
        await lock_in_order(connection, model, is_far)
        count += (await connection.execute(update(model).where(is_far).values(**values))).rowcount
    return count
