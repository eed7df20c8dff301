"""What was said to whom, or is about to be: read from the rows of the outbox, which are kept with their outcome."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.parameters import number, text
from storage.engine.prepared import Prepared
from storage.messages.outbox import ClaimedNotice, of_user, select_rows
from storage.models import Outbox


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
    query = select_rows().where(of_user(tenant_id, user_id, "sent"), Outbox.activity_id == activity_id)
    return [
        ClaimedNotice(*row)
        for row in await connection.execute(query.where(Outbox.kind != "update").order_by(Outbox.id))
    ]


async def hold_pending_updates(
    connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]
) -> dict[tuple[int, str], int]:
    """Hold the rows by which messages are about to be drawn again, and return them by person and group.

    Left out are those that a sender has in hand, or another change: nobody waits for either.
    """
    held: dict[tuple[int, str], int] = {}
    for ids in split(sorted(user_ids)):
        of_users = Outbox.tenant_id == tenant_id, Outbox.user_id.in_(ids), Outbox.state == "pending"
        query = select(Outbox.user_id, Outbox.group_key, Outbox.id).where(*of_users, Outbox.kind == "update")
        rows = await connection.execute(query.order_by(Outbox.id).with_for_update(skip_locked=True))
        held |= {(row[0], row[1]): row[2] for row in rows}
    return held
