import pytest
from sqlalchemy import delete, insert, select, text

from storage.engine.database import Database, next_ids, open_database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.models import Company
from tests import factories

ACME = {"tenant_id": 1, "name": "Acme", "folded_name": "acme"}


async def test_raising_inside_a_transaction_leaves_nothing_behind(database: Database):
    with pytest.raises(ZeroDivisionError):
        async with database.writing(1) as connection:
            await connection.execute(insert(Company).values(id=1, **ACME))
            raise ZeroDivisionError
    async with database.reading(1) as connection:
        assert (await connection.execute(select(Company.id))).all() == []


async def test_numbers_go_on_from_the_highest_one(database: Database):
    async with database.writing(1) as connection:
        first = await next_ids(connection, Company, 1, 2)
        await connection.execute(insert(Company), [{"id": number, **ACME} for number in first])
    async with database.writing(1) as connection:
        assert not set(await next_ids(connection, Company, 1, 2)) & set(first)


@pytest.mark.parametrize("tenancy", [SYSTEM, 1])
async def test_a_connection_that_is_found_dead_has_those_of_every_other_kind_opened_anew(postgres_database, tenancy):
    before = await ask_who_serves(postgres_database, tenancy)
    assert await ask_who_serves(postgres_database, tenancy) == before
    with pytest.raises(DatabaseError):
        async with postgres_database.writing(SYSTEM) as connection:
            await connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    assert await ask_who_serves(postgres_database, tenancy) != before


async def ask_who_serves(database, tenancy) -> int:
    async with database.reading(tenancy) as connection:
        return (await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one()


async def test_A26_what_is_deleted_is_overwritten_in_the_file(tmp_path):
    path = tmp_path / "carnet.db"
    database = open_database(f"sqlite:///{path}")
    try:
        await database.create_tables()
        async with database.writing(1) as connection:
            for number in range(200):
                await factories.add_company(connection, f"Whistlecraft {number}")
        async with database.writing(1) as connection:
            await connection.execute(delete(Company).where(Company.tenant_id == 1))
        async with database.writing(1) as connection:
            await connection.execute(text("SELECT 1"))
    finally:
        await database.close()
    assert b"Whistlecraft" not in path.read_bytes()


async def test_options_of_the_url_hold_on_every_connection(postgres_database):
    given = postgres_database.engine.url.update_query_dict({"options": "-c search_path=public,law-crm -c work_mem=5MB"})
    opened = open_database(given.render_as_string(hide_password=False))
    try:
        async with opened.writing(SYSTEM) as writing, opened.reading(SYSTEM) as reading:
            for connection in (writing, reading):
                shown = await connection.execute(
                    text("SELECT current_setting('search_path') || current_setting('work_mem')")
                )
                assert shown.scalar_one() == "public,law-crm5MB"
    finally:
        await opened.close()
