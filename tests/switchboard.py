"""The other side of the Teams edge in tests, over real HTTP: an issuer of keys and a connector that can fail."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from bot.demo.connector import Sent
from tests.signing import Keys


@dataclass
class Switchboard:
    """An issuer of tokens and a Bot Connector in one small server."""

    url: str = ""
    keys: list[dict[str, Any]] = field(default_factory=lambda: [Keys.publish("first", "msteams")])
    metadata_asked: int = 0
    keys_status: int = 200
    sent: list[dict[str, Any]] = field(default_factory=list)
    """Accepted activities, each with its `method` and `path`."""
    script: list[Callable[[web.Request], Any]] = field(default_factory=list)
    """The outcomes of the next sends, in order; later sends succeed."""
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    """Set by the first send, whatever becomes of it."""
    members: list[dict[str, Any]] = field(default_factory=list)
    """Who is in every conversation."""
    members_asked: int = 0
    members_status: int = 200
    uploads: list[tuple[str, bytes]] = field(default_factory=list)

    @property
    def service_url(self) -> str:
        return f"{self.url}/emea/"

    async def describe_keys(self, request: web.Request) -> web.Response:
        self.metadata_asked += 1
        if self.keys_status != 200:
            return web.Response(status=self.keys_status)
        return web.json_response({"jwks_uri": f"{self.url}/keys"})

    async def list_keys(self, request: web.Request) -> web.Response:
        return web.json_response({"keys": self.keys})

    async def take(self, request: web.Request) -> web.StreamResponse:
        self.reached.set()
        body = await request.json()
        step = self.script.pop(0) if self.script else None
        if step is not None and (answer := await step(request)) is not None:
            return answer
        self.sent.append(
            {**body, "method": request.method, "path": request.path, "token": request.headers["Authorization"]}
        )
        return web.json_response({"id": f"sent-{len(self.sent)}"}, status=201)

    async def list_members(self, request: web.Request) -> web.Response:
        self.members_asked += 1
        return web.json_response({"members": self.members}, status=self.members_status)

    async def take_file(self, request: web.Request) -> web.Response:
        self.uploads.append((request.headers["Content-Range"], await request.read()))
        return web.Response(status=201)

    def list_sent(self) -> list[Sent]:
        """Give what was taken as the small Microsoft 365 does."""
        return [
            Sent(0, each["path"].split("/")[4], None, each, "sent" if each["method"] == "POST" else "updated")
            for each in self.sent
            if each["path"].count("/") > 4
        ]

    def texts(self) -> list[str]:
        return [each.get("text") or each.get("summary") or each["type"] for each in self.sent]


def answering(status: int, **headers: str) -> Callable[[web.Request], Any]:
    """A step of a connector's script: this status, nothing taken."""

    async def step(request: web.Request) -> web.Response:
        return web.Response(status=status, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return step


async def hanging(request: web.Request) -> None:
    """A step of a connector's script: no answer, ever."""
    await asyncio.Event().wait()


async def taking_then_breaking(request: web.Request) -> None:
    """A step of a connector's script: the activity is taken, and the connection breaks before the answer."""
    request.transport.abort()


class StaticToken:
    """Credentials that need no sign-in."""

    def __init__(self) -> None:
        self.forgotten = 0

    async def get(self) -> str:
        return f"token-{self.forgotten}"

    def forget(self) -> None:
        self.forgotten += 1


@contextlib.asynccontextmanager
async def open_switchboard() -> AsyncIterator[Switchboard]:
    switchboard = Switchboard()
    app = web.Application()
    app.router.add_get("/openid", switchboard.describe_keys)
    app.router.add_get("/keys", switchboard.list_keys)
    app.router.add_put("/upload/{name}", switchboard.take_file)
    app.router.add_get("/emea/v3/conversations/{id}/pagedmembers", switchboard.list_members)
    app.router.add_route("*", "/emea/{path:.*}", switchboard.take)
    async with serve(app) as switchboard.url:
        yield switchboard


@contextlib.asynccontextmanager
async def serve(app: web.Application, **options: Any) -> AsyncIterator[str]:
    """Serve an app on a free port of this machine."""
    runner = web.AppRunner(app, access_log=None, **options | {"shutdown_timeout": 1})
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
