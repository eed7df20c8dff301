"""SQLite read without a thread: the few calls that SQLAlchemy's aiosqlite dialect makes, answered on the spot.

An indexed read takes SQLite 5 to 50 microseconds; handing it to aiosqlite's thread and back costs ten times that, four
times a query. So readers use this connection, and writers (whose commits wait for the disk) keep aiosqlite's thread.
"""

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Self


class InlineCursor:
    """An aiosqlite cursor whose coroutines never wait."""

    def __init__(self, cursor: sqlite3.Cursor) -> None:
        self._cursor = cursor

    async def __aenter__(self) -> Self:
        return self

    @property
    def description(self) -> Any:
        """The columns of the last statement."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The number of the last row inserted."""
        return self._cursor.lastrowid

    @property
    def arraysize(self) -> int:
        """How many rows `fetchmany` gives unless told."""
        return self._cursor.arraysize

    @arraysize.setter
    def arraysize(self, value: int) -> None:
        self._cursor.arraysize = value

    async def execute(self, sql: str, parameters: Iterable[Any] = ()) -> Self:
        """Run one statement."""
        self._cursor.execute(sql, tuple(parameters))
        return self

    async def executemany(self, sql: str, parameters: Iterable[Iterable[Any]]) -> Self:
        """Run one statement for many rows."""
        self._cursor.executemany(sql, parameters)  # type: ignore[arg-type]
        return self

    async def fetchone(self) -> Any:
        """Give the next row."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int | None = None) -> list[Any]:
        """Give the next rows."""
        return self._cursor.fetchmany(size or self._cursor.arraysize)

    async def fetchall(self) -> list[Any]:
        """Give all rows."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let the statement go."""
        self._cursor.close()


class InlineConnection:
    """An aiosqlite connection without its thread, for reads."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection: sqlite3.Connection | None = connection
        self._conn = connection

    def cursor(self) -> InlineCursor:
        """Open a cursor."""
        return InlineCursor(self._conn.cursor())

    def fetch(self, sql: str, parameters: Sequence[Any]) -> list[Any]:
        """Run one select and give all its rows."""
        return self._conn.execute(sql, parameters).fetchall()

    async def create_function(self, name: str, arguments: int, function: Callable[..., Any], **options: Any) -> None:
        """Register an SQL function."""
        self._conn.create_function(name, arguments, function, **options)

    async def rollback(self) -> None:
        """Roll back."""
        self._conn.rollback()

    async def commit(self) -> None:
        """Commit."""
        self._conn.commit()

    async def close(self) -> None:
        """Close the file."""
        self._conn.close()
        self._connection = None

    def stop(self) -> None:
        """Close the file at once."""
        self._conn.close()


async def connect_inline(database: str, **options: Any) -> InlineConnection:
    """Open `database` for reading in the thread of the event loop."""
    options.pop("check_same_thread", None)
    connection = sqlite3.connect(database, check_same_thread=False, isolation_level=None, **options)
    return InlineConnection(connection)
