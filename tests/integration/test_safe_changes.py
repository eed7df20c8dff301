"""Nothing that matters changes by accident: who is replaced is asked and told, and an undo says what it takes back."""

import pytest
from sqlalchemy import select

from bot.cards.notices import draw_new_company
from bot.door import Caller, Door
from bot.notices import Notices
from bot.results.notices import NewCompany
from bot.turn import Ask, Reader, Reply
from storage.models import Audit, Company, Outbox
from tests.card_checks import walk
from tests.card_samples import draw_all
from tests.factories import add_company, ago
from tests.integration.test_keeping import happen
from tests.office import Office, look, open_office, read, said

MARC, ANNE = "Marc Lefèvre", "Anne Martin"
GLOBEX = "Globex"
"""Marc's prospect."""


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def partner_of(office, name):
    number = (await look(office, name)).partner_id
    return next((person for person, viewer in office.people.items() if viewer.user_id == number), None)


def told(office):
    names = {viewer.user_id: name for name, viewer in office.people.items() if name != "Stranger"}
    return sorted(
        (notice.kind, names[notice.user_id])
        for notice in office.posted.notices
        if "is" in notice.payload and notice.kind != "answered"
    )


@pytest.mark.parametrize(
    "words", ["set partner of Globex to Zoé Brun", "I am the partner of Globex", "remove the partner of Globex"]
)
async def test_in_words_a_colleague_is_replaced_only_after_a_question_that_names_them(office, words):
    asked = await office.say(words)
    assert await partner_of(office, GLOBEX) == MARC
    assert MARC in read(asked.card)[0]
    assert any(line.startswith("Globex, partner: Marc Lefèvre → ") for line in read(asked.card))
    await office.click(asked, "Yes, go on")
    assert await partner_of(office, GLOBEX) != MARC


async def test_the_card_the_pane_and_the_tab_ask_too(office):
    for surface in ("chat", "pane", "tab"):
        data = {"company_id": office.companies[GLOBEX], "user_id": "me"}
        asked = await office.ask("company.set_partner", data, surface=surface)
        assert read(asked.card)[0] == "Replace Marc Lefèvre as the partner of Globex?"
    assert await partner_of(office, GLOBEX) == MARC


async def test_sorting_out_asks_too(office):
    data = {"company_id": office.companies[GLOBEX], "version": 1, "user_id": "me", "type": "client"}
    asked = await office.ask("companies.sort_save", data)
    assert (await look(office, GLOBEX)).type == "prospect"
    assert "Globex, partner: Marc Lefèvre → Anne Martin" in read(asked.card)
    await office.click(asked, "Yes, go on")
    assert (await partner_of(office, GLOBEX), (await look(office, GLOBEX)).type) == (ANNE, "client")


async def test_several_at_once_name_everybody_who_is_replaced(office):
    ids = [office.companies[name] for name in (GLOBEX, "Initech")]
    asked = await office.ask("companies.set_many", {"company_ids": ids, "user_id": "me"})
    assert "This replaces Marc Lefèvre." in read(asked.card)
    assert "Partner: Marc Lefèvre → Anne Martin (Globex)" in read(asked.card)
    assert "Partner: nobody → Anne Martin (Initech)" in read(asked.card)


async def test_a_change_of_several_is_confirmed_each_from_what_to_what(office):
    ids = [office.companies[name] for name in (GLOBEX, "Initech")]
    asked = await office.ask("companies.set_many", {"company_ids": ids, "user_id": "me"})
    done = await office.click(asked, "Yes, go on")
    assert "Globex, partner: Marc Lefèvre → Anne Martin" in read(done.card)
    assert "Initech, partner: nobody → Anne Martin" in read(done.card)


async def test_who_is_the_partner_already_is_not_asked_about(office):
    said_so = await office.say("mak Marc Lefèvre the partner of Globex")
    assert "Yes, go on" not in read(said_so.card)
    assert await partner_of(office, GLOBEX) == MARC


