"""A statement of the busiest paths: compiled once for each kind of database, and run by the driver alone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Dialect, Row, Select
from sqlalchemy.engine import result_tuple
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningUpdate

from storage.engine.connection import Reading
from storage.engine.reader import Answer, DriverReading, convert_rows, list_converters, list_values
from storage.engine.sqlite_writer import fetch_all

_NOTHING: Final[Sequence[Any]] = ()


class Prepared:
    """A select, or an update that returns something. Its parameters are whole numbers and texts, and lists of them.

    `is_quick` says that it reads few rows, as a rule, and by an index: SQLite then runs it on the spot, and stops it
    where that takes too long (`sqlite_reader.py`). What does not say so runs in a thread.
    """

    __slots__ = ("_compiled", "is_quick", "statement")

    def __init__(
        self,
        statement: Select[*tuple[Any, ...]] | ReturningUpdate[*tuple[Any, ...]],
        *,
        is_quick: bool = False,
    ) -> None:
        self.statement = statement
        self.is_quick = is_quick
        self._compiled: dict[str, _Compiled] = {}

    async def fetch(self, connection: Reading, values: Mapping[str, Any]) -> Sequence[Row[*tuple[Any, ...]]]:
        """Return all rows; in a writing transaction SQLAlchemy runs what was compiled, on SQLite only at first."""
        compiled = self._compiled.get(connection.dialect.name) or self._compile(connection.dialect)
        sql, given = compiled.fill(values)
        if isinstance(connection, DriverReading):
            return compiled.make_rows(await connection.run(sql, given, is_quick=self.is_quick))
        if compiled.has_names and isinstance(connection, AsyncConnection) and connection.dialect.name == "sqlite":
            return compiled.make_rows(Answer((), await fetch_all(connection, sql, given)))
        result = await connection.exec_driver_sql(sql, given)
        return compiled.make_rows(Answer(tuple(result.keys()), result.all()))

    def _compile(self, dialect: Dialect) -> "_Compiled":
        compiled = self._compiled[dialect.name] = _Compiled(self.statement, dialect)
        return compiled


class _Compiled:
    """A statement as one kind of database takes it, and how its rows are made."""

    def __init__(self, statement: Any, dialect: Dialect) -> None:
        made = statement.compile(dialect=dialect)
        if not all(one.required for one in made.post_compile_params):
            raise ValueError("a list of values is a part of the statement: write them as literals")
        self._made = made
        state = made.construct_expanded_state({name: _NOTHING for name, one in made.binds.items() if one.required})
        self._sql = state.statement
        self._defaults = list(zip(state.positiontup or (), list_values(made, state), strict=True))
        self._converters = list_converters(statement, dialect)
        self._make: Callable[[Any], Any] | None = None

    @property
    def has_names(self) -> bool:
        """Say whether the columns have names yet, as an answer with them or a first row gave them."""
        return self._make is not None

    def fill(self, values: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """Return the SQL, which names each value of a list, and the values in their places."""
        if not self._made.post_compile_params:
            return self._sql, tuple([values.get(name, default) for name, default in self._defaults])
        state = self._made.construct_expanded_state(values)
        return state.statement, tuple(list_values(self._made, state))

    def make_rows(self, answer: Answer) -> Sequence[Row[*tuple[Any, ...]]]:
        """Make rows with names of what the driver gave; where there are no rows, the names may be missing."""
        if self._make is None and answer.names:
            self._make = result_tuple(answer.names)
        if not answer.rows or self._make is None:
            return ()
        return list(map(self._make, convert_rows(answer.rows, self._converters)))
