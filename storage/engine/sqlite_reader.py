"""SQLite read on sqlite3's own connections: what is quick on the spot, all else in a thread.

An indexed read takes SQLite 5 to 50 microseconds; a thread and back takes ten times that. Which way a statement goes is
said beside it (`Prepared(..., is_quick=True)`), and what is not said to be quick runs in a thread. One that says so and
is not, is stopped after `_MOST_TICKS`, and asked again in a thread, then and from now on: nothing holds the event loop
for long.
"""

import asyncio
import contextlib
import sqlite3
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from typing import Any, Final

from sqlalchemy import Dialect

from storage.engine.driver_errors import translating
from storage.engine.reader import Answer, DriverReading, Values
from storage.engine.rls import Tenancy

_TICK: Final = 10_000
"""Instructions of SQLite's machine between two looks at how long a statement takes."""
_MOST_TICKS: Final = 10
"""How many of them a quick statement may take: a few milliseconds' worth."""
_MOST_SLOW: Final = 1_000
"""So many slow statements are remembered: a list of values makes a statement of each length."""
_THREADS: Final = 4
_PATIENCE: Final = 10.0
"""Seconds that a thread waits for another process, where it has to."""
_LONGEST: Final = 60.0
"""Seconds for a statement in a thread, as on PostgreSQL."""
_NOT_HERE: Final = frozenset((sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_BUSY))
"""The statement takes too long, or would have to wait for another process."""


class SqliteReader(DriverReading):
    """One reader for everybody at once; SQLite knows no tenants."""

    def __init__(self, dialect: Dialect, file: str, options: Mapping[str, Any]) -> None:
        super().__init__(dialect)
        self._file = file
        self._options = {**options, "check_same_thread": False, "isolation_level": None}
        self._options.pop("timeout", None)
        self._here: sqlite3.Connection | None = None
        self._ticks = 0
        self._slow: set[str] = set()
        """Statements that took too long here once."""
        self._idle: list[sqlite3.Connection] = []
        self._threads: ThreadPoolExecutor | None = None

    def reading(self, tenancy: Tenancy) -> AbstractAsyncContextManager[DriverReading]:  # PostgreSQL asks
        """Lend itself."""
        return contextlib.nullcontext(self)

    async def run(self, sql: str, values: Values, *, is_quick: bool = False) -> Answer:
        """Run one select."""
        with translating():
            if is_quick and sql not in self._slow:
                try:
                    return self._run_here(sql, values)
                except sqlite3.OperationalError as error:
                    if error.sqlite_errorcode & 0xFF not in _NOT_HERE:
                        raise
                    self._leave_here()
                    if error.sqlite_errorcode & 0xFF == sqlite3.SQLITE_INTERRUPT and len(self._slow) < _MOST_SLOW:
                        self._slow.add(sql)
            return await self._run_there(sql, values)

    async def close(self) -> None:
        """Close every connection; statements in threads are waited for."""
        threads, self._threads = self._threads, None
        if threads is not None:
            await asyncio.to_thread(threads.shutdown)
        self._leave_here()
        for connection in self._idle:
            connection.close()
        self._idle.clear()

    def _run_here(self, sql: str, values: Values) -> Answer:
        is_new = self._here is None
        if self._here is None:
            self._here = self._open(patience=0)
            self._here.set_progress_handler(self._tick, _TICK)
        self._ticks = 0
        return _fetch(self._here, sql, values, is_new=is_new)

    def _tick(self) -> bool:
        """Count, and say whether to stop. SQLite's own count goes on from one run of a statement to the next."""
        self._ticks += 1
        return self._ticks > _MOST_TICKS

    def _leave_here(self) -> None:
        """Close the connection: sqlite3 compiles a statement that was stopped anew each time it is run there again."""
        if self._here is not None:
            self._here.close()
            self._here = None

    async def _run_there(self, sql: str, values: Values) -> Answer:
        is_new = not self._idle
        connection = self._open(_PATIENCE) if is_new else self._idle.pop()
        if self._threads is None:
            self._threads = ThreadPoolExecutor(_THREADS, "carnet-reader")
        work = self._threads.submit(_fetch, connection, sql, values, is_new=is_new)
        try:
            async with asyncio.timeout(_LONGEST):
                return await asyncio.wrap_future(work)
        finally:
            self._take_back(connection, work)

    def _take_back(self, connection: sqlite3.Connection, work: Future[Answer]) -> None:
        """Put a connection back if its statement has ended; otherwise interrupt the statement and close it."""
        if work.done() and not work.cancelled():
            self._idle.append(connection)
        else:
            connection.interrupt()
            work.add_done_callback(lambda _: connection.close())

    def _open(self, patience: float) -> sqlite3.Connection:
        connection: sqlite3.Connection = sqlite3.connect(self._file, **self._options, timeout=patience)
        connection.execute("PRAGMA query_only=ON")
        return connection


def _fetch(connection: sqlite3.Connection, sql: str, values: Values, *, is_new: bool) -> Answer:
    if is_new:  # it looks at the file, and so may have to wait
        connection.execute("PRAGMA cache_size=-32000")
    cursor = connection.execute(sql, values)
    rows = cursor.fetchall()
    return Answer([column[0] for column in cursor.description or ()], rows)
