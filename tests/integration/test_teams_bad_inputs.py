"""Every bad input of the door of Teams: a signed body in, a status out, and nothing reaches the desk."""

import asyncio
import gzip
import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest

from tests.signing import APP, Keys, make_token
from tests.switchboard import Switchboard, open_switchboard
from tests.teams import TENANT, Endpoint, add_people, open_door

SECRET = "canary-7f3a"
POST = b"POST /api/messages HTTP/1.1\r\n"


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


@pytest.fixture(params=[False, True], ids=["service", "demo"])
async def any_door(request, switchboard, sqlite_database) -> AsyncIterator[Endpoint]:
    """The door of the service, whose callers bring a token, and the demo's, where they may leave it out."""
    async with open_door(switchboard, sqlite_database, is_demo=request.param) as door:
        yield door


async def test_a_good_activity_reaches_the_desk_or_the_rest_would_prove_nothing(door):
    assert await door.post(door.describe()) == (200, None)
    assert len(door.fake.asked) == 1


async def test_B1_no_token(door):
    assert await door.post(door.describe(), token="") == (401, None)
    assert door.fake.asked == []


@pytest.mark.parametrize("header", ["", "Basic x", "Bearer", "Bearer a b c", "Bearer garbage", "Bearer a.b.c"])
async def test_B2_B4_a_header_that_is_no_token(door, header):
    assert (await door.post(door.describe(), token="", Authorization=header))[0] == 401
    assert door.fake.asked == []


async def test_B3_a_lower_case_bearer_is_accepted(door):
    token = make_token(serviceurl=door.switchboard.service_url)
    assert (await door.post(door.describe(), token="", Authorization=f"bearer {token}"))[0] == 200


async def test_B4_a_token_of_100_kB_is_refused(door):
    status, _ = await door.post(door.describe(), token="x" * 100_000)
    assert status in {400, 401}
    assert door.fake.asked == []


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"key": "forger", "headers": {"kid": "first"}}, id="B5 a bad signature under a known key"),
        pytest.param({"key": "forger"}, id="B6 an unknown key"),
        pytest.param({"headers": {"kid": None}}, id="B6 no key"),
        pytest.param({"algorithm": "RS512"}, id="B7 another algorithm"),
        pytest.param({"exp": lambda: int(time.time()) - 600}, id="B8 expired ten minutes ago"),
        pytest.param({"exp": None}, id="B10 no end"),
        pytest.param({"nbf": lambda: int(time.time()) + 600}, id="B11 not yet good"),
        pytest.param({"iss": "https://evil.example"}, id="B12 another issuer"),
        pytest.param({"iss": None}, id="B12 no issuer"),
        pytest.param({"aud": "another"}, id="B13 another audience"),
        pytest.param({"aud": None}, id="B13 no audience"),
        pytest.param({"aud": [APP]}, id="B13 a list of audiences"),
        pytest.param({"headers": {"crit": ["exp"]}}, id="B14 a critical header"),
        pytest.param({"iss": "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"}, id="B21 an emulator's"),
        pytest.param({"aud": "https://api.botframework.com"}, id="B22 our own token sent back"),
    ],
)
async def test_B5_B6_B7_B8_B10_B11_B12_B13_B14_B21_B22_a_token_with_something_wrong(door, options):
    claims = {name: value() if callable(value) else value for name, value in options.items()}  # from now, not from then
    token = make_token(**({"serviceurl": door.switchboard.service_url} | claims))
    assert await door.post(door.describe(), token=token) == (401, None)
    assert door.fake.asked == []


async def test_B7_an_unsigned_token(door):
    head, claims, _ = make_token(serviceurl=door.switchboard.service_url).split(".")
    unsigned = "eyJhbGciOiJub25lIiwia2lkIjoiZmlyc3QifQ"
    assert head != unsigned
    assert (await door.post(door.describe(), token=f"{unsigned}.{claims}."))[0] == 401


async def test_B9_a_token_that_ended_four_minutes_ago_is_accepted(door):
    token = make_token(serviceurl=door.switchboard.service_url, exp=int(time.time()) - 240)
    assert (await door.post(door.describe(), token=token))[0] == 200


@pytest.mark.parametrize("service_url", [None, "", "https://smba.trafficmanager.net/amer/", "http://127.0.0.1:1/"])
async def test_B15_B16_a_service_url_that_is_not_the_tokens(door, service_url):
    assert await door.post(door.describe(serviceUrl=service_url)) == (403, None)
    assert door.fake.asked == []


async def test_B16_a_service_url_of_null(door):
    assert await door.post(door.describe() | {"serviceUrl": None}) == (403, None)


