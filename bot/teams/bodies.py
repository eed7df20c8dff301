"""Bodies of requests: JSON in UTF-8, of a decent size, and within a decent time."""

import asyncio
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


async def read_body(request: web.Request, seconds: float) -> bytes:
    """Read a whole body; raises 413 for one that grows too large, 408 for one that stalls, 400 for broken gzip."""
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > MOST_BYTES:
                    raise web.HTTPRequestEntityTooLarge(MOST_BYTES, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError as error:
        request.content.feed_eof()  # or aiohttp would look for the rest of it, and log what it meets
        raise BadRequestError from error
    return bytes(body)
