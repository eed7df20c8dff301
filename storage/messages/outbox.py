"""The outbox of notices: rows written in the transaction of the event, claimed by a sender, and kept with the outcome.

A row is marked `sending` before its message is sent. If it still has that mark after a crash, the message may have been
delivered, so it is never sent again.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Select, and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.database import next_ids
from storage.engine.parameters import number, text
from storage.engine.prepared import Prepared
from storage.engine.wake import wake
from storage.models import Outbox

MOST_AT_ONCE: Final = 200
"""The most rows of one person that a sender claims at once."""
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
        _select_rows()
        .where(_of_user(tenant_id, user_id, "pending"), Outbox.due_at <= now)
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


async def mark_stuck_unknown(connection: AsyncConnection, now: int) -> int:
    """Mark rows that a dead sender left `sending` as unknown; needs the tenancy `SYSTEM`. Returns their number."""
    stuck = and_(Outbox.state == "sending", Outbox.due_at <= now - STUCK_AFTER)
    result = await connection.execute(update(Outbox).where(stuck).values(state="unknown", reason="interrupted"))
    return result.rowcount


async def count_messages_by_group(
    connection: AsyncConnection, tenant_id: int, user_id: int, since: int
) -> dict[str, int]:
    """Count the messages (not rows) of each group that were or may have been sent to a person since a time."""
    key = func.coalesce(func.nullif(Outbox.activity_id, ""), Outbox.group_key)
    query = (
        select(Outbox.group_key, func.count(key.distinct()))
        .where(
            Outbox.tenant_id == tenant_id,
            Outbox.user_id == user_id,
            Outbox.state.in_(("sent", "sending", "unknown")),
            Outbox.due_at >= since,
            Outbox.kind != "update",
        )
        .group_by(Outbox.group_key)
    )
    return {row[0]: row[1] for row in await connection.execute(query)}


_OF_KIND: Final = Prepared(
    select(Outbox.id)
    .where(Outbox.tenant_id == number("tenant_id"), Outbox.user_id == number("user_id"), Outbox.kind == text("kind"))
    .limit(1),
    is_quick=True,
)


async def has_notice(connection: AsyncConnection, tenant_id: int, user_id: int, kind: str) -> bool:
    """Return whether a person ever had a row of this kind."""
    return bool(await _OF_KIND.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id, "kind": kind}))


async def delete_pending(
    connection: AsyncConnection, tenant_id: int, user_id: int, kinds: Collection[str], entity_id: int, *, now: int
) -> None:
    """Take back what was to be said to a person of an entity, and was not yet."""
    unsaid = _of_user(tenant_id, user_id, "pending"), Outbox.kind.in_(kinds), Outbox.entity_id == entity_id
    values = {"state": "dropped", "due_at": now, "reason": "taken_back"}
    await connection.execute(update(Outbox).where(*unsaid).values(**values))


async def list_notified(
    connection: AsyncConnection, tenant_id: int, kind: str, entity_ids: Collection[int]
) -> set[tuple[int, int]]:
    """Return the pairs (user, entity) with a notice of these entities that was, may have been or will be sent."""
    told: set[tuple[int, int]] = set()
    for ids in split(entity_ids):
        query = select(Outbox.user_id, Outbox.entity_id).where(
            Outbox.tenant_id == tenant_id,
            Outbox.kind == kind,
            Outbox.entity_id.in_(ids),
            Outbox.state.in_(("pending", "sending", "sent", "unknown")),
        )
        told.update((row.user_id, row.entity_id) for row in await connection.execute(query))
    return told


@dataclass(frozen=True, slots=True)
class Message:
    """A sent message: its reader, its conversation, and its rows."""

    user_id: int
    conversation_id: str
    activity_id: str


async def list_messages_about(connection: AsyncConnection, tenant_id: int, kind: str, entity_id: int) -> list[Message]:
    """Return the messages that said something of this kind about this entity."""
    query = (
        select(Outbox.user_id, Outbox.conversation_id, Outbox.activity_id)
        .where(Outbox.tenant_id == tenant_id, Outbox.kind == kind, Outbox.entity_id == entity_id)
        .where(Outbox.state == "sent", Outbox.activity_id != "")
        .distinct()
    )
    return [Message(*row) for row in await connection.execute(query)]


async def list_rows_of(
    connection: AsyncConnection, tenant_id: int, user_id: int, activity_id: str
) -> list[ClaimedNotice]:
    """Return the rows that one message said, to draw it again."""
    query = _select_rows().where(_of_user(tenant_id, user_id, "sent"), Outbox.activity_id == activity_id)
    return [
        ClaimedNotice(*row)
        for row in await connection.execute(query.where(Outbox.kind != "update").order_by(Outbox.id))
    ]


async def list_pending_updates(connection: AsyncConnection, tenant_id: int, user_id: int) -> set[str]:
    """Return the ids of a person's messages that are about to be drawn again."""
    query = select(Outbox.group_key).where(_of_user(tenant_id, user_id, "pending"), Outbox.kind == "update")
    return set(await connection.scalars(query))


def _select_rows() -> Select[Any]:
    return select(
        Outbox.id, Outbox.kind, Outbox.entity_id, Outbox.group_key, Outbox.payload, Outbox.attempts, Outbox.created_at
    )


def _of_user(tenant_id: int, user_id: int, state: str) -> Any:
    return and_(Outbox.tenant_id == tenant_id, Outbox.user_id == user_id, Outbox.state == state)


def _of_ids(tenant_id: int, ids: Collection[int]) -> Any:
    return and_(Outbox.tenant_id == tenant_id, Outbox.id.in_(ids))
