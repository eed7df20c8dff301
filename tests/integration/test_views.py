"""Saved views: own, shared and built in, as each reader keeps them."""

from dataclasses import dataclass

import pytest
from sqlalchemy import literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.undo import undo_change
from storage.errors import MissingError, RefusedError, StaleError, TakenError
from storage.lists.filters import Filter
from storage.models import CompanyType
from storage.record.audit import list_audit
from storage.text.names import fold
from storage.viewer import Viewer
from storage.views import changes, order, views
from tests import factories
from tests.factories import NOW, viewer_of

MADE = {"now": NOW, "source": "chat"}
DORMANT = Filter(types=(CompanyType.CLIENT,), partners=("me",))


@dataclass
class Firm:
    anne: Viewer
    marc: Viewer
    zoe: Viewer


@pytest.fixture
async def firm(database) -> Firm:
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        people = [await factories.add_user(connection, name) for name in ("Anne Martin", "Marc Lefèvre", "Zoë Müller")]
    return Firm(*(viewer_of(user_id) for user_id in people))


async def do(database, step, *arguments, **options):
    async with database.writing(1) as connection:
        return await step(connection, *arguments, **options)


async def save(database, viewer, name="Dormant clients", filter_=DORMANT, **options):
    change = await do(database, changes.add_view, viewer, name, filter_, **(MADE | options))
    return await do(database, views.get_view, viewer, change.entity_id)


async def copy(database, viewer, view_id, name, **options):
    change = await do(database, changes.copy_view, viewer, view_id, name, **(MADE | options))
    return await do(database, views.get_view, viewer, change.entity_id)


async def names(database, viewer, **options) -> list[str]:
    return [view.name or view.builtin for view in await do(database, views.list_views, viewer, **options)]


MORE = ["my_contacts", "partner_of", "all_companies"]
BUILTIN = ["my_companies", "clients", "prospects", "referral_sources", *MORE]


async def test_the_four_views_are_there_from_the_first_day(database, firm):
    assert await names(database, firm.anne) == BUILTIN
    prospects = await do(database, views.get_view, firm.anne, -3)
    assert (prospects.builtin, prospects.filter) == ("prospects", Filter(types=(CompanyType.PROSPECT,)))


async def test_built_in_views_are_hidden_and_not_deleted(database, firm):
    await do(database, order.set_view_hidden, firm.anne, -2, is_hidden=True, **MADE)
    assert await names(database, firm.anne) == ["my_companies", "prospects", "referral_sources", *MORE]
    assert await names(database, firm.anne, is_hidden=True) == BUILTIN
    assert await names(database, firm.marc) == BUILTIN
    await do(database, order.set_view_hidden, firm.anne, -2, is_hidden=False, **MADE)
    assert await names(database, firm.anne) == BUILTIN
    for step in (changes.delete_view, changes.unshare_view, changes.share_view):
        with pytest.raises(RefusedError, match="builtin"):
            await do(database, step, firm.anne, -2, **MADE)


async def test_a_view_keeps_its_filter_and_me_stays_me(database, firm):
    view = await save(database, firm.anne)
    assert (view.filter, view.is_own, view.version) == (DORMANT, True, 1)
    assert await names(database, firm.anne) == [*BUILTIN, "Dormant clients"]
    assert await names(database, firm.marc) == BUILTIN


@pytest.mark.parametrize("name", ["dormant CLIENTS", " Dormant  clients ", "Dórmant-clients", "MES CLIENTS"])
async def test_a_name_is_unique_for_its_owner_after_folding(database, firm, name):
    await save(database, firm.anne)
    with pytest.raises(TakenError):
        await save(database, firm.anne, name, reserved_names=["Mes clients"])
    await save(database, firm.marc, name)


@pytest.mark.parametrize("name", ["شركة " * 40, "北京律师事务所" * 28, "🚀👩‍⚖️" * 40, "x" * 400, "%_'\";--", "!!"])
async def test_a_view_may_have_any_name_that_can_be_read(database, firm, name):
    view = await save(database, firm.anne, name)
    found = await do(database, views.find_views, firm.anne, name)
    assert [(match.id, match.is_exact) for match in found] == [(view.id, True)]
    assert len(view.name) <= 200


@pytest.mark.parametrize("name", ["", "  ", "\u200b\0"])
async def test_a_name_with_nothing_to_read_is_refused(database, firm, name):
    with pytest.raises(RefusedError, match="bad_name"):
        await save(database, firm.anne, name)


async def test_nobody_has_more_views_than_a_menu_bears(database, firm):
    for number in range(changes.MOST):
        await save(database, firm.anne, f"View {number}")
    with pytest.raises(RefusedError, match="too_many"):
        await save(database, firm.anne, "One more")


async def test_B67_a_view_that_was_changed_since_is_not_overwritten(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.rename_view, firm.anne, view.id, "Sleepers", version=1, **MADE)
    with pytest.raises(StaleError) as stale:
        await do(database, changes.set_view_filter, firm.anne, view.id, Filter(), version=1, **MADE)
    assert (stale.value.present.name, stale.value.present.version) == ("Sleepers", 2)


