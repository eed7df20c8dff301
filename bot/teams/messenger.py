"""What is said unasked: a message into a person's own chat, and cards that are put in the place of older ones."""

import contextlib

import msgspec
from botbuilder.schema import Activity, ChannelAccount, ConversationAccount

from bot.metrics import SENDS
from bot.notices import Sent
from bot.teams.connector import Connector
from bot.teams.errors import GoneError, SendError, UnreachableError
from bot.teams.outgoing import Outgoing, encode, say_card
from bot.teams.references import References
from bot.turn import Card
from storage.engine.database import Database
from storage.messages.conversations import Reference, delete_conversation, get_conversation, get_personal_conversation


class TeamsMessenger:
    """Speaks to people through their stored conversations; what Teams or the network does becomes a `Sent`."""

    def __init__(self, database: Database, connector: Connector, references: References) -> None:
        self._database = database
        self._connector = connector
        self._references = references

    async def send(self, tenant_id: int, user_id: int, card: Card, summary: str) -> Sent:
        """Send a card to the person's own chat; a conversation that is no more is opened anew, once."""
        return await self.send_activity(tenant_id, user_id, say_card(card, summary))

    async def send_activity(
        self, tenant_id: int, user_id: int, activity: Outgoing, *, met: Reference | None = None
    ) -> Sent:
        """Send any message to the person's own chat; `met` is where else they were just met, should there be none."""
        place = await self._find_chat(tenant_id, user_id) or met
        if place is None:
            return _count(Sent("unmet", reason="no_conversation"))
        if not place.is_reachable:
            return _count(Sent("unreachable", place.conversation_id, reason=place.reason))
        activity.channel_data = {"notification": {"alert": True}}
        sent = await self._try(place, activity)
        if sent.outcome == "unreachable":
            other = await self._find_chat(tenant_id, user_id)
            if other is not None and other.is_reachable:
                sent = await self._try(other, activity)
        return _count(sent)

    async def update(self, tenant_id: int, conversation_id: str, activity_id: str, card: Card, summary: str) -> Sent:
        """Put a card in the place of one that was sent."""
        async with self._database.reading(tenant_id) as connection:
            place = await get_conversation(connection, tenant_id, conversation_id)
        if place is None:
            return Sent("gone", conversation_id, activity_id)
        body = encode(_address(say_card(card, summary), place))
        tenant = _tenant_of(place)
        try:
            await self._connector.update(place.service_url, conversation_id, activity_id, body, tenant=tenant)
        except SendError as error:
            return await self._explain(place, error)
        return Sent("sent", conversation_id, activity_id)

    async def _find_chat(self, tenant_id: int, user_id: int) -> Reference | None:
        async with self._database.reading(tenant_id) as connection:
            return await get_personal_conversation(connection, tenant_id, user_id)

    async def _try(self, place: Reference, activity: Outgoing) -> Sent:
        try:
            return await self._send(place, activity)
        except SendError as error:
            return await self._explain(place, error)

    async def _send(self, place: Reference, activity: Outgoing) -> Sent:
        if place.conversation_id:
            with contextlib.suppress(GoneError):
                return await self._send_to(place, activity)
        return await self._send_to(await self._open_anew(place), activity)

    async def _send_to(self, place: Reference, activity: Outgoing) -> Sent:
        body = encode(_address(activity, place))
        sent = await self._connector.send(
            place.service_url, place.conversation_id, body, tenant=_tenant_of(place), is_paced=True
        )
        return Sent("sent", place.conversation_id, sent)

    async def _open_anew(self, place: Reference) -> Reference:
        """Open the chat again with the same person, and keep the new reference in the place of the old one (F52)."""
        body = _encode_opening(place)
        tenant = _tenant_of(place)
        opened = await self._connector.open_conversation(place.service_url, body, tenant=tenant)
        if not opened:
            raise GoneError(404)
        conversation = {**place.reference["conversation"], "id": opened}
        fresh = Reference(
            place.tenant_id, opened, place.user_id, place.service_url, {**place.reference, "conversation": conversation}
        )
        if opened != place.conversation_id:
            async with self._database.writing(place.tenant_id) as connection:
                await delete_conversation(connection, place.tenant_id, place.conversation_id)
            await self._references.keep(fresh)
        return fresh

    async def _explain(self, place: Reference, error: SendError) -> Sent:
        if isinstance(error, UnreachableError):
            await self._references.mark_unreachable(place.tenant_id, place.conversation_id, error.reason)
        return Sent(error.outcome, place.conversation_id, retry_after=error.retry_after, reason=error.reason)


def _encode_opening(place: Reference) -> bytes:
    """Write the request that opens a personal chat with the person of a reference."""
    activity = {
        "bot": place.reference["bot"],
        "members": [place.reference["user"]],
        "isGroup": False,
        "tenantId": _tenant_of(place),
        "channelData": {"tenant": {"id": _tenant_of(place)}},
    }
    return msgspec.json.encode(activity)


def _address(activity: Outgoing, place: Reference) -> Activity:
    """Fill in from whom, to whom and where."""
    bot, user = place.reference["bot"], place.reference.get("user")
    conversation = place.reference["conversation"]
    activity.from_property = ChannelAccount(id=bot.get("id"), name=bot.get("name"))
    if user:
        activity.recipient = ChannelAccount(id=user.get("id"), aad_object_id=user.get("aadObjectId"))
    activity.conversation = ConversationAccount(
        id=place.conversation_id,
        conversation_type=conversation.get("conversationType"),
        tenant_id=conversation.get("tenantId"),
    )
    activity.channel_id = place.reference.get("channelId")
    activity.service_url = place.service_url
    return activity


def _tenant_of(place: Reference) -> str:
    tenant: str = place.reference["conversation"].get("tenantId") or ""
    return tenant


def _count(sent: Sent) -> Sent:
    SENDS.labels(sent.outcome).inc()
    return sent
