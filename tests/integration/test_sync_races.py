"""Many mailboxes that write of the same people at once."""

import asyncio
import random

import pytest
from sqlalchemy import insert, text

from bot.graph.sync.worker import Worker
from storage.engine.database import Database
from storage.errors import StatementError
from storage.history.events import InteractionEvent, Person
from storage.history.interactions import add_interaction_events
from storage.history.page import PageContext
from storage.models import Kind, Tenant, User
from tests.live import run_live
from tests.microsoft import make_firm

TENANT = 1
USERS = 50
PEOPLE = [
    Person(f"p{number}@acme{number % 4}.example", f"acme{number % 4}.example", f"P {number}", 2, number)
    for number in range(20)
]


@pytest.fixture
async def firm(database: Database) -> Database:
    async with database.writing(TENANT) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=TENANT, entra_id="t"))
        rows = [
            {"tenant_id": TENANT, "id": number, "entra_id": str(number), "name": "A", "folded_name": "a"}
            for number in range(1, USERS + 1)
        ]
        await connection.execute(insert(User), rows)
    return database


def make_page(user_id: int, count: int = 15) -> list[InteractionEvent]:
    """Mails to three people each, in an order of the user's own."""
    chance = random.Random(user_id)
    return [
        InteractionEvent(
            f"{user_id}-{number}".encode().ljust(16),
            b"m" * 16,
            Kind.SENT,
            1_700_000_000 + number,
            False,
            chance.sample(PEOPLE, 3),
        )
        for number in range(count)
    ]


async def add_page(database: Database, user_id: int, page: list[InteractionEvent]) -> None:
    context = PageContext(TENANT, user_id, "outreach", 1_800_000_000)
    async with database.writing(TENANT) as connection:
        await add_interaction_events(connection, context, page)


async def test_F66_fifty_imports_that_make_the_same_contacts_make_them_once(firm: Database):
    await asyncio.gather(*(add_page(firm, user_id, make_page(user_id)) for user_id in range(1, USERS + 1)))
    async with firm.reading(TENANT) as connection:
        for table, wanted in (("contacts", len(PEOPLE)), ("companies", 4), ("company_domains", 4)):
            assert await connection.scalar(text(f"SELECT count(*) FROM {table}")) == wanted
        sums = "SELECT sum(interaction_count) FROM {}"
        assert await connection.scalar(text(sums.format("contacts"))) == 3 * 15 * USERS
        assert await connection.scalar(text(sums.format("relationships"))) == 3 * 15 * USERS
        rows = await connection.execute(
            text(
                "SELECT c.id, c.interaction_count, sum(r.interaction_count) FROM companies c"
                " JOIN company_relationships r ON r.company_id = c.id GROUP BY c.id, c.interaction_count"
            )
        )
        assert all(own == theirs for _, own, theirs in rows)
        counts = await connection.execute(text("SELECT contact_count FROM companies ORDER BY id"))
        assert [row[0] for row in counts] == [5, 5, 5, 5]
        strays = "SELECT count(*) FROM contacts WHERE company_id NOT IN (SELECT id FROM companies)"
        assert await connection.scalar(text(strays)) == 0


async def test_F66_S48_fifty_mailboxes_that_meet_the_same_people_at_once_share_them(database: Database):
    firm = make_firm(*(f"Person {number}" for number in range(USERS)))
    chance = random.Random(66)
    for person in firm.list_people() * 3:
        people = [(f"P {number}", f"p{number}@acme{number % 4}.example") for number in chance.sample(range(20), 3)]
        firm.send_mail((person.name, person.address), to=people)
    async with run_live(database, firm) as live:
        live.worker = Worker(database, live.clients, concurrency=USERS, clock=live.clock)
        await live.settle()
        assert await live.query("SELECT count(*), max(failures) FROM mailboxes") == [(USERS, 0)]


async def test_a_second_copy_of_a_page_is_refused_by_the_keys(firm: Database):
    page = make_page(1)
    await add_page(firm, 1, page)
    with pytest.raises(StatementError):
        await add_page(firm, 1, page)
    async with firm.reading(TENANT) as connection:
        assert await connection.scalar(text("SELECT sum(sent_count) FROM relationships")) == 45


async def test_the_order_of_pages_decides_nothing(firm: Database):
    pages = [make_page(1), [InteractionEvent(b"x" * 16, b"m" * 16, Kind.RECEIVED, 5, False, [PEOPLE[0]])], make_page(2)]
    columns = "address, name, name_rank, is_contact, reason, sent_count, received_count, first_at, last_at"
    query = text(f"SELECT {columns} FROM contacts ORDER BY address")
    for user_id, page in ((1, pages[0]), (1, pages[1]), (2, pages[2])):
        await add_page(firm, user_id, page)
    async with firm.reading(TENANT) as connection:
        forwards = [tuple(row) for row in await connection.execute(query)]
    async with firm.writing(TENANT) as connection:
        for table in (
            "contacts",
            "companies",
            "company_domains",
            "interactions",
            "interaction_contacts",
            "relationships",
        ):
            await connection.execute(text(f"DELETE FROM {table}"))
        await connection.execute(text("DELETE FROM company_relationships"))
    for user_id, page in ((2, pages[2][::-1]), (1, pages[1]), (1, pages[0][::-1])):
        await add_page(firm, user_id, page)
    async with firm.reading(TENANT) as connection:
        assert [tuple(row) for row in await connection.execute(query)] == forwards
