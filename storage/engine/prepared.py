"""A statement of the busiest paths: compiled once for each kind of database, and run without anything between.

SQLAlchemy's way through a statement takes longer than the database's own; these few go straight to the driver.
"""

import contextlib
import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import aiosqlite
import asyncpg
from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from storage.engine.connection import Reading
from storage.engine.driver_errors import POSTGRES_FAILURES, translate
from storage.engine.postgres import get_driver
from storage.engine.sqlite import InlineConnection


class Prepared:
    """A select, or an update that returns something; on SQLite its booleans come as 0 and 1.

    Its parameters are all whole numbers and texts, no lists.
    """

    __slots__ = ("_compiled", "statement")

    def __init__(self, statement: Select[*tuple[Any, ...]] | ReturningUpdate[*tuple[Any, ...]]) -> None:
        self.statement = statement
        self._compiled: dict[str, _Compiled] = {}

    async def fetch(self, connection: Reading, values: Mapping[str, Any]) -> Sequence[Any]:
        """Return all rows."""
        driver = get_driver(connection) if isinstance(connection, AsyncConnection) else None
        if driver is not None:
            compiled = self._compiled.get(connection.dialect.name) or self._compile(connection)
            given = {**compiled.defaults, **values}
            parameters = [given[name] for name in compiled.names]
            # Where there is no database any more, SQLAlchemy says so below, and lets the connection go.
            with contextlib.suppress(sqlite3.Error, *POSTGRES_FAILURES):
                if isinstance(driver, InlineConnection):
                    return driver.fetch(compiled.sql, parameters)
                if isinstance(driver, aiosqlite.Connection):
                    return list(await driver.execute_fetchall(compiled.sql, parameters))
                if isinstance(driver, asyncpg.Connection):
                    return await _fetch_from_postgres(driver, compiled.sql, parameters)
        rows: Sequence[Any] = (await connection.execute(self.statement, values)).all()
        return rows

    def _compile(self, connection: Reading) -> "_Compiled":
        made = self.statement.compile(dialect=connection.dialect)
        if made.post_compile_params:
            raise ValueError("a list of values is a part of the statement: write them as literals")
        compiled = _Compiled(str(made), made.positiontup or (), made.params)
        self._compiled[connection.dialect.name] = compiled
        return compiled


async def _fetch_from_postgres(driver: Any, sql: str, parameters: Sequence[Any]) -> Sequence[Any]:
    """Read, or raise `StatementError` for a statement that was refused: in its transaction it cannot be asked again."""
    try:
        found: Sequence[Any] = await driver.fetch(sql, *parameters)
    except asyncpg.PostgresError as error:
        if driver.is_closed():
            raise
        raise translate(error) from error
    return found


class _Compiled(NamedTuple):
    """A statement as one kind of database takes it, and its parameters by their places."""

    sql: str
    names: Sequence[str]
    defaults: Mapping[str, Any]
