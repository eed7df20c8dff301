"""SQLite written to in aiosqlite's thread, for commits wait for the disk."""

import asyncio
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

import aiosqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.driver_errors import translating

_PRAGMAS: Final = ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=10000", "cache_size=-8000", "secure_delete=ON")
"""WAL, and FULL: an acknowledged page is a promise that must survive a power cut (sqlite.org/pragma.html). 8 MB where
mail is written: the system keeps the file in its own cache, and four times as much gained nothing."""
_ROWS_AT_ONCE: Final = 64


async def connect_writer(database: str, **options: Any) -> aiosqlite.Connection:
    """Open `database` for writing; raises `sqlite3.Error` if it cannot be opened or is not a database.

    The file is opened before aiosqlite starts its thread. The other way round, a file that cannot be opened would leave
    a thread that nobody joins, and that reports to an event loop which may be closed already.
    """
    opened = await asyncio.to_thread(_open, database, **options | {"check_same_thread": False})
    connection = aiosqlite.Connection(lambda: opened, _ROWS_AT_ONCE)
    connection._thread.daemon = True  # noqa: SLF001  # as SQLAlchemy does: a process ends whoever is still connected
    return await connection


async def fetch_all(connection: AsyncConnection, statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Read in a writing transaction, past SQLAlchemy's cursor: that goes to SQLite's thread and back four times."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    with translating():
        return list(await driver.execute_fetchall(statement, values))


def _open(database: str, **options: Any) -> sqlite3.Connection:
    opened: sqlite3.Connection = sqlite3.connect(database, **options | {"isolation_level": None})
    try:
        for pragma in _PRAGMAS:
            opened.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        opened.close()
        raise
    return opened
