"""Say since when people have left, by clocks that agree, and whose history is due to be erased."""

from typing import Any, Final

from sqlalchemy import Select, and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import BulkRead, Conversation, Mailbox, MailboxFeed, Outbox, Quarantined, Subscription, Talk, User

DAY: Final = 86_400
ERASED: Final[tuple[Any, ...]] = (MailboxFeed, Mailbox, Quarantined, Conversation, Outbox, BulkRead, Talk)
"""What is deleted of a leaver besides what their mailbox gave."""


async def date_leavers(connection: AsyncConnection, tenant_id: int, now: int) -> None:
    """Date those who left since the last time; `now` (UTC seconds) is what the clocks agree on.

    The look at the directory that misses somebody has one clock's word alone, so it writes no date. One that is still
    to come was written by a wrong clock.
    """
    undated = and_(User.tenant_id == tenant_id, ~User.is_active, or_(User.left_at == 0, User.left_at > now))
    await connection.execute(update(User).where(undated).values(left_at=now))


def select_due_leavers(tenant_id: int, leaver_days: int, now: int) -> Select[Any]:
    """Select the leavers who are due to be erased and are not yet, also those who never had a mailbox.

    A mailbox with a subscription at Graph is not yet due.
    """
    left = and_(User.tenant_id == tenant_id, ~User.is_active, User.left_at > 0)
    is_over = User.left_at <= now - leaver_days * DAY
    kept = [exists().where(of.tenant_id == User.tenant_id, of.user_id == User.id) for of in ERASED]
    subscribed = select(Subscription.user_id).where(Subscription.tenant_id == tenant_id)
    is_kept = or_(User.address != "", User.aliases != "", *kept)
    return select(User.id).where(left, is_over, is_kept, User.id.not_in(subscribed))
