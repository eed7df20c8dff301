"""A statement of the busiest paths: compiled once for each database, and read from SQLite without anything between.

SQLAlchemy's way through a statement takes longer than SQLite's own; these few reads go straight to the connection.
"""

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.inline_sqlite import InlineConnection


class Prepared:
    """A select whose parameters are all whole numbers and texts; on SQLite its booleans come as 0 and 1."""

    __slots__ = ("_defaults", "_names", "_sql", "statement")

    def __init__(self, statement: Select[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._sql = ""
        self._names: Sequence[str] = ()
        self._defaults: Mapping[str, Any] = {}

    async def fetch(self, connection: AsyncConnection, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows."""
        driver = _get_driver(connection)
        if isinstance(driver, InlineConnection):
            if not self._sql:
                self._compile(connection)
            given = {**self._defaults, **values}
            # What goes wrong is said below, as SQLAlchemy says it.
            with contextlib.suppress(sqlite3.Error):
                return driver.fetch(self._sql, [given[name] for name in self._names])
        rows: Sequence[Any] = (await connection.execute(self.statement, values)).all()
        return rows

    def _compile(self, connection: AsyncConnection) -> None:
        compiled = self.statement.compile(dialect=connection.dialect)
        self._names = compiled.positiontup or ()
        self._defaults = compiled.params
        self._sql = str(compiled)


def _get_driver(connection: AsyncConnection) -> Any:
    proxied = connection.sync_connection
    return proxied.connection.driver_connection if proxied is not None else None
