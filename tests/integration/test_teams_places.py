"""Where the bot believes itself alone with somebody, and who it believes reads along: what is not known is refused."""

import json
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import delete, insert, update

from bot.teams.incoming import read_activity
from bot.turn import Reply
from storage.engine.rls import SYSTEM
from storage.messages.conversations import Reference, get_personal_conversation, set_conversation
from storage.models import Mailbox, User
from tests.factories import add_user
from tests.signing import APP
from tests.switchboard import Switchboard, answering, open_switchboard
from tests.teams import PERSON, TENANT, Endpoint, add_people, draw, open_door

GROUP = {"id": "19:x@thread.v2", "conversationType": "groupChat", "isGroup": True, "tenantId": TENANT}
CHANNEL = {"id": "19:x@thread.tacv2;messageid=1", "conversationType": "channel", "isGroup": True, "tenantId": TENANT}
TWO = {"id": "19:anne_hal@unq.gbl.spaces", "conversationType": "personal", "tenantId": TENANT}
MENTION = {"type": "mention", "mentioned": {"id": f"28:{APP}", "name": "Carnet"}, "text": "<at>Carnet</at>"}
COLLEAGUE = {
    "id": "29:anne",
    "aadObjectId": PERSON.upper(),
    "tenantId": TENANT.upper(),
    "userRole": "user",
    "userPrincipalName": "anne@lex.example",
}
OTHER = {"id": "29:x", "aadObjectId": "10000000-0000-4000-8000-00000000000f", "tenantId": TENANT, "userRole": "user"}


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def person(database) -> int:
    number = await add_people(database)
    async with database.writing(1) as connection:
        await add_user(connection, "Jo Roe", entra_id=OTHER["aadObjectId"], id=9_000_077)
    return number


@pytest.fixture
async def door(switchboard, database, person) -> AsyncIterator[Endpoint]:
    async with open_door(switchboard, database) as door:
        yield door


async def find_chat(door: Endpoint, person: int) -> Reference | None:
    async with door.database.reading(1) as connection:
        return await get_personal_conversation(connection, 1, person)


@pytest.mark.parametrize(
    "place",
    [
        TWO,
        TWO | {"conversationType": None},
        TWO | {"isGroup": False},
        {"id": "19:meeting_x@thread.v2", "conversationType": "personal", "tenantId": TENANT},
        {"id": "8:orgid:x", "conversationType": "personal", "tenantId": TENANT},
        {"id": "a:19:xx@unq.gbl.spaces", "conversationType": "personal", "tenantId": TENANT},
        {"id": "a:19:meeting_x@thread.v2;messageid=1", "conversationType": "personal", "tenantId": TENANT},
        {"id": "a:8:orgid:x", "conversationType": "personal", "tenantId": TENANT},
        {"id": "19%3axx%40unq.gbl.spaces", "conversationType": "personal", "tenantId": TENANT},
        {"id": "xx@unq.gbl.spaces", "tenantId": TENANT},
        {"id": "48:notes", "conversationType": "personal", "tenantId": TENANT},
        {"id": "A:anne", "conversationType": "personal", "tenantId": TENANT},
        {"id": "a:anne", "conversationType": "groupChat", "tenantId": TENANT},
        {"id": "a:anne", "conversationType": "personal", "isGroup": True, "tenantId": TENANT},
    ],
)
async def test_A1_two_peoples_chat_is_never_somebodys_own(door, person, place):
    await door.post(door.invoke("composeExtension/query", {"parameters": []}, conversation=place))
    await door.post(door.click("list", conversation=place))
    assert await find_chat(door, person) is None
    assert door.fake.callers[-1].surface == "group"
    assert door.fake.callers[-1].has_outsiders
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "unmet"


async def test_A1_a_notice_goes_to_the_bots_own_chat_whatever_was_used_since(door, person):
    await door.post(door.describe())
    door.switchboard.sent.clear()
    await door.post(door.click("list", conversation=TWO))
    assert (await door.messenger.send(1, person, draw("news"), "News")).conversation_id == "a:anne"


async def test_A1_a_private_answer_to_a_click_between_two_opens_the_bots_own_chat(door):
    private = Reply(card=draw("mine"), summary="mine")
    door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
    await door.post(door.click("list", conversation=TWO))
    opening, message = door.switchboard.sent
    assert (opening["path"], message["summary"]) == ("/emea/v3/conversations", "mine")
    assert message["conversation"]["id"] != TWO["id"]


async def keep_wrongly(door: Endpoint, person: int, chat: str, at: int) -> None:
    """Leave what an earlier release took for somebody's own chat."""
    own = await find_chat(door, person)
    reference = {**own.reference, "conversation": {**own.reference["conversation"], "id": chat}}
    async with door.database.writing(1) as connection:
        await set_conversation(connection, Reference(1, chat, person, own.service_url, reference), at)


