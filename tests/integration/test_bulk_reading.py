"""Whatever gives contacts is counted: many of them, by any question, are written down as an export is."""

import random

import msgspec
import pytest
from sqlalchemy import select, text

from bot.commands import ROUTER
from bot.door import Caller, Door
from bot.results.base import Result
from bot.results.given import get_shape, list_given
from bot.turn import Ask
from bot.verbs import EVERYONE
from storage.models import Audit, Contact
from tests import factories
from tests.any_database import on_any_database
from tests.factories import ago
from tests.generated_inputs import make_input
from tests.office import Office, open_office

COMPANIES = 14


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def add_people(office: Office, count: int) -> tuple[list[int], dict[int, str]]:
    """Add companies of Anne's, and their people with addresses that no other has."""
    people = {}
    async with office.database.writing(1) as connection:
        companies = [await factories.add_company(connection, f"Filler {number}") for number in range(COMPANIES)]
        for number in range(count):
            values = {"company_id": companies[number % COMPANIES], "last_at": ago(1), "interaction_count": 1}
            address = f"p{number}x@filler.example"
            person = await factories.add_contact(connection, f"Twin Person {number}", address, reason="wrote", **values)
            people[person] = address
    return companies, people


def list_questions(way: str, companies: list[int], people: dict[int, str]) -> list[tuple[str, dict, str]]:
    """Write the questions of one way to read everybody."""
    addresses = list(people.values())
    tens = [addresses[start : start + 10] for start in range(0, len(addresses), 10)]
    on_item = [[["", address] for address in ten] for ten in tens]
    return {
        "contacts": [("contact.open", {"contact_id": number}, "chat") for number in people],
        "explained": [("contact.explain", {"contact_id": number}, "chat") for number in people],
        "found": [("search", {"query": address}, "extension") for address in addresses],
        "companies": [("company.open", {"company_id": number}, "tab") for number in companies],
        "items": [("pane.item", {"people": ten}, "pane") for ten in on_item],
        "mixed": [
            *(("contact.open", {"contact_id": number}, "pane") for number in list(people)[:40]),
            *(("search", {"query": address}, "extension") for address in addresses[40:80]),
            *(("pane.item", {"people": ten}, "pane") for ten in on_item[8:]),
        ],
    }[way]


async def list_exports(office: Office) -> list[tuple[int, dict]]:
    async with office.database.reading(1) as connection:
        query = select(Audit.actor_id, Audit.after).where(Audit.tenant_id == 1, Audit.action == "export")
        return [tuple(row) for row in await connection.execute(query)]


@pytest.mark.parametrize("replicas", [1, 2])
@pytest.mark.parametrize("way", ["contacts", "explained", "found", "companies", "items", "mixed"])
async def test_A30_many_contacts_by_any_way_are_written_down_as_an_export(office, way, replicas):
    companies, people = await add_people(office, 140)
    doors = [office.door, *(Door(office.database, lambda: office.now) for _ in range(replicas - 1))]
    for number, (verb, data, surface) in enumerate(list_questions(way, companies, people)):
        office.door = doors[number % replicas]
        reply = await office.ask(verb, data, surface=surface)
        assert not reply.is_error, (verb, reply.summary)
    ((actor, after),) = await list_exports(office)
    assert actor == office.people["Anne Martin"].user_id
    assert 100 < after["rows"] <= 140
    assert after["verb"] in {verb for verb, _, _ in list_questions(way, companies, people)}


@pytest.mark.parametrize("way", ["contacts", "found", "companies", "items"])
async def test_A30_a_page_or_two_of_anything_writes_nothing(office, way):
    companies, people = await add_people(office, 140)
    for verb, data, surface in list_questions(way, companies, people)[:2]:
        await office.ask(verb, data, surface=surface)
    async with office.database.reading(1) as connection:
        assert (await connection.execute(text("SELECT count(*) FROM bulk_reads"))).scalar() == 0


async def test_A30_what_is_asked_back_is_counted_too(office):
    _, people = await add_people(office, 140)
    for number in range(140):
        await office.say(f"contact person {number}")
    given = {number for reading in office.door._dispatcher._bulk_reading._readings.values() for number in reading.seen}
    assert given & set(people)


@on_any_database
async def test_A30_no_verb_gives_an_address_that_is_not_counted(office):
    chance = random.Random(30)
    async with office.database.reading(1) as connection:
        known = {
            row.address: row.id
            for row in await connection.execute(select(Contact.address, Contact.id).where(Contact.tenant_id == 1))
        }
    numbers = [*office.companies.values(), *office.contacts.values()]
    viewers = [viewer for viewer in office.people.values() if viewer.tenant_id == 1]
    giving = set()
    for verb in ROUTER:
        for number in range(40):
            surfaces = sorted(verb.where - {"outsiders"})
            data = make_input(chance, verb.input, numbers)
            if "filter" in data and number % 2:
                data = {"filter": {"of": "contacts", "scope": "firm"}}
            if verb.name == "pane.item":
                data = {"people": [["", one] for one in chance.sample(sorted(known), 3)]}
            caller = Caller(chance.choice(viewers), "en", surface=surfaces[number % len(surfaces)], roles=EVERYONE)
            door = Door(office.database, lambda: office.now)  # one that remembers nobody whom it gave before
            reply = await door.answer(Ask(verb.name, data), caller)
            found = (reply.private or reply).found
            if found is None or verb.name.startswith("export") or reply.record:
                continue
            drawn = [reply.card, *(item.card for item in reply.items), [item.text for item in reply.items], found.data]
            said = msgspec.json.encode(drawn).decode()
            named = {known[address] for address in known if address in said and address not in str(data)}
            assert named <= list_given(found), (verb.name, data)
            giving |= {verb.name} if named else set()
    assert {"contact.open", "company.open", "list", "list.rows", "search"} <= giving


def list_kinds(kind: type = Result) -> list[type]:
    kinds = [inner for one in kind.__subclasses__() for inner in (one, *list_kinds(one))]
    return [one for one in kinds if one.__module__.startswith("bot.results")]


@pytest.mark.parametrize("kind", sorted(set(list_kinds()), key=lambda kind: kind.__name__))
def test_A30_every_kind_of_result_can_be_read_for_contacts(kind):
    assert get_shape(kind).inner
