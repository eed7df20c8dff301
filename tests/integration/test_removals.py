"""Whom one person takes off their contacts is the firm's still; what is no person is nobody's, whatever mail comes."""

import pytest
from sqlalchemy import select

from storage.book.contacts import get_contact, list_contacts
from storage.book.keeping import keep
from storage.book.removals import say_is_person, take_off
from storage.book.undo import undo_change
from storage.errors import MissingError, StaleError
from storage.firm.rules import set_rules
from storage.history.orphans import delete_orphans
from storage.history.retention import get_retention, purge_mailbox
from storage.lists.filters import Filter
from storage.models import Audit
from storage.record.audit import list_audit
from storage.viewer import Viewer
from tests import syncing
from tests.corrections import open_firm, snap
from tests.office import Office, read, said
from tests.syncing import Sync

sync = syncing.sync
ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
CLAIRE = ("Claire Dubois", "claire@acme.example")
PIERRE = ("Pierre Roche", "pierre@acme.example")
PHONE = ("Fourth Floor", "fourth.floor@acme.example")


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    """Anne and Marc both know Claire and what is no person; Anne knows Pierre as well."""
    for sender in (ANNE, BOB):
        firm.send_mail(sender, [CLAIRE])
        firm.send_mail(sender, [PHONE])
    firm.send_mail(ANNE, [PIERRE])
    await sync.run()
    return await open_firm(sync)


async def list_names(office: Office, who: str, scope: str = "mine") -> list[str]:
    viewer = office.people[who]
    async with office.database.reading(viewer.tenant_id) as connection:
        page = await list_contacts(connection, viewer, Filter(of="contacts", scope=scope), now=office.now)
    return sorted(row.name for row in page.rows)


async def decide(office: Office, how, name: str, who: str = "Anne Martin", **given) -> int:
    viewer = office.people[who]
    async with office.database.writing(viewer.tenant_id) as connection:
        change = await how(connection, viewer, office.contacts[name], **given, now=1, source="chat")
    return change.audit_id


async def undo(office: Office, audit_id: int, who: str = "Anne Martin") -> None:
    viewer = office.people[who]
    async with office.database.writing(viewer.tenant_id) as connection:
        await undo_change(connection, viewer, audit_id, now=2, source="chat")


async def keep_claire(office: Office, *, is_kept: bool) -> None:
    viewer, number = office.people["Anne Martin"], office.contacts["Claire Dubois"]
    async with office.database.writing(viewer.tenant_id) as connection:
        await keep(connection, viewer, "contact", number, is_kept=is_kept, now=1, source="chat")


async def read_anew(sync: Sync, firm) -> None:
    """Let Graph forget how far every mailbox was read, so that all of it is read from the beginning."""
    gone = sync.microsoft.faults.add("gone", count=3, has_location=True, code="syncStateInvalid")
    firm.send_mail(ANNE, [CLAIRE, PHONE])
    firm.send_mail(BOB, [CLAIRE, PHONE])
    await sync.run_until_current()
    assert gone.hits == 3


async def test_whom_one_takes_off_is_the_firms_still(office):
    await decide(office, take_off, "Claire Dubois", is_off=True)
    assert await list_names(office, "Anne Martin") == ["Fourth Floor", "Pierre Roche"]
    assert await list_names(office, "Bob Stone") == ["Claire Dubois", "Fourth Floor"]
    everyone = ["Claire Dubois", "Fourth Floor", "Pierre Roche"]
    assert await list_names(office, "Anne Martin", "firm") == everyone
    viewer = office.people["Bob Stone"]
    async with office.database.reading(viewer.tenant_id) as connection:
        contact = await get_contact(connection, viewer, office.contacts["Claire Dubois"])
        assert (await list_audit(connection, viewer, "contact", contact.id)).rows == ()
    assert [knower.name for knower in contact.knowers] == ["Bob Stone"]
    assert contact.firm.interaction_count == 2


async def test_what_is_no_person_is_nobodys_and_counts_nowhere(office, sync):
    await decide(office, say_is_person, "Fourth Floor", is_person=False)
    for who in ("Anne Martin", "Bob Stone"):
        assert "Fourth Floor" not in await list_names(office, who)
        assert "Fourth Floor" not in await list_names(office, who, "firm")
    assert [tuple(row) for row in await sync.query("SELECT contact_count, interaction_count FROM companies")] == [
        (2, 3)
    ]