async def test_A1_what_an_earlier_release_took_for_ones_own_is_not_used_any_more(door, person):
    await door.post(door.describe())
    await keep_wrongly(door, person, TWO["id"], 2**40)
    assert (await door.messenger.send(1, person, draw("news"), "News")).conversation_id == "a:anne"


async def test_A1_a_refused_chat_falls_back_to_another_one_of_the_bots_own(door, person):
    await door.post(door.describe())
    await keep_wrongly(door, person, "a:older", 2**40)
    door.switchboard.script = [answering(403)]
    assert (await door.messenger.send(1, person, draw("news"), "News")).conversation_id == "a:anne"
    assert (await door.messenger.send(1, person, draw("news"), "News")).conversation_id == "a:anne"


async def test_A1_writing_to_the_bot_heals_a_chat_that_was_refused(door, person):
    await door.post(door.describe())
    door.switchboard.script = [answering(403)]
    assert (await door.messenger.send(1, person, draw("news"), "News")).outcome == "unreachable"
    await door.post(door.describe())
    assert (await door.messenger.send(1, person, draw("news"), "News")).conversation_id == "a:anne"


async def ask_in(door: Endpoint, place: dict) -> bool:
    """Ask in a group; gives whether the desk was told that somebody from outside may read."""
    await door.post(door.describe(conversation=place, text="<at>Carnet</at> all clients", entities=[MENTION]))
    return door.fake.callers[-1].has_outsiders


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 502, 503])
async def test_A2_where_teams_does_not_tell_who_reads_strangers_may(door, status):
    door.switchboard.members, door.switchboard.members_status = [COLLEAGUE], status
    assert await ask_in(door, GROUP)
    door.switchboard.members_status = 200
    assert not await ask_in(door, GROUP)


@pytest.mark.parametrize(
    "member",
    [
        {},
        {"id": "29:x", "tenantId": TENANT, "userRole": "user"},
        OTHER | {"aadObjectId": ""},
        OTHER | {"aadObjectId": None},
        OTHER | {"objectId": "10000000-0000-4000-8000-0000000000ee"},
        *({key: value for key, value in OTHER.items() if key != left} for left in ("tenantId", "userRole")),
        OTHER | {"tenantId": ""},
        OTHER | {"userRole": "guest"},
        OTHER | {"userRole": "Anonymous"},
        OTHER | {"userRole": "somethingNew"},
        OTHER | {"tenantId": TENANT.replace("1", "2")},
        OTHER | {"userPrincipalName": "j_roe.example#EXT#@lex.example"},
    ],
)
@pytest.mark.parametrize("place", [GROUP, CHANNEL])
async def test_A2_whoever_is_not_known_to_be_of_the_firm_is_a_stranger(door, member, place):
    door.switchboard.members = [COLLEAGUE, member]
    assert await ask_in(door, place)


@pytest.mark.parametrize("members", [[], [OTHER], [OTHER | {"id": "29:anne"}]])
@pytest.mark.parametrize("place", [GROUP, CHANNEL, TWO])
async def test_A2_a_roster_without_the_asker_is_no_whole_one(door, members, place):
    door.switchboard.members = members
    assert await ask_in(door, place)
    door.switchboard.members = [*members, COLLEAGUE]
    assert await ask_in(door, place) == (place is TWO and not members)


@pytest.mark.parametrize("place", [TWO, {"id": "19:anne_hal@unq.gbl.spaces", "tenantId": TENANT}])
async def test_A1_one_person_alone_is_no_chat_of_two(door, place):
    door.switchboard.members = [COLLEAGUE, COLLEAGUE | {"id": "29:again"}]
    assert await ask_in(door, place)
    door.switchboard.members = [COLLEAGUE, OTHER]
    assert not await ask_in(door, place)


UNSERVED = {
    "is in no directory": [delete(User).where(User.id == 9_000_077)],
    "is of another firm": [update(User).where(User.id == 9_000_077).values(tenant_id=2)],
    "has left": [update(User).where(User.id == 9_000_077).values(is_active=False)],
    "is not let in": [update(User).where(User.id == 9_000_077).values(may_use=False)],
    "has no mailbox": [insert(Mailbox).values(tenant_id=1, user_id=9_000_077, state="skipped")],
    "has a mailbox that is refused": [insert(Mailbox).values(tenant_id=1, user_id=9_000_077, state="forbidden")],
}


@pytest.mark.parametrize("why", UNSERVED)
@pytest.mark.parametrize("place", [GROUP, CHANNEL])
async def test_A2_whom_the_firm_does_not_serve_may_not_read_along(door, why, place):
    door.switchboard.members = [COLLEAGUE, OTHER]
    assert not await ask_in(door, place)
    async with door.database.writing(SYSTEM) as connection:
        for statement in UNSERVED[why]:
            await connection.execute(statement)
    assert await ask_in(door, place)


