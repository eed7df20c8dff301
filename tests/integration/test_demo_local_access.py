"""The demo is run on real headers: it answers this machine alone, and no page of another site."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.demo.local_access import keep_strangers_out


async def ask(method: str, **headers: str) -> int:
    async def answer(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application(middlewares=[keep_strangers_out])
    app.router.add_route("*", "/demo/mail", answer)
    async with TestClient(TestServer(app)) as client:
        own = str(client.port)
        given = {name.replace("_", "-"): value.replace("PORT", own) for name, value in headers.items()}
        async with client.request(method, "/demo/mail", headers=given) as response:
            return response.status


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {}),
        ("GET", {"Host": "localhost:PORT"}),
        ("GET", {"Host": "[::1]:PORT"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://127.0.0.1:PORT", "Sec_Fetch_Site": "same-origin"}),
        ("POST", {"Host": "localhost:PORT", "Origin": "http://localhost:PORT"}),
        ("GET", {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate"}),
        ("GET", {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"}),
    ],
)
async def test_A12_this_machine_is_answered(method, headers):
    assert await ask(method, **headers) == 200


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"Host": "rebound.example:PORT"}),
        ("GET", {"Host": "127.0.0.1.rebound.example"}),
        ("GET", {"Host": "localhost.:PORT"}),
        ("POST", {"Origin": "https://elsewhere.example", "Content_Type": "text/plain"}),
        ("POST", {"Origin": "null", "Content_Type": "text/plain"}),
        ("POST", {"Origin": "http://127.0.0.1.elsewhere.example"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://127.0.0.1:8000"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://127.0.0.1"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://localhost:PORT"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "https://127.0.0.1:PORT"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://[::1]:PORT"}),
        ("POST", {"Host": "127.0.0.1:PORT", "Origin": "http://127.0.0.1:PORT1"}),
        ("GET", {"Host": "127.0.0.1:1"}),
        ("GET", {"Host": "localhost"}),
        ("GET", {"Host": "[::1]:PORT1"}),
        ("GET", {"Host": "elsewhere.example@127.0.0.1:PORT"}),
        ("POST", {"Host": "127.0.0.1:8000", "Origin": "http://127.0.0.1:8000"}),
        ("POST", {"Sec_Fetch_Site": "same-site"}),
        ("GET", {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "no-cors"}),
        ("POST", {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "navigate"}),
        ("POST", {"Sec_Fetch_Site": "cross-site"}),
        ("GET", {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"}),
    ],
)
async def test_A12_another_name_or_another_origin_is_not(method, headers):
    assert await ask(method, **headers) == 403
