"""Store our subscriptions at Graph, two for each mailbox, each with the time of the next call to Graph."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.models import Subscription, Tenant, User

Resource = Literal["messages", "events"]
RESOURCES: Final[tuple[Resource, ...]] = ("messages", "events")

LEASE = 6
"""Seconds after which the claim of a subscription expires, unless the process that calls Graph extends it."""

Key = tuple[int, int, str]
"""Tenant, user, resource."""
Proof = tuple[str, bytes, str]
"""Graph's id, the digest of the client state and the tenant's Entra id, as in a true notification."""


@dataclass(frozen=True, slots=True)
class KnownSubscription:
    """What a notification is checked against."""

    tenant_id: int
    user_id: int
    resource: str
    entra_tenant_id: str
    client_state_digest: bytes

    @property
    def key(self) -> Key:
        """Its row."""
        return self.tenant_id, self.user_id, self.resource


@dataclass(frozen=True, slots=True)
class DueSubscription:
    """A subscription that was claimed, with what a call to Graph needs."""

    tenant_id: int
    user_id: int
    resource: str
    entra_tenant_id: str
    entra_user_id: str
    graph_id: str
    state: str
    expires_at: int
    failures: int

    @property
    def key(self) -> Key:
        """Its row."""
        return self.tenant_id, self.user_id, self.resource


async def find_subscriptions(connection: Reading, graph_ids: Collection[str]) -> Mapping[str, KnownSubscription]:
    """Find subscriptions by Graph's ids, whichever tenant's; needs a `SYSTEM` transaction."""
    found = {}
    for ids in split(sorted(graph_ids)):
        query = (
            select(
                Subscription.graph_id,
                Subscription.tenant_id,
                Subscription.user_id,
                Subscription.resource,
                Tenant.entra_id,
                Subscription.client_state_digest,
            )
            .join(Tenant, Tenant.tenant_id == Subscription.tenant_id)
            .where(Subscription.graph_id.in_(ids), Subscription.state == "active")
        )
        found.update({row[0]: KnownSubscription(*row[1:]) for row in await connection.execute(query)})
    return found


async def list_proofs(connection: Reading, *, after: str, limit: int) -> list[Proof]:
    """Return the proofs of all live subscriptions by Graph's id; needs a `SYSTEM` transaction."""
    query = (
        select(Subscription.graph_id, Subscription.client_state_digest, Tenant.entra_id)
        .join(Tenant, Tenant.tenant_id == Subscription.tenant_id)
        .where(Subscription.graph_id > after, Subscription.state == "active")
        .order_by(Subscription.graph_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def get_installation(connection: AsyncConnection, tenant_id: int) -> str:
    """Return the id of this installation for a tenant, which is made at the first call and kept in the database."""
    unnamed = update(Tenant).where(Tenant.tenant_id == tenant_id, Tenant.installation == "")
    await connection.execute(unnamed.values(installation=uuid.uuid4().hex))
    found: str | None = await connection.scalar(select(Tenant.installation).where(Tenant.tenant_id == tenant_id))
    return found or ""


async def want_subscriptions(connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]) -> None:
    """Add the missing subscriptions of mailboxes, to be created."""
    rows = [
        {"tenant_id": tenant_id, "user_id": user_id, "resource": resource}
        for user_id in user_ids
        for resource in RESOURCES
    ]
    await insert_ignoring(connection, Subscription, rows)
    unwanted = _of_users(tenant_id, user_ids) & (Subscription.state == "unwanted")
    await lock_in_order(connection, Subscription, unwanted)
    await connection.execute(update(Subscription).where(unwanted).values(state="wanted", renew_at=0))
    wake(connection, "subscriptions")


async def unwant_subscriptions(connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]) -> None:
    """Mark the subscriptions of mailboxes to be ended; their notifications no longer count."""
    theirs = _of_users(tenant_id, user_ids)
    await lock_in_order(connection, Subscription, theirs)
    unwanted = {"state": "unwanted", "renew_at": 0, "failures": 0}
    await connection.execute(update(Subscription).where(theirs).values(unwanted))
    wake(connection, "subscriptions")


async def claim_subscriptions(connection: AsyncConnection, now: int, limit: int) -> Sequence[DueSubscription]:
    """Claim subscriptions with a due call to Graph; needs a `SYSTEM` transaction.

    Those of a tenant that refuses us are not claimed.
    """
    due = (
        select(
            Subscription.tenant_id,
            Subscription.user_id,
            Subscription.resource,
            Tenant.entra_id,
            User.entra_id,
            Subscription.graph_id,
            Subscription.state,
            Subscription.expires_at,
            Subscription.failures,
        )
        .join(Tenant, Tenant.tenant_id == Subscription.tenant_id)
        .join(User, and_(User.tenant_id == Subscription.tenant_id, User.id == Subscription.user_id))
        .where(Subscription.renew_at <= now, Tenant.state == "active")
        .order_by(Subscription.renew_at)
        .limit(limit)
        .with_for_update(of=Subscription, skip_locked=True)
    )
    claimed = [DueSubscription(*row) for row in await connection.execute(due)]
    if claimed:
        keys = [(one.tenant_id, one.user_id, one.resource) for one in claimed]
        await connection.execute(update(Subscription).where(_of_keys(keys)).values(renew_at=now + LEASE))
    return claimed


