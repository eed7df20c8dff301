"""`GET /api/changes`: an open page hears that something was changed, by number, and only of what its reader may see."""

import asyncio
import contextlib
import time

import pytest
from sqlalchemy import select, update

from bot.outlook import live
from storage.book.company_changes import set_company_type
from storage.book.keeping import keep
from storage.models import CompanyType, Tenant, User
from storage.views.order import set_view_hidden
from tests import factories
from tests.factories import NOW, viewer_of
from tests.integration.test_keeping import happen
from tests.outlook import mint, open_page


@pytest.fixture
async def firm(database):
    for tenant_id in (1, 2):
        async with database.writing(tenant_id) as connection:
            await factories.add_tenant(connection, tenant_id)
            await factories.add_user(connection, "Anne Martin", tenant_id=tenant_id)
    return database


async def add_company(database, name="acme", tenant_id=1, **values):
    async with database.writing(tenant_id) as connection:
        return await factories.add_company(connection, name, f"{name}.example", tenant_id=tenant_id, **values)


async def change(database, company_id, type_=CompanyType.CLIENT, tenant_id=1):
    async with database.writing(tenant_id) as connection:
        viewer = viewer_of(await find_anne(connection, tenant_id), tenant_id=tenant_id)
        await set_company_type(connection, viewer, company_id, type_, now=NOW, source="chat")


async def find_anne(connection, tenant_id):
    return await connection.scalar(select(User.id).where(User.tenant_id == tenant_id))


@contextlib.asynccontextmanager
async def listening(page, database, tenant_id=1):
    async with database.reading(tenant_id) as connection:
        token = mint(await find_anne(connection, tenant_id), tenant_id)
    headers = {"Authorization": f"Bearer {token}"}
    async with page.session.get(f"{page.url}/api/changes", headers=headers) as response:
        assert (response.status, response.content_type) == (200, "text/event-stream")
        assert await hear(response) == ": here"
        yield response


async def hear(response, seconds=5):
    async with asyncio.timeout(seconds):
        return (await response.content.readuntil(b"\n\n")).decode().strip()


async def test_a_change_is_heard_within_a_second_and_carries_no_name(firm):
    number = await add_company(firm)
    async with open_page(firm) as page, listening(page, firm) as response:
        started = time.monotonic()
        await change(firm, number)
        assert await hear(response) == f'data: {{"of":"company","id":{number}}}'
        assert time.monotonic() - started < 5  # a second where nothing else runs


async def test_each_change_is_heard_once_and_what_was_before_is_not(firm):
    first, second = await add_company(firm), await add_company(firm, "globex")
    await change(firm, first)
    async with open_page(firm) as page, listening(page, firm) as response:
        await change(firm, second)
        await hear(response)
        await change(firm, first, CompanyType.COURT)
        assert await hear(response) == f'data: {{"of":"company","id":{first}}}'


async def test_S11_nobody_hears_of_another_firm(firm):
    theirs, ours = await add_company(firm, tenant_id=2), await add_company(firm)
    async with open_page(firm) as page, listening(page, firm) as response:
        await change(firm, theirs, tenant_id=2)
        await change(firm, ours)
        assert await hear(response) == f'data: {{"of":"company","id":{ours}}}'


async def test_a_built_in_list_that_is_hidden_or_shown_again_is_heard_of(firm):
    async with open_page(firm) as page, listening(page, firm) as response:
        for is_hidden in (True, False):
            async with firm.writing(1) as connection:
                viewer = viewer_of(await find_anne(connection, 1))
                await set_view_hidden(connection, viewer, -3, is_hidden=is_hidden, now=NOW, source="chat")
            assert await hear(response) == 'data: {"of":"view","id":-3}'


async def test_what_is_kept_to_oneself_or_shared_again_is_heard_of(firm):
    number = await add_company(firm)
    async with firm.writing(1) as connection:
        anne = await find_anne(connection, 1)
        await factories.add_company_relationship(connection, anne, number)
        jane = await factories.add_contact(connection, "Jane Roe", "jane@acme.example", company_id=number)
        await factories.add_relationship(connection, anne, jane)
        await happen(connection, anne, jane, NOW)
    async with open_page(firm) as page, listening(page, firm) as response:
        for is_kept in (True, False):
            async with firm.writing(1) as connection:
                await keep(connection, viewer_of(anne), "company", number, is_kept=is_kept, now=NOW, source="chat")
            assert await hear(response) == f'data: {{"of":"company","id":{number}}}'


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer nonsense"}])
async def test_without_a_good_token_nothing_is_heard(firm, headers):
    async with open_page(firm) as page:
        status, body, _ = await page.get("/api/changes", **headers)
    assert (status, "unauthenticated" in body) == (401, True)


async def test_whoever_has_left_hears_nothing(firm):
    async with firm.writing(1) as connection:
        anne = await find_anne(connection, 1)
        await leave(connection, anne)
    async with open_page(firm) as page:
        status, _, _ = await page.get("/api/changes", Authorization=f"Bearer {mint(anne)}")
    assert status == 403


async def leave(connection, anne):
    await connection.execute(update(User).where(User.id == anne).values(is_active=False))


async def close_to(connection, anne):
    await connection.execute(update(Tenant).where(Tenant.tenant_id == 1).values(serves="group"))
    await connection.execute(update(User).where(User.id == anne).values(may_use=False))


async def pause_firm(connection, _anne):
    await connection.execute(update(Tenant).where(Tenant.tenant_id == 1).values(state="paused"))


@pytest.mark.parametrize("happen", [leave, close_to, pause_firm])
async def test_whoever_is_no_longer_served_hears_nothing_more_and_is_let_go(firm, happen):
    number = await add_company(firm)
    async with open_page(firm) as page, listening(page, firm) as response:
        async with firm.writing(1) as connection:
            await happen(connection, await find_anne(connection, 1))
        await change(firm, number)
        async with asyncio.timeout(5):
            assert await response.content.read() == b""


async def test_of_a_person_s_many_pages_the_oldest_is_let_go(firm):
    async with open_page(firm) as page, contextlib.AsyncExitStack() as stack:
        pages = [await stack.enter_async_context(listening(page, firm)) for _ in range(live.MOST_PAGES + 1)]
        async with asyncio.timeout(5):
            assert await pages[0].content.read() in {b"", b": alive\n\n"}
