"""Lease due mailboxes to workers, in a fair order among firms and within each firm."""

import heapq
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Text, and_, cast, exists, func, literal_column, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import update_rows
from storage.engine.chunks import CHUNK
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import Mailbox, Subscription, Tenant, User
from storage.queue.mailboxes import LEASE, Lease

_NOW: Final = number("now")
_ARE_DUE: Final = (Mailbox.due_at <= _NOW, Mailbox.leased_until <= _NOW, Mailbox.not_before <= _NOW)
_LOST: Final = Prepared(
    select(Mailbox.tenant_id, Mailbox.user_id)
    .where(Mailbox.due_at.is_(None), Mailbox.leased_until > 0, Mailbox.leased_until <= _NOW, Mailbox.state != "stopped")
    .limit(CHUNK)
    .with_for_update(skip_locked=True)
)
_held = (
    select(Mailbox.tenant_id, func.count().label("count"))
    .where(Mailbox.leased_until > _NOW)
    .group_by(Mailbox.tenant_id)
    .subquery()
)
_IN_HAND: Final = Prepared(
    select(Tenant.tenant_id, func.coalesce(_held.c.count, 0))
    .outerjoin(_held, _held.c.tenant_id == Tenant.tenant_id)
    .where(Tenant.state == "active", exists().where(Mailbox.tenant_id == Tenant.tenant_id, *_ARE_DUE))
)
"""The active tenants with due mailboxes, each with the number of its leased ones."""
_TAKEN: Final = ("leased_until = ?", "fencing = ?", "due_at = ?")


def _prepare_due(*states: str) -> Prepared:
    """Select the longest due mailboxes of a tenant, with their next fencing number."""
    mailbox, tenant = Mailbox, Tenant
    own = and_(Subscription.tenant_id == mailbox.tenant_id, Subscription.user_id == mailbox.user_id)
    is_refused = exists().where(own, Subscription.state == "refused")
    return Prepared(
        select(
            *(mailbox.tenant_id, mailbox.user_id, tenant.entra_id, User.entra_id, mailbox.fencing + 1, mailbox.state),
            *(mailbox.failures, mailbox.first_success_at),
            *(cast(tenant.domains, Text), tenant.contact_rule, tenant.keeps_subjects),
            *(
                tenant.kept_from,
                tenant.retention_days,
                User.address + " " + User.aliases,
                mailbox.last_news_at,
                is_refused,
            ),
        )
        .join(tenant, tenant.tenant_id == mailbox.tenant_id)
        .join(User, (User.tenant_id == mailbox.tenant_id) & (User.id == mailbox.user_id))
        .where(mailbox.tenant_id == number("tenant_id"), *_ARE_DUE)
        .where(mailbox.state.in_([literal_column(f"'{state}'") for state in states]))
        .order_by(mailbox.due_at)
        .limit(number("places"))
        .with_for_update(skip_locked=True, of=mailbox)
    )


_SYNCED_DUE: Final = _prepare_due("current", "retrying", "forbidden", "skipped")
_UNSYNCED_DUE: Final = _prepare_due("new", "syncing")
"""Before the end of a first sync."""


async def claim_mailboxes(connection: AsyncConnection, now: int, limit: int) -> list[Lease]:
    """Lease up to `limit` due mailboxes; needs a `SYSTEM` transaction.

    Each lease goes to the firm with the fewest leased mailboxes, so that no firm waits for a larger one. Within a firm,
    mailboxes that were synced before come first, then the longest due. A mailbox whose worker died becomes due when its
    lease ends. Mailboxes of inactive firms are not leased.
    """
    await _recover(connection, now)
    found: list[Lease] = []
    in_hand = dict(await _IN_HAND.fetch(connection, {"now": now}))
    while len(found) < limit:
        shares = distribute_places(in_hand, limit - len(found))
        if not shares:
            break
        for tenant_id, share in shares.items():
            taken = await _take(connection, tenant_id, share, now)
            found += taken
            in_hand[tenant_id] += len(taken)
            if len(taken) < share:  # it has no more
                del in_hand[tenant_id]
    return found


def distribute_places(in_hand: Mapping[int, int], places: int) -> dict[int, int]:
    """Distribute places among tenants, each to the one with the fewest at that point."""
    waiting = [(count, tenant_id) for tenant_id, count in in_hand.items()]
    heapq.heapify(waiting)
    shares: Counter[int] = Counter()
    for _ in range(places if waiting else 0):
        count, tenant_id = waiting[0]
        shares[tenant_id] += 1
        heapq.heapreplace(waiting, (count + 1, tenant_id))
    return dict(shares)


async def _recover(connection: AsyncConnection, now: int) -> None:
    """Make mailboxes with an expired lease due, because their worker has died."""
    found = [tuple(row) for row in await _LOST.fetch(connection, {"now": now})]
    if found:
        these = tuple_(Mailbox.tenant_id, Mailbox.user_id).in_(found)
        await connection.execute(update(Mailbox).where(these).values(due_at=Mailbox.leased_until))


async def _take(connection: AsyncConnection, tenant_id: int, limit: int, now: int) -> list[Lease]:
    found: list[Lease] = []
    for due in (_SYNCED_DUE, _UNSYNCED_DUE):
        rows = await due.fetch(connection, {"tenant_id": tenant_id, "now": now, "places": limit - len(found)})
        found += [_make_lease(row) for row in rows]
        if len(found) == limit:
            break
    taken = [(lease.tenant_id, lease.user_id, now + LEASE, lease.fencing, None) for lease in found]
    await update_rows(connection, Mailbox, ("tenant_id", "user_id"), _TAKEN, taken)
    return found


def _make_lease(row: Sequence[Any]) -> Lease:
    *plain, domains, rule, keeps_subjects, kept_from, days, addresses, last_news_at, is_refused = row
    rules = (tuple(json.loads(domains)), rule, bool(keeps_subjects), kept_from, days)
    return Lease(*(*plain, *rules, tuple(addresses.lower().split()), last_news_at, bool(is_refused)))
