"""Admit requests from this machine only, by its own name and port, and from no page but the demo's own.

Any web page can make a browser on this machine post here, or read from here by DNS rebinding; so can what another
program on this machine shows at another port.
"""

from collections.abc import Awaitable, Callable
from typing import Final
from urllib.parse import urlsplit

from aiohttp import web

OWN_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
_USUAL: Final = {"http": 80, "https": 443}


@web.middleware
async def keep_strangers_out(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Answer 403 to another host name or port, and to what a page of another origin sends."""
    is_foreign = request.headers.get("Origin", own := f"{request.scheme}://{request.host}") != own
    if not has_own_name(own, find_port(request)) or is_foreign or is_from_elsewhere(request):
        return web.json_response({"message": "The demo answers this machine alone."}, status=403)
    return await handler(request)


def find_port(request: web.Request) -> int:
    """Return the port at which a request arrived; 0 where there is none."""
    place = request.transport.get_extra_info("sockname") if request.transport is not None else None
    return int(place[1]) if isinstance(place, tuple) else 0


def has_own_name(url: str, port: int) -> bool:
    """Return whether a URL names this machine as it is, at this port, and nothing else."""
    try:
        parts = urlsplit(url)
        return parts.hostname in OWN_NAMES and (parts.port or _USUAL[parts.scheme]) == port and "@" not in parts.netloc
    except (ValueError, KeyError):
        return False


def is_from_elsewhere(request: web.Request) -> bool:
    """Return whether a browser tells that another origin asks, unless it only opens the page."""
    is_cross = request.headers.get("Sec-Fetch-Site", "none") not in ("same-origin", "none")
    return is_cross and not (request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate")
