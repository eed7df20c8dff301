"""The door of Teams with the real desk behind it: what a person of one firm may learn, and what they may change."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.door import Door
from storage.engine.rls import SYSTEM
from storage.firm.rules import get_rules, set_rules
from storage.models import Company, Tenant, User
from storage.viewer import Viewer
from tests.factories import NOW, add_company, add_contact, add_relationship, add_tenant, add_user
from tests.office import fit
from tests.switchboard import Switchboard, open_switchboard
from tests.teams import Endpoint, add_people, open_door

EXPECTED = {"deliveryMode": "expectReplies"}


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def door(switchboard, database) -> AsyncIterator[Endpoint]:
    await add_people(database)
    async with open_door(switchboard, database, door=Door(database, lambda: NOW)) as door:
        yield door


async def add(door: Endpoint, name: str, tenant_id: int = 1) -> int:
    async with door.database.writing(SYSTEM) as connection:
        return await add_company(connection, name, tenant_id=tenant_id)


async def read_type(door: Endpoint, company_id: int) -> str | None:
    async with door.database.reading(SYSTEM) as connection:
        return await connection.scalar(select(Company.type).where(Company.id == company_id))


async def test_a_company_is_asked_for_by_name_and_opened_by_a_button(door):
    company_id = await add(door, "Acme")
    _, body = await door.post(door.describe(text="show Acme", **EXPECTED))
    assert body["activities"][0]["summary"] == "Acme"
    _, body = await door.post(door.click("company.open", data={"company_id": company_id}))
    assert (body["statusCode"], body["value"]["type"]) == (200, "AdaptiveCard")


async def test_a_type_that_is_set_by_a_button_is_stored_once_however_often_it_is_delivered(door):
    company_id = await add(door, "Acme")
    click = door.click("company.set_type", data={"company_id": company_id, "type": "client", "version": 1})
    answers = [await door.post(click) for _ in range(3)]
    assert answers[0][1]["statusCode"] == 200
    assert answers[1:] == answers[:1] * 2
    assert await read_type(door, company_id) == "client"


@pytest.mark.parametrize("verb", ["company.open", "company.set_type", "contact.open", "undo", "view.open"])
async def test_B39_what_is_another_tenants_and_what_is_nobodys_look_the_same(door, verb):
    async with door.database.writing(SYSTEM) as connection:
        await add_tenant(connection, 2)
    theirs = await add(door, "Theirs", tenant_id=2)
    name = {"undo": "audit_id", "view.open": "view_id", "contact.open": "contact_id"}.get(verb, "company_id")
    answers = [
        (await door.post(door.click(verb, data=fit(verb, {name: number, "type": "client", "version": 1}))))[1]
        for number in (theirs, 987_654_321)
    ]
    assert answers[0] == answers[1]
    assert (answers[0]["type"], answers[0]["statusCode"]) == ("application/vnd.microsoft.error", 403)
    assert await read_type(door, theirs) is None


@pytest.mark.parametrize(
    "data",
    [
        {"company_id": "1; DROP TABLE companies"},
        {"company_id": -1},
        {"company_id": 2**62},
        {"company_id": [1]},
        {"company_id": None},
        {"company_id": 1.5},
        {"company_id": True},
        {"name": {"$ne": ""}},
        {},
    ],
)
@pytest.mark.parametrize("verb", ["company.open", "company.set_type"])
async def test_B39_SQL_and_nonsense_in_a_buttons_data_is_refused_inside_a_200(door, verb, data):
    status, body = await door.post(door.click(verb, data=fit(verb, {"type": "client", "version": 1} | data)))
    assert (status, body["type"]) == (200, "application/vnd.microsoft.error")
    assert body["statusCode"] in {400, 403}


async def test_B39_a_verb_that_nobody_answers_is_a_400_inside(door):
    _, body = await door.post(door.click("drop.tables"))
    assert (body["type"], body["statusCode"]) == ("application/vnd.microsoft.error", 400)


@pytest.mark.parametrize(
    "text", ["hi", "Hello", "HELP", "bonjour", "aide", "xyzzy plugh", "%_' OR 1=1 --", "👍", "\u202e"]
)
async def test_B71_B72_B73_whatever_is_typed_gets_a_card(door, text):
    status, body = await door.post(door.describe(text=text, **EXPECTED))
    assert status == 200
    assert body["activities"][0]["attachments"][0]["content"]["type"] == "AdaptiveCard"


async def test_B75_a_stranger_gets_a_polite_card_and_no_names(door):
    await add(door, "Acme")
    _, body = await door.post(door.describe(text="show Acme", **EXPECTED, **{"from": {"id": "29:x"}}))
    assert "Acme" not in str(body)
    assert body["activities"][0]["summary"]


async def test_S13_a_firm_that_keeps_contacts_back_from_now_on_does_so_at_once_on_old_cards_too(door):
    async with door.database.writing(SYSTEM) as connection:
        colleague = await add_user(connection, "Bob Stone")
        company_id = await add_company(connection, "Acme")
        jane = await add_contact(connection, "Jane Doe", company_id=company_id)
        await add_relationship(connection, colleague, jane)
    click = {"data": {"contact_id": jane}}
    _, before = await door.post(door.click("contact.open", **click))
    assert "Jane Doe" in str(before)
    async with door.database.writing(SYSTEM) as connection:
        await connection.execute(update(Tenant).values(shares_contacts=False))
    _, after = await door.post(door.click("contact.open", **click))
    _, nobody = await door.post(door.click("contact.open", data={"contact_id": 987_654_321}))
    assert after == nobody
    _, body = await door.post(door.describe(text="show Jane Doe", **EXPECTED))
    assert "elsewhere.example" not in str(body)


async def test_S13_a_delivery_that_is_repeated_is_answered_by_what_holds_now_whichever_replica_has_it(
    switchboard, database
):
    await add_people(database)
    async with database.writing(SYSTEM) as connection:
        jane = await add_contact(connection, "Jane Doe")
        await add_relationship(connection, await add_user(connection, "Bob Stone"), jane)
    desks = [Door(database, lambda: NOW) for _ in range(2)]
    async with (
        open_door(switchboard, database, door=desks[0]) as one,
        open_door(switchboard, database, door=desks[1]) as other,
    ):
        click = one.click("contact.open", data={"contact_id": jane})
        asked = one.describe(text="show Jane Doe", **EXPECTED)
        for replica in (one, other, one):
            for activity in (click, asked):
                assert "elsewhere.example" in str(await replica.post(activity))
        async with database.writing(SYSTEM) as connection:
            await connection.execute(update(Tenant).values(shares_contacts=False))
        for replica in (one, other):
            for activity in (click, asked):
                assert "elsewhere.example" not in str(await replica.post(activity))
        async with database.writing(SYSTEM) as connection:
            await connection.execute(update(Tenant).values(shares_contacts=True, serves="group"))
            await connection.execute(update(User).values(may_use=False))
        for replica in (one, other):
            for activity in (click, asked):
                assert "elsewhere.example" not in str(await replica.post(activity))


async def test_A16_what_is_understood_as_a_list_is_that_list_and_no_views_name(door):
    _, body = await door.post(door.describe(text="save my prospects as My clients", **EXPECTED))
    assert "My clients" in body["activities"][0]["summary"]
    _, body = await door.post(door.describe(text="please show my clients", **EXPECTED))
    words = body["activities"][0]["attachments"][0]["content"]["body"][1]["inlines"][0]["text"]
    assert ("prospects" in words, "clients" in words) == (False, True)
    _, body = await door.post(door.describe(text="show my courts", **EXPECTED))
    assert body["activities"][0]["summary"] == "My courts"


async def test_an_administrator_saves_the_firms_rules_on_the_card_in_their_chat_and_nobody_else_does(door):
    """As Teams sends it: what the button holds, and what is written in every field of the card."""
    asked = door.describe(text="settings of the firm", **EXPECTED)
    assert not find_save(await door.post(asked))
    async with door.database.writing(SYSTEM) as connection:
        await connection.execute(update(User).values(is_admin=True))
        await set_rules(connection, Viewer(1, 0), {"language": "en"}, now=NOW, source="admin")
    asked = door.describe(text="settings of the firm", **EXPECTED)
    answer = await door.post(asked)
    [save] = find_save(answer)
    fields = {one["id"]: one.get("value", "") for one in walk(answer) if str(one.get("type")).startswith("Input.")}
    click = door.click("firm.save", data={**save["data"], **fields, "notice_hours": "9-18", "timezone": "europe/paris"})
    _, saved = await door.post(click)
    assert (saved["statusCode"], saved["value"]["type"]) == (200, "AdaptiveCard")
    async with door.database.writing(SYSTEM) as connection:
        rules = await get_rules(connection, 1)
        assert (rules.notice_hours, rules.timezone, rules.retention_days) == ("9-18", "Europe/Paris", 0)
        await connection.execute(update(User).values(is_admin=False))
    again = door.click("firm.save", data={**click["value"]["action"]["data"], "notice_hours": "1-2"})
    await door.post(again)
    async with door.database.reading(SYSTEM) as connection:
        assert (await get_rules(connection, 1)).notice_hours == "9-18"


def walk(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
    for one in node.values() if isinstance(node, dict) else node if isinstance(node, list | tuple) else ():
        yield from walk(one)


def find_save(answer: Any) -> list[dict[str, Any]]:
    return [one for one in walk(answer) if (one.get("type"), one.get("verb")) == ("Action.Execute", "firm.save")]
