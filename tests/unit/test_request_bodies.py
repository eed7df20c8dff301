"""Bodies that are read before anybody is known: what they hold together is bounded, and small ones get through."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from bot.request_bodies import Budget, hold_body
from tests.switchboard import serve

MOST = 1 << 20


@pytest.fixture
async def url() -> AsyncIterator[str]:
    """A service whose bodies hold at most 1 MiB together."""
    budget = Budget(MOST)

    async def take(request: web.Request) -> web.Response:
        async with hold_body(request, MOST, 5, budget) as body:
            return web.json_response(len(body))

    app = web.Application()
    app.router.add_post("/", take)
    async with serve(app) as url:
        yield url


@contextlib.asynccontextmanager
async def unfinished(url: str, count: int, size: int) -> AsyncIterator[list[asyncio.StreamReader]]:
    """Begin bodies that never end."""
    port = int(url.rpartition(":")[2])
    lines = [await asyncio.open_connection("127.0.0.1", port) for _ in range(count)]
    for _, writer in lines:
        writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" + b"x" * size)
        await writer.drain()
    yield [reader for reader, _ in lines]
    for _, writer in lines:
        writer.close()


async def test_A9_a_body_gets_through_however_many_larger_ones_are_left_unfinished(url):
    async with unfinished(url, 20, 800_000) as readers, aiohttp.ClientSession() as session:
        async with session.post(url, data=b"y" * 5_000) as response:
            assert (response.status, await response.json()) == (200, 5_000)
        answers = [await asyncio.wait_for(reader.readline(), 4) for reader in readers[:5]]
        assert {answer.split()[1] for answer in answers if answer} <= {b"503"}


async def test_A9_of_bodies_that_are_too_many_the_largest_is_given_up():
    budget = Budget(100)
    with budget.hold() as large, budget.hold() as small:
        budget.add(large, b"x" * 80)
        budget.add(small, b"y" * 30)
        assert (large.is_given_up, len(large.body), len(small.body)) == (True, 0, 30)
        with pytest.raises(TimeoutError):
            budget.add(large, b"x")
    with budget.hold() as next_one:
        budget.add(next_one, b"x" * 100)
        assert not next_one.is_given_up


async def test_A9_what_was_read_whole_is_not_taken_away():
    budget = Budget(100)
    with budget.hold() as whole, budget.hold() as late:
        budget.add(whole, b"x" * 80)
        whole.is_whole = True
        with pytest.raises(TimeoutError):
            budget.add(late, b"y" * 30)
        assert len(whole.body) == 80


async def test_A9_a_body_that_says_itself_that_it_is_too_large_is_not_read(url):
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    assert b"413" in await asyncio.wait_for(reader.readline(), 4)
    writer.close()
