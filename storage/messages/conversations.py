"""Store conversation references, which the bot needs to send messages; written only when they change."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.parameters import number, text
from storage.engine.prepared import Prepared
from storage.models import Conversation


@dataclass(frozen=True, slots=True)
class Reference:
    """A conversation of one tenant; `user_id` is the person of a personal chat, None in a group or a channel."""

    tenant_id: int
    conversation_id: str
    user_id: int | None
    service_url: str
    reference: Mapping[str, Any]
    """As Bot Framework writes it: `bot`, `user`, `conversation`, `channelId`, `locale`."""
    is_reachable: bool = True
    reason: str = ""


_COLUMNS = (
    Conversation.tenant_id,
    Conversation.conversation_id,
    Conversation.user_id,
    Conversation.service_url,
    Conversation.reference,
    Conversation.is_reachable,
    Conversation.reason,
)
_SELECT: Any = select(*_COLUMNS).where(Conversation.tenant_id == number("tenant_id"))
_ONE: Final = Prepared(_SELECT.where(Conversation.conversation_id == text("conversation_id")), is_quick=True)
_IS_OWN: Final = func.substr(Conversation.conversation_id, literal_column("1"), literal_column("3")) != literal_column(
    "'19:'"
)
"""Prefix of the ids of chats with two or more people, which an earlier release stored as personal chats."""
_OF_USER: Final = Prepared(
    _SELECT.where(Conversation.user_id == number("user_id"), _IS_OWN)
    .order_by(Conversation.is_reachable.desc(), Conversation.updated_at.desc(), Conversation.conversation_id)
    .limit(literal_column("1")),
    is_quick=True,
)


async def get_conversation(connection: Reading, tenant_id: int, conversation_id: str) -> Reference | None:
    """Return one conversation, or None."""
    return _read(await _ONE.fetch(connection, {"tenant_id": tenant_id, "conversation_id": conversation_id}))


async def get_personal_conversation(connection: Reading, tenant_id: int, user_id: int) -> Reference | None:
    """Return the latest personal chat with a user, reachable ones first, or None."""
    return _read(await _OF_USER.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id}))


async def get_service_url(connection: AsyncConnection, tenant_id: int) -> str:
    """Return the latest service URL of Teams for a tenant, or an empty text."""
    newest = select(Conversation.service_url).where(Conversation.tenant_id == tenant_id)
    return await connection.scalar(newest.order_by(Conversation.updated_at.desc()).limit(1)) or ""


async def set_conversation(connection: AsyncConnection, conversation: Reference, at: int) -> bool:
    """Store a conversation as reachable; return whether it is new."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    tenant_id, conversation_id = conversation.tenant_id, conversation.conversation_id
    values = {
        "user_id": conversation.user_id,
        "service_url": conversation.service_url,
        "reference": dict(conversation.reference),
        "is_reachable": True,
        "reason": "",
        "updated_at": at,
    }
    new = dialect.insert(Conversation).values(tenant_id=tenant_id, conversation_id=conversation_id, **values)
    added = await connection.execute(new.on_conflict_do_nothing())
    if added.rowcount:
        return True
    await connection.execute(_where(update(Conversation), tenant_id, conversation_id).values(**values))
    return False


async def set_unreachable(
    connection: AsyncConnection, tenant_id: int, conversation_id: str, reason: str, at: int
) -> None:
    """Mark a conversation as unreachable until the person writes or installs the app again; `reason` is a code."""
    statement = _where(update(Conversation), tenant_id, conversation_id)
    await connection.execute(statement.values(is_reachable=False, reason=reason, updated_at=at))


async def delete_conversation(connection: AsyncConnection, tenant_id: int, conversation_id: str) -> None:
    """Forget a conversation that is no more."""
    await connection.execute(_where(delete(Conversation), tenant_id, conversation_id))


def _where(statement: Any, tenant_id: int, conversation_id: str) -> Any:
    return statement.where(Conversation.tenant_id == tenant_id, Conversation.conversation_id == conversation_id)


def _read(rows: Sequence[Any]) -> Reference | None:
    if not rows:
        return None
    tenant_id, conversation_id, user_id, service_url, reference, is_reachable, reason = rows[0]
    return Reference(tenant_id, conversation_id, user_id, service_url, reference, is_reachable, reason)
