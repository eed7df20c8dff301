"""A meeting is held when its time has come by two clocks, and is planned again where they were both wrong."""

import time

import pytest

from storage.history.leavers import DAY
from tests import syncing
from tests.integration.test_sync_meetings import CARL, DORA, count, days, hold
from tests.syncing import Sync

sync = syncing.sync
RULES = ("outreach", "exchange")


def set_clocks(sync: Sync, *, ours: float = 0.0, graph: float = 0.0) -> None:
    """Put our clock and Microsoft's ahead by so many days."""
    sync.clock = lambda: time.time() + ours * DAY
    sync.microsoft.cloud.clock = lambda: time.time() + graph * DAY


@pytest.mark.parametrize(("ours", "graph"), [(400, 0), (0, 400), (400, 3), (-400, 3)])
async def test_A7_one_clock_alone_makes_no_meeting_held(sync: Sync, firm, ours, graph):
    hold(firm, days(2))
    await sync.run()
    set_clocks(sync, ours=ours, graph=graph)
    await sync.run()
    assert await count(sync) == (0, 1, True, "planned")
    set_clocks(sync)
    await sync.check()


@pytest.mark.parametrize("ahead", [3, 400])
@pytest.mark.parametrize("rule", RULES)
async def test_A7_what_two_wrong_clocks_took_for_held_is_planned_again(sync: Sync, firm, ahead, rule):
    sync.rule = rule
    await sync.start()
    for when in (-20, 1, 2, 300):
        hold(firm, days(when), CARL, *([DORA] if when > 1 else []))
    await sync.run()
    set_clocks(sync, ours=ahead, graph=ahead)
    await sync.run()
    held = 3 if ahead == 3 else 4
    assert await count(sync) == (held, 4 - held, True, "met")
    set_clocks(sync)
    await sync.run()
    await sync.check()


async def test_A7_a_meeting_first_read_under_a_wrong_clock_is_planned_again(sync: Sync, firm):
    await sync.run()
    set_clocks(sync, ours=30, graph=30)
    hold(firm, days(2))
    hold(firm, days(-2), DORA)
    await sync.run()
    set_clocks(sync)
    await sync.run()
    await sync.check()


async def test_A7_a_meeting_read_while_our_clock_alone_is_ahead_is_planned(sync: Sync, firm):
    await sync.run()
    set_clocks(sync, ours=30)
    hold(firm, days(2))
    await sync.run()
    assert await count(sync) == (0, 1, True, "planned")
    set_clocks(sync)
    await sync.check()


async def test_A7_a_mail_dated_ahead_turns_no_meeting_back(sync: Sync, firm):
    hold(firm, days(-1))
    firm.send_mail(("Anne Martin", "anne.martin@lex.example"), [CARL], sent_at=days(1))
    await sync.run()
    await sync.run()
    assert (await count(sync))[:2] == (1, 0)
    await sync.check()
