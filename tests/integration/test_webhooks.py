import asyncio
import gzip
import hashlib
import io
import json
import time
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from sqlalchemy import event, select, text

from bot.client_address import TrustedProxies
from bot.demo.world.firm import Firm
from bot.errors import UnavailableError
from bot.graph.webhooks.batcher import MOST_WAITING, NotificationBatcher
from bot.graph.webhooks.client_states import ClientStates
from bot.graph.webhooks.limits import SourceLimit
from bot.graph.webhooks.notifications import read_post
from bot.graph.webhooks.routes import add_graph_routes
from bot.metrics import REGISTRY
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.models import Chore, Mailbox, Subscription
from storage.queue.chores import AUDIT_DELAY
from storage.queue.notification_effects import UPDATE_DELAY
from tests.any_database import on_any_database
from tests.books import has_passed
from tests.live import Clock, Live, run_live
from tests.locking import locked
from tests.microsoft import make_firm

NOW = int(time.time())
SECRET = "a random client state of thirty-two bytes"
TENANT = "00000000-0000-4000-8000-000000000001"
OTHER_TENANT = "00000000-0000-4000-8000-000000000002"


def clock() -> float:
    return NOW


def item(**values) -> dict:
    """A basic notification for the first user's messages."""
    row = {"subscriptionId": "sub-1", "clientState": SECRET, "tenantId": TENANT, "changeType": "created"}
    return row | {"resource": "users/x/messages/y", "resourceData": {"id": "y"}} | values


def lifecycle(event: str, **values) -> dict:
    return item(changeType=None, lifecycleEvent=event, **values)


@pytest.fixture
async def world(request, database: Database) -> AsyncIterator[Live]:
    """Two tenants that are current and subscribed, nothing due; the clock stands still until the books are balanced."""
    firms = make_firm("Anne Martin", tenant_id=TENANT), make_firm("Ben Roe", domain="b.example", tenant_id=OTHER_TENANT)
    async with run_live(database, *firms, clock=Clock(stands_at=NOW)) as live:
        await live.settle()
        for number, firm in enumerate(firms, start=1):
            await give_name(live, firm, f"sub-{number}")
        for column, table in (("due_at", "mailboxes"), ("renew_at", "subscriptions"), ("due_at", "chores")):
            await live.execute(f"UPDATE {table} SET {column} = :at", at=NOW + 10_000)
        yield live
        live.is_given_up = not has_passed(request)


async def give_name(live: Live, firm: Firm, name: str) -> None:
    """Give a firm's subscription for mail a name and a client state that the test knows, on both sides."""
    kept = live.microsoft.subscriptions
    [one] = [each for each in kept.list_live(firm.tenant_id) if each.folder == "*"]
    kept.drop(one.id)
    change = "UPDATE subscriptions SET graph_id = :name, client_state_digest = :digest WHERE graph_id = :id"
    await live.execute(change, name=name, digest=hashlib.sha256(SECRET.encode()).digest(), id=one.id)
    one.id, one.client_state = name, SECRET
    kept._all[name] = kept._by_user[one.user_id][name] = one


@pytest.fixture
async def graph(aiohttp_client, world: Live):
    """What Graph is to us: somebody who posts."""
    app = web.Application()
    add_graph_routes(app, world.database, clock=world.clock)
    return await aiohttp_client(app)


@pytest.fixture
async def door(aiohttp_client, world: Live):
    """The webhooks of a process of the same service whose database is away."""
    app = web.Application()
    nowhere = open_database("postgresql://nobody@127.0.0.1:1/none")
    add_graph_routes(app, nowhere, clock=clock)
    yield await aiohttp_client(app)
    await nowhere.close()


async def post(graph, *items, path="/graph/notifications", headers=None, **document) -> int:
    body = io.BytesIO(json.dumps({"value": list(items), **document}).encode())
    async with graph.post(path, data=body, headers={"Content-Type": "application/json", **(headers or {})}) as response:
        assert response.status < 500 or response.status == 503
        return response.status


async def list_due(database: Database) -> list[tuple]:
    """The mailboxes that were made due: (tenant, seconds from now)."""
    due = select(Mailbox.tenant_id, Mailbox.due_at - NOW).where(Mailbox.due_at < NOW + 10_000)
    async with database.reading(SYSTEM) as connection:
        return [tuple(row) for row in await connection.execute(due.order_by(Mailbox.tenant_id))]


