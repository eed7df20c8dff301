"""Many rows at once: `unnest` on PostgreSQL, `executemany` on SQLite, behind one description of the statement.

SQLAlchemy's own bulk inserts build a dictionary a row; a page of mail is thousands of rows, and these are tuples.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Dialect, Table, inspect, literal
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from storage.engine.connection import Reading
from storage.engine.driver_errors import translating
from storage.engine.sqlite_writer import fetch_all
from storage.models import Base

Row = tuple[Any, ...]

_LITERALLY = {"literal_binds": True}
_SQLITE_VARIABLES = 500
"""Values asked for by one `IN`; statements of few different lengths stay in SQLite's cache."""


@dataclass(frozen=True)
class Insert:
    """An insert of many rows, in the order of `key`: two transactions that meet never wait for each other crosswise.

    Columns that are not named get their plain default. `changes` gives, for rows whose key is there already, each
    column's new value as SQL over the table's own name and `excluded`; None skips such rows. Without a key a second row
    with the same primary key is an error.
    """

    model: type[Base]
    columns: tuple[str, ...]
    key: tuple[str, ...] = ()
    changes: tuple[tuple[str, str], ...] | None = None

    @cached_property
    def table(self) -> Table:
        """The table written to."""
        return _get_table(self.model)

    @cached_property
    def _conflict(self) -> str:
        if not self.key:
            return ""
        changes = ", ".join(f"{column} = {value}" for column, value in self.changes or ())
        return f" ON CONFLICT ({', '.join(self.key)}) DO " + (f"UPDATE SET {changes}" if changes else "NOTHING")

    @cached_property
    def for_sqlite(self) -> str:
        """The statement for one row."""
        names, values = self._list_defaults(sqlite.dialect())
        gaps = ", ".join((*"?" * len(self.columns), *values))
        return f"INSERT INTO {self.table.name} ({', '.join((*self.columns, *names))}) VALUES ({gaps}){self._conflict}"

    @cached_property
    def for_postgres(self) -> str:
        """The statement for all rows: one array a column."""
        names, values = self._list_defaults(postgresql.dialect())  # type: ignore[no-untyped-call]
        given = ", ".join(self.columns)
        order = f" ORDER BY {', '.join(self.key)}" if self.key else ""
        arrays = _list_arrays(self.table, self.columns)
        return (
            f"INSERT INTO {self.table.name} ({', '.join((*self.columns, *names))})"
            f" SELECT {', '.join((*self.columns, *values))} FROM unnest({arrays}) AS given ({given})"
            f"{order}{self._conflict}"
        )

    def _list_defaults(self, dialect: Dialect) -> tuple[list[str], list[str]]:
        """Return the columns left out that have a plain default, and the defaults as SQL."""
        names, values = [], []
        for column in self.table.columns:
            if column.name not in self.columns and isinstance(column.default, ScalarElementColumnDefault):
                value = literal(column.default.arg, column.type).compile(dialect=dialect, compile_kwargs=_LITERALLY)
                names.append(column.name)
                values.append(str(value))
        return names, values


async def insert_rows(connection: AsyncConnection, insert: Insert, rows: Sequence[Row]) -> None:
    """Insert rows given as tuples in the order of `insert.columns`."""
    if not rows:
        return
    if connection.dialect.name == "sqlite":
        await _change_sqlite(connection, insert.for_sqlite, rows)
    else:
        await connection.exec_driver_sql(insert.for_postgres, _transpose(rows))


async def upsert_rows(
    connection: AsyncConnection, insert: Insert, rows: Sequence[Row], returning: tuple[str, ...]
) -> list[Row]:
    """Insert or change rows, and give the `returning` columns of each as they are afterwards.

    The first columns of the key are the same for all rows; the last one tells the rows apart.
    """
    if not rows:
        return []
    if connection.dialect.name != "sqlite":
        statement = f"{insert.for_postgres} RETURNING {', '.join(returning)}"
        return [tuple(row) for row in await connection.exec_driver_sql(statement, _transpose(rows))]
    await _change_sqlite(connection, insert.for_sqlite, rows)
    places = [insert.columns.index(column) for column in insert.key]
    fixed = {column: rows[0][place] for column, place in zip(insert.key[:-1], places[:-1], strict=True)}
    wanted = [row[places[-1]] for row in rows]
    return await select_rows(connection, insert.model, returning, fixed, of=insert.key[-1], wanted=wanted)


async def select_rows(
    connection: Reading,
    model: type[Base],
    columns: tuple[str, ...],
    fixed: dict[str, Any],
    *,
    of: str,
    wanted: Iterable[Any],
    is_locking: bool = False,
) -> list[Row]:
    """Return `columns` of the rows where the `fixed` columns have these values and `of` is one of `wanted`.

    `is_locking` holds the rows for the transaction, in the order of `of` (SQLite has one writer anyway).
    """
    values = list(wanted)
    if not values:
        return []
    if connection.dialect.name != "sqlite":
        statement = _select_for_postgres(model, columns, tuple(fixed), of, is_locking)
        result = await connection.exec_driver_sql(statement, (*fixed.values(), values))
        return [tuple(row) for row in result]
    found: list[Row] = []
    for start in range(0, len(values), _SQLITE_VARIABLES):
        some = values[start : start + _SQLITE_VARIABLES]
        size = _round_up(len(some))
        statement = _select_for_sqlite(model, columns, tuple(fixed), of, size)
        found += await _ask_sqlite(connection, statement, (*fixed.values(), *some, *[None] * (size - len(some))))
    return found


