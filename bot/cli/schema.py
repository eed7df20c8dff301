"""Opening a database for a command: it is there, and has the schema of this release."""

import contextlib
from collections.abc import AsyncIterator
from typing import Final

from bot.config import Config
from storage.engine.database import Database, open_database
from storage.schema.migrate import check_file
from storage.schema.version import describe_strange, get_schema_standing

_SENTENCES: Final = {
    "none": "The database has no tables yet: run `carnet migrate` first.",
    "older": "The database has the schema of an older release: run `carnet migrate` first.",
    "newer": "The database has the schema of a newer release: install that one, or read docs/operations/upgrade.md.",
}


def refuse(database: Database, standing: str, *, is_on_newer: bool = False) -> str:
    """Say why a database of this standing does not do, and what to do; empty where it does."""
    if standing == "newer" and is_on_newer:
        return ""
    return _SENTENCES.get(standing, "") or describe_strange(database, standing)


@contextlib.asynccontextmanager
async def opening(config: Config) -> AsyncIterator[Database]:
    """Open the database of the settings until the block is left.

    Raises `ValueError` with a sentence where there is none, or another release made its tables: what it has more would
    be missed.
    """
    check_file(config.database_url)
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    try:
        if why := refuse(database, await get_schema_standing(database)):
            raise ValueError(why)
        yield database
    finally:
        await database.close()
