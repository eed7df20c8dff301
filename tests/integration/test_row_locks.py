"""Transactions that write many rows of one table at once, each naming them in another order."""

import asyncio
import contextlib

import pytest
from sqlalchemy import insert, text

from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.models import Mailbox, Subscription, Tenant
from storage.queue.mailboxes import LEASE, Lease, extend_leases, hold_mailbox
from storage.queue.subscriptions import make_renewals_due, set_lost
from tests.live import run_live
from tests.microsoft import make_firm

COUNT = 600
KEYS = [(1, user_id, "messages") for user_id in range(1, COUNT + 1)]
LATE = 9_999_999_999


@pytest.fixture
async def queue(database: Database) -> Database:
    async with database.writing(SYSTEM) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=1, entra_id="one"))
        mailboxes = [{"tenant_id": 1, "user_id": key[1], "leased_until": 1, "fencing": 1} for key in KEYS]
        await connection.execute(insert(Mailbox), mailboxes)
        rows = [{"tenant_id": 1, "user_id": key[1], "resource": key[2], "state": "active"} for key in KEYS]
        await connection.execute(insert(Subscription), [row | {"renew_at": LATE} for row in rows])
        for table in ("mailboxes", "subscriptions"):  # each row is written again, the last first: no plan's order
            for user_id in range(COUNT, 0, -7):
                await connection.execute(text(f"UPDATE {table} SET failures = 1 WHERE user_id = {user_id}"))
    return database


async def lose(connection, keys) -> None:
    await set_lost(connection, keys)


async def renew(connection, keys) -> None:
    await make_renewals_due(connection, keys, 0)


async def extend(connection, keys) -> None:
    await extend_leases(connection, [make_lease(key[1]) for key in keys], 0)


def make_lease(user_id: int) -> Lease:
    return Lease(1, user_id, "", "", 1, "current", 0, 0, (), "", False, 0, 0, (), 0)


async def test_a_page_that_takes_long_holds_up_no_other_lease(queue):
    async with contextlib.AsyncExitStack() as stack:
        if not queue.is_sqlite:  # which has one writer
            page = await stack.enter_async_context(queue.writing(1))
            await hold_mailbox(page, make_lease(1), 500)
        async with asyncio.timeout(5), queue.writing(SYSTEM) as connection:
            await extend_leases(connection, [make_lease(1), make_lease(2)], 1000)
    async with queue.reading(SYSTEM) as connection:
        until = list(
            await connection.execute(text("SELECT leased_until FROM mailboxes WHERE user_id < 3 ORDER BY user_id"))
        )
    assert [row[0] for row in until] == [(1000 if queue.is_sqlite else 500) + LEASE, 1000 + LEASE]


@pytest.mark.parametrize("change", [lose, renew, extend])
async def test_the_same_rows_in_another_order_are_written_by_both(queue, change):
    async def write(keys) -> None:
        async with queue.writing(SYSTEM) as connection:
            await change(connection, keys)

    for _ in range(5):
        await queue_again(queue)
        await asyncio.gather(write(KEYS), write(KEYS[::-1]))


async def queue_again(queue: Database) -> None:
    async with queue.writing(SYSTEM) as connection:
        again = "UPDATE subscriptions SET state = 'active', graph_id = '', renew_at = :late"
        await connection.execute(text(again), {"late": LATE})


async def test_F30_eight_that_are_asked_to_slow_down_at_once_do_not_wait_for_each_other_crosswise(database):
    async with run_live(database, make_firm(*(f"Person {number}" for number in range(12)))) as live:
        await live.settle()
        again = "UPDATE subscriptions SET state = 'wanted', graph_id = '', failures = 0, renew_at = 0"
        for _ in range(8):
            await live.execute(again)
            live.microsoft.faults.add("status", path="subscriptions", status=429, seconds=600, count=8)
            await live.keeper.work()  # raises what the database said
            asked = "SELECT count(*) FROM subscriptions WHERE failures = 1"
            assert await live.query(asked) == [(8,)]
