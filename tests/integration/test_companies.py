"""Companies: what a card shows, and what people decide about them."""

import asyncio
from dataclasses import dataclass

import pytest
from sqlalchemy import select, update

from storage.book import companies, company_changes
from storage.book.undo import undo_change
from storage.errors import MissingError, RefusedError, StaleError
from storage.lists.filters import Filter
from storage.models import Audit, Company, CompanyRelationship, CompanyType
from storage.record.audit import list_audit, list_change_set, list_last_changes
from storage.viewer import Viewer
from tests import factories
from tests.factories import NOW, ago, viewer_of

MADE = {"now": NOW, "source": "chat"}
NAMES = ["شركة " * 40, "北京律师事务所" * 28, "🚀👩‍⚖️" * 40, "x" * 400, "%_'\";\\--"]


@dataclass
class Firm:
    anne: int
    marc: int
    acme: int
    viewer: Viewer


@pytest.fixture
async def firm(database) -> Firm:
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = await factories.add_user(connection, "Anne Martin")
        marc = await factories.add_user(connection, "Marc Lefèvre")
        acme = await factories.add_company(connection, "Acme", "acme.com", "acme.co.uk", interaction_count=9)
        await factories.add_company_relationship(connection, anne, acme, interaction_count=4, last_at=ago(2))
        await factories.add_company_relationship(connection, marc, acme, interaction_count=5, last_at=ago(1))
    return Firm(anne, marc, acme, viewer_of(anne))


async def get(database, firm):
    async with database.reading(1) as connection:
        return await companies.get_company(connection, firm.viewer, firm.acme)


async def change(database, set_, *arguments, **options):
    async with database.writing(1) as connection:
        return await set_(connection, *arguments, **(MADE | options))


async def test_a_company_shows_who_knows_it_newest_first(database, firm):
    company = await get(database, firm)
    assert [(knower.name, knower.interaction_count) for knower in company.knowers] == [
        ("Marc Lefèvre", 5),
        ("Anne Martin", 4),
    ]
    assert (company.firm.interaction_count, company.mine.interaction_count, company.is_mine) == (9, 4, True)
    assert company.domains == ("acme.com", "acme.co.uk")


async def test_S16_in_public_nothing_is_the_viewers_own(database, firm):
    shown = viewer_of(firm.anne, is_in_public=True)
    async with database.reading(1) as connection:
        company = await companies.get_company(connection, shown, firm.acme)
        mine = await companies.list_companies(connection, shown, Filter(), now=NOW)
    assert (company.is_mine, company.mine.interaction_count, company.knower_count) == (False, 0, 2)
    assert mine.rows == ()


async def test_setting_a_type_writes_the_copies_a_version_and_an_audit_row(database, firm):
    done = await change(database, company_changes.set_company_type, firm.viewer, firm.acme, CompanyType.CLIENT)
    assert (done.before, done.after, done.is_changed) == ({"type": None}, {"type": "client"}, True)
    async with database.reading(1) as connection:
        copies = await connection.scalars(select(CompanyRelationship.type))
        assert list(copies) == ["client", "client"]
        page = await list_audit(connection, firm.viewer, "company", firm.acme)
    assert [(row.actor_name, row.action, row.after) for row in page.rows] == [
        ("Anne Martin", "company.set_type", {"type": "client"})
    ]
    assert (await get(database, firm)).version == 2


async def test_what_is_so_already_is_not_written_again(database, firm):
    await change(database, company_changes.set_company_partner, firm.viewer, firm.acme, firm.marc)
    again = await change(database, company_changes.set_company_partner, firm.viewer, firm.acme, firm.marc)
    assert (again.audit_id, again.is_changed) == (None, False)
    assert (await get(database, firm)).version == 2


async def test_B67_an_old_version_is_refused_with_the_company_as_it_is(database, firm):
    await change(database, company_changes.set_company_type, firm.viewer, firm.acme, CompanyType.COURT, version=1)
    with pytest.raises(StaleError) as stale:
        await change(database, company_changes.set_company_type, firm.viewer, firm.acme, None, version=1)
    assert (stale.value.present.type, stale.value.present.version) == (CompanyType.COURT, 2)


@pytest.mark.parametrize("company_id", [99, -1, 0, 2**63, 10**30])
async def test_B39_a_number_that_is_not_there_is_missing(database, firm, company_id):
    with pytest.raises(MissingError):
        await change(database, company_changes.set_company_type, firm.viewer, company_id, None)
    async with database.reading(1) as connection:
        assert await companies.get_company(connection, firm.viewer, company_id) is None


async def test_nobody_who_left_becomes_a_partner(database, firm):
    async with database.writing(1) as connection:
        gone = await factories.add_user(connection, "Gone", is_active=False)
    for user_id in (gone, 10**9, 2**70):
        with pytest.raises(MissingError):
            await change(database, company_changes.set_company_partner, firm.viewer, firm.acme, user_id)


@pytest.mark.parametrize("name", NAMES)
async def test_a_company_is_renamed_and_found_by_its_new_name(database, firm, name):
    done = await change(database, company_changes.rename_company, firm.viewer, firm.acme, name)
    async with database.reading(1) as connection:
        found = await companies.find_companies(connection, firm.viewer, name)
        old = await companies.find_companies(connection, firm.viewer, "Acme")
        listed = await companies.list_companies(connection, firm.viewer, Filter(sort="name"), now=NOW)
        named = await companies.list_companies(connection, firm.viewer, Filter(text=name), now=NOW)
    assert firm.acme in [row.id for row in named.rows]
    assert [(match.id, match.is_exact) for match in found] == [(firm.acme, True)]
    assert len(done.name) <= 200
    assert listed.rows[0].name == done.name
    assert [match.how for match in old] == ["prefix"]  # by its domain, no longer by its name


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e", "\0"])
async def test_a_name_with_nothing_to_read_is_refused(database, firm, name):
    with pytest.raises(RefusedError):
        await change(database, company_changes.rename_company, firm.viewer, firm.acme, name)


