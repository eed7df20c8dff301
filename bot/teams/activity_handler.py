"""The bot: activities in, asks to the door, replies out. It knows Teams, and nothing of contacts or companies."""

import secrets
import traceback

import structlog
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import ActivityTypes

from bot.door import understand
from bot.language import choose_language, say
from bot.language.tokenizer import clean
from bot.teams.activity_ask import is_mentioned, read_submit, read_words
from bot.teams.adapter import get_arrival
from bot.teams.caller import find_today
from bot.teams.invokes import INVOKES, describe_failure
from bot.teams.outgoing import Outgoing, say_text
from bot.teams.services import TeamsServices
from bot.teams.teams_turn import TeamsTurn, begin_turn
from bot.turn import Ask
from storage.errors import StoreUnavailableError

log = structlog.get_logger(__name__)


class CarnetBot(TeamsActivityHandler):  # type: ignore[misc]  # botbuilder has no types
    """What Carnet does with each kind of activity; a kind that is not here is ignored (edits, reactions: B76)."""

    def __init__(self, tools: TeamsServices) -> None:
        super().__init__()
        self._tools = tools

    async def on_turn(self, context: TurnContext) -> None:
        """Run the turn; whatever goes wrong in it, a person gets a sentence."""
        try:
            await super().on_turn(context)
        except Exception as error:  # noqa: BLE001  # the last resort: nobody sees a stack trace
            await self._apologise(context, error)

    async def on_message_activity(self, context: TurnContext) -> None:
        """Answer typed words, or a button of a client that knows no `Action.Execute`."""
        incoming = get_arrival(context).incoming
        is_for_us = incoming.is_own_chat or incoming.value is not None or is_mentioned(incoming)
        if incoming.is_from_bot or not is_for_us:
            return
        words = read_words(incoming) if incoming.value is None else ""
        turn = await begin_turn(self._tools, context, clean(words))
        ask = self._read(turn, words)
        if ask is None:
            await turn.say_text("bad_request")
        else:
            await turn.say(await turn.answer(ask))
        await turn.remember()

    async def on_invoke_activity(self, context: TurnContext) -> InvokeResponse | None:
        """Answer an invoke; 501 for a name that we do not know (B38)."""
        invoke = INVOKES.get(context.activity.name)
        if invoke is None:
            return InvokeResponse(status=501)
        turn = await begin_turn(self._tools, context)
        body = await invoke(turn)
        await turn.remember()
        await _respond(context, body)
        return None

    async def on_installation_update_add(self, context: TurnContext) -> None:
        """Greet whoever installed the app, once."""
        await self._greet(context)

    async def on_installation_update_remove(self, context: TurnContext) -> None:
        """Say no more there."""
        turn = await begin_turn(self._tools, context)
        await turn.mark_unreachable("uninstalled")

    async def on_conversation_update_activity(self, context: TurnContext) -> None:
        """Greet where the bot itself was added; Teams sends this beside the installation, in either order."""
        incoming = get_arrival(context).incoming
        self._tools.roster.forget(incoming)
        added = {account.id for account in incoming.members_added or ()}
        if incoming.recipient and incoming.recipient.id in added:
            await self._greet(context)

    async def _greet(self, context: TurnContext) -> None:
        turn = await begin_turn(self._tools, context)
        if await turn.remember():
            await turn.say(await turn.answer(Ask("hello")))

    def _read(self, turn: TeamsTurn, words: str) -> Ask | None:
        """Return the question; None for a button without a verb. The text of a stranger is not parsed."""
        if turn.incoming.value is not None:
            return read_submit(turn.incoming.value)
        if turn.caller is None or not words:
            return Ask("help")
        today = find_today(turn.caller, self._tools.clock())
        return understand(words, turn.language, today, turn.caller.locale)

    async def _apologise(self, context: TurnContext, error: Exception) -> None:
        number = secrets.token_hex(4)
        where = traceback.format_tb(error.__traceback__)[-1].strip()
        log.error("turn_failed", number=number, error=type(error).__name__, where=where)
        language = choose_language(context.activity.locale)
        key = "unavailable" if isinstance(error, StoreUnavailableError | OSError) else "unexpected"
        text = say(language, f"teams.{key}", number=number)
        if context.activity.type == ActivityTypes.invoke:
            await _respond(context, describe_failure(context.activity.name or "", text))
        elif context.activity.type == ActivityTypes.message:
            await context.send_activity(say_text(text))


async def _respond(context: TurnContext, body: object) -> None:
    """Send the invoke's answer ourselves: the SDK would copy the whole card first."""
    await context.send_activity(
        Outgoing(type=ActivityTypes.invoke_response, value=InvokeResponse(status=200, body=body))
    )