@pytest.mark.parametrize("is_of_all", [False, True])
async def test_neither_later_mail_nor_a_whole_new_sync_undoes_it(office, sync, firm, is_of_all):
    name = "Fourth Floor"
    given = {"how": say_is_person, "is_person": False} if is_of_all else {"how": take_off, "is_off": True}
    audit_id = await decide(office, name=name, **given)
    heard = len(sync.heard)
    firm.send_mail(ANNE, [PHONE, PIERRE])
    firm.send_mail(PHONE, [ANNE])
    await sync.run()
    await read_anew(sync, firm)
    assert await list_names(office, "Anne Martin") == ["Claire Dubois", "Pierre Roche"]
    assert (name in await list_names(office, "Bob Stone")) is not is_of_all
    assert (name in await list_names(office, "Bob Stone", "firm")) is not is_of_all
    assert [number for _, applied, _ in sync.heard[heard:] for number in applied.new_contact_ids] == []
    await undo(office, audit_id)
    await sync.check()
    assert await list_names(office, "Anne Martin") == ["Claire Dubois", name, "Pierre Roche"]


@pytest.mark.parametrize("is_of_all", [False, True])
@pytest.mark.parametrize("is_kept", [False, True])
async def test_taken_back_it_is_all_as_it_was(office, sync, is_of_all, is_kept):
    await keep_claire(office, is_kept=is_kept)
    before = await snap(sync)
    given = {"how": say_is_person, "is_person": False} if is_of_all else {"how": take_off, "is_off": True}
    audit_id = await decide(office, name="Claire Dubois", **given)
    assert await snap(sync) != before
    assert await list_names(office, "Anne Martin") == ["Fourth Floor", "Pierre Roche"]
    await undo(office, audit_id)
    assert await snap(sync) == before
    await keep_claire(office, is_kept=False)


async def test_it_holds_for_who_is_deleted_and_comes_back(office, sync, firm):
    await decide(office, take_off, "Pierre Roche", is_off=True)
    await decide(office, say_is_person, "Fourth Floor", is_person=False)
    viewer = office.people["Anne Martin"]
    async with office.database.reading(viewer.tenant_id) as connection:
        retention = await get_retention(connection, viewer.tenant_id)
    for one in office.people.values():
        await purge_mailbox(office.database, retention, one.user_id, None)
    await delete_orphans(office.database, viewer.tenant_id)
    assert await sync.query("SELECT 1 FROM contacts") == []
    await sync.execute("UPDATE mailbox_feeds SET link = ''")
    await sync.run_until_current()
    office.contacts = (await open_firm(sync)).contacts
    assert await list_names(office, "Anne Martin") == ["Claire Dubois"]
    assert await list_names(office, "Bob Stone", "firm") == ["Claire Dubois", "Pierre Roche"]
    await decide(office, take_off, "Pierre Roche", is_off=False)
    await decide(office, say_is_person, "Fourth Floor", is_person=True)
    await sync.check()


async def test_another_rule_of_the_firm_brings_nobody_back(office, sync):
    viewer = office.people["Anne Martin"]
    free = ("Gina Free", "gina@gmail.com")
    sync.microsoft.firm.send_mail(ANNE, [free])
    await sync.run()
    office.contacts = (await open_firm(sync)).contacts
    for name in ("Gina Free", "Claire Dubois"):
        await decide(office, take_off, name, is_off=True)
    await decide(office, say_is_person, "Fourth Floor", is_person=False)
    for rule in ("exchange", "outreach"):
        async with office.database.writing(viewer.tenant_id) as connection:
            await set_rules(connection, viewer, {"contact_rule": rule}, now=3, source="chat")
    assert await list_names(office, "Anne Martin") == ["Pierre Roche"]
    assert await list_names(office, "Bob Stone", "firm") == ["Claire Dubois", "Pierre Roche"]
    for name in ("Gina Free", "Claire Dubois"):
        await decide(office, take_off, name, is_off=False)
    await decide(office, say_is_person, "Fourth Floor", is_person=True)


async def test_only_ones_own_contacts_can_be_taken_off_and_only_whom_one_sees_is_judged(office):
    with pytest.raises(MissingError):
        await decide(office, take_off, "Pierre Roche", "Bob Stone", is_off=True)
    anne = office.people["Anne Martin"]
    office.people["Stranger"] = Viewer(anne.tenant_id + 7, anne.user_id)
    with pytest.raises(MissingError):
        await decide(office, say_is_person, "Pierre Roche", "Stranger", is_person=False)


async def test_F58_an_undo_of_what_was_taken_back_since_leaves_it(office):
    audit_id = await decide(office, take_off, "Claire Dubois", is_off=True)
    await decide(office, take_off, "Claire Dubois", is_off=False)
    with pytest.raises(StaleError):
        await undo(office, audit_id)


