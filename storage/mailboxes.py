"""The mailboxes: what is known of each one's sync, and at the same time the queue of the workers.

A worker holds a mailbox by a lease that runs out by itself; each lease raises the fencing number, and a write that
carries an older one is refused, so a worker that hung and woke again changes nothing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, func, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import Mailbox, Tenant, User
from storage.wake import wake

LEASE: Final = 10
"""Seconds after which another worker may take over from one that died or hangs; who works puts it off."""
_NEVER: Final = ("stopped",)
_UNCOUNTED: Final = ("skipped", "stopped")
"""States of mailboxes that will never be current: there is nothing to sync."""


class LeaseLostError(Exception):
    """Another worker has taken the mailbox over; nothing of this transaction may stay."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A mailbox in a worker's hands, with what its sync has to know of the firm."""

    tenant_id: int
    user_id: int
    entra_tenant_id: str
    entra_user_id: str
    fencing: int
    state: str
    failures: int
    domains: tuple[str, ...]
    contact_rule: str
    keeps_subjects: bool


async def make_due(connection: AsyncConnection, tenant_id: int, user_id: int, at: int) -> bool:
    """Make a mailbox due at `at` (UTC seconds), never later than it already is; False where there is none to sync.

    A time before which Microsoft asked not to be called again (`Retry-After`) is kept.
    """
    due = (
        update(Mailbox)
        .where(Mailbox.tenant_id == tenant_id, Mailbox.user_id == user_id, Mailbox.state.not_in(_NEVER))
        .values(due_at=case((Mailbox.due_at < at, Mailbox.due_at), else_=at))
    )
    wake(connection, "mailboxes")
    return bool((await connection.execute(due)).rowcount)


async def claim_mailboxes(connection: AsyncConnection, now: int, limit: int) -> list[Lease]:
    """Take up to `limit` due mailboxes, the longest due first; needs a `SYSTEM` transaction.

    One whose worker died is due when its lease is over. Mailboxes of a firm that is not active are left alone.
    """
    keys = (
        select(Mailbox.tenant_id, Mailbox.user_id)
        .join(Tenant, Tenant.tenant_id == Mailbox.tenant_id)
        .where(*_are_due(now), Tenant.state == "active")
        .order_by(Mailbox.due_at)
        .limit(limit)
        .with_for_update(of=Mailbox, skip_locked=True)
    )
    found = [tuple(row) for row in await connection.execute(keys)]
    if not found:
        return []
    these = tuple_(Mailbox.tenant_id, Mailbox.user_id).in_(found)
    taken = {"leased_until": now + LEASE, "fencing": Mailbox.fencing + 1, "due_at": None}
    await connection.execute(update(Mailbox).where(these).values(taken))
    return await _read_leases(connection, found)


async def _read_leases(connection: AsyncConnection, keys: Sequence[tuple[Any, ...]]) -> list[Lease]:
    mailbox, tenant = Mailbox, Tenant
    statement = (
        select(
            *(mailbox.tenant_id, mailbox.user_id, mailbox.fencing, mailbox.state, mailbox.failures),
            *(tenant.entra_id.label("entra_tenant_id"), User.entra_id.label("entra_user_id")),
            *(tenant.domains, tenant.contact_rule, tenant.keeps_subjects),
        )
        .join(tenant, tenant.tenant_id == mailbox.tenant_id)
        .join(User, and_(User.tenant_id == mailbox.tenant_id, User.id == mailbox.user_id))
        .where(tuple_(mailbox.tenant_id, mailbox.user_id).in_(keys))
    )
    rows = (await connection.execute(statement)).mappings()
    return [Lease(**{**row, "domains": tuple(row["domains"])}) for row in rows]


def _are_due(now: int) -> tuple[Any, ...]:
    is_due = or_(Mailbox.due_at <= now, and_(Mailbox.due_at.is_(None), Mailbox.leased_until > 0))
    return (is_due, Mailbox.leased_until <= now, Mailbox.not_before <= now, Mailbox.state.not_in(_NEVER))