async def get_subscription(database: Database, graph_id: str = "sub-1"):
    async with database.reading(SYSTEM) as connection:
        return (await connection.execute(select(Subscription).where(Subscription.graph_id == graph_id))).one_or_none()


TOKENS = ["Validation: plain", "a+b c%", "ünïcode ✓", "x" * 2048, "<script>alert(1)</script>"]


@on_any_database
@pytest.mark.parametrize("path", ["/graph/notifications", "/graph/lifecycle"])
async def test_F1_B41_the_handshake_gives_the_decoded_token_and_needs_no_database(door, path):
    for token in TOKENS:
        response = await door.post(path, params={"validationToken": token})
        assert (response.status, await response.text()) == (200, token)
        assert response.content_type == "text/plain"
        assert response.headers["X-Content-Type-Options"] == "nosniff"


@on_any_database
async def test_B42_an_empty_token_a_huge_one_and_a_get_are_refused(graph):
    assert (await graph.post("/graph/notifications?validationToken=")).status == 400
    assert (await graph.post("/graph/notifications?validationToken=" + "x" * 5_000)).status == 414
    assert (await graph.post("/graph/notifications?validationToken=" + "x" * 100_000)).status in (400, 414)
    assert (await graph.get("/graph/notifications?validationToken=x")).status == 405


@on_any_database
async def test_B42_a_handshake_with_a_body_is_a_handshake_only(graph, database):
    response = await graph.post("/graph/notifications?validationToken=x", json={"value": [item()]})
    assert await response.text() == "x"
    assert await list_due(database) == []


@on_any_database
async def test_S22_webhooks_take_posts_only(graph):
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH"):
        assert (await graph.request(method, "/graph/lifecycle")).status == 405


async def test_a_notification_makes_its_mailbox_due(graph, database):
    assert await post(graph, item()) == 202
    assert await list_due(database) == [(1, 0)]


async def test_a_mere_update_of_a_mail_is_left_to_gather(graph, database):
    assert await post(graph, item(changeType="updated")) == 202
    assert await list_due(database) == [(1, UPDATE_DELAY)]
    assert await post(graph, item(changeType="updated"), item()) == 202
    assert await list_due(database) == [(1, 0)]


async def test_F2_the_same_notification_ten_times_is_one_due_mailbox(graph, database):
    assert await post(graph, *[item()] * 10) == 202
    assert await asyncio.gather(*(post(graph, item(), item(changeType="updated")) for _ in range(10))) == [202] * 10
    assert await list_due(database) == [(1, 0)]


@on_any_database
@pytest.mark.parametrize("what", ["deleted", "updated"])
async def test_F3_F15_what_comes_before_or_after_its_item_is_a_hint_like_any_other(graph, database, what):
    assert await post(graph, item(changeType=what, resourceData=None)) == 202
    assert [tenant for tenant, _ in await list_due(database)] == [1]


async def test_F4_of_a_post_that_mixes_tenants_the_true_items_count(graph, database):
    second = item(subscriptionId="sub-2", tenantId=OTHER_TENANT)
    false = [item(subscriptionId="gone"), item(clientState="guess"), item(tenantId=OTHER_TENANT), 5, None, {}]
    assert await post(graph, *false * 16, item(), second, *false[:2]) == 202
    assert await list_due(database) == [(1, 0), (2, 0)]


async def test_F6_missed_queues_the_mailbox_at_once(graph, database):
    assert await post(graph, lifecycle("missed"), path="/graph/lifecycle") == 202
    assert await list_due(database) == [(1, 0)]


async def test_F7_a_demand_to_reauthorise_is_one_renewal_however_often_it_comes(graph, database):
    for _ in range(5):
        demands = [lifecycle("reauthorizationRequired")] * 100
        assert await post(graph, *demands, path="/graph/lifecycle") == 202
    assert (await get_subscription(database)).renew_at == NOW
    assert await list_due(database) == []


async def test_F8_a_removed_subscription_is_wanted_again_and_its_mailbox_due(graph, database):
    assert await post(graph, lifecycle("subscriptionRemoved"), path="/graph/lifecycle") == 202
    assert await get_subscription(database) is None
    row = await get_subscription(database, "")
    assert (row.state, row.renew_at) == ("wanted", 0)
    assert await list_due(database) == [(1, 0)]


