"""A database that somebody else is writing to."""

import contextlib
from collections.abc import AsyncIterator

from sqlalchemy import text

from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM


@contextlib.asynccontextmanager
async def locked(database: Database, table: str, mode: str = "ACCESS EXCLUSIVE") -> AsyncIterator[None]:
    """Have another process write, and take its time: it holds a table on PostgreSQL, and the whole file on SQLite."""
    other = open_database(database.engine.url.render_as_string(hide_password=False))
    async with other.writing(SYSTEM) as connection:
        if not other.is_sqlite:
            await connection.execute(text(f"LOCK TABLE {table} IN {mode} MODE"))
        yield
    await other.close()
