"""One process among several whose clock is wrong costs nothing of what the others hold."""

import asyncio
import time
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.clock import SharedClock, choose_time
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM

TWO_YEARS = 730 * 86_400
_WRONG = """
import time
_right = time.time
time.time = lambda: _right() + {seconds}
"""
_FAR = """
    SELECT (SELECT count(*) FROM mailboxes WHERE abs(coalesce(due_at, :now) - :now) > 86400
            OR leased_until > :now + 86400 OR not_before > :now + 86400 OR first_success_at > :now + 600)
         + (SELECT count(*) FROM chores WHERE due_at > :now + 86400 OR last_success_at > :now + 600)
         + (SELECT count(*) FROM subscriptions WHERE renew_at > :now + 8 * 86400)
"""


async def count_far(database: Database) -> int:
    async with database.reading(SYSTEM) as connection:
        return (await connection.execute(text(_FAR), {"now": int(time.time())})).scalar_one()


@pytest.mark.parametrize("url", ["postgres"], indirect=True)
@pytest.mark.parametrize("seconds", [TWO_YEARS, -TWO_YEARS])
async def test_A7_a_worker_whose_clock_is_wrong_takes_nothing_from_the_others(
    microsoft, installation, url, tmp_path, seconds
):
    folder = tmp_path / "wrong"
    await asyncio.to_thread(folder.mkdir)
    await asyncio.to_thread(Path(folder / "sitecustomize.py").write_text, _WRONG.format(seconds=seconds))
    installation.start("service", "serve")
    await installation.wait_until_ready()
    wanted = 2 * len(microsoft.firm.list_people())
    while len(microsoft.subscriptions.list_live()) < wanted:
        await asyncio.sleep(0.1)
    installation.start("wrong", "worker", PYTHONPATH=str(folder))
    database, deadline, left = open_database(url), time.monotonic() + 60, 50
    try:
        while left and time.monotonic() < deadline:
            left -= "clock_is_wrong" in installation.read_log("wrong")
            assert len(microsoft.subscriptions.list_live()) == wanted
            assert await count_far(database) == 0
            await asyncio.sleep(0.1)
    finally:
        await database.close()
    assert not left, "it was never at work"
    await installation.stop("wrong")


@pytest.mark.parametrize(
    ("own", "kept", "told", "is_one_machine", "believed"),
    [
        (9, 5, None, False, 5),
        (9, 5, 5, False, 5),
        (5, 9, 5, False, 5),
        (5, 5, 9, False, 5),
        (1, 5, 5, False, 5),
        (5, 5, 9, True, 5),
        (9, 9, 5, True, 5),
        (9, 5, None, True, 5),
    ],
)
def test_A7_one_clock_of_three_is_not_believed(own, kept, told, is_one_machine, believed):
    assert choose_time(own, kept, told, is_one_machine=is_one_machine) == believed


async def test_A7_a_clock_that_jumps_is_not_followed(database):
    own, steady = [time.time()], [100.0]
    clock = SharedClock(database, lambda: own[0], lambda: steady[0])
    assert clock() == own[0]
    await clock.set()
    began = clock()
    own[0] += TWO_YEARS
    steady[0] += 7
    assert clock() == began + 7
    await clock.set()
    assert abs(clock() - time.time()) < 5
