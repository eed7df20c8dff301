"""A tenant that is taken out of the settings is neither read nor served; its data stay."""

from sqlalchemy import insert, text

from bot.admission import Admission
from bot.clock import SharedClock
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.firm.tenants import add_tenant
from storage.firm.users import get_known_user
from storage.messages.outbox import NewNotice, add_notices
from storage.models import Mailbox
from storage.queue.chores import add_chores
from storage.queue.directory import set_tenant_state
from tests.factories import NOW, add_user


async def fill(database) -> None:
    async with database.writing(SYSTEM) as connection:
        for name in ("kept", "gone"):
            number = await add_tenant(connection, name, FirmRules(), NOW)
            user = await add_user(connection, "Anne", tenant_id=number, entra_id=f"anne-{name}")
            await add_chores(connection, number, NOW)
            row = {"tenant_id": number, "user_id": user, "due_at": NOW}
            await connection.execute(insert(Mailbox).values(state="current", **row))
            notice = NewNotice(user, "status", NOW)
            await add_notices(connection, number, [notice], NOW)


async def query(database, sql: str) -> list[tuple]:
    async with database.reading(SYSTEM) as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


async def test_a_tenant_that_was_taken_out_is_a_stranger_and_its_rows_stay(database):
    await fill(database)
    await Admission(database, ["kept"], SharedClock(database).set).try_once()
    assert await query(database, "SELECT entra_id, state FROM tenants ORDER BY tenant_id") == [
        ("kept", "active"),
        ("gone", "closed"),
    ]
    async with database.reading(SYSTEM) as connection:
        assert await get_known_user(connection, "gone", "anne-gone") is None
        assert await get_known_user(connection, "kept", "anne-kept") is not None
    assert await query(database, "SELECT count(*) FROM users") == [(2,)]
    assert await query(database, "SELECT state FROM mailboxes ORDER BY tenant_id") == [("current",), ("stopped",)]
    assert await query(database, "SELECT state FROM outbox ORDER BY tenant_id") == [("pending",), ("dropped",)]
    assert await query(database, "SELECT name FROM chores WHERE tenant_id = 2") == [("retention",)]


async def test_a_look_that_was_under_way_does_not_open_it_again(database):
    await fill(database)
    await Admission(database, ["kept"], SharedClock(database).set).try_once()
    async with database.writing(SYSTEM) as connection:
        assert not await set_tenant_state(connection, 2, "active")
    assert await query(database, "SELECT state FROM tenants WHERE tenant_id = 2") == [("closed",)]


async def test_a_tenant_that_comes_back_is_read_anew_from_its_whole_directory(database):
    await fill(database)
    await Admission(database, ["kept"], SharedClock(database).set).try_once()
    async with database.writing(SYSTEM) as connection:
        number = await add_tenant(connection, "gone", FirmRules(), NOW)
        await add_chores(connection, number, NOW)
    assert await query(database, "SELECT state FROM tenants WHERE tenant_id = 2") == [("active",)]
    assert await query(database, "SELECT link FROM chores WHERE tenant_id = 2 AND name = 'directory'") == [("",)]
