"""Several addresses of one person: together until parted, and then exactly as they were, whatever came meanwhile."""

from dataclasses import replace

import pytest

from storage.book.companies import get_company
from storage.book.contacts import find_contacts, get_contact, get_seen_person, list_contacts
from storage.book.keeping import keep
from storage.book.last_dates import get_contact_dates
from storage.book.person_merges import merge_contact, part_contact
from storage.book.undo import undo_change
from storage.errors import MissingError, RefusedError, StaleError
from storage.history.orphans import delete_orphans
from storage.lists.filters import Filter
from tests import syncing
from tests.corrections import change, open_firm, read_as, snap
from tests.office import Office
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
CLAIRE = ("Claire Dubois", "claire.dubois@nordwind.example")
SHORT = ("C. Dubois", "c.dubois@hexagone.example")
HOME = ("Claire D", "claire.d@gmail.com")
ERIC = ("Eric Noir", "eric@hexagone.example")


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    """Anne knows Claire at work and at home, Bob under another address alone."""
    firm.send_mail(ANNE, [CLAIRE, HOME])
    firm.send_mail(HOME, [ANNE])
    firm.send_mail(BOB, [SHORT])
    firm.send_mail(SHORT, [BOB])
    firm.send_mail(ANNE, [ERIC])
    await sync.run()
    return await open_firm(sync)


async def merge(office: Office, one: str, into: str = "Claire Dubois", who: str = "Anne Martin") -> int:
    done = await change(office, merge_contact, office.contacts[one], office.contacts[into], who=who)
    return done.audit_id


async def part(office: Office, one: str, who: str = "Anne Martin") -> int:
    return (await change(office, part_contact, office.contacts[one], who=who)).audit_id


async def list_names(office: Office, who: str = "Anne Martin", scope: str = "mine") -> list[str]:
    page = await read_as(office, list_contacts, Filter(of="contacts", scope=scope), who=who, now=office.now)
    return sorted(row.name for row in page.rows)


async def test_merged_they_are_one_with_what_was_with_both(office, sync):
    await merge(office, "C. Dubois")
    await merge(office, "Claire D")
    assert await list_names(office) == ["Claire Dubois", "Eric Noir"]
    assert await list_names(office, "Bob Stone") == ["Claire Dubois"]
    assert await list_names(office, "Bob Stone", "firm") == ["Claire Dubois", "Eric Noir"]
    claire = await read_as(office, get_contact, office.contacts["Claire Dubois"])
    assert claire.mine.interaction_count == 2  # a mail to both of her addresses is one
    assert claire.firm.interaction_count == 4
    assert sorted(one.name for one in claire.knowers) == ["Anne Martin", "Bob Stone"]
    assert {one.address for one in claire.others} == {"claire.d@gmail.com", "c.dubois@hexagone.example"}
    assert len(claire.recent) == 4
    assert max(claire.firm.met_at, claire.firm.mail_at) == claire.firm.last_at
    dates = await read_as(office, get_contact_dates, [claire.id])
    assert dates == {claire.id: (claire.firm.met_at, claire.firm.mail_at)}
    assert {name for recent in claire.recent for name in recent.contact_names} == {"Claire Dubois"}
    await sync.check()


async def test_parted_they_are_exactly_as_they_were(office, sync):
    before = await snap(sync)
    await merge(office, "C. Dubois")
    assert await snap(sync) != before
    await merge(office, "Claire D")
    await part(office, "C. Dubois")
    await part(office, "Claire D")
    assert await snap(sync) == before


async def test_of_a_chain_each_comes_out_as_it_was(office, sync):
    before = await snap(sync)
    await merge(office, "Claire D", "C. Dubois")
    two = await snap(sync)
    await merge(office, "C. Dubois", "Claire Dubois")
    await sync.check()
    await part(office, "C. Dubois")
    assert await snap(sync) == two
    await merge(office, "C. Dubois", "Claire Dubois")
    await part(office, "Claire D")
    await sync.check()
    await part(office, "C. Dubois")
    assert await snap(sync) == before


async def test_an_undo_of_either_is_exact_as_well(office, sync):
    before = await snap(sync)
    audit_id = await merge(office, "Claire D")
    merged = await snap(sync)
    await change(office, undo_change, audit_id)
    assert await snap(sync) == before
    await merge(office, "Claire D")
    parted = await part(office, "Claire D")
    await change(office, undo_change, parted)
    assert await snap(sync) == merged
    with pytest.raises(StaleError):
        await change(office, undo_change, parted)


