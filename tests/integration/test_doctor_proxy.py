"""A proxy that lets nobody out is named by the doctor, and nobody behind it is blamed."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from bot.cli.doctor import examine
from bot.config import Config
from bot.language import LANGUAGES, say
from tests.running import find_port

Make = Callable[[str], Awaitable[int]]
ANSWERS = {
    "refuses": "HTTP/1.1 403 Forbidden",
    "asks": "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic",
    "is none": "SSH-2.0-OpenSSH_9",
}


@pytest.fixture
async def make_proxy() -> AsyncIterator[Make]:
    """Make what listens on a port, and answers nobody as hoped."""
    servers = []

    async def make(kind: str) -> int:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(f"{ANSWERS[kind]}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
            await writer.drain()
            writer.close()

        servers.append(await asyncio.start_server(answer, "127.0.0.1", 0))
        return servers[-1].sockets[0].getsockname()[1]

    yield make
    for server in servers:
        server.close()
        await server.wait_closed()


async def diagnose(port: int, tmp_path, login: str = "https://login.microsoftonline.com") -> list[tuple[str, dict]]:
    config = Config(
        app_id="11111111-2222-4333-8444-555555555555",
        app_secret="x",
        tenants=("aaaaaaaa-2222-4333-8444-555555555555",),
        public_url="https://carnet.firm.example",
        database_url=f"sqlite:///{tmp_path}/carnet.db",
        proxy=f"http://who:hidden@127.0.0.1:{port}",
        login_url=login,
    )
    return [(one.key, one.values) for one in await examine(config, 0.0) if one.level == "problem"]


@pytest.mark.parametrize(
    ("kind", "key"), [("refuses", "proxy_away"), ("asks", "proxy_password"), ("is none", "proxy_away")]
)
async def test_a_proxy_that_lets_nobody_out_is_named(make_proxy, tmp_path, kind, key):
    port = await make_proxy(kind)
    [(found, values)] = await diagnose(port, tmp_path)
    assert (found, values["proxy"]) == (key, f"http://127.0.0.1:{port}")
    for language in LANGUAGES:
        told = say(language, f"doctor.{key}.what", **values)
        assert ("CARNET_PROXY" in told, str(port) in told, "hidden" in told) == (True, True, False)


async def test_a_proxy_that_is_not_there_is_named(tmp_path):
    [(found, _)] = await diagnose(find_port(), tmp_path)
    assert found == "proxy_away"


async def test_a_proxy_that_shows_its_own_certificate_is_told_from_one_that_is_away(microsoft, tmp_path):
    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        host, port = microsoft.cloud.login_url.removeprefix("https://").split(":")
        there, back = await asyncio.open_connection(host, int(port))
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await asyncio.gather(pump(reader, back), pump(there, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", 0)
    try:
        [(found, _)] = await diagnose(server.sockets[0].getsockname()[1], tmp_path)
        assert found == "proxy_untrusted"
    finally:
        server.close()
        await server.wait_closed()


async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
    except (OSError, ssl.SSLError):
        pass
    finally:
        writer.close()
