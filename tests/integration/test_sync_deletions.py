"""A notice that something was deleted from a calendar, at every moment of the turn that reads the calendar (F29)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from bot.demo.faults import Fault
from storage.engine.rls import SYSTEM
from storage.queue.feeds import reread_calendars
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
CARL = ("Carl Orff", "carl@acme.example")
DORA = ("Dora Marsh", "dora@other.example")
HOUR = timedelta(hours=1)


@pytest.fixture
def series(firm):
    """Four meetings of Anne's, of which a deleted one is not shown by any delta."""
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    return firm.schedule.hold_series(ANNE, [CARL], starts_at, starts_at + HOUR, every=timedelta(days=7), count=4)


async def order(sync: Sync) -> None:
    """Tell of a deletion in every calendar, as a notification does."""
    mailboxes = [tuple(row) for row in await sync.query("SELECT tenant_id, user_id FROM mailboxes")]
    async with sync.database.writing(SYSTEM) as connection:
        await reread_calendars(connection, mailboxes)


def add_fault(sync: Sync, kind: str, **values) -> Fault:
    """Let something go wrong with Anne's calendar."""
    anne = sync.microsoft.firm.get_person(ANNE[1])
    return sync.microsoft.faults.add(kind, path="calendarView", mailbox=anne.id, **values)


@asynccontextmanager
async def reading(sync: Sync, kind: str, **values) -> AsyncIterator[None]:
    """Have a turn wait for Graph's answer about the calendar: before it is made up (`slow`), or after (`drip`)."""
    fault = add_fault(sync, kind, **values)
    turns = asyncio.create_task(sync.run())
    while not fault.hits:
        await asyncio.sleep(0.01)
    yield
    await turns
    sync.microsoft.faults.clear()


async def test_F29_a_deletion_told_while_the_changes_are_read_has_the_calendar_read_anew(sync: Sync, firm, series):
    await sync.run()
    async with reading(sync, "slow", seconds=0.5):
        firm.schedule.remove_untold(series.occurrences[2])
        await order(sync)
    await sync.run()
    await sync.check()


@pytest.mark.parametrize("is_ordered", [False, True])
async def test_F29_a_deletion_told_while_the_calendar_is_read_anew_has_it_read_once_more(
    sync: Sync, firm, series, is_ordered
):
    if is_ordered:
        await sync.run()
        await order(sync)
    async with reading(sync, "drip", seconds=0.05, size=2_000):
        firm.schedule.remove_untold(series.occurrences[2])
        await order(sync)
    await sync.run()
    await sync.check()


async def test_F17_F29_a_deletion_told_amid_a_resync_leaves_no_cancelled_meeting(sync: Sync, firm):
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    meeting = firm.schedule.hold(ANNE, [CARL, DORA], starts_at, starts_at + HOUR)
    await sync.run()
    add_fault(sync, "gone", count=1)
    add_fault(sync, "page_status", status=400)
    await sync.run()
    sync.microsoft.faults.clear()
    firm.schedule.cancel(meeting)
    await order(sync)
    await sync.execute("UPDATE mailboxes SET not_before = 0")
    await sync.run()
    await sync.check()


async def test_F29_a_deletion_told_amid_a_long_round_is_seen_by_the_turn_that_ends_it(sync: Sync, firm, series):
    await sync.use_small_pages(1)
    failing = add_fault(sync, "page_status", page=4, status=400)
    await sync.run()
    sync.microsoft.faults.remove(failing)
    firm.schedule.remove_untold(series.occurrences[0])
    await order(sync)
    await sync.execute("UPDATE mailboxes SET not_before = 0")
    await sync.run()
    await sync.check()