@pytest.mark.parametrize("service_url", [None, "http://127.0.0.1:1/"])
async def test_B17_a_token_without_a_service_url(door, service_url):
    assert await door.post(door.describe(serviceUrl=service_url), token=make_token()) == (403, None)
    assert door.fake.asked == []


@pytest.mark.parametrize(
    "service_url",
    [
        "http://smba.trafficmanager.net/emea/",
        "https://evil.trafficmanager.net/",
        "https://smba.trafficmanager.net.evil.com/",
        "https://smba.trafficmanager.net@evil.com/",
        "https://smba.trafficmanager.net:8443/",
        "https://smba.trafficmanager.net./",
        "https://169.254.169.254/",
        "https://10.0.0.1/",
        "https://xn--smba-trafficmanager.net/",
        "https://smba.trafficmanager.nеt/",  # noqa: RUF001  # a Cyrillic e
    ],
)
async def test_B18_a_host_that_is_not_on_the_list_even_where_the_token_says_it(any_door, service_url):
    token = "" if any_door.is_demo else make_token(serviceurl=service_url)
    assert await any_door.post(any_door.describe(serviceUrl=service_url), token=token) == (403, None)
    assert any_door.fake.asked == []


@pytest.mark.parametrize("channel", ["slack", None, "", "directline"])
async def test_B19_B20_a_channel_that_the_key_does_not_endorse(any_door, channel):
    token = "" if any_door.is_demo else None
    assert await any_door.post(any_door.describe(channelId=channel), token=token) == (403, None)
    assert any_door.fake.asked == []


async def test_B19_a_key_that_endorses_nothing(door):
    door.switchboard.keys = [Keys.publish("first")]
    assert await door.post(door.describe()) == (403, None)


@pytest.mark.parametrize(
    "fields",
    [
        {"channelData": {"tenant": {"id": "99999999-0000-4000-8000-000000000001"}}},
        {"conversation": {"id": "a:1", "tenantId": "99999999-0000-4000-8000-000000000001"}, "channelData": None},
        {"conversation": {"id": "a:1"}, "channelData": None},
    ],
)
async def test_B23_a_tenant_that_is_not_served_or_contradicts_itself_hears_a_polite_word(door, fields):
    status, body = await door.post(door.describe(deliveryMode="expectReplies", **fields))
    assert (status, body["activities"][0]["summary"]) == (200, "stranger en")
    assert door.fake.asked == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="B24 nothing"),
        pytest.param(b"{", id="B24 the beginning of something"),
        pytest.param(b'{"type": "message", ', id="B24 cut off"),
        pytest.param(b"not json", id="B24 no JSON"),
        pytest.param(b"null", id="B25 null"),
        pytest.param(b"[]", id="B25 a list"),
        pytest.param(b'"x"', id="B25 a text"),
        pytest.param(b"5", id="B25 a number"),
        pytest.param(b"{}", id="B26 an empty object"),
        pytest.param(b'{"type": null}', id="B26 a null type"),
        pytest.param(b'{"type": ""}', id="B26 an empty type"),
        pytest.param(b'{"type": 5}', id="B26 a number for a type"),
        pytest.param(b'{"type": "message", "text": "\xff\xfe"}', id="B27 bad UTF-8"),
        pytest.param(b'\xef\xbb\xbf{"type": "message"}', id="B27 a byte order mark"),
        pytest.param('{"type": "message"}'.encode("utf-16"), id="B27 UTF-16"),
        pytest.param(b'{"type": "message", "text": "\x00"}', id="B27 NUL"),
        pytest.param(b'{"type": "message", "text": "\\u0000"}', id="B27 NUL in disguise"),
        pytest.param(b'{"type": "message", "text": "\\ud800"}', id="B27 half a character"),
        pytest.param(b'{"type": "message", "value": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", id="B28 100,000 deep"),
        pytest.param(b'{"type": "message", "value": ' + b"[" * 40 + b"]" * 40 + b"}", id="B28 forty deep"),
        pytest.param(b'{"type": "message", "value": ' + b"9" * 5000 + b"}", id="B28 5,000 digits"),
        pytest.param(b'{"type": "message", "value": ' + b"9" * 20 + b"}", id="B28 more than 64 bits"),
        pytest.param(b'{"type": "message", "value": NaN}', id="B28 NaN"),
        pytest.param(b'{"type": "message", "value": -Infinity}', id="B28 Infinity"),
        pytest.param(b'{"type": "message", "value": 1e999}', id="B28 Infinity in disguise"),
        pytest.param(b'{"type": "message", "type": "invoke"}', id="B28 a key twice"),
        pytest.param(b'{"type": "message", "value": {"a": 1, "a": 2}}', id="B28 an inner key twice"),
    ],
)
async def test_B24_B25_B26_B27_B28_a_body_that_is_no_activity(door, body):
    started = time.perf_counter()
    assert await door.post(body) == (400, None)
    assert time.perf_counter() - started < 1
    assert door.fake.asked == []


