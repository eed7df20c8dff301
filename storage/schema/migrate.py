"""Bringing a database to the newest schema."""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator

from sqlalchemy import text

from storage.engine.database import Database, get_file, open_database
from storage.errors import NewerSchemaError, NoDatabaseError
from storage.models import Base
from storage.schema.revisions import get_newest_revision, get_revision, is_known, list_tables

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
        revision = await get_revision(database)
        if revision is not None and not is_known(revision):
            raise NewerSchemaError(
                f"The schema of this database is {revision}, which this release does not know: a newer one was here. "
                "Install that release again, or restore the backup from before it (docs/operations/upgrade.md)."
            )
        if revision == get_newest_revision():
            return
        if revision is None:
            await _refuse_strangers(database)
        from storage.schema.upgrade import upgrade  # noqa: PLC0415  # Alembic, which a start as a rule does not need

        async with _alone(database), database.engine.connect() as connection:
            await connection.run_sync(upgrade)
    finally:
        await database.close()


async def _refuse_strangers(database: Database) -> None:
    """Raise `NoDatabaseError` with a sentence where tables are in the way of which nobody says what release made them.

    A file is one program's; on a server others' tables may stand beside ours, but not in their place.
    """
    tables = await list_tables(database)
    strange = tables if database.is_sqlite else tables & Base.metadata.tables.keys()
    if not strange or await get_revision(database) is not None:  # another process has made them just now
        return
    place = get_file(str(database.engine.url)) or f"The database {database.engine.url.database}"
    ours = strange & Base.metadata.tables.keys()
    half = "has tables of Carnet's names, and no alembic_version that says which release made them: it is not whole"
    raise NoDatabaseError(
        f"{place} {half if ours else 'is of another program: it has tables, and none of Carnet'}. Nothing was changed "
        "in it. Name the database that Carnet made, a copy as docs/operations/backup.md makes it, or a new one."
    )


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
