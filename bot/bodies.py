"""Bodies of requests: of a decent size, within a decent time, and packed as they say."""

import asyncio

from aiohttp import web

READING_SECONDS = 15.0
"""A body that is not here by then is a stalled one (B36)."""


async def read_body(request: web.Request, most: int, seconds: float = READING_SECONDS) -> bytes:
    """Read a whole body, unpacked.

    Raises 413 for more than `most` bytes, 408 for one that is not here after `seconds`, 400 for broken packing.
    """
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.content.iter_any():
                body += chunk
                if len(body) > most:
                    raise web.HTTPRequestEntityTooLarge(most, len(body))
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    except web.RequestPayloadError:
        request.content.feed_eof()  # or aiohttp would look for the rest of it, and log what it meets
        refusal = web.HTTPBadRequest()
        refusal.force_close()  # where the next request begins, nobody knows
        raise refusal from None
    return bytes(body)
