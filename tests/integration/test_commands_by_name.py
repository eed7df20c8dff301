"""People are explained and added by their names."""

import pytest

from tests.office import Office, names, open_office, said


@pytest.fixture
async def office(sqlite_database) -> Office:
    return await open_office(sqlite_database)


@pytest.mark.parametrize("text", ["why is Jean Globex in my contacts?", "pourquoi Jean Globex est-il un contact ?"])
async def test_19_why_somebody_is_a_contact_is_asked_by_name(office, text):
    assert (await office.say(text)).summary == "Jean Globex"


async def test_19_who_only_wrote_in_is_explained_and_added_by_name(office):
    assert not (await office.say("why is Sam Seen not a contact?")).is_error
    assert "Sam Seen" in (await office.say("add Sam Seen as a contact")).summary


async def test_19_of_several_of_a_name_it_is_asked_who_is_meant(office):
    reply = await office.say("why is Jean a contact?")
    assert "Jean Acme" in said(reply)


async def test_19_nobody_of_a_name_is_said(office):
    reply = await office.say("why is Zebulon Quux in my contacts?")
    assert reply.summary == "I know nobody called “Zebulon Quux”"


@pytest.mark.parametrize("text", ["Jean Globex is me", "Jean Globex, that's me", "Jean Globex, c'est moi"])
async def test_10_that_somebody_is_oneself_is_said_by_name(office, text):
    assert (await office.say(text)).summary == "jean@globex.example is your own address"
    assert "Jean Globex" not in names((await office.say("my contacts")).card)


async def test_10_of_several_of_a_name_it_is_asked_who_is_oneself(office):
    reply = await office.say("Jean is me")
    assert reply.summary.startswith("Several are called")
    assert "is your own address" in (await office.click(reply, "Jean Globex")).summary


async def test_10_a_name_that_is_not_exact_changes_nothing(office):
    await office.say("Jean Globexx is me")
    assert "Jean Globex" in names((await office.say("my contacts")).card)


@pytest.mark.parametrize(
    "text", ["what makes Jean Globex a contact?", "pourquoi ai-je Jean Globex dans mes contacts ?"]
)
async def test_19_the_reason_is_asked_in_other_words(office, text):
    assert (await office.say(text)).summary == "Jean Globex"
