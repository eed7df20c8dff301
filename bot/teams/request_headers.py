"""Check the headers of a request: its body must be JSON in UTF-8 and not too large."""

from typing import Final

from aiohttp import web

from bot.errors import BadRequestError

MOST_BYTES: Final = 256 * 1024
"""Of a compressed body, after decompression."""


def check_headers(request: web.Request) -> None:
    """Refuse a body whose headers declare another type than JSON (415), another charset (400) or a large size (413)."""
    if request.content_type != "application/json" or "Content-Type" not in request.headers:
        raise web.HTTPUnsupportedMediaType
    if (request.charset or "utf-8").lower() not in {"utf-8", "utf8"}:
        raise BadRequestError
    if (request.content_length or 0) > MOST_BYTES:
        raise web.HTTPRequestEntityTooLarge(MOST_BYTES, request.content_length or 0)