async def test_several_are_set_with_a_row_each_and_stale_ones_are_left(database, firm):
    async with database.writing(1) as connection:
        others = [await factories.add_company(connection, f"Company {number}") for number in range(3)]
        await connection.execute(update(Company).where(Company.id == others[0]).values(version=7))
    asked, versions = [*others, firm.acme, 4711], {others[0]: 1, others[1]: 1}
    done = await change(
        database, company_changes.set_companies_partner, firm.viewer, asked, firm.anne, versions=versions
    )
    assert [one.entity_id for one in done.made] == sorted([*others[1:], firm.acme])
    assert (done.missing_ids, done.stale_ids) == ((4711,), (others[0],))
    async with database.reading(1) as connection:
        assert len((await connection.execute(select(Audit.id))).all()) == 3


CHANGES = [
    (company_changes.set_company_type, CompanyType.CLIENT, "type"),
    (company_changes.rename_company, "New name", "name"),
]


@pytest.mark.parametrize(("set_", "value", "field"), CHANGES, ids=[field for _, _, field in CHANGES])
async def test_a_change_is_undone_and_the_undo_too(database, firm, set_, value, field):
    before = getattr(await get(database, firm), field)
    done = await change(database, set_, firm.viewer, firm.acme, value)
    after = getattr(await get(database, firm), field)
    undone = await change(database, undo_change, firm.viewer, done.audit_id)
    assert getattr(await get(database, firm), field) == before != after
    with pytest.raises(StaleError):
        await change(database, undo_change, firm.viewer, done.audit_id)
    await change(database, undo_change, firm.viewer, undone.audit_id)
    assert getattr(await get(database, firm), field) == after


async def test_A14_nobody_undoes_anothers_change_by_its_number(database, firm):
    done = await change(database, company_changes.set_company_partner, firm.viewer, firm.acme, firm.anne)
    with pytest.raises(MissingError):
        await change(database, undo_change, viewer_of(firm.marc), done.audit_id)
    assert (await get(database, firm)).partner_id == firm.anne


async def test_A14_what_was_changed_in_one_go_is_one_change_set_of_any_size(database, firm):
    async with database.writing(1) as connection:
        numbers = [await factories.add_company(connection, f"Company {number}") for number in range(130)]
    await change(database, company_changes.set_company_type, firm.viewer, firm.acme, CompanyType.CLIENT)
    async with database.writing(1) as connection:
        for some in (numbers[:100], numbers[100:]):
            await company_changes.set_companies_type(connection, firm.viewer, some, CompanyType.COURT, **MADE)
    async with database.reading(1) as connection:
        last = await list_last_changes(connection, firm.viewer, since=0)
        assert await list_change_set(connection, viewer_of(firm.marc), last[0]) == []
    assert len(last) == len(numbers)
    async with database.writing(1) as connection:
        for audit_id in last:
            await undo_change(connection, firm.viewer, audit_id, **MADE)
    async with database.reading(1) as connection:
        rows = await companies.get_company_rows(connection, firm.viewer, numbers)
    assert {row.type for row in rows.values()} == {None}


async def test_S18_what_somebody_changed_since_is_not_undone(database, firm):
    done = await change(database, company_changes.set_company_partner, firm.viewer, firm.acme, firm.anne)
    await change(database, company_changes.set_company_partner, viewer_of(firm.marc), firm.acme, firm.marc)
    with pytest.raises(StaleError) as stale:
        await change(database, undo_change, firm.viewer, done.audit_id)
    assert stale.value.present.partner_id == firm.marc


@pytest.mark.parametrize("audit_id", [0, -1, 99, 2**70])
async def test_B39_a_change_that_is_not_there_is_not_undone(database, firm, audit_id):
    with pytest.raises(MissingError):
        await change(database, undo_change, firm.viewer, audit_id)


async def test_two_who_change_at_once_lose_nothing(database, firm):
    types = [*CompanyType] * 4
    await asyncio.gather(
        *(change(database, company_changes.set_company_type, firm.viewer, firm.acme, type_) for type_ in types)
    )
    company = await get(database, firm)
    async with database.reading(1) as connection:
        copies = set(await connection.scalars(select(CompanyRelationship.type)))
        changes = (await connection.execute(select(Audit.before, Audit.after).order_by(Audit.id))).all()
    assert copies == {company.type}
    assert company.version == 1 + len(changes)


async def test_companies_to_sort_out_come_busiest_first(database, firm):
    async with database.writing(1) as connection:
        done = {"type": "client", "partner_id": firm.anne}
        await factories.add_company(connection, "Sorted", interaction_count=99, **done)
        half = await factories.add_company(connection, "Half", interaction_count=50, type="client")
    async with database.reading(1) as connection:
        firms = await companies.list_companies_to_sort_out(connection, firm.viewer)
        mine = await companies.list_companies_to_sort_out(connection, firm.viewer, scope="mine")
    assert [row.id for row in firms.rows] == [half, firm.acme]
    assert [row.id for row in mine.rows] == [firm.acme]
