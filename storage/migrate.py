"""Bringing a database to the newest schema."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from storage.database import Database, open_database

SCRIPTS = Path(__file__).parent / "migrations"

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('carnet migrate'))")


async def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema: all of it or, after a kill, nothing.

    May be run again, and by two processes at once. Raises `sqlalchemy.exc.SQLAlchemyError` where the database refuses.
    """
    database = open_database(url)
    try:
        async with _alone(database), database.engine.connect() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


def upgrade(connection: Connection) -> None:
    """Run the migrations that are missing, in one transaction."""
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


@contextlib.asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Hold the other migrating processes back.

    SQLite's write lock does it by itself. On PostgreSQL a second connection's transaction holds the lock, so that a
    migration may end its own transaction (CREATE INDEX CONCURRENTLY demands it), behind a pooler too.
    """
    if database.is_sqlite:
        yield
        return
    async with database.engine.begin() as connection:
        await connection.execute(_LOCK)
        yield
