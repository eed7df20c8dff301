"""A person without a company as a client: in every list beside companies, until somebody says otherwise."""

import pytest

from storage.book.companies import get_company, list_companies
from storage.book.contact_names import rename_contact
from storage.book.contacts import get_contact
from storage.book.keeping import keep
from storage.book.merges import merge_company
from storage.book.person_merges import merge_contact, part_contact
from storage.book.private_clients import classify_person, list_private
from storage.book.undo import undo_change
from storage.errors import MissingError, RefusedError
from storage.history.orphans import delete_orphans
from storage.lists.filters import Filter
from storage.models import CompanyType
from tests import syncing
from tests.corrections import change, open_firm, read_as, snap
from tests.office import Office
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
GINA = ("Gina Roche", "gina.roche@gmail.com")
CLAIRE = ("Claire Dubois", "claire@nordwind.example")
CLIENTS = Filter(scope="mine", types=(CompanyType.CLIENT,))


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    firm.send_mail(ANNE, [GINA])
    firm.send_mail(GINA, [ANNE])
    firm.send_mail(ANNE, [CLAIRE])
    firm.send_mail(BOB, [CLAIRE])
    firm.send_mail(BOB, [GINA])
    await sync.run()
    return await open_firm(sync)


async def classify(office: Office, who: str = "Anne Martin", of: str = "Gina Roche", **values):
    values = values or {"type": CompanyType.CLIENT}
    return await change(office, classify_person, office.contacts[of], values=values, who=who)


async def list_names(office: Office, filter_: Filter = CLIENTS, who: str = "Anne Martin") -> list[str]:
    return [row.name for row in (await read_as(office, list_companies, filter_, who=who, now=office.now)).rows]


async def test_my_clients_has_people_beside_companies(office, sync):
    await classify(office)
    assert await list_names(office) == ["Gina Roche"]
    anybody = Filter(scope="firm", types=(CompanyType.CLIENT,))
    assert await list_names(office, anybody, "Bob Stone") == ["Gina Roche"]
    anne = office.people["Anne Martin"].user_id
    await classify(office, partner_id=anne)
    [row] = (await read_as(office, list_companies, CLIENTS.changed(partners=("me",)), now=office.now)).rows
    assert (row.name, row.partner_id, row.contact_count, row.interaction_count) == ("Gina Roche", anne, 1, 2)
    shown = await read_as(office, get_company, row.id)
    assert [one.address for one in shown.contacts] == ["gina.roche@gmail.com"]
    assert [knower.name for knower in shown.knowers] == ["Anne Martin"]  # what Bob had with her is Bob's


async def test_what_is_said_is_shared_by_who_says_it_and_taken_back_exactly(office, sync):
    before = await snap(sync)
    assert await read_as(office, get_contact, office.contacts["Gina Roche"], who="Bob Stone") is not None  # Bob's own
    made = await classify(office)
    assert [one.action for one in made] == ["contact.share", "company.set_type"]
    for one in reversed(made):
        await change(office, undo_change, one.audit_id)
    now = await snap(sync)
    [company] = [row for row in now["companies"] if "Gina Roche" in row]
    now["companies"].remove(company)
    now["search_words"] = [row for row in now["search_words"] if row[1:4:2] != (1, company[1])]
    assert now == before
    assert await list_names(office, Filter(scope="firm")) == ["Nordwind"]


async def test_taking_it_back_can_be_taken_back(office):
    *_, made = await classify(office)
    undone = await change(office, undo_change, made.audit_id)
    assert await list_names(office) == []
    await change(office, undo_change, undone.audit_id)
    assert await list_names(office) == ["Gina Roche"]


async def test_later_mail_and_a_whole_new_sync_count_at_them(office, sync, firm):
    await classify(office)
    firm.send_mail(ANNE, [("Gina Roche-Brun", "gina.roche@gmail.com"), CLAIRE])
    await sync.run()
    [row] = (await read_as(office, list_companies, CLIENTS, now=office.now)).rows
    assert row.interaction_count == 3
    sync.microsoft.faults.add("gone", count=3, has_location=True, code="syncStateInvalid")
    firm.send_mail(ANNE, [GINA])
    await sync.run_until_current()
    [row] = (await read_as(office, list_companies, CLIENTS, now=office.now)).rows
    assert row.interaction_count == 4


async def test_they_are_called_as_the_contact_is(office):
    await classify(office)
    await change(office, rename_contact, office.contacts["Gina Roche"], "Gina Brun")
    assert await list_names(office) == ["Gina Brun"]


async def test_whoever_kept_them_is_the_only_one_to_see_them(office):
    await change(office, keep, "contact", office.contacts["Gina Roche"], is_kept=True)
    await classify(office)
    assert await list_names(office) == ["Gina Roche"]
    assert await list_names(office, Filter(scope="firm"), "Bob Stone") == ["Nordwind"]
    company_id = (await read_as(office, list_companies, CLIENTS, now=office.now)).rows[0].id
    await change(office, keep, "company", company_id, is_kept=False)
    assert sorted(await list_names(office, Filter(scope="firm"), "Bob Stone")) == ["Gina Roche", "Nordwind"]


async def test_who_is_at_a_company_is_no_private_client_and_none_is_merged_with_a_company(office):
    with pytest.raises(MissingError):
        await classify(office, of="Claire Dubois")
    *_, made = await classify(office)
    with pytest.raises(RefusedError):
        await change(office, merge_company, made.entity_id, office.companies["Nordwind"])


async def test_while_they_are_somebody_else_s_address_it_waits(office, sync):
    *_, made = await classify(office)
    before = await snap(sync)
    await change(office, merge_contact, office.contacts["Gina Roche"], office.contacts["Claire Dubois"])
    assert await list_names(office) == []
    await delete_orphans(office.database, office.people["Anne Martin"].tenant_id)
    await change(office, part_contact, office.contacts["Gina Roche"])
    assert await snap(sync) == before
    assert await read_as(office, list_private, [made.entity_id]) == {made.entity_id: office.contacts["Gina Roche"]}
