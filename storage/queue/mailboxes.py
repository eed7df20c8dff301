"""The mailboxes: the state of each one's sync, and the queue from which workers lease them.

A lease expires by itself. Each lease raises the fencing number of the mailbox, and a write with an older number is
refused, so that a worker which hung and woke up again changes nothing.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, case, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import update_rows
from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number, text
from storage.engine.prepared import Prepared
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.errors import LeaseLostError
from storage.models import Mailbox

LEASE: Final = 6
"""Seconds after which a lease expires, unless its worker extends it; then another worker may take over."""
INTERVAL: Final = 300
"""Seconds after which a mailbox is polled if no notification has come."""
_BUSY_SHARE: Final = 5
_SHORTEST_INTERVAL: Final = 60
DAY: Final = 86_400
_HELD: Final = ("tenant_id", "user_id", "fencing")
_NEVER: Final = ("stopped",)
_UNCOUNTED: Final = ("skipped", "stopped")
"""States of mailboxes without anything to sync, which are never current."""


@dataclass(frozen=True, slots=True)
class Lease:
    """A leased mailbox, with the settings of its firm that the sync needs."""

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
    kept_from: int = 0
    """Items before this time (UTC seconds) are not recorded; 0 records all."""
    retention_days: int = 0
    """The firm's rule, which may be newer than the last purge; 0 keeps all."""
    addresses: tuple[str, ...] = ()
    """The user's own, lower case."""
    last_news_at: int = 0
    is_polled: bool = False
    """Microsoft refuses change notifications for this mailbox."""


