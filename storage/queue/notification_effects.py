"""What the notifications of a moment come to, written in one transaction."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, case, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.wake import wake
from storage.models import Mailbox
from storage.queue.chores import make_sweeps_due
from storage.queue.feeds import reread_calendars
from storage.queue.subscriptions import Key, make_renewals_due, set_lost

UPDATE_DELAY: Final = 20
"""Seconds for which mere updates (a mail that was read, flagged or filed) are left to gather."""


@dataclass(slots=True)
class NotificationEffects:
    """Mailboxes and subscriptions that notifications speak of."""

    due: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes (tenant, user) in which something happened."""
    to_reread: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes in whose calendar something was deleted."""
    due_soon: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes in which an item was merely updated."""
    to_renew: set[Key] = field(default_factory=set)
    lost: set[Key] = field(default_factory=set)
    strange_tenants: set[str] = field(default_factory=set)
    """Entra ids of tenants in whose name an unknown subscription spoke: maybe an orphan of ours."""

    def __bool__(self) -> bool:
        return any((self.due, self.due_soon, self.to_renew, self.lost, self.strange_tenants))


async def write_notification_effects(connection: AsyncConnection, effects: NotificationEffects, now: int) -> None:
    """Make due what has to be done; needs a `SYSTEM` transaction."""
    await _make_due(connection, effects.due, now)
    await _make_due(connection, effects.due_soon, now + UPDATE_DELAY)
    await reread_calendars(connection, effects.to_reread)
    await make_renewals_due(connection, effects.to_renew, now)
    await set_lost(connection, effects.lost)
    await make_sweeps_due(connection, effects.strange_tenants, now)
    if effects.due:
        wake(connection, "mailboxes")


async def _make_due(connection: AsyncConnection, mailboxes: set[tuple[int, int]], at: int) -> None:
    for chunk in split(sorted(mailboxes)):
        keys = or_(*(and_(Mailbox.tenant_id == tenant, Mailbox.user_id == user) for tenant, user in chunk))
        allowed_at = case((Mailbox.not_before > at, Mailbox.not_before), else_=at)
        is_later = or_(Mailbox.due_at.is_(None), Mailbox.due_at > allowed_at)
        due = update(Mailbox).where(keys, is_later, Mailbox.state != "stopped")
        await connection.execute(due.values(due_at=allowed_at))
