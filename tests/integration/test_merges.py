"""Two companies that are one: together until parted, and then exactly as they were, whatever came meanwhile."""

import contextlib
import os
import random
from collections.abc import Iterable
from typing import Any

import pytest

from storage.book.companies import find_companies, get_company, list_companies
from storage.book.company_changes import rename_company, set_company_partner, set_company_type
from storage.book.contacts import list_contacts
from storage.book.keeping import keep
from storage.book.merged_companies import list_merged_companies
from storage.book.merges import merge_company, part_company
from storage.book.person_merges import merge_contact, part_contact
from storage.book.private_clients import classify_person
from storage.book.removals import say_is_person, take_off
from storage.book.undo import undo_change
from storage.errors import ChangeError, MissingError, StaleError
from storage.history.orphans import delete_orphans
from storage.lists.filters import Filter
from storage.models import CompanyType
from tests import syncing
from tests.corrections import change, open_firm, read_as, snap
from tests.office import Office, read, said
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
STEPS, SEED = (int(os.environ.get(f"CARNET_MERGE_{name}", given)) for name, given in (("STEPS", "40"), ("SEED", "16")))
"""Random steps of the test of interleavings on each database; 1,000 of them take some minutes."""


def person(name: str, company: str) -> tuple[str, str]:
    return name, f"{name.split(maxsplit=1)[0].lower()}@{company}.example"


CLAIRE, PIERRE = person("Claire Dubois", "nordwind"), person("Pierre Roche", "nordwind-logistics")
LOUISE, ERIC = person("Louise Meyer", "nordwind"), person("Eric Noir", "hexagone")
PRIVATE = (("Gina Free", "gina@gmail.com"), ("Claire D", "claire.d@gmail.com"))
PEOPLE = (CLAIRE, PIERRE, LOUISE, ERIC, person("Zoe Brun", "nordwind-logistics"), *PRIVATE)
OF_PEOPLE = ("same", "same", "same", "other", "client")


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    """Anne knows both companies by one mail to both, Bob the second one alone."""
    firm.send_mail(ANNE, [CLAIRE, PIERRE])
    firm.send_mail(PIERRE, [ANNE])
    firm.send_mail(BOB, [PIERRE])
    firm.send_mail(ANNE, [ERIC])
    await sync.run()
    return await open_firm(sync)


async def merge(office: Office, one: str = "Nordwind Logistics", into: str = "Nordwind", **more: Any) -> int:
    return (await change(office, merge_company, office.companies[one], office.companies[into], **more)).audit_id


async def part(office: Office, one: str = "Nordwind Logistics") -> int:
    return (await change(office, part_company, office.companies[one])).audit_id


async def list_names(office: Office, who: str = "Anne Martin", scope: str = "mine") -> list[str]:
    page = await read_as(office, list_companies, Filter(scope=scope), who=who, now=office.now)
    return sorted(row.name for row in page.rows)


async def test_merged_they_are_one_with_the_people_domains_and_sums_of_both(office, sync):
    await merge(office)
    assert await list_names(office) == ["Hexagone", "Nordwind"]
    assert await list_names(office, "Bob Stone") == ["Nordwind"]
    company = await read_as(office, get_company, office.companies["Nordwind"])
    assert company.domains == ("nordwind.example", "nordwind-logistics.example")
    assert sorted(one.name for one in company.contacts) == ["Claire Dubois", "Pierre Roche"]
    assert company.firm.interaction_count == 3  # a mail to both is one
    assert sorted(knower.name for knower in company.knowers) == ["Anne Martin", "Bob Stone"]
    await sync.check()


async def test_parted_they_are_exactly_as_they_were(office, sync):
    before = await snap(sync)
    await merge(office)
    assert await snap(sync) != before
    await part(office)
    assert await snap(sync) == before


async def test_an_undo_of_either_is_exact_as_well(office, sync):
    before = await snap(sync)
    audit_id = await merge(office)
    merged = await snap(sync)
    await change(office, undo_change, audit_id)
    assert await snap(sync) == before
    await merge(office)
    parted = await part(office)
    await change(office, undo_change, parted)
    assert await snap(sync) == merged
    with pytest.raises(StaleError):
        await change(office, undo_change, parted)


