"""The one door: who is served, what they may call and from where, in one place for every edge.

An edge proves who calls and brings what is asked; it gets a reply, a refusal included. Edges use nothing else of the
commands.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

import msgspec
import structlog

from bot.cards.replies import draw_reply
from bot.cards.sharing import VERB as SHARED
from bot.cards.sharing import draw_name_alone
from bot.cards.welcome import draw_pointer
from bot.cards.wording import clean
from bot.commands import ROUTER
from bot.commands.dispatcher import Caller, Claim, Dispatcher, Post, Run
from bot.commands.failures import describe_failure, translate
from bot.commands.names import UnclearError
from bot.errors import BadRequestError, ForbiddenError, PersonalError, UnavailableError, VersionNeededError
from bot.language import say, understand
from bot.language.formats import zone
from bot.turn import Ask, Language, Reader, Reply, Surface
from bot.verbs import Input, Place, Role, Verb
from storage.engine.database import Database
from storage.errors import StoreUnavailableError
from storage.firm.users import KnownUser

__all__ = ["VERSIONED", "Caller", "Claim", "Door", "Run"]

VERSIONED: Final = frozenset(verb.name for verb in ROUTER if verb.versioned)
"""The verbs whose buttons say on which state of a company they were decided."""
SERVED_STATES: Final = frozenset({"active", "needs_admin"})
"""Tenants that are answered: those whose consent stands, even while their mailboxes cannot be read."""
LONGEST_SENTENCE: Final = 400
LONGEST_BACK: Final = 1_000
"""Bytes of a way back that a card may carry on."""

log = structlog.get_logger(__name__)


class Door:
    """Lets people in, lets them call what they may, and says every failure as a card."""

    def __init__(self, database: Database, clock: Callable[[], float], post: Post | None = None) -> None:
        self._dispatcher = Dispatcher(database, post)
        self._clock = clock

    def admit(self, user: KnownUser | None, *, surface: Surface, language: Language, timezone: str = "") -> Caller:
        """Return the caller that a user is; raises `ForbiddenError` with the sentence of why they are not served."""
        if user is None or not user.is_active:
            raise ForbiddenError("stranger")
        if user.tenant_state not in SERVED_STATES:
            raise ForbiddenError("firm_paused" if user.tenant_state == "paused" else "stranger")
        if user.refusal:
            raise ForbiddenError(user.refusal)
        return Caller(
            viewer=replace(user.viewer, is_in_public=True) if surface == "group" else user.viewer,
            language=language,
            timezone=timezone or user.timezone or "UTC",
            surface=surface,
            roles=frozenset({Role.USER, Role.ADMINISTRATOR} if user.is_admin else {Role.USER}),
            may_name_view=user.may_name_view,
        )

    async def answer(self, ask: Ask, caller: Caller, claim: Claim | None = None) -> Reply:
        """Answer somebody who was let in; what goes wrong is a reply with a sentence (`is_error`)."""
        reader = Reader(
            caller.language, int(self._clock()), caller.timezone, caller.surface, caller.circle, caller.locale
        )
        try:
            verb, given = self._read(_read_words(ask, reader), caller)
            return await self._dispatcher.run(verb, given, caller, reader, claim)
        except UnclearError as unclear:
            return draw_reply(reader, unclear.asks)
        except PersonalError as personal:
            return await self._answer_aside(ask, caller, claim, say(caller.language, personal.key))
        except StoreUnavailableError as error:
            log.warning("database_unavailable", verb=ask.verb[:40], reason=error.reason)
            return describe_failure(UnavailableError(), reader)
        except Exception as error:
            known = translate(error)
            if known is None:
                log.exception("turn_failed", verb=ask.verb[:40], error_id=uuid.uuid4().hex)
                raise
            return describe_failure(known, reader)

    def refuse(self, ask: Ask, refusal: ForbiddenError, *, language: Language) -> Reply:
        """Answer somebody who is not served: a shared company's name alone, or the refusal; no database."""
        name = ask.data.get("name")
        if ask.verb == SHARED and isinstance(name, str) and name.strip():
            return Reply(draw_name_alone(language, name), summary=clean(name))
        return describe_failure(refusal, Reader(language, int(self._clock())))

    def _read(self, ask: Ask, caller: Caller) -> tuple[Verb, Input]:
        """Return the verb that is asked for and its input, where this caller may call it here."""
        verb = ROUTER.get(ask.verb)
        if ask.is_said and not verb.said:
            raise BadRequestError("unknown_verb", verb=verb.name)
        given = verb.read(self._dispatcher.memory.complete(caller.viewer, verb, _check_back(ask)).data)
        if not verb.roles & caller.roles:
            raise ForbiddenError("not_admin")
        _check_place(verb, given, caller)
        if verb.versioned and not ask.is_said and getattr(given, "version", None) is None:
            raise VersionNeededError
        return verb, given

    async def _answer_aside(self, ask: Ask, caller: Caller, claim: Claim | None, sentence: str) -> Reply:
        """Answer in the asker's own chat, and say in the group only that it was."""
        alone = replace(caller, viewer=replace(caller.viewer, is_in_public=False), surface="chat", has_outsiders=False)
        private = await self.answer(ask, alone, claim)
        return Reply(draw_pointer(sentence), summary=sentence, private=private)


def _check_place(verb: Verb, given: Input, caller: Caller) -> None:
    """Raise `PersonalError` where the answer is not for all who read there, `ForbiddenError` where there is none."""
    place: Place = "outsiders" if caller.surface == "group" and caller.has_outsiders else caller.surface
    if place in verb.where and not (place == "group" and given.is_personal):
        return
    if caller.surface == "group" and "chat" in verb.where:
        raise PersonalError("cards.pointer_outsiders" if place == "outsiders" else "cards.pointer")
    raise ForbiddenError("not_here")


def _check_back(ask: Ask) -> Ask:
    """Forget a way back that leads nowhere of ours, or is too long to be carried on."""
    back = ask.data.get("back")
    if back is None:
        return ask
    verb = ROUTER.verbs.get(str(back.get("verb"))) if isinstance(back, dict) else None
    if verb is not None and verb.leads and len(msgspec.json.encode(back)) <= LONGEST_BACK:
        return ask
    return replace(ask, data={key: value for key, value in ask.data.items() if key != "back"})


def _read_words(ask: Ask, reader: Reader) -> Ask:
    """Return what a sentence on a card asks for, in the reader's language and on the reader's day."""
    if ask.verb != "say":
        return ask
    text = ask.data.get("text")
    if not isinstance(text, str) or ask.data.keys() != {"text"}:
        raise BadRequestError("bad_input", field="text")
    today = datetime.fromtimestamp(reader.now, zone(reader.timezone)).date()
    asked = understand(text.strip()[:LONGEST_SENTENCE], reader.language, today, reader.locale)
    if ROUTER.get(asked.verb).writes:
        raise BadRequestError("only_typed")  # what a card proposes is clicked lightly: it only shows something
    return asked
