"""The message extension, files, and whoever speaks where nobody proved it: the rest of the door of Teams."""

import json
from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
from sqlalchemy import update

from bot.teams.extension import read_link
from bot.turn import Ask, Circle, File, Item, Reply
from storage.engine.rls import SYSTEM
from storage.models import User
from tests.factories import add_tenant, add_user
from tests.switchboard import Switchboard, open_switchboard
from tests.teams import PERSON, TENANT, Endpoint, add_people, draw, open_door

DELIVER = Ask("export.deliver", {"format": "csv"})
OFFER = File("Clients.csv", "text/csv", 120, DELIVER)
FILE = File("Clients.csv", "text/csv", 5, DELIVER, b"a;b\r\n")


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def door(switchboard, sqlite_database) -> AsyncIterator[Endpoint]:
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database) as door:
        yield door


@pytest.fixture
async def demo_door(switchboard, sqlite_database) -> AsyncIterator[Endpoint]:
    await add_people(sqlite_database)
    async with open_door(switchboard, sqlite_database, is_demo=True) as door:
        yield door


async def ask_extension(door: Endpoint, name: str, value) -> dict:
    status, body = await door.post(door.invoke(f"composeExtension/{name}", value))
    assert status == 200
    return body


async def test_a_card_put_into_a_chat_is_drawn_anew_for_every_colleague_there_and_no_guest(door):
    guest = {"id": "29:guest", "tenantId": TENANT, "userRole": "guest"}
    door.switchboard.members = [
        guest,
        {"id": "29:anne", "aadObjectId": PERSON, "tenantId": TENANT, "userRole": "user"},
        *(
            {"id": f"29:{number}", "aadObjectId": f"{number}", "tenantId": TENANT, "userRole": "user"}
            for number in range(80)
        ),
    ]
    place = {"id": "19:x@thread.v2", "conversationType": "groupChat", "tenantId": TENANT}
    await door.post(door.invoke("composeExtension/query", {"parameters": []}, conversation=place))
    circle = door.fake.callers[-1].circle
    assert circle.user_ids == ("29:anne", *(f"29:{number}" for number in range(59)))
    assert not circle.is_of_the_firm


@pytest.mark.parametrize(
    ("parameters", "query"),
    [
        ([{"name": "query", "value": "acme"}], "acme"),
        ([{"name": "initialRun", "value": "true"}], ""),
        ([{"name": "query", "value": "x" * 5000}], "x" * 200),
        ([{"name": "query", "value": 5}], ""),
        ("acme", ""),
        (None, ""),
    ],
)
async def test_a_search_is_answered_by_lines_to_pick_each_with_its_card(door, parameters, query):
    door.fake.replies["search"] = Reply(items=(Item("Acme <b>", "client", draw("acme")),))
    body = await ask_extension(door, "query", {"commandId": "search", "parameters": parameters})
    (found,) = body["composeExtension"]["attachments"]
    assert door.fake.asked == [Ask("search", {"query": query})]
    assert door.fake.callers[0].circle == Circle(("29:anne",), is_of_the_firm=True)
    assert door.fake.callers[0].surface == "extension"
    assert (body["composeExtension"]["type"], found["content"]) == ("result", draw("acme"))
    assert found["preview"]["content"] == {"title": "Acme &lt;b>", "text": "client"}


async def test_a_search_that_finds_nothing_says_so(door):
    body = await ask_extension(door, "query", {"parameters": [{"name": "query", "value": "zzz"}]})
    assert body["composeExtension"] == {"type": "message", "text": "answer search"}


async def test_a_picked_line_gives_its_card(door):
    body = await ask_extension(door, "selectItem", {"verb": "company.open", "company_id": 7})
    assert body["composeExtension"]["attachments"][0]["content"] == draw("company.open")
    assert door.fake.asked[0].data["company_id"] == 7


@pytest.mark.parametrize("place", [{"id": "19:a_b@unq.gbl.spaces"}, {"id": "19:x@thread.v2", "isGroup": True}])
async def test_S16_a_card_for_a_chat_with_others_is_asked_for_as_such(door, place):
    conversation = place | {"conversationType": "personal", "tenantId": TENANT}
    await door.post(door.invoke("composeExtension/query", {"parameters": []}, conversation=conversation))
    assert not door.fake.callers[0].circle.is_of_the_firm


