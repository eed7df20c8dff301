"""Reading from PostgreSQL: whatever happens in a read, the next one gets a connection as good as new."""

import asyncio

import pytest
from sqlalchemy import text

from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError, StoreUnavailableError

TENANCY = text("SELECT current_setting('carnet.tenant_id', true), current_setting('carnet.is_system', true)")


@pytest.fixture
async def single(postgres_database: Database):
    """A database with one connection, which everybody gets in turn."""
    database = open_database(postgres_database.engine.url.render_as_string(hide_password=False), pool_size=1)
    yield database
    await database.close()


async def read_tenancy(database: Database) -> tuple:
    async with database.reading() as connection:
        return tuple(value or "" for value in (await connection.execute(TENANCY)).one())


@pytest.mark.parametrize("tenancy", [7, SYSTEM])
async def test_a_read_leaves_no_tenancy_on_its_connection(single, tenancy):
    async with single.reading(tenancy) as connection:
        assert any((await connection.execute(TENANCY)).one())
    assert await read_tenancy(single) == ("", "")


async def test_a_read_that_fails_leaves_no_tenancy_on_its_connection(single):
    with pytest.raises(DatabaseError):
        async with single.reading(7) as connection:
            await connection.execute(text("SELECT nothing"))
    assert await read_tenancy(single) == ("", "")


async def test_a_read_that_is_cancelled_leaves_no_tenancy_on_its_connection(single):
    async def read() -> None:
        async with single.reading(7) as connection:
            await connection.execute(text("SELECT pg_sleep(60)"))

    reading = asyncio.create_task(read())
    await asyncio.sleep(0.2)
    reading.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reading
    assert await read_tenancy(single) == ("", "")


async def test_a_connection_that_was_ended_meanwhile_is_an_error_once_and_then_another_one(single):
    end = text("SELECT pg_terminate_backend(pg_backend_pid())")
    with pytest.raises(DatabaseError):
        async with single.reading(7) as connection:
            await connection.execute(end)
    async with single.reading(7) as connection:
        assert (await connection.scalar(TENANCY)) == "7"
    assert await read_tenancy(single) == ("", "")


async def test_a_read_writes_nothing(single):
    with pytest.raises(DatabaseError, match="ReadOnly"):
        async with single.reading(7) as connection:
            await connection.execute(text("DELETE FROM companies"))


async def test_a_script_that_is_refused_is_an_error_of_storage(single):
    with pytest.raises(DatabaseError):
        await single.run_script(7, "SELECT 1; SELECT nothing")
    assert await single.run_script(7, "SELECT 1; SELECT 2") == "SELECT 1"


async def test_a_read_that_fails_for_our_own_reasons_costs_no_connection(single):
    def read_pid(connection):
        return connection.scalar(text("SELECT pg_backend_pid()"))

    async with single.reading(7) as connection:
        pid = await read_pid(connection)
    with pytest.raises(LookupError):
        async with single.reading(7) as connection:
            await connection.scalar(TENANCY)
            raise LookupError
    async with single.reading(7) as connection:
        assert await read_pid(connection) == pid


async def test_a_dead_connection_is_noticed_before_it_is_lent(single, postgres_database):
    async with single.reading(7) as connection:
        pid = await connection.scalar(text("SELECT pg_backend_pid()"))
    async with postgres_database.writing() as connection:
        await connection.execute(text(f"SELECT pg_terminate_backend({pid})"))
    await asyncio.sleep(0.2)
    async with single.reading(7) as connection:
        assert (await connection.scalar(TENANCY)) == "7"


async def test_a_script_writes_for_its_tenant_and_the_next_read_still_writes_nothing(single):
    await single.run_script(7, "CREATE TEMPORARY TABLE written (at int)")
    with pytest.raises(DatabaseError, match="ReadOnly"):
        async with single.reading(7) as connection:
            await connection.execute(text("DELETE FROM companies"))


async def test_who_waits_too_long_for_a_connection_is_told_and_the_next_one_gets_it(postgres_database):
    url = postgres_database.engine.url.render_as_string(hide_password=False)
    database = open_database(url, pool_size=1, patience=0.05)
    async with database.reading(7):
        with pytest.raises(StoreUnavailableError, match="NoConnectionFree"):
            await database.reading(7).__aenter__()
    async with database.reading(7) as connection:
        assert await connection.scalar(text("SELECT 1")) == 1
    await database.close()
