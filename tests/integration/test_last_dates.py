"""When somebody was last met and last wrote stands on the card of a company, of a contact, and in the pane."""

from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import update

from storage.book.companies import get_company
from storage.book.contacts import get_contact
from storage.book.last_dates import get_contact_dates
from storage.history.recount import recount
from storage.models import Invitation, Kind, Tenant
from storage.viewer import Viewer
from tests import factories
from tests.factories import DAY, NOW, ago
from tests.office import Office, in_group, open_office, read, said

ANNE, MARC = "Anne Martin", "Marc Lefèvre"
ACME, BOB, FREE = "Acme Industries", "Jean Acme", "bob.private@gmail.com"


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def have(office: Office, *happened: dict[str, Any], with_: str = BOB) -> None:
    """Write what some had with a contact, and count it as a page of a mailbox does."""
    number = office.contacts[with_]
    async with office.database.writing(1) as connection:
        for one in happened:
            values = {"by": MARC} | one
            await factories.add_interaction(connection, office.people[values.pop("by")].user_id, number, **values)
        for name in (ANNE, MARC):
            await recount(connection, 1, office.people[name].user_id, "outreach", [number])


def met(days: int, **values: Any) -> dict[str, Any]:
    return {"at": ago(days), "kind": Kind.MEETING, **values}


def mail(days: int, **values: Any) -> dict[str, Any]:
    return {"at": ago(days), "kind": Kind.RECEIVED, **values}


async def get_dates(office: Office, viewer: Viewer) -> list[tuple[int, int]]:
    """Give the dates of the firm with the company and the contact, and those of the viewer."""
    async with office.database.reading(1) as connection:
        company = await get_company(connection, viewer, office.companies[ACME])
        contact = await get_contact(connection, viewer, office.contacts[BOB])
    assert company is not None
    known = [company] if contact is None else [company, contact]
    return [(of.met_at, of.mail_at) for one in known for of in (one.firm, one.mine)]


async def show_item(office: Office, *addresses: str, **options: Any) -> Any:
    return await office.ask("pane.item", {"people": [["", one] for one in addresses]}, surface="pane", **options)


async def test_the_cards_and_the_pane_say_when_was_met_and_when_was_mail(office):
    await have(office, met(45), met(60, by=ANNE), mail(3), mail(20, by=ANNE))
    firm = "Last met Nov 17, 2025 · last email 3 days ago · 4 interactions"
    mine = "1 email received · 1 meeting · last met Nov 2, 2025 · last email Dec 12, 2025"
    shown = [await office.say(f"show {name}") for name in (ACME, BOB)]
    for reply in (*shown, await show_item(office, "jean@acme.example")):
        assert {firm, mine} <= set(read(reply.card))


async def test_french_says_it_in_french(office):
    await have(office, met(45), mail(3))
    said_so = "Dernière réunion : 17 nov. 2025 · dernier courriel : il y a 3 jours · 2 échanges"
    for name in (ACME, BOB):
        assert said_so in read((await office.say(f"montre {name}", language="fr")).card)
    assert said_so in read((await show_item(office, "jean@acme.example", language="fr")).card)


@pytest.mark.parametrize(
    ("happened", "line"),
    [
        (met(2), "Last met 2 days ago · 1 interaction"),
        (mail(2, kind=Kind.SENT), "Last email 2 days ago · 1 interaction"),
    ],
)
async def test_nothing_is_said_of_what_there_never_was(office, happened, line):
    await have(office, happened)
    for name in (ACME, BOB):
        assert line in read((await office.say(f"show {name}")).card)


@pytest.mark.parametrize(
    "values",
    [{"at": NOW + DAY, "is_planned": True}, {"at": ago(1), "invitation": Invitation.STRANGE}, {"at": 0}],
)
async def test_what_was_not_held_or_has_no_date_is_no_last_meeting(office, values):
    await have(office, met(30, by=ANNE), met(0, by=ANNE) | values)
    assert await get_dates(office, office.people[ANNE]) == [(ago(30), 0)] * 4


