"""Count the waiting and the late work of all tenants, for metrics and `/healthz`."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Float, and_, cast, exists, func, or_, select

from storage.engine.connection import Reading
from storage.models import Chore, Mailbox, Outbox, Subscription, Tenant
from storage.queue.health import UNCOUNTED

DIRECTORY_LATE: Final = 1200
"""Seconds after which a directory counts as not followed; it is normally read every 300 or 600."""
FAILED_OFTEN: Final = 3
"""Failures in a row after which a directory that cannot be read is no passing trouble."""
GROUP_UNKNOWN: Final = "group_unknown"
"""How the reason of a directory chore begins where a group of the firm's rules is not there."""
PURGE_WAITS: Final = "purge_needs_word:"
"""How the reason of a retention chore begins that waits for `carnet purge --confirm`."""
CLOCKS_DIFFER: Final = "clocks_differ"
"""The reason of a retention chore that deletes nothing, because no two clocks say the same."""
OVERDUE: Final = 120
"""Seconds after its due time from which an unclaimed chore counts as late."""


@dataclass(frozen=True, slots=True)
class Load:
    """Numbers of waiting and claimed rows, over all tenants."""

    mailboxes: dict[str, int]
    """By state."""
    due: int
    leased: int
    lags: dict[str, float]
    """Seconds since mailboxes were last current, by quantile."""
    outbox: dict[str, int]
    subscriptions: dict[str, int]


async def measure_load(connection: Reading, now: int) -> Load:
    """Measure for the metrics; needs the tenancy `SYSTEM`."""
    free = (Mailbox.due_at <= now, Mailbox.not_before <= now, Mailbox.leased_until <= now, Mailbox.state != "stopped")
    is_read = Mailbox.tenant_id.in_(select(Tenant.tenant_id).where(Tenant.state == "active"))
    due = select(func.count()).where(*free, is_read)
    leased = select(func.count()).where(Mailbox.leased_until > now)
    return Load(
        await _count_by(connection, Mailbox.state),
        await connection.scalar(due) or 0,
        await connection.scalar(leased) or 0,
        await _measure_lags(connection, now),
        await _count_by(connection, Outbox.state),
        await _count_by(connection, Subscription.state),
    )


async def _count_by(connection: Reading, state: Any) -> dict[str, int]:
    return {row[0]: row[1] for row in await connection.execute(select(state, func.count()).group_by(state))}


async def _measure_lags(connection: Reading, now: int) -> dict[str, float]:
    """Compute quantiles by ranking, because SQLite has no percentile function."""
    synced = and_(Mailbox.last_success_at > 0, Mailbox.state.not_in(UNCOUNTED))
    count = await connection.scalar(select(func.count()).where(synced)) or 0
    lags = {}
    for quantile in (0.5, 0.95, 0.99, 1.0):
        rank = max(0, min(count - 1, int(count * (1 - quantile))))
        query = select(cast(now - Mailbox.last_success_at, Float)).where(synced).order_by(Mailbox.last_success_at)
        lags[str(quantile)] = await connection.scalar(query.offset(rank).limit(1)) or 0.0
    return lags


@dataclass(frozen=True, slots=True)
class Stoppages:
    """The late work of all tenants."""

    firms_stopped: int
    firms_unread: int
    """Configured tenants that are not stored yet, because no process has begun to read them."""
    directories_late: int
    directories_failing: int
    """Of tenants that let us in otherwise."""
    groups_unknown: int
    """Of tenants that let us in otherwise: a group of their rules is not there, which is told at once."""
    firms_without_mailbox: int
    """Of tenants whose directory is read: those where nobody's mailbox is, because a group has no members, say."""
    purges_waiting: int
    """Of tenants where a purge would delete so much that an administrator must confirm it."""
    purges_without_time: int
    """Of tenants of which nothing is deleted, because the clocks differ."""


async def find_stoppages(connection: Reading, now: int, entra_ids: Collection[str]) -> Stoppages:
    """Count the late work of these tenants; needs the tenancy `SYSTEM`."""
    served = Tenant.entra_id.in_(list(entra_ids))
    rows = (await connection.execute(select(Tenant.tenant_id, Tenant.state).where(served))).all()
    ids = [row.tenant_id for row in rows]
    is_old = and_(Chore.last_success_at > 0, Chore.last_success_at < now - DIRECTORY_LATE, Chore.failures == 0)
    active = [row.tenant_id for row in rows if row.state == "active"]  # of others it is told why they stand still
    is_late = Chore.last_success_at < now - DIRECTORY_LATE
    was_never_read = and_(Chore.failures > 0, Chore.last_success_at == 0)
    fails = or_(Chore.failures >= FAILED_OFTEN, was_never_read)
    lacks_group = and_(Chore.reason.startswith(GROUP_UNKNOWN), Chore.tenant_id.in_(active))
    is_failing = and_(fails, is_late, Chore.tenant_id.in_(active), ~lacks_group)
    is_read = exists().where(Mailbox.tenant_id == Chore.tenant_id, Mailbox.state.not_in(UNCOUNTED))
    is_empty = and_(Chore.last_success_at > 0, Chore.tenant_id.in_(active), ~is_read)
    looks = select(func.count()).where(Chore.name == "directory", Chore.tenant_id.in_(ids))
    waits = select(func.count()).where(Chore.name == "retention", Chore.tenant_id.in_(active))
    return Stoppages(
        sum(1 for row in rows if row.state != "active"),
        len(set(entra_ids)) - len(ids),
        await connection.scalar(looks.where(or_(Chore.due_at < now - OVERDUE, is_old))) or 0,
        await connection.scalar(looks.where(is_failing)) or 0,
        await connection.scalar(looks.where(lacks_group)) or 0,
        await connection.scalar(looks.where(is_empty)) or 0,
        await connection.scalar(waits.where(Chore.reason.startswith(PURGE_WAITS))) or 0,
        await connection.scalar(waits.where(Chore.reason == CLOCKS_DIFFER)) or 0,
    )