async def test_B26_a_type_that_nobody_knows_is_ignored(door):
    assert await door.post(door.describe(type="somethingNew")) == (200, None)
    assert door.fake.asked == []


@pytest.mark.parametrize(
    "fields",
    [
        {"conversation": "a:1"},
        {"attachments": {}},
        {"timestamp": "yesterday"},
        {"timestamp": 5},
        {"from": []},
        {"text": {"a": 1}},
        {"entities": "mention"},
        {"entities": [5]},
        {"channelData": "x"},
        {"channelData": {"tenant": 5}},
        {"membersAdded": [{"id": 5}]},
        {"name": 5},
        {"locale": ["en"]},
        {"id": 5},
    ],
)
async def test_B29_a_field_of_the_wrong_type(door, fields):
    assert await door.post(door.describe(**fields)) == (400, None)
    assert door.fake.asked == []


@pytest.mark.parametrize("field", ["from", "conversation", "recipient"])
@pytest.mark.parametrize("value", [None, {}, {"id": ""}])
async def test_B30_nobody_speaks_or_nobody_is_spoken_to(door, field, value):
    assert await door.post(door.describe(**{field: value})) == (400, None)
    assert door.fake.asked == []


@pytest.mark.parametrize("size", [257 * 1024, 2 * 2**20])
async def test_B31_a_body_that_is_too_large(door, size):
    assert (await door.post(door.describe(text="x" * size)))[0] == 413
    assert door.fake.asked == []


async def test_B31_a_large_body_that_does_not_say_its_size(door):
    async def drip():
        for _ in range(40):
            yield b" " * 10_000

    headers = {"Authorization": f"Bearer {make_token()}", "Content-Type": "application/json"}
    async with door.session.post(door.url, data=drip(), headers=headers) as response:
        assert response.status == 413


async def test_B31_a_gzip_bomb(door):
    bomb = gzip.compress(b" " * 200_000_000, compresslevel=9)
    assert len(bomb) < 256 * 1024
    assert (await door.post(bomb, Content_Encoding="gzip"))[0] == 413


@pytest.mark.parametrize("encoding", ["gzip", "deflate"])
async def test_B31_gzip_garbage(door, encoding):
    for _ in range(2):
        assert (await door.post(b"this is not compressed", Content_Encoding=encoding))[0] == 400


async def test_B31_a_good_activity_may_come_compressed(door):
    assert (await door.post(gzip.compress(json.dumps(door.describe()).encode()), Content_Encoding="gzip"))[0] == 200


async def test_B32_a_large_body_without_a_token_is_refused_before_it_is_read(door):
    reader, writer = await connect(door)
    writer.write(
        b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 829000\r\n\r\n"
    )
    answer = await asyncio.wait_for(reader.readline(), 2)
    assert answer.startswith(b"HTTP/1.1 401")
    writer.close()


@pytest.mark.parametrize(
    "content_type", ["text/plain", "xapplication/jsonx", "application/x-www-form-urlencoded", "*/*"]
)
async def test_B33_another_content_type(door, content_type):
    assert (await door.post(door.describe(), Content_Type=content_type))[0] == 415
    assert door.fake.asked == []


async def test_B33_no_content_type(door):
    body = json.dumps(door.describe()).encode()
    token = make_token(serviceurl=door.switchboard.service_url)
    head = f"Host: x\r\nAuthorization: Bearer {token}\r\nContent-Length: {len(body)}\r\n\r\n"
    assert await ask_raw(door, POST + head.encode() + body) == 415


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json; charset=utf-8", 200),
        ("application/json; charset=UTF-16", 400),
        ("application/json; charset=bogus", 400),
    ],
)
async def test_B27_only_UTF_8_is_read(door, content_type, status):
    assert (await door.post(door.describe(), Content_Type=content_type))[0] == status


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "PATCH"])
async def test_B34_another_method(door, method):
    async with door.session.request(method, door.url) as response:
        assert response.status == 405


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(b"Host: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n", id="two lengths of two kinds"),
        pytest.param(b"Host: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n", id="two lengths"),
        pytest.param(b"Host: x\r\nX-Large: " + b"x" * 20_000 + b"\r\n", id="a header of 20 kB"),
        pytest.param(b"Host: x\r\nContent-Length: -1\r\n", id="a negative length"),
    ],
)
async def test_B35_a_request_that_is_no_good_HTTP(door, head):
    assert await ask_raw(door, POST + head + b"\r\n{}") == 400


async def test_B35_TLS_on_a_plain_port(door):
    assert await ask_raw(door, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 40) == 400