async def get_next_due_at(connection: AsyncConnection) -> int | None:
    """Give the time at which the next mailbox may be taken; needs a `SYSTEM` transaction."""
    due_at = func.coalesce(Mailbox.due_at, Mailbox.leased_until)
    latest = case((Mailbox.not_before > due_at, Mailbox.not_before), else_=due_at)
    free_at = case((Mailbox.leased_until > latest, Mailbox.leased_until), else_=latest)
    waiting = or_(Mailbox.due_at.is_not(None), Mailbox.leased_until > 0)
    active = select(Tenant.tenant_id).where(Tenant.state == "active")
    statement = select(func.min(free_at)).where(waiting, Mailbox.state.not_in(_NEVER), Mailbox.tenant_id.in_(active))
    found: int | None = await connection.scalar(statement)
    return found


async def hold_mailbox(connection: AsyncConnection, lease: Lease, now: int) -> None:
    """Put the end of a lease off, and lock the mailbox for this transaction; raises `LeaseLostError`."""
    await _update(connection, lease, {"leased_until": now + LEASE})


async def extend_leases(connection: AsyncConnection, leases: Collection[Lease], now: int) -> None:
    """Put the ends of leases off; those that were lost meanwhile stay lost. Needs a `SYSTEM` transaction."""
    held = tuple_(Mailbox.tenant_id, Mailbox.user_id, Mailbox.fencing)
    keys = [(lease.tenant_id, lease.user_id, lease.fencing) for lease in leases]
    extended = update(Mailbox).where(held.in_(keys), Mailbox.leased_until > 0)
    await connection.execute(extended.values(leased_until=now + LEASE))


async def begin_first_sync(connection: AsyncConnection, lease: Lease) -> None:
    """Note that a mailbox is on its way to its first end, or there again after a resync."""
    await _update(connection, lease, {"state": "syncing", "reason": ""})


async def release_mailbox(connection: AsyncConnection, lease: Lease, due_at: int) -> None:
    """Give a mailbox back before its sync is done, for others to have their turn; raises `LeaseLostError`."""
    await _update(connection, lease, {"leased_until": 0, "due_at": _earlier(due_at)})


async def finish_mailbox(connection: AsyncConnection, lease: Lease, *, now: int, due_at: int) -> None:
    """Note that a mailbox is synced to the end, and when to look again; raises `LeaseLostError`."""
    done = {"state": "current", "failures": 0, "not_before": 0, "last_success_at": now, "reason": ""}
    first_success_at = case((Mailbox.first_success_at > 0, Mailbox.first_success_at), else_=now)
    free = {"leased_until": 0, "due_at": _earlier(due_at)}
    await _update(connection, lease, {**done, **free, "first_success_at": first_success_at})


async def fail_mailbox(connection: AsyncConnection, lease: Lease, *, state: str, reason: str, retry_at: int) -> None:
    """Note why a mailbox could not be synced, and when to try again; raises `LeaseLostError`.

    `last_success_at` stays as it is, and so does everything recorded.
    """
    failed = {"state": state, "reason": reason, "failures": Mailbox.failures + 1, "not_before": retry_at}
    await _update(connection, lease, {**failed, "leased_until": 0, "due_at": _earlier(retry_at)})


async def count_mailboxes(connection: AsyncConnection) -> dict[str, int]:
    """Count the mailboxes: `total` to be synced, `current` (synced to the end), `failing`; needs `SYSTEM`."""
    rows = await connection.execute(select(Mailbox.state, func.count()).group_by(Mailbox.state))
    by_state = {row[0]: row[1] for row in rows}
    return {
        "total": sum(count for state, count in by_state.items() if state not in _UNCOUNTED),
        "current": by_state.get("current", 0),
        "failing": by_state.get("retrying", 0) + by_state.get("forbidden", 0),
    }


def _earlier(due_at: int) -> Any:
    """Keep an earlier time for which the mailbox was made due while it was held."""
    return case((Mailbox.due_at < due_at, Mailbox.due_at), else_=due_at)


async def _update(connection: AsyncConnection, lease: Lease, values: dict[str, Any]) -> None:
    held = and_(
        Mailbox.tenant_id == lease.tenant_id, Mailbox.user_id == lease.user_id, Mailbox.fencing == lease.fencing
    )
    if not (await connection.execute(update(Mailbox).where(held).values(values))).rowcount:
        raise LeaseLostError
