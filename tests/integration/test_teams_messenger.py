"""What is said unasked: where it goes, and what became of it."""

from collections.abc import AsyncIterator

import pytest

from storage.messages.conversations import Reference, get_personal_conversation, set_conversation
from tests.signing import make_token
from tests.switchboard import Switchboard, answering, open_switchboard, taking_then_breaking
from tests.teams import TENANT, Endpoint, add_people, draw, open_door


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def person(database) -> int:
    return await add_people(database)


@pytest.fixture
async def door(switchboard, database, person) -> AsyncIterator[Endpoint]:
    """A door through which the person has spoken once."""
    async with open_door(switchboard, database) as door:
        await door.post(door.describe())
        switchboard.sent.clear()
        yield door


async def find(door: Endpoint, person: int):
    async with door.database.reading(1) as connection:
        return await get_personal_conversation(connection, 1, person)


async def test_a_notice_reaches_the_personal_chat_and_shows_in_the_feed(door, person):
    sent = await door.messenger.send(1, person, draw("news"), "News")
    (activity,) = door.switchboard.sent
    assert (sent.outcome, sent.conversation_id, sent.activity_id) == ("sent", "a:anne", "sent-1")
    assert activity["path"] == "/emea/v3/conversations/a:anne/activities"
    assert (activity["summary"], activity["conversation"]["tenantId"]) == ("News", TENANT)
    assert (activity["from"]["id"], activity["recipient"]["id"]) == (door.describe()["recipient"]["id"], "29:anne")
    assert activity["channelData"] == {"notification": {"alert": True}}


async def test_a_card_is_put_in_the_place_of_an_older_one(door, person):
    sent = await door.messenger.update(1, "a:anne", "sent-1", draw("done"), "Done")
    assert sent.outcome == "sent"
    assert (door.switchboard.sent[0]["method"], door.switchboard.sent[0]["path"][-7:]) == ("PUT", "/sent-1")


async def test_nobody_is_written_to_who_never_had_a_conversation(door):
    assert (await door.messenger.send(1, 999_999, draw("news"), "News")).outcome == "unmet"
    assert (await door.messenger.update(1, "a:nobody", "1", draw("x"), "x")).outcome == "gone"
    assert door.switchboard.sent == []


async def test_S11_a_conversation_of_another_tenant_is_not_there(door, person):
    assert (await door.messenger.send(2, person, draw("news"), "News")).outcome == "unmet"


async def test_F51_a_403_makes_the_person_unreachable_until_they_write(door, person):
    door.switchboard.script = [answering(403)]
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "unreachable"
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "unreachable"
    assert door.switchboard.sent == []
    await door.post(door.describe())
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "sent"


async def test_F51_another_process_found_them_unreachable_and_they_write_to_this_one(switchboard, database, person):
    async with open_door(switchboard, database) as one, open_door(switchboard, database) as other:
        await one.post(one.describe())
        switchboard.script = [answering(403)]
        await other.messenger.send(1, person, draw("news"), "News")
        one.skip(31)
        await one.post(one.describe())
        assert (await other.messenger.send(1, person, draw("news"), "News")).outcome == "sent"


async def test_F52_a_conversation_that_is_no_more_is_opened_anew_once(door, person):
    door.switchboard.script = [answering(404)]
    sent = await door.messenger.send(1, person, draw("news"), "News")
    opening, message = door.switchboard.sent
    assert (sent.outcome, sent.conversation_id) == ("sent", "sent-1")
    assert opening["path"] == "/emea/v3/conversations"
    assert (opening["members"][0]["id"], opening["tenantId"], opening["isGroup"]) == ("29:anne", TENANT, False)
    assert message["path"] == "/emea/v3/conversations/sent-1/activities"
    assert (await find(door, person)).conversation_id == "sent-1"


async def test_F52_where_that_is_gone_too_it_is_gone(door, person):
    door.switchboard.script = [answering(404), answering(404)]
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "gone"


async def test_F52_a_changed_service_url_is_used_from_the_next_message_on(door, person):
    place = await find(door, person)
    assert place.service_url == door.switchboard.service_url
    elsewhere = door.switchboard.service_url.replace("127.0.0.1", "localhost")
    door.switchboard.sent.clear()
    await door.post(door.describe(serviceUrl=elsewhere), token=make_token(serviceurl=elsewhere))
    assert (await find(door, person)).service_url == elsewhere


async def test_F50_an_answer_that_was_lost_is_unknown_and_told_so(door, person):
    door.switchboard.script = [taking_then_breaking]
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "unknown"
    assert len(door.switchboard.sent) == 1


async def test_F48_a_long_throttle_is_told_with_its_length(door, person):
    door.switchboard.script = [answering(429, Retry_After="600")]
    sent = await door.messenger.send(1, person, draw("news"), "News")
    assert (sent.outcome, sent.retry_after >= 600) == ("later", True)


async def test_F56_a_refused_card_is_told_as_refused(door, person):
    door.switchboard.script = [answering(413)]
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "refused"


async def test_S4_a_stored_reference_to_a_host_that_is_no_longer_listed_is_not_used(door, person):
    place = await find(door, person)
    async with door.database.writing(1) as connection:
        moved = Reference(1, place.conversation_id, person, "https://evil.trafficmanager.net/", place.reference)
        await set_conversation(connection, moved, 1)
    sent = await door.messenger.send(1, person, draw("news"), "News")
    assert (sent.outcome, sent.reason) == ("refused", "service_url")
    assert door.switchboard.sent == []
