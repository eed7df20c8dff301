"""Working a list: several at once, and the companies to sort out one after the other."""

import pytest

from tests import factories
from tests.factories import ago
from tests.office import Office, list_changes, look, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def _tick(office, *ticked, **inputs):
    more = await office.click(await office.say("show my companies"), "More")
    ticks = await office.click(more, "Set several at once")
    boxes = ",".join(f"{office.companies[name]}:1" for name in ticked)
    return await office.click(ticks, "Go on", {"ticked": boxes, "type": "unchanged", "user_id": "", **inputs})


async def test_several_are_confirmed_once_and_written_one_by_one(office):
    question = await _tick(office, "Globex", "Initech", type="client")
    assert read(question.card)[0] == "Change 2 companies?"
    assert "Globex, Initech" in read(question.card)
    assert await list_changes(office) == []
    done = await office.click(question, "Yes, go on")
    assert "2 companies changed" in read(done.card)
    assert len(await list_changes(office)) == 2
    assert (await look(office, "Initech")).type == "client"


async def test_type_and_partner_are_set_together_and_undone_together(office):
    question = await _tick(office, "Globex", "Initech", type="court", user_id="me")
    done = await office.click(question, "Yes, go on")
    assert (await look(office, "Initech")).partner_id == office.people["Anne Martin"].user_id
    asked = await office.click(done, "Undo")
    assert "Initech, type: Court → No type yet" in read(asked.card)
    undone = await office.click(asked, "Yes, go on")
    assert "4 changes taken back" in read(undone.card)
    assert tuple(await look(office, "Initech"))[:2] == (None, None)
    assert (await look(office, "Globex")).type == "prospect"


async def test_F58_what_somebody_else_changed_meanwhile_is_left_alone_and_named(office):
    question = await _tick(office, "Globex", "Initech", type="client")
    await office.say("set type of Globex to court", by="Marc Lefèvre")
    done = await office.click(question, "Yes, go on")
    assert "1 company changed" in read(done.card)
    assert any("Globex" in line for line in read(done.card))
    assert (await look(office, "Globex")).type == "court"


@pytest.mark.parametrize(
    ("ticked", "inputs", "sentence"),
    [
        ((), {"type": "client"}, "Tick at least one company first."),
        (("Globex",), {}, "Choose a type or a partner first."),
    ],
)
async def test_nothing_ticked_or_nothing_chosen_is_said(office, ticked, inputs, sentence):
    reply = await _tick(office, *ticked, **inputs)
    assert (reply.code, reply.summary) == (400, sentence)


async def test_B39_another_tenants_companies_among_the_ticked_are_left_out(office):
    ids = [office.companies["Globex"], office.companies["their Globex"]]
    await office.ask("companies.set_many", {"company_ids": ids, "type": "client", "is_confirmed": True})
    assert (await look(office, "Globex")).type == "client"
    assert (await look(office, "their Globex")).type == "prospect"


async def test_the_companies_to_sort_out_are_busiest_first(office):
    reply = await office.say("companies to sort out")
    assert names(reply.card) == [
        "Duval & Fils",
        "Initech",
        "Northwind Traders",
        "Northwind Shipping",
        "Umbrella",
    ]


async def test_they_are_worked_through_one_card_after_the_other(office):
    card = await office.click(await office.say("companies to sort out"), "Begin")
    assert "Duval & Fils" in read(card.card)
    card = await office.click(card, "Save, next", {"type": "client", "user_id": "me"})
    assert "Initech" in read(card.card)
    card = await office.click(card, "Skip")
    assert "Northwind Traders" in read(card.card)
    assert (await look(office, "Duval & Fils")).partner_id == office.people["Anne Martin"].user_id
    assert (await look(office, "Initech")).type is None


async def test_what_was_just_set_is_undone_from_the_next_card(office):
    card = await office.click(await office.say("companies to sort out"), "Begin")
    card = await office.click(card, "Save, next", {"type": "court", "user_id": ""})
    await office.click(card, "Undo")
    assert (await look(office, "Duval & Fils")).type == "client"


async def test_the_last_one_ends_the_work(office):
    reply = await office.say("companies to sort out")
    card = await office.click(reply, "Begin")
    for _ in range(4):
        card = await office.click(card, "Save, next", {"type": "provider", "user_id": "me"})
    card = await office.click(card, "Save, next", {"type": "provider", "user_id": "me"})
    assert "That was the last one." in said(card)
    assert names(card.card) == []


async def test_F58_sorting_out_shows_what_somebody_else_did_first(office):
    card = await office.click(await office.say("companies to sort out"), "Begin")
    await office.say("set type of Duval & Fils to court", by="Marc Lefèvre")
    reply = await office.click(card, "Save, next", {"type": "client", "user_id": ""})
    assert reply.code == 409
    await office.click(reply, "Set it anyway")
    assert (await look(office, "Duval & Fils")).type == "client"


async def test_a_hundred_ticks_are_the_most(office):
    async with office.database.writing(1) as connection:
        ids = [await factories.add_company(connection, f"Filler {n}", last_at=ago(n)) for n in range(101)]
    reply = await office.ask("companies.set_many", {"company_ids": ids, "type": "client", "is_confirmed": True})
    assert (reply.is_error, reply.code) == (True, 400)


async def test_two_companies_named_in_one_sentence_are_changed_after_one_question(office):
    asked = await office.say("make Marc Lefèvre the partner of Initech and Duval & Fils")
    assert (await look(office, "Initech")).partner_id is None
    assert "Initech, Duval & Fils" in read(asked.card)
    await office.click(asked, "Yes, go on")
    marc = office.people["Marc Lefèvre"].user_id
    assert [(await look(office, name)).partner_id for name in ("Initech", "Duval & Fils")] == [marc, marc]


async def test_of_two_companies_the_one_that_is_not_known_is_named(office):
    reply = await office.say("mark Initech and Zenith as clients")
    assert reply.summary == "I know no company called “Zenith”"
