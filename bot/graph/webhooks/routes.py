"""The webhooks that Graph calls: `POST /graph/notifications` and `POST /graph/lifecycle`.

A 202 is a promise: it is given only once the mailboxes are due in the database. Where that could not be done in time
the answer is 503, and Graph posts again (for up to four hours).
"""

import asyncio
import time
from collections.abc import Callable

from aiohttp import web

from bot import metrics
from bot.client_address import TrustedProxies
from bot.errors import UnavailableError
from bot.graph.webhooks.batcher import NotificationBatcher
from bot.graph.webhooks.client_states import ClientStates
from bot.graph.webhooks.limits import SourceLimit
from bot.graph.webhooks.notifications import Hint, Post, read_post
from bot.request_bodies import Held, hold_body
from storage.engine.database import Database

MOST_BYTES = 8 << 20
"""10,000 notifications of 800 bytes."""
LONGEST_TOKEN = 4096
READING_SECONDS = 10.0
WRITING_SECONDS = 2.5
"""Graph counts an answer after 2.9 seconds as slow, and drops notifications where too many are."""


LARGE = 64 << 10
"""Bytes of a body that is read beside the loop."""


def add_graph_routes(
    app: web.Application, database: Database, *, clock: Callable[[], float], proxies: TrustedProxies | None = None
) -> None:
    """Add both webhooks to an application; they need no sign-in, for the client state is checked."""
    parts = (NotificationBatcher(database, clock), SourceLimit(time.monotonic), ClientStates(database))
    webhook = Webhook(*parts, proxies or TrustedProxies())
    app.router.add_post("/graph/notifications", webhook.answer)
    app.router.add_post("/graph/lifecycle", webhook.answer)


class Webhook:
    """Answers Graph's posts. Both addresses take the same: each item says itself what it is."""

    def __init__(
        self, inbox: NotificationBatcher, limit: SourceLimit, states: ClientStates, proxies: TrustedProxies
    ) -> None:
        self._inbox = inbox
        self._limit = limit
        self._client_states = states
        self._proxies = proxies
        self._reading = asyncio.Lock()

    async def answer(self, request: web.Request) -> web.Response:
        """Answer one post, and count it."""
        started = time.monotonic()
        status = 500
        try:
            response = await self._answer(request)
            status = response.status
        except web.HTTPException as error:
            status = error.status
            raise
        finally:
            metrics.WEBHOOK_POSTS.labels(request.path.rpartition("/")[2], status).inc()
            metrics.WEBHOOK_SECONDS.observe(time.monotonic() - started)
        return response

    async def _answer(self, request: web.Request) -> web.Response:
        if "validationToken" in request.query:
            return _shake_hands(request.query["validationToken"])
        if request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType
        post = await self._read(request)
        metrics.NOTIFICATIONS.labels("ignored").inc(post.ignored)
        try:
            await asyncio.wait_for(self._take(self._proxies.find_source(request), post.hints), WRITING_SECONDS)
        except (UnavailableError, TimeoutError) as error:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "10"}) from error
        return web.Response(status=202)

    async def _read(self, request: web.Request) -> Post:
        """Read the body, a large one beside the loop and one at a time."""
        async with hold_body(request, MOST_BYTES, READING_SECONDS) as body:
            if len(body) < LARGE:
                return read_post(bytes(body))
            async with self._reading:
                return await asyncio.to_thread(_read_large, body)

    async def _take(self, source: str, hints: tuple[Hint, ...]) -> None:
        """Write the effects of the true hints; the limit decides only how unknown ones are looked up."""
        known, strange = self._client_states.sort(hints)
        if not self._limit.is_over(source, len(strange)):
            self._limit.spend(source, await self._inbox.add(hints))
            return
        await self._inbox.add(known)
        true = await self._client_states.find_true(strange)
        self._limit.spend(source, len(strange) - len(true))
        metrics.NOTIFICATIONS.labels("limited").inc(len(strange) - len(true))
        await self._inbox.add(true)


def _read_large(body: Held) -> Post:
    """Read a body of which no second copy is made before its turn."""
    return read_post(bytes(body))


def _shake_hands(token: str) -> web.Response:
    """Answer Graph's handshake: return the decoded token as plain text."""
    if not token:
        raise web.HTTPBadRequest
    if len(token) > LONGEST_TOKEN:
        raise web.HTTPRequestURITooLong
    return web.Response(text=token, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})
