"""How many: exact numbers, the firm's beside one's own, and of the list that was shown last."""

import pytest

from tests.office import Office, names, open_office, read, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


@pytest.mark.parametrize(
    ("sentence", "language", "title"),
    [
        ("how many clients do I have?", "en", "My clients: 2"),
        ("combien de clients ai-je ?", "fr", "Mes clients : 2"),
        ("how many clients have I got without a partner", "en", "My clients: 1"),
        ("count my clients", "en", "My clients: 2"),
    ],
)
async def test_how_many_is_answered_with_the_number(office, sentence, language, title):
    assert read((await office.say(sentence, language=language)).card)[0] == title


@pytest.mark.parametrize("sentence", ["all companies", "all clients", "all prospects", "all contacts", "my contacts"])
async def test_a_number_is_that_of_the_rows_of_its_list(office, sentence):
    shown = await office.say(sentence)
    counted = await office.say(f"how many {sentence}")
    assert counted.data["count"] == len(names(shown.card))


async def test_where_nobody_said_whose_the_firms_number_stands_beside_mine(office):
    counted = await office.say("how many companies")
    everybody = await office.say("how many companies does the firm have")
    assert counted.data["firm_count"] == everybody.data["count"] > counted.data["count"]
    assert f"All of the firm: {counted.data['firm_count']}." in said(counted)


async def test_the_number_leads_to_its_list_and_is_of_the_list_shown_last(office):
    shown = await office.say("my clients")
    counted = await office.say("how many is that")
    assert read(counted.card)[0] == "My clients: 2"
    assert names((await office.click(counted, "Show them")).card) == names(shown.card)


async def test_what_was_not_understood_is_never_counted(office):
    reply = await office.say("how many clients on the moon")
    assert "count" not in reply.data
    assert "“on the moon”" in said(reply)


@pytest.mark.parametrize("sentence", ["my companies named umbrella", "how many of my companies are named umbrella"])
async def test_where_i_have_none_the_firms_number_is_said_and_shown(office, sentence):
    reply = await office.say(sentence)
    firm = names((await office.say("all companies named umbrella")).card)
    assert f"None of yours; the firm has {len(firm)}." in said(reply)
    assert names((await office.click(reply, "Show the firm's")).card) == firm
