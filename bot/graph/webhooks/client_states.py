"""The `clientState` of each of our subscriptions, kept in memory to check notifications against.

A source that sends more false notifications than `limits.py` allows must not cost a lookup for each. Its notifications
are compared with the whole list, which is read again for them: that costs the same however many there are.
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
"""Seconds between two reads of the list; notifications that arrive in between share the next read."""
MOST_WAITING: Final = 100_000
"""Hints that may wait for a read; posts beyond that are refused with a 503, so that Graph sends them again."""
_EACH: Final = 5_000


class ClientStates:
    """Knows the live subscriptions of every tenant, as of the last read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: frozenset[Proof] = frozenset()
        self._waiting = 0
        self._next: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()
        self._read_at = 0.0

    def sort(self, hints: tuple[Hint, ...]) -> tuple[tuple[Hint, ...], tuple[Hint, ...]]:
        """Split hints into those that are known to be true and those that must be looked up."""
        known = self._known
        true = tuple(hint for hint in hints if hint.proof in known)
        return true, tuple(hint for hint in hints if hint.proof not in known)

    async def find_true(self, hints: tuple[Hint, ...]) -> tuple[Hint, ...]:
        """Return those hints that are true, after a read that begins after this call.

        Raises `UnavailableError` if too many hints wait, or if the database is unavailable.
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
