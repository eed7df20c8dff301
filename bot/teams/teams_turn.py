"""One turn in Teams: who asks, what the door answers, and how that gets back to them."""

import asyncio
from dataclasses import replace
from typing import get_args

import structlog
from botbuilder.core import TurnContext
from botbuilder.schema import DeliveryModes

from bot.cards.sharing import VERB as SHARED
from bot.door import Caller
from bot.errors import ForbiddenError
from bot.failpoints import reach
from bot.language import choose_language, say
from bot.metrics import SENDS, TURNS
from bot.teams.adapter import get_arrival
from bot.teams.caller import admit
from bot.teams.errors import RejectedError, SendError
from bot.teams.idempotency import Claim
from bot.teams.outgoing import Outgoing, offer_file, say_card, say_text
from bot.teams.references import read_reference, read_unopened_chat
from bot.teams.services import TeamsServices
from bot.turn import Ask, Circle, Language, Reply, Surface
from storage.engine.rls import SYSTEM
from storage.firm.users import KnownUser

_SENT = SENDS.labels("sent")
_TURNS = {surface: TURNS.labels(surface) for surface in get_args(Surface)}
log = structlog.get_logger(__name__)


class TeamsTurn:
    """One turn of one person; `caller` is None for a person who is not served, and `refusal` says why."""

    def __init__(self, tools: TeamsServices, context: TurnContext, user: KnownUser | None) -> None:
        self._arrival = get_arrival(context)
        self.incoming = self._arrival.incoming
        self._is_for_asker = False
        """The answer is for the asker alone, because everybody in the group would read a message there."""
        self.caller: Caller | None = None
        self.refusal: ForbiddenError | None = None
        self.tools = tools
        self.context = context
        try:
            self.caller = admit(tools.door, user, self.incoming)
            self._claim = Claim(tools.database, self.caller.viewer.tenant_id, self.incoming, tools.clock)
        except ForbiddenError as refusal:
            self.refusal = refusal

    @property
    def language(self) -> Language:
        """The caller's language, or a stranger's as their client says."""
        return self.caller.language if self.caller else choose_language(self.incoming.locale)

    @property
    def is_late(self) -> bool:
        """Teams has stopped waiting for the answer to this invoke: it goes out as a message (F47)."""
        return self._arrival.is_late

    async def answer(self, ask: Ask, circle: Circle | None = None) -> Reply:
        """Answer an ask through the door; show that the bot is typing if that takes long.

        `circle` is who reads a card that is put into the conversation.
        """
        if self.caller is None:
            return self.tools.door.refuse(ask, self.refusal or ForbiddenError("stranger"), language=self.language)
        self._is_for_asker = ask.verb == SHARED and self.caller.surface == "group"
        loop = asyncio.get_running_loop()
        started = loop.time()
        typing = loop.call_later(self.tools.timeouts.typing, self._show_typing)
        caller = self.caller if circle is None else replace(self.caller, circle=circle)
        try:
            has_outsiders = self.tools.roster.has_outsiders
            if caller.surface == "group" and await has_outsiders(self.incoming, caller.viewer.tenant_id):
                caller = replace(caller, has_outsiders=True)
            return await self.tools.door.answer(ask, caller, self._claim.keep_effect)
        finally:
            typing.cancel()
            _TURNS[caller.surface].observe(loop.time() - started)

    async def say(self, reply: Reply, *, is_beside: bool = False) -> None:
        """Send a reply to the conversation, and its private part to the asker's own chat.

        `is_beside`: the card that asked stays as it is.
        """
        reach("turn_committed")
        if not self._is_expected and self.caller is not None and not await self._claim.take_reply():
            return
        if self._is_for_asker:
            reply = Reply(private=reply)
        await self._send_privately(reply)
        message = self._draw(reply)
        if message is not None and (is_beside or not await self._replace_card(message, reply)):
            await self.send(message)

    async def say_privately(self, reply: Reply) -> None:
        """Send what only the asker may read to the personal chat, once however often the activity is delivered."""
        if reply.private is not None and self.caller is not None and await self._claim.take_reply():
            await self._send_privately(reply)

    async def _send_privately(self, reply: Reply) -> None:
        if reply.private is None or self.caller is None:
            return
        viewer, message = self.caller.viewer, self._draw(reply.private)
        if message is not None:
            met = read_unopened_chat(self.incoming, viewer.tenant_id, viewer.user_id)
            await self.tools.messenger.send_activity(viewer.tenant_id, viewer.user_id, message, met=met)

    async def say_text(self, key: str, **values: object) -> None:
        """Send one sentence of the room `teams`."""
        await self.send(say_text(say(self.language, f"teams.{key}", **values)))

    async def send(self, message: Outgoing) -> None:
        """Send a message; send a text instead of a card that Teams refuses, and count a message that fails (F56)."""
        try:
            await self.context.send_activity(message)
            _SENT.inc()
        except RejectedError as error:
            log.warning("reply_refused", reason=error.reason)
            if message.attachments:
                await self.say_text("too_large", summary=message.summary or "")
        except SendError as error:
            SENDS.labels(error.outcome).inc()
            log.warning("reply_not_sent", reason=error.reason)

    async def remember(self) -> bool:
        """Store the reference of this conversation; return whether it is new."""
        if self.caller is None:
            return False
        reference = read_reference(self.incoming, self.caller.viewer.tenant_id, self.caller.viewer.user_id)
        return reference is not None and await self.tools.references.keep(reference)

    async def mark_unreachable(self, reason: str) -> None:
        """Send nothing more to this conversation until somebody writes in it again."""
        if self.caller is not None and self.incoming.conversation and self.incoming.conversation.id:
            tenant_id, conversation_id = self.caller.viewer.tenant_id, self.incoming.conversation.id
            await self.tools.references.mark_unreachable(tenant_id, conversation_id, reason)

    @property
    def _is_expected(self) -> bool:
        return bool(self.incoming.delivery_mode == DeliveryModes.expect_replies)

    def _draw(self, reply: Reply) -> Outgoing | None:
        """Put a reply into a message; a file is offered through Teams' own consent, which needs no card of ours."""
        if reply.file is not None:
            return offer_file(reply.file, say(self.language, "teams.file_offer"))
        return say_card(reply.card, reply.summary) if reply.card is not None else None

    async def _replace_card(self, message: Outgoing, reply: Reply) -> bool:
        """Replace the card whose button was pressed by the answer; return whether that worked."""
        card_id = self.incoming.reply_to_id
        is_replaceable = reply.file is None and not reply.is_error and not self._is_expected
        if self.incoming.value is None or not card_id or not is_replaceable:
            return False
        message.id = card_id
        try:
            await self.context.update_activity(message)
        except SendError as error:
            log.info("card_not_replaced", reason=error.reason)
            return False
        return True

    def _show_typing(self) -> None:
        if self.incoming.type == "message" and not self._is_expected:
            self._typing = asyncio.create_task(self._send_typing())

    async def _send_typing(self) -> None:
        try:
            await self.context.send_activity(Outgoing(type="typing"))
        except SendError as error:
            log.info("typing_not_sent", reason=error.reason)


async def begin_turn(tools: TeamsServices, context: TurnContext, said: str = "") -> TeamsTurn:
    """Return the turn of an activity, with its user looked up; `said` is the text, where nothing proves who sent it."""
    arrival = get_arrival(context)
    user = None
    if not arrival.incoming.is_from_bot:
        async with tools.database.reading(SYSTEM) as connection:
            user = await tools.authenticator.find_user(connection, arrival.caller, arrival.incoming, said)
    return TeamsTurn(tools, context, user)