ASKS = {
    "a message": lambda door: door.describe(conversation=GROUP, text="<at>Carnet</at> all clients", entities=[MENTION]),
    "an old button": lambda door: door.describe(conversation=GROUP, value={"verb": "list"}, text=None),
    "a button": lambda door: door.click("list", conversation=GROUP),
    "a card that draws itself anew": lambda door: door.click("list", conversation=GROUP, trigger="automatic"),
    "a greeting": lambda door: door.describe(
        conversation=GROUP, type="conversationUpdate", membersAdded=[{"id": f"28:{APP}"}]
    ),
}


@pytest.mark.parametrize("ask", ASKS.values(), ids=ASKS)
@pytest.mark.parametrize("members", [[], [COLLEAGUE, OTHER | {"aadObjectId": None}], [OTHER]])
async def test_A2_strangers_may_read_whatever_way_it_is_asked(door, ask, members):
    door.switchboard.members = members
    await door.post(ask(door))
    assert door.fake.callers[-1].has_outsiders


async def test_A2_whose_roster_is_not_whole_has_no_colleagues_for_whom_a_card_is_drawn_anew(door):
    door.switchboard.members = [OTHER]
    await door.post(door.invoke("composeExtension/query", {"parameters": []}, conversation=GROUP))
    assert door.fake.callers[-1].circle.user_ids == ("29:anne",)
    assert not door.fake.callers[-1].circle.is_of_the_firm


async def test_A2_a_guest_who_has_just_joined_is_seen_by_every_process(switchboard, database, person):
    async with open_door(switchboard, database) as one, open_door(switchboard, database) as other:
        switchboard.members = [COLLEAGUE]
        assert not await ask_in(one, GROUP)
        assert not await ask_in(other, GROUP)
        switchboard.members = [COLLEAGUE, OTHER | {"userRole": "guest"}]
        assert await ask_in(other, GROUP)
        assert await ask_in(one, GROUP)


async def test_A2_a_shared_cards_old_button_shows_its_company_to_the_clicker_alone(door):
    await door.post(door.describe())
    door.switchboard.sent.clear()
    value = {"verb": "company.shared", "company_id": 7, "name": "Acme"}
    await door.post(door.describe(conversation=GROUP, value=value, text=None, replyToId="card-1"))
    (sent,) = door.switchboard.sent
    assert (sent["conversation"]["id"], sent["summary"]) == ("a:anne", "answer company.shared")


async def test_A2_a_late_answer_to_a_shared_cards_button_is_for_the_clicker_alone(switchboard, database, person):
    async with open_door(switchboard, database, invoke=0.01) as door:
        await door.post(door.describe())
        switchboard.sent.clear()
        door.fake.gate.clear()
        await door.post(door.click("company.shared", conversation=GROUP))
        door.fake.gate.set()
    assert [each["conversation"]["id"] for each in switchboard.sent] == ["a:anne"]


async def test_A2_a_late_private_answer_is_said_once(switchboard, database, person):
    async with open_door(switchboard, database, invoke=0.01) as door:
        await door.post(door.describe())
        switchboard.sent.clear()
        private = Reply(card=draw("mine"), summary="mine")
        door.fake.replies["list"] = Reply(card=draw("pointer"), summary="pointer", private=private)
        door.fake.gate.clear()
        await door.post(door.click("list", conversation=GROUP))
        door.fake.gate.set()
    assert switchboard.texts() == ["mine", "pointer"]


@pytest.mark.parametrize("channel", ["outlook", "m365extensions"])
async def test_A1_beside_a_mail_that_is_being_written_nobody_is_alone_with_the_bot(door, channel):
    activity = read_activity(json.dumps(door.describe(channelId=channel, conversation={"id": "mail"})).encode())
    assert not activity.is_own_chat


@pytest.mark.parametrize(
    "place", ["19\uff1aclient@unq.gbl.spaces", "client", "a:", "a:19\uff1aclient", "\u0430:client", "a: b", "A:x"]
)
async def test_A1_an_id_of_another_form_than_the_bots_own_chats_is_none_in_teams(door, place):
    conversation = {"id": place, "conversationType": "personal"}
    activity = read_activity(json.dumps(door.describe(conversation=conversation)).encode())
    assert not activity.is_own_chat


@pytest.mark.parametrize("place", ["19:x@unq.gbl.spaces", "19\uff1aclient", "19%3ax%40unq.gbl.spaces"])
async def test_A1_an_id_of_people_is_no_chat_of_ones_own_where_the_type_is_left_out(door, place):
    activity = read_activity(json.dumps(door.describe(conversation={"id": place})).encode())
    assert not activity.is_own_chat


@pytest.mark.parametrize("channel", ["emulator", "webchat"])
async def test_a_local_tools_chat_has_an_id_of_its_own(door, channel):
    activity = read_activity(json.dumps(door.describe(channelId=channel, conversation={"id": "5e|livechat"})).encode())
    assert activity.is_own_chat
