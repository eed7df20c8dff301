"""Decide for every edge who is served, and which verbs they may call from where.

An edge proves who calls, passes the question on and gets a reply, which may be a refusal. Edges import nothing else of
the commands.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from bot.cards.replies import draw_reply
from bot.cards.sharing import VERB as SHARED
from bot.cards.sharing import draw_name_alone
from bot.cards.welcome import draw_pointer
from bot.commands import ROUTER, understand
from bot.commands.dispatcher import Caller, Claim, Dispatcher, Post, Run
from bot.commands.failures import describe_failure, translate
from bot.commands.help import Say
from bot.commands.names import UnclearError
from bot.errors import BadRequestError, ForbiddenError, PersonalError, UnavailableError, VersionNeededError
from bot.language import say
from bot.language.formats import zone
from bot.language.wording import clean
from bot.turn import Ask, Language, Reader, Reply, Surface
from bot.verb_inputs import Input, read_input
from bot.verbs import Place, Role, Verb
from storage.engine.database import Database
from storage.errors import StoreUnavailableError
from storage.firm.rule_values import FirmRules
from storage.firm.users import KnownUser
from storage.messages.talks import TalkRow

__all__ = ["BESIDE", "VERSIONED", "Caller", "Claim", "Door", "Run", "understand"]

VERSIONED: Final = frozenset(verb.name for verb in ROUTER if verb.versioned and verb.input.state == "version")
"""The verbs whose buttons say by a version on which state they were decided: `If-Match` may say it as well."""
BESIDE: Final = frozenset(verb.name for verb in ROUTER if verb.beside)
"""The verbs whose answer comes as a message of its own, beside the card that asked."""
CONVERSATIONS: Final = frozenset({"chat", "group"})
"""The surfaces on which people type; undo, too, takes both for one conversation."""
LONGEST_SENTENCE: Final = 400
LONGEST_BACK: Final = 1_000
"""Bytes of a way back that a card may carry on."""

log = structlog.get_logger(__name__)


class Door:
    """Admits users, runs the verbs that they may call, and turns every failure into a card."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        post: Post | None = None,
        first_rules: FirmRules | None = None,
    ) -> None:
        self._dispatcher = Dispatcher(database, draw_reply, clock, post, first_rules)
        self._clock = clock

    def admit(
        self, user: KnownUser | None, *, surface: Surface, language: Language, timezone: str = "", locale: str = ""
    ) -> Caller:
        """Return the caller for a user; raises `ForbiddenError` with the sentence why they are not served."""
        if user is None:
            raise ForbiddenError("stranger")
        if user.refusal:
            raise ForbiddenError(user.refusal)
        return Caller(
            viewer=replace(user.viewer, is_in_public=True) if surface == "group" else user.viewer,
            language=language,
            timezone=timezone or user.timezone or "UTC",
            surface=surface,
            roles=frozenset({Role.USER, Role.ADMINISTRATOR} if user.is_admin else {Role.USER}),
            may_name_view=user.may_name_view,
            locale=locale,
            talks=user.talks,
        )

    async def answer(self, ask: Ask, caller: Caller, claim: Claim | None = None) -> Reply:
        """Run a question of an admitted caller; a failure is a reply with a sentence (`is_error`)."""
        reader = Reader(
            caller.language, int(self._clock()), caller.timezone, caller.surface, caller.circle, caller.locale
        )
        memory = self._dispatcher.memory
        talk = memory.recall(caller.viewer, caller.talk)
        try:
            verb, given = self._read(_read_words(ask, reader), caller, talk)
            reply = await self._dispatcher.run(verb, given, caller, reader, claim)
            if not ask.is_unasked:
                talk = memory.keep(caller.viewer, verb, reply, talk)
        except UnclearError as unclear:
            reply = draw_reply(reader, unclear.asks)
        except PersonalError as personal:
            return await self._answer_aside(ask, caller, claim, say(caller.language, personal.key))
        except StoreUnavailableError as error:
            log.warning("database_unavailable", verb=ask.verb[:40], reason=error.reason)
            return draw_reply(reader, describe_failure(UnavailableError(), caller.language))
        except Exception as error:
            known = translate(error)
            if known is None:
                log.exception("turn_failed", verb=ask.verb[:40], error_id=uuid.uuid4().hex)
                raise
            return draw_reply(reader, describe_failure(known, caller.language))
        if caller.surface in CONVERSATIONS and not ask.is_unasked:
            memory.note(caller.viewer, reply, talk)
        return reply

    def refuse(self, ask: Ask, refusal: ForbiddenError, *, language: Language) -> Reply:
        """Answer a user who is not served, without the database: the name on a shared card, or the refusal."""
        name = ask.data.get("name")
        if ask.verb == SHARED and isinstance(name, str) and name.strip():
            return Reply(draw_name_alone(language, name), summary=clean(name))
        return draw_reply(Reader(language, int(self._clock())), describe_failure(refusal, language))

    def _read(self, ask: Ask, caller: Caller, talk: TalkRow) -> tuple[Verb, Input]:
        """Return the verb and its input; raises if this caller may not call it here."""
        ask = self._dispatcher.memory.read_said(talk, ask, ROUTER)
        verb = ROUTER.get(ask.verb)
        if ask.is_said and not verb.said:
            raise BadRequestError("unknown_verb", verb=verb.name)
        asked = _check_back(ask)
        completed = self._dispatcher.memory.complete(talk, verb, asked)
        if completed is not asked:
            verb.read(asked.data)  # what was sent has to fit by itself: "this" does not write over what does not
        given = verb.read(completed.data)
        if not verb.roles & caller.roles:
            raise ForbiddenError("not_admin")
        _check_place(verb, given, caller)
        if not ask.is_said and verb.versioned and given.lacks_version:
            raise VersionNeededError
        return verb, given

    async def _answer_aside(self, ask: Ask, caller: Caller, claim: Claim | None, sentence: str) -> Reply:
        """Send the answer to the caller's own chat, and tell the group only that it was sent."""
        alone = replace(caller, viewer=replace(caller.viewer, is_in_public=False), surface="chat", has_outsiders=False)
        private = await self.answer(ask, alone, claim)
        return Reply(draw_pointer(sentence), summary=sentence, private=private)


