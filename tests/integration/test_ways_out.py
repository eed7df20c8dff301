"""The ways out: a managed identity in place of a secret, a proxy and an own authority for every client alike."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import httpx
import pytest
import requests
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.config import Config
from bot.graph.client.client import GraphClients
from bot.graph.client.transport import BoundedTransport
from bot.graph.directory.entries import fetch_organization
from bot.msal_application import EXCHANGE, Application
from bot.outbound import BlockingSession, open_session

GRAPH = "https://graph.microsoft.com/.default"
IDENTITY = "cccccccc-2222-4333-8444-555555555555"


@pytest.fixture
async def identity(monkeypatch) -> AsyncIterator[list[str]]:
    """A machine of Azure that has an identity; gives the resources that it was asked for."""
    asked: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.query["resource"])
        token = {"access_token": "a token of the machine", "expires_on": "4102444800", "token_type": "Bearer"}
        return web.json_response(token | {"resource": request.query["resource"]})

    app = web.Application()
    app.router.add_get("/identity", answer)
    async with TestServer(app) as server:
        monkeypatch.setenv("IDENTITY_ENDPOINT", str(server.make_url("/identity")))
        monkeypatch.setenv("IDENTITY_HEADER", "x")
        yield asked


async def ask(application: Application) -> dict:
    try:
        return await asyncio.to_thread(application.ask)
    finally:
        application.close()


async def test_a_bot_that_is_a_managed_identity_asks_the_machine_alone(identity):
    config = Config(app_id=IDENTITY, managed_identity=IDENTITY, login_url="https://127.0.0.1:9")
    assert (await ask(Application(config, "tenant", GRAPH)))["access_token"] == "a token of the machine"
    assert identity == ["https://graph.microsoft.com"]


async def test_a_managed_identity_vouches_for_the_app_where_it_is_another(identity, microsoft):
    values = microsoft.config_values | {"app_secret": "", "managed_identity": "system"}
    answer = await ask(Application(Config(**values), microsoft.firm.tenant_id, GRAPH))
    assert identity == [EXCHANGE]
    assert answer["error_codes"] == [700027]  # the small Microsoft 365 knows no federated credential, and says so


async def test_another_issuer_s_token_vouches_for_the_app_as_it_is_now(microsoft, tmp_path):
    token, seen = tmp_path / "token", []
    token.write_text("a.b.c")
    values = microsoft.config_values | {"app_secret": "", "app_token_file": str(token)}
    application = Application(Config(**values), microsoft.firm.tenant_id, GRAPH)
    send = application._session.request

    def note(method, url, *given, **options):
        seen.append(options.get("data", {}).get("client_assertion"))
        return send(method, url, *given, **options)

    application._session.request = note
    for word in ("a.b.c", "d.e.f"):
        token.write_text(word)
        assert (await asyncio.to_thread(application.ask))["error_codes"] == [700027]
    token.unlink()
    assert (await ask(application)) == {"error": "token_missing"}
    assert [word for word in seen if word] == ["a.b.c", "d.e.f"]


@pytest.fixture
async def proxy() -> AsyncIterator[tuple[str, list[str]]]:
    """A proxy that lets nobody out; gives its address and what was asked of it."""
    asked: list[str] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = (await reader.readuntil(b"\r\n\r\n")).decode().splitlines()[0]
        asked.append(" ".join(line.split()[:2]))
        writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(refuse, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", asked
    server.close()
    await server.wait_closed()


async def try_all(config: Config) -> None:
    """Let each client ask something; none gets out."""
    async with open_session(config) as session:
        with pytest.raises(aiohttp.ClientError):
            async with session.get("https://login.botframework.com/keys") as answer:
                answer.raise_for_status()
    with BlockingSession(config) as session, pytest.raises(requests.RequestException):
        await asyncio.to_thread(session.get, "https://login.microsoftonline.com/x")
    transport = BoundedTransport(config)
    with pytest.raises(httpx.HTTPError):
        await transport.handle_async_request(httpx.Request("GET", "https://graph.microsoft.com/v1.0/users"))
    await transport.aclose()


async def test_every_client_goes_through_the_proxy_that_is_set(proxy):
    address, asked = proxy
    await try_all(Config(app_id=IDENTITY, app_secret="x", proxy=address))
    assert {one.partition(" ")[0] for one in asked} == {"CONNECT"}
    assert {one.partition(" ")[2] for one in asked} == {
        "login.botframework.com:443",
        "login.microsoftonline.com:443",
        "graph.microsoft.com:443",
    }


async def test_no_client_takes_a_proxy_from_the_environment(proxy, monkeypatch, microsoft):
    address, asked = proxy
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, address)
    clients = GraphClients(Config(**microsoft.config_values))
    assert (await fetch_organization(clients(microsoft.firm.tenant_id))).verified_domains
    await clients.close()
    assert asked == []


async def test_an_own_authority_is_trusted_by_each_client(microsoft):
    url = f"{microsoft.login_url}/common/discovery/v2.0/keys"
    values = microsoft.config_values | {"login_ca": "", "ca_file": microsoft.login_ca}
    config = Config(**values)
    async with open_session(config) as session, session.get(url) as answer:
        assert answer.status == 200
    with BlockingSession(config) as session:
        assert (await asyncio.to_thread(session.get, url)).ok
    clients = GraphClients(config)
    assert (await fetch_organization(clients(microsoft.firm.tenant_id))).verified_domains
    await clients.close()