async def test_F11_B45_an_unknown_subscription_is_dropped_and_looked_for_in_a_while(graph, database):
    assert await post(graph, item(subscriptionId="orphan")) == 202
    assert await list_due(database) == []
    audit = select(Chore.due_at).where(Chore.tenant_id == 1, Chore.name == "subscriptions")
    async with database.reading(SYSTEM) as connection:
        assert await connection.scalar(audit) == NOW + AUDIT_DELAY


@on_any_database
async def test_B43_a_wrong_client_state_is_dropped(graph, database):
    for state in ("guess", "", None, 5, ["x"], SECRET + " ", SECRET.upper()):
        assert await post(graph, item(clientState=state)) == 202
        assert await list_due(database) == []


@on_any_database
async def test_B43_a_missing_client_state_is_dropped(graph, database):
    notification = item()
    del notification["clientState"]
    assert await post(graph, notification) == 202
    assert await list_due(database) == []


@on_any_database
async def test_B44_the_right_client_state_in_another_tenants_name_is_dropped(graph, database):
    assert await post(graph, item(tenantId=OTHER_TENANT)) == 202
    assert await list_due(database) == []


@on_any_database
@pytest.mark.parametrize(
    "resource", ["users/somebody-else/messages", "../../admin", "https://evil.example/x", "users%2fx", None, 7]
)
async def test_B46_S24_what_the_resource_says_is_never_used(graph, database, resource):
    assert await post(graph, item(resource=resource)) == 202
    assert await list_due(database) == [(1, 0)]


@on_any_database
async def test_B47_a_post_without_a_list_is_refused_and_an_empty_one_taken(graph, database):
    for body in ({}, {"value": None}, {"value": "x"}, {"value": {"a": 1}}, [], "null", 5):
        assert (await graph.post("/graph/notifications", json=body)).status == 400
    assert (await graph.post("/graph/notifications", json={"value": [{}] * 10_001})).status == 413
    assert await post(graph) == 202
    assert await list_due(database) == []


@on_any_database
async def test_B48_unknown_kinds_are_ignored_and_unknown_fields_accepted(graph, database):
    assert await post(graph, item(changeType="transmogrified"), lifecycle("rebooted")) == 202
    assert await list_due(database) == []
    assert await post(graph, item(somethingNew={"deep": [1]}), future=True) == 202
    assert await list_due(database) == [(1, 0)]


@on_any_database
async def test_B49_malformed_json_is_refused(graph):
    headers = {"Content-Type": "application/json"}
    for body in (b"{", b"\xff\xfe{}", b"", b"[" * 100_000, b'{"value": [' + b"[" * 100_000):
        assert (await graph.post("/graph/notifications", data=body, headers=headers)).status == 400


@pytest.mark.parametrize(
    "double",
    [
        ('"value":', '"value": [], "value":'),
        ('"clientState":', '"clientState": "guess", "clientState":'),
        ('"subscriptionId":', '"subscriptionId": "sub-2", "subscriptionId":'),
        ('"resourceData":', '"resourceData": {}, "resourceData":'),
        ('"id":', '"id": "x", "id":'),
        ('"tenantId":', '"tenantId": "a", "tenant\\u0049d":'),
        ('"resource":', '"later": [[{"a": 1, "b": 2, "a": 3}]], "resource":'),
    ],
)
@pytest.mark.parametrize("path", ["/graph/notifications", "/graph/lifecycle"])
async def test_A21_a_post_with_a_key_twice_is_refused(graph, database, double, path):
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"value": [item(), item()]}).replace(*double, 1).encode()
    for sent in (body, body[:-1] + b" " * 70_000 + b"}"):
        assert (await graph.post(path, data=sent, headers=headers)).status == 400
    assert await list_due(database) == []


@on_any_database
async def test_B49_another_content_type_is_refused(graph, database):
    body = json.dumps({"value": [item()]})
    for kind in ("text/plain", "application/xml", "xapplication/jsonx", "multipart/form-data"):
        assert (await graph.post("/graph/notifications", data=body, headers={"Content-Type": kind})).status == 415
    assert await list_due(database) == []


