"""Bodies of requests: of a decent size, within a decent time, packed as they say, and not too many of them at once."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import web

READING_SECONDS = 15.0
"""A body that is not here by then is a stalled one (B36)."""
MOST_HELD: Final = 32 << 20
"""Bytes of all bodies together that a process holds: whoever sends them may be anybody."""


@dataclass(slots=True, eq=False)
class _Reading:
    deadline: asyncio.Timeout | None = None
    body: bytearray = field(default_factory=bytearray)
    is_whole: bool = False
    is_given_up: bool = False


class Budget:
    """What bodies may hold together; where that is more than `most` bytes, the largest unfinished one is given up.

    So a small body gets through, however many large ones somebody leaves unfinished.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._readings: set[_Reading] = set()

    @contextlib.contextmanager
    def hold(self) -> Iterator[_Reading]:
        """Count a body until the block is left."""
        reading = _Reading()
        self._readings.add(reading)
        try:
            yield reading
        finally:
            self._readings.discard(reading)
            self._held -= len(reading.body)

    def add(self, reading: _Reading, chunk: bytes) -> None:
        """Take a chunk in; raises `TimeoutError` in whichever body is given up for it."""
        if reading.is_given_up:
            raise TimeoutError
        reading.body += chunk
        self._held += len(chunk)
        while self._held > self._most:
            unfinished = [each for each in self._readings if not each.is_whole and not each.is_given_up]
            largest = max(unfinished, key=lambda each: len(each.body))
            self._held -= len(largest.body)
            largest.body = bytearray()
            largest.is_given_up = True
            if largest is reading:
                raise TimeoutError
            if largest.deadline is not None:
                largest.deadline.reschedule(asyncio.get_running_loop().time())


BUDGET: Final = Budget(MOST_HELD)


@contextlib.asynccontextmanager
async def hold_body(
    request: web.Request, most: int, seconds: float = READING_SECONDS, budget: Budget = BUDGET
) -> AsyncIterator[bytearray]:
    """Read a whole body, unpacked, which counts as held until the block is left.

    Raises 413 for more than `most` bytes, 408 for one that is not here after `seconds`, 503 for one that was given up
    because too much was held, 400 for broken packing.
    """
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    with budget.hold() as reading:
        await _fill(request, reading, most, seconds, budget)
        yield reading.body


async def read_body(request: web.Request, most: int, seconds: float = READING_SECONDS) -> bytes:
    """Read a whole body, as `hold_body` does."""
    async with hold_body(request, most, seconds) as body:
        return bytes(body)


async def _fill(request: web.Request, reading: _Reading, most: int, seconds: float, budget: Budget) -> None:
    try:
        async with asyncio.timeout(seconds) as reading.deadline:
            async for chunk in request.content.iter_any():
                budget.add(reading, chunk)
                if len(reading.body) > most:
                    raise web.HTTPRequestEntityTooLarge(most, len(reading.body))
    except TimeoutError:
        if not reading.is_given_up:
            raise web.HTTPRequestTimeout from None
        refusal: web.HTTPException = web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        refusal.force_close()  # the rest of it is not wanted
        raise refusal from None
    except web.RequestPayloadError:
        request.content.feed_eof()  # or aiohttp would look for the rest of it, and log what it meets
        refusal = web.HTTPBadRequest()
        refusal.force_close()  # where the next request begins, nobody knows
        raise refusal from None
    reading.is_whole = True


def refuse_doubles(body: bytes | bytearray) -> None:
    """Raise `ValueError` for JSON with a duplicate key: which of the two is meant is not defined (RFC 8259, 4)."""
    json.loads(body, object_pairs_hook=_refuse_double)


def _refuse_double(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
