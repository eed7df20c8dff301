"""Write the effects of a batch of notifications in one transaction."""

from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, case, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.wake import wake
from storage.models import Mailbox
from storage.queue.chores import make_audits_due
from storage.queue.feeds import reread_calendars
from storage.queue.subscriptions import Key, make_renewals_due, set_lost

UPDATE_DELAY: Final = 20
"""Seconds by which a sync is delayed after mere updates (a mail read, flagged or filed), to collect several."""


@dataclass(slots=True)
class NotificationEffects:
    """Mailboxes and subscriptions that a batch of notifications is about."""

    due: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes (tenant, user) in which something happened."""
    to_reread: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes in whose calendar something was deleted."""
    due_soon: set[tuple[int, int]] = field(default_factory=set)
    """Mailboxes in which an item was merely updated."""
    to_renew: set[Key] = field(default_factory=set)
    lost: set[Key] = field(default_factory=set)
    strange_tenants: set[str] = field(default_factory=set)
    """Entra ids of tenants for which an unknown subscription sent a notification; it may be our orphan."""

    def __bool__(self) -> bool:
        return any((self.due, self.due_soon, self.to_renew, self.lost, self.strange_tenants))


async def write_notification_effects(connection: AsyncConnection, effects: NotificationEffects, now: int) -> None:
    """Make the mailboxes, subscriptions and chores concerned due; needs a `SYSTEM` transaction."""
    await _make_due(connection, effects.due, now)
    await _make_due(connection, effects.due_soon, now + UPDATE_DELAY)
    await reread_calendars(connection, effects.to_reread)
    await make_renewals_due(connection, effects.to_renew, now)
    await set_lost(connection, effects.lost)
    await make_audits_due(connection, effects.strange_tenants, now)
    if effects.due:
        wake(connection, "mailboxes")


async def _make_due(connection: AsyncConnection, mailboxes: set[tuple[int, int]], at: int) -> None:
    for chunk in split(sorted(mailboxes)):
        keys = or_(*(and_(Mailbox.tenant_id == tenant, Mailbox.user_id == user) for tenant, user in chunk))
        allowed_at = case((Mailbox.not_before > at, Mailbox.not_before), else_=at)
        is_later = or_(Mailbox.due_at.is_(None), Mailbox.due_at > allowed_at)
        due = update(Mailbox).where(keys, is_later, Mailbox.state != "stopped")
        await connection.execute(due.values(due_at=allowed_at))
