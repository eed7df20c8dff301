"""The revisions of this release and of a database, known without Alembic: loading it is a tenth of a start."""

import functools
from pathlib import Path
from typing import Final

from sqlalchemy import text

from storage.engine.database import Database
from storage.engine.rls import SYSTEM

SCRIPTS: Final = Path(__file__).parent / "migrations"
_VERSION: Final = text("SELECT version_num FROM alembic_version")
_FILES_TABLES: Final = text(
    "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite$_%' ESCAPE '$'"
)
_SERVERS_TABLES: Final = text(
    "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = ANY(current_schemas(false))"
)


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
    """Return the names of a database's tables, `alembic_version` among them: it says the revision."""
    async with database.reading(SYSTEM) as connection:
        found = await connection.execute(_FILES_TABLES if database.is_sqlite else _SERVERS_TABLES)
        return {row[0] for row in found}


async def get_revision(database: Database, tables: set[str] | None = None) -> str | None:
    """Return the revision of a database's schema, whose tables may be known; None where it has none."""
    if "alembic_version" not in (await list_tables(database) if tables is None else tables):
        return None
    async with database.reading(SYSTEM) as connection:
        found: str | None = await connection.scalar(_VERSION)
        return found
