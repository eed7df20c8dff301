"""The small Microsoft 365's Bot Connector, and what Teams sends to a bot."""

import asyncio

import aiohttp
import jwt
import pytest
from aiohttp import web


class Bot:
    """A bot's connector client, by hand."""

    def __init__(self, graph, token):
        self.graph = graph
        self.token = token

    async def call(self, path, json=None, method="POST"):
        url = f"{self.graph.microsoft.connector_url}v3/conversations{path}"
        headers = {"Authorization": f"Bearer {self.token}"}
        async with self.graph.session.request(method, url, json=json, headers=headers) as response:
            return response.status, await response.json(content_type=None), response.headers


@pytest.fixture
async def bot(graph):
    return Bot(graph, await graph.sign_in("https://api.botframework.com/.default"))


def _message(person=None, **changes):
    recipient = {"id": f"29:{person.id}", "aadObjectId": person.id} if person else {}
    return {"type": "message", "text": "Hello", "recipient": recipient} | changes


async def test_what_is_sent_is_kept_with_its_user(bot, firm, microsoft):
    anne, _ = firm.list_people()
    status, answer, _ = await bot.call("/conv-1/activities", _message(anne))
    await bot.call("/conv-1/activities/1", _message())
    assert (status, answer) == (201, {"id": "1:1"})
    first, second = microsoft.connector.sent
    assert first.user == second.user == {"id": anne.id, "name": anne.name, "mail": anne.address}
    assert first.describe()["conversation"]["id"] == "conv-1"


async def test_a_conversation_is_made_with_a_person_and_is_the_same_each_time(bot, firm):
    anne, _ = firm.list_people()
    ids = [(await bot.call("", {"members": [{"id": f"29:{anne.id}"}]}))[1]["id"] for _ in range(2)]
    assert ids[0] == ids[1]
    _, members, _ = await bot.call(f"/{ids[0]}/members", method="GET")
    assert members[0]["aadObjectId"] == anne.id
    assert (await bot.call("", {"members": [{"id": "29:nobody"}]}))[0] == 400


async def test_F57_nobody_is_reached_who_does_not_have_the_app(bot, firm, microsoft):
    anne, _ = firm.list_people()
    microsoft.cloud.needs_install = True
    assert (await bot.call("", {"members": [{"id": anne.id}]}))[0] == 403
    microsoft.cloud.installed.add(anne.id)
    assert (await bot.call("", {"members": [{"id": anne.id}]}))[0] == 201


async def test_cards_are_updated_and_deleted(bot, microsoft):
    _, made, _ = await bot.call("/c/activities", _message())
    assert (await bot.call(f"/c/activities/{made['id']}", _message(text="New"), "PUT"))[0] == 200
    assert (await bot.call("/c/activities/1:99", _message(), "PUT"))[0] == 404
    assert (await bot.call(f"/c/activities/{made['id']}", method="DELETE"))[0] == 200
    assert [each.kind for each in microsoft.connector.sent] == ["sent", "updated", "deleted"]


async def test_a_token_for_graph_is_no_token_for_the_connector(bot, graph, microsoft):
    bot.token = await graph.sign_in()
    assert (await bot.call("/c/activities", _message()))[0] == 401
    assert microsoft.connector.sent == []


async def test_F48_more_than_seven_a_second_to_one_conversation_is_429(bot, microsoft):
    answers = [await bot.call("/c/activities", _message()) for _ in range(8)]
    assert [status for status, _, _ in answers] == [201] * 7 + [429]
    assert (await bot.call("/other/activities", _message()))[0] == 201
    assert (microsoft.connector.breaches, len(microsoft.connector.sent)) == (["c"], 8)


@pytest.mark.parametrize("retry_after", [None, 2])
async def test_F48_429_with_and_without_a_time(bot, microsoft, retry_after):
    microsoft.faults.add("throttle", edge="connector", retry_after=retry_after, count=1)
    status, _, headers = await bot.call("/c/activities", _message())
    assert (status, headers.get("Retry-After")) == (429, None if retry_after is None else "2")
    assert microsoft.connector.sent == []


@pytest.mark.parametrize(
    ("status", "code", "sub_code"),
    [
        (412, "PreconditionFailed", ""),
        (502, "ServiceError", ""),
        (504, "ServiceError", ""),
        (403, "Forbidden", "MessageWritesBlocked"),
        (403, "Forbidden", ""),
        (404, "ConversationNotFound", ""),
    ],
)
async def test_F49_F51_F52_refusals_take_nothing(bot, microsoft, status, code, sub_code):
    microsoft.faults.add("status", edge="connector", status=status, code=code, sub_code=sub_code, count=1)
    given, answer, _ = await bot.call("/c/activities", _message())
    assert (given, answer["error"]["code"], answer["error"].get("subCode", "")) == (status, code, sub_code)
    assert microsoft.connector.sent == []


@pytest.mark.parametrize("kind", ["accepted_then_status", "accepted_then_reset", "accepted_then_hang"])
async def test_F50_an_answer_is_lost_after_the_message_was_taken(bot, microsoft, kind):
    microsoft.faults.add(kind, edge="connector", status=502, seconds=0.05)
    try:
        status, _, _ = await bot.call("/c/activities", _message())
    except aiohttp.ClientError:
        status = 0
    assert status == (502 if kind == "accepted_then_status" else 0)
    assert len(microsoft.connector.sent) == 1


async def test_F53_the_connector_hangs(bot, microsoft):
    microsoft.faults.add("hang", edge="connector")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(bot.call("/c/activities", _message()), 0.1)
    assert microsoft.connector.sent == []


async def test_F56_a_card_that_is_too_large_is_413(bot):
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": {"body": "x" * 29_000}}
    assert (await bot.call("/c/activities", _message(attachments=[card])))[0] == 413


async def test_teams_sends_what_people_type_with_a_token_of_the_bot_framework(microsoft, firm, aiohttp_server):
    seen = []

    async def take(request):
        seen.append((request.headers["Authorization"], await request.json()))
        return web.json_response({"ok": True})

    app = web.Application()
    app.router.add_post("/api/messages", take)
    microsoft.teams.bot_url = str((await aiohttp_server(app)).make_url("/api/messages"))
    anne, _ = firm.list_people()
    assert await microsoft.teams.say(anne, "show my clients") == (200, {"ok": True})
    [(authorization, activity)] = seen
    claims = jwt.decode(authorization.removeprefix("Bearer "), options={"verify_signature": False})
    assert (claims["serviceurl"], claims["aud"]) == (activity["serviceUrl"], microsoft.cloud.app_id)
    assert activity["from"]["aadObjectId"] == anne.id


async def test_F57_an_installation_is_told_to_the_bot(microsoft, graph, firm, aiohttp_server):
    seen = []

    async def take(request):
        seen.append((await request.json())["type"])
        return web.Response()

    app = web.Application()
    app.router.add_post("/api/messages", take)
    microsoft.teams.bot_url = str((await aiohttp_server(app)).make_url("/api/messages"))
    firm.granted.add("TeamsAppInstallation.ReadWriteSelfForUser.All")
    order = {"teamsApp@odata.bind": f"{microsoft.graph_url}/appCatalogs/teamsApps/{microsoft.teams_app_id}"}
    await graph.ask(f"users/{firm.list_people()[0].id}/teamwork/installedApps", method="POST", json=order)
    await microsoft.teams.settle()
    assert sorted(seen) == ["conversationUpdate", "installationUpdate"]