async def test_what_is_one_s_own_is_handed_on_without_a_question(office):
    await office.say("set partner of Acme Industries to Marc Lefèvre")
    assert await partner_of(office, "Acme Industries") == MARC


async def test_both_the_old_partner_and_the_new_one_are_told(office):
    asked = await office.say("set partner of Globex to Zoé Brun")
    await office.click(asked, "Yes, go on")
    assert told(office) == [("partner", "Zoé Brun"), ("replaced", MARC)]
    assert {notice.payload["by"] for notice in office.posted.notices} == {office.people[ANNE].user_id}


async def test_an_undo_makes_nobody_partner(office):
    done = await office.click(await office.say("I am the partner of Globex"), "Yes, go on")
    office.posted.notices.clear()
    undone = await office.click(done, "Undo")
    assert await partner_of(office, GLOBEX) == MARC
    assert "Taken back. Globex, partner: Anne Martin → Marc Lefèvre" in read(undone.card)
    assert told(office) == [("taken_back", MARC)]


async def test_undo_and_redo_say_which_they_are(office):
    await office.say("set type of Globex to client")
    assert "Taken back. Globex, type: Client → Prospect" in said(await office.say("undo"))
    assert "Made again. Globex, type: Prospect → Client" in said(await office.say("redo"))
    french = await office.say("annule", language="fr")
    assert "Modification annulée. Globex, type : Client → Prospect" in said(french)
    assert "Modification rétablie." in said(await office.say("rétablir", language="fr"))


@pytest.mark.parametrize(
    ("language", "undo", "redo"),
    [("en", "Undo", "Redo"), ("fr", "Annuler la modification", "Rétablir la modification")],
)
async def test_the_button_after_an_undo_is_a_redo_and_after_a_redo_an_undo(office, language, undo, redo):
    data = {"company_id": office.companies[GLOBEX], "type": "client"}
    done = await office.ask("company.set_type", data, language=language)
    for button, other in ((undo, redo), (redo, undo), (undo, redo)):
        done = await office.click(done, button, language=language)
        assert other in said(done)


async def test_a_second_undo_asks_before_it_makes_the_change_again(office):
    await office.say("set type of Globex to client")
    await office.say("undo")
    asked = await office.say("undo")
    assert read(asked.card)[:2] == ["Make your last change again?", "Globex, type: Prospect → Client"]
    assert (await look(office, GLOBEX)).type == "prospect"
    await office.click(asked, "Yes, go on")
    assert (await look(office, GLOBEX)).type == "client"


@pytest.mark.parametrize(("words", "language"), [("cancel", "en"), ("go back", "en"), ("annuler", "fr")])
async def test_a_cancel_with_nothing_open_never_makes_a_change_again(office, words, language):
    for before in ("set type of Globex to client", "undo"):
        await office.say(before)
    answer = await office.say(words, language=language)
    assert answer.summary.startswith(("No question is open", "Aucune question n'est en attente"))
    assert (await look(office, GLOBEX)).type == "prospect"
    assert not [node for node in walk(answer.card) if node["type"].startswith("Action.")]


@pytest.mark.parametrize(("words", "language"), [("cancel", "en"), ("annuler", "fr")])
async def test_a_cancel_after_a_change_asks_whether_to_take_it_back(office, words, language):
    await office.say("set type of Globex to client")
    asked = await office.say(words, language=language)
    assert asked.found.again["verb"] == "undo"
    dropped = await office.say(words, language=language)
    assert dropped.summary in ("Nothing was changed.", "Rien n'a été modifié.")
    assert (await look(office, GLOBEX)).type == "client"


