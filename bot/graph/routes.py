"""The webhooks that Graph calls: `POST /graph/notifications` and `POST /graph/lifecycle`."""

from collections.abc import Callable

from aiohttp import web

from storage.database import Database


def add_graph_routes(app: web.Application, database: Database, *, clock: Callable[[], float]) -> None:
    """Add both webhooks to an application; they need no sign-in, for the client state is checked."""
    raise NotImplementedError