async def update_rows(
    connection: AsyncConnection, model: type[Base], key: tuple[str, ...], changes: tuple[str, ...], rows: Sequence[Row]
) -> int:
    """Change rows found by `key`: each tuple holds the key's values, then one value for every `?` in `changes`.

    `changes` are assignments such as `count = count + ?`, each with one `?`, whose column comes first. Gives how many
    rows there were.
    """
    if not rows:
        return 0
    if connection.dialect.name == "sqlite":
        width = len(key)
        statement = _update_for_sqlite(model, key, changes)
        return await _change_sqlite(connection, statement, [(*row[width:], *row[:width]) for row in rows])
    result = await connection.exec_driver_sql(_update_for_postgres(model, key, changes), _transpose(rows))
    return result.rowcount


async def _change_sqlite(connection: AsyncConnection, statement: str, rows: Sequence[Row]) -> int:
    """Run a statement once a row, past SQLAlchemy's cursor: that goes to SQLite's thread and back four times."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    with translating():
        cursor = await driver.executemany(statement, rows)
        return int(cursor.rowcount)


async def _ask_sqlite(connection: Reading, statement: str, parameters: Row) -> list[Row]:
    if not isinstance(connection, AsyncConnection):
        return [tuple(row) for row in await connection.exec_driver_sql(statement, parameters)]
    return await fetch_all(connection, statement, parameters)


def _get_table(model: type[Base]) -> Table:
    table = inspect(model).local_table
    assert isinstance(table, Table)  # noqa: S101  # mypy's sake: a declarative class maps a table
    return table


def _transpose(rows: Sequence[Row]) -> tuple[list[Any], ...]:
    return tuple(map(list, zip(*rows, strict=True)))


def _round_up(count: int) -> int:
    """Take the next of a few sizes, so that few statements are enough."""
    return next(size for size in (1, 8, 32, 128, _SQLITE_VARIABLES) if size >= count)


@lru_cache(maxsize=256)
def _list_types(table: Table) -> dict[str, str]:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    return {column.name: column.type.compile(dialect).partition(" COLLATE ")[0] for column in table.columns}


def _list_arrays(table: Table, columns: Iterable[str], first: int = 1) -> str:
    types = _list_types(table)
    return ", ".join(f"${place}::{types[column]}[]" for place, column in enumerate(columns, first))


@lru_cache(maxsize=256)
def _select_for_postgres(
    model: type[Base],
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
    of: str,
    is_locking: bool,  # noqa: FBT001
) -> str:
    table = _get_table(model)
    where = " AND ".join(f"{column} = ${place}" for place, column in enumerate(fixed, 1))
    lock = f" ORDER BY {of} FOR UPDATE" if is_locking else ""
    array = _list_arrays(table, (of,), len(fixed) + 1)
    return f"SELECT {', '.join(columns)} FROM {table.name} WHERE {where} AND {of} = ANY({array}){lock}"


@lru_cache(maxsize=256)
def _select_for_sqlite(model: type[Base], columns: tuple[str, ...], fixed: tuple[str, ...], of: str, size: int) -> str:
    where = " AND ".join(f"{column} = ?" for column in fixed)
    gaps = ", ".join("?" * size)
    return f"SELECT {', '.join(columns)} FROM {_get_table(model).name} WHERE {where} AND {of} IN ({gaps})"


@lru_cache(maxsize=256)
def _update_for_sqlite(model: type[Base], key: tuple[str, ...], changes: tuple[str, ...]) -> str:
    where = " AND ".join(f"{column} = ?" for column in key)
    return f"UPDATE {_get_table(model).name} SET {', '.join(changes)} WHERE {where}"


@lru_cache(maxsize=256)
def _update_for_postgres(model: type[Base], key: tuple[str, ...], changes: tuple[str, ...]) -> str:
    table = _get_table(model)
    names = [change.partition(" ")[0] for change in changes]
    given = ", ".join((*key, *(f"new_{place}" for place in range(len(changes)))))
    settings = ", ".join(
        f"{name} = {change.partition(' = ')[2].replace('?', f'given.new_{place}')}"
        for place, (name, change) in enumerate(zip(names, changes, strict=True))
    )
    where = " AND ".join(f"{table.name}.{column} = given.{column}" for column in key)
    arrays = _list_arrays(table, (*key, *names))
    return f"UPDATE {table.name} SET {settings} FROM unnest({arrays}) AS given ({given}) WHERE {where}"
