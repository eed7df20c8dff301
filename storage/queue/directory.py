"""Apply what the directory says to mailboxes, subscriptions and administrators, and keep whether a tenant admits us."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.models import UNSERVED, Mailbox, Subscription, Tenant, User
from storage.queue.subscriptions import unwant_subscriptions, want_subscriptions

LEFT_GROUP: Final = "left_group"
WATCHED: Final = ("new", "syncing", "current", "retrying", "forbidden")
"""States of mailboxes that have subscriptions."""


async def map_user_addresses(connection: Reading, tenant_id: int) -> dict[str, int]:
    """Return whose each address and alias is by the directory; of those who left too, unless somebody has it now."""
    asked = select(User.id, User.address, User.aliases).where(User.tenant_id == tenant_id)
    rows = await connection.execute(asked.order_by(User.is_active, User.id))
    return {one: row.id for row in rows for one in f"{row.address} {row.aliases}".lower().split()}


async def set_tenant_state(connection: AsyncConnection, tenant_id: int, state: str, reason: str = "") -> bool:
    """Record whether a tenant admits us; return whether that has changed."""
    changed = update(Tenant).where(Tenant.tenant_id == tenant_id, or_(Tenant.state != state, Tenant.reason != reason))
    changed = changed.where(Tenant.state.not_in(UNSERVED))
    before = await connection.scalar(select(Tenant.state).where(Tenant.tenant_id == tenant_id))
    await connection.execute(changed.values(state=state, reason=reason))
    return before != state and before not in UNSERVED


async def resume_mailboxes(connection: AsyncConnection, tenant_id: int, now: int) -> None:
    """Make every refused mailbox of a tenant due, because the tenant admits us again."""
    refused = and_(Mailbox.tenant_id == tenant_id, Mailbox.state.in_(("forbidden", "retrying")))
    await lock_in_order(connection, Mailbox, refused)
    await connection.execute(update(Mailbox).where(refused).values(due_at=now, not_before=0))
    late = and_(Subscription.tenant_id == tenant_id, Subscription.failures > 0)
    await lock_in_order(connection, Subscription, late)
    await connection.execute(update(Subscription).where(late).values(renew_at=now))
    wake(connection, "mailboxes")
    wake(connection, "subscriptions")


async def resume_refused(
    connection: AsyncConnection, tenant_id: int, now: int, addresses: Collection[str] | None = None
) -> int:
    """Make a tenant's refused mailboxes due, all or those of some people; return how many were put off until later.

    How often they were refused stays known, so that one that is refused again waits longer. A throttled one waits on.
    """
    own = Mailbox.tenant_id == tenant_id
    theirs = select(User.id).where(User.tenant_id == tenant_id)
    if addresses is not None:
        theirs = theirs.where(User.address.in_(sorted(addresses)))
    refused = and_(own, Mailbox.state == "forbidden", Mailbox.not_before > now, Mailbox.user_id.in_(theirs))
    late = exists().where(Mailbox.user_id == Subscription.user_id, refused)
    waiting = and_(Subscription.tenant_id == tenant_id, Subscription.failures > 0, late)
    await lock_in_order(connection, Mailbox, refused)
    await lock_in_order(connection, Subscription, waiting)
    await connection.execute(update(Subscription).where(waiting).values(renew_at=now))
    count = (await connection.execute(update(Mailbox).where(refused).values(due_at=now, not_before=0))).rowcount
    if count:
        wake(connection, "mailboxes")
        wake(connection, "subscriptions")
    return count


@dataclass(frozen=True, slots=True)
class Refused:
    """Somebody (Entra id) whose mailbox is refused, and whether all mailboxes of the firm are."""

    entra_id: str
    are_all: bool


async def find_refused_user(connection: Reading, tenant_id: int) -> Refused | None:
    """Return somebody with a refused mailbox, another one each time; None where nobody's is."""
    watched = and_(Mailbox.tenant_id == tenant_id, Mailbox.state.in_(WATCHED))
    states = select(Mailbox.state, func.count()).where(watched).group_by(Mailbox.state)
    counts: dict[str, int] = {row[0]: row[1] for row in await connection.execute(states)}
    if "forbidden" not in counts:
        return None
    user = (
        select(User.entra_id)
        .join(Mailbox, and_(Mailbox.tenant_id == User.tenant_id, Mailbox.user_id == User.id))
        .where(watched, Mailbox.state == "forbidden")
        .order_by(func.random())
        .limit(1)
    )
    found: str | None = await connection.scalar(user)
    return Refused(found, are_all=set(counts) == {"forbidden"}) if found else None


async def stop_mailboxes_except(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str]) -> None:
    """Stop the mailboxes of all other people, who remain users."""
    reading = (
        select(User.id, User.entra_id)
        .join(Mailbox, and_(Mailbox.tenant_id == User.tenant_id, Mailbox.user_id == User.id))
        .where(User.tenant_id == tenant_id, Mailbox.state != "stopped")
    )
    kept = set(entra_ids)
    others = sorted(row.id for row in await connection.execute(reading) if row.entra_id not in kept)
    stopped = {"state": "stopped", "due_at": None, "leased_until": 0, "reason": LEFT_GROUP}
    for ids in split(others):
        theirs = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_(ids))
        await lock_in_order(connection, Mailbox, theirs)
        await connection.execute(update(Mailbox).where(theirs).values(**stopped, fencing=Mailbox.fencing + 1))


async def match_subscriptions(connection: AsyncConnection, tenant_id: int) -> None:
    """Ask for subscriptions for every mailbox that is read, and end all others."""
    own = and_(Subscription.tenant_id == Mailbox.tenant_id, Subscription.user_id == Mailbox.user_id)
    wanted = and_(own, Subscription.state != "unwanted")
    mailboxes = select(Mailbox.user_id).where(Mailbox.tenant_id == tenant_id)
    missing = mailboxes.where(Mailbox.state.in_(WATCHED), ~exists().where(wanted))
    needless = mailboxes.where(Mailbox.state == "stopped", exists().where(wanted))
    for ids in split((await connection.scalars(missing)).all()):
        await want_subscriptions(connection, tenant_id, ids)
    for ids in split((await connection.scalars(needless)).all()):
        await unwant_subscriptions(connection, tenant_id, ids)


async def set_admins(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str]) -> None:
    """Make these users, and nobody else, administrators."""
    own = User.tenant_id == tenant_id
    await connection.execute(
        update(User).where(own, User.is_admin, User.entra_id.not_in(entra_ids)).values(is_admin=False)
    )
    await connection.execute(update(User).where(own, User.entra_id.in_(entra_ids)).values(is_admin=True))


async def list_admins(connection: AsyncConnection, tenant_id: int) -> list[int]:
    """Return the administrators of a tenant."""
    query = select(User.id).where(User.tenant_id == tenant_id, User.is_admin, User.is_active)
    return list(await connection.scalars(query))