async def test_a_redo_that_takes_a_company_from_a_colleague_again_asks_and_tells_them_so(office):
    asked = await office.say("I am the partner of Globex")
    made = await office.click(asked, "Yes, go on")
    undone = await office.click(made, "Undo")
    assert ("taken_back", MARC) in told(office)
    office.posted.notices.clear()
    again = await office.click(undone, "Redo")
    assert "This replaces Marc Lefèvre." in read(again.card)
    assert (await partner_of(office, GLOBEX), told(office)) == (MARC, [])
    await office.click(again, "Yes, go on")
    assert (await partner_of(office, GLOBEX), told(office)) == (ANNE, [("replaced", MARC)])


async def test_redo_with_nothing_taken_back_is_said(office):
    await office.say("set type of Globex to client")
    assert (await office.say("redo")).summary == "You have taken nothing back that could be made again."
    assert (await look(office, GLOBEX)).type == "client"


async def test_undo_asks_once_ten_minutes_have_passed(office):
    done = await office.say("set type of Globex to client")
    office.now += 601
    for asked in (await office.say("undo"), await office.click(done, "Undo")):
        assert "Globex, type: Client → Prospect" in read(asked.card)
        assert (await look(office, GLOBEX)).type == "client"
    await office.click(asked, "Yes, go on")
    assert (await look(office, GLOBEX)).type == "prospect"


async def test_undo_after_something_was_kept_leaves_the_change_before_it(office):
    async with office.database.writing(1) as connection:
        await happen(connection, office.people[ANNE].user_id, office.contacts["Jean Acme"], ago(3))
    await office.say("set type of Acme Industries to prospect")
    await office.say("keep Acme Industries to myself")
    undone = await office.say("undo")
    assert "Acme Industries: for you alone → seen by the firm" in said(undone)
    assert (await look(office, "Acme Industries")).type == "prospect"


async def test_undo_takes_back_what_was_changed_in_this_conversation(office):
    await office.say("set type of Globex to client")
    await office.ask("company.set_type", {"company_id": office.companies["Initech"], "type": "court"}, surface="pane")
    await office.say("undo")
    assert ((await look(office, GLOBEX)).type, (await look(office, "Initech")).type) == ("prospect", "court")


async def test_undo_of_a_change_made_elsewhere_asks(office):
    await office.ask("company.set_type", {"company_id": office.companies["Initech"], "type": "court"}, surface="pane")
    asked = await office.say("undo")
    assert "Initech, type: Court → No type yet" in read(asked.card)
    assert (await look(office, "Initech")).type == "court"


@pytest.mark.parametrize("origin", ["demo", "migration"])
async def test_what_a_demo_or_a_migration_wrote_is_nobody_s_to_undo(office, origin):
    await office.say("set type of Globex to client")
    async with office.database.writing(1) as connection:
        await connection.execute(Audit.__table__.update().values(source=origin))
        number = (await connection.execute(select(Audit.id))).scalars().one()
    assert (await office.say("undo")).code == 400
    assert (await office.ask("undo", {"audit_ids": [number]})).code == 404
    assert (await look(office, GLOBEX)).type == "client"


async def read_store(office):
    async with office.database.reading(1) as connection:
        rows = (await connection.execute(select(Company.id, Company.type, Company.partner_id, Company.name))).all()
        return rows, (await connection.execute(select(Audit.id))).all()


def list_suggestions(card):
    actions = (node.get("selectAction") or node for node in walk(card))
    return [action["data"]["text"] for action in actions if action.get("verb") == "say"]


ASKED = [
    "hello",
    "help",
    "partner",
    "acme client",
    "zzyzx",
    "undo the partner",
    "delete",
    "set",
    "Marc Lefèvre",
    "associé",
]


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_suggestion_of_every_card_is_clicked_and_changes_nothing(office, language):
    cards = [(await office.say(words, language=language)).card for words in ASKED]
    sentences = {text for card in cards for text in list_suggestions(card)}
    before = await read_store(office)
    for text in sentences | {text for _, card in draw_all(language) for text in list_suggestions(card)}:
        reply = await office.ask("say", {"text": text}, language=language)
        assert reply.card is not None, text
        assert text not in sentences or not reply.is_error, text
    assert len(sentences) > 12
    assert await read_store(office) == before


