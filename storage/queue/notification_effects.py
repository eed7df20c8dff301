"""Write the effects of a batch of notifications in one transaction."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import and_, case, or_, select, tuple_, update
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


async def write_notification_effects(
    connection: AsyncConnection, effects: NotificationEffects, now: int
) -> set[tuple[int, int]]:
    """Make the mailboxes, subscriptions and chores concerned due; needs a `SYSTEM` transaction.

    Return the mailboxes that were left out because somebody is writing to them: one long page must not hold up the
    notifications of all others.
    """
    held = await _lock_mailboxes(connection, effects.due | effects.due_soon)
    await _make_due(connection, effects.due - held, now)
    await _make_due(connection, effects.due_soon - held, now + UPDATE_DELAY)
    await reread_calendars(connection, effects.to_reread - held)
    await make_renewals_due(connection, effects.to_renew, now)
    await set_lost(connection, effects.lost)
    await make_audits_due(connection, effects.strange_tenants, now)
    if effects.due:
        wake(connection, "mailboxes")
    return held


async def _lock_mailboxes(connection: AsyncConnection, mailboxes: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """Lock those that nobody else has locked, and return the others; SQLite locks the whole database instead."""
    held: set[tuple[int, int]] = set()
    for chunk in split(sorted(mailboxes) if connection.dialect.name != "sqlite" else ()):
        are_these = tuple_(Mailbox.tenant_id, Mailbox.user_id).in_(chunk)
        rows = select(Mailbox.tenant_id, Mailbox.user_id).where(are_these)
        free = {tuple(row) for row in await connection.execute(rows.with_for_update(skip_locked=True))}
        held |= {(row.tenant_id, row.user_id) for row in await connection.execute(rows)} - free
    return held


async def _make_due(connection: AsyncConnection, mailboxes: set[tuple[int, int]], at: int) -> None:
    for chunk in split(sorted(mailboxes)):
        keys = or_(*(and_(Mailbox.tenant_id == tenant, Mailbox.user_id == user) for tenant, user in chunk))
        allowed_at = case((Mailbox.not_before > at, Mailbox.not_before), else_=at)
        is_later = or_(Mailbox.due_at.is_(None), Mailbox.due_at > allowed_at)
        due = update(Mailbox).where(keys, is_later, Mailbox.state != "stopped")
        await connection.execute(due.values(due_at=allowed_at))