async def test_the_one_that_is_merged_keeps_its_type_partner_and_name_for_later(office, sync):
    anne = office.people["Anne Martin"].user_id
    await change(office, set_company_type, office.companies["Nordwind Logistics"], CompanyType.PROSPECT)
    await change(office, set_company_partner, office.companies["Nordwind Logistics"], anne)
    await change(office, rename_company, office.companies["Nordwind Logistics"], "Nordwind Fret")
    before = await snap(sync)
    await merge(office)
    assert (await read_as(office, get_company, office.companies["Nordwind"])).type is None
    await part(office)
    assert await snap(sync) == before


async def test_neither_later_mail_nor_a_whole_new_sync_undoes_it(office, sync, firm):
    await merge(office)
    firm.send_mail(BOB, [PIERRE, person("Ines Neu", "nordwind-logistics")])
    await sync.run()
    await sync.check()
    assert await list_names(office, "Bob Stone") == ["Nordwind"]
    gone = sync.microsoft.faults.add("gone", count=3, has_location=True, code="syncStateInvalid")
    firm.send_mail(ANNE, [PIERRE])
    firm.send_mail(BOB, [PIERRE])
    await sync.run_until_current()
    assert gone.hits == 3
    await sync.check()
    await part(office)
    await sync.check()
    assert await list_names(office, "Bob Stone") == ["Nordwind Logistics"]


async def test_of_three_that_are_one_each_comes_out_as_it_was(office, sync):
    before = await snap(sync)
    await merge(office)
    two = await snap(sync)
    await merge(office, "Nordwind", "Hexagone")
    await sync.check()
    assert await list_names(office) == ["Hexagone"]
    merged = await read_as(office, list_merged_companies, office.companies["Hexagone"])
    assert [one.name for one in merged] == ["Nordwind", "Nordwind Logistics"]
    await part(office, "Nordwind Logistics")
    await sync.check()
    assert await list_names(office) == ["Hexagone", "Nordwind Logistics"]
    await merge(office, "Nordwind Logistics", "Hexagone")
    await part(office, "Nordwind")
    await part(office, "Nordwind Logistics")
    assert await snap(sync) == before
    await merge(office)
    assert await snap(sync) == two


async def test_it_is_found_by_each_name_and_an_old_number_leads_to_it(office):
    await merge(office)
    for name in ("Nordwind Logistics", "nordwind-logistics.example", "Nordwind"):
        matches = await read_as(office, find_companies, name)
        assert [match.id for match in matches] == [office.companies["Nordwind"]]
    opened = await read_as(office, get_company, office.companies["Nordwind Logistics"])
    assert opened.id == office.companies["Nordwind"]
    there = Filter(of="contacts", scope="firm", company_id=office.companies["Nordwind Logistics"])
    page = await read_as(office, list_contacts, there, now=office.now)
    assert sorted(row.name for row in page.rows) == ["Claire Dubois", "Pierre Roche"]
    await part(office)
    assert [one.id for one in await read_as(office, find_companies, "Logistics")] == [
        office.companies["Nordwind Logistics"]
    ]


async def test_what_somebody_keeps_stays_theirs_and_nothing_else_becomes_so(office, sync, firm):
    kept = office.companies["Nordwind Logistics"]
    await change(office, keep, "company", kept, is_kept=True, who="Bob Stone")
    firm.send_mail(BOB, [CLAIRE])
    await sync.run()
    before = await snap(sync)
    await merge(office)
    known = await read_as(office, get_company, office.companies["Nordwind"])
    assert {one.name: one.interaction_count for one in known.knowers} == {"Anne Martin": 2, "Bob Stone": 1}
    await part(office)
    assert await snap(sync) == before
    await change(office, keep, "company", kept, is_kept=False, who="Bob Stone")


async def test_only_whom_one_sees_one_can_merge_and_nothing_into_itself(office):
    for one, into in (("Nordwind", "Nordwind"), ("Nordwind Logistics", "Nordwind")):
        with pytest.raises(MissingError):
            who = office.people["Anne Martin"]
            office.people["Stranger"] = type(who)(who.tenant_id + 7, who.user_id)
            await merge(office, one, into, who="Anne Martin" if one == into else "Stranger")
    await merge(office)
    with pytest.raises(MissingError):
        await merge(office, "Nordwind", "Nordwind Logistics")