async def test_a_link_into_the_tab_becomes_the_card_of_what_it_shows(door):
    body = await ask_extension(door, "queryLink", {"url": "https://carnet.example/tab#company=7"})
    assert body["composeExtension"]["attachments"][0]["content"] == draw("company.open")


CONTEXT = quote(json.dumps({"subEntityId": "contact=12"}))


@pytest.mark.parametrize(
    ("url", "ask"),
    [
        ("https://carnet.example/tab?company=7", Ask("company.open", {"company_id": 7})),
        (f"https://teams.microsoft.com/l/entity/a/b?context={CONTEXT}", Ask("contact.open", {"contact_id": 12})),
        ("https://carnet.example/tab#view/3", Ask("view.insert", {"view_id": 3})),
        ("https://carnet.example/", None),
        ("https://carnet.example/?context=" + quote("{" * 9), None),
        ("https://[", None),
    ],
)
def test_a_link_is_read_by_what_it_names(url, ask):
    assert read_link(url) == ask


@pytest.mark.parametrize("name", ["selectItem", "queryLink", "submitAction"])
@pytest.mark.parametrize("value", [None, [], {}, {"url": 5, "verb": 5, "data": "x"}])
async def test_B39_an_extension_that_is_asked_nonsense_says_a_sentence(door, name, value):
    body = await ask_extension(door, name, value)
    assert body["composeExtension"]["type"] == "message"
    assert door.fake.asked == []


async def test_a_dialog_opens_on_help_and_answers_in_itself(door):
    body = await ask_extension(door, "fetchTask", {"commandId": "open"})
    assert body["task"]["value"]["card"]["content"] == draw("help")
    body = await ask_extension(door, "submitAction", {"data": {"verb": "list", "filter": {}}})
    assert body["task"]["value"]["card"]["content"] == draw("list")


async def test_an_extension_whose_command_breaks_says_a_sentence(door):
    body = await ask_extension(door, "selectItem", {"verb": "breaks"})
    assert "Something went wrong" in body["composeExtension"]["text"]


async def test_a_stranger_gets_what_the_desk_says_to_strangers(door):
    activity = door.invoke("composeExtension/query", {"parameters": []}, **{"from": {"id": "29:x"}})
    _, body = await door.post(activity)
    assert body["composeExtension"] == {"type": "message", "text": "stranger en"}


async def test_a_file_is_offered_with_what_delivers_it(door):
    door.fake.replies["export"] = Reply(card=draw("offer"), file=OFFER, summary="12 clients")
    await door.post(door.describe(value={"verb": "export"}, text=None))
    (sent,) = door.switchboard.sent
    (attachment,) = sent["attachments"]
    assert (attachment["contentType"], attachment["name"]) == (
        "application/vnd.microsoft.teams.card.file.consent",
        "Clients.csv",
    )
    assert attachment["content"]["acceptContext"] == {"verb": "export.deliver", "data": {"format": "csv"}}


async def test_a_file_that_a_button_asked_for_is_offered_in_a_message(door):
    door.fake.replies["export"] = Reply(card=draw("offer"), file=OFFER, summary="12 clients")
    _, body = await door.post(door.click("export"))
    assert body["type"] == "application/vnd.microsoft.activity.message"
    assert "OneDrive" in door.switchboard.texts()[0]


def consent(door: Endpoint, answer: str, **changes) -> dict:
    upload = {
        "contentUrl": "https://x.sharepoint.com/Clients.csv",
        "name": "Clients.csv",
        "uploadUrl": f"{door.switchboard.url}/upload/1",
        "uniqueId": "u1",
        "fileType": "csv",
    }
    context = {"verb": "export.deliver", "data": {"format": "csv"}}
    value = {"type": "fileUpload", "action": answer, "context": context, "uploadInfo": upload} | changes
    return door.invoke("fileConsent/invoke", value)


