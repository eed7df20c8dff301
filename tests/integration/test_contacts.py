"""Contacts: what a card shows, who is who on an open mail, and adding one by hand."""

from dataclasses import dataclass, replace

import pytest
from sqlalchemy import insert, select, update

from storage.book import contacts
from storage.book.companies import get_company
from storage.book.item_people import MOST, get_people
from storage.book.undo import undo_change
from storage.errors import MissingError, StaleError
from storage.lists.filters import Filter
from storage.models import Company, Contact, Interaction, InteractionContact, Kind, Relationship, Tenant
from storage.viewer import Viewer
from tests import factories
from tests.factories import NOW, ago, viewer_of

MADE = {"now": NOW, "source": "pane"}


@dataclass
class Firm:
    anne: int
    marc: int
    acme: int
    bob: int
    eve: int
    """Only seen, by Marc."""
    viewer: Viewer
    reserved: Viewer
    """The same viewer where the firm keeps contacts back."""


@pytest.fixture
async def firm(database) -> Firm:
    async with database.writing(1) as connection:
        await factories.add_tenant(connection)
        anne = await factories.add_user(connection, "Anne Martin", address="anne@firm.example")
        marc = await factories.add_user(connection, "Marc Lefèvre", address="marc@firm.example")
        acme = await factories.add_company(connection, "Acme", "acme.com", partner_id=anne, type="client")
        bob = await factories.add_contact(connection, "Bob Jones", "bob@acme.com", company_id=acme)
        eve = await factories.add_contact(connection, "Eve", "eve@acme.com", company_id=acme, is_contact=False)
        await factories.add_relationship(connection, marc, bob, last_at=ago(1), interaction_count=3)
        await factories.add_relationship(connection, marc, eve, is_mine=False, sent_count=0, received_count=1)
        await factories.add_company_relationship(connection, marc, acme)
    return Firm(anne, marc, acme, bob, eve, viewer_of(anne), viewer_of(anne, shares_contacts=False))


async def ask(database, question, *arguments, **options):
    async with database.reading(1) as connection:
        return await question(connection, *arguments, **options)


async def change(database, make, *arguments, **options):
    async with database.writing(1) as connection:
        return await make(connection, *arguments, **(MADE | options))


async def add_interaction(connection, user, contacts_, *, at, kind=Kind.SENT, message=b"m" * 16, **values):
    digest = bytes([user % 256]) + message[1:]
    key = {"tenant_id": 1, "user_id": user, "source_digest": digest, "occurred_at": at, "kind": int(kind)} | values
    await connection.execute(insert(Interaction).values(**key, message_digest=message))
    for contact in contacts_:
        await connection.execute(insert(InteractionContact).values(**key, contact_id=contact))


async def test_a_contact_shows_company_partner_and_who_knows_them(database, firm):
    bob = await ask(database, contacts.get_contact, firm.viewer, firm.bob)
    assert (bob.company_name, bob.company_type, bob.partner_name) == ("Acme", "client", "Anne Martin")
    assert [knower.name for knower in bob.knowers] == ["Marc Lefèvre"]
    assert (bob.firm.interaction_count, bob.mine.interaction_count, bob.is_mine) == (3, 0, False)


async def test_copies_of_one_mail_are_one_thing_that_happened(database, firm):
    async with database.writing(1) as connection:
        await add_interaction(connection, firm.anne, [firm.bob], at=ago(3), kind=Kind.RECEIVED)
        await add_interaction(connection, firm.marc, [firm.bob], at=ago(3))
        await add_interaction(connection, firm.marc, [firm.bob], at=ago(1), kind=Kind.MEETING, message=b"n" * 16)
        await add_interaction(connection, firm.marc, [firm.bob], at=ago(-9), message=b"p" * 16, is_planned=True)
        await add_interaction(connection, firm.marc, [firm.bob], at=0, message=b"q" * 16)
    for recent in (
        (await ask(database, contacts.get_contact, firm.viewer, firm.bob)).recent,
        (await ask(database, get_company, firm.viewer, firm.acme)).recent,
    ):
        assert [(one.kind, one.occurred_at) for one in recent] == [("meeting", ago(1)), ("sent", ago(3))]
        assert sorted(recent[1].user_names) == ["Anne Martin", "Marc Lefèvre"]
        assert recent[1].contact_names == ("Bob Jones",)


