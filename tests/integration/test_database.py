import pytest
from sqlalchemy import insert, select

from storage.database import Database, next_ids
from storage.models import Company

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
