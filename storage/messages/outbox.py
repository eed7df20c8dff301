"""The outbox of notices: rows written in the transaction of the event, claimed by a sender, and kept with the outcome.

A row is marked `sending` before its message is sent. If it still has that mark after a crash, the message may have been
delivered, so it is never sent again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import next_ids
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.models import Outbox

MOST_AT_ONCE: Final = 200
"""The most rows of one person that a sender claims at once."""
HOURS_CHANGED: Final = "hours_changed"
"""The reason of rows whose time is to be decided anew."""
STUCK_AFTER: Final = 120
"""Seconds after which a row that is still `sending` becomes `unknown`."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A row to be written."""

    user_id: int
    kind: str
    due_at: int
    entity_id: int = 0
    group_key: str = ""
    payload: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClaimedNotice:
    """A row as a sender takes it up."""

    id: int
    kind: str
    entity_id: int
    group_key: str
    payload: Mapping[str, Any]
    attempts: int
    created_at: int
    is_undecided: bool = False
    """It is looked at only because the hours have changed."""


async def add_notices(connection: AsyncConnection, tenant_id: int, notices: Sequence[NewNotice], now: int) -> None:
    """Write rows, and wake the senders after the commit."""
    ids = await next_ids(connection, Outbox, tenant_id, len(notices))
    rows = [
        {
            "tenant_id": tenant_id,
            "id": number,
            "user_id": notice.user_id,
            "kind": notice.kind,
            "entity_id": notice.entity_id,
            "group_key": notice.group_key,
            "payload": dict(notice.payload),
            "due_at": notice.due_at,
            "created_at": now,
        }
        for number, notice in zip(ids, notices, strict=True)
    ]
    if rows:
        await connection.execute(insert(Outbox), rows)
        wake(connection, "outbox")


async def list_due_people(connection: Reading, now: int, limit: int) -> list[tuple[int, int]]:
    """Return the people (tenant, user) with due rows, the longest due first; needs the tenancy `SYSTEM`."""
    due = (
        select(Outbox.tenant_id, Outbox.user_id)
        .where(Outbox.state == "pending", Outbox.due_at <= now)
        .group_by(Outbox.tenant_id, Outbox.user_id)
        .order_by(func.min(Outbox.due_at))
        .limit(limit)
    )
    return [(row.tenant_id, row.user_id) for row in await connection.execute(due)]


async def get_next_due_at(connection: Reading) -> int | None:
    """Return the time at which the next row is due, or None; needs the tenancy `SYSTEM`."""
    return await connection.scalar(select(func.min(Outbox.due_at)).where(Outbox.state == "pending"))


async def claim_notices(connection: AsyncConnection, tenant_id: int, user_id: int, now: int) -> list[ClaimedNotice]:
    """Claim the due rows of one person, except those that another sender has claimed."""
    due = (
        select_rows()
        .where(of_user(tenant_id, user_id, "pending"), Outbox.due_at <= now)
        .order_by(Outbox.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    return [ClaimedNotice(*row) for row in await connection.execute(due)]


async def set_state(
    connection: AsyncConnection, tenant_id: int, ids: Collection[int], state: str, *, now: int, reason: str = ""
) -> None:
    """Set the state of rows: `sending`, `unknown`, `failed` or `dropped`."""
    values = {"state": state, "due_at": now, "reason": reason}
    await connection.execute(update(Outbox).where(_of_ids(tenant_id, ids)).values(**values))


async def set_sent(
    connection: AsyncConnection,
    tenant_id: int,
    ids: Collection[int],
    *,
    conversation_id: str,
    activity_id: str,
    now: int,
) -> None:
    """Record in which message rows were said."""
    values = {"state": "sent", "sent_at": now, "conversation_id": conversation_id, "activity_id": activity_id}
    await connection.execute(update(Outbox).where(_of_ids(tenant_id, ids)).values(**values, reason=""))


async def postpone(
    connection: AsyncConnection,
    tenant_id: int,
    ids: Collection[int],
    due_at: int,
    *,
    reason: str = "",
    is_attempt: bool = False,
    group_key: str | None = None,
) -> None:
    """Postpone rows; `group_key` puts them into one message with others, `is_attempt` counts an attempt."""
    values: dict[str, Any] = {"state": "pending", "due_at": due_at, "reason": reason}
    if is_attempt:
        values["attempts"] = Outbox.attempts + 1
    if group_key is not None:
        values["group_key"] = group_key
    await connection.execute(update(Outbox).where(_of_ids(tenant_id, ids)).values(**values))


async def decide_times_anew(
    connection: AsyncConnection, tenant_id: int, now: int, *, user_id: int | None = None
) -> None:
    """Have a sender decide when what waits for hours is said, a firm's or a person's; what failed waits on."""
    waits = and_(Outbox.tenant_id == tenant_id, Outbox.state == "pending", Outbox.due_at > now, Outbox.reason == "")
    if user_id is not None:
        waits = and_(waits, Outbox.user_id == user_id)
    await lock_in_order(connection, Outbox, waits)
    await connection.execute(update(Outbox).where(waits).values(due_at=now, reason=HOURS_CHANGED))
    wake(connection, "outbox")


async def mark_stuck_unknown(connection: AsyncConnection, now: int) -> int:
    """Mark rows that a dead sender left `sending` as unknown; needs the tenancy `SYSTEM`. Returns their number."""
    stuck = and_(Outbox.state == "sending", Outbox.due_at <= now - STUCK_AFTER)
    await lock_in_order(connection, Outbox, stuck)
    result = await connection.execute(update(Outbox).where(stuck).values(state="unknown", reason="interrupted"))
    return result.rowcount


async def delete_pending(
    connection: AsyncConnection, tenant_id: int, user_id: int, kinds: Collection[str], entity_id: int, *, now: int
) -> None:
    """Take back what was to be said to a person of an entity, and was not yet."""
    unsaid = of_user(tenant_id, user_id, "pending"), Outbox.kind.in_(kinds), Outbox.entity_id == entity_id
    await lock_in_order(connection, Outbox, *unsaid)
    values = {"state": "dropped", "due_at": now, "reason": "taken_back"}
    await connection.execute(update(Outbox).where(*unsaid).values(**values))


async def set_payload(connection: AsyncConnection, tenant_id: int, row_id: int, payload: Mapping[str, Any]) -> None:
    """Let a row say something newer."""
    await connection.execute(update(Outbox).where(_of_ids(tenant_id, [row_id])).values(payload=dict(payload)))


def select_rows() -> Select[Any]:
    """Select rows as `ClaimedNotice` has them."""
    columns = (Outbox.id, Outbox.kind, Outbox.entity_id, Outbox.group_key, Outbox.payload, Outbox.attempts)
    return select(*columns, Outbox.created_at, Outbox.reason == HOURS_CHANGED)


def of_user(tenant_id: int, user_id: int, state: str) -> Any:
    """Return the condition that a row is for a person, and in a state."""
    return and_(Outbox.tenant_id == tenant_id, Outbox.user_id == user_id, Outbox.state == state)


def _of_ids(tenant_id: int, ids: Collection[int]) -> Any:
    return and_(Outbox.tenant_id == tenant_id, Outbox.id.in_(ids))