async def test_a_colleagues_meeting_is_the_firms_and_not_mine(office):
    await have(office, met(5), mail(9, by=ANNE, kind=Kind.SENT))
    assert await get_dates(office, office.people[ANNE]) == [(ago(5), ago(9)), (0, ago(9))] * 2
    assert await get_dates(office, office.people[MARC]) == [(ago(5), ago(9)), (ago(5), 0)] * 2
    hers = replace(office.people[ANNE], shares_contacts=False)  # of a contact, her own alone
    assert await get_dates(office, hers) == [(ago(5), ago(9)), (0, ago(9)), (0, ago(9)), (0, ago(9))]


async def test_A5_what_is_hidden_is_in_its_owners_dates_alone(office):
    await have(office, met(40), met(2, is_bcc=True), mail(30), mail(1, kind=Kind.SENT, is_bcc=True))
    assert await get_dates(office, office.people[MARC]) == [(ago(2), ago(1))] * 4
    assert await get_dates(office, office.people[ANNE]) == [(ago(40), ago(30)), (0, 0)] * 2
    for name in (MARC, ANNE):
        assert await get_dates(office, in_group(office.people[name])) == [(ago(40), ago(30)), (0, 0)] * 2
    async with office.database.reading(1) as connection:
        number = office.contacts[BOB]
        assert await get_contact_dates(connection, office.people[ANNE], [number]) == {number: (ago(40), ago(30))}
        assert await get_contact_dates(connection, office.people[MARC], [number]) == {number: (ago(2), ago(1))}


async def test_A6_whom_a_colleague_keeps_is_in_that_colleagues_dates_alone(office):
    await have(office, met(2), mail(1), met(9, by=ANNE))
    await office.ask("keep", {"contact_id": office.contacts[BOB]}, by=MARC)
    assert await get_dates(office, office.people[ANNE]) == [(ago(9), 0)] * 4
    assert await get_dates(office, office.people[MARC]) == [(ago(2), ago(1))] * 4


async def test_where_the_firm_does_not_say_what_happened_lately_the_kind_is_not_said_of_colleagues(office):
    await have(office, met(5), mail(9, by=ANNE))
    async with office.database.writing(1) as connection:
        await connection.execute(update(Tenant).where(Tenant.tenant_id == 1).values(shows_lately=False))
    assert await get_dates(office, office.people[ANNE]) == [(0, 0), (0, ago(9))] * 2
    assert "5 days ago · 2 interactions" in read((await office.say(f"show {ACME}")).card)


async def test_the_pane_says_the_next_meeting_with_a_company_and_with_who_is_of_none(office):
    async with office.database.writing(1) as connection:
        bob = await factories.add_contact(connection, "Bob Private", FREE)
        await factories.add_relationship(connection, office.people[ANNE].user_id, bob)
        office.contacts["Bob Private"] = bob
    await have(office, {"at": NOW + 4 * DAY, "kind": Kind.MEETING, "is_planned": True, "by": ANNE})
    last = met(30, by=ANNE), mail(2, by=ANNE)
    to_come = {"at": NOW + 5 * DAY, "kind": Kind.MEETING, "is_planned": True, "by": ANNE}
    await have(office, *last, to_come, with_="Bob Private")
    one = read((await show_item(office, "jean@acme.example")).card)
    assert {"Next meeting", "Mon, Jan 5, 12:00\u202fAM, with Jean Acme"} <= set(one)
    private = said(await show_item(office, FREE))
    assert f"{FREE} · last met Dec 2, 2025 · last email 2 days ago" in private
    assert "Next meeting: Tue, Jan 6, 12:00\u202fAM" in private
    several = said(await show_item(office, "jean@acme.example", "jean@globex.example"))
    assert "Next meeting: Mon, Jan 5, 12:00\u202fAM" in several
    assert "Next meeting" not in said(await show_item(office, "jean@acme.example", FREE, by=MARC))
