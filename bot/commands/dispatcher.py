"""The desk: where every edge brings what is asked, and gets the reply. Edges use nothing else of the commands."""

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

import structlog

from bot.cards.sharing import VERB as SHARED
from bot.cards.sharing import draw_name_alone
from bot.cards.welcome import draw_pointer
from bot.cards.wording import clean
from bot.commands import ROUTER
from bot.commands.data import read_text
from bot.commands.failures import describe_failure, translate
from bot.commands.memory import Memory
from bot.commands.privacy import PersonalError, is_personal, keep_inside
from bot.commands.resolving import UnclearError
from bot.errors import ForbiddenError, UnavailableError
from bot.language import say, understand
from bot.language.formats import zone
from bot.turn import Ask, Language, Notice, Reader, Record, Reply, Surface, Turn
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.errors import StoreUnavailableError
from storage.messages.notice_preferences import NoticePreferences
from storage.record.audit import add_audit
from storage.viewer import Viewer

Run = Callable[[], Awaitable[Reply]]
Claim = Callable[[Connection, Run], Awaitable[Reply]]
"""Wrapped around a command that writes, inside its transaction: either give the reply of an earlier delivery of the
same activity, or record that this one is being answered, `await run()` (the command) and keep its reply."""

LONGEST_SENTENCE = 400

log = structlog.get_logger(__name__)


class Post(Protocol):
    """What keeps the notices of a reply, in the transaction of the turn (`bot.notices.Notices`)."""

    default: NoticePreferences
    """How those want notices who never said."""

    async def add(self, connection: Connection, tenant_id: int, notices: Sequence[Notice]) -> None:
        """Write the notices."""


class Dispatcher:
    """Answers an `Ask` for a viewer: opens the transaction that the verb needs and says every failure as a card."""

    def __init__(self, database: Database, clock: Callable[[], float], post: Post | None = None) -> None:
        self.database = database
        self.clock = clock
        self.post = post
        self.memory = Memory()
        self._preferences = NoticePreferences() if post is None else post.default

    async def answer(
        self,
        ask: Ask,
        *,
        viewer: Viewer,
        language: Language,
        timezone: str = "UTC",
        surface: Surface = "chat",
        claim: Claim | None = None,
        has_outsiders: bool = False,
    ) -> Reply:
        """Answer for a known user of the firm; a `CarnetError` becomes a card with its sentence (`is_error`).

        `has_outsiders`: in this group somebody reads who is not of the firm; the firm's affairs go to the asker alone.
        """
        reader = Reader(language, int(self.clock()), timezone)
        try:
            ask = self.memory.complete(viewer, _read_words(ask, reader))
            if has_outsiders:
                keep_inside(ask)
            return await self._run(ask, viewer, reader, surface, claim)
        except UnclearError as unclear:
            return unclear.reply
        except PersonalError as personal:
            viewer = replace(viewer, is_in_public=False)
            private = await self.answer(ask, viewer=viewer, language=language, timezone=timezone, claim=claim)
            sentence = say(language, personal.key)
            return Reply(draw_pointer(sentence), summary=sentence, private=private)
        except StoreUnavailableError as error:
            log.warning("database_unavailable", verb=ask.verb[:40], reason=error.reason)
            return describe_failure(UnavailableError(), reader)
        except Exception as error:
            known = translate(error)
            if known is None:
                log.exception("turn_failed", verb=ask.verb[:40], error_id=uuid.uuid4().hex)
                raise
            return describe_failure(known, reader)

    def answer_stranger(self, ask: Ask, *, language: Language) -> Reply:
        """Answer somebody from outside the firm: a shared company's name alone, or a polite refusal; no database."""
        name = ask.data.get("name")
        if ask.verb == SHARED and isinstance(name, str) and name.strip():
            return Reply(draw_name_alone(language, name), summary=clean(name))
        return describe_failure(ForbiddenError("stranger"), Reader(language, int(self.clock())))

    async def _run(self, ask: Ask, viewer: Viewer, reader: Reader, surface: Surface, claim: Claim | None) -> Reply:
        is_writing = ROUTER.is_writing(ask.verb)
        opened = self.database.writing if is_writing else self.database.reading
        async with opened(viewer.tenant_id) as connection:
            turn = Turn(
                viewer, ask, connection, reader.language, reader.now, reader.timezone, surface, self._preferences
            )
            if claim is not None and is_writing:
                reply = await claim(connection, lambda: self._command(turn))
            else:
                reply = await self._command(turn)
        if reply.record is not None:
            await self._keep(turn, reply.record)
        self.memory.keep(viewer, reply)
        return reply

    async def _command(self, turn: Turn) -> Reply:
        if turn.surface == "group" and is_personal(turn.ask):
            raise PersonalError
        reply = await ROUTER.answer(turn)
        if reply.notices and self.post is not None:
            await self.post.add(turn.connection, turn.viewer.tenant_id, reply.notices)
        return reply

    async def _keep(self, turn: Turn, record: Record) -> None:
        """Write down what was read, before it is given; where that fails, nothing is given."""
        async with self.database.writing(turn.viewer.tenant_id) as connection:
            await add_audit(
                connection,
                turn.viewer,
                record.action,
                record.of,
                None,
                after=dict(record.after),
                now=turn.now,
                source=turn.surface,
            )


def _read_words(ask: Ask, reader: Reader) -> Ask:
    """Return what a sentence on a card asks for, in the reader's language and on the reader's day."""
    if ask.verb != "say":
        return ask
    today = datetime.fromtimestamp(reader.now, zone(reader.timezone)).date()
    return understand(read_text(ask.data, "text", LONGEST_SENTENCE), reader.language, today)
