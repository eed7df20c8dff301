"""How a question is read: SQLAlchemy Core writes the SQL, the driver runs it.

Writing transactions go through SQLAlchemy whole. Its way through a statement takes longer than an indexed read does, so
readers speak to the drivers: `sqlite_reader.py` and `postgres_reader.py`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any, NamedTuple, Protocol

from sqlalchemy import JSON, Boolean, Dialect, Executable, SelectBase
from sqlalchemy.engine import IteratorResult
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.sql.compiler import ExpandedState, SQLCompiler

from storage.engine.connection import Given
from storage.engine.rls import Tenancy

Values = Sequence[Any]
Convert = Callable[[Any], Any]


class Answer(NamedTuple):
    """What a driver gives; where there are no rows, the names may be missing."""

    names: Sequence[str]
    rows: Sequence[Values]


class DriverReading(ABC):
    """A `Reading` (`connection.py`) on a driver's own connection; raises `DatabaseError`."""

    def __init__(self, dialect: Dialect) -> None:
        self.dialect = dialect

    @abstractmethod
    async def run(self, sql: str, values: Values, *, is_quick: bool = False) -> Answer:
        """Run SQL as the driver takes it; what `is_quick` reads a few rows by an index (`sqlite_reader.py`)."""

    async def execute(self, statement: Executable, parameters: Given | None = None) -> Any:
        """Run any statement; one that is asked often is a `Prepared`, for this compiles it anew."""
        compiled = statement.compile(dialect=self.dialect)  # type: ignore[attr-defined]  # every Executable is a clause
        assert isinstance(compiled, SQLCompiler)  # noqa: S101  # mypy's sake: DDL has another compiler
        state = compiled.construct_expanded_state(parameters)
        answer = await self.run(state.statement, list_values(compiled, state))
        return _make_result(answer.names, convert_rows(answer.rows, list_converters(statement, self.dialect)))

    async def scalar(self, statement: Executable, parameters: Given | None = None) -> Any:
        """Run a statement, and give the first column of its first row; None without a row."""
        return (await self.execute(statement, parameters)).scalar()

    async def scalars(self, statement: Executable, parameters: Given | None = None) -> Any:
        """Run a statement, and give the first column of every row."""
        return (await self.execute(statement, parameters)).scalars()

    async def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] | None = None) -> Any:
        """Run SQL that is written as the driver takes it."""
        answer = await self.run(statement, parameters or ())
        return _make_result(answer.names, answer.rows)


class Reader(Protocol):
    """A database, as it is read."""

    def reading(self, tenancy: Tenancy) -> AbstractAsyncContextManager[DriverReading]:
        """Lend a reader for a tenant or for `SYSTEM`; with None, PostgreSQL shows it no rows at all."""

    async def close(self) -> None:
        """Close every connection."""


def list_converters(statement: Executable, dialect: Dialect) -> Sequence[tuple[int, Convert]]:
    """Return the places of the columns that a driver gives raw, and what makes values of them.

    Both drivers give JSON as text, and SQLite has no booleans.
    """
    columns = statement.selected_columns if isinstance(statement, SelectBase) else ()
    kinds = ((place, column.type.dialect_impl(dialect)) for place, column in enumerate(columns))
    return [(place, convert) for place, kind in kinds if (convert := _choose(kind, dialect)) is not None]


def convert_rows(rows: Sequence[Values], converters: Sequence[tuple[int, Convert]]) -> Sequence[Values]:
    """Make values of what the driver gives raw."""
    return list(_convert(rows, converters)) if converters else rows


def _convert(rows: Sequence[Values], converters: Sequence[tuple[int, Convert]]) -> Iterator[Values]:
    for row in rows:
        values = list(row)
        for place, convert in converters:
            values[place] = convert(values[place])
        yield values


def _choose(kind: object, dialect: Dialect) -> Convert | None:
    if isinstance(kind, JSON):
        return _read_json
    return _read_boolean if isinstance(kind, Boolean) and dialect.name == "sqlite" else None


def _read_json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _read_boolean(value: int | None) -> bool | None:
    return None if value is None else bool(value)


def list_values(compiled: SQLCompiler, state: ExpandedState) -> Values:
    """Return the values of a statement in their places, as the driver takes them."""
    dialect = compiled.dialect
    kinds = ((name, one.type.dialect_impl(dialect)) for name, one in compiled.binds.items())
    processors = {name: processor for name, kind in kinds if (processor := kind.bind_processor(dialect)) is not None}
    processors |= state.processors
    values = zip(state.positiontup or (), state.positional_parameters, strict=True)
    return [processors[name](value) if name in processors else value for name, value in values]


def _make_result(names: Sequence[str], rows: Sequence[Values]) -> IteratorResult[Any]:
    return IteratorResult(SimpleResultMetaData(names or ("",)), iter(rows))
