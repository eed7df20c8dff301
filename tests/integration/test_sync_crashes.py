"""kill -9 at any moment: the store recovers, and holds what really happened."""

import asyncio
import multiprocessing
import os
import random
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from storage.queue.mailboxes import LEASE
from tests import syncing
from tests.crashing import work
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
CYCLES = 50


@pytest.fixture(scope="module")
def processes():
    """Processes forked from one that has imported everything: half a second less each."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.crashing"])
    return context


def make_news(firm, chance: random.Random, count: int) -> None:
    """Let some things happen."""
    for _ in range(count):
        company, person = chance.randrange(9), chance.randrange(5)
        outside = (f"P {person}", f"p{person}@acme{company}.example")
        inside = chance.choice((ANNE, BOB))
        when = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(500_000))
        copies = firm.send_mail(*((inside, [outside]) if chance.random() < 0.5 else (outside, [inside])), sent_at=when)
        if chance.random() < 0.3:  # filed at once
            firm.move(copies[0], f"Clients/Matter {company}")
    meeting = firm.schedule.hold(ANNE, [BOB, ("P 0", "p0@acme0.example")], when, when + timedelta(hours=1))
    if chance.random() < 0.5:
        firm.schedule.cancel(meeting)
    if chance.random() < 0.2:
        firm.list_people()[0].mailbox.forget_tokens()


def get_url(sync: Sync) -> str:
    return sync.database.engine.url.render_as_string(hide_password=False)


async def run_worker(sync: Sync, processes, *, fatal: int, seconds: float) -> int:
    """Run a worker until it has done everything, has killed itself, or `seconds` are over; gives its exit code."""
    process = processes.Process(target=work, args=(get_url(sync), sync.microsoft.config_values, fatal), daemon=True)
    process.start()
    await asyncio.to_thread(process.join, seconds)
    process.kill()
    await asyncio.to_thread(process.join)
    return process.exitcode or 0


async def test_F60_fifty_kills_lose_nothing_and_double_nothing(sync: Sync, firm, processes):
    chance = random.Random(60)
    make_news(firm, chance, 300)
    killed = 0
    for cycle in range(CYCLES):
        make_news(firm, chance, 5)
        # Every third one dies at a moment of its parent's choice, the others at a step of their own.
        seconds, fatal = (chance.uniform(0.1, 0.6), 0) if cycle % 3 == 0 else (20, chance.randrange(1, 32))
        await sync.execute("UPDATE mailboxes SET due_at = 0, leased_until = 0, not_before = 0")
        await sync.execute("UPDATE mailbox_feeds SET page_size = 20")
        killed += await run_worker(sync, processes, fatal=fatal, seconds=seconds) != 0
    assert killed > CYCLES / 2
    await sync.execute("UPDATE mailboxes SET leased_until = 0")
    await sync.run_until_current()
    await sync.check()
    if sync.database.is_sqlite:
        assert (await sync.query("PRAGMA integrity_check"))[0] == ("ok",)


async def test_F60_a_mailbox_of_a_killed_worker_is_taken_over_within_seconds(sync: Sync, firm, processes):
    make_news(firm, random.Random(1), 40)
    assert await run_worker(sync, processes, fatal=12, seconds=30) != 0
    assert (await sync.query("SELECT count(*) FROM mailboxes WHERE leased_until > 0"))[0][0] > 0
    killed_at, stopping = time.monotonic(), asyncio.Event()
    running = asyncio.create_task(sync.worker.run(stopping))
    while (await sync.query("SELECT count(*) FROM mailboxes WHERE state <> 'current'"))[0][0]:
        await asyncio.sleep(0.1)
        assert time.monotonic() < killed_at + 20
    stopping.set()
    await running
    await sync.check()


async def hang(sync: Sync, processes):
    """Start a worker, and have it hang between a question and Graph's answer."""
    slow = sync.microsoft.faults.add("slow", seconds=0.5)
    hung = processes.Process(target=work, args=(get_url(sync), sync.microsoft.config_values, 0), daemon=True)
    hung.start()
    while slow.hits < 3:
        await asyncio.sleep(0.01)
    os.kill(hung.pid, signal.SIGSTOP)
    sync.microsoft.faults.clear()
    return hung


async def test_F65_a_worker_that_hangs_is_taken_over_and_fenced_out_when_it_wakes(sync: Sync, firm, processes):
    make_news(firm, random.Random(65), 60)
    await sync.use_small_pages(10)
    of_bob = "user_id = (SELECT id FROM users WHERE name = 'Bob Stone')"
    await sync.execute(f"UPDATE mailboxes SET state = 'stopped' WHERE {of_bob}")  # one is in hand, and nothing else
    hung = await hang(sync, processes)
    sync.clock = lambda: time.time() + LEASE + 1
    await sync.worker.run_once()
    held = await sync.query("SELECT count(*) FROM interactions")
    os.kill(hung.pid, signal.SIGCONT)
    await asyncio.to_thread(hung.join, 30)
    assert (hung.exitcode, await sync.query("SELECT count(*) FROM interactions")) == (0, held)
    await sync.execute(f"UPDATE mailboxes SET state = 'new', due_at = 0 WHERE {of_bob}")
