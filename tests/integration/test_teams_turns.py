"""Turns through the door of Teams: what is asked for, who asks, and how the answer comes back."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from bot.teams.activity_ask import read_words
from bot.teams.incoming import read_activity
from bot.turn import Ask, Choice, Reply
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.messages.conversations import get_conversation, get_personal_conversation
from tests.circles import keeping_circles
from tests.factories import add_user
from tests.signing import APP
from tests.switchboard import Switchboard, answering, hanging, open_switchboard, taking_then_breaking
from tests.teams import PERSON, TENANT, Endpoint, add_people, draw, open_door

BOT = {"id": f"28:{APP}", "name": "Carnet"}
MENTION = {"type": "mention", "mentioned": BOT, "text": "<at>Carnet</at>"}
GROUP = {"id": "19:x@thread.v2", "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT}


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def door(switchboard, database) -> AsyncIterator[Endpoint]:
    await add_people(database)
    async with open_door(switchboard, database) as door:
        yield door


@pytest.fixture
async def small_door(switchboard, sqlite_database) -> AsyncIterator[Endpoint]:
    """For what has nothing to do with the database."""
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database) as door:
        yield door


async def test_a_message_is_answered_by_a_card_in_its_conversation(door):
    activity = door.describe(value={"verb": "list"}, text=None)
    assert await door.post(activity) == (200, None)
    (sent,) = door.switchboard.sent
    assert sent["path"] == f"/emea/v3/conversations/a:anne/activities/{activity['id']}"
    assert sent["attachments"] == [{"contentType": "application/vnd.microsoft.card.adaptive", "content": draw("list")}]
    assert (sent["summary"], sent["from"]["id"], sent["recipient"]["id"]) == ("answer list", BOT["id"], "29:anne")
    assert (sent["replyToId"], sent["locale"]) == (activity["id"], "en-US")


async def test_a_turn_leaves_nothing_behind_for_the_garbage_collector(small_door):
    await small_door.post(small_door.describe(text="show my clients"))  # what is made once
    with keeping_circles("bot", "botbuilder") as left:
        await small_door.post(small_door.describe(text="show my contacts"))
    assert left == []


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("show my clients", "list"),
        ("<at>Carnet</at> show my clients", "list"),
        ("<at>Carnet</at>&nbsp;show <b>my</b>&nbsp;clients\n", "list"),
        ("<p>mes <i>clients</i></p>", "list"),
        ("hello", "hello"),
        ("", "help"),
        ("   ", "help"),
        ("<at>Carnet</at>", "help"),
    ],
)
async def test_B71_B73_typed_words_reach_the_desk_without_mention_and_markup(small_door, text, asked):
    await small_door.post(small_door.describe(text=text, entities=[MENTION]))
    assert [ask.verb for ask in small_door.fake.asked] == [asked]


@pytest.mark.parametrize("text", ["x" * 100_000, "<at" * 9_000, "<" * 28_000, "\u202e\u200b👍🏽" * 500, "&" * 20_000])
async def test_B71_B72_whatever_is_typed_gets_an_answer(small_door, text):
    assert await asyncio.wait_for(small_door.post(small_door.describe(text=text)), 2) == (200, None)
    assert len(small_door.switchboard.sent) == 1


async def test_a_name_that_is_mentioned_stays_in_the_sentence(small_door):
    person = {"type": "mention", "mentioned": {"id": "29:bob", "name": "Bob Stone"}, "text": "<at>Bob Stone</at>"}
    activity = small_door.describe(
        text="<at>Carnet</at> set partner of Acme to <at>Bob Stone</at>", entities=[MENTION, person]
    )
    assert read_words(read_activity(json.dumps(activity).encode())) == "set partner of Acme to Bob Stone"


@pytest.mark.parametrize(
    ("text", "text_format"),
    [
        ("why is <zoe@writer.example> not a contact", "plain"),
        ("<at>Carnet</at> why is Zoe Writer <zoe@writer.example> not a contact", "plain"),
        ("why is &lt;zoe@writer.example&gt; not a contact", "plain"),
        ("<div><p>why is &lt;zoe@writer.example&gt; not a <b>contact</b></p></div>", "xhtml"),
        ('why is <a href="mailto:zoe@writer.example">zoe@writer.example</a> not a contact', "xhtml"),
    ],
)
async def test_an_address_in_brackets_is_no_markup(small_door, text, text_format):
    await small_door.post(small_door.describe(text=text, textFormat=text_format, entities=[MENTION]))
    (asked,) = small_door.fake.asked
    assert (asked.verb, asked.data) == ("contact.explain", {"address": "zoe@writer.example"})


async def test_a_button_of_an_old_client_comes_as_a_message_with_its_verb_and_inputs(small_door):
    value = {"verb": "company.open", "company_id": 7, "msteams": {"x": 1}}
    await small_door.post(small_door.describe(value=value, text=None))
    assert small_door.fake.asked == [Ask("company.open", {"company_id": 7})]


async def test_a_button_without_a_verb_gets_a_sentence(small_door):
    await small_door.post(small_door.describe(value={"x": 1}, text=None))
    assert small_door.fake.asked == []
    assert "older card" in small_door.switchboard.sent[0]["text"]


async def test_the_answer_to_an_old_clients_button_takes_the_cards_place(small_door):
    await small_door.post(small_door.describe(value={"verb": "list"}, text=None, replyToId="card-1"))
    (sent,) = small_door.switchboard.sent
    assert (sent["method"], sent["path"]) == ("PUT", "/emea/v3/conversations/a:anne/activities/card-1")


async def test_where_that_card_is_gone_the_answer_is_a_new_message(small_door):
    small_door.switchboard.script = [answering(404)]
    await small_door.post(small_door.describe(value={"verb": "list"}, text=None, replyToId="card-1"))
    assert [each["method"] for each in small_door.switchboard.sent] == ["POST"]


@pytest.mark.parametrize("trigger", [{"trigger": "manual"}, {"trigger": "automatic"}, {}])
async def test_a_button_gets_the_new_card_in_the_http_answer(door, trigger):
    action = {"type": "Action.Execute", "verb": "company.open", "data": {"verb": "company.open", "company_id": 7}}
    status, body = await door.post(door.invoke("adaptiveCard/action", {"action": action} | trigger))
    assert status == 200
    assert body == {
        "statusCode": 200,
        "type": "application/vnd.microsoft.card.adaptive",
        "value": draw("company.open"),
    }
    is_unasked = trigger.get("trigger") == "automatic"
    assert door.fake.asked == [Ask("company.open", {"company_id": 7}, is_unasked=is_unasked)]
    assert door.switchboard.sent == []


@pytest.mark.parametrize(("code", "shown"), [(400, 400), (403, 403), (404, 403), (503, 503)])
async def test_B39_F58_an_error_is_told_inside_a_200_and_404_looks_like_403(small_door, code, shown):
    small_door.fake.replies["list"] = Reply(card=draw("no"), summary="No.", is_error=True, code=code)
    status, body = await small_door.post(small_door.click("list"))
    assert (status, body["statusCode"], body["type"]) == (200, shown, "application/vnd.microsoft.error")
    assert body["value"]["message"] == "No."


async def test_F58_a_card_that_changed_since_is_shown_as_it_is_now(small_door):
    small_door.fake.replies["list"] = Reply(card=draw("changed"), summary="Changed.", is_error=True, code=409)
    _, body = await small_door.post(small_door.click("list"))
    assert (body["type"], body["value"]) == ("application/vnd.microsoft.card.adaptive", draw("changed"))


async def test_a_people_picker_is_answered_while_somebody_types(small_door):
    small_door.fake.replies["people.search"] = Reply(choices=(Choice("Anne Martin", "7"),))
    value = {"queryText": "ann", "dataset": "users", "queryOptions": {"skip": 0, "top": 15}}
    status, body = await small_door.post(small_door.invoke("application/search", value))
    assert (status, body["type"]) == (200, "application/vnd.microsoft.search.searchResponse")
    assert body["value"] == {"results": [{"title": "Anne Martin", "value": "7"}]}
    assert small_door.fake.asked == [Ask("people.search", {"query": "ann"})]


async def test_a_people_picker_says_why_it_offers_nobody(small_door):
    small_door.fake.replies["people.search"] = Reply(summary="Carnet is paused.", is_error=True, code=403)
    _, body = await small_door.post(small_door.invoke("application/search", {"queryText": "ann", "dataset": "users"}))
    assert (body["statusCode"], body["value"]["message"]) == (403, "Carnet is paused.")


@pytest.mark.parametrize("value", [None, {}, {"queryText": 5, "dataset": "users"}])
async def test_B39_a_search_for_nothing_readable_is_a_400_inside(small_door, value):
    _, body = await small_door.post(small_door.invoke("application/search", value))
    assert body["statusCode"] == 400


@pytest.mark.parametrize(
    ("locale", "language"), [("fr-FR", "fr"), ("fr", "fr"), ("en-GB", "en"), ("de-DE", "fr"), (None, "fr")]
)
async def test_the_language_is_the_activitys_then_the_users_then_the_firms(small_door, locale, language):
    await small_door.post(small_door.describe(locale=locale))
    assert small_door.fake.callers[0].language == language


@pytest.mark.parametrize(
    "speaker", [{"id": "29:x"}, {"id": "29:x", "aadObjectId": "99999999-0000-4000-8000-000000000000"}]
)
async def test_B75_a_guest_or_nobody_in_particular_is_refused_politely(door, speaker):
    await door.post(door.describe(**{"from": speaker}))
    assert (door.fake.asked, door.switchboard.texts()) == ([], ["stranger en"])
    _, body = await door.post(door.click("list", **{"from": speaker}))
    assert body["statusCode"] == 403


@pytest.mark.parametrize("speaker", [{"id": "28:other", "aadObjectId": PERSON}, {"id": "29:x", "role": "bot"}])
async def test_B75_another_bot_is_not_answered_for_two_bots_never_stop(small_door, speaker):
    assert await small_door.post(small_door.describe(**{"from": speaker})) == (200, None)
    assert small_door.fake.asked == small_door.switchboard.sent == []


async def test_B75_somebody_who_left_the_firm_is_a_stranger(small_door):
    async with small_door.database.writing(SYSTEM) as connection:
        await add_user(connection, "Left", entra_id="10000000-0000-4000-8000-0000000000ff", is_active=False)
    gone = {"id": "29:left", "aadObjectId": "10000000-0000-4000-8000-0000000000ff"}
    await small_door.post(small_door.describe(**{"from": gone}))
    assert small_door.switchboard.texts() == ["stranger en"]


@pytest.mark.parametrize(
    "fields",
    [
        {"type": "messageUpdate", "channelData": {"eventType": "editMessage", "tenant": {"id": TENANT}}},
        {"type": "messageDelete"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "typing"},
        {"type": "event", "name": "application/vnd.microsoft.meetingStart"},
        {"type": "conversationUpdate", "membersAdded": [{"id": "29:other"}]},
    ],
)
async def test_B76_edits_deletions_reactions_and_the_like_are_ignored(small_door, fields):
    assert await small_door.post(small_door.describe(**fields)) == (200, None)
    assert small_door.fake.asked == small_door.switchboard.sent == []


async def test_in_a_group_only_a_mention_is_answered_and_everybody_reads_it(small_door):
    await small_door.post(small_door.describe(conversation=GROUP, text="show my clients"))
    assert small_door.fake.asked == []
    await small_door.post(small_door.describe(conversation=GROUP, text="<at>Carnet</at> hello", entities=[MENTION]))
    assert small_door.fake.callers[0].surface == "group"
    assert small_door.fake.callers[0].viewer.is_in_public


@pytest.mark.parametrize(
    "member",
    [
        {"tenantId": "90000000-0000-4000-8000-000000000009"},
        {"tenantId": TENANT, "userRole": "guest"},
        {"tenantId": TENANT, "userRole": "user", "userPrincipalName": "j_roe.example#EXT#@lex.example"},
        {"userRole": "anonymous"},
    ],
)
async def test_S16_the_desk_is_told_that_somebody_from_outside_reads(small_door, member):
    colleague = {"aadObjectId": PERSON, "tenantId": TENANT.upper(), "userRole": "user"}
    small_door.switchboard.members = [colleague]
    await small_door.post(small_door.describe(conversation=GROUP, text="<at>Carnet</at> hello", entities=[MENTION]))
    small_door.switchboard.members = [colleague, member]
    await small_door.post(
        small_door.describe(conversation=GROUP, type="conversationUpdate", membersAdded=[{"id": "29:x"}])
    )
    for _ in range(2):
        await small_door.post(small_door.describe(conversation=GROUP, text="<at>Carnet</at> hello", entities=[MENTION]))
    assert [caller.has_outsiders for caller in small_door.fake.callers] == [False, True, True]


async def test_S16_what_only_the_asker_may_read_goes_to_the_personal_chat(door):
    await door.post(door.describe())
    door.switchboard.sent.clear()
    private = Reply(card=draw("mine"), summary="mine")
    door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
    await door.post(door.describe(conversation=GROUP, value={"verb": "list"}, text=None))
    assert [(each["conversation"]["id"], each["summary"]) for each in door.switchboard.sent] == [
        ("a:anne", "mine"),
        (GROUP["id"], "pointer"),
    ]


async def test_S16_a_button_in_a_group_shows_the_pointer_and_sends_the_rest_in_private(door):
    await door.post(door.describe())
    door.switchboard.sent.clear()
    private = Reply(card=draw("mine"), summary="mine")
    door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
    _, body = await door.post(door.click("list", conversation=GROUP))
    assert body["value"] == draw("pointer")
    assert door.switchboard.texts() == ["mine"]


async def test_F46_what_only_the_asker_may_read_is_sent_once_whichever_process_hears_of_the_button_again(
    switchboard, database
):
    await add_people(database)
    async with open_door(switchboard, database) as one, open_door(switchboard, database) as other:
        private = Reply(card=draw("mine"), summary="mine")
        for door in (one, other):
            door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
        await one.post(one.describe())
        click = one.click("list", conversation=GROUP)
        answers = [await door.post(click) for door in (one, other, one)]
    assert [body["value"] for _, body in answers] == [draw("pointer")] * 3
    assert switchboard.texts() == ["answer help", "mine"]


async def test_S16_whoever_never_spoke_to_the_bot_alone_gets_a_chat_opened_for_it(door):
    private = Reply(card=draw("mine"), summary="mine")
    door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
    await door.post(door.describe(conversation=GROUP, value={"verb": "list"}, text=None))
    opening, message, pointer = door.switchboard.sent
    assert (opening["path"], opening["members"][0]["id"]) == ("/emea/v3/conversations", "29:anne")
    assert (message["conversation"]["id"], message["summary"]) == ("sent-1", "mine")
    assert pointer["summary"] == "pointer"


@pytest.mark.parametrize("is_at_once", [False, True])
async def test_F46_one_activity_delivered_four_times_has_one_effect_and_one_reply(door, is_at_once):
    activity = door.describe(value={"verb": "writes"}, text=None)
    if is_at_once:
        await asyncio.gather(*(door.post(activity) for _ in range(4)))
    else:
        for _ in range(4):
            await door.post(activity)
    assert (door.fake.effects, door.switchboard.texts()) == (1, ["written 1"])


@pytest.mark.parametrize("is_at_once", [False, True])
async def test_F46_one_invoke_delivered_four_times_gets_the_same_answer(door, is_at_once):
    click = door.click("writes")
    deliveries = [door.post(click) for _ in range(4)]
    answers = await asyncio.gather(*deliveries) if is_at_once else [await delivery for delivery in deliveries]
    assert door.fake.effects == 1
    assert all(answer == answers[0] for answer in answers)
    assert answers[0][1]["value"] == draw("written")


async def test_F46_the_same_id_in_another_conversation_is_another_activity(small_door):
    activity = small_door.describe(value={"verb": "writes"}, text=None)
    elsewhere = activity | {"conversation": {"id": "a:other", "tenantId": TENANT}}
    await small_door.post(activity)
    await small_door.post(elsewhere)
    assert small_door.fake.effects == 2


async def test_F46_two_processes_on_one_database_answer_once(switchboard, database):
    await add_people(database)
    async with open_door(switchboard, database) as one, open_door(switchboard, database) as other:
        activity = one.describe(value={"verb": "writes"}, text=None)
        await asyncio.gather(one.post(activity), other.post(activity))
        click = one.click("writes")
        answers = await asyncio.gather(one.post(click), other.post(click))
    assert one.fake.effects + other.fake.effects == 2
    assert len(switchboard.sent) == 1
    assert answers[0] == answers[1]


async def test_F46_two_processes_on_PostgreSQL_send_one_reply_to_a_mere_question(switchboard, postgres_database):
    await add_people(postgres_database)
    async with open_door(switchboard, postgres_database) as one, open_door(switchboard, postgres_database) as other:
        activity = one.describe()
        await asyncio.gather(one.post(activity), other.post(activity))
    assert len(switchboard.sent) == 1


async def test_F59_killed_between_commit_and_reply_the_next_delivery_brings_the_reply(switchboard, database):
    await add_people(database)
    async with open_door(switchboard, database, message=0.05, stop=0) as door:
        activity = door.describe(value={"verb": "writes"}, text=None)
        door.fake.hangs_after_commit = True
        await door.post(activity)
        await door.fake.committed.wait()
    assert (door.fake.effects, switchboard.sent) == (1, [])
    async with open_door(switchboard, database) as door:
        await door.post(activity)
    assert (door.fake.effects, switchboard.texts()) == (0, ["written 1"])


async def test_F59_killed_while_the_reply_was_on_its_way_it_is_not_sent_again(switchboard, database):
    await add_people(database)
    switchboard.script = [hanging]
    async with open_door(switchboard, database, message=0.05, stop=0) as door:
        activity = door.describe(value={"verb": "writes"}, text=None)
        await door.post(activity)
        await switchboard.reached.wait()
    async with open_door(switchboard, database) as door:
        await door.post(activity)
    assert (door.fake.effects, switchboard.sent) == (0, [])


async def test_F47_a_slow_command_shows_typing_gets_its_200_and_answers_later(switchboard, sqlite_database):
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database, message=0.01, typing=0) as door:
        door.fake.gate.clear()
        assert await door.post(door.describe()) == (200, None)
        await switchboard.reached.wait()
        door.fake.gate.set()
    assert switchboard.texts() == ["typing", "answer help"]


async def test_F47_a_slow_button_says_so_and_answers_with_a_message(switchboard, sqlite_database):
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database, invoke=0.01) as door:
        door.fake.gate.clear()
        _, body = await door.post(door.click("writes"))
        door.fake.gate.set()
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert "longer" in body["value"]
    assert switchboard.texts() == ["written 1"]


async def test_F47_a_slow_search_says_so_in_time(switchboard, sqlite_database):
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database, extension=0.01) as door:
        door.fake.gate.clear()
        _, body = await door.post(door.invoke("composeExtension/query", {"parameters": []}))
        door.fake.gate.set()
    assert body["composeExtension"]["type"] == "message"


async def test_F56_a_card_that_teams_refuses_is_said_in_words(small_door):
    small_door.switchboard.script = [answering(413)]
    await small_door.post(small_door.describe())
    assert small_door.switchboard.texts()[0].startswith("answer help The answer is too long")


async def test_F50_a_reply_that_may_have_arrived_is_not_sent_twice(small_door):
    small_door.switchboard.script = [taking_then_breaking]
    assert await small_door.post(small_door.describe()) == (200, None)
    assert len(small_door.switchboard.sent) == 1


async def test_a_command_that_breaks_gets_a_sentence_with_a_number_and_no_stack_trace(small_door):
    await small_door.post(small_door.describe(value={"verb": "breaks"}, text=None))
    (text,) = small_door.switchboard.texts()
    assert "Something went wrong" in text
    assert "ZeroDivision" not in text


async def test_whoever_installs_the_app_is_greeted_once(door):
    added = {"membersAdded": [BOT, {"id": "29:anne"}]}
    await door.post(door.describe(type="installationUpdate", action="add", text=None))
    await door.post(door.describe(type="conversationUpdate", text=None, **added))
    await door.post(door.describe(type="conversationUpdate", text=None, **added))
    assert door.switchboard.texts() == ["answer hello"]


async def test_a_conversation_is_remembered_with_its_person_and_its_newest_service_url(door):
    await door.post(door.describe())
    async with door.database.reading(1) as connection:
        place = await get_personal_conversation(connection, 1, door.fake.callers[0].viewer.user_id)
    assert (place.conversation_id, place.service_url) == ("a:anne", door.switchboard.service_url)
    assert place.reference["user"] == {"id": "29:anne", "aadObjectId": PERSON}


async def test_a_group_belongs_to_nobody(door):
    await door.post(door.describe(conversation=GROUP, entities=[MENTION]))
    async with door.database.reading(1) as connection:
        place = await get_conversation(connection, 1, GROUP["id"])
    assert place.user_id is None
    assert "user" not in place.reference


async def test_F51_a_person_who_removed_the_app_is_unreachable_until_they_write_again(door):
    await door.post(door.describe())
    await door.post(door.describe(type="installationUpdate", action="remove", text=None))
    assert not await is_reachable(door.database)
    await door.post(door.describe())
    assert await is_reachable(door.database)


async def is_reachable(database: Database) -> bool:
    async with database.reading(1) as connection:
        place = await get_conversation(connection, 1, "a:anne")
    return place.is_reachable
