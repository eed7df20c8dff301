"""Graph's subscriptions of ours: two for each mailbox, each a row that says when the next call to Graph is due."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import and_, case, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring
from storage.engine.wake import wake
from storage.models import Subscription, Tenant, User

Resource = Literal["messages", "events"]
RESOURCES: Final[tuple[Resource, ...]] = ("messages", "events")

LEASE = 120
"""Seconds after which a subscription whose keeper died is taken up again."""

Key = tuple[int, int, str]
"""Tenant, user, resource."""
Proof = tuple[str, bytes, str]
"""Graph's id, the digest of the client state, and Entra's id of the tenant: what a true notification carries."""


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
    """Give what live subscriptions prove themselves by, in the order of Graph's ids; needs a `SYSTEM` transaction."""
    query = (
        select(Subscription.graph_id, Subscription.client_state_digest, Tenant.entra_id)
        .join(Tenant, Tenant.tenant_id == Subscription.tenant_id)
        .where(Subscription.graph_id > after, Subscription.state == "active")
        .order_by(Subscription.graph_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in await connection.execute(query)]


async def get_installation(connection: AsyncConnection, tenant_id: int) -> str:
    """Give the id of this installation for a tenant, made at the first call; a copy of the database shares it."""
    unnamed = update(Tenant).where(Tenant.tenant_id == tenant_id, Tenant.installation == "")
    await connection.execute(unnamed.values(installation=uuid.uuid4().hex))
    found: str | None = await connection.scalar(select(Tenant.installation).where(Tenant.tenant_id == tenant_id))
    return found or ""


async def want_subscriptions(connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]) -> None:
    """Ask for the subscriptions of mailboxes; those that are there, or already asked for, are left alone."""
    rows = [
        {"tenant_id": tenant_id, "user_id": user_id, "resource": resource}
        for user_id in user_ids
        for resource in RESOURCES
    ]
    await insert_ignoring(connection, Subscription, rows)
    unwanted = _of_users(tenant_id, user_ids) & (Subscription.state == "unwanted")
    await connection.execute(update(Subscription).where(unwanted).values(state="wanted", renew_at=0))
    wake(connection, "subscriptions")


async def unwant_subscriptions(connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]) -> None:
    """Ask for the end of the subscriptions of mailboxes; from now on their notifications are unknown ones."""
    unwanted = update(Subscription).where(_of_users(tenant_id, user_ids))
    await connection.execute(unwanted.values(state="unwanted", renew_at=0, failures=0))
    wake(connection, "subscriptions")


async def claim_subscriptions(connection: AsyncConnection, now: int, limit: int) -> Sequence[DueSubscription]:
    """Claim subscriptions that a call to Graph is due for; needs a `SYSTEM` transaction.

    Those of a tenant that does not let us in wait until it does.
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


async def set_client_state(connection: AsyncConnection, key: Key, digest: bytes) -> None:
    """Keep the digest of the client state before Graph hears of it: its first notification may come before its answer.

    The old subscription of this row, if any, is unknown from here on.
    """
    state = case((Subscription.state == "refused", "refused"), else_="wanted")
    values = {"client_state_digest": digest, "state": state, "graph_id": "", "expires_at": 0}
    await connection.execute(update(Subscription).where(_of_keys([key])).values(**values))


async def set_active(connection: AsyncConnection, key: Key, *, graph_id: str, expires_at: int, renew_at: int) -> None:
    """Record what Graph gave: its id, when it ends, and when we renew it."""
    values = {"graph_id": graph_id, "state": "active", "expires_at": expires_at, "renew_at": renew_at}
    active = update(Subscription).where(_of_keys([key]), Subscription.state != "unwanted")
    await connection.execute(active.values(**values, failures=0, reason=""))


async def set_failed(connection: AsyncConnection, key: Key, *, reason: str, retry_at: int) -> None:
    """Record why Graph refused, and when it is asked again."""
    failed = update(Subscription).where(_of_keys([key]))
    await connection.execute(failed.values(reason=reason, renew_at=retry_at, failures=Subscription.failures + 1))


async def set_refused(connection: AsyncConnection, key: Key, *, reason: str, retry_at: int) -> None:
    """Record that Microsoft does not let us subscribe: the mailbox is polled until it does."""
    refused = update(Subscription).where(_of_keys([key]), Subscription.state != "unwanted")
    values = {"state": "refused", "graph_id": "", "expires_at": 0, "reason": reason, "renew_at": retry_at}
    await connection.execute(refused.values(**values, failures=Subscription.failures + 1))


async def put_off_subscriptions(connection: AsyncConnection, tenant_id: int, until: int) -> None:
    """Make no call for any subscription of a tenant before then: Microsoft asked for it."""
    early = (Subscription.tenant_id == tenant_id) & (Subscription.renew_at < until)
    await connection.execute(update(Subscription).where(early).values(renew_at=until))


async def set_lost(connection: AsyncConnection, keys: Collection[Key]) -> None:
    """Record that Graph no longer has them: they are created anew at once."""
    for chunk in split(keys):
        lost = _of_keys(chunk) & (Subscription.state == "active")
        await connection.execute(update(Subscription).where(lost).values(state="wanted", graph_id="", renew_at=0))
        wake(connection, "subscriptions")


async def make_renewals_due(connection: AsyncConnection, keys: Collection[Key], now: int) -> None:
    """Renew as soon as possible: Graph asked for it. Asking again changes nothing until it is done."""
    for chunk in split(keys):
        due = _of_keys(chunk) & (Subscription.renew_at > now + LEASE)
        await connection.execute(update(Subscription).where(due).values(renew_at=now))
        wake(connection, "subscriptions")


async def delete_subscription(connection: AsyncConnection, key: Key) -> None:
    """Forget a subscription that Graph no longer has and nobody wants."""
    await connection.execute(delete(Subscription).where(_of_keys([key]), Subscription.state == "unwanted"))


@dataclass(frozen=True, slots=True)
class KeptSubscription:
    """A row of ours, as the audit compares it with Graph's list."""

    key: Key
    entra_user_id: str
    graph_id: str
    state: str


async def list_subscriptions(connection: Reading, tenant_id: int) -> Sequence[KeptSubscription]:
    """Give the subscriptions of a tenant."""
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