async def test_a_shared_view_is_read_and_not_changed(database, firm):
    view = await save(database, firm.anne)
    shared = await do(
        database, changes.share_view, firm.anne, view.id, user_ids=[firm.marc.user_id, firm.anne.user_id], **MADE
    )
    assert shared.new_user_ids == (firm.marc.user_id,)
    read = await do(database, views.get_view, firm.marc, view.id)
    assert (read.is_own, read.owner_name, read.filter.partners, read.shared_with) == (False, "Anne Martin", ("me",), 0)
    assert (await do(database, views.get_view, firm.anne, view.id)).shared_with == 1
    assert await do(database, views.get_view, firm.zoe, view.id) is None
    for step, more in ((changes.rename_view, ["Mine"]), (changes.delete_view, [])):
        with pytest.raises(RefusedError, match="not_owner"):
            await do(database, step, firm.marc, view.id, *more, **MADE)
        with pytest.raises(MissingError):
            await do(database, step, firm.zoe, view.id, *more, **MADE)


async def test_sharing_again_tells_only_who_is_new(database, firm):
    view = await save(database, firm.anne)
    everyone = [firm.marc.user_id, firm.zoe.user_id]
    await do(database, changes.share_view, firm.anne, view.id, user_ids=everyone[:1], **MADE)
    again = await do(database, changes.share_view, firm.anne, view.id, user_ids=everyone, **MADE)
    assert again.new_user_ids == (firm.zoe.user_id,)
    await do(database, changes.unshare_view, firm.anne, view.id, user_ids=everyone[:1], **MADE)
    assert await do(database, views.list_view_readers, firm.anne, view.id) == everyone[1:]
    assert await do(database, views.list_view_readers, firm.zoe, view.id) == []


async def test_a_view_shared_with_the_firm_is_everybodys_until_it_is_taken_back(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, is_with_firm=True, **MADE)
    assert "Dormant clients" in await names(database, firm.zoe)
    await do(database, order.set_default_view, firm.zoe, view.id, **MADE)
    taken = await do(database, changes.unshare_view, firm.anne, view.id, **MADE)
    assert await names(database, firm.zoe) == BUILTIN
    assert await do(database, views.get_default_view, firm.zoe) is None
    await do(database, undo_change, firm.anne, taken.audit_id, **MADE)
    assert (await do(database, views.get_default_view, firm.zoe)).id == view.id


async def test_a_shared_view_is_hidden_by_its_reader_alone(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, is_with_firm=True, **MADE)
    await do(database, order.set_view_hidden, firm.marc, view.id, is_hidden=True, **MADE)
    assert await names(database, firm.marc) == BUILTIN
    assert "Dormant clients" in await names(database, firm.anne)


async def test_a_copy_is_ones_own_and_gets_a_free_name(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, user_ids=[firm.marc.user_id], **MADE)
    first = await copy(database, firm.marc, view.id, "Dormant clients")
    second = await copy(database, firm.marc, first.id, "Dormant clients")
    of_builtin = await copy(database, firm.marc, -2, "Clients", reserved_names=["Clients"])
    assert [first.name, second.name, of_builtin.name] == ["Dormant clients", "Dormant clients (2)", "Clients (2)"]
    assert (second.filter, second.is_own) == (DORMANT, True)
    with pytest.raises(MissingError):
        await copy(database, firm.zoe, view.id, "Mine")


async def test_views_are_put_in_order_by_each_reader(database, firm):
    view = await save(database, firm.anne, "Last")
    await do(database, order.move_view, firm.anne, view.id, 1, **MADE)
    assert (await names(database, firm.anne))[:2] == ["my_companies", "Last"]
    await do(database, order.move_view, firm.anne, -4, 0, **MADE)
    await save(database, firm.anne, "Newest")
    expected = ["referral_sources", "my_companies", "Last", "clients", "prospects", *MORE, "Newest"]
    assert await names(database, firm.anne) == expected
    assert await names(database, firm.marc) == BUILTIN


async def test_one_view_is_the_default(database, firm):
    view = await save(database, firm.anne)
    assert await do(database, views.get_default_view, firm.anne) is None
    await do(database, order.set_default_view, firm.anne, -2, **MADE)
    await do(database, order.set_default_view, firm.anne, view.id, **MADE)
    assert (await do(database, views.get_default_view, firm.anne)).id == view.id
    with pytest.raises(MissingError):
        await do(database, order.set_default_view, firm.anne, 4711, **MADE)
    await do(database, order.set_view_hidden, firm.anne, view.id, is_hidden=True, **MADE)
    assert await do(database, views.get_default_view, firm.anne) is None


