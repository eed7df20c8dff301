"""The page's door in tests: its routes on a free port, with the real desk behind them, and a client that asks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from bot.config import Config
from bot.door import Door
from bot.outlook.routes import add_outlook_routes
from bot.outlook.tokens import UserTokens
from bot.web.site import Site
from storage.engine.database import Database
from tests.factories import NOW
from tests.signing import APP, Keys, make_token

LOGIN = "https://login.microsoftonline.com"
HOST = "carnet.example"
TENANT = "00000000-0000-4000-8000-000000000001"
CONFIG = Config(public_url=f"https://{HOST}", app_id=APP, tenants=(TENANT,))


class PublishedKeys:
    """The sign-in's keys, without a network."""

    async def get(self, kid: str) -> RSAPublicKey | None:
        return Keys.make("first").public_key() if kid == "first" else None


def mint(user_id: int, tenant_id: int = 1, **changes: Any) -> str:
    """Mint the access token of a user that the factories wrote."""
    tenant = f"00000000-0000-4000-8000-{tenant_id:012d}"
    person = f"10000000-0000-4000-8000-{user_id:012d}"
    claims = {"iss": f"{LOGIN}/{tenant}/v2.0", "tid": tenant, "oid": person, "scp": "access_as_user", "azp": APP}
    return make_token(**(claims | {"ver": "2.0", "iat": NOW} | changes))


class Page:
    """Asks as the page does."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session = session
        self.url = url

    async def ask(self, verb: str, token: str = "", *, headers: dict[str, str] | None = None, **data: Any):
        """Ask a question; gives (status, body, headers)."""
        surface, locale = data.pop("surface", "pane"), data.pop("locale", "en")
        body = {"verb": verb, "data": data, "locale": locale, "surface": surface}
        return await self.post(json=body, token=token, headers=headers)

    async def post(self, *, token: str = "", headers: dict[str, str] | None = None, **body: Any):
        """Post anything to the door; gives (status, body, headers)."""
        sent = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        async with self.session.post(f"{self.url}/api/turn", headers=sent, **body) as response:
            is_json = response.content_type == "application/json"
            return response.status, await (response.json() if is_json else response.read()), response.headers

    async def get(self, path: str, **headers: str):
        """Get a page or a file; gives (status, text, headers)."""
        async with self.session.get(f"{self.url}{path}", headers=headers) as response:
            return response.status, (await response.read()).decode(errors="replace"), response.headers


@contextlib.asynccontextmanager
async def open_page(
    database: Database, *, door: Door | None = None, config: Config = CONFIG, site: Site | None = None
) -> AsyncIterator[Page]:
    """Serve the page's routes until the block is left."""
    app = web.Application()
    tokens = UserTokens(PublishedKeys(), app_id=APP, host=HOST)
    door = door or Door(database, lambda: NOW)
    live = add_outlook_routes(app, config=config, database=database, door=door, tokens=tokens, site=site)
    stopping = asyncio.Event()
    telling = asyncio.create_task(live.run(stopping))
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        try:
            yield Page(session, str(server.make_url("")).rstrip("/"))
        finally:
            stopping.set()
            await telling