async def test_neither_later_mail_nor_a_whole_new_sync_undoes_it(office, sync, firm):
    await merge(office, "C. Dubois")
    await merge(office, "Claire D")
    firm.send_mail(BOB, [SHORT, ("Claire Dubois-Roche", "claire.d@gmail.com")])
    firm.send_mail(ANNE, [SHORT])
    await sync.run()
    await sync.check()
    assert await list_names(office, "Bob Stone") == ["Claire Dubois"]
    gone = sync.microsoft.faults.add("gone", count=3, has_location=True, code="syncStateInvalid")
    firm.send_mail(ANNE, [HOME])
    firm.send_mail(BOB, [SHORT])
    await sync.run_until_current()
    assert gone.hits == 3
    await sync.check()
    assert await list_names(office) == ["Claire Dubois", "Eric Noir"]
    await part(office, "C. Dubois")
    await part(office, "Claire D")
    await sync.check()
    assert "C. Dubois" in await list_names(office, "Bob Stone")


async def test_they_are_found_by_each_name_and_address_and_an_old_number_leads_to_them(office):
    await merge(office, "C. Dubois")
    claire = office.contacts["Claire Dubois"]
    for text in ("Claire Dubois", "c.dubois@hexagone.example", "C. Dubois", "hexagone"):
        assert claire in [one.id for one in await read_as(office, find_contacts, text)], text
    assert (await read_as(office, get_contact, office.contacts["C. Dubois"])).id == claire
    assert (await read_as(office, get_seen_person, address="c.dubois@hexagone.example")).id == claire
    await part(office, "C. Dubois")
    found = await read_as(office, find_contacts, "c.dubois@hexagone.example")
    assert [one.id for one in found] == [office.contacts["C. Dubois"]]


async def test_a_private_address_shows_to_those_alone_who_know_it(office):
    await merge(office, "Claire D")
    anne, bob = [
        await read_as(office, get_contact, office.contacts["Claire Dubois"], who=who)
        for who in ("Anne Martin", "Bob Stone")
    ]
    assert [one.address for one in anne.others] == ["claire.d@gmail.com"]
    assert bob.others == ()
    assert (anne.firm.interaction_count, bob.firm.interaction_count) == (2, 1)
    assert await read_as(office, find_contacts, "gmail", who="Bob Stone") == []
    assert await read_as(office, get_seen_person, address="claire.d@gmail.com", who="Bob Stone") is None


async def test_the_company_of_an_address_keeps_what_was_with_it(office, sync):
    before = await read_as(office, get_company, office.companies["Hexagone"])
    await merge(office, "C. Dubois")
    await merge(office, "Eric Noir")
    after = await read_as(office, get_company, office.companies["Hexagone"])
    assert after.firm == before.firm
    assert [one.occurred_at for one in after.recent] == [one.occurred_at for one in before.recent]
    assert [one.name for one in after.knowers] == [one.name for one in before.knowers]
    await sync.check()


async def test_the_one_of_whom_more_is_known_stands_for_them(office):
    await merge(office, "Claire Dubois", "Claire D")
    assert await list_names(office) == ["Claire Dubois", "Eric Noir"]


async def test_whoever_keeps_them_keeps_every_address(office, sync):
    await merge(office, "C. Dubois")
    await change(office, keep, "contact", office.contacts["Claire Dubois"], is_kept=True, who="Bob Stone")
    claire = await read_as(office, get_contact, office.contacts["Claire Dubois"])
    assert [one.name for one in claire.knowers] == ["Anne Martin"]
    assert claire.firm.interaction_count == 1
    await change(office, keep, "contact", office.contacts["Claire Dubois"], is_kept=False, who="Bob Stone")
    await part(office, "C. Dubois")
    assert "C. Dubois" in await list_names(office, "Bob Stone")


async def test_only_whom_one_sees_one_can_merge_and_nobody_with_themselves(office):
    with pytest.raises(MissingError):
        await merge(office, "Claire D", "C. Dubois", who="Bob Stone")  # Anne's alone
    with pytest.raises(MissingError):
        await merge(office, "Claire Dubois", "Claire Dubois")
    await merge(office, "Claire D")
    with pytest.raises(MissingError):
        await merge(office, "Claire D")


async def test_where_the_firm_keeps_contacts_back_nobody_is_merged(office, sync):
    await sync.execute("UPDATE tenants SET shares_contacts = false")
    office = await open_firm(sync)
    office.people["Anne Martin"] = replace(office.people["Anne Martin"], shares_contacts=False)
    with pytest.raises(RefusedError):
        await merge(office, "Claire D")


async def test_whom_nothing_is_left_of_goes_with_all_addresses(office, sync):
    before = await snap(sync)
    await merge(office, "C. Dubois")
    tenant_id = office.people["Anne Martin"].tenant_id
    assert await delete_orphans(office.database, tenant_id) == 0
    await part(office, "C. Dubois")
    assert await snap(sync) == before
