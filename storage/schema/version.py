"""Compare a database's schema with this release: missing, older, current or newer, or another program's."""

import os
from typing import Final, Literal

from sqlalchemy import text

from storage.engine.database import Database, get_file
from storage.models import Base
from storage.schema.revisions import get_newest_revision, get_revision, is_known, list_tables

Standing = Literal["none", "older", "current", "newer", "foreign", "broken", "unversioned"]
_STRANGE: Final = {
    "foreign": "is of another program: it has tables, and hardly one of Carnet",
    "broken": "has some of Carnet's tables and not the others: it is not whole",
    "unversioned": "has Carnet's tables, and no alembic_version that says which release made them: it is not whole",
}

_READ_ONLY: Final = text("SELECT current_setting('transaction_read_only')")


async def get_schema_standing(database: Database) -> Standing:
    """Return the state of a database's schema; raises `StoreUnavailableError` if the database does not answer.

    What another process is just making looks strange for a moment: it is looked at twice.
    """
    await database.ping()
    standing: Standing = "none"
    for _ in range(2):
        tables = await list_tables(database)
        standing = judge_schema(tables, await get_revision(database, tables), is_file=database.is_sqlite)
        if standing not in _STRANGE:
            break
    return standing


def judge_schema(tables: set[str], revision: str | None, *, is_file: bool) -> Standing:
    """Classify a database by its tables and its revision; a revision that this release does not know is a newer one's.

    A file is one program's; on a server others' tables may stand beside ours, but not in their place. `unversioned` is
    whole but for the revision, as tests and benches make it.
    """
    known = Base.metadata.tables.keys()
    ours, others = tables & known, tables - known - {"alembic_version"}
    if revision is None and not (ours or (others and is_file)):
        return "none"
    if (ours or others) and 2 * len(ours) < len(known):
        return "foreign"
    is_whole = ours == known
    if revision is None:
        return "unversioned" if is_whole else "broken"
    if not is_known(revision):
        return "newer"
    if revision != get_newest_revision():
        return "older"
    return "current" if is_whole else "broken"


def describe_strange(database: Database, standing: str) -> str:
    """Say whose a database is that is not ours, or what it lacks, and what to do; empty for any other."""
    if standing not in _STRANGE:
        return ""
    place = get_file(str(database.engine.url)) or f"The database {database.engine.url.database}"
    return (
        f"{place} {_STRANGE[standing]}. Nothing was changed in it. Name the database that Carnet made, a copy as "
        "docs/operations/backup.md makes it, or a new one."
    )


async def is_read_only(database: Database) -> bool:
    """Return whether nothing can be written: a file that is not ours, a server that is a copy of another."""
    if database.is_sqlite:
        return not os.access(str(database.engine.url.database), os.W_OK)
    async with database.engine.connect() as connection:
        return str(await connection.scalar(_READ_ONLY)) == "on"
