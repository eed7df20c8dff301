"""In a group: what the whole firm may know, and nothing of anybody's own."""

import json
from dataclasses import replace

import pytest

from tests.office import Office, in_group, look, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def test_firm_wide_facts_are_answered_in_the_group(office):
    reply = await office.say("show all clients", surface="group")
    assert names(reply.card) == ["Acme Industries", "Duval & Fils"]
    assert reply.private is None


@pytest.mark.parametrize(
    "sentence",
    [
        "show my clients",
        "mes prospects",
        "companies where partner is me",
        "my contacts",
        "my views",
        "companies to sort out",
        "export all clients to excel",
        "notice settings",
    ],
)
async def test_a_question_about_my_something_is_answered_privately(office, sentence):
    reply = await office.say(sentence, surface="group")
    assert read(reply.card) == ["That is between you and me: my answer is in our own chat."]
    assert reply.private is not None
    assert not reply.private.is_error


async def test_the_private_answer_is_the_one_of_the_personal_chat(office):
    reply = await office.say("show my clients", surface="group", by=in_group(office.people["Anne Martin"]))
    assert reply.private.card == (await office.say("show my clients")).card


async def test_a_company_in_the_group_says_nothing_of_the_asker(office):
    reply = await office.say("show Acme Industries", surface="group")
    assert "Client" in read(reply.card)
    assert "With you" not in read(reply.card)
    assert "actions" not in reply.card or reply.card["actions"] == []


async def test_a_private_view_is_not_found_by_name_in_the_group(office):
    await office.ask("view.save", {"name": "Secret targets", "filter": {}})
    reply = await office.say("show Secret targets", surface="group")
    assert names(reply.card)[:1] != ["Acme Industries"]


async def test_a_decision_is_made_in_the_group_and_its_source_is_kept(office):
    await office.say("set type of Globex to client", surface="group")
    assert (await look(office, "Globex")).type == "client"


async def test_B74_contacts_kept_back_are_not_shown_in_the_group(office):
    anne = in_group(replace(office.people["Anne Martin"], shares_contacts=False))
    reply = await office.say("all contacts at Acme Industries", surface="group", by=anne)
    answer = json.dumps(reply.card) + json.dumps(reply.private and reply.private.card)
    assert "Jean Acme" not in json.dumps(reply.card)
    assert answer


async def test_a_button_of_a_group_card_is_held_to_the_same_rule(office):
    reply = await office.ask("list", {"filter": {"scope": "mine"}}, surface="group")
    assert "Acme" not in said(reply)
    assert reply.private is not None


@pytest.mark.parametrize("sentence", ["all clients", "show Acme Industries", "who knows Globex?", "undo"])
async def test_S16_where_an_outsider_reads_nothing_of_the_firm_is_said_in_the_group(office, sentence):
    reply = await office.say(sentence, surface="group", has_outsiders=True)
    assert read(reply.card) == ["Somebody from outside the firm reads here: my answer is in our own chat."]
    assert reply.private.card == (await office.say(sentence)).card


async def test_where_an_outsider_reads_help_is_still_given(office):
    reply = await office.say("help", surface="group", has_outsiders=True)
    assert read(reply.card)[0] == "What you can ask"


async def test_typed_in_a_group_undo_is_answered_privately_and_its_button_there(office):
    changed = await office.say("set type of Globex to client", surface="group")
    typed = await office.say("undo", surface="group")
    assert typed.private is not None
    assert (await look(office, "Globex")).type == "prospect"
    again = await office.click(changed, "Undo", surface="group")
    assert again.private is None