async def extend_subscriptions(connection: AsyncConnection, now: int, keys: Sequence[Key]) -> None:
    """Extend the claims of subscriptions that are still in hand; needs a `SYSTEM` transaction."""
    for some in split(sorted(keys)):
        in_hand = _of_keys(some) & Subscription.renew_at.between(now + 1, now + LEASE)  # what is done is due later
        await lock_in_order(connection, Subscription, in_hand)
        await connection.execute(update(Subscription).where(in_hand).values(renew_at=now + LEASE))


async def set_client_state(connection: AsyncConnection, key: Key, digest: bytes) -> None:
    """Store the digest of the client state before Graph is called, because a notification may precede the answer.

    The previous subscription of the row, if any, no longer counts.
    """
    state = case((Subscription.state == "refused", "refused"), else_="wanted")
    values = {"client_state_digest": digest, "state": state, "graph_id": "", "expires_at": 0}
    await connection.execute(update(Subscription).where(_of_keys([key])).values(**values))


async def set_active(connection: AsyncConnection, key: Key, *, graph_id: str, expires_at: int, renew_at: int) -> None:
    """Record a subscription that Graph has made: its id, its end and the time of renewal."""
    values = {"graph_id": graph_id, "state": "active", "expires_at": expires_at, "renew_at": renew_at}
    active = update(Subscription).where(_of_keys([key]), Subscription.state != "unwanted")
    await connection.execute(active.values(**values, failures=0, reason=""))


async def set_failed(connection: AsyncConnection, key: Key, *, reason: str, retry_at: int) -> None:
    """Record why Graph refused, and when to ask again."""
    failed = update(Subscription).where(_of_keys([key]))
    await connection.execute(failed.values(reason=reason, renew_at=retry_at, failures=Subscription.failures + 1))


async def set_refused(connection: AsyncConnection, key: Key, *, reason: str, retry_at: int) -> None:
    """Record that Microsoft refuses the subscription; until it accepts, the mailbox is polled."""
    refused = update(Subscription).where(_of_keys([key]), Subscription.state != "unwanted")
    values = {"state": "refused", "graph_id": "", "expires_at": 0, "reason": reason, "renew_at": retry_at}
    await connection.execute(refused.values(**values, failures=Subscription.failures + 1))


async def postpone_subscriptions(connection: AsyncConnection, tenant_id: int, until: int) -> None:
    """Delay all calls for a tenant's subscriptions to a time that Microsoft named, in a transaction of its own."""
    early = (Subscription.tenant_id == tenant_id) & (Subscription.renew_at < until)
    await lock_in_order(connection, Subscription, early)
    await connection.execute(update(Subscription).where(early).values(renew_at=until))


async def set_lost(connection: AsyncConnection, keys: Collection[Key]) -> None:
    """Record that Graph has lost subscriptions, so that they are created again at once."""
    for chunk in split(sorted(keys)):
        lost = _of_keys(chunk) & (Subscription.state == "active")
        await lock_in_order(connection, Subscription, lost)
        await connection.execute(update(Subscription).where(lost).values(state="wanted", graph_id="", renew_at=0))
        wake(connection, "subscriptions")


async def make_renewals_due(connection: AsyncConnection, keys: Collection[Key], now: int) -> None:
    """Make a renewal due now, as Graph demands; a repeated demand has no effect."""
    for chunk in split(sorted(keys)):
        due = _of_keys(chunk) & (Subscription.renew_at > now + LEASE)
        await lock_in_order(connection, Subscription, due)
        await connection.execute(update(Subscription).where(due).values(renew_at=now))
        wake(connection, "subscriptions")


async def delete_subscription(connection: AsyncConnection, key: Key) -> None:
    """Delete the row of a subscription that has ended at Graph."""
    await connection.execute(delete(Subscription).where(_of_keys([key]), Subscription.state == "unwanted"))


@dataclass(frozen=True, slots=True)
class KeptSubscription:
    """A row as the audit compares it with Graph's list."""

    key: Key
    entra_user_id: str
    graph_id: str
    state: str


async def list_subscriptions(connection: Reading, tenant_id: int) -> Sequence[KeptSubscription]:
    """Return the subscriptions of a tenant."""
    query = (
        select(Subscription.user_id, Subscription.resource, User.entra_id, Subscription.graph_id, Subscription.state)
        .join(User, and_(User.tenant_id == Subscription.tenant_id, User.id == Subscription.user_id))
        .where(Subscription.tenant_id == tenant_id)
    )
    rows = await connection.execute(query)
    return [KeptSubscription((tenant_id, row[0], row[1]), row[2], row[3], row[4]) for row in rows]


def _of_users(tenant_id: int, user_ids: Collection[int]) -> Any:
    return and_(Subscription.tenant_id == tenant_id, Subscription.user_id.in_(user_ids))


def _of_keys(keys: Sequence[Key]) -> Any:
    """Rows by key, as alternatives of equalities: SQLite uses no index for a list of tuples."""
    return or_(
        *(
            and_(Subscription.tenant_id == tenant, Subscription.user_id == user, Subscription.resource == resource)
            for tenant, user, resource in keys
        )
    )
