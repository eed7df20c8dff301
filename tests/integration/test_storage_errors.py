"""However a database fails, what comes out of storage is an error of storage (`storage/errors.py`)."""

import asyncio
import contextlib
import logging
import sqlite3
import threading
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, text

from storage.engine.bulk import Insert, insert_rows, select_rows
from storage.engine.database import Database, get_file, open_database
from storage.engine.prepared import Prepared
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError, DatabaseUrlError, StatementError, StoreUnavailableError
from storage.models import Company

COUNT = text("SELECT count(*) FROM companies")
NAMES = Prepared(select(Company.id, Company.name))
ROW = {"tenant_id": 1, "id": 1, "name": "Acme", "folded_name": "acme"}


async def write(database: Database, *statements: str) -> None:
    async with database.writing(SYSTEM) as connection:
        for statement in statements:
            await connection.execute(text(statement))


async def read(database: Database) -> None:
    async with database.reading(1) as connection:
        await connection.execute(COUNT)


async def read_prepared(database: Database) -> None:
    async with database.reading(1) as connection:
        await NAMES.fetch(connection, {})


async def select_many(database: Database) -> None:
    async with database.reading(1) as connection:
        await select_rows(connection, Company, ("id", "name"), {"tenant_id": 1}, of="id", wanted=[1, 2])


async def insert_one(database: Database) -> None:
    async with database.writing(1) as connection:
        await connection.execute(insert(Company).values(**ROW))


async def insert_many(database: Database) -> None:
    async with database.writing(1) as connection:
        await insert_rows(connection, Insert(Company, tuple(ROW)), [tuple(ROW.values())])


@pytest.fixture
def slow_aiosqlite() -> Iterator[None]:
    """Have aiosqlite's threads take their time over everything, as they do on a busy machine."""
    logger, slow = logging.getLogger("aiosqlite"), Slow()
    logger.addHandler(slow)
    logger.setLevel(logging.DEBUG)
    yield
    logger.setLevel(logging.NOTSET)
    logger.removeHandler(slow)


class Slow(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        time.sleep(0.2)


EVERY_WAY = [read, read_prepared, select_many, insert_one, insert_many, Database.ping]


@pytest.mark.parametrize("use", EVERY_WAY)
async def test_a_file_that_is_no_database_is_an_outage(tmp_path, use):
    (tmp_path / "carnet.db").write_bytes(b"not a database, but longer than a header of one hundred bytes " * 4)
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    with pytest.raises(StoreUnavailableError):
        await use(database)
    await database.close()


@pytest.mark.parametrize("use", EVERY_WAY)
async def test_a_folder_that_is_not_there_is_an_outage(tmp_path, use):
    database = open_database(f"sqlite:///{tmp_path}/away/carnet.db")
    with pytest.raises(StoreUnavailableError):
        await use(database)
    await database.close()


def test_a_file_that_cannot_be_opened_leaves_no_thread_behind(tmp_path, slow_aiosqlite):
    before = set(threading.enumerate())
    asyncio.run(test_a_folder_that_is_not_there_is_an_outage(tmp_path, insert_one))
    assert set(threading.enumerate()) == before


def test_a_file_that_is_no_database_leaves_no_thread_behind(tmp_path, slow_aiosqlite):
    before = set(threading.enumerate())
    asyncio.run(test_a_file_that_is_no_database_is_an_outage(tmp_path, insert_one))
    assert set(threading.enumerate()) == before


@pytest.mark.parametrize("use", EVERY_WAY)
async def test_a_server_that_does_not_listen_is_an_outage(use, unused_tcp_port):
    database = open_database(f"postgresql://carnet:no@127.0.0.1:{unused_tcp_port}/carnet")
    with pytest.raises(StoreUnavailableError):
        await use(database)
    await database.close()


@pytest.mark.parametrize("change", [{"username": "stranger"}, {"database": "nowhere"}])
async def test_a_server_that_lets_nobody_in_is_an_outage(postgres_database, change):
    url = postgres_database.engine.url.set(**change).render_as_string(hide_password=False)
    database = open_database(url)
    for use in (read, insert_one, Database.ping):
        with pytest.raises(StoreUnavailableError):
            await use(database)
    await database.close()


@pytest.mark.parametrize("use", [insert_one, insert_many])
async def test_a_file_that_somebody_else_writes_to_is_an_outage(sqlite_database, use):
    async with sqlite_database.engine.connect() as connection:
        await connection.execute(text("PRAGMA busy_timeout = 50"))
    with contextlib.closing(sqlite3.connect(get_file(str(sqlite_database.engine.url)))) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreUnavailableError):
            await use(sqlite_database)


