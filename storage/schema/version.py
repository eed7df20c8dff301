"""Compare a database's schema with this release: missing, older, current or newer."""

import os
from typing import Final, Literal

from sqlalchemy import text

from storage.engine.connection import Reading
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import StatementError
from storage.schema.revisions import list_revisions

Standing = Literal["none", "older", "current", "newer"]
_TABLES: Final = text("SELECT 1 FROM tenants LIMIT 1")
_VERSION: Final = text("SELECT version_num FROM alembic_version")

_READ_ONLY: Final = text("SELECT current_setting('transaction_read_only')")


async def get_schema_standing(database: Database) -> Standing:
    """Return the state of a database's schema; raises `StoreUnavailableError` if the database does not answer."""
    await database.ping()
    if not await _answers(database, _TABLES):
        return "none"
    if not await _answers(database, _VERSION):  # tables made without migrations: tests and benches
        return "current"
    async with database.reading(SYSTEM) as connection:
        return judge_revision(await _get_version(connection))


def judge_revision(revision: str | None) -> Standing:
    """Classify a revision; one that this release does not know is from a newer one."""
    revisions = list_revisions()
    if revision is None:
        return "none"
    if revision not in revisions:
        return "newer"
    return "current" if revision == revisions[0] else "older"


async def is_read_only(database: Database) -> bool:
    """Return whether nothing can be written: a file that is not ours, a server that is a copy of another."""
    if database.is_sqlite:
        return not os.access(str(database.engine.url.database), os.W_OK)
    async with database.engine.connect() as connection:
        return str(await connection.scalar(_READ_ONLY)) == "on"


async def _get_version(connection: Reading) -> str | None:
    found: str | None = await connection.scalar(_VERSION)
    return found


async def _answers(database: Database, statement: object) -> bool:
    """Return whether a statement finds its table."""
    try:
        async with database.reading(SYSTEM) as connection:
            await connection.execute(statement)  # type: ignore[call-overload]
    except StatementError:
        return False
    return True
