"""Bringing a database to the newest schema."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

from sqlalchemy import text

from storage.engine.database import Database, get_file, open_database
from storage.errors import NewerSchemaError, NoDatabaseError
from storage.schema.revisions import get_revision
from storage.schema.version import describe_strange, get_schema_standing

_LOCK = text("SELECT pg_advisory_xact_lock(hashtext('carnet migrate'))")


async def migrate(url: str) -> None:
    """Bring the database at `url` to the newest schema, completely or not at all.

    Safe to repeat, and to run in two processes at once. Raises `DatabaseError` if the database fails,
    `NewerSchemaError` if a newer release has migrated it, and `NoDatabaseError` if somebody else made its tables.
    """
    check_place(url)
    await asyncio.to_thread(_make_private, url)
    database = open_database(url)
    try:
        standing = await get_schema_standing(database)
        if standing == "newer":
            raise NewerSchemaError(
                f"The schema of this database is {await get_revision(database)}, which this release does not know: a "
                "newer one was here. "
                "Install that release again, or restore the backup from before it (docs/operations/upgrade.md)."
            )
        if strange := describe_strange(database, standing):
            raise NoDatabaseError(strange)
        if standing == "current":
            return
        from storage.schema.upgrade import upgrade  # noqa: PLC0415  # Alembic, which a start as a rule does not need

        async with _alone(database), database.engine.connect() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


def _make_private(url: str) -> None:
    """Make a new SQLite file readable by its owner only; SQLite gives its side files the same mode."""
    file = get_file(url)
    if file is not None:
        with contextlib.suppress(FileExistsError):
            os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


@contextlib.asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[None]:
    """Let only one process migrate at a time.

    On SQLite its write lock is enough. On PostgreSQL a second connection holds the lock in a transaction, because a
    migration may have to end its own (for CREATE INDEX CONCURRENTLY); this works behind a pooler too.
    """
    if database.is_sqlite:
        yield
        return
    async with database.engine.begin() as connection:
        await connection.execute(_LOCK)
        yield


def check_place(url: str) -> None:
    """Raise `NoDatabaseError` where no SQLite file can be."""
    file = get_file(url)
    if file is not None and file.is_dir():
        raise NoDatabaseError(f"{file} is a folder: name a file in it, sqlite:///FOLDER/carnet.db say.")
    if file is not None and not file.absolute().parent.is_dir():
        raise NoDatabaseError(f"There is no folder {file.absolute().parent}: make it first, or name another place.")


def check_file(url: str) -> None:
    """Raise `NoDatabaseError` if a SQLite file does not exist, because opening it would create an empty one."""
    check_place(url)
    file = get_file(url)
    if file is not None and not file.is_file():
        raise NoDatabaseError(f"There is no database at {file}. `carnet doctor` says what to do.")