async def test_suggestions_are_made_of_the_asker_s_own_companies_and_colleagues(office):
    text = said(await office.say("help"))
    assert "Acme Industries" in text
    assert "Marc Lefèvre" in text
    strangers = said(await office.say("help", by="Zoé Brun"))
    assert "contacts at" not in strangers


async def test_a_sentence_that_writes_is_not_clicked_whatever_card_holds_it(office):
    reply = await office.ask("say", {"text": "remove the partner of Acme Industries"})
    assert (reply.code, await partner_of(office, "Acme Industries")) == (400, ANNE)


async def test_an_empty_picker_leaves_the_form_open_and_says_why_under_the_field(office):
    data = {"company_id": office.companies["Initech"], "version": 1, "user_id": ""}
    reply = await office.ask("company.set_partner", data)
    form = next(node for node in walk(reply.card) if node.get("id") == "change")
    assert (reply.code, "isVisible" in form) == (400, False)
    assert "Choose a colleague first." in read(form)


async def test_the_field_shows_who_it_is_today_and_offers_whoever_knows_the_company_best(office):
    card = (await office.say("show Globex")).card
    field = next(node for node in walk(card) if node.get("id") == "user_id")
    assert field["placeholder"] == "Today: Marc Lefèvre"
    assert [choice["title"] for choice in field["choices"]] == ["Me"]
    free = next(node for node in walk((await office.say("show Initech")).card) if node.get("id") == "user_id")
    assert free["choices"][0]["title"] == "Me"
    assert free["choices"][1]["title"].startswith("Marc Lefèvre · 96 interactions")


async def test_leaving_a_company_without_a_partner_is_a_click_of_its_own(office):
    await office.click(await office.say("show Acme Industries"), "Leave without a partner")
    assert await partner_of(office, "Acme Industries") is None


async def test_the_notice_of_a_new_company_asks_for_the_type_and_then_for_the_partner(office):
    data = {"company_id": office.companies["Initech"], "version": 1, "type": "client", "asks_next": True}
    second = await office.ask("company.set_type", data)
    assert "Who is its relationship partner?" in read(second.card)
    await office.click(second, "Me")
    initech = await look(office, "Initech")
    assert (initech.type, await partner_of(office, "Initech")) == ("client", ANNE)


async def test_from_the_notice_type_and_partner_are_at_most_two_clicks_each(office):
    company = NewCompany(office.companies["Initech"], "Initech", 1)
    notice = Reply(draw_new_company(Reader("en", office.now), company))
    second = await office.click(notice, "Client")  # one click
    assert (await look(office, "Initech")).type == "client"
    picker = next(node for node in walk(second.card) if node.get("id") == "user_id")
    assert "isVisible" not in str(second.card)  # it is in sight: a click into it, and one on the button beside it
    zoe = {picker["id"]: str(office.people["Zoé Brun"].user_id)}
    await office.click(second, "Save", zoe)
    assert await partner_of(office, "Initech") == "Zoé Brun"


TAKEN_OFF = [
    *("enlève Globex de Marc", "enlève Marc de Globex", "retire Globex à Marc", "retire Globex de Marc Lefèvre"),
    *("enlève la société Globex à Marc", "retire le client Globex de Marc", "enlève Marc de la société Globex"),
    *("retire Globex des dossiers de Marc", "désattribue Globex de Marc", "Globex n'est plus à Marc"),
    *("remove Globex from Marc", "remove Marc from Globex", "take Globex off Marc", "take Marc off Globex"),
    *("take Marc Lefèvre off Globex", "unassign Globex from Marc", "unassign Marc from Globex"),
    *("drop Marc from Globex", "Globex is no longer Marc's", "Globex no longer belongs to Marc"),
    *("please remove Marc from Globex", "remove Marc as the partner of Globex", "Marc n'est plus l'associé de Globex"),
]


