"""The mailboxes: what is known of each one's sync, and at the same time the queue of the workers.

A worker holds a mailbox by a lease that runs out by itself; each lease raises the fencing number, and a write that
carries an older one is refused, so a worker that hung and woke again changes nothing.
"""

import heapq
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, exists, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk import update_rows
from storage.chunks import CHUNK
from storage.models import Mailbox, Tenant, User
from storage.wake import wake

LEASE: Final = 10
"""Seconds after which another worker may take over from one that died or hangs; who works puts it off."""
_HELD: Final = ("tenant_id", "user_id", "fencing")
_NEVER: Final = ("stopped",)
_SYNCED: Final = ("current", "retrying", "forbidden", "skipped")
_UNSYNCED: Final = ("new", "syncing")
"""States before the end of a first sync."""
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
    first_success_at: int
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
    """Take up to `limit` due mailboxes; needs a `SYSTEM` transaction.

    The next one is always of the firm that has the fewest in hand, so that no firm waits for another's thousands.
    Within a firm those that were synced before go before first syncs, and then the longest due goes first. One whose
    worker died is due when its lease is over. Mailboxes of a firm that is not active are left alone.
    """
    await _recover(connection, now)
    found: list[tuple[int, int]] = []
    in_hand = await _count_in_hand(connection, now)
    while len(found) < limit:
        shares = share_out(in_hand, limit - len(found))
        if not shares:
            break
        for tenant_id, share in shares.items():
            taken = await _take(connection, tenant_id, share, now)
            found += taken
            in_hand[tenant_id] += len(taken)
            if len(taken) < share:  # it has no more
                del in_hand[tenant_id]
    return await _read_leases(connection, found) if found else []


def share_out(in_hand: Mapping[int, int], places: int) -> dict[int, int]:
    """Share places out among tenants, each to the one that has the fewest in hand by then."""
    waiting = [(count, tenant_id) for tenant_id, count in in_hand.items()]
    heapq.heapify(waiting)
    shares: Counter[int] = Counter()
    for _ in range(places if waiting else 0):
        count, tenant_id = waiting[0]
        shares[tenant_id] += 1
        heapq.heapreplace(waiting, (count + 1, tenant_id))
    return dict(shares)


async def _recover(connection: AsyncConnection, now: int) -> None:
    """Make mailboxes due whose worker died: their lease ran out."""
    lost = and_(Mailbox.due_at.is_(None), Mailbox.leased_until > 0, Mailbox.leased_until <= now)
    keys = select(Mailbox.tenant_id, Mailbox.user_id).where(lost, Mailbox.state.not_in(_NEVER)).limit(CHUNK)
    found = [tuple(row) for row in await connection.execute(keys.with_for_update(skip_locked=True))]
    if found:
        these = tuple_(Mailbox.tenant_id, Mailbox.user_id).in_(found)
        await connection.execute(update(Mailbox).where(these).values(due_at=Mailbox.leased_until))


async def _count_in_hand(connection: AsyncConnection, now: int) -> dict[int, int]:
    """Give the active tenants that have something due, each with how many mailboxes workers hold of it."""
    is_due = exists().where(Mailbox.tenant_id == Tenant.tenant_id, *_are_due(now))
    tenants = await connection.scalars(select(Tenant.tenant_id).where(Tenant.state == "active", is_due))
    held = select(Mailbox.tenant_id, func.count()).where(Mailbox.leased_until > now).group_by(Mailbox.tenant_id)
    counts = {row[0]: row[1] for row in await connection.execute(held)}
    return {tenant_id: counts.get(tenant_id, 0) for tenant_id in tenants}


async def _take(connection: AsyncConnection, tenant_id: int, limit: int, now: int) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for states in (_SYNCED, _UNSYNCED):
        keys = (
            select(Mailbox.user_id)
            .where(Mailbox.tenant_id == tenant_id, Mailbox.state.in_(states), *_are_due(now))
            .order_by(Mailbox.due_at)
            .limit(limit - len(found))
            .with_for_update(skip_locked=True)
        )
        found += [(tenant_id, user_id) for user_id in await connection.scalars(keys)]
        if len(found) == limit:
            break
    if found:
        these = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_([user_id for _, user_id in found]))
        taken = {"leased_until": now + LEASE, "fencing": Mailbox.fencing + 1, "due_at": None}
        await connection.execute(update(Mailbox).where(these).values(taken))
    return found


async def _read_leases(connection: AsyncConnection, keys: Sequence[tuple[int, int]]) -> list[Lease]:
    """Give the leases in the order of their keys."""
    mailbox, tenant = Mailbox, Tenant
    statement = (
        select(
            *(mailbox.tenant_id, mailbox.user_id, mailbox.fencing, mailbox.state, mailbox.failures),
            mailbox.first_success_at,
            *(tenant.entra_id.label("entra_tenant_id"), User.entra_id.label("entra_user_id")),
            *(tenant.domains, tenant.contact_rule, tenant.keeps_subjects),
        )
        .join(tenant, tenant.tenant_id == mailbox.tenant_id)
        .join(User, and_(User.tenant_id == mailbox.tenant_id, User.id == mailbox.user_id))
        .where(tuple_(mailbox.tenant_id, mailbox.user_id).in_(keys))
    )
    rows = (await connection.execute(statement)).mappings()
    leases = [Lease(**{**row, "domains": tuple(row["domains"])}) for row in rows]
    return sorted(leases, key=lambda lease: keys.index((lease.tenant_id, lease.user_id)))


def _are_due(now: int) -> tuple[Any, ...]:
    return Mailbox.due_at <= now, Mailbox.leased_until <= now, Mailbox.not_before <= now


async def get_next_due_at(connection: AsyncConnection, now: int) -> int | None:
    """Give the next time at which it is worth asking for a mailbox again; needs a `SYSTEM` transaction."""
    times = []
    for column in (Mailbox.due_at, Mailbox.not_before, Mailbox.leased_until):
        query = select(func.min(column)).where(column > now, Mailbox.state.not_in(_NEVER))
        times.append(await connection.scalar(query))
    return min((at for at in times if at is not None), default=None)


async def hold_mailbox(connection: AsyncConnection, lease: Lease, now: int) -> None:
    """Put the end of a lease off, and lock the mailbox for this transaction; raises `LeaseLostError`."""
    row = (lease.tenant_id, lease.user_id, lease.fencing, now + LEASE)
    if not await update_rows(connection, Mailbox, _HELD, ("leased_until = ?",), [row]):
        raise LeaseLostError


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
