"""PostgreSQL spoken to past SQLAlchemy, for what a turn waits for: one message for each read, and none besides.

SQLAlchemy takes two messages to begin a transaction of a tenant and one to end it, and three times as long over each
statement. What goes wrong is said by SQLAlchemy all the same: it is asked once more, and lets dead connections go.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.driver_errors import POSTGRES_FAILURES, translating
from storage.engine.rls import Tenancy, write_tenancy

_PROBE: Final = text("SELECT 1")
_READS_FOR: Final = "carnet reads for"
_NOBODY_KNOWS: Final = object()


async def connect_postgres(*args: Any, **options: Any) -> Any:
    """Open a connection; raises `StoreUnavailableError` where nobody listens, or nobody is let in."""
    with translating():
        return await asyncpg.connect(*args, **options)


def get_driver(connection: AsyncConnection) -> Any:
    """Give the driver's own connection; None where there is none any more."""
    proxied = connection.sync_connection
    return proxied.connection.driver_connection if proxied is not None else None


async def read_for(connection: AsyncConnection, tenancy: Tenancy) -> None:
    """Have a connection that is ours alone read for a tenant (None: for nobody) until another is named.

    It takes a message only where the connection has read for another before.
    """
    info = connection.info
    if info.get(_READS_FOR) != tenancy:
        info[_READS_FOR] = _NOBODY_KNOWS
        await run_script(connection, f"SELECT {write_tenancy(tenancy, lasts=True)}")
        info[_READS_FOR] = tenancy


@contextlib.asynccontextmanager
async def reading_after(connection: AsyncConnection, opening: str) -> AsyncIterator[None]:
    """Run the block in a read-only transaction of a connection in autocommit mode; `opening` are its first statements.

    A connection on which the transaction could not be ended is not used again; what was read is good all the same.
    """
    driver = get_driver(connection)
    await run_script(connection, f"BEGIN READ ONLY; {opening}")
    try:
        yield
    finally:
        is_over = False
        try:
            with contextlib.suppress(*POSTGRES_FAILURES):
                await driver.execute("ROLLBACK")
                is_over = True
        finally:
            if not is_over:
                await connection.invalidate()


async def run_script(connection: AsyncConnection, script: str) -> str:
    """Run statements without parameters in one message; gives what the last one says of itself ("INSERT 0 1").

    Raises `DatabaseError`.
    """
    with translating():
        try:
            said: str = await get_driver(connection).execute(script)
        except POSTGRES_FAILURES:
            await connection.execute(_PROBE)
            await connection.invalidate()
            raise
    return said