@pytest.mark.parametrize("words", TAKEN_OFF)
async def test_a_company_is_taken_off_a_colleague_whichever_of_the_two_is_said_first(office, words):
    asked = await office.say(words)
    assert asked.found.again["company_id"] == office.companies[GLOBEX]
    assert "Globex, partner: Marc Lefèvre → nobody" in read(asked.card)


@pytest.mark.parametrize("words", ["retire-moi Acme", "take me off Acme", "remove me from Acme", "take Acme off Anne"])
async def test_a_company_is_taken_off_oneself(office, words):
    asked = await office.say(words)
    assert "Acme Industries, partner: Anne Martin → nobody" in read(asked.card)


@pytest.mark.parametrize("words", TAKEN_OFF)
async def test_a_company_is_not_taken_off_whoever_is_not_its_partner(office, words):
    answer = await office.say(words.replace("Marc Lefèvre", "Zoé").replace("Marc", "Zoé"))
    whose = "The partner of Globex is Marc Lefèvre, not Zoé Brun."
    assert answer.summary == f"{whose} Nothing was changed."
    assert await partner_of(office, GLOBEX) == MARC
    asked = await office.click(answer, "Take Globex away from Marc Lefèvre?")
    assert "Globex, partner: Marc Lefèvre → nobody" in read(asked.card)


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("take Globex off me", "en", "The partner of Globex is Marc Lefèvre, not you."),
        ("enlève Acme à Zoé", "fr", "Responsable d'Acme Industries : vous, et non Zoé Brun."),
        ("take Initech off Marc", "en", "Initech has no partner."),
        ("transfer Globex from Zoé to Anne Weber", "en", "The partner of Globex is Marc Lefèvre, not Zoé Brun."),
        (
            "replace Zoé by Anne Weber as partner of Globex",
            "en",
            "The partner of Globex is Marc Lefèvre, not Zoé Brun.",
        ),
        ("I take over Globex from Zoé", "en", "The partner of Globex is Marc Lefèvre, not Zoé Brun."),
        ("take Globex off Xavier", "en", "Nobody of the firm is called “Xavier”"),
    ],
)
async def test_it_is_said_whose_a_company_is_instead(office, words, language, expected):
    assert (await office.say(words, language=language)).summary.startswith(expected)
    assert await partner_of(office, GLOBEX) == MARC


async def test_whom_a_company_was_to_have_is_offered_then(office):
    answer = await office.say("transfer Globex from Zoé to Anne Weber")
    asked = await office.click(answer, "Replace Marc Lefèvre as the partner of Globex?")
    assert "Globex, partner: Marc Lefèvre → Anne Weber" in read(asked.card)


async def test_a_colleague_who_is_called_like_a_company_is_meant_where_the_other_name_is_a_company(office):
    async with office.database.writing(1) as connection:
        await add_company(connection, "Marc", "marc.example", contact_count=1)
    asked = await office.say("take Marc off Globex")
    assert asked.found.again["company_id"] == office.companies[GLOBEX]


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("rename", {"new_name": "Overwritten"}),
        ("company.rename", {"new_name": "Overwritten"}),
        ("company.set_type", {"type": "court"}),
        ("companies.set_many", {"type": "court", "is_confirmed": True}),
    ],
)
async def test_no_click_changes_a_company_without_saying_which_state_it_showed(office, verb, data):
    number = office.companies["Globex"]
    which = {"companies.set_many": {"company_ids": [number]}, "rename": {"name": "Globex", "is_confirmed": True}}
    which = which.get(verb, {"company_id": number})
    caller = Caller(office.people["Anne Martin"], "en")
    assert (await office.door.answer(Ask(verb, {**which, **data}), caller)).code == 428
    company = await office.ask("company.open", {"company_id": number})
    assert "Overwritten" not in said(company)
    assert "Globex" in said(company)


