"""The revisions of this release and of a database, known without Alembic: loading it is a tenth of a start."""

import functools
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from storage.engine.database import Database

SCRIPTS: Final = Path(__file__).parent / "migrations"
_VERSION: Final = text("SELECT version_num FROM alembic_version")


@functools.cache
def list_revisions() -> tuple[str, ...]:
    """List the revisions of this release by the names of their files, the newest first."""
    scripts = (SCRIPTS / "versions").glob("[0-9]*_*.py")
    return tuple(sorted((script.name.partition("_")[0] for script in scripts), reverse=True))


def get_newest_revision() -> str:
    """Return the revision that this release needs."""
    revisions = list_revisions()
    if not revisions:
        raise LookupError("no revision was packed with this release")
    return revisions[0]


def is_known(revision: str) -> bool:
    """Return whether a revision is one of this release."""
    return revision in list_revisions()


async def list_tables(database: Database) -> set[str]:
    """Return the names of a database's tables, but for the one that says the revision."""
    async with database.engine.connect() as connection:
        found = await connection.run_sync(lambda given: inspect(given).get_table_names())
    return set(found) - {"alembic_version"}


async def get_revision(database: Database) -> str | None:
    """Return the revision of a database's schema; None where it has none."""
    async with database.engine.connect() as connection:
        return await connection.run_sync(_read_revision)


def _read_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.scalar(_VERSION)
    return found
