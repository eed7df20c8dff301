"""Sentences whose names decide what they mean."""

import pytest

from tests.office import Office, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


@pytest.mark.parametrize("text", ["assign Globex to Marc Lefevre", "assign Marc Lefevre to Globex"])
async def test_a_company_is_assigned_to_a_person_whichever_is_named_first(office, text):
    await office.ask("company.set_partner", {"name": "Globex", "person": None})
    reply = await office.say(text)
    assert "Marc Lefèvre" in said(reply)
    assert "Globex" in said(reply)


@pytest.mark.parametrize("text", ["contacts of Marc Lefevre", "les contacts de Marc Lefevre"])
async def test_contacts_of_a_colleague_are_those_the_colleague_knows(office, text):
    by_name = await office.say("contacts known by Marc Lefevre")
    assert names((await office.say(text)).card) == names(by_name.card) != []


async def test_contacts_of_a_company_are_those_at_the_company(office):
    assert read((await office.say("contacts of Acme Industries")).card)[0] == "Contacts at Acme Industries"


@pytest.mark.parametrize("text", ["yes", "next page", "more", "retour"])
async def test_what_a_button_is_for_is_no_name_and_no_change(office, text):
    reply = await office.say(text)
    assert reply.summary.startswith("For that, use the buttons on the card above")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("clients that nobody but Marc has charmed", "that nobody"),
        ("mes clients sauf ceux que Marc adore", "sauf ceux que Marc adore"),
    ],
)
async def test_where_a_word_that_turns_the_question_round_is_not_understood_no_list_is_shown(office, text, words):
    reply = await office.say(text)
    assert words in reply.summary
    assert "Acme" not in said(reply)
    nearest = await office.click(reply, "Companies of mine · clients · newest first")
    assert "Acme Industries" in said(nearest)


async def test_in_a_group_no_name_is_said_beside_what_was_not_understood(office):
    reply = await office.say("contacts at Acme Industries that are not nice", surface="group")
    assert "Contacts" not in said(reply)


async def test_all_but_one_company_are_shown_without_it(office):
    reply = await office.say("all clients except Acme Industries")
    assert "except" in said(reply)
    assert "Duval & Fils" in names(reply.card)
    assert "Acme Industries" not in names(reply.card)


async def test_what_has_another_partner_or_none_is_shown(office):
    shown = names((await office.say("tous les clients dont l'associé n'est pas Anne Martin", language="fr")).card)
    assert ("Duval & Fils" in shown, "Acme Industries" in shown) == (True, False)


async def test_who_is_not_at_a_company_is_shown(office):
    shown = names((await office.say("contacts not at Acme Industries")).card)
    assert ("Jean Duval" in shown, "Jean Acme" in shown) == (True, False)


async def test_whom_nobody_sat_down_with_is_shown(office):
    assert "Jean Acme" in names((await office.say("contacts I have never met")).card)
    assert names((await office.say("contacts met in person")).card) == []


async def test_a_filter_of_what_is_not_asked_for_is_kept_in_a_view(office):
    await office.say("clients except Acme Industries")
    await office.say("save this as The others")
    assert "Acme Industries" not in names((await office.say("view The others")).card)


@pytest.mark.parametrize(
    ("words", "language", "start"),
    [
        ("companies of type moon", "en", "No type is called “moon”. The types are: Client,"),
        ("all clients with type lawyer", "en", "No type is called “lawyer”."),
        ("companies whose type is star", "en", "No type is called “star”."),
        ("sociétés de type lune", "fr", "Pas de type « lune ». Les types : Client,"),
        ("toutes les sociétés de type avocat", "fr", "Pas de type « avocat »."),
    ],
)
async def test_a_type_that_there_is_not_is_said_and_the_types_are_offered(office, words, language, start):
    answer = await office.say(words, language=language)
    assert answer.summary.startswith(start)
    assert not answer.summary.endswith("…")
    shown = await office.click(answer, "Prospect", language=language)
    assert names(shown.card) == ["Globex"]


async def test_a_type_with_a_typing_error_is_a_type(office):
    assert names((await office.say("all companies of type prospcet")).card) == ["Globex"]
