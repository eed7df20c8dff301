"""Typeahead, and the message extension: what is found, and what a conversation may read of it."""

import json

import pytest

from bot.errors import ForbiddenError
from bot.turn import Ask, Circle
from storage.lists.filters import Filter, to_json
from tests.office import Office, open_office, read, said

FIRM_FACTS = ("Anne Martin", "acme.ch", "Marc Lefèvre")


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def search(office, query, *, user_ids=("29:anne",), is_of_the_firm=True):
    circle = Circle(tuple(user_ids), is_of_the_firm)
    return await office.ask("search", {"query": query}, surface="extension", circle=circle)


async def test_colleagues_are_found_while_typing(office):
    reply = await office.ask("people.search", {"query": "ann"})
    assert [choice.title for choice in reply.choices] == ["Anne Martin", "Anne Weber"]
    assert reply.choices[0].value == str(office.people["Anne Martin"].user_id)


@pytest.mark.parametrize(
    ("query", "by", "titles"),
    [
        ("", "Anne Martin", ["Anne Weber", "Marc Lefèvre", "Zoé Brun"]),
        ("M", "Marc Lefèvre", ["Anne Martin"]),
        ("Ma", "Marc Lefèvre", ["Marc Lefèvre", "Anne Martin"]),
    ],
)
async def test_who_is_offered_as_me_is_not_offered_by_name_too(office, query, by, titles):
    reply = await office.ask("people.search", {"query": query}, by=by)
    assert sorted(choice.title for choice in reply.choices) == sorted(titles)


async def test_colleagues_of_another_tenant_are_not_found(office):
    stranger = str(office.people["Stranger"].user_id)
    reply = await office.ask("people.search", {"query": ""})
    assert len(reply.choices) == 3
    assert stranger not in [choice.value for choice in reply.choices]


@pytest.mark.parametrize("query", ["'; DROP TABLE users; --", "%", "_", "\\", '" OR NEAR(', "x" * 5_000])
async def test_B72_a_search_is_literal(office, query):
    assert (await office.ask("people.search", {"query": query})).choices == ()
    assert not (await search(office, query)).is_error


async def test_recent_ones_come_before_anything_is_typed(office):
    titles = [item.title for item in (await search(office, "")).items]
    assert titles[:2] == ["Acme Industries", "Duval & Fils"]
    assert {"Jean Acme", "My companies"} <= set(titles)


async def test_companies_contacts_and_views_are_found(office):
    await office.ask("view.save", {"name": "Globe trotters", "filter": to_json(Filter())})
    titles = [item.title for item in (await search(office, "glob")).items]
    assert {"Globex", "Jean Globex", "Globe trotters"} & set(titles) >= {"Globex", "Globe trotters"}


async def test_an_inserted_card_shows_what_the_whole_firm_may_see_and_refreshes_per_reader(office):
    item = (await search(office, "Acme Industries")).items[0]
    assert all(fact in json.dumps(item.card, ensure_ascii=False) for fact in FIRM_FACTS)
    assert "With you" not in read(item.card)
    assert item.card["refresh"]["userIds"] == ["29:anne"]
    assert item.card["refresh"]["action"]["verb"] == "company.shared"


async def test_at_most_sixty_readers_are_named(office):
    item = (await search(office, "Acme Industries", user_ids=[f"29:{n}" for n in range(200)])).items[0]
    assert len(item.card["refresh"]["userIds"]) == 60


async def test_where_strangers_may_read_the_name_stands_alone(office):
    item = (await search(office, "Acme Industries", is_of_the_firm=False)).items[0]
    assert not any(fact in json.dumps(item.card, ensure_ascii=False) for fact in FIRM_FACTS)
    assert "Acme Industries" in read(item.card)


async def test_a_reader_of_the_firm_sees_more_on_refresh(office):
    item = (await search(office, "Acme Industries", is_of_the_firm=False)).items[0]
    data = item.card["refresh"]["action"]["data"]
    reply = await office.ask("company.shared", data, by="Zoé Brun", surface="group")
    assert all(fact in json.dumps(reply.card, ensure_ascii=False) for fact in FIRM_FACTS)


async def test_a_stranger_sees_the_name_alone_on_refresh(office):
    item = (await search(office, "Acme Industries")).items[0]
    data = item.card["refresh"]["action"]["data"]
    reply = office.door.refuse(Ask("company.shared", data), ForbiddenError("stranger"), language="en")
    assert read(reply.card) == ["Acme Industries"]


@pytest.mark.parametrize("verb", ["list", "company.open", "company.set_type", "search", "undo"])
async def test_B75_a_stranger_is_refused_everything_else(office, verb):
    reply = office.door.refuse(
        Ask(verb, {"company_id": office.companies["Globex"]}), ForbiddenError("stranger"), language="en"
    )
    assert (reply.is_error, reply.code) == (True, 403)
    assert "Globex" not in said(reply)


async def test_a_shared_view_asks_for_the_readers_own_list(office):
    view = next(item for item in (await search(office, "prospects")).items if item.title == "Prospects")
    assert "Globex" not in json.dumps(view.card)
    reply = await office.ask("list", view.card["actions"][0]["data"], by="Zoé Brun", surface="group")
    assert reply.private is not None
    assert "Globex" not in said(reply)