def choose_busy_interval(interval: int) -> int:
    """Return the seconds until the next poll of a mailbox with news in the last day."""
    return min(interval, max(_SHORTEST_INTERVAL, interval // _BUSY_SHARE))


def choose_interval(lease: Lease, interval: int, now: int, *, has_news: bool) -> int:
    """Return the seconds until the next poll of a mailbox: fewer for a busy or a new one without notifications."""
    is_busy = has_news or now - DAY < lease.last_news_at or not lease.first_success_at
    return choose_busy_interval(interval) if is_busy and lease.is_polled else interval


def _prepare_change(**values: Any) -> Prepared:
    """Prepare a change of a leased mailbox, which returns no row if the lease was lost."""
    is_held = (Mailbox.tenant_id == number("tenant_id"), Mailbox.user_id == number("user_id"))
    change = update(Mailbox).where(*is_held, Mailbox.fencing == number("fencing_number"))
    return Prepared(change.values(values).returning(Mailbox.user_id))


_NEXT: Final = number("next_due_at")
_FREE: Final = {"leased_until": 0, "due_at": case((Mailbox.due_at < _NEXT, Mailbox.due_at), else_=_NEXT)}
"""Values of a mailbox that is given back; an earlier due time that was set meanwhile is kept."""
_BEGUN: Final = _prepare_change(state="syncing", reason="")
_RELEASED: Final = _prepare_change(**_FREE)
_FINISHED: Final = _prepare_change(
    **_FREE,
    state="current",
    failures=0,
    not_before=0,
    first_success_at=case((Mailbox.first_success_at > 0, Mailbox.first_success_at), else_=number("now")),
    last_success_at=number("now"),
    last_news_at=case((Mailbox.last_news_at < number("news_at"), number("news_at")), else_=Mailbox.last_news_at),
    reason="",
)
_FAILED: Final = _prepare_change(
    **_FREE, state=text("new_state"), reason=text("new_reason"), failures=number("failed_times"), not_before=_NEXT
)


async def make_due(connection: AsyncConnection, tenant_id: int, user_id: int, at: int) -> bool:
    """Make a mailbox due at `at` (UTC seconds) or earlier; return False if there is no mailbox to sync.

    A time before which Microsoft does not want to be called (`Retry-After`) is respected.
    """
    due = (
        update(Mailbox)
        .where(Mailbox.tenant_id == tenant_id, Mailbox.user_id == user_id, Mailbox.state.not_in(_NEVER))
        .values(due_at=case((Mailbox.due_at < at, Mailbox.due_at), else_=at))
    )
    wake(connection, "mailboxes")
    return bool((await connection.execute(due)).rowcount)


async def get_next_due_at(connection: Reading, now: int) -> int | None:
    """Return the time at which the next mailbox becomes due; needs a `SYSTEM` transaction."""
    times = []
    for column in (Mailbox.due_at, Mailbox.not_before, Mailbox.leased_until):
        query = select(func.min(column)).where(column > now, Mailbox.state.not_in(_NEVER))
        times.append(await connection.scalar(query))
    return min((at for at in times if at is not None), default=None)


async def hold_mailbox(connection: AsyncConnection, lease: Lease, now: int) -> None:
    """Extend a lease, and lock the mailbox for this transaction; raises `LeaseLostError`."""
    row = (lease.tenant_id, lease.user_id, lease.fencing, now + LEASE)
    if not await update_rows(connection, Mailbox, _HELD, ("leased_until = ?",), [row]):
        raise LeaseLostError


async def extend_leases(connection: AsyncConnection, leases: Collection[Lease], now: int) -> None:
    """Extend leases that were not lost; needs a `SYSTEM` transaction.

    Those whose page is being written are passed over, because one long page must not let all others expire: the page's
    own transaction extends its lease (`hold_mailbox`).
    """
    held = tuple_(Mailbox.tenant_id, Mailbox.user_id, Mailbox.fencing)
    keys = [(lease.tenant_id, lease.user_id, lease.fencing) for lease in leases]
    theirs = and_(held.in_(keys), Mailbox.leased_until > 0)
    free = select(Mailbox.tenant_id, Mailbox.user_id).where(theirs).with_for_update(skip_locked=True)
    for some in split([tuple(row) for row in await connection.execute(free)]):
        those = and_(theirs, tuple_(Mailbox.tenant_id, Mailbox.user_id).in_(some))
        await connection.execute(update(Mailbox).where(those).values(leased_until=now + LEASE))


async def begin_first_sync(connection: AsyncConnection, lease: Lease) -> None:
    """Record that a mailbox is in its first sync, or in a resync."""
    await _update(connection, lease, _BEGUN)


async def release_mailbox(connection: AsyncConnection, lease: Lease, due_at: int) -> None:
    """Return a mailbox to the queue before its sync has ended, so that others get a turn; raises `LeaseLostError`."""
    await _update(connection, lease, _RELEASED, next_due_at=due_at)


async def finish_mailbox(
    connection: AsyncConnection, lease: Lease, *, now: int, due_at: int, has_news: bool = False
) -> None:
    """Record that a mailbox is current, and when to sync it again; raises `LeaseLostError`."""
    await _update(connection, lease, _FINISHED, now=now, next_due_at=due_at, news_at=now if has_news else 0)


async def fail_mailbox(
    connection: AsyncConnection, lease: Lease, *, state: str, reason: str, retry_at: int, failures: int
) -> None:
    """Record why a sync failed, how often in a row, and when to try again; raises `LeaseLostError`.

    `last_success_at` and all recorded items stay.
    """
    values: dict[str, int | str] = {"new_state": state, "new_reason": reason}
    values |= {"next_due_at": retry_at, "failed_times": failures}
    await _update(connection, lease, _FAILED, **values)


async def count_mailboxes(connection: Reading) -> dict[str, int]:
    """Count the mailboxes: `total` to be synced, `current` (synced to the end), `failing`; needs `SYSTEM`."""
    rows = await connection.execute(select(Mailbox.state, func.count()).group_by(Mailbox.state))
    by_state = {row[0]: row[1] for row in rows}
    return {
        "total": sum(count for state, count in by_state.items() if state not in _UNCOUNTED),
        "current": by_state.get("current", 0),
        "failing": by_state.get("retrying", 0) + by_state.get("forbidden", 0),
    }


async def _update(connection: AsyncConnection, lease: Lease, change: Prepared, **values: int | str) -> None:
    key = {"tenant_id": lease.tenant_id, "user_id": lease.user_id, "fencing_number": lease.fencing}
    if not await change.fetch(connection, key | values):
        raise LeaseLostError


async def count_in_state(connection: Reading, tenant_id: int, state: str) -> int:
    """Return the number of a firm's mailboxes in a state."""
    found = select(func.count()).where(Mailbox.tenant_id == tenant_id, Mailbox.state == state)
    return await connection.scalar(found) or 0


async def end_leases(connection: AsyncConnection, tenant_id: int, now: int, *, user_id: int | None = None) -> None:
    """End the leases of a firm's mailboxes, or of one user's, whose rules have changed; they are due at once."""
    held = and_(Mailbox.tenant_id == tenant_id, Mailbox.leased_until > 0, Mailbox.state != "stopped")
    if user_id is not None:
        held = and_(held, Mailbox.user_id == user_id)
    await lock_in_order(connection, Mailbox, held)
    again = {"due_at": now, "leased_until": 0, "fencing": Mailbox.fencing + 1}
    await connection.execute(update(Mailbox).where(held).values(**again))
    wake(connection, "mailboxes")
