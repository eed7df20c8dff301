"""A typed no, or an undo right after a question, drops the question: nothing is changed, and nothing taken back."""

import pytest

from storage.models import CompanyType
from tests.office import Office, look, open_office, said

NO = {
    "en": ["cancel", "no", "No.", "no thanks", "never mind", "forget it", "leave it", "don't", "stop", "undo", "oops"],
    "fr": ["annuler", "annule", "non", "Non merci", "laisse", "laisse tomber", "oublie", "tant pis", "arrête", "oups"],
}
SENTENCES = [(language, words) for language, every in NO.items() for words in every]
NOTHING = {"en": "Nothing was changed.", "fr": "Rien n'a été modifié."}
QUESTIONS = {
    "replace": "set partner of Globex to Zoé Brun",
    "guess": "set tpye of Globex to court",
    "which": "set type of Northwind to court",
    "undo": "cancel",
}


@pytest.fixture
async def office(sqlite_database) -> Office:
    return await open_office(sqlite_database)


async def read_all(office):
    return [await look(office, name) for name in office.companies]


async def change_and_ask(office, what="replace"):
    """Make a change that an undo would take back, and have a question asked after it."""
    await office.say("set type of Initech to client")
    await office.say(QUESTIONS[what])
    return await read_all(office)


@pytest.mark.parametrize(("language", "words"), SENTENCES)
async def test_a_no_drops_the_question_and_takes_nothing_back(office, language, words):
    before = await change_and_ask(office)
    reply = await office.say(words, language=language)
    assert (reply.summary, await read_all(office)) == (NOTHING[language], before)


@pytest.mark.parametrize("what", QUESTIONS)
async def test_whatever_was_asked_is_dropped(office, what):
    before = await change_and_ask(office, what)
    assert (await office.say("undo")).summary == NOTHING["en"]
    assert await read_all(office) == before


async def test_the_next_undo_takes_back_the_change_before_the_question(office):
    await change_and_ask(office)
    await office.say("annuler", language="fr")
    await office.say("undo")
    assert (await look(office, "Initech")).type is None


@pytest.mark.parametrize("words", ["my clients", "set type of Globex to court"])
async def test_whoever_goes_on_to_something_else_has_no_question_open(office, words):
    await change_and_ask(office)
    await office.say(words)
    await office.say("undo")
    assert (await look(office, "Globex")).type == CompanyType.PROSPECT
    assert ((await look(office, "Initech")).type is None) == (words == "my clients")


async def test_a_question_in_the_pane_is_not_open_in_the_chat(office):
    await office.say("set type of Initech to client")
    data = {"company_id": office.companies["Globex"], "user_id": "me"}
    await office.ask("company.set_partner", data, surface="pane")
    await office.say("undo")
    assert (await look(office, "Initech")).type is None


@pytest.mark.parametrize(("language", "words"), [("en", "no"), ("fr", "non"), ("en", "never mind"), ("fr", "laisse")])
async def test_a_no_to_nothing_changes_nothing_and_points_to_the_buttons(office, language, words):
    await office.say("set type of Initech to client")
    reply = await office.say(words, language=language)
    assert ("use the buttons" if language == "en" else "utilisez les boutons") in said(reply)
    assert (await look(office, "Initech")).type == CompanyType.CLIENT


async def test_a_question_put_to_one_person_is_not_open_for_another(office):
    await office.say("set type of Initech to client", by="Marc Lefèvre")
    await office.say("set partner of Globex to Zoé Brun")
    await office.say("undo", by="Marc Lefèvre")
    assert (await look(office, "Initech")).type is None