@on_any_database
async def test_B49_a_huge_body_and_a_gzip_bomb_are_refused(graph):
    headers = {"Content-Type": "application/json"}
    assert (await graph.post("/graph/notifications", data=io.BytesIO(b" " * (9 << 20)), headers=headers)).status == 413
    bomb = io.BytesIO(gzip.compress(b" " * (200 << 20), 1))
    response = await graph.post("/graph/notifications", data=bomb, headers=headers | {"Content-Encoding": "gzip"})
    assert response.status == 413


@on_any_database
async def test_B49_garbage_that_claims_to_be_packed_is_refused(graph):
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    for _ in range(2):
        assert (await graph.post("/graph/notifications", data=b"no gzip at all", headers=headers)).status == 400


@on_any_database
async def test_B50_S25_a_post_with_validation_tokens_is_dropped_whole(graph, database):
    for tokens in (["expired"], ["a.b.c", "forged"], "text"):
        assert await post(graph, item(), validationTokens=tokens) == 202
        assert await list_due(database) == []


@on_any_database
async def test_B51_F16_a_post_with_encrypted_content_is_dropped_whole(graph, database):
    for content in ({"data": "AAAA", "encryptionCertificateId": "wrong"}, {"data": "!"}, "x"):
        assert await post(graph, item(), item(encryptedContent=content)) == 202
        assert await list_due(database) == []


@on_any_database
async def test_B52_a_lifecycle_event_in_another_tenants_name_is_dropped(graph, database):
    events = [lifecycle(event, tenantId=OTHER_TENANT) for event in ("subscriptionRemoved", "missed")]
    assert await post(graph, *events, path="/graph/lifecycle") == 202
    assert (await get_subscription(database)).state == "active"
    assert await list_due(database) == []


async def test_B53_A8_however_many_false_ones_a_source_sends_its_true_ones_are_written(graph, database):
    await post(graph, *(item(clientState=str(number)) for number in range(200)))
    await post(graph, *(item(subscriptionId=str(number)) for number in range(5_000)))
    assert await post(graph, item(subscriptionId="sub-2", tenantId=OTHER_TENANT)) == 202
    assert await list_due(database) == [(2, 0)]
    assert await post(graph, *(item(subscriptionId=str(number)) for number in range(500)), item()) == 202
    assert await list_due(database) == [(1, 0), (2, 0)]


async def test_A8_a_subscription_made_a_moment_ago_is_known_even_while_false_ones_flood_in(graph, world, database):
    await post(graph, *(item(clientState=str(number)) for number in range(200)))
    await give_name(world, world.microsoft.firms[0], "sub-3")
    assert await post(graph, item(subscriptionId="sub-3")) == 202
    assert await list_due(database) == [(1, 0)]


async def test_A8_what_a_limited_source_says_while_the_database_is_away_is_503(door):
    assert await post(door, *(item(subscriptionId=str(number)) for number in range(200))) == 503
    assert await post(door, item()) == 503


async def test_A8_more_strange_ones_than_can_be_looked_at_are_asked_to_come_again(database, world):
    client_states = ClientStates(database)
    post = read_post(json.dumps({"value": [item(subscriptionId=str(number)) for number in range(9_000)]}).encode())
    answers = await asyncio.gather(*(client_states.find_true(post.hints) for _ in range(15)), return_exceptions=True)
    assert sum(isinstance(answer, UnavailableError) for answer in answers) == 4
    assert answers.count(()) == 11


async def test_A8_behind_a_trusted_proxy_each_source_has_a_limit_of_its_own(aiohttp_client, world):
    app = web.Application()
    add_graph_routes(app, world.database, clock=world.clock, proxies=TrustedProxies(["127.0.0.0/8"]))
    graph = await aiohttp_client(app)
    before = count_limited()
    lots = [item(subscriptionId=str(number)) for number in range(200)]
    assert await post(graph, *lots, headers={"X-Forwarded-For": "203.0.113.7"}) == 202
    assert await post(graph, lots[0], headers={"X-Forwarded-For": "203.0.113.8"}) == 202
    assert count_limited() - before == 200
    assert await post(graph, lots[0], headers={"X-Forwarded-For": "203.0.113.8, 203.0.113.7"}) == 202
    assert count_limited() - before == 201


def count_limited() -> float:
    return REGISTRY.get_sample_value("carnet_notifications_total", {"result": "limited"}) or 0.0


