"""What the connector makes of every kind of failure: tried again where nothing was delivered, never where it may be."""

import asyncio
import time
from collections.abc import AsyncIterator
from email.utils import formatdate

import aiohttp
import pytest
from aiohttp import web

from bot.config import SERVICE_URL_HOSTS
from bot.outbound import open_session
from bot.teams.connector import Connector
from bot.teams.errors import GoneError, NotSentError, RejectedError, UnknownOutcomeError, UnreachableError
from bot.teams.http import read_retry_after
from bot.teams.rate_limits import CONVERSATION_WINDOWS, RateLimiter
from bot.teams.urls import LOOPBACK_HOSTS, ServiceUrls
from tests.switchboard import StaticToken, Switchboard, answering, open_switchboard, taking_then_breaking

BODY = b'{"type":"message","text":"hello"}'


class Clock:
    """Time that passes only in naps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.naps: list[float] = []

    async def nap(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def switchboard() -> AsyncIterator[Switchboard]:
    async with open_switchboard() as switchboard:
        yield switchboard


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with open_session() as session:
        yield session


@pytest.fixture
def credentials() -> StaticToken:
    return StaticToken()


@pytest.fixture
def connector(session, clock, credentials) -> Connector:
    urls = ServiceUrls(LOOPBACK_HOSTS)
    return Connector(session, credentials, urls, clock=lambda: clock.now, sleep=clock.nap)


async def test_a_message_is_posted_with_the_bots_token_and_its_id_comes_back(connector, switchboard):
    assert await connector.send(switchboard.service_url, "a:1/x", BODY, reply_to="7") == "sent-1"
    assert switchboard.sent[0]["path"] == "/emea/v3/conversations/a:1/x/activities/7"
    assert (switchboard.sent[0]["text"], switchboard.sent[0]["token"]) == ("hello", "Bearer token-0")


@pytest.mark.parametrize("form", ["3", "date", None])
async def test_F48_a_429_is_waited_out_in_each_form_and_then_sent_once(connector, switchboard, clock, form):
    after = formatdate(time.time() + 3, usegmt=True) if form == "date" else form
    switchboard.script = [answering(429, **({"Retry_After": after} if after else {}))] * 2
    await connector.send(switchboard.service_url, "a:1", BODY)
    assert len(switchboard.sent) == 1
    assert len(clock.naps) == 2
    assert form is None or min(clock.naps) >= 1.9


async def test_F48_a_429_keeps_the_whole_conversation_silent_and_no_other(connector, switchboard, clock):
    switchboard.script = [answering(429, Retry_After="5")]
    await connector.send(switchboard.service_url, "a:1", BODY)
    slept = sum(clock.naps)
    await connector.send(switchboard.service_url, "a:2", BODY)
    assert 5 <= slept == sum(clock.naps)


async def test_F48_S47_what_is_said_unasked_keeps_the_pace_of_a_conversation(connector, switchboard, clock):
    moments = []
    for _ in range(61):
        await connector.send(switchboard.service_url, "a:1", BODY, is_paced=True)
        moments.append(clock.now)
    for count, seconds in CONVERSATION_WINDOWS:
        assert all(later - earlier >= seconds for earlier, later in zip(moments, moments[count:], strict=False))


async def test_F48_S47_what_is_said_unasked_keeps_the_pace_of_a_tenant(connector, switchboard, clock):
    for number in range(91):
        await connector.send(switchboard.service_url, f"a:{number}", BODY, tenant="t", is_paced=True)
    assert 3 <= clock.now < 3.2


async def test_F48_a_long_throttle_is_given_back_to_whoever_can_wait(connector, switchboard):
    switchboard.script = [answering(429, Retry_After="3600")]
    with pytest.raises(NotSentError) as caught:
        await connector.send(switchboard.service_url, "a:1", BODY, is_paced=True)
    assert caught.value.retry_after >= 3600
    assert switchboard.sent == []


async def test_F49_a_412_is_tried_again(connector, switchboard):
    switchboard.script = [answering(412)]
    assert await connector.send(switchboard.service_url, "a:1", BODY) == "sent-1"


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_F49_F50_a_5xx_may_have_been_delivered_and_is_not_sent_again(connector, switchboard, status):
    switchboard.script = [answering(status)]
    with pytest.raises(UnknownOutcomeError):
        await connector.send(switchboard.service_url, "a:1", BODY)
    assert switchboard.script == switchboard.sent == []


async def test_F50_accepted_and_then_a_broken_connection_is_unknown_and_one_copy(connector, switchboard):
    switchboard.script = [taking_then_breaking]
    with pytest.raises(UnknownOutcomeError):
        await connector.send(switchboard.service_url, "a:1", BODY)
    assert len(switchboard.sent) == 1


async def test_F50_a_connection_that_was_never_made_is_tried_again(connector, clock, unused_tcp_port):
    with pytest.raises(NotSentError, match="no_connection"):
        await connector.send(f"http://127.0.0.1:{unused_tcp_port}/", "a:1", BODY)
    assert len(clock.naps) == 4


async def test_an_update_is_repeated_because_it_can_be(connector, switchboard):
    switchboard.script = [answering(502), taking_then_breaking]
    await connector.update(switchboard.service_url, "a:1", "7", BODY)
    assert {each["method"] for each in switchboard.sent} == {"PUT"}


@pytest.mark.parametrize(
    ("status", "error"), [(403, UnreachableError), (404, GoneError), (400, RejectedError), (413, RejectedError)]
)
async def test_F51_F52_F56_a_refusal_is_told_by_what_it_means_and_tried_once(connector, switchboard, status, error):
    switchboard.script = [answering(status)]
    with pytest.raises(error):
        await connector.send(switchboard.service_url, "a:1", BODY)
    assert switchboard.script == switchboard.sent == []


async def test_a_refused_token_is_renewed_once(connector, switchboard, credentials):
    switchboard.script = [answering(401)]
    await connector.send(switchboard.service_url, "a:1", BODY)
    assert switchboard.sent[0]["token"] == "Bearer token-1"
    switchboard.script = [answering(401)] * 5
    with pytest.raises(NotSentError):
        await connector.send(switchboard.service_url, "a:1", BODY)
    assert len(switchboard.script) == 3


async def test_S6_a_redirect_is_not_followed(connector, switchboard):
    switchboard.script = [answering(307, Location=f"{switchboard.url}/emea/v3/elsewhere")]
    with pytest.raises(RejectedError):
        await connector.send(switchboard.service_url, "a:1", BODY)
    assert switchboard.sent == []


async def test_S6_proxies_of_the_environment_are_not_used(connector, switchboard, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9/")
    assert await connector.send(switchboard.service_url, "a:1", BODY)


@pytest.mark.parametrize(
    "url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://evil.trafficmanager.net/emea/",
        "https://smba.trafficmanager.net.evil.com/",
        "https://smba.trafficmanager.net@evil.com/",
        "https://user@smba.trafficmanager.net/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net./",
        "https://smba.trafficmanager.net\\@evil.com/",
        "https://smba.trafficmanager.net/?x=1",
        "https://smba.trafficmanager.net/#x",
        "https://smba.trafficmanager.net/\r\nHost: evil",
        "https://\uff53mba.trafficmanager.net/",
        "https://169.254.169.254/",
        "http://127.0.0.1:80/",
        "https://[::1]/",
        "file:///etc/passwd",
        "",
    ],
)
async def test_B18_S3_S4_a_host_that_is_not_on_the_list_is_refused_again_at_the_moment_of_sending(session, url):
    connector = Connector(session, StaticToken(), ServiceUrls(SERVICE_URL_HOSTS))
    with pytest.raises(RejectedError, match="service_url"):
        await connector.send(url, "a:1", BODY)


@pytest.mark.parametrize("host", SERVICE_URL_HOSTS)
def test_S3_microsofts_own_hosts_are_allowed(host):
    assert ServiceUrls(SERVICE_URL_HOSTS).allow(f"https://{host}/emea/")


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("https://contoso-my.sharepoint.com/personal/anne/uploadSession?guid=%27x%27", True),
        ("https://sharepoint.com/x", False),
        ("https://contoso.sharepoint.com.evil.com/x", False),
        ("http://contoso.sharepoint.com/x", False),
        ("https://contoso.sharepoint.com:444/x", False),
        ("https://127.0.0.1/x", False),
    ],
)
def test_S4_a_file_is_put_into_a_sharepoint_and_nowhere_else(url, is_allowed):
    assert ServiceUrls(SERVICE_URL_HOSTS).allow_upload(url) is is_allowed


async def test_a_file_goes_up_whole_and_without_our_token(connector, switchboard):
    await connector.upload(f"{switchboard.url}/upload/x.csv", b"12345")
    assert switchboard.uploads == [("bytes 0-4/5", b"12345")]


async def test_F53_fifty_hanging_sends_hold_nobody_else_up(session, switchboard, unused_tcp_port):
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    hanging = await asyncio.start_server(hang, "127.0.0.1", unused_tcp_port)
    connector = Connector(session, StaticToken(), ServiceUrls(LOOPBACK_HOSTS))
    stuck = [
        asyncio.create_task(connector.send(f"http://127.0.0.1:{unused_tcp_port}/", f"a:{number}", BODY))
        for number in range(50)
    ]
    await asyncio.sleep(0.1)
    started = time.monotonic()
    await connector.send(switchboard.service_url, "a:free", BODY)
    assert time.monotonic() - started < 0.5
    for task in stuck:
        task.cancel()
    await asyncio.gather(*stuck, return_exceptions=True)
    hanging.close()


@pytest.mark.parametrize("value", [None, "", "soon", "-5", "1.5", "٣"])
def test_F30_a_retry_after_that_nobody_can_read_is_none(value):
    assert read_retry_after(value) == 0


def test_a_pace_forgets_the_oldest_conversations():
    pace = RateLimiter(CONVERSATION_WINDOWS, lambda: 0.0)
    for number in range(20_001):
        pace.note(f"a:{number}")
    assert pace.get_wait("a:0") == 0


async def test_an_answer_that_is_no_json_is_a_delivery_all_the_same(connector, switchboard):
    async def babbling(request: web.Request) -> web.Response:
        return web.Response(text="<html>", status=200)

    switchboard.script = [babbling]
    assert await connector.send(switchboard.service_url, "a:1", BODY) == ""
