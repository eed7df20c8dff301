"""Bringing a database to the newest schema."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from storage.database import Database, open_database
from storage.models import Base
from storage.partitions import is_part

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


def find_differences(connection: Connection) -> list[Any]:
    """Give what a new revision would have to change: nothing, where the migrations say what the models say."""
    options = {"include_name": is_compared, "compare_server_default": True}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def is_compared(name: str | None, of: str, parents: object) -> bool:
    """Leave the parts of partitioned tables out: they are made by the year, not by a revision."""
    return not (of == "table" and name is not None and is_part(name))


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