@on_any_database
async def test_A9_a_post_of_millions_of_nothings_is_refused_before_it_is_read(graph):
    body = b'{"value":[' + b",".join([b"1"] * 4_000_000) + b"]}"
    headers = {"Content-Type": "application/json"}
    assert (await graph.post("/graph/notifications", data=io.BytesIO(body), headers=headers)).status == 413


async def test_B53_a_source_may_send_strange_ones_again_after_a_while():
    now = [0.0]
    limit = SourceLimit(lambda: now[0], most=10, per_second=1)
    limit.spend("a", 1_000)
    assert limit.is_over("a")
    assert not limit.is_over("b")
    assert limit.is_over("b", 11)
    now[0] = 11
    assert not limit.is_over("a")


async def test_B54_F12_a_database_that_is_away_is_answered_with_503(door, graph, database):
    assert await post(door, item()) == 503
    assert await list_due(database) == []
    assert await post(graph, item()) == 202
    assert await list_due(database) == [(1, 0)]


async def test_F12_F62_a_locked_database_is_waited_for_and_then_answered_with_503(graph, database):
    async with locked(database, "mailboxes"):
        started = time.monotonic()
        assert await post(graph, item()) == 503
        assert time.monotonic() - started < 3
    assert await post(graph, item()) == 202
    assert await list_due(database) == [(1, 0)]


@pytest.mark.parametrize("table", ["mailboxes", "subscriptions"])
@pytest.mark.parametrize("false_ones", [0, 200])
async def test_F12_after_a_slow_moment_every_post_is_taken_at_once(graph, database, table, false_ones):
    await post(graph, *(item(subscriptionId=str(number)) for number in range(false_ones)))
    posts = [[item(), item(subscriptionId=str(number))] for number in range(20)]
    async with locked(database, table):
        answers = await asyncio.gather(*(post(graph, *items) for items in posts))
        assert answers == [503] * 20
    assert await asyncio.gather(*(post(graph, *items) for items in posts * 3)) == [202] * 60
    assert await list_due(database) == [(1, 0)]


async def test_F12_a_mailbox_whose_page_is_being_written_lets_the_notices_of_others_through(graph, database):
    of_other = item(subscriptionId="sub-2", tenantId=OTHER_TENANT)
    async with database.writing(SYSTEM) as connection:  # SQLite is held as a whole
        await connection.execute(text("UPDATE mailboxes SET leased_until = leased_until WHERE tenant_id = 1"))
        answers = await asyncio.gather(*(post(graph, one) for one in (item(), of_other, item(), of_other)))
        assert answers == [503, 503 if database.is_sqlite else 202] * 2
    assert await post(graph, item(), of_other) == 202
    assert await list_due(database) == [(1, 0), (2, 0)]


async def test_F12_a_notice_waits_for_the_page_that_is_being_written_in_its_mailbox(graph, database):
    async with database.writing(SYSTEM) as connection:
        await connection.execute(text("UPDATE mailboxes SET leased_until = leased_until WHERE tenant_id = 1"))
        posting = asyncio.create_task(post(graph, item(changeType="updated"), item(clientState="guess")))
        await asyncio.wait({posting}, timeout=0.5)
        assert not posting.done()
    assert await posting == 202
    assert await list_due(database) == [(1, UPDATE_DELAY)]


async def test_F14_many_posts_share_a_transaction_and_each_is_answered_after_its_commit(database, world):
    transactions = count_transactions(database)
    inbox = NotificationBatcher(database, clock)
    hints = read_post(json.dumps({"value": [item(), item(clientState="guess")]}).encode()).hints
    assert await asyncio.gather(*(inbox.add(hints) for _ in range(500))) == [1] * 500
    assert await list_due(database) == [(1, 0)]
    assert len(transactions) <= 2


def count_transactions(database: Database) -> list[None]:
    commits: list[None] = []
    event.listen(database.engine.sync_engine, "commit", lambda _connection: commits.append(None))
    return commits


async def test_F14_more_posts_than_can_wait_are_asked_to_come_again(database, world):
    inbox = NotificationBatcher(database, clock)
    hints = read_post(json.dumps({"value": [item()]}).encode()).hints
    answers = await asyncio.gather(*(inbox.add(hints) for _ in range(MOST_WAITING + 50)), return_exceptions=True)
    assert sum(isinstance(answer, UnavailableError) for answer in answers) == 50
