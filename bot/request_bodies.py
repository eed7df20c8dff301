"""Bodies of requests: of a decent size, within a decent time, packed as they say, and not too many of them at once."""

import asyncio
import contextlib
import ctypes
import json
import mmap
from collections.abc import AsyncIterator, Iterator
from typing import Any, Final

from aiohttp import web

READING_SECONDS = 15.0
"""A body that is not here by then is a stalled one (B36)."""
MOST_HELD: Final = 32 << 20
"""Bytes of all bodies together that a process holds: whoever sends them may be anybody."""

LARGE: Final = 64 << 10
"""Bytes from which on a body, and what reading it took, leave room behind that is given back to the system."""
TRIM_SECONDS: Final = 1.0


class Held:
    """A body, whole or in part, in pages of its own that go back to the system at once.

    In the heap, bodies that grow beside each other leave holes that no later one fits into, and the process would keep
    many times what they hold together.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._pages: mmap.mmap | None = None
        self._size = 0
        self.deadline: asyncio.Timeout | None = None
        self.is_whole = False
        self.is_given_up = False

    def __len__(self) -> int:
        return self._size

    def __bytes__(self) -> bytes:
        return b"" if self._pages is None else self._pages[: self._size]

    def add(self, chunk: bytes) -> None:
        """Take a chunk in; raises `HTTPRequestEntityTooLarge` where there is no room for it."""
        if self._size + len(chunk) > self._most:
            raise web.HTTPRequestEntityTooLarge(self._most, self._size + len(chunk))
        if self._pages is None:
            self._pages = mmap.mmap(-1, self._most)  # what is not written to takes no memory
        self._pages[self._size : self._size + len(chunk)] = chunk
        self._size += len(chunk)

    def release(self) -> int:
        """Give the pages back; returns how many bytes there were."""
        size, self._size = self._size, 0
        if self._pages is not None:
            self._pages.close()
            self._pages = None
        return size


class Budget:
    """What bodies may hold together; where that is more than `most` bytes, the largest unfinished one is given up.

    So a small body gets through, however many large ones somebody leaves unfinished.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._held = 0
        self._readings: set[Held] = set()
        self._trimmed_at = 0.0

    @contextlib.contextmanager
    def hold(self, most: int) -> Iterator[Held]:
        """Count a body of at most so many bytes until the block is left."""
        reading = Held(most)
        self._readings.add(reading)
        try:
            yield reading
        finally:
            self._readings.discard(reading)
            if len(reading) >= LARGE or reading.is_given_up:
                self._trim_soon()
            self._held -= reading.release()

    def add(self, reading: Held, chunk: bytes) -> None:
        """Take a chunk in; raises `TimeoutError` in whichever body is given up for it."""
        if reading.is_given_up:
            raise TimeoutError
        reading.add(chunk)
        self._held += len(chunk)
        while self._held > self._most:
            unfinished = [each for each in self._readings if not each.is_whole and not each.is_given_up]
            largest = max(unfinished, key=len)
            self._held -= largest.release()
            largest.is_given_up = True
            if largest is reading:
                raise TimeoutError
            if largest.deadline is not None:
                largest.deadline.reschedule(asyncio.get_running_loop().time())

    def _trim_soon(self) -> None:
        """Give back what the allocator keeps of the chunks that were read, beside the loop and once in a while."""
        loop = asyncio.get_running_loop()
        if loop.time() >= self._trimmed_at + TRIM_SECONDS:
            self._trimmed_at = loop.time()
            loop.call_later(TRIM_SECONDS, loop.run_in_executor, None, trim_memory)


def trim_memory() -> None:
    """Give free memory back to the system where the C library can; glibc alone keeps it, and says how."""
    with contextlib.suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


BUDGET: Final = Budget(MOST_HELD)


@contextlib.asynccontextmanager
async def hold_body(
    request: web.Request, most: int, seconds: float = READING_SECONDS, budget: Budget = BUDGET
) -> AsyncIterator[Held]:
    """Read a whole body, unpacked, which counts as held until the block is left.

    Raises 413 for more than `most` bytes, 408 for one that is not here after `seconds`, 503 for one that was given up
    because too much was held, 400 for broken packing and for one whose sender is gone.
    """
    if (request.content_length or 0) > most:
        raise web.HTTPRequestEntityTooLarge(most, request.content_length or 0)
    with budget.hold(most) as reading:
        await _fill(request, reading, seconds, budget)
        yield reading


async def read_body(request: web.Request, most: int, seconds: float = READING_SECONDS) -> bytes:
    """Read a whole body, as `hold_body` does."""
    async with hold_body(request, most, seconds) as body:
        return bytes(body)


async def _fill(request: web.Request, reading: Held, seconds: float, budget: Budget) -> None:
    try:
        async with asyncio.timeout(seconds) as reading.deadline:
            async for chunk in request.content.iter_any():
                budget.add(reading, chunk)
    except TimeoutError:
        if not reading.is_given_up:
            raise web.HTTPRequestTimeout from None
        refusal: web.HTTPException = web.HTTPServiceUnavailable(headers={"Retry-After": "5"})
        refusal.force_close()  # the rest of it is not wanted
        raise refusal from None
    except (web.RequestPayloadError, ConnectionError):
        request.content.feed_eof()  # or aiohttp would look for the rest of it, and log what it meets
        refusal = web.HTTPBadRequest()
        refusal.force_close()  # where the next request begins, nobody knows
        raise refusal from None
    reading.is_whole = True


def refuse_doubles(body: bytes) -> None:
    """Raise `ValueError` for JSON with a duplicate key: which of the two is meant is not defined (RFC 8259, 4)."""
    json.loads(body, object_pairs_hook=_refuse_double)


def _refuse_double(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key twice")
