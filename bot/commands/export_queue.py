"""A queue for files: one is made at a time for each person and two for each firm; further requests wait.

They wait before they take a database connection, so that other users are not slowed down.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from bot.errors import UnavailableError
from storage.viewer import Viewer

MOST_OF_FIRM: Final = 2
MOST_WAITING: Final = 10
"""Files that one person may wait for; more are refused."""


class _Line:
    def __init__(self, most: int) -> None:
        self.free = asyncio.Semaphore(most)
        self.count = 0


class ExportQueue:
    """Who makes a file now, and who waits."""

    def __init__(self) -> None:
        self._people: defaultdict[tuple[int, int], _Line] = defaultdict(lambda: _Line(1))
        self._firms: defaultdict[int, _Line] = defaultdict(lambda: _Line(MOST_OF_FIRM))

    @contextlib.asynccontextmanager
    async def wait(self, viewer: Viewer) -> AsyncIterator[None]:
        """Wait for one's turn to make a file; raises `UnavailableError` where one waits for too many."""
        person, firm = (viewer.tenant_id, viewer.user_id), viewer.tenant_id
        if person in self._people and self._people[person].count > MOST_WAITING:
            raise UnavailableError("export_busy")
        with _standing(self._people, person) as own, _standing(self._firms, firm) as shared:
            async with own.free, shared.free:
                yield


@contextlib.contextmanager
def _standing(lines: defaultdict[Any, _Line], key: Any) -> Iterator[_Line]:
    """Stand in a line; the last one who leaves takes it away."""
    line = lines[key]
    line.count += 1
    try:
        yield line
    finally:
        line.count -= 1
        if not line.count:
            del lines[key]