async def test_a_deleted_view_comes_back_with_its_readers(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, user_ids=[firm.marc.user_id], **MADE)
    gone = await do(database, changes.delete_view, firm.anne, view.id, **MADE)
    assert await names(database, firm.marc) == await names(database, firm.anne) == BUILTIN
    await do(database, undo_change, firm.anne, gone.audit_id, **MADE)
    assert "Dormant clients" in await names(database, firm.marc)
    with pytest.raises(StaleError):
        await do(database, changes.restore_view, firm.anne, view.id, **MADE)


async def test_A22_no_deleted_view_comes_back_where_there_are_as_many_as_one_may_have(database, firm):
    gone = []
    for number in range(changes.MOST):
        view = await save(database, firm.anne, f"View {number}")
        if number < 3:
            gone.append(await do(database, changes.delete_view, firm.anne, view.id, **MADE))
    for number in range(3):
        await save(database, firm.anne, f"Another {number}")
    for step in (undo_change, changes.restore_view):
        number = gone[0].audit_id if step is undo_change else gone[0].entity_id
        with pytest.raises(RefusedError, match="too_many"):
            await do(database, step, firm.anne, number, **MADE)


async def test_a_deleted_views_name_is_free_and_may_be_taken_meanwhile(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.delete_view, firm.anne, view.id, **MADE)
    await save(database, firm.anne)
    with pytest.raises(TakenError):
        await do(database, changes.restore_view, firm.anne, view.id, **MADE)
    with pytest.raises(MissingError):
        await do(database, changes.restore_view, firm.marc, view.id, **MADE)


UNDONE = [
    (changes.rename_view, ("Other",), "name"),
    (changes.set_view_filter, (Filter(scope="firm"),), "filter"),
]


@pytest.mark.parametrize(("step", "values", "field"), UNDONE, ids=[field for _, _, field in UNDONE])
async def test_a_change_of_a_view_is_undone_by_its_owner(database, firm, step, values, field):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, is_with_firm=True, **MADE)
    done = await do(database, step, firm.anne, view.id, *values, **MADE)
    with pytest.raises(MissingError):
        await do(database, undo_change, firm.marc, done.audit_id, **MADE)
    await do(database, undo_change, firm.anne, done.audit_id, **MADE)
    assert getattr(await do(database, views.get_view, firm.anne, view.id), field) == getattr(view, field)
    with pytest.raises(StaleError):
        await do(database, undo_change, firm.anne, done.audit_id, **MADE)


async def test_S17_what_was_done_with_a_view_is_on_record(database, firm):
    view = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, view.id, is_with_firm=True, **MADE)
    page = await do(database, list_audit, firm.anne, "view", view.id, limit=1)
    assert [row.action for row in page.rows] == ["view.share"]
    older = await do(database, list_audit, firm.anne, "view", view.id, cursor=page.next)
    assert [(row.action, row.after["name"], row.actor_name) for row in older.rows] == [
        ("view.add", "Dormant clients", "Anne Martin")
    ]


@pytest.mark.parametrize(("text", "how"), [("dormant", "prefix"), ("dormnat clients", "typo"), ("clients", "")])
async def test_a_view_is_found_by_its_name(database, firm, text, how):
    await save(database, firm.anne)
    assert [match.how for match in await do(database, views.find_views, firm.anne, text)] == ([how] if how else [])


@pytest.mark.parametrize("view_id", [0, -5, 99, 2**70])
async def test_B39_a_view_that_is_not_there_is_missing(database, firm, view_id):
    assert await do(database, views.get_view, firm.anne, view_id) is None
    with pytest.raises(MissingError):
        await do(database, changes.delete_view, firm.anne, view_id, **MADE)


async def test_the_view_of_a_very_name_is_found_first_among_the_readers_own(database, firm):
    shared = await save(database, firm.anne)
    await do(database, changes.share_view, firm.anne, shared.id, is_with_firm=True, **MADE)
    assert await do(database, views.find_view_named, firm.marc, "DORMANT clients") == shared.id
    own = await save(database, firm.marc)
    assert await do(database, views.find_view_named, firm.marc, "dormant clients") == own.id
    assert await do(database, views.find_view_named, firm.marc, "dormant") is None


async def test_that_a_view_was_named_is_told_to_those_alone_who_may_read_it(database, firm):
    async def hear(said: str) -> str:
        found = [(name, views.is_named_in(literal(fold(said)), viewer)) for name, viewer in vars(firm).items()]
        return " ".join(
            [name for name, is_named in found if await do(database, AsyncConnection.scalar, select(is_named))]
        )

    view = await save(database, firm.anne)
    assert (await hear("show the DORMANT clients!"), await hear("dormant")) == ("anne", "")
    await do(database, changes.share_view, firm.anne, view.id, user_ids=[firm.zoe.user_id], **MADE)
    assert await hear("dormant clients") == "anne zoe"
    await do(database, changes.share_view, firm.anne, view.id, is_with_firm=True, **MADE)
    assert await hear("dormant clients") == "anne marc zoe"
    await do(database, changes.delete_view, firm.anne, view.id, **MADE)
    assert await hear("dormant clients") == ""