def _check_place(verb: Verb, given: Input, caller: Caller) -> None:
    """Raise `PersonalError` if the answer is for the user's own chat only, `ForbiddenError` if not for this place."""
    place: Place = "outsiders" if caller.surface == "group" and caller.has_outsiders else caller.surface
    if place in verb.where and not (place == "group" and given.is_personal):
        return
    if caller.surface == "group" and "chat" in verb.where:
        raise PersonalError("cards.pointer_outsiders" if place == "outsiders" else "cards.pointer")
    raise ForbiddenError("not_here")


def _check_back(ask: Ask) -> Ask:
    """Drop a back link that leads nowhere, or is too long for a card."""
    back = ask.data.get("back")
    if back is None:
        return ask
    if not isinstance(back, dict):
        return ask  # refused with its key, as every value of another kind
    verb = ROUTER.verbs.get(str(back.get("verb")))
    if verb is not None and verb.leads and len(msgspec.json.encode(back)) <= LONGEST_BACK and _can_read(verb, back):
        return ask
    return replace(ask, data={key: value for key, value in ask.data.items() if key != "back"})


def _can_read(verb: Verb, back: Mapping[str, Any]) -> bool:
    """Return whether a back link asks what its verb takes: a button that can only fail is not drawn."""
    try:
        verb.read({key: value for key, value in back.items() if key != "verb"})
    except BadRequestError:
        return False
    return True


def _read_words(ask: Ask, reader: Reader) -> Ask:
    """Parse a sentence on a card in the reader's language, with dates relative to the reader's day."""
    if ask.verb != "say":
        return ask
    text = read_input(Say, ask.data).text
    today = datetime.fromtimestamp(reader.now, zone(reader.timezone)).date()
    asked = understand(text.strip()[:LONGEST_SENTENCE], reader.language, today, reader.locale)
    if ROUTER.get(asked.verb).writes:
        raise BadRequestError("only_typed")  # what a card proposes is clicked lightly: it only shows something
    return asked
