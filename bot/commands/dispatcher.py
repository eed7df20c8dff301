"""Runs the command of a verb in the transaction that it needs, and keeps what it asks to be kept."""

import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.commands.bulk_reading import Asked, BulkReading
from bot.commands.export_queue import ExportQueue
from bot.commands.memory import Memory
from bot.commands.names import UnclearError
from bot.results.base import Result
from bot.turn import NOBODY_ELSE, Circle, Language, Notice, Reader, Record, Reply, Surface, Turn
from bot.verb_inputs import Input
from bot.verbs import Role, Verb
from storage.engine.connection import Connection, Reading
from storage.engine.database import Database
from storage.firm.rule_values import FirmRules
from storage.messages.notice_preferences import NoticePreferences
from storage.messages.talks import NOTHING, TalkRow
from storage.record.audit import add_audit
from storage.viewer import Viewer

Draw = Callable[[Reader, Result], Reply]
"""What says a result to a reader."""
Run = Callable[[], Awaitable[Reply]]
Claim = Callable[[Connection, Run], Awaitable[Reply]]
"""Wrapped around a command that writes, inside its transaction: either give the reply of an earlier delivery of the
same activity, or record that this one is being answered, `await run()` (the command) and keep its reply."""


class Post(Protocol):
    """What keeps the notices of a reply, in the transaction of the turn (`bot.notices.Notices`)."""

    default: NoticePreferences
    """How those want notices who never said."""

    async def add(self, connection: Connection, tenant_id: int, notices: Sequence[Notice]) -> None:
        """Write the notices."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A person who is served, and from where they ask."""

    viewer: Viewer
    language: Language
    timezone: str = "UTC"
    surface: Surface = "chat"
    roles: frozenset[Role] = frozenset({Role.USER})
    has_outsiders: bool = False
    """In this group somebody reads who is not of the firm, or nobody can say who reads."""
    circle: Circle = NOBODY_ELSE
    """Who reads a card that is put into the conversation."""
    may_name_view: bool = True
    """False where it is known that no view of theirs has its name in what they say."""
    locale: str = ""
    """As the client says it."""
    talks: tuple[TalkRow, TalkRow] = (NOTHING, NOTHING)
    """What they were shown last as the rows say, alone and where others read along."""
    origin: str = ""
    """Where changes come from, where that is not the surface (`Turn.origin`)."""

    @property
    def talk(self) -> TalkRow:
        """What the row says that they were shown last where they ask."""
        return self.talks[self.viewer.is_in_public]


class Dispatcher:
    """Runs commands."""

    def __init__(
        self,
        database: Database,
        draw: Draw,
        clock: Callable[[], float],
        post: Post | None = None,
        first_rules: FirmRules | None = None,
    ) -> None:
        self.database = database
        self.memory = Memory(database, clock)
        self._exports = ExportQueue()
        self._bulk_reading = BulkReading()
        self._draw = draw
        self._post = post
        self._first_rules = first_rules
        self._preferences = NoticePreferences() if post is None else post.default

    async def run(self, verb: Verb, given: Input, caller: Caller, reader: Reader, claim: Claim | None = None) -> Reply:
        """Return the reply of a verb; leaving its transaction commits, raising rolls back. The door remembers it."""
        opened = self.database.writing if verb.writes else self.database.reading
        waiting = self._exports.wait(caller.viewer) if verb.queued else contextlib.nullcontext()
        try:
            async with waiting, opened(caller.viewer.tenant_id) as connection:
                turn = self._begin(verb, caller, reader, connection)
                if claim is not None and verb.writes:
                    reply = await claim(turn.writing, lambda: self._answer(verb, given, turn))
                else:
                    reply = await self._answer(verb, given, turn)
        except UnclearError as unclear:
            await self._count(turn, unclear.asks)
            raise
        if reply.record is not None:
            await self._keep(turn, reply.record)
        elif isinstance(found := (reply.private or reply).found, Result):
            await self._count(turn, found)
        return reply

    async def _count(self, turn: Turn, found: Result) -> None:
        """Count the contacts that are given; where that must be written down and cannot be, nothing is given."""
        if not self._bulk_reading.count(turn.viewer, found, turn.now):
            return
        asked = Asked(turn.verb, found)
        async with self.database.writing(turn.viewer.tenant_id) as connection:
            await self._bulk_reading.share(connection, turn.viewer, asked, now=turn.now, source=turn.source)

    def _begin(self, verb: Verb, caller: Caller, reader: Reader, connection: Reading) -> Turn:
        return Turn(
            viewer=caller.viewer,
            verb=verb.name,
            connection=connection,
            language=reader.language,
            now=reader.now,
            timezone=reader.timezone,
            surface=caller.surface,
            preferences=self._preferences,
            circle=caller.circle,
            may_name_view=caller.may_name_view,
            locale=reader.locale,
            origin=caller.origin,
            first_rules=self._first_rules,
        )

    async def _answer(self, verb: Verb, given: Input, turn: Turn) -> Reply:
        reply = self._draw(turn.reader, await verb.command(turn, given))
        if reply.notices and self._post is not None:
            await self._post.add(turn.writing, turn.viewer.tenant_id, reply.notices)
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
                source=turn.source,
            )
