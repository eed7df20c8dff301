"""Conversation references as activities bring them: written when they change, reachable again when somebody writes."""

import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Final

import msgspec

from bot.teams.incoming import Incoming
from storage.engine.database import Database
from storage.messages.conversations import Reference, get_conversation, set_conversation, set_unreachable

MOST_KEPT: Final = 50_000
GOOD_FOR: Final = 30.0
"""Seconds after which the row is read again: another process may have found the person unreachable since."""


class References:
    """Remembers what is stored, so that an ordinary turn neither reads nor writes a reference."""

    def __init__(self, database: Database, now: Callable[[], int], clock: Callable[[], float] = time.monotonic) -> None:
        self._database = database
        self._now = now
        self._clock = clock
        self._stored: OrderedDict[tuple[int, str], tuple[int, float]] = OrderedDict()

    async def keep(self, reference: Reference) -> bool:
        """Store a reference that differs from the stored one; True where the conversation was not known before."""
        key = (reference.tenant_id, reference.conversation_id)
        fingerprint = hash(msgspec.json.encode((reference.user_id, reference.service_url, reference.reference)))
        known, read_at = self._stored.get(key, (None, 0.0))
        if known == fingerprint and self._clock() - read_at < GOOD_FOR:
            return False
        is_new = await self._store(reference)
        self._stored[key] = (fingerprint, self._clock())
        if len(self._stored) > MOST_KEPT:
            self._stored.popitem(last=False)
        return is_new

    async def _store(self, reference: Reference) -> bool:
        tenant_id = reference.tenant_id
        async with self._database.reading(tenant_id) as connection:
            stored = await get_conversation(connection, tenant_id, reference.conversation_id)
        if stored == reference:
            return False
        async with self._database.writing(tenant_id) as connection:
            return await set_conversation(connection, reference, self._now())

    async def mark_unreachable(self, tenant_id: int, conversation_id: str, reason: str) -> None:
        """Note that nothing gets through there until the person writes again."""
        self._stored.pop((tenant_id, conversation_id), None)
        async with self._database.writing(tenant_id) as connection:
            await set_unreachable(connection, tenant_id, conversation_id, reason, self._now())


def read_reference(incoming: Incoming, tenant_id: int, user_id: int) -> Reference | None:
    """Return where this activity came from; a person's alone in a personal chat, nobody's in a group."""
    conversation, person = incoming.conversation, incoming.from_
    if conversation is None or not conversation.id or not incoming.service_url:
        return None
    reference = _describe(incoming, msgspec.to_builtins(conversation))
    if not incoming.is_own_chat or person is None:
        return Reference(tenant_id, conversation.id, None, incoming.service_url, reference)
    reference |= {"user": {"id": person.id, "aadObjectId": person.aad_object_id}, "locale": incoming.locale}
    return Reference(tenant_id, conversation.id, user_id, incoming.service_url, reference)


def read_unopened_chat(incoming: Incoming, tenant_id: int, user_id: int) -> Reference | None:
    """Return a personal chat that is still to be opened, with the person who speaks in a group."""
    conversation, person = incoming.conversation, incoming.from_
    if conversation is None or person is None or not incoming.service_url:
        return None
    reference = _describe(incoming, {"conversationType": "personal", "tenantId": conversation.tenant_id})
    reference["user"] = {"id": person.id, "aadObjectId": person.aad_object_id}
    return Reference(tenant_id, "", user_id, incoming.service_url, reference)


def _describe(incoming: Incoming, conversation: dict[str, Any]) -> dict[str, Any]:
    bot = msgspec.to_builtins(incoming.recipient)
    return {"channelId": incoming.channel_id, "bot": bot, "conversation": conversation}