async def test_a_firm_that_keeps_contacts_back_shows_the_company_and_nobody_there(database, firm):
    async with database.writing(1) as connection:
        await add_interaction(connection, firm.marc, [firm.bob], at=ago(1))
    assert await ask(database, contacts.get_contact, firm.reserved, firm.bob) is None
    assert await ask(database, contacts.find_contacts, firm.reserved, "Bob Jones") == []
    assert await ask(database, contacts.find_contacts, firm.reserved, "Bob Jonse") == []
    company = await ask(database, get_company, firm.reserved, firm.acme)
    assert (company.contacts, company.knower_count) == ((), 1)
    assert [one.contact_names for one in company.recent] == [()]
    for asked in (Filter(of="contacts", scope="firm"), Filter(of="contacts", scope="firm", known_by=(firm.marc,))):
        assert (await ask(database, contacts.list_contacts, firm.reserved, asked, now=NOW)).rows == ()


async def test_a_contact_of_my_own_shows_nothing_of_colleagues_where_contacts_are_kept_back(database, firm):
    async with database.writing(1) as connection:
        await factories.add_relationship(connection, firm.anne, firm.bob, last_at=ago(9), interaction_count=2)
        await add_interaction(connection, firm.anne, [firm.bob], at=ago(9), message=b"a" * 16)
        await add_interaction(connection, firm.marc, [firm.bob], at=ago(1))
    bob = await ask(database, contacts.get_contact, firm.reserved, firm.bob)
    assert [knower.name for knower in bob.knowers] == ["Anne Martin"]
    assert (bob.firm, bob.knower_count) == (bob.mine, 1)
    assert [one.occurred_at for one in bob.recent] == [ago(9)]
    row = (
        await ask(database, contacts.list_contacts, firm.reserved, Filter(of="contacts", scope="firm"), now=NOW)
    ).rows
    assert [(one.interaction_count, one.last_at) for one in row] == [(2, ago(9))]


async def test_everyone_on_a_mail_is_somebody(database, firm):
    given = ["ANNE@firm.example", "Bob@ACME.com", "eve@acme.com", "new@mail.acme.com", "x@y.example", "no address", ""]
    people = await ask(database, get_people, viewer_of(firm.marc), given)
    assert [(one.address, one.state, one.name, one.company_name) for one in people] == [
        ("ANNE@firm.example", "user", "Anne Martin", None),
        ("Bob@ACME.com", "contact", "Bob Jones", "Acme"),
        ("eve@acme.com", "seen", "Eve", "Acme"),
        ("new@mail.acme.com", "unknown", "", "Acme"),
        ("x@y.example", "unknown", "", None),
        ("no address", "invalid", "", None),
        ("", "invalid", "", None),
    ]


async def test_where_contacts_are_kept_back_a_colleagues_contact_is_not_known(database, firm):
    people = await ask(database, get_people, firm.reserved, ["bob@acme.com", "eve@acme.com"])
    assert [(one.state, one.id, one.name, one.company_name) for one in people] == [("unknown", None, "", "Acme")] * 2


async def test_B66_no_mail_has_more_people_than_can_be_looked_up(database, firm):
    assert await ask(database, get_people, firm.viewer, []) == []
    many = [f"{number}@x.example" for number in range(2 * MOST)]
    assert len(await ask(database, get_people, firm.viewer, many)) == MOST
    hostile = ["a" * 10_000 + "@x.com", "\0@x.com", "é'\"@x.com", "a@\ud800.com"]
    assert {one.state for one in await ask(database, get_people, firm.viewer, hostile)} <= {"invalid", "unknown"}


async def counts(database, firm) -> tuple:
    async with database.reading(1) as connection:
        company = (await connection.execute(select(Company.contact_count, Company.is_known))).one()
        contact = await connection.execute(select(Contact.is_contact).where(Contact.id == firm.eve))
        relationships = await connection.execute(
            select(Relationship.user_id).where(Relationship.contact_id == firm.eve)
        )
        return (*company, contact.scalar_one(), sorted(relationships.scalars()))


async def hear_of_eve(database, firm):
    """Let Eve write to Anne too."""
    async with database.writing(1) as connection:
        await factories.add_relationship(
            connection, firm.anne, firm.eve, is_mine=False, sent_count=0, received_count=1, interaction_count=1
        )


async def test_A6_who_only_wrote_to_a_colleague_looks_like_nobody_and_cannot_be_added(database, firm):
    people = await ask(database, get_people, firm.viewer, ["eve@acme.com", "nobody@acme.com"])
    eve, nobody = (replace(one, address="") for one in people)
    assert eve == nobody
    assert await ask(database, contacts.get_seen_person, firm.viewer, address="eve@acme.com") is None
    for whom in ({"contact_id": firm.eve}, {"address": "eve@acme.com"}):
        with pytest.raises(MissingError):
            await change(database, contacts.add_contact, firm.viewer, **whom)