async def list_retyped(office):
    """Return whom the outbox tells of which type, from what to what."""
    async with office.database.reading(1) as connection:
        query = select(Outbox.kind, Outbox.user_id, Outbox.payload).where(Outbox.tenant_id == 1)
        rows = await connection.execute(query.where(Outbox.kind.like("retyped%"), Outbox.state == "pending"))
        return [(kind, user_id, payload["was"], payload["is"]) for kind, user_id, payload in rows]


async def test_A15_the_partner_is_told_of_a_type_that_somebody_else_changed_and_not_if_it_is_taken_back(office):
    office.door = Door(office.database, lambda: office.now, Notices(lambda: office.now))
    ids = [office.companies[name] for name in (GLOBEX, "Acme Industries", "Initech")]  # Marc's, Anne's own, nobody's
    done = await office.ask("companies.set_many", {"company_ids": ids, "type": "court", "is_confirmed": True})
    assert await list_retyped(office) == [("retyped", office.people[MARC].user_id, "prospect", "court")]
    await office.ask("undo", {"audit_ids": list(done.data["audit_ids"]), "is_confirmed": True})
    assert await list_retyped(office) == []


async def test_A15_who_becomes_partner_by_the_same_change_hears_of_that_alone(office):
    office.door = Door(office.database, lambda: office.now, Notices(lambda: office.now))
    given = {"company_ids": [office.companies["Initech"]], "type": "court", "is_confirmed": True}
    await office.ask("companies.set_many", {**given, "user_id": office.people[MARC].user_id})
    assert await list_retyped(office) == []


async def test_whoever_asks_for_data_gets_every_change_with_what_it_was_and_is(office):
    ids = [office.companies[name] for name in ("Globex", "Initech")]
    given = {"company_ids": ids, "type": "court", "is_confirmed": True}
    done = await office.ask("companies.set_many", {**given, "versions": [1, 0]})
    assert done.data["left_ids"] == [ids[1]]
    [change] = done.data["changes"]
    assert (change["action"], change["entity_id"], change["after"]) == ("company.set_type", ids[0], {"type": "court"})
    assert done.data["audit_ids"] == [change["audit_id"]]


async def test_whoever_asks_for_data_gets_the_company_that_somebody_else_changed(office):
    number = office.companies["Globex"]
    reply = await office.ask("company.set_type", {"company_id": number, "type": "court", "version": 0})
    assert (reply.code, reply.data["company"]["id"], reply.data["anyway"]["type"]) == (409, number, "court")


@pytest.mark.parametrize("how", [{}, {"is_guess": True, "is_confirmed": True}])
async def test_no_click_renames_by_a_name_alone(office, how):
    assert (await office.ask("rename", {"name": "Globex", "new_name": "Overwritten", **how})).code == 428


async def test_a_way_back_that_its_verb_cannot_read_is_forgotten(office):
    number = office.companies["Globex"]
    for back in ({}, {"verb": "list", "zzz": 1}, {"verb": "undo"}):
        reply = await office.ask("company.open", {"company_id": number, "back": back})
        assert (reply.code, reply.data["back"]) == (200, None)


async def test_a_filter_that_does_not_fit_is_refused_by_the_name_of_its_part(office):
    reply = await office.ask("list", {"filter": {"is_ascending": "perhaps"}})
    assert (reply.code, "“is_ascending”" in reply.summary) == (400, True)


@pytest.mark.parametrize("verb", ["keep", "contact.is_me", "contact.rename"])
async def test_what_the_conversation_remembers_hides_no_input_that_does_not_fit(office, verb):
    await office.ask("contact.open", {"contact_id": office.contacts["Jean Globex"]})
    reply = await office.ask(verb, {"is_remembered": {"a": 1}})
    assert (reply.code, "“is_remembered”" in reply.summary) == (400, True)
