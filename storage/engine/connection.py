"""What statements are run on: a reader, or a transaction that may write as well."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar, TypeVarTuple, overload

from sqlalchemy import Dialect, Executable, Result, ScalarResult
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.selectable import TypedReturnsRows

Columns = TypeVarTuple("Columns")
Value = TypeVar("Value")
Given = Mapping[str, Any]

Connection = AsyncConnection
"""A writing transaction, as `Database.writing` gives it; whatever only reads takes it too."""


class Reading(Protocol):
    """What `Database.reading` gives: every statement sees the newest commit, and none writes."""

    @property
    def dialect(self) -> Dialect:
        """The kind of database."""

    @overload
    async def execute(
        self, statement: TypedReturnsRows[*Columns], parameters: Given | None = None
    ) -> Result[*Columns]: ...

    @overload
    async def execute(self, statement: Executable, parameters: Given | None = None) -> Result[*tuple[Any, ...]]: ...

    @overload
    async def scalar(self, statement: TypedReturnsRows[Value], parameters: Given | None = None) -> Value | None: ...

    @overload
    async def scalar(self, statement: Executable, parameters: Given | None = None) -> Any: ...

    @overload
    async def scalars(
        self, statement: TypedReturnsRows[Value], parameters: Given | None = None
    ) -> ScalarResult[Value]: ...

    @overload
    async def scalars(self, statement: Executable, parameters: Given | None = None) -> ScalarResult[Any]: ...

    async def exec_driver_sql(self, statement: str, parameters: tuple[Any, ...] | None = None) -> Result[Any]:
        """Run SQL that is written as the driver takes it."""
