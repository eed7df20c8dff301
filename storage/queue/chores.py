"""Store the periodic work of each tenant as rows with a due time; any process may claim one, also after a crash."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.models import Chore, Tenant

ChoreName = Literal["directory", "subscriptions", "retention", "words", "sums"]
NAMES: tuple[ChoreName, ...] = ("directory", "subscriptions", "retention", "words", "sums")

AUDIT_DELAY = 300
MOST_AUDITS = 100
LEASE = 6
"""Seconds after which a claim expires, unless the process that works on the chore extends it."""


@dataclass(frozen=True, slots=True)
class DueChore:
    """One chore that was claimed, with what its run needs to know of the tenant."""

    tenant_id: int
    entra_id: str
    name: ChoreName
    link: str
    failures: int


async def add_chores(connection: AsyncConnection, tenant_id: int, now: int) -> None:
    """Add the chores that a tenant lacks, due at once."""
    rows = [{"tenant_id": tenant_id, "name": name, "due_at": now} for name in NAMES]
    await insert_ignoring(connection, Chore, rows)


async def claim_chores(connection: AsyncConnection, name: ChoreName, now: int, limit: int = 10) -> Sequence[DueChore]:
    """Claim due chores of one name, the longest due first; needs a `SYSTEM` transaction."""
    due = (
        select(Chore.tenant_id, Tenant.entra_id, Chore.link, Chore.failures)
        .join(Tenant, Tenant.tenant_id == Chore.tenant_id)
        .where(Chore.name == name, Chore.due_at <= now)
        .order_by(Chore.due_at)
        .limit(limit)
        .with_for_update(of=Chore, skip_locked=True)
    )
    rows = (await connection.execute(due)).all()
    if rows:
        claimed = update(Chore).where(Chore.name == name, Chore.tenant_id.in_([row.tenant_id for row in rows]))
        await connection.execute(claimed.values(due_at=now + LEASE))
    return [DueChore(row.tenant_id, row.entra_id, name, row.link, row.failures) for row in rows]


async def extend_chores(connection: AsyncConnection, now: int, chores: Collection[DueChore]) -> None:
    """Extend the claims of chores that are still in hand; needs a `SYSTEM` transaction."""
    for chore in chores:
        own = update(Chore).where(Chore.tenant_id == chore.tenant_id, Chore.name == chore.name)
        in_hand = Chore.due_at.between(now + 1, now + LEASE)  # one that is done is due long after
        await connection.execute(own.where(in_hand).values(due_at=now + LEASE))


async def get_next_chore_at(connection: Reading, name: ChoreName) -> int | None:
    """Return the time at which the next chore of a name is due; needs the tenancy `SYSTEM`."""
    found: int | None = await connection.scalar(select(func.min(Chore.due_at)).where(Chore.name == name))
    return found


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether a chore was ever done, why it failed last (empty where it did not), and what its last run left."""

    was_done: bool
    failure: str
    link: str = ""


async def get_standing(connection: Reading, tenant_id: int, name: ChoreName) -> Standing:
    """Return how a tenant's chore stands; one that was never begun has not failed."""
    query = select(Chore.last_success_at, Chore.reason, Chore.link).where(
        Chore.tenant_id == tenant_id, Chore.name == name
    )
    row = (await connection.execute(query)).first()
    return Standing(row.last_success_at > 0, row.reason, row.link) if row else Standing(was_done=False, failure="")


async def finish_chore(
    connection: AsyncConnection, tenant_id: int, name: ChoreName, *, now: int, next_at: int, link: str = ""
) -> None:
    """Record that a chore was done, and when it is due again."""
    done = update(Chore).where(Chore.tenant_id == tenant_id, Chore.name == name)
    values = {"due_at": next_at, "failures": 0, "last_success_at": now, "link": link, "reason": ""}
    await connection.execute(done.values(**values))


async def fail_chore(
    connection: AsyncConnection,
    tenant_id: int,
    name: ChoreName,
    *,
    next_at: int,
    reason: str,
    forgets_link: bool = False,
) -> None:
    """Record why a chore failed and when to try again; `forgets_link` makes it start from the beginning."""
    failed = update(Chore).where(Chore.tenant_id == tenant_id, Chore.name == name)
    values = {"due_at": next_at, "failures": Chore.failures + 1, "reason": reason}
    await connection.execute(failed.values(**values, **({"link": ""} if forgets_link else {})))


async def make_chore_due(connection: AsyncConnection, tenant_id: int, name: ChoreName, at: int) -> None:
    """Make a chore due at `at`, never later than it already is."""
    due = update(Chore).where(Chore.tenant_id == tenant_id, Chore.name == name, Chore.due_at > at)
    await connection.execute(due.values(due_at=at))


async def make_chores_due(connection: AsyncConnection, name: ChoreName, now: int) -> None:
    """Make the chores of one name due in every tenant, but those that are at work or failed; needs `SYSTEM`."""
    later = and_(Chore.name == name, Chore.due_at > now + LEASE, Chore.failures == 0)
    await lock_in_order(connection, Chore, later)
    await connection.execute(update(Chore).where(later).values(due_at=now))


async def ask_stopped_again(connection: AsyncConnection, entra_ids: Collection[str], now: int) -> None:
    """Make the look at the directory due where only an administrator could let us in again; needs `SYSTEM`.

    One that is at work, or that Microsoft asked to slow down, is left alone.
    """
    stopped = select(Tenant.tenant_id).where(Tenant.entra_id.in_(list(entra_ids)), Tenant.state == "needs_admin")
    may_ask = and_(Chore.due_at > now + LEASE, ~Chore.reason.startswith("throttled"))
    waiting = and_(Chore.name == "directory", Chore.tenant_id.in_(stopped), may_ask)
    await lock_in_order(connection, Chore, waiting)
    if (await connection.execute(update(Chore).where(waiting).values(due_at=now))).rowcount:
        wake(connection, "directory")


async def start_chore_over(connection: AsyncConnection, tenant_id: int, name: ChoreName, at: int) -> None:
    """Make a chore due at `at` that forgets where its last run ended."""
    await make_chore_due(connection, tenant_id, name, at)
    own = update(Chore).where(Chore.tenant_id == tenant_id, Chore.name == name)
    await connection.execute(own.values(link=""))


async def make_audits_due(connection: AsyncConnection, entra_ids: Collection[str], now: int) -> None:
    """Make the search for orphaned subscriptions of these tenants (Entra ids) due, at most once per `AUDIT_DELAY`.

    The delay is there because anybody can cause the search with a false notification. Needs a `SYSTEM` transaction.
    """
    tenants = select(Tenant.tenant_id).where(Tenant.entra_id.in_(list(entra_ids)[:MOST_AUDITS]))
    theirs = and_(Chore.tenant_id.in_(tenants), Chore.name == "subscriptions", Chore.due_at > now + AUDIT_DELAY)
    if entra_ids:
        await lock_in_order(connection, Chore, theirs)
        await connection.execute(update(Chore).where(theirs).values(due_at=now + AUDIT_DELAY))
