"""Graph's routes: OData writes one path in several ways, so they are matched on its plain form."""

import re
from collections.abc import Awaitable, Callable, Iterable
from typing import NamedTuple

from bot.demo.graph.answers import Answer
from bot.demo.graph.call import Call

Handler = Callable[[Call], Answer | Awaitable[Answer]]


class Route(NamedTuple):
    """One way in."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    needs: frozenset[str]
    """Application permissions, any of which is enough; none means that a valid token is."""


class Router:
    """Routes in the order in which they were added: `{name}` stands for one segment."""

    def __init__(self) -> None:
        self.routes: list[Route] = []

    def on(self, method: str, path: str, needs: Iterable[str] = ()) -> Callable[[Handler], Handler]:
        """Add a route."""
        pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "$", re.IGNORECASE)

        def register(handler: Handler) -> Handler:
            self.routes.append(Route(method, pattern, handler, frozenset(needs)))
            return handler

        return register

    def get(self, path: str, needs: Iterable[str] = ()) -> Callable[[Handler], Handler]:
        """Add a route for GET."""
        return self.on("GET", path, needs)

    def include(self, other: "Router") -> None:
        """Take over the routes of another router."""
        self.routes += other.routes

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """Find the route of a request, and what its pattern holds."""
        for route in self.routes:
            if route.method == method and (found := route.pattern.match(path)):
                return route, found.groupdict()
        return None
