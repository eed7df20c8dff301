"""What the headers of a request must say of its body: JSON in UTF-8, of a decent size."""

from typing import Final

from aiohttp import web

from bot.errors import BadRequestError

MOST_BYTES: Final = 256 * 1024
"""Also of what was compressed, once it is not."""


def check_headers(request: web.Request) -> None:
    """Refuse what is not JSON by its name (415), is not UTF-8 (400), or says itself that it is too large (413)."""
    if request.content_type != "application/json" or "Content-Type" not in request.headers:
        raise web.HTTPUnsupportedMediaType
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BadRequestError
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, request.content_length or 0)
