"""Prepared statements read the same on both databases, and fail as every other statement does."""

import pytest
from sqlalchemy import select, text, update

from storage.engine.parameters import number, numbers
from storage.engine.parameters import text as words
from storage.engine.prepared import Prepared
from storage.errors import DatabaseError
from storage.models import User
from tests import factories

NAMES = Prepared(select(User.id, User.name).where(User.tenant_id == number("tenant_id"), User.id > 0).order_by(User.id))


async def test_a_prepared_statement_gives_rows_for_reading_and_for_writing(database):
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = await factories.add_user(connection, "Anne Martin")
        written = await NAMES.fetch(connection, {"tenant_id": 1})
    async with database.reading(1) as connection:
        read = await NAMES.fetch(connection, {"tenant_id": 1})
        again = await NAMES.fetch(connection, {"tenant_id": 2})
    assert [tuple(row) for row in written] == [tuple(row) for row in read] == [(anne, "Anne Martin")]
    assert list(again) == []


async def test_a_prepared_change_says_whom_it_found_and_goes_with_its_transaction(database):
    named = update(User).where(User.tenant_id == number("of_tenant"), User.id == number("user_id"))
    rename = Prepared(named.values(name=words("new_name")).returning(User.id))
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = await factories.add_user(connection, "Anne Martin")
    with pytest.raises(ZeroDivisionError):
        async with database.writing(1) as connection:
            found = await rename.fetch(connection, {"of_tenant": 1, "user_id": anne, "new_name": "Anna"})
            assert [tuple(row) for row in found] == [(anne,)]
            assert not await rename.fetch(connection, {"of_tenant": 1, "user_id": anne + 1, "new_name": "Bob"})
            raise ZeroDivisionError
    async with database.reading(1) as connection:
        assert [tuple(row) for row in await NAMES.fetch(connection, {"tenant_id": 1})] == [(anne, "Anne Martin")]


async def test_what_goes_wrong_is_an_error_of_storage(database):
    broken = Prepared(select(text("nothing FROM nowhere")))
    with pytest.raises(DatabaseError):
        async with database.reading(1) as connection:
            await broken.fetch(connection, {})


async def test_booleans_and_json_are_the_same_however_they_are_read(database):
    asked = select(User.is_active, User.settings).where(User.tenant_id == number("tenant_id"))
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        await factories.add_user(connection, "Anne Martin")
        await connection.execute(update(User).values(settings={"notices": {"kept": [1, None]}}))
        written = await Prepared(asked).fetch(connection, {"tenant_id": 1})
    async with database.reading(1) as connection:
        read = await Prepared(asked).fetch(connection, {"tenant_id": 1})
        (plain,) = await connection.execute(asked, {"tenant_id": 1})
    for row in (*written, *read, plain):
        assert row.is_active is True
        assert row.settings == {"notices": {"kept": [1, None]}}


@pytest.mark.parametrize("places", [[], [1], [2, 0]])
async def test_a_list_that_is_given_each_time_may_have_any_length(database, places):
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        there = [await factories.add_user(connection, name) for name in ("Anne Martin", "Bertrand Petit", "Carl")]
    ids = [there[place] for place in places]
    chosen = Prepared(select(User.id).where(User.tenant_id == number("tenant_id"), User.id.in_(numbers("ids"))))
    for opened in (database.reading, database.writing):
        async with opened(1) as connection:
            found = await chosen.fetch(connection, {"tenant_id": 1, "ids": ids})
        assert {row.id for row in found} == set(ids)


async def test_a_list_of_values_is_refused_before_a_database_is(database):
    chosen = Prepared(select(User.id).where(User.name.in_(["Anne", "Bob"])))
    with pytest.raises(ValueError, match="literals"):
        async with database.reading(1) as connection:
            await chosen.fetch(connection, {})


async def test_a_statement_that_is_refused_is_asked_once(database):
    broken = Prepared(select(text("nothing FROM nowhere")))
    with pytest.raises(DatabaseError, match=r"UndefinedTable|OperationalError"):
        async with database.writing(1) as connection:
            await broken.fetch(connection, {})
