"""The webhooks that Graph calls: `POST /graph/notifications` and `POST /graph/lifecycle`.

A 202 is a promise: it is given only once the mailboxes are due in the database. Where that could not be done in time
the answer is 503, and Graph posts again (for up to four hours).
"""

import asyncio
import time
from collections.abc import Callable

import structlog
from aiohttp import web

from bot import metrics
from bot.bodies import read_body
from bot.errors import UnavailableError
from bot.graph.webhooks.batcher import NotificationBatcher
from bot.graph.webhooks.limits import SourceLimit
from bot.graph.webhooks.notifications import read_post
from storage.engine.database import Database

log = structlog.get_logger(__name__)

MOST_BYTES = 8 << 20
"""10,000 notifications of 800 bytes."""
LONGEST_TOKEN = 4096
READING_SECONDS = 10.0
WRITING_SECONDS = 2.5
"""Graph counts an answer after 2.9 seconds as slow, and drops notifications where too many are."""


def add_graph_routes(app: web.Application, database: Database, *, clock: Callable[[], float]) -> None:
    """Add both webhooks to an application; they need no sign-in, for the client state is checked."""
    webhook = Webhook(NotificationBatcher(database, clock), SourceLimit(time.monotonic))
    app.router.add_post("/graph/notifications", webhook.answer)
    app.router.add_post("/graph/lifecycle", webhook.answer)


class Webhook:
    """Answers Graph's posts. Both addresses take the same: each item says itself what it is."""

    def __init__(self, inbox: NotificationBatcher, limit: SourceLimit) -> None:
        self._inbox = inbox
        self._limit = limit

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
        post = read_post(await read_body(request, MOST_BYTES, READING_SECONDS))
        metrics.NOTIFICATIONS.labels("ignored").inc(post.ignored)
        source = request.remote or ""
        is_limited = self._limit.is_over(source)
        hints = self._inbox.keep_remembered(post.hints) if is_limited else post.hints
        metrics.NOTIFICATIONS.labels("limited").inc(len(post.hints) - len(hints))
        try:
            false_count = await asyncio.wait_for(self._inbox.add(hints), WRITING_SECONDS)
        except (UnavailableError, TimeoutError) as error:
            raise web.HTTPServiceUnavailable(headers={"Retry-After": "10"}) from error
        self._limit.spend(source, false_count)
        return web.Response(status=202)


def _shake_hands(token: str) -> web.Response:
    """Give the decoded token back as plain text, whatever it holds; needs no database."""
    if not token:
        raise web.HTTPBadRequest
    if len(token) > LONGEST_TOKEN:
        raise web.HTTPRequestURITooLong
    return web.Response(text=token, content_type="text/plain", headers={"X-Content-Type-Options": "nosniff"})
