"""What people decide about a company, and how it is taken back."""

import pytest

from bot.door import Door
from tests.card_checks import walk
from tests.factories import DAY
from tests.office import Office, find_action, list_changes, look, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def test_a_type_is_set_in_words(office):
    reply = await office.say("set type of Acme Industries to prospect")
    assert (await look(office, "Acme Industries")).type == "prospect"
    assert "Acme Industries, type: Client → Prospect" in read(reply.card)
    assert await list_changes(office) == [("company.set_type", office.people["Anne Martin"].user_id, "chat")]


async def test_a_company_answers_to_each_of_its_domains(office):
    await office.say("set type of acme.ch to court")
    assert (await look(office, "Acme Industries")).type == "court"


async def test_a_name_that_matches_not_exactly_is_confirmed_first(office):
    reply = await office.say("set type of Acme Industrie to prospect")
    assert (await look(office, "Acme Industries")).type == "client"
    assert read(reply.card)[0] == "Set the type of Acme Industries to “Prospect”?"
    await office.click(reply, "Yes, go on")
    assert (await look(office, "Acme Industries")).type == "prospect"


async def test_a_guess_at_the_sentence_is_confirmed_even_if_the_name_is_exact(office):
    data = {"name": "Globex", "type": "client", "is_guess": True}
    reply = await office.ask("company.set_type", data, is_said=True)
    assert (await look(office, "Globex")).type == "prospect"
    cancelled = await office.click(reply, "Cancel")
    assert "Nothing was changed." in said(cancelled)
    assert (await look(office, "Globex")).type == "prospect"


async def test_an_ambiguous_company_asks_which(office):
    reply = await office.say("set type of Northwind to client")
    assert sorted(names(reply.card)) == ["Northwind Shipping", "Northwind Traders"]
    await office.click(reply, "Northwind Traders")
    assert (await look(office, "Northwind Traders")).type == "client"
    assert (await look(office, "Northwind Shipping")).type == "provider"


async def test_an_unknown_company_says_what_to_try(office):
    reply = await office.say("set type of Zzyzzyva to client")
    assert "Zzyzzyva" in read(reply.card)[0]
    assert len(read(reply.card)) > 1


async def test_a_partner_is_set_in_words_and_hears_of_it(office):
    reply = await office.say("set partner of Duval & Fils to Marc Lefèvre")
    marc, anne = office.people["Marc Lefèvre"].user_id, office.people["Anne Martin"].user_id
    assert (await look(office, "Duval & Fils")).partner_id == marc
    assert "Duval & Fils, partner: nobody → Marc Lefèvre" in read(reply.card)
    partner = [notice for notice in office.posted.notices if notice.kind == "partner"]
    assert [(notice.user_id, notice.payload["by"]) for notice in partner] == [(marc, anne)]


async def test_in_french_me_is_me_and_hears_nothing(office):
    await office.say("je suis l'associé de Duval & Fils", language="fr")
    assert (await look(office, "Duval & Fils")).partner_id == office.people["Anne Martin"].user_id
    assert office.posted.notices == []


async def test_a_partner_whose_name_means_several_is_asked_about(office):
    reply = await office.say("set partner of Globex to Anne")
    assert names(reply.card) == ["Anne Martin", "Anne Weber"]
    asked = await office.click(reply, "Anne Weber")
    await office.click(asked, "Yes, go on")
    assert (await look(office, "Globex")).partner_id == office.people["Anne Weber"].user_id


async def test_a_mistyped_partner_is_confirmed_first(office):
    reply = await office.say("set partner of Duval & Fils to Marc Lefevbre")
    assert (await look(office, "Duval & Fils")).partner_id is None
    assert read(reply.card)[0] == "Make Marc Lefèvre the partner of Duval & Fils?"
    await office.click(reply, "Yes, go on")
    assert (await look(office, "Duval & Fils")).partner_id == office.people["Marc Lefèvre"].user_id


async def test_a_partner_of_whom_only_a_part_of_the_name_is_given_is_confirmed_first(office):
    reply = await office.say("set partner of Duval & Fils to Marc")
    assert (await look(office, "Duval & Fils")).partner_id is None
    assert read(reply.card)[0] == "Make Marc Lefèvre the partner of Duval & Fils?"


async def test_the_partner_is_picked_on_the_card_and_seen_on_the_next_list(office):
    company = await office.say("show Duval & Fils")
    action = next(node for node in _actions(company.card) if node["verb"] == "company.set_partner" and "title" in node)
    zoe = office.people["Zoé Brun"].user_id
    reply = await office.ask("company.set_partner", {**action["data"], "user_id": str(zoe)})
    assert "Zoé Brun" in said(reply)
    assert any("Partner Zoé Brun" in text for text in read((await office.say("show my clients")).card))


def _actions(card):
    return [node for node in walk(card) if node["type"] == "Action.Execute"]


async def test_an_empty_picker_asks_to_choose_somebody(office):
    data = {"company_id": office.companies["Globex"], "version": 1, "user_id": ""}
    reply = await office.ask("company.set_partner", data)
    assert (reply.code, reply.summary) == (400, "Choose a colleague first.")


