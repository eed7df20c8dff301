"""What our subscriptions prove themselves by, kept in memory.

To look up what strangers invent costs the more, the more they invent; to read our own list costs the same. So a source
with more strange notifications than it may send has them compared with the list, read anew for them.
"""

import asyncio
import time
from typing import Final

from bot.errors import UnavailableError
from bot.graph.webhooks.notifications import Hint
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.subscriptions import Proof, list_proofs

PAUSE: Final = 0.5
"""Seconds between two readings of the list: those who come meanwhile share the next."""
MOST_WAITING: Final = 100_000
"""Hints that wait for a reading; the posts of more are asked to come again."""
_EACH: Final = 5_000


class Proofs:
    """The live subscriptions of every tenant, as far as they were read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[Proof] = frozenset()
        self._waiting = 0
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._read_at = 0.0

    def sort(self, hints: tuple[Hint, ...]) -> tuple[tuple[Hint, ...], tuple[Hint, ...]]:
        """Give those that are known to be true, and those that may be anything."""
        known = self._known
        true = tuple(hint for hint in hints if hint.proof in known)
        return true, tuple(hint for hint in hints if hint.proof not in known)

    async def find_true(self, hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
        """Give the true ones of hints that arrived before this call.

        Raises `UnavailableError` where too many wait, or the database is away.
        """
        if self._waiting + len(hints) > MOST_WAITING:
            raise UnavailableError
        self._waiting += len(hints)
        try:
            if self._next is None:
                self._next = asyncio.create_task(self._read())
                self._next.add_done_callback(_look_at)
            await asyncio.shield(self._next)
        except DatabaseError as error:
            raise UnavailableError from error
        finally:
            self._waiting -= len(hints)
        return self.sort(hints)[0]

    async def _read(self) -> None:
        """Read the list; whoever comes once this has begun waits for the next one."""
        async with self._turn:
            await asyncio.sleep(self._read_at + PAUSE - time.monotonic())
            self._next = None
            try:
                self._known = frozenset(await self._list_all())
            finally:
                self._read_at = time.monotonic()

    async def _list_all(self) -> list[Proof]:
        found: list[Proof] = []
        async with self._database.reading(SYSTEM) as connection:
            while page := await list_proofs(connection, after=found[-1][0] if found else "", limit=_EACH):
                found += page
        return found


def _look_at(reading: asyncio.Task[None]) -> None:
    """Say that a failure was seen, though whoever waited for it may have gone."""
    if not reading.cancelled():
        reading.exception()
