"""The desk: where every edge brings what is asked, and gets the reply. Edges use nothing else of the commands."""

from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.turn import Ask, Language, Reply, Surface
from storage.database import Database
from storage.viewer import Viewer

Run = Callable[[], Awaitable[Reply]]
Claim = Callable[[AsyncConnection, Run], Awaitable[Reply]]
"""Wrapped around a command that writes, inside its transaction: either give the reply of an earlier delivery of the
same activity, or record that this one is being answered, `await run()` (the command) and keep its reply."""


class Desk:
    """Answers an `Ask` for a viewer: opens the transaction that the verb needs and says every failure as a card."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        self.database = database
        self.clock = clock

    async def answer(
        self,
        ask: Ask,
        *,
        viewer: Viewer,
        language: Language,
        timezone: str = "UTC",
        surface: Surface = "chat",
        claim: Claim | None = None,
    ) -> Reply:
        """Answer for a known user of the firm; a `CarnetError` becomes a card with its sentence (`is_error`)."""
        raise NotImplementedError

    def answer_stranger(self, ask: Ask, *, language: Language) -> Reply:
        """Answer somebody from outside the firm: a shared company's name alone, or a polite refusal; no database."""
        raise NotImplementedError