async def test_whoever_saw_an_older_state_is_told(office):
    versions = {office.companies["Nordwind"]: 1, office.companies["Nordwind Logistics"]: 1}
    await merge(office, versions=versions)
    with pytest.raises(StaleError):
        await change(office, set_company_type, office.companies["Nordwind"], CompanyType.CLIENT, version=1)
    with pytest.raises(StaleError):
        await merge(office, "Hexagone", versions=versions)


async def test_what_is_merged_is_not_taken_for_empty(office, sync):
    before = await snap(sync)
    await merge(office)
    assert await delete_orphans(office.database, office.people["Anne Martin"].tenant_id) == 0
    await part(office)
    assert await snap(sync) == before


@pytest.mark.parametrize(
    ("text", "language", "answers"),
    [
        ("merge Nordwind Logistics and Nordwind", "en", ("Yes, go on", "Undo")),
        ("Nordwind and Nordwind Logistics are the same company", "en", ("Yes, go on", "Undo")),
        ("fusionne Nordwind et Nordwind Logistics", "fr", ("Oui, continuer", "Annuler la modification")),
    ],
)
async def test_a_merge_is_asked_about_with_what_comes_together_and_taken_back_with_a_click(
    office, sync, text, language, answers
):
    before = await snap(sync)
    await change(office, set_company_type, office.companies["Nordwind"], CompanyType.CLIENT)
    await change(office, set_company_type, office.companies["Nordwind Logistics"], CompanyType.PROSPECT)
    asked = await office.say(text, language=language)
    assert "nordwind.example" in said(asked)
    assert "nordwind-logistics.example" in said(asked)
    assert "Prospect" in said(asked)
    assert "2 contacts" in said(asked)
    assert len(await list_names(office)) == 3
    done = await office.click(asked, answers[0], language=language)
    assert len(await list_names(office)) == 2
    await office.click(done, answers[1], language=language)
    for name in ("Nordwind", "Nordwind Logistics"):
        await change(office, set_company_type, office.companies[name], None)
    assert await snap(sync) == before


async def test_more_decided_stays_unless_somebody_says_into_what(office):
    await change(office, set_company_type, office.companies["Nordwind Logistics"], CompanyType.CLIENT)
    asked = await office.say("merge Nordwind Logistics and Nordwind")
    assert said(asked).startswith("Merge Nordwind into Nordwind Logistics?")
    asked = await office.say("merge Nordwind Logistics into Nordwind")
    assert said(asked).startswith("Merge Nordwind Logistics into Nordwind?")
    assert "Type: No type yet stays" in said(asked) or "(Nordwind Logistics was: Client)" in said(asked)


async def test_on_the_card_two_are_made_one_and_one_is_taken_out_again(office):
    card = await office.say("show Nordwind")
    asked = await office.click(card, "One with another company")
    asked = await office.click(asked, "Merge", {"other": "Nordwind Logistics"})
    merged = await office.click(asked, "Yes, go on")
    name = read(merged.card)[0]
    assert "Nordwind and Nordwind Logistics" in said(merged) or "Nordwind Logistics and Nordwind" in said(merged)
    card = await office.say(f"show {name}")
    gone = ({"Nordwind", "Nordwind Logistics"} - {name}).pop()
    await office.click(card, f"Take out {gone} again")
    assert await list_names(office) == ["Hexagone", "Nordwind", "Nordwind Logistics"]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("separate Nordwind Logistics again", "en"),
        ("unmerge Nordwind", "en"),
        ("sépare Nordwind Logistics", "fr"),
        ("annule la fusion de Nordwind", "fr"),
    ],
)
async def test_a_company_is_taken_out_by_its_name_or_as_the_only_one_of_another(office, text, language):
    await merge(office)
    await office.say(text, language=language)
    assert await list_names(office) == ["Hexagone", "Nordwind", "Nordwind Logistics"]


async def test_what_was_not_merged_is_not_parted_and_one_is_not_merged_with_itself(office):
    assert "was not merged" in said(await office.say("unmerge Hexagone"))
    assert "one company already" in said(await office.say("merge Hexagone and Hexagone"))


async def test_whoever_merges_on_an_old_card_is_told_what_changed(office):
    asked = await office.say("merge Nordwind Logistics into Nordwind")
    await change(office, set_company_type, office.companies["Nordwind"], CompanyType.COURT, who="Bob Stone")
    told = await office.click(asked, "Yes, go on")
    assert told.code == 409
    assert len(await list_names(office)) == 3