async def test_an_accepted_file_is_made_then_put_there_and_shown(door):
    door.fake.replies["export.deliver"] = Reply(file=FILE, summary="12 clients")
    status, _ = await door.post(consent(door, "accept"))
    assert (status, door.fake.asked) == (200, [DELIVER])
    assert door.switchboard.uploads == [("bytes 0-4/5", b"a;b\r\n")]
    (attachment,) = door.switchboard.sent[0]["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.teams.card.file.info"
    assert attachment["content"] == {"uniqueId": "u1", "fileType": "csv"}


async def test_B75_whoever_is_not_served_is_told_so_and_gets_no_file(door):
    async with door.database.writing(1) as connection:
        await connection.execute(update(User).values(is_active=False))
    await door.post(consent(door, "accept"))
    assert (door.fake.asked, door.switchboard.uploads) == ([], [])
    assert door.switchboard.texts() == ["stranger en"]


async def test_a_declined_file_is_not_made(door):
    assert (await door.post(consent(door, "decline")))[0] == 200
    assert door.fake.asked == []
    assert "not made" in door.switchboard.texts()[0]


@pytest.mark.parametrize("url", ["https://evil.example/upload", "https://x.sharepoint.com.evil.example/", "", None, 5])
async def test_S4_a_file_goes_to_nobody_elses_host(door, url):
    door.fake.replies["export.deliver"] = Reply(file=FILE)
    await door.post(consent(door, "accept", uploadInfo={"uploadUrl": url}))
    assert door.switchboard.uploads == []
    assert "could not be put" in door.switchboard.texts()[0]


async def test_an_upload_that_is_refused_is_told(door):
    door.fake.replies["export.deliver"] = Reply(file=FILE)
    upload = {"uploadUrl": f"{door.switchboard.url}/nowhere"}
    await door.post(consent(door, "accept", uploadInfo=upload))
    assert "could not be put" in door.switchboard.texts()[0]


@pytest.mark.parametrize(
    "changes",
    [{"context": None}, {"context": {"verb": 5, "data": {}}}, {"action": "maybe"}, {"context": {"verb": "x"}}],
)
async def test_B39_a_consent_to_nothing_gets_a_sentence(door, changes):
    assert (await door.post(consent(door, "accept", **changes)))[0] == 200
    assert door.fake.asked == []
    assert "older card" in door.switchboard.texts()[0]


@pytest.mark.parametrize(
    "speaker",
    [
        {"id": "x", "aadObjectId": PERSON},
        {"id": "x", "aadObjectId": PERSON.upper()},
        {"id": "x"},
        {"id": "x", "aadObjectId": "00000000-0000-0000-0000-0000000000020"},
    ],
)
@pytest.mark.parametrize("tenant", [TENANT, "00000000-0000-0000-0000-0000000000001", None])
async def test_the_demo_takes_a_local_tools_word_for_who_speaks(demo_door, speaker, tenant):
    conversation = {"id": "personal-chat", "tenantId": tenant} if tenant else {"id": "personal-chat"}
    activity = demo_door.describe(conversation=conversation, channelData=None, **{"from": speaker})
    assert await demo_door.post(activity, token="") == (200, None)
    assert len(demo_door.fake.asked) == 1


async def test_B75_the_demo_refuses_an_object_id_that_is_nobodys(demo_door):
    activity = demo_door.describe(**{"from": {"id": "x", "aadObjectId": "99999999-0000-4000-8000-000000000000"}})
    await demo_door.post(activity, token="")
    assert demo_door.switchboard.texts() == ["stranger en"]


async def test_B23_the_demo_refuses_an_activity_that_names_two_tenants(demo_door):
    activity = demo_door.describe(channelData={"tenant": {"id": "99999999-0000-4000-8000-000000000000"}})
    await demo_door.post(activity, token="")
    assert demo_door.switchboard.texts() == ["stranger en"]


async def test_S11_in_a_demo_of_two_firms_the_named_tenant_is_kept_to(demo_door):
    other = "00000000-0000-4000-8000-000000000002"
    async with demo_door.database.writing(SYSTEM) as connection:
        await add_tenant(connection, 2, entra_id=other)
        await add_user(connection, "Bob", tenant_id=2, entra_id="20000000-0000-4000-8000-000000000001")
    conversation = {"id": "personal-chat", "tenantId": other}
    activity = demo_door.describe(conversation=conversation, channelData=None, **{"from": {"id": "x"}})
    await demo_door.post(activity, token="")
    assert demo_door.fake.callers[0].viewer.tenant_id == 2
    stranger = activity | {"id": "other", "from": {"id": "x", "aadObjectId": PERSON}}
    await demo_door.post(stranger, token="")
    assert len(demo_door.fake.asked) == 1
