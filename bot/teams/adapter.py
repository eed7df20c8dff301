"""The SDK's adapter over our own connector: it builds the turn, and nothing of it reaches the network by itself."""

from typing import Any, Self

import msgspec
from botbuilder.core import CloudAdapterBase, InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ChannelAccount,
    ConversationAccount,
    DeliveryModes,
    ResourceResponse,
)
from botframework.connector.auth import AuthenticateRequestResult, ClaimsIdentity

from bot.teams.authentication import Caller
from bot.teams.connector import Connector
from bot.teams.incoming import Account, Incoming
from bot.teams.outgoing import describe, encode


class Arrival(ClaimsIdentity):  # type: ignore[misc]  # botbuilder has no types
    """Who called, and the activity as we read it; the SDK carries it through the turn."""

    def __init__(self, caller: Caller, incoming: Incoming) -> None:
        super().__init__(dict(caller.token.claims) if caller.token else {}, caller.token is not None)
        self.caller = caller
        self.incoming = incoming
        self.is_late = False
        """The HTTP request was answered before the turn was done."""


def get_arrival(context: TurnContext) -> Arrival:
    """Return what arrived in this turn."""
    arrival: Arrival = context.turn_state[CloudAdapterBase.BOT_IDENTITY_KEY]
    return arrival


class TeamsAdapter(CloudAdapterBase):  # type: ignore[misc]  # the same
    """Runs the SDK's pipeline for activities that were authenticated before."""

    def __init__(self, connector: Connector) -> None:
        super().__init__(_NoUserTokens())
        self._factory = _ConnectorFactory(connector)

    async def run(self, arrival: Arrival, logic: Any) -> InvokeResponse | None:
        """Run one turn; an invoke and `expectReplies` have an answer in JSON, anything else has None."""
        result = AuthenticateRequestResult()
        result.claims_identity = arrival
        result.connector_factory = self._factory
        return await self.process_activity(result, _build_activity(arrival.incoming), logic)

    def _create_turn_context(self, *parts: Any) -> "_Turn":
        context = super()._create_turn_context(*parts)
        turn = _Turn(context)
        turn.turn_state.update(context.turn_state)
        return turn

    def _process_turn_results(self, context: TurnContext) -> InvokeResponse | None:
        """Answer as the SDK does, without its serializer, and an invoke always as an invoke."""
        if context.activity.type == ActivityTypes.invoke:
            sent = context.turn_state.get(self._INVOKE_RESPONSE_KEY)
            return sent.value if sent else InvokeResponse(status=501)
        if context.activity.delivery_mode == DeliveryModes.expect_replies:
            replies = [describe(activity) for activity in context.buffered_reply_activities]
            return InvokeResponse(status=200, body={"activities": replies})
        return None


class _Turn(TurnContext):  # type: ignore[misc]  # the same
    """The SDK's turn, which leaves no circle of references behind.

    `TurnContext._emit` defines a function that knows itself: with it every card waits for the garbage collector.
    """

    async def _emit(self, plugins: Any, arg: Any, logic: Any) -> Any:
        return await (super()._emit(plugins, arg, logic) if plugins else logic)


class _NoUserTokens:
    """The part of `BotFrameworkAuthentication` that `process_activity` asks for: we sign nobody in through the bot."""

    async def create_user_token_client(self, _identity: ClaimsIdentity) -> None:
        return None


class _ConnectorFactory:
    def __init__(self, connector: Connector) -> None:
        self._connector = connector

    async def create(self, service_url: str, _audience: str | None) -> "_ConnectorClient":
        return _ConnectorClient(self._connector, service_url)


class _ConnectorClient:
    """The few calls of the SDK's `ConnectorClient` that an adapter makes."""

    def __init__(self, connector: Connector, service_url: str) -> None:
        self.conversations = _Conversations(connector, service_url)


class _Conversations(msgspec.Struct):
    connector: Connector
    service_url: str

    async def send_to_conversation(self, conversation_id: str, activity: Activity) -> ResourceResponse:
        return await self._send(conversation_id, "", activity)

    async def reply_to_activity(self, conversation_id: str, reply_to: str, activity: Activity) -> ResourceResponse:
        return await self._send(conversation_id, reply_to, activity)

    async def update_activity(self, conversation_id: str, activity_id: str, activity: Activity) -> ResourceResponse:
        tenant = activity.conversation.tenant_id or ""
        body = encode(activity)
        await self.connector.update(self.service_url, conversation_id, activity_id, body, tenant=tenant)
        return ResourceResponse(id=activity_id)

    async def _send(self, conversation_id: str, reply_to: str, activity: Activity) -> ResourceResponse:
        tenant = activity.conversation.tenant_id or ""
        body = encode(activity)
        sent = await self.connector.send(self.service_url, conversation_id, body, reply_to=reply_to, tenant=tenant)
        return ResourceResponse(id=sent)


def _build_activity(incoming: Incoming) -> Activity:
    """Give the SDK what it and its conversation reference need; commands read `Incoming`."""
    conversation = incoming.conversation
    return Activity(
        type=incoming.type,
        id=incoming.id,
        channel_id=incoming.channel_id,
        service_url=incoming.service_url,
        from_property=_build_account(incoming.from_),
        recipient=_build_account(incoming.recipient),
        conversation=_Place(
            id=conversation.id,
            conversation_type=conversation.conversation_type,
            tenant_id=conversation.tenant_id,
            is_group=conversation.is_group,
        )
        if conversation
        else None,
        name=incoming.name,
        action=incoming.action,
        text=incoming.text,
        locale=incoming.locale,
        value=incoming.value,
        reply_to_id=incoming.reply_to_id,
        delivery_mode=incoming.delivery_mode,
    )


class _Account(ChannelAccount):  # type: ignore[misc]  # the same
    """The SDK copies who speaks for every reply; nobody changes it."""

    def __copy__(self) -> Self:
        return self


class _Place(ConversationAccount):  # type: ignore[misc]  # the same
    """The same for where it is said."""

    def __copy__(self) -> Self:
        return self


def _build_account(account: Account | None) -> ChannelAccount | None:
    if account is None:
        return None
    return _Account(id=account.id, name=account.name, aad_object_id=account.aad_object_id, role=account.role)