async def test_an_administrator_takes_a_colleagues_merge_back(office, sync):
    await sync.execute("UPDATE users SET is_admin = true WHERE name = 'Anne Martin'")
    asked = await office.say("merge Nordwind Logistics into Nordwind", by="Bob Stone")
    await office.click(asked, "Yes, go on", by="Bob Stone")
    listed = await office.say("what did Bob Stone change")
    asked = await office.click(listed, "1 merge of companies")
    await office.click(asked, "Yes, go on")
    assert await list_names(office) == ["Hexagone", "Nordwind", "Nordwind Logistics"]


async def step(office: Office, sync: Sync, chance: random.Random) -> str:
    """Do one random thing that people or mail do; what is refused changes nothing."""
    one, other = chance.sample(sorted(office.companies), 2)
    number = office.companies[one]
    contact, same = (office.contacts[name] for name in chance.sample(sorted(office.contacts), 2))
    who = chance.choice(["Anne Martin", "Bob Stone"])
    firm, sender = sync.microsoft.firm, ANNE if who == "Anne Martin" else BOB
    kind = chance.choice(
        [*("merge", "merge", "part", "mail", "reply", "replay", "decide", "off", "person"), *OF_PEOPLE]
    )
    if kind in ("mail", "reply", "replay"):
        people = chance.sample(PEOPLE, chance.randrange(1, 4))
        if kind == "replay":
            await sync.execute("UPDATE mailbox_feeds SET link = ''")
        elif kind == "mail":
            firm.send_mail(sender, people)
        else:
            firm.send_mail(people[0], [sender])
        await sync.run_until_current()
        fresh = await open_firm(sync)
        office.companies, office.contacts = fresh.companies | office.companies, fresh.contacts
        return f"{kind} {who} {people}"
    anyone = chance.choice([True, False])
    types = [*CompanyType, None]
    steps: dict[str, tuple[Any, ...]] = {
        "merge": (merge_company, number, office.companies[other]),
        "part": (part_company, number),
        "same": (merge_contact, contact, same),
        "other": (part_contact, contact),
        "client": (classify_person, contact),
        "decide": (set_company_type, number, chance.choice(types)),
        "off": (take_off, contact),
        "person": (say_is_person, contact),
    }
    more: dict[str, Any] = {"off": {"is_off": anyone}, "person": {"is_person": anyone}}.get(kind, {})
    more |= {"values": {"type": chance.choice(types)}} if kind == "client" else {}
    try:
        await change(office, *steps[kind], who=who, **more)
    except ChangeError:
        return f"{kind} {one} refused"
    return f"{kind} {one} {other} {contact} {same} {who} {more}"


async def test_after_any_interleaving_the_ledger_holds_and_parting_all_restores_what_mail_says(office, sync, firm):
    """Merges of companies and people in chains, partings, syncs, replays, types and removals, in any order."""
    chance = random.Random(SEED)  # the same steps each time
    done: list[str] = []
    for place in range(STEPS):
        done.append(await step(office, sync, chance))
        if place % 5 == 4:
            try:
                await sync.check()
            except AssertionError as error:
                raise AssertionError([*done[-6:], *error.args]) from error

    async def take_back(how: Any, numbers: Iterable[int], **more: bool) -> None:
        """Do it as whoever may."""
        for number in numbers:
            for who in ("Anne Martin", "Bob Stone"):
                with contextlib.suppress(MissingError):
                    await change(office, how, number, who=who, **more)

    for _ in range(3):  # whom nobody sees any more is seen again once others are parted
        apart = await sync.query("SELECT id FROM contacts WHERE merged_into IS NOT NULL")
        await take_back(part_contact, [row[0] for row in apart])
        await take_back(say_is_person, office.contacts.values(), is_person=True)
    await take_back(take_off, office.contacts.values(), is_off=False)
    for _ in range(3):
        apart = await sync.query("SELECT id FROM companies WHERE merged_into IS NOT NULL")
        await take_back(part_company, [row[0] for row in apart])
    assert [tuple(row) for row in await sync.query("SELECT * FROM removals")] == []
    await sync.check()
    assert await sync.query("SELECT 1 FROM company_domains WHERE home_id IS NOT NULL") == []
    assert await sync.query("SELECT 1 FROM contacts WHERE person_id IS NOT NULL") == []
