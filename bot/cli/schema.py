"""Whether the database has the schema of this release: what writes or deletes begins on no other."""

from typing import Final

from storage.engine.database import Database
from storage.schema.version import get_schema_standing

SENTENCES: Final = {
    "none": "The database has no tables yet: run `carnet migrate` first.",
    "older": "The database has the schema of an older release: run `carnet migrate` first.",
    "newer": "The database has the schema of a newer release: install that one, or read docs/operations/upgrade.md.",
}


async def require_own_schema(database: Database) -> None:
    """Raise `ValueError` with a sentence where another release made the tables: what it has more would be missed."""
    standing = await get_schema_standing(database)
    if standing in SENTENCES:
        raise ValueError(SENTENCES[standing])
