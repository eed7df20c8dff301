"""`POST /api/messages`: the one way in of Teams. Token first, then the body, then what it says, then the turn."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from datetime import date
from typing import Any, Final

import msgspec
import structlog
from aiohttp import web

from bot.door import Door, understand
from bot.errors import BadRequestError, CarnetError
from bot.language import choose_language
from bot.request_bodies import read_body
from bot.teams.activity_handler import CarnetBot
from bot.teams.activity_runs import ActivityRuns, Answer
from bot.teams.adapter import Arrival, TeamsAdapter
from bot.teams.authentication import Authenticator
from bot.teams.connector import Connector
from bot.teams.errors import SendError
from bot.teams.idempotency import digest_activity
from bot.teams.incoming import Incoming, read_activity
from bot.teams.invokes import describe_delay
from bot.teams.messenger import TeamsMessenger
from bot.teams.references import References
from bot.teams.request_headers import MOST_BYTES, check_headers
from bot.teams.roster import Roster
from bot.teams.services import TeamsServices, Timeouts
from storage.engine.database import Database

SERVER_OPTIONS: Final[dict[str, Any]] = {"keepalive_timeout": 25.0, "lingering_time": 5.0, "shutdown_timeout": 12.0}
"""For `web.AppRunner`: a connection that does not get its headers together is closed after 25 s (B36).

At a stop, requests in hand have 12 s, and after them turns that nobody waits for have `Patience.stop`.
"""
TYPES: Final = frozenset({"message", "invoke", "conversationUpdate", "installationUpdate"})

log = structlog.get_logger(__name__)


def add_teams_routes(
    app: web.Application,
    *,
    database: Database,
    door: Door,
    authenticator: Authenticator,
    connector: Connector,
    clock: Callable[[], int] = lambda: int(time.time()),
    monotonic: Callable[[], float] = time.monotonic,
    timeouts: Timeouts | None = None,
) -> TeamsMessenger:
    """Add the endpoint to the service; returns the messenger that says notices through the same connector."""
    references = References(database, clock, monotonic)
    messenger = TeamsMessenger(database, connector, references)
    roster = Roster(connector, database, clock)
    parts = (database, door, authenticator, connector, references, messenger, roster, clock)
    tools = TeamsServices(*parts, timeouts or Timeouts())
    endpoint = _Endpoint(tools)
    app.router.add_post("/api/messages", endpoint.take)
    app.cleanup_ctx.append(endpoint.hold)
    return messenger


class _Endpoint:
    def __init__(self, tools: TeamsServices) -> None:
        self._authenticator = tools.authenticator
        self._timeouts = tools.timeouts
        self._adapter = TeamsAdapter(tools.connector)
        self._bot = CarnetBot(tools)
        self._turns = ActivityRuns()

    async def hold(self, _app: web.Application) -> AsyncIterator[None]:
        """Get ready for the first words; let running turns end before database and session are closed (F69)."""
        await asyncio.to_thread(understand, "help", "en", date(2026, 1, 1))  # reads the phrases: most of a second
        yield
        await self._turns.finish(self._timeouts.stop)

    async def take(self, request: web.Request) -> web.Response:
        """Answer one delivery: 4xx for what is not a good activity, 503 without keys, else what the turn gives."""
        try:
            caller = await self._authenticator.authenticate(request.headers.get("Authorization"), request.remote)
            check_headers(request)
            incoming = read_activity(await read_body(request, MOST_BYTES, self._timeouts.body))
            self._authenticator.authorize(caller, incoming)
            if incoming.type in TYPES and not incoming.has_parties:
                raise BadRequestError
        except CarnetError as error:
            log.info("activity_refused", status=error.code)
            return web.Response(status=error.code)
        except web.HTTPException as error:
            log.info("activity_refused", status=error.status)
            raise
        if incoming.type not in TYPES:
            return web.Response()
        answer = await self._wait_for(Arrival(caller, incoming))
        return web.Response(status=answer.status, body=answer.body, content_type="application/json")

    async def _wait_for(self, arrival: Arrival) -> Answer:
        """Wait for the turn of this activity as long as Teams does; what is not done by then goes on by itself."""
        incoming = arrival.incoming
        key = digest_activity(incoming, "turn") if incoming.id else None
        turn = self._turns.start(key, lambda: self._run(arrival))
        done, _ = await asyncio.wait({turn}, timeout=self._get_timeout(incoming))
        if done:
            return turn.result()
        arrival.is_late = True
        if incoming.type != "invoke":
            return Answer()
        body = describe_delay(incoming.name or "", choose_language(incoming.locale))
        return Answer(body=msgspec.json.encode(body))

    async def _run(self, arrival: Arrival) -> Answer:
        try:
            response = await self._adapter.run(arrival, self._bot.on_turn)
        except SendError as error:
            log.warning("reply_not_sent", reason=error.reason)
            return Answer()
        if response is None:
            return Answer()
        body = b"" if response.body is None else msgspec.json.encode(response.body)
        return Answer(int(response.status), body)

    def _get_timeout(self, incoming: Incoming) -> float:
        if incoming.type != "invoke":
            return self._timeouts.expected if incoming.delivery_mode == "expectReplies" else self._timeouts.message
        is_extension = (incoming.name or "").startswith("composeExtension/")
        return self._timeouts.extension if is_extension else self._timeouts.invoke
