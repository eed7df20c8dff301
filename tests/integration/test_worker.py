"""The worker as it runs: woken, paced, stopped."""

import asyncio
import contextlib
import time

import pytest

from bot.graph.sync.runner import read_counts
from bot.graph.sync.worker import Worker
from storage.engine.database import POOL
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.mailboxes import make_due
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
CARL = ("Carl Orff", "carl@acme.example")


async def wait_for(sync: Sync, query: str, wanted: object, seconds: float = 10) -> float:
    """Wait until a query gives `wanted`; gives how long that took."""
    started = time.monotonic()
    while (await sync.query(query))[0][0] != wanted:
        assert time.monotonic() - started < seconds, await sync.query("SELECT state, reason FROM mailboxes")
        await asyncio.sleep(0.02)
    return time.monotonic() - started


async def test_a_running_worker_syncs_what_is_due_and_at_once_what_becomes_due(sync: Sync, firm):
    anne, _ = firm.list_people()
    stopping = asyncio.Event()
    running = asyncio.create_task(sync.worker.run(stopping))
    await wait_for(sync, "SELECT count(*) FROM mailboxes WHERE state = 'current' AND leased_until = 0", 2)
    firm.send_mail(CARL, [ANNE])
    [user] = await sync.query("SELECT id, tenant_id FROM users WHERE entra_id = :id", id=anne.id)
    async with sync.database.writing(user.tenant_id) as connection:
        await make_due(connection, user.tenant_id, user.id, int(time.time()))
    assert await wait_for(sync, "SELECT count(*) FROM contacts", 1) < 3
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert await read_counts(sync.database) == {"total": 2, "current": 2, "failing": 0}


async def test_F69_a_worker_that_is_stopped_ends_its_page_and_gives_the_mailbox_back(sync: Sync, firm, microsoft):
    for _ in range(60):
        firm.send_mail(ANNE, [CARL])
    stopping = asyncio.Event()
    microsoft.faults.add("slow", path="sentitems", seconds=0.2)
    await sync.use_small_pages(10)
    running = asyncio.create_task(sync.worker.run(stopping))
    await wait_for(sync, "SELECT count(*) > 0 FROM interactions", True)
    stopping.set()
    await asyncio.wait_for(running, 10)
    assert (await sync.query("SELECT count(*) FROM mailboxes WHERE leased_until > 0"))[0] == (0,)
    assert 0 < (await sync.query("SELECT count(*) FROM interactions"))[0][0] < 60
    microsoft.faults.clear()
    await sync.close()
    sync.use_clients()
    await sync.run()
    await sync.check()


async def test_a_mailbox_given_back_amid_a_replay_is_on_its_way_again(sync: Sync, firm, microsoft):
    for number in range(30):
        firm.send_mail(ANNE, [CARL], sent_at=f"2024-01-01T00:00:{number:02d}Z")
    await sync.run()
    await sync.execute("DELETE FROM mailbox_feeds")
    await sync.use_small_pages(5)
    await sync.execute("UPDATE mailboxes SET due_at = 0, state = 'new'")
    slow, stopping = microsoft.faults.add("slow", path="sentitems", seconds=0.2), asyncio.Event()
    running = asyncio.create_task(sync.worker.run(stopping))
    while slow.hits < 5:
        await asyncio.sleep(0.02)
    stopping.set()
    await asyncio.wait_for(running, 10)
    [anne] = await sync.query("SELECT state FROM mailboxes JOIN users ON id = user_id WHERE address = :it", it=ANNE[1])
    assert anne == ("syncing",)


async def test_a_failure_that_nobody_foresaw_does_not_end_the_worker(sync: Sync):
    failures = [ZeroDivisionError(), RecursionError()]

    def clock() -> float:
        if failures:
            raise failures.pop()
        return time.time()

    worker, stopping = Worker(sync.database, sync.clients, clock=clock), asyncio.Event()
    running = asyncio.create_task(worker.run(stopping))
    while failures:
        sync.database.wakes.hear("mailboxes")
        await asyncio.sleep(0.02)
    sync.database.wakes.hear("mailboxes")
    await wait_for(sync, "SELECT count(*) FROM mailboxes WHERE state = 'current'", 2)
    stopping.set()
    await asyncio.wait_for(running, 10)


async def test_a_mailbox_with_very_many_pages_lets_others_have_their_turn(sync: Sync, firm, microsoft):
    for number in range(70):
        firm.send_mail(ANNE, [CARL], sent_at=f"2024-01-01T00:{number % 60:02d}:00Z")
    firm.send_mail(BOB, [CARL])
    await sync.use_small_pages(1)
    worker = Worker(sync.database, sync.clients, concurrency=1)
    assert await worker.run_once() == 3
    await sync.check()


async def test_F64_three_workers_on_one_database_never_read_a_mailbox_at_the_same_time(sync: Sync, firm, microsoft):
    for number in range(40):
        firm.send_mail(ANNE, [CARL], sent_at=f"2024-01-01T00:00:{number:02d}Z")
        firm.send_mail(BOB, [CARL], sent_at=f"2024-01-01T00:00:{number:02d}Z")
    await sync.use_small_pages(5)
    await asyncio.gather(*(Worker(sync.database, sync.clients).run_once() for _ in range(3)))
    assert set(microsoft.record.most_at_once.values()) == {1}
    await sync.check()


async def test_progress_is_seen_while_a_first_sync_runs(sync: Sync, firm, microsoft):
    assert await read_counts(sync.database) == {"total": 2, "current": 0, "failing": 0}
    microsoft.faults.add("status", mailbox=firm.list_people()[0].id, status=503)
    await sync.run()
    assert await read_counts(sync.database) == {"total": 2, "current": 1, "failing": 1}


@contextlib.asynccontextmanager
async def working(sync: Sync):
    """Let the worker run beside the block, from the moment when both mailboxes are current."""
    if sync.database.is_sqlite:
        pytest.skip("a file is always there, and its writers stand in line")
    stopping = asyncio.Event()
    running = asyncio.create_task(sync.worker.run(stopping))
    await wait_for(sync, "SELECT count(*) FROM mailboxes WHERE state = 'current'", 2)
    yield running
    stopping.set()
    await asyncio.wait_for(running, 10)


END_OTHERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"
)


async def test_F63_connections_that_are_lost_cost_one_failure_and_no_mailbox_its_turn(sync: Sync, firm):
    async with working(sync):
        await sync.execute(END_OTHERS)
        with contextlib.suppress(DatabaseError):  # whoever asks first finds out, for every pool
            await sync.query("SELECT 1")
        firm.send_mail(ANNE, [CARL])
        await sync.execute("UPDATE mailboxes SET due_at = 0")
        sync.database.wakes.hear("mailboxes")
        await wait_for(sync, "SELECT count(*) FROM contacts", 1)
        # the one that was being read at that moment may have failed with its connection; no other did
        assert (await sync.query("SELECT sum(failures) FROM mailboxes"))[0][0] <= 1


async def test_F63_a_worker_that_gets_no_connection_goes_on_trying(sync: Sync, firm):
    async with working(sync) as running:
        async with contextlib.AsyncExitStack() as held:
            for _ in range(POOL):
                await held.enter_async_context(sync.database.writing(SYSTEM))
            sync.database.engine.sync_engine.pool._timeout = 0.1
            sync.database.wakes.hear("mailboxes")
            await asyncio.sleep(0.5)
            assert not running.done()
        firm.send_mail(ANNE, [CARL])
        await sync.execute("UPDATE mailboxes SET due_at = 0")
        await wait_for(sync, "SELECT count(*) FROM contacts", 1)
