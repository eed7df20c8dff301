"""Admit requests from this machine only, by its own name, and from no page of another site.

Any web page can make a browser on this machine post here, or read from here by DNS rebinding.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@web.middleware
async def keep_strangers_out(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer 403 to another host name, and to what a page of another site sends."""
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and not is_own(origin)
    if not has_own_name(f"//{request.host}") or is_foreign or is_from_elsewhere(request):
        return web.json_response({"message": "The demo answers this machine alone."}, status=403)
    return await handler(request)


def is_own(origin: str) -> bool:
    """Return whether a page stands on this machine, at whatever port."""
    return has_own_name(origin) and urlsplit(origin).scheme in ("http", "https")


def has_own_name(url: str) -> bool:
    """Return whether a URL names this machine as it is."""
    try:
        return urlsplit(url).hostname in OWN_NAMES
    except ValueError:
        return False


def is_from_elsewhere(request: web.Request) -> bool:
    """Return whether a browser tells that another site asks, unless it only opens the page."""
    is_cross = request.headers.get("Sec-Fetch-Site") == "cross-site"
    return is_cross and not (request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate")
