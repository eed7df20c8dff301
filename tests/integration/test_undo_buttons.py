"""Every verb that writes: what it changed that can be undone has its button, and what cannot be undone has none."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.commands import ROUTER
from bot.turn import Reply
from storage.book.removals import say_is_person, take_off
from storage.history.person_merges import set_merged
from storage.models import Audit, Company, User
from storage.record.audit import list_own_changes
from tests import factories
from tests.card_checks import walk
from tests.factories import ago
from tests.integration.test_keeping import happen
from tests.office import Office, look, open_office, said

ANNE = "Anne Martin"
CLIENTS, COURTS = {"types": ["client"]}, {"types": ["court"]}
VIEW, DELETED, COMPANY, CONTACT, SEEN, MARC, ENTRA = (
    "VIEW",
    "DELETED",
    "Initech",
    "Jean Acme",
    "Sam Seen",
    "MARC",
    "ENTRA",
)
OFF, PRIVATE, OTHER = "Jean Northwind", "Gina Roche", "J. Acme"
WRITING: dict[str, tuple[dict[str, Any], ...]] = {
    "changes.restore": ({"audit_id": "THEIRS"},),
    "companies.set_many": ({"company_ids": [COMPANY, "Globex"], "type": "client"},),
    "companies.sort_save": ({"company_id": COMPANY, "version": 1, "type": "client", "user_id": "me"},),
    "company.merge": ({"company_id": COMPANY, "into_id": "Acme Industries"},),
    "company.part": ({"name": "Old Acme"},),
    "company.rename": ({"company_id": COMPANY, "new_name": "Initech Ltd"},),
    "company.set_partner": ({"company_id": COMPANY, "user_id": "me"}, {"company_id": "Globex", "user_id": "me"}),
    "company.set_type": ({"company_id": COMPANY, "type": "client"}, {"company_id": "Globex", "type": "prospect"}),
    "contact.classify": ({"contact_id": PRIVATE, "type": "client"}, {"contact_id": PRIVATE, "user_id": "me"}),
    "contact.merge": (
        {"contact_id": CONTACT, "other_id": "Jean Initech"},
        {"contact_id": PRIVATE, "other_id": CONTACT},
    ),
    "contact.part": ({"merged_id": OTHER},),
    "contact.add": ({"contact_id": SEEN},),
    "contact.is_me": ({"contact_id": CONTACT},),
    "contact.is_not_me": ({"contact_id": CONTACT},),
    "contact.is_person": ({"contact_id": OFF},),
    "contact.no_person": ({"contact_id": CONTACT},),
    "contact.put_back": ({"contact_id": OFF},),
    "contact.rename": ({"contact_id": CONTACT, "was": "WAS", "new_name": "Jeanne Acme"},),
    "contact.take_off": ({"contact_id": CONTACT},),
    "firm.add_admin": ({"user_id": MARC},),
    "firm.remove_admin": ({"entra_id": ENTRA},),
    "firm.save": ({"language": "fr"},),
    "keep": ({"contact_id": CONTACT}, {"company_id": COMPANY}, {"contact_id": CONTACT, "is_kept": False}),
    "notices.save": ({},),
    "rename": (
        {"name": "Initech", "version": 1, "new_name": "Initech Ltd"},
        {"name": "Dormant", "version": 1, "new_name": "Sleepers"},
    ),
    "undo": ({"audit_ids": ["OWN"]},),
    "view.copy": ({"view_id": VIEW},),
    "view.delete": ({"view_id": VIEW},),
    "view.duplicate": ({"view_id": VIEW, "new_name": "Twin"},),
    "view.hide": ({"view_id": VIEW}, {"view_id": -2}),
    "view.move": ({"view_id": VIEW, "to": 0},),
    "view.rename": ({"view_id": VIEW, "new_name": "Sleepers"},),
    "view.restore": ({"view_id": DELETED},),
    "view.save": ({"name": "Dormant courts", "filter": COURTS},),
    "view.set_default": ({"view_id": VIEW}, {"view_id": -3}),
    "view.set_filter": ({"view_id": VIEW, "filter": COURTS}, {"view_id": VIEW, "filter": CLIENTS}),
    "view.share": ({"view_id": VIEW, "with_firm": True}, {"view_id": VIEW, "people": ["Zoé Brun"]}),
    "view.unhide": ({"view_id": "HIDDEN"},),
    "view.unshare": ({"view_id": VIEW},),
}
NEVER = {"contact.is_me", "contact.is_not_me", "firm.add_admin", "firm.remove_admin", "firm.save", "notices.save"}
"""What is no change of the book or of a view: it has its own way back, or none, and no undo."""


@pytest.fixture
async def office(sqlite_database) -> Office:
    office = await open_office(sqlite_database)
    async with office.database.writing(1) as connection:
        await connection.execute(update(User).where(User.name == ANNE).values(is_admin=True))
        for name in (CONTACT, "Jean Initech", OFF):
            await happen(connection, office.people[ANNE].user_id, office.contacts[name], ago(3))
        anne = office.people[ANNE].user_id
        for name, address in ((PRIVATE, "gina.roche@gmail.com"), (OTHER, "j@acme.example")):
            office.contacts[name] = await factories.add_contact(connection, name, address)
            await factories.add_relationship(connection, anne, office.contacts[name])
            await happen(connection, anne, office.contacts[name], ago(3))
        await set_merged(
            connection, 1, office.contacts[OTHER], office.contacts[CONTACT], into_id=office.contacts[CONTACT]
        )
        old = await factories.add_company(connection, "Old Acme", is_known=False, contact_count=0)
        acme = office.companies["Acme Industries"]
        await connection.execute(
            update(Company).where(Company.id == old, Company.tenant_id == 1).values(merged_into=acme)
        )
        of_off = connection, office.people[ANNE], office.contacts[OFF]
        await take_off(*of_off, is_off=True, now=ago(2), source="admin")
        await say_is_person(*of_off, is_person=False, now=ago(2), source="admin")
    return office


async def prepare(office: Office) -> dict[str, Any]:
    """Make what the verbs change: a shared view, a deleted one, a hidden one, and changes to take back."""
    view = (await office.ask("view.save", {"name": "Dormant", "filter": CLIENTS})).data["view_id"]
    await office.ask("view.share", {"view_id": view, "people": ["Marc Lefèvre"]})
    deleted = (await office.ask("view.save", {"name": "Old", "filter": CLIENTS})).data["view_id"]
    await office.ask("view.delete", {"view_id": deleted})
    await office.ask("view.hide", {"view_id": -4})
    own = {"company_id": office.companies["Acme Industries"], "type": "court"}
    own_id = (await office.ask("company.set_type", own)).data["audit_ids"][0]
    theirs = {"company_id": office.companies["Duval & Fils"], "type": "court"}
    theirs_id = (await office.ask("company.set_type", theirs, by="Marc Lefèvre")).data["audit_ids"][0]
    marc = office.people["Marc Lefèvre"].user_id
    for name in (ANNE, "Zoé Brun"):
        await office.ask("firm.add_admin", {"user_id": office.people[name].user_id})
    async with office.database.reading(1) as connection:
        entra = await connection.scalar(select(User.entra_id).where(User.name == "Zoé Brun", User.tenant_id == 1))
    numbers = {
        VIEW: view,
        DELETED: deleted,
        "HIDDEN": -4,
        "OWN": own_id,
        "THEIRS": theirs_id,
        MARC: marc,
        ENTRA: entra,
        "WAS": CONTACT,
    }
    return numbers | {"WAS": CONTACT} | office.companies | office.contacts


def fill(value: Any, numbers: dict[str, Any]) -> Any:
    if isinstance(value, list):
        return [fill(one, numbers) for one in value]
    return numbers.get(value, value) if isinstance(value, str) else value


async def list_new(office: Office, after: int) -> list[int]:
    """Return what Anne has changed since that can be undone."""
    async with office.database.reading(1) as connection:
        ids = list(await connection.scalars(select(Audit.id).where(Audit.id > after).order_by(Audit.id)))
        return [row.id for row in await list_own_changes(connection, office.people[ANNE], ids)]


def find_undo(reply: Reply) -> list[int]:
    buttons = [node for node in walk(reply.card) if node["type"] == "Action.Execute" and node.get("verb") == "undo"]
    return [number for button in buttons[:1] for number in button["data"]["audit_ids"]]


async def do(office: Office, verb: str, data: dict[str, Any], surface: str) -> tuple[Reply, list[int]]:
    """Make a change, answering yes where it is asked about; returns what of it can be undone."""
    numbers = await prepare(office)
    async with office.database.reading(1) as connection:
        last = await connection.scalar(select(func.max(Audit.id))) or 0
    given = {key: value if key in ("name", "new_name") else fill(value, numbers) for key, value in data.items()}
    reply = await office.ask(verb, given, surface=surface)
    if "Yes, go on" in said(reply):
        reply = await office.click(reply, "Yes, go on", surface=surface)
    assert not reply.is_error, reply.summary
    assert await list_sources(office, last) <= {surface}
    return reply, await list_new(office, last)


async def list_sources(office: Office, after: int) -> set[str]:
    """Return where the record says that what was changed since was changed."""
    async with office.database.reading(1) as connection:
        return set(await connection.scalars(select(Audit.source).where(Audit.id > after)))


def test_every_verb_that_writes_is_among_them():
    assert WRITING.keys() == {verb.name for verb in ROUTER if verb.writes}


@pytest.mark.parametrize("surface", ["chat", "tab"])
@pytest.mark.parametrize(("verb", "data"), [(verb, data) for verb, every in WRITING.items() for data in every])
async def test_what_can_be_undone_has_its_button_and_nothing_else_has(office, verb, data, surface):
    reply, undoable = await do(office, verb, data, surface)
    assert find_undo(reply) == undoable
    assert not (verb in NEVER and undoable)


@pytest.mark.parametrize(
    ("verb", "data"), [(verb, data) for verb, every in WRITING.items() if verb not in NEVER for data in every]
)
async def test_each_of_these_buttons_takes_back_what_was_done(office, verb, data):
    reply, undoable = await do(office, verb, data, "chat")
    if not undoable:
        assert verb in ("company.set_type", "view.set_filter", "keep", "view.set_default")  # it was so already
        return
    undone = await office.click(reply, "Redo" if verb in ("undo", "changes.restore") else "Undo")
    if "Yes, go on" in said(undone):
        undone = await office.click(undone, "Yes, go on")
    assert not undone.is_error
    assert len(undone.data["audit_ids"]) == len(undoable)


@pytest.mark.parametrize("surface", ["pane", "tab"])
@pytest.mark.parametrize("verb", ["changes.restore", "firm.add_admin", "firm.remove_admin", "firm.save", "keep"])
async def test_the_record_says_where_rules_restorations_and_what_is_kept_were_changed(office, verb, surface):
    await do(office, verb, WRITING[verb][0], surface)
    async with office.database.reading(1) as connection:
        newest = await connection.scalar(select(Audit.source).order_by(Audit.id.desc()).limit(1))
    assert newest == surface


async def test_the_last_company_that_is_sorted_out_can_be_undone_too(office):
    data = {"company_id": office.companies[COMPANY], "version": 1, "type": "client", "cursor": ""}
    over = await office.ask("companies.sort_save", data)
    await office.click(over, "Undo")
    assert (await look(office, COMPANY)).type is None
