"""Real databases for every test that asks for one: SQLite, and a PostgreSQL that comes from a wheel."""

import asyncio
import gc
import itertools
import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
import structlog

from storage.engine.database import Database, open_database
from storage.schema.migrate import migrate
from tests.postgres import PostgresServer, run_postgres

gc.disable()  # what is imported and collected stays: looking for garbage among it takes a third of that time
pytest_plugins = ["tests.books", "tests.microsoft", "tests.live", "tests.installation", "tests.service"]
_numbers = itertools.count(1)


def pytest_collection_finish() -> None:
    """From here on garbage is looked for."""
    gc.freeze()
    gc.enable()


@pytest.fixture(autouse=True)
def plain_logs() -> Iterator[None]:
    """Let no test that sets the service's logs up send those of later tests to a stream that is closed by then."""
    was_set_up = structlog.is_configured()
    yield
    if not was_set_up:
        structlog.reset_defaults()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """A PostgreSQL server, with the role that the tests use."""
    with run_postgres() as url:
        server = PostgresServer(url)
        asyncio.run(server.set_up())
        yield server
        asyncio.run(server.clear_up())


@pytest.fixture(scope="session")
def sqlite_with_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every table, to be copied: making one takes a tenth of a second."""
    file = tmp_path_factory.mktemp("sqlite") / "carnet.db"
    asyncio.run(_create_tables(f"sqlite:///{file}"))
    return file


@pytest.fixture
async def sqlite_database(sqlite_with_tables: Path, tmp_path: Path) -> AsyncIterator[Database]:
    shutil.copyfile(sqlite_with_tables, tmp_path / "carnet.db")
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    yield database
    await database.close()


@pytest.fixture
async def make_postgres(postgres_server: PostgresServer) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Make databases with nothing in them, or copies of another, and give their URLs."""
    names: list[str] = []

    async def make(template: str = "template1") -> str:
        names.append(f"carnet_{os.getpid()}_{next(_numbers)}")
        return await postgres_server.create(names[-1], template)

    yield make
    for name in names:
        await postgres_server.drop(name)


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file brought to the newest schema, to be copied: that takes a second."""
    file = tmp_path_factory.mktemp("migrated") / "carnet.db"
    asyncio.run(migrate(f"sqlite:///{file}"))
    return file


@pytest.fixture(scope="session")
def migrated_postgres(postgres_server: PostgresServer) -> Iterator[str]:
    """Name of a database brought to the newest schema, to be copied."""
    name = f"carnet_{os.getpid()}_migrated"
    asyncio.run(migrate(asyncio.run(postgres_server.create(name))))
    yield name
    asyncio.run(postgres_server.drop(name))


@pytest.fixture(scope="session")
def postgres_with_tables(postgres_server: PostgresServer) -> Iterator[tuple[str, str]]:
    """Name and URL of a database with every table, emptied after each test: making one takes half a second."""
    name = f"carnet_{os.getpid()}"
    url = asyncio.run(postgres_server.create(name))
    asyncio.run(_create_tables(url))
    yield name, url
    asyncio.run(postgres_server.drop(name))


async def _create_tables(url: str) -> None:
    database = open_database(url)
    await database.create_tables()
    await database.close()


@pytest.fixture
async def postgres_database(
    postgres_server: PostgresServer, postgres_with_tables: tuple[str, str]
) -> AsyncIterator[Database]:
    name, url = postgres_with_tables
    database = open_database(url)
    yield database
    await database.close()
    await postgres_server.empty(name)


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Database:
    """Run the test once on each database."""
    return request.getfixturevalue(f"{request.param}_database")