async def test_a_full_disk_is_an_outage(sqlite_database):
    with pytest.raises(StoreUnavailableError, match="OperationalError"):
        await write(sqlite_database, "PRAGMA max_page_count = 1", "CREATE TABLE more (x)")


@pytest.mark.parametrize("use", [read, read_prepared, select_many, insert_one, insert_many])
async def test_a_table_that_is_not_there_is_no_outage(database, use):
    await write(database, "ALTER TABLE companies RENAME TO moved")
    try:
        with pytest.raises(StatementError):
            await use(database)
    finally:
        await write(database, "ALTER TABLE moved RENAME TO companies")


@pytest.mark.parametrize("use", [insert_one, insert_many])
async def test_a_second_row_with_the_same_key_is_no_outage(database, use):
    await use(database)
    with pytest.raises(StatementError):
        await use(database)


@pytest.mark.parametrize("tenancy", [1, SYSTEM])
@pytest.mark.parametrize("is_writing", [True, False])
@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
async def test_a_query_that_is_ended_by_the_server_is_an_outage(postgres_database, end, is_writing, tenancy):
    opened = postgres_database.writing if is_writing else postgres_database.reading
    with pytest.raises(StoreUnavailableError):
        async with opened(tenancy) as connection:
            await connection.execute(text(f"SELECT {end}(pg_backend_pid()), pg_sleep(9)"))
    await read(postgres_database)


async def test_a_query_that_takes_too_long_is_an_outage(postgres_database):
    with pytest.raises(StoreUnavailableError, match="QueryCanceled"):
        await write(postgres_database, "SET LOCAL statement_timeout = 50", "SELECT pg_sleep(9)")


async def test_a_commit_that_is_refused_is_an_error_of_storage(postgres_database):
    with pytest.raises(DatabaseError):
        await write(
            postgres_database,
            "CREATE TEMPORARY TABLE late (x int UNIQUE DEFERRABLE INITIALLY DEFERRED)",
            "INSERT INTO late VALUES (1), (1)",
        )


async def test_a_script_that_is_refused_is_an_error_of_storage(postgres_database):
    with pytest.raises(DatabaseError):
        await postgres_database.run_script(1, "SELECT nothing")


async def test_a_pool_without_a_free_connection_is_an_outage(postgres_database):
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    database = open_database(url, pool_size=1, patience=0.1)
    for opened in (database.writing, database.reading):
        async with opened(1):
            with pytest.raises(StoreUnavailableError, match="NoConnectionFree"):
                await opened(1).__aenter__()
    await database.close()


async def test_what_the_caller_raises_stays_as_it_is(database):
    for opened in (database.writing, database.reading):
        for error in (ConnectionResetError, TimeoutError, LookupError, asyncio.CancelledError):
            with pytest.raises(error):
                async with opened(1):
                    raise error


@pytest.mark.parametrize("url", ["", "carnet.db", "mysql://host/carnet", "sqlite+other:///x", "postgresql://host:x/y"])
def test_a_url_that_names_no_database_is_refused(url):
    with pytest.raises(DatabaseUrlError):
        open_database(url)