async def test_B35_no_host_is_not_let_in(door):
    assert await ask_raw(door, POST + b"Content-Length: 2\r\n\r\n{}") in {400, 401}


@pytest.mark.parametrize(
    "beginning", [b"", b"POST /api/mess", POST + b"Host: x\r\n"], ids=["silence", "half a line", "half the headers"]
)
async def test_B36_stalled_headers_are_closed(switchboard, sqlite_database, beginning):
    async with open_door(switchboard, sqlite_database, keepalive=0.2) as door:
        reader, writer = await connect(door)
        writer.write(beginning)
        assert await asyncio.wait_for(reader.read(), 5) == b""
        writer.close()


async def test_B36_a_stalled_body_is_told_so(switchboard, sqlite_database):
    async with open_door(switchboard, sqlite_database, body=0.1) as door:
        head = f"Host: x\r\nAuthorization: Bearer {make_token()}\r\nContent-Type: application/json\r\n"
        assert await ask_raw(door, POST + head.encode() + b"Content-Length: 9\r\n\r\n{") == 408


async def test_B37_S7_the_same_activity_four_times_has_one_effect(door):
    activity = door.describe(value={"verb": "writes"}, text=None)
    assert [(await door.post(activity))[0] for _ in range(4)] == [200] * 4
    assert (door.fake.effects, len(door.switchboard.sent)) == (1, 1)


@pytest.mark.parametrize("name", ["unknown/thing", "", None, "task/fetch", "signin/verifyState", "x" * 5000])
async def test_B38_an_invoke_that_nobody_knows(door, name):
    assert (await door.post(door.describe(type="invoke", name=name, value={"a": 1})))[0] == 501
    assert door.fake.asked == []


async def test_B38_an_invoke_whose_command_breaks_is_an_error_inside_a_200(door):
    status, body = await door.post(door.click("breaks"))
    assert (status, body["type"]) == (200, "application/vnd.microsoft.error")
    assert "ZeroDivision" not in json.dumps(body)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        [],
        {},
        {"action": None},
        {"action": "x"},
        {"action": {"type": "Action.Execute"}},
        {"action": {"type": "Action.Execute", "verb": ""}},
        {"action": {"type": "Action.Execute", "verb": 5, "data": {}}},
        {"action": {"type": "Action.Execute", "verb": "list", "data": "'; DROP TABLE companies"}},
        {"action": {"type": "Action.Execute", "verb": "list", "data": [1]}},
    ],
)
async def test_B39_a_button_without_a_verb_or_with_other_data(door, value):
    status, body = await door.post(door.invoke("adaptiveCard/action", value))
    assert (status, body["type"], body["statusCode"]) == (200, "application/vnd.microsoft.error", 400)
    assert door.fake.asked == []


async def test_B39_a_button_with_1_MB_of_data(door):
    assert (await door.post(door.click("list", data={"x": "x" * 2**20})))[0] == 413


async def test_B40_expected_replies_stand_in_the_answer(door):
    status, body = await door.post(door.describe(deliveryMode="expectReplies"))
    assert status == 200
    assert [activity["type"] for activity in body["activities"]] == ["message"]
    assert door.switchboard.sent == []


@pytest.mark.parametrize("mode", ["normal", "notification", "bogus"])
async def test_B40_any_other_delivery_is_an_ordinary_one(door, mode):
    assert await door.post(door.describe(deliveryMode=mode)) == (200, None)
    assert len(door.switchboard.sent) == 1


async def test_S19_refusals_leave_no_token_address_or_text_in_the_log(door, capfd):
    await door.post(door.describe(text=SECRET), token=f"{SECRET}.x.y")
    await door.post(door.describe(text=SECRET, serviceUrl=f"https://{SECRET}.example/"))
    await door.post(door.describe(text="breaks", locale=SECRET) | {"from": {"id": SECRET, "aadObjectId": TENANT}})
    logged = capfd.readouterr()
    assert "activity_refused" in logged.out
    assert SECRET not in logged.out + logged.err


async def test_S5_the_demo_takes_no_bad_token_for_none(demo_door):
    assert (await demo_door.post(demo_door.describe(), token="garbage"))[0] == 401
    assert (await demo_door.post(demo_door.describe(), token="", Authorization="Basic x"))[0] == 401
    assert (await demo_door.post(demo_door.describe()))[0] == 200


async def connect(door: Endpoint) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    place = urlsplit(door.url)
    return await asyncio.open_connection(place.hostname, place.port)


async def ask_raw(door: Endpoint, request: bytes) -> int:
    """Send bytes and give the status of the answer."""
    reader, writer = await connect(door)
    writer.write(request)
    line = await asyncio.wait_for(reader.readline(), 5)
    writer.close()
    return int(line.split()[1])
