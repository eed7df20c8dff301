"""Bodies that are read before anybody is known: what they hold together is bounded, and small ones get through."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from bot.request_bodies import TRIM_SECONDS, Budget, hold_body
from tests.running import run_demo
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


async def test_a_sender_who_goes_away_half_way_leaves_no_error_in_the_log(url, caplog):
    for _ in range(3):
        async with unfinished(url, 1, 5_000):
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.05)
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == []


async def test_A9_of_bodies_that_are_too_many_the_largest_is_given_up():
    budget = Budget(100)
    with budget.hold(100) as large, budget.hold(100) as small:
        budget.add(large, b"x" * 80)
        budget.add(small, b"y" * 30)
        assert (large.is_given_up, len(large), len(small)) == (True, 0, 30)
        with pytest.raises(TimeoutError):
            budget.add(large, b"x")
    with budget.hold(100) as next_one:
        budget.add(next_one, b"x" * 100)
        assert not next_one.is_given_up


async def test_A9_what_was_read_whole_is_not_taken_away():
    budget = Budget(100)
    with budget.hold(100) as whole, budget.hold(100) as late:
        budget.add(whole, b"x" * 80)
        whole.is_whole = True
        with pytest.raises(TimeoutError):
            budget.add(late, b"y" * 30)
        assert len(whole) == 80


async def test_A9_a_body_that_says_itself_that_it_is_too_large_is_not_read(url):
    port = int(url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000000\r\n\r\n")
    assert b"413" in await asyncio.wait_for(reader.readline(), 4)
    writer.close()


def read_resident(pid: int) -> int:
    """Return the MiB of memory that a process holds."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) >> 10


async def post_large(port: int, *, is_chunked: bool) -> bytes:
    """Send a notification post of 7 MiB that is nobody's, and drop the line; gives how it was answered."""
    item = b'{"subscriptionId":"%b","clientState":"%b","tenantId":"t","changeType":"created"}' % (b"s" * 36, b"c" * 650)
    body = b'{"value":[' + b",".join([item] * 9_500) + b"]}"
    head = b"POST /graph/notifications HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nContent-Type: application/json\r\n" % port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        if is_chunked:
            parts = [body[at : at + 200_000] for at in range(0, len(body), 200_000)]
            sent = b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])
            writer.write(head + b"Transfer-Encoding: chunked\r\n\r\n" + sent)
        else:
            writer.write(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        await asyncio.wait_for(writer.drain(), 30)
        return (await asyncio.wait_for(reader.readline(), 30))[9:12]
    except ConnectionError:
        return b""
    finally:
        writer.transport.abort()


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the memory of a process is read from /proc")
async def test_A9_what_nobody_known_sends_does_not_make_the_process_grow(tmp_path):
    with run_demo(tmp_path) as url:
        port = int(url.rpartition(":")[2])
        [pid] = [
            int(found.name)
            for found in Path("/proc").iterdir()
            if found.name.isdigit() and str(tmp_path).encode() in read_command(found)
        ]
        first = read_resident(pid)
        answers: set[bytes] = set()
        for number in range(4):
            posts = (post_large(port, is_chunked=number % 2 == 1) for _ in range(60))
            answers.update(await asyncio.gather(*posts))
        assert b"503" in answers  # so many at once are more than may be held
        await asyncio.sleep(3 * TRIM_SECONDS)
        assert read_resident(pid) - first < 120


def read_command(process: Path) -> bytes:
    """Return how a process was called; nothing of one that has ended."""
    with contextlib.suppress(OSError):
        return (process / "cmdline").read_bytes()
    return b""