async def test_nobody_takes_the_partner_away(office):
    await office.ask("company.set_partner", {"company_id": office.companies["Acme Industries"], "user_id": "nobody"})
    assert (await look(office, "Acme Industries")).partner_id is None


async def test_somebody_of_another_tenant_cannot_be_partner(office):
    stranger = office.people["Stranger"].user_id
    reply = await office.ask("company.set_partner", {"company_id": office.companies["Globex"], "user_id": stranger})
    assert reply.is_error
    assert (await look(office, "Globex")).partner_id == office.people["Marc Lefèvre"].user_id


async def test_F58_a_change_made_since_the_card_was_drawn_is_shown_not_overwritten(office):
    card = (await office.say("show Globex")).card
    data = next(node["data"] for node in _actions(card) if node["verb"] == "company.set_type" and "title" in node)
    await office.say("set type of Globex to court", by="Marc Lefèvre")
    reply = await office.ask("company.set_type", {**data, "type": "client"})
    assert reply.code == 409
    assert "Marc Lefèvre changed Globex" in read(reply.card)[0]
    assert "Court" in said(reply)
    assert (await look(office, "Globex")).type == "court"


async def test_F58_it_can_be_set_all_the_same(office):
    data = {"company_id": office.companies["Globex"], "version": 1, "type": "client"}
    await office.say("set type of Globex to court", by="Marc Lefèvre")
    await office.click(await office.ask("company.set_type", data), "Set it anyway")
    assert (await look(office, "Globex")).type == "client"


async def test_a_change_is_undone_from_its_confirmation(office):
    reply = await office.say("set type of Acme Industries to prospect")
    undone = await office.click(reply, "Undo")
    assert (await look(office, "Acme Industries")).type == "client"
    again = await office.click(undone, "Redo")
    assert (await look(office, "Acme Industries")).type == "prospect"
    assert again.is_error is False


async def test_undo_can_be_typed(office):
    await office.say("set type of Acme Industries to prospect")
    await office.say("undo")
    assert (await look(office, "Acme Industries")).type == "client"


async def test_undo_means_the_last_change_whatever_process_made_it(office):
    await office.say("set type of Globex to client")
    office.door = Door(office.database, lambda: office.now, office.posted)
    await office.say("undo")
    assert (await look(office, "Globex")).type == "prospect"


async def test_undo_means_no_change_of_the_day_before(office):
    await office.say("set type of Globex to client")
    office.now += 2 * DAY
    office.door = Door(office.database, lambda: office.now, office.posted)
    assert (await office.say("undo")).summary == "There is nothing of yours to take back."
    assert (await look(office, "Globex")).type == "client"


@pytest.mark.parametrize("words", ["cancel", "annuler", "go back", "undoo that"])
async def test_words_that_may_mean_something_else_never_take_a_change_back_unasked(office, words):
    await office.say("set type of Globex to client")
    asked = await office.say(words)
    assert (await look(office, "Globex")).type == "client"
    await office.click(asked, "Yes, go on")
    assert (await look(office, "Globex")).type == "prospect"


async def test_typed_undo_with_nothing_to_undo_is_refused_with_a_sentence(office):
    reply = await office.say("undo")
    assert (reply.is_error, reply.code) == (True, 400)


async def test_an_undo_never_takes_back_what_somebody_did_after(office):
    reply = await office.say("set type of Acme Industries to prospect")
    await office.say("set type of Acme Industries to court", by="Marc Lefèvre")
    undone = await office.click(reply, "Undo")
    assert undone.code == 409
    assert (await look(office, "Acme Industries")).type == "court"


async def test_a_company_is_renamed(office):
    reply = await office.say("rename Initech to Initech Systems AG")
    assert (await look(office, "Initech")).name == "Initech Systems AG"
    assert "Initech Systems AG" in said(reply)


@pytest.mark.parametrize("name", ["", "   ", "\u200b\u202e"])
async def test_a_name_with_nothing_to_read_is_refused(office, name):
    reply = await office.ask("company.rename", {"company_id": office.companies["Initech"], "new_name": name})
    assert (reply.is_error, reply.code) == (True, 400)
    assert (await look(office, "Initech")).name == "Initech"


async def test_what_was_so_already_is_said_and_not_written(office):
    reply = await office.say("set type of Acme Industries to client")
    assert "it was so already" in said(reply)
    assert await list_changes(office) == []
    with pytest.raises(AssertionError):
        find_action(reply.card, "Undo")


@pytest.mark.parametrize("verb", ["company.set_type", "company.set_partner", "company.rename"])
async def test_B39_another_tenants_company_looks_like_none(office, verb):
    values = {"type": "client", "user_id": "me", "new_name": "Mine now"}
    theirs = await office.ask(verb, {"company_id": office.companies["their Globex"], **values})
    absent = await office.ask(verb, {"company_id": 10**9, **values})
    assert theirs == absent
    assert (theirs.is_error, theirs.code) == (True, 404)