async def test_somebody_seen_is_added_by_hand_and_taken_back(database, firm):
    await hear_of_eve(database, firm)
    before = await counts(database, firm)
    done = await change(database, contacts.add_contact, firm.viewer, address="EVE@acme.com")
    assert await counts(database, firm) == (2, True, True, sorted([firm.anne, firm.marc]))
    mine = await ask(database, contacts.list_contacts, firm.viewer, Filter(of="contacts", text="eve"), now=NOW)
    assert [row.id for row in mine.rows] == [firm.eve]
    assert (await ask(database, get_company, firm.viewer, firm.acme)).is_mine
    undone = await change(database, undo_change, firm.viewer, done.audit_id)
    assert await counts(database, firm) == before
    assert not (await ask(database, get_company, firm.viewer, firm.acme)).is_mine
    with pytest.raises(StaleError):
        await change(database, undo_change, firm.viewer, done.audit_id)
    await change(database, undo_change, firm.viewer, undone.audit_id)
    assert (await counts(database, firm))[:3] == (2, True, True)


async def test_what_two_have_added_stays_until_both_take_it_back(database, firm):
    await hear_of_eve(database, firm)
    first = await change(database, contacts.add_contact, firm.viewer, contact_id=firm.eve)
    second = await change(database, contacts.add_contact, viewer_of(firm.marc), contact_id=firm.eve)
    await change(database, undo_change, firm.viewer, first.audit_id)
    assert (await counts(database, firm))[2]
    with pytest.raises(MissingError):
        await change(database, undo_change, firm.viewer, second.audit_id)
    await change(database, undo_change, viewer_of(firm.marc), second.audit_id)
    assert not (await counts(database, firm))[2]


async def test_a_contact_that_wrote_back_meanwhile_stays_one_when_taken_back(database, firm):
    done = await change(database, contacts.add_contact, viewer_of(firm.marc), contact_id=firm.eve)
    async with database.writing(1) as connection:
        await connection.execute(update(Contact).where(Contact.id == firm.eve).values(sent_count=1))
    await change(database, undo_change, viewer_of(firm.marc), done.audit_id)
    assert (await counts(database, firm))[:3] == (2, True, True)


async def test_a_contact_of_my_own_is_not_added_again(database, firm):
    done = await change(database, contacts.add_contact, viewer_of(firm.marc), contact_id=firm.bob)
    assert not done.is_changed


@pytest.mark.parametrize("whom", [{"contact_id": 99}, {"contact_id": 2**70}, {"address": "x@y.z"}, {"address": ""}, {}])
async def test_B39_nobody_is_added_who_was_never_seen(database, firm, whom):
    with pytest.raises(MissingError):
        await change(database, contacts.add_contact, firm.viewer, **whom)


async def test_where_contacts_are_kept_back_only_who_wrote_to_me_is_explained_and_added(database, firm):
    assert await ask(database, contacts.get_seen_person, firm.reserved, contact_id=firm.eve) is None
    with pytest.raises(MissingError):
        await change(database, contacts.add_contact, firm.reserved, contact_id=firm.eve)
    own = viewer_of(firm.marc, shares_contacts=False)
    seen = await ask(database, contacts.get_seen_person, own, address="eve@acme.com")
    assert (seen.is_contact, seen.company_name) == (False, "Acme")
    assert (await change(database, contacts.add_contact, own, contact_id=firm.eve)).is_changed


async def test_S16_in_public_there_is_nobody_who_only_wrote_in(database, firm):
    public = viewer_of(firm.marc, is_in_public=True)
    assert await ask(database, contacts.get_seen_person, public, contact_id=firm.eve) is None
    people = await ask(database, get_people, public, ["eve@acme.com", "bob@acme.com"])
    assert [one.state for one in people] == ["unknown", "contact"]


async def test_the_rule_of_the_firm_decides_who_stays(database, firm):
    async with database.writing(1) as connection:
        await connection.execute(update(Tenant).values(contact_rule="exchange"))
        await connection.execute(update(Contact).where(Contact.id == firm.eve).values(sent_count=1, received_count=0))
    done = await change(database, contacts.add_contact, viewer_of(firm.marc), contact_id=firm.eve)
    await change(database, undo_change, viewer_of(firm.marc), done.audit_id)
    assert not (await counts(database, firm))[2]
