"""A user is known by tenant and Entra object id, and by nothing else."""

import pytest

from storage.engine.rls import SYSTEM
from storage.firm.users import get_known_user, get_user, get_user_names
from storage.lists.filters import Filter
from storage.views.changes import add_view
from tests import factories
from tests.factories import NOW, viewer_of

FIRM = "00000000-0000-4000-8000-00000000000a"
OTHER = "00000000-0000-4000-8000-00000000000b"
ANNE = "10000000-0000-4000-8000-00000000000c"


@pytest.fixture
async def anne(database) -> int:
    async with database.writing(SYSTEM) as connection:
        await factories.add_tenant(connection, 1, entra_id=FIRM, language="fr", shares_contacts=False)
        await factories.add_tenant(connection, 2, entra_id=OTHER)
        return await factories.add_user(connection, "Anne Martin", entra_id=ANNE, address="anne@firm.example")


async def know(database, tenant, object_):
    async with database.reading(SYSTEM) as connection:
        return await get_known_user(connection, tenant, object_)


async def test_S9_a_user_is_known_by_tenant_and_object_id(database, anne):
    known = await know(database, FIRM.upper(), ANNE.upper())
    assert (known.viewer.tenant_id, known.viewer.user_id, known.viewer.shares_contacts) == (1, anne, False)
    assert (known.name, known.language, known.timezone, known.refusal) == ("Anne Martin", "fr", "UTC", "")


@pytest.mark.parametrize(
    ("tenant", "object_"),
    [
        (OTHER, ANNE),
        (FIRM, OTHER),
        (FIRM, "anne@firm.example"),
        ("", ""),
        (FIRM, "\0"),
        ("' OR 1=1 --", ANNE),
        ("é", "é"),
    ],
)
async def test_S9_nobody_else_is_known(database, anne, tenant, object_):
    assert await know(database, tenant, object_) is None


async def test_the_same_person_in_two_tenants_is_two_users(database, anne):
    async with database.writing(SYSTEM) as connection:
        other = await factories.add_user(connection, "Anne Martin", tenant_id=2, entra_id=ANNE)
    assert (await know(database, OTHER, ANNE)).viewer == viewer_of(other, tenant_id=2)


async def test_who_left_keeps_a_name_on_old_cards(database, anne):
    async with database.writing(1) as connection:
        gone = await factories.add_user(connection, "Gone", is_active=False)
    async with database.reading(1) as connection:
        names = await get_user_names(connection, viewer_of(anne), [anne, gone, 99, 2**70])
        user = await get_user(connection, viewer_of(anne), gone)
    assert names == {anne: "Anne Martin", gone: "Gone"}
    assert (user.name, user.is_active) == ("Gone", False)


@pytest.mark.parametrize(
    ("said", "may_name_view"),
    [("show my clients", False), ("", True), ("please, the Dórmant-CLIENTS!", True), ("!", False), ("x" * 2000, True)],
)
async def test_whether_a_view_may_be_meant_is_known_with_who_asks(database, anne, said, may_name_view):
    async with database.writing(1) as connection:
        await add_view(connection, viewer_of(anne), "dormant clients", Filter(), now=NOW, source="chat")
    async with database.reading(SYSTEM) as connection:
        known = await get_known_user(connection, FIRM, ANNE, said)
    assert (known.viewer.user_id, known.may_name_view) == (anne, may_name_view)
