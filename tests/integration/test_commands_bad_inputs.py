"""What a client may send instead of what our cards carry: a clean refusal, and never a trace of what is there."""

import itertools

import pytest

from bot.commands import ROUTER
from bot.language import LANGUAGES
from bot.language.texts import load_texts
from storage.lists.filters import KEYS
from tests.office import Office, fit, look, open_office

SQL = "1'; DROP TABLE companies; --"
NONSENSE = (
    {},
    {"company_id": SQL, "contact_id": SQL, "view_id": SQL, "audit_id": SQL, "user_id": SQL},
    {"company_id": -1, "contact_id": 0, "view_id": 2**70, "audit_id": True, "user_id": 1.5},
    {"company_id": [1], "contact_id": {"a": 1}, "filter": [], "people": {}, "company_ids": "all"},
    {"filter": {"of": "users"}, "name": 7, "text": ["x"], "query": {"$ne": 1}, "new_name": [], "person": 3},
    {"company_id": 10**9, "contact_id": 10**9, "view_id": 10**9, "audit_id": 10**9, "name": "x" * 100_000},
    {"back": {"verb": "company.set_type", "company_id": 1}, "cursor": {"a": 1}, "version": "new"},
    {"names": {"partner": "\x00\ud800"}, "filter": {}, "text": "\x00", "name": "\x00", "query": "\x00"},
)
VERBS = sorted(ROUTER.verbs)


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def test_B39_nonsense_is_answered_with_a_sentence(office):
    for verb, data, is_fitted in itertools.product(VERBS, NONSENSE, (True, False)):
        reply = await office.ask(verb, fit(verb, data) if is_fitted else data)
        assert reply.code < 500, (verb, data)
        assert reply.card is not None or verb in ("people.search", "search", "list.rows"), (verb, data)


STRANGE = ([["a"]], {"a": {"b": 1}}, "\x00", 2**70, -1)


async def test_B39_no_single_field_of_a_wrong_kind_breaks_a_command(office):
    globex, jean = office.companies["Globex"], office.contacts["Jean Globex"]
    whole = {"company_id": globex, "contact_id": jean, "name": "nobody", "version": 1, "type": "client", "filter": {}}
    keys = (*whole, "format", "otherwise", "back", "or", "person", "user_id", "names", "group", "place", "rhythm")
    for verb, key, value in itertools.product(VERBS, keys, STRANGE):
        given = fit(verb, {**whole, key: value})
        if key in given:
            reply = await office.ask(verb, given)
            assert reply.code < 500, (verb, key, value)
    for verb in VERBS:
        assert (await office.ask(verb, fit(verb, {**whole, "back": {"verb": {}}}))).code < 500, verb


async def test_B39_an_unknown_verb_is_refused(office):
    for verb in ("", "nonsense", "__init__", "company.set_type; drop", "x" * 10_000):
        reply = await office.ask(verb)
        assert (reply.is_error, reply.code) == (True, 400)


async def test_B39_a_megabyte_of_data_is_answered(office):
    reply = await office.ask("company.open", {"company_id": office.companies["Globex"], "junk": "x" * 1_000_000})
    assert (reply.is_error, reply.code) == (True, 400)
    assert "junk" in reply.summary


async def test_B39_a_way_back_that_is_no_way_back_is_not_carried_on(office):
    for back in (
        {"verb": "company.set_type", "company_id": 1},
        {"verb": 1},
        "list",
        {"verb": "list", "x": "y" * 5_000},
    ):
        reply = await office.ask("company.open", {"company_id": office.companies["Globex"], "back": back})
        assert "Back" not in [action.get("title") for action in reply.card.get("actions", [])]


TEXTS = ("", " ", "\u200b\u202e", "🙂", "\xa0", "x" * 100_000, "%", "_", "\\", "'; DROP", '"*NEAR(', "<at>Carnet</at>")


async def test_B71_B72_any_text_is_answered_without_an_error(office):
    for text in TEXTS:
        reply = await office.say(text)
        assert reply.card is not None
        assert reply.code < 500


async def test_B73_greetings_and_help_always_work(office):
    for greeting in ("Hi", "hello", "HELP", "Bonjour", "aide", "salut", "Hello!"):
        reply = await office.say(greeting)
        assert not reply.is_error
        assert reply.summary


async def test_two_tenants_see_nothing_of_each_other_whatever_is_asked(office):
    theirs = {
        "company_id": office.companies["their Globex"],
        "contact_id": office.contacts["their Jean Globex"],
        "user_id": office.people["Stranger"].user_id,
        "company_ids": [office.companies["their Globex"]],
        "type": "client",
        "new_name": "Mine",
        "is_confirmed": True,
        "filter": {"scope": "firm", "known_by": office.people["Stranger"].user_id},
        "format": "csv",
        "people": [["", "jean@globex.example"]],
        "address": "sam@initech.example",
    }
    before = await look(office, "their Globex")
    for verb, surface in itertools.product(VERBS, ("chat", "group", "pane", "extension")):
        await office.ask(verb, fit(verb, theirs), by="Zoé Brun", surface=surface)
    assert await look(office, "their Globex") == before


BAD_FILTERS = [
    ({"types": "client"}, "company type", "type de société"),
    ({"last": {"is": "after", "day": "31.01.2025"}}, "last interaction", "dernier échange"),
    ({"company_id": 1}, "company", "société"),
    ({"sort": "age"}, "sorted", "tri"),
    ({"colour": "red"}, "“colour”", "« colour »"),
]


@pytest.mark.parametrize(("filter_", "english", "french"), BAD_FILTERS)
async def test_a_filter_that_cannot_be_read_is_refused_in_words_of_the_reader(office, filter_, english, french):
    said = [(await office.ask("list", {"filter": filter_}, language=language)).summary for language in ("en", "fr")]
    assert english in said[0]
    assert french in said[1]
    assert "a list of" not in said[1]
    assert "one of" not in said[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_of_a_filter_has_its_own_sentence_where_it_cannot_be_read(language):
    texts = {key: text for key, text in load_texts(language).items() if key.startswith("errors.bad_filter_")}
    assert texts.keys() == {f"errors.bad_filter_{key}" for key in (*KEYS, "whole", "unknown")}
    assert len(set(texts.values())) == len(texts)
