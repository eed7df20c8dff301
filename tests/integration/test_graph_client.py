"""The way to Graph: tokens, hosts, waits and sizes, over real HTTP."""

import asyncio
import time
from email.utils import formatdate

import pytest

from bot.config import Config
from bot.graph.client.client import GraphClient, GraphClients, read_retry_after
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.sync.requests import request_messages
from storage.models import Feed
from tests.circles import keeping_circles


@pytest.fixture
async def clients(microsoft):
    made = GraphClients(Config(**microsoft.config_values), time.time, patience=5)
    yield made
    await made.close()


@pytest.fixture
def client(clients, microsoft) -> GraphClient:
    return clients(microsoft.firm.tenant_id)


def ask(client: GraphClient, microsoft, feed: Feed = Feed.INBOX):
    user_id = microsoft.firm.list_people()[0].id
    return client.fetch(request_messages(client, user_id, feed, page_size=500, keeps_subjects=False))


async def test_a_request_is_what_msgraph_sdk_builds_and_its_answer_is_bytes(client, microsoft):
    body = await ask(client, microsoft)
    assert b"@odata.deltaLink" in body
    assert microsoft.record.id_types == {"immutable": 1}
    assert {"internetMessageHeaders", "from"} <= set(microsoft.record.selected)


@pytest.mark.parametrize("user_id", ["6d05e3a7-7f5b-4a4e-9c5d-0a3f5d1b7c11", "o'hara#ext#@lex.example"])
def test_a_url_written_once_for_all_users_is_the_one_that_msgraph_sdk_builds_for_each(client, user_id):
    request = request_messages(client, user_id, Feed.SENT, page_size=500, keeps_subjects=True)
    folder = client.request_builder.users.by_user_id(user_id).mail_folders.by_mail_folder_id("sentitems")
    built = folder.messages.delta.to_get_request_information()
    built.path_parameters["baseurl"] = client.graph_url
    path, _, query = request.url.partition("?")
    assert path == built.url
    assert query.startswith("$orderby=receivedDateTime%20desc&$select=id,")
    assert query.endswith(",subject")


async def test_a_page_does_not_stay_in_memory_until_the_garbage_collector_comes(client, microsoft):
    await ask(client, microsoft)  # what is made once
    with keeping_circles("httpx") as left:
        await ask(client, microsoft)
    assert left == []


async def test_headers_are_asked_for_in_the_inbox_alone(client, microsoft):
    await ask(client, microsoft, Feed.SENT)
    assert "internetMessageHeaders" not in microsoft.record.selected


async def test_an_error_of_graph_keeps_its_code_and_its_wait(client, microsoft):
    microsoft.faults.add("throttle", form="seconds", seconds=7)
    with pytest.raises(GraphError) as caught:
        await ask(client, microsoft)
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "TooManyRequests", 7)


@pytest.mark.parametrize("link", ["https://evil.example/v1.0/x", "http://127.0.0.1:1/v1.0/x", "/v1.0/x", ""])
async def test_B86_a_token_never_goes_to_another_host(client, link):
    with pytest.raises(GraphError) as caught:
        await client.fetch_link(link)
    assert caught.value.code == "foreignLink"


@pytest.mark.parametrize("ending", [".evil.example/x", "@evil.example/x", "evil/x"])
async def test_B86_a_host_that_only_begins_like_graph_is_another(client, ending):
    with pytest.raises(GraphError) as caught:
        await client.fetch_link(client.graph_url + ending)
    assert caught.value.code == "foreignLink"


async def test_B87_a_body_of_more_than_20_megabytes_is_not_read(client, microsoft):
    microsoft.faults.add("big", size=21 * 1024 * 1024)
    with pytest.raises(GraphError) as caught:
        await ask(client, microsoft)
    assert (caught.value.status, caught.value.code) == (0, "BodyTooLargeError")


async def test_F38_a_refused_token_is_renewed_once_and_the_request_sent_again(client, microsoft):
    await ask(client, microsoft)
    fault = microsoft.faults.add("status", status=401, code="InvalidAuthenticationToken", count=1)
    assert b"@odata.deltaLink" in await ask(client, microsoft)
    assert fault.hits == 1


async def test_F38_a_token_that_is_always_refused_is_not_renewed_for_ever(client, microsoft):
    fault = microsoft.faults.add("status", status=401, code="InvalidAuthenticationToken")
    with pytest.raises(GraphError) as caught:
        await ask(client, microsoft)
    assert (caught.value.status, fault.hits) == (401, 2)


async def test_F37_many_who_need_a_token_sign_in_once(clients, client, microsoft):
    slow = microsoft.faults.add("slow", edge="login", seconds=0.3)
    await asyncio.gather(*(ask(client, microsoft) for _ in range(4)))
    await ask(client, microsoft)
    token_requests = slow.hits
    await asyncio.gather(*(ask(client, microsoft) for _ in range(4)))
    assert slow.hits == token_requests


async def test_F37_a_slow_sign_in_does_not_stop_the_loop(client, microsoft):
    microsoft.faults.add("slow", edge="login", seconds=0.5)
    asking = asyncio.create_task(ask(client, microsoft))
    longest = 0.0
    while not asking.done():
        before = time.perf_counter()
        await asyncio.sleep(0.01)
        longest = max(longest, time.perf_counter() - before)
    await asking
    assert longest < 0.3


@pytest.mark.parametrize("code", [7000222, 7000215, 700016])
async def test_F39_a_refused_sign_in_says_why_and_is_not_hammered(client, microsoft, code):
    fault = microsoft.faults.add("token_error", edge="login", code=code)
    for _ in range(5):
        with pytest.raises(SignInError) as caught:
            await ask(client, microsoft)
    assert (caught.value.code, caught.value.is_refused) == (f"AADSTS{code}", True)
    assert fault.hits == 1


async def test_F33_an_answer_that_never_ends_is_given_up(microsoft):
    clients = GraphClients(Config(**microsoft.config_values), time.time, patience=0.5)
    client = clients(microsoft.firm.tenant_id)
    microsoft.faults.add("drip", size=1, seconds=0.2)
    with pytest.raises(GraphError) as caught:
        await ask(client, microsoft)
    assert (caught.value.status, caught.value.code) == (0, "TimeoutError")
    await clients.close()


async def test_a_redirect_is_not_followed(client, microsoft):
    microsoft.faults.add("status", status=302, code="Moved")
    with pytest.raises(GraphError) as caught:
        await ask(client, microsoft)
    assert caught.value.status == 302
    assert len(microsoft.record.requests) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("0", 0.0), ("-3", 0.0), ("1.5", 1.5), (None, None), ("", None), ("soon", None), ("86400", 86_400.0)],
)
def test_F30_a_wait_is_read(value, seconds):
    assert read_retry_after(value, time.time()) == seconds


def test_F30_a_wait_until_a_date_is_read():
    now = 1_800_000_000.0
    assert read_retry_after(formatdate(now + 90, usegmt=True), now) == 90
    assert read_retry_after(formatdate(now - 90, usegmt=True), now) == 0
