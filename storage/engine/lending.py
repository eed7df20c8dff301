"""Connections that are lent to one piece of work after another, and never go back to SQLAlchemy's pool in between.

Taking one from the pool and handing it back costs twice what an indexed read does.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from storage.engine.pools import Generations
from storage.engine.postgres import get_driver
from storage.errors import StoreUnavailableError

PATIENCE: Final = 30.0
"""Seconds for a connection to come back, as in SQLAlchemy's pools."""


class Shared:
    """One connection for everybody at once, for SQLite: its reads never wait."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """Lend the connection."""
        if self._connection is None:
            self._connection = await self._engine.connect()
        yield self._connection

    async def close(self) -> None:
        """Close it."""
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
        await self._engine.dispose()


class Lender:
    """At most so many connections of an engine in autocommit mode, opened as they are needed."""

    def __init__(self, engine: AsyncEngine, most: int, generations: Generations, *, patience: float = PATIENCE) -> None:
        self._engine = engine
        self._patience = patience
        self._generations = generations
        self._idle: list[AsyncConnection] = []
        self._places = asyncio.Semaphore(most)

    @contextlib.asynccontextmanager
    async def lend(self) -> AsyncIterator[AsyncConnection]:
        """Lend the connection that came back last; one whose server has gone is left, and another is opened.

        Raises `StoreUnavailableError` where all are lent for too long, as `pools.Pool` does.
        """
        await self._wait()
        try:
            connection = await self._take()
            try:
                yield connection
            except asyncio.CancelledError:
                # An answer may still be on its way.
                await connection.invalidate()
                raise
            finally:
                await self._take_back(connection)
        finally:
            self._places.release()

    async def _wait(self) -> None:
        if not self._places.locked():
            await self._places.acquire()
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._places.acquire()
        except TimeoutError as error:
            raise StoreUnavailableError("NoConnectionFree") from error

    async def _take(self) -> AsyncConnection:
        while self._idle:
            connection = self._idle.pop()
            if self._is_alive(connection) and self._generations.is_current(connection.info):
                return connection
            await _let_go(connection)
        return await self._engine.connect()

    async def _take_back(self, connection: AsyncConnection) -> None:
        if not self._is_alive(connection):
            await _let_go(connection)
            return
        if connection.in_transaction():  # SQLAlchemy's own, of which PostgreSQL knows nothing
            await connection.rollback()
        self._idle.append(connection)

    @staticmethod
    def _is_alive(connection: AsyncConnection) -> bool:
        if connection.closed or connection.invalidated:
            return False
        driver = get_driver(connection)
        return driver is not None and not driver.is_closed()

    async def close(self) -> None:
        """Close the connections that nobody has."""
        while self._idle:
            await self._idle.pop().close()
        await self._engine.dispose()


async def _let_go(connection: AsyncConnection) -> None:
    if not connection.closed and not connection.invalidated:
        await connection.invalidate()
    await connection.close()
