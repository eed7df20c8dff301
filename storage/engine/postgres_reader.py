"""PostgreSQL read on connections of asyncpg's own pool: one message for each statement, and none besides.

asyncpg keeps the statements that a connection has prepared, and with `READING` each is planned once.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy import Dialect

from storage.engine.driver_errors import POSTGRES_FAILURES, translate, translating
from storage.engine.postgres_writer import Generations
from storage.engine.reader import Answer, DriverReading, Values
from storage.engine.rls import SYSTEM, Tenancy, write_reading, write_tenancy
from storage.errors import DatabaseError, StoreUnavailableError

_CLOSING: Final = 5.0
"""Seconds for connections to be given back, when the pool is closed."""
_NOBODY_KNOWS: Final = object()


class PostgresReader:
    """A pool of connections that only read.

    Where no pooler stands before PostgreSQL, a connection keeps the name of the tenant that it read for last.
    """

    def __init__(
        self,
        dialect: Dialect,
        options: Mapping[str, Any],
        generations: Generations,
        *,
        patience: float,
        is_pooled: bool,
    ) -> None:
        self._dialect = dialect
        self._options = options
        self._generations = generations
        self._generation = generations.current
        self._patience = patience
        self._is_pooled = is_pooled
        self._pool: Any = None

    @contextlib.asynccontextmanager
    async def reading(self, tenancy: Tenancy) -> AsyncIterator[DriverReading]:
        """Lend a connection that reads for `tenancy`; behind a pooler the block is one transaction."""
        async with self._lend() as connection:
            reading = _Reading(self._dialect, connection, self._generations)
            if self._is_pooled:
                async with _transaction(reading, tenancy):
                    yield reading
                return
            if tenancy != SYSTEM:
                await connection.read_for(reading, tenancy)
            yield reading

    async def run_script(self, tenancy: int, script: str) -> str:
        """Run statements that may write, as one transaction of a tenant and one message (`Database.run_script`)."""
        async with self._lend() as connection:
            reading = _Reading(self._dialect, connection, self._generations)
            opening = f"SELECT {write_tenancy(tenancy)};" if self._is_pooled else ""
            if not self._is_pooled:
                await connection.read_for(reading, tenancy)
            return await reading.run_script(f"SET LOCAL transaction_read_only = off; {opening} {script}")

    async def close(self) -> None:
        """Close every connection; those that are not given back soon are ended."""
        pool, self._pool = self._pool, None
        if pool is not None:
            with contextlib.suppress(*POSTGRES_FAILURES):
                async with asyncio.timeout(_CLOSING):
                    await pool.close()

    @contextlib.asynccontextmanager
    async def _lend(self) -> AsyncIterator["_Connection"]:
        pool = await self._get_pool()
        lent = await self._acquire(pool)
        try:
            with _leaving_unanswered(lent.itself):
                yield lent.itself
        finally:
            await pool.release(lent)

    async def _acquire(self, pool: Any) -> Any:
        """Take the connection that came back last; raises `StoreUnavailableError` where all are lent for too long."""
        with translating():
            try:
                async with asyncio.timeout(self._patience) as deadline:
                    return await pool.acquire()
            except TimeoutError as error:
                if deadline.expired():
                    raise StoreUnavailableError("NoConnectionFree") from error
                raise

    async def _get_pool(self) -> Any:
        if self._pool is None:
            made = asyncpg.create_pool(min_size=0, reset=_leave, connection_class=_Connection, **self._options)
            self._pool = await made
        if self._generation != self._generations.current:
            self._generation = self._generations.current
            await self._pool.expire_connections()
        return self._pool


class _Connection(asyncpg.Connection):  # type: ignore[misc]  # asyncpg has no types
    """A connection that knows for whom it reads."""

    __slots__ = ("_reads_for",)

    @property
    def itself(self) -> "_Connection":
        """Return the connection without the pool's wrapping, which is empty once the server has gone."""
        return self

    async def read_for(self, reading: "_Reading", tenancy: Tenancy) -> None:
        """Set the tenant of this connection (None: no rows at all); nothing is sent if it is set already."""
        if getattr(self, "_reads_for", _NOBODY_KNOWS) != tenancy:
            self._reads_for: object = _NOBODY_KNOWS
            await reading.run_script(f"SELECT {write_tenancy(tenancy, lasts=True)}")
            self._reads_for = tenancy


class _Reading(DriverReading):
    def __init__(self, dialect: Dialect, connection: _Connection, generations: Generations) -> None:
        super().__init__(dialect)
        self.connection = connection
        self._generations = generations

    async def run(self, sql: str, values: Values, *, is_quick: bool = False) -> Answer:  # SQLite asks
        """Run one statement."""
        try:
            records = await self.connection.fetch(sql, *values)
        except POSTGRES_FAILURES as error:
            self._note_loss()
            raise translate(error) from error
        return Answer(list(records[0].keys()) if records else (), records)

    async def run_script(self, script: str) -> str:
        """Run statements without parameters in one message; gives what the last one says of itself ("INSERT 0 1")."""
        try:
            said: str = await self.connection.execute(script)
        except POSTGRES_FAILURES as error:
            self._note_loss()
            raise translate(error) from error
        return said

    def _note_loss(self) -> None:
        if self.connection.is_closed():
            self._generations.lose()


@contextlib.contextmanager
def _leaving_unanswered(connection: _Connection) -> Iterator[None]:
    """End a connection whose answer nobody waits for any longer.

    asyncpg would ask the server to break the statement off, and wait for that without end: a server that answers
    nothing would hold whoever gives the connection back.
    """
    try:
        yield
    except asyncio.CancelledError:
        connection.terminate()
        raise
    except DatabaseError as error:
        if isinstance(error.__cause__, TimeoutError):
            connection.terminate()
        raise


@contextlib.asynccontextmanager
async def _transaction(reading: _Reading, tenancy: Tenancy) -> AsyncIterator[None]:
    """Run the block in a read-only transaction; where that cannot be ended, what was read is good all the same."""
    await reading.run_script(f"BEGIN READ ONLY; SELECT {write_reading(tenancy)}")
    try:
        with _leaving_unanswered(reading.connection):
            yield
    finally:
        is_over = False
        try:
            with contextlib.suppress(*POSTGRES_FAILURES):
                await reading.connection.execute("ROLLBACK")
                is_over = True
        finally:
            if not is_over:
                reading.connection.terminate()


async def _leave(_connection: Any) -> None:
    """Leave a connection as it is when it comes back: what it keeps is known (`_Connection.read_for`)."""
