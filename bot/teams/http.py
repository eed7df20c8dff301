"""Reading what Microsoft answers: bounded, without redirects (S6)."""

import email.utils
import time
from typing import Final

import aiohttp

MOST_METADATA: Final = 2**20


async def fetch(session: aiohttp.ClientSession, url: str) -> bytes:
    """GET the keys or the metadata of an issuer; raises `OSError` where there is no 200 of a decent size."""
    try:
        async with session.get(url, allow_redirects=False) as response:
            if response.status != 200:  # noqa: PLR2004  # the one good status
                raise OSError(f"http {response.status}")
            return await read_body(response, MOST_METADATA)
    except aiohttp.ClientError as error:
        raise OSError(type(error).__name__) from error


async def read_body(response: aiohttp.ClientResponse, most: int) -> bytes:
    """Read a whole body; raises `OSError` where it is longer than `most` bytes."""
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > most:
            raise OSError("too large")
    return bytes(body)


def read_retry_after(value: str | None) -> float:
    """Return the seconds of a `Retry-After` header, in either of its forms; 0 where there is none (RFC 9110)."""
    if not value:
        return 0.0
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = email.utils.parsedate_to_datetime(value)
    except ValueError:
        return 0.0
    return max(0.0, float(moment.timestamp()) - time.time())