@pytest.mark.parametrize(
    ("text", "language", "undo_button"),
    [
        ("remove Claire Dubois from my contacts", "en", "Undo"),
        ("take claire@acme.example off my contacts", "en", "Undo"),
        ("retire Claire Dubois de mes contacts", "fr", "Annuler la modification"),
        ("supprime claire@acme.example de mes contacts", "fr", "Annuler la modification"),
    ],
)
async def test_somebody_is_taken_off_in_a_sentence_and_put_back_with_a_click(office, text, language, undo_button):
    done = await office.say(text, language=language)
    assert "Claire Dubois" not in await list_names(office, "Anne Martin")
    assert "the firm keeps them" in said(done) or "le cabinet garde" in said(done)
    await office.click(done, undo_button, language=language)
    assert "Claire Dubois" in await list_names(office, "Anne Martin")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Fourth Floor is not a person", "en"),
        ("fourth.floor@acme.example is a shared mailbox", "en"),
        ("Fourth Floor n'est pas une personne", "fr"),
        ("fourth.floor@acme.example est une boîte partagée", "fr"),
    ],
)
async def test_what_is_no_person_is_asked_about_and_said_for_all(office, text, language):
    asked = await office.say(text, language=language)
    assert "Fourth Floor" in await list_names(office, "Bob Stone")
    assert "2 people of the firm" in said(asked) or "2 personnes du cabinet" in said(asked)
    yes = "Yes, go on" if language == "en" else "Oui, continuer"
    done = await office.click(asked, yes, language=language)
    assert "Fourth Floor" not in await list_names(office, "Bob Stone")
    await office.click(done, "Undo" if language == "en" else "Annuler la modification", language=language)
    assert "Fourth Floor" in await list_names(office, "Bob Stone")


async def test_the_card_of_a_contact_offers_both_and_says_who_may(office):
    card = await office.say("show Claire Dubois")
    assert "whoever sees a contact may put it right" in said(card)
    done = await office.click(card, "Take off my contacts")
    assert "Claire Dubois: one of your contacts → none of your contacts" in said(done)
    card = await office.say("show Claire Dubois")
    assert "Take off my contacts" not in read(card.card)
    asked = await office.click(card, "That is no person")
    assert said(asked).startswith("Say that Claire Dubois is no person, for the whole firm?")


async def test_why_somebody_is_no_contact_says_what_was_said_and_offers_the_way_back(office):
    await decide(office, say_is_person, "Fourth Floor", is_person=False)
    why = await office.say("why is Fourth Floor not a contact", by="Bob Stone")
    assert "Somebody of the firm said that this is no person" in said(why)
    await office.click(why, "That is a person", by="Bob Stone")
    assert "Fourth Floor" in await list_names(office, "Anne Martin")
    await office.say("remove Pierre Roche from my contacts")
    why = await office.say("why is Pierre Roche not in my contacts")
    assert "You took them off your contacts" in said(why)
    await office.click(why, "Put back among my contacts")
    assert "Pierre Roche" in await list_names(office, "Anne Martin")


async def test_that_is_asked_about_by_its_name(office):
    await office.say("show Claire Dubois")
    asked = await office.say("that is not a person")
    assert said(asked).startswith("Say that Claire Dubois is no person")
    asked = await office.say("remove her from my contacts")
    assert said(asked).startswith("Take Claire Dubois off your contacts?")


async def test_adding_somebody_by_hand_takes_back_what_was_said_against_them(office):
    await decide(office, take_off, "Claire Dubois", is_off=True)
    added = await office.say("add claire@acme.example as a contact")
    assert "Claire Dubois is a contact now." in said(added)
    assert "Claire Dubois" in await list_names(office, "Anne Martin")


async def test_an_administrator_takes_back_that_somebody_is_no_person(office, sync):
    await sync.execute("UPDATE users SET is_admin = true WHERE name = 'Anne Martin'")
    await office.click(await office.say("Fourth Floor is not a person", by="Bob Stone"), "Yes, go on", by="Bob Stone")
    listed = await office.say("what did Bob Stone change")
    assert "1 contact said to be no person" in said(listed)
    asked = await office.click(listed, "1 contact said to be no person")
    await office.click(asked, "Yes, go on")
    assert "Fourth Floor" in await list_names(office, "Bob Stone")


async def test_both_are_recorded_with_who_said_it(office):
    await office.say("remove Claire Dubois from my contacts")
    await office.click(await office.say("Fourth Floor is not a person"), "Yes, go on")
    async with office.database.reading(office.people["Anne Martin"].tenant_id) as connection:
        rows = await connection.execute(select(Audit.of, Audit.action, Audit.actor_id, Audit.source).order_by(Audit.id))
        anne = office.people["Anne Martin"].user_id
        assert [tuple(row) for row in rows][-2:] == [
            ("keep", "contact.take_off", anne, "chat"),
            ("contact", "contact.no_person", anne, "chat"),
        ]
