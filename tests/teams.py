"""The Teams edge in tests: its door on a free port, with a desk behind it that answers anything."""

import asyncio
import contextlib
import functools
import io
import itertools
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import text

from bot.door import Caller
from bot.door import Door as TheDoor
from bot.outbound import open_session
from bot.signing_keys import KeySet
from bot.teams.authentication import LocalAuthenticator, TokenAuthenticator
from bot.teams.connector import Connector
from bot.teams.http import fetch
from bot.teams.messenger import TeamsMessenger
from bot.teams.routes import SERVER_OPTIONS, add_teams_routes
from bot.teams.services import Timeouts
from bot.teams.tokens import Tokens
from bot.teams.urls import LOOPBACK_HOSTS, ServiceUrls
from bot.turn import Ask, Reply
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from tests.account import balance_replies
from tests.factories import NOW, add_tenant, add_user
from tests.signing import APP, make_token
from tests.switchboard import StaticToken, Switchboard, serve

TENANT = "00000000-0000-4000-8000-000000000001"
PERSON = "10000000-0000-4000-8000-000000000007"
_ids = itertools.count(1)


class FakeDoor(TheDoor):
    """Answers every verb with a card that names it; `writes` has an effect, `breaks` raises, others by `replies`."""

    def __init__(self, database: Database) -> None:
        super().__init__(database, lambda: NOW)
        self.database = database
        self.asked: list[Ask] = []
        self.callers: list[Caller] = []
        self.effects = 0
        self.replies: dict[str, Any] = {}
        self.gate = asyncio.Event()
        """Commands wait for it; open unless a test closes it."""
        self.gate.set()
        self.hangs_after_commit = False
        self.committed = asyncio.Event()

    async def answer(self, ask, caller, claim=None):
        self.asked.append(ask)
        self.callers.append(caller)
        await self.gate.wait()
        if ask.verb != "writes":
            return await self._answer(ask)
        async with self.database.writing(caller.viewer.tenant_id) as connection:
            reply = await claim(connection, functools.partial(self._write, ask))
        self.committed.set()
        if self.hangs_after_commit:
            await asyncio.Event().wait()
        return reply

    def refuse(self, ask, refusal, *, language):
        return Reply(card=draw("stranger"), summary=f"stranger {language}", is_error=True, code=403)

    async def _write(self, ask: Ask) -> Reply:
        self.effects += 1
        return Reply(card=draw("written"), summary=f"written {self.effects}")

    async def _answer(self, ask: Ask) -> Reply:
        if ask.verb == "breaks":
            raise ZeroDivisionError
        reply = self.replies.get(ask.verb)
        return reply or Reply(card=draw(ask.verb), summary=f"answer {ask.verb}")


def draw(text: str) -> dict[str, Any]:
    return {"type": "AdaptiveCard", "version": "1.5", "body": [{"type": "TextBlock", "text": text}]}


@dataclass
class Endpoint:
    """The service's door, with all that stands around it."""

    url: str
    switchboard: Switchboard
    fake: Any
    database: Database
    session: aiohttp.ClientSession
    messenger: TeamsMessenger
    connector: Connector
    authenticator: Any
    now: list[float]
    """Monotonic seconds, as the connector's pauses and the test itself let them pass."""
    is_demo: bool

    def skip(self, seconds: float) -> None:
        """Let time pass."""
        self.now[0] += seconds

    def describe(self, **fields: Any) -> dict[str, Any]:
        """An activity as Teams sends it; a field that is None is left out."""
        activity = {
            "type": "message",
            "id": f"id-{next(_ids)}",
            "timestamp": "2026-01-01T10:00:00.1234567Z",
            "channelId": "msteams",
            "serviceUrl": self.switchboard.service_url,
            "from": {"id": "29:anne", "name": "Anne Martin", "aadObjectId": PERSON},
            "recipient": {"id": f"28:{APP}", "name": "Carnet"},
            "conversation": {"id": "a:anne", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
            "locale": "en-US",
            "text": "help",
        } | fields
        return {name: value for name, value in activity.items() if value is not None}

    def invoke(self, name: str, value: Any, **fields: Any) -> dict[str, Any]:
        return self.describe(type="invoke", name=name, value=value, text=None, **fields)

    def click(self, verb: str, **fields: Any) -> dict[str, Any]:
        action = {"type": "Action.Execute", "verb": verb, "data": fields.pop("data", {})}
        return self.invoke("adaptiveCard/action", {"action": action, "trigger": "manual"}, **fields)

    async def post(self, activity: Any, *, token: str | None = None, **headers: str) -> tuple[int, Any]:
        """Post an activity (or bytes) with a good token unless another is given; "" is no token at all."""
        body = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        token = make_token(serviceurl=self.switchboard.service_url) if token is None else token
        given = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        given |= {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.session.post(self.url, data=io.BytesIO(body), headers=given) as response:
            read = await response.read()
            is_json = read and response.content_type == "application/json"
            return response.status, json.loads(read) if is_json else None


@contextlib.asynccontextmanager
async def open_door(
    switchboard: Switchboard,
    database: Database,
    *,
    is_demo: bool = False,
    door: TheDoor | None = None,
    keepalive: float = 25.0,
    **timeouts: float,
) -> AsyncIterator[Endpoint]:
    """Serve the Teams edge against a switchboard; pauses of its connector take no time, and are written down.

    At the end its books are balanced.
    """
    now, held = [0.0], await _count_interactions(database)

    async def nap(seconds: float) -> None:
        now[0] += seconds

    urls = ServiceUrls(LOOPBACK_HOSTS)
    async with open_session() as session, aiohttp.ClientSession() as client:
        keys = KeySet(f"{switchboard.url}/openid", functools.partial(fetch, session))
        authenticator: Any = TokenAuthenticator(Tokens(keys, app_id=APP), urls)
        if is_demo:
            authenticator = LocalAuthenticator(authenticator)
        connector = Connector(session, StaticToken(), urls, clock=lambda: now[0], sleep=nap)
        door = door or FakeDoor(database)
        app = web.Application()
        messenger = add_teams_routes(
            app,
            database=database,
            door=door,
            authenticator=authenticator,
            connector=connector,
            clock=lambda: NOW,
            monotonic=lambda: now[0],
            timeouts=Timeouts(**timeouts),
        )
        async with serve(app, **(SERVER_OPTIONS | {"keepalive_timeout": keepalive})) as url:
            at = f"{url}/api/messages"
            yield Endpoint(at, switchboard, door, database, client, messenger, connector, authenticator, now, is_demo)
    balance_replies(switchboard.list_sent(), await _count_interactions(database) - held)


async def _count_interactions(database: Database) -> int:
    async with database.reading(SYSTEM) as connection:
        return (await connection.execute(text("SELECT count(*) FROM interactions"))).scalar_one()


async def add_people(database: Database) -> int:
    """Add the firm, and Anne Martin who speaks in `Endpoint.describe`; returns her number."""
    async with database.writing(SYSTEM) as connection:
        await add_tenant(connection, 1, entra_id=TENANT, language="fr")
        return await add_user(connection, "Anne Martin", entra_id=PERSON)
