"""How a first sync goes: newest mail first, with progress that can be seen."""

import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import func, select

from bot.graph.sync.worker import Worker
from storage.engine.rls import SYSTEM
from storage.models import Interaction
from storage.queue.health import get_health, list_lagging_mailboxes
from tests.live import Live, run_live
from tests.microsoft import make_firm

MAILS = 1_200


def write_much(live: Live) -> list[int]:
    """Let one person have written a mail a day for years; gives the days, oldest first."""
    person = live.firm.list_people()[0]
    today = datetime.fromtimestamp(int(time.time()), UTC)
    days = [today - timedelta(days=MAILS - number) for number in range(MAILS)]
    for number, day in enumerate(days):
        live.firm.send_mail((person.name, person.address), to=[("", f"p{number}@acme.example")], sent_at=day)
    return [int(day.timestamp()) for day in days]


async def test_the_newest_mail_is_in_the_store_after_the_first_page(database):
    async with run_live(database, make_firm("Anne Martin")) as live:
        days = write_much(live)
        pages = []

        async def hear(connection, tenant_id, user_id, applied, is_first_sync) -> None:
            oldest, newest = (
                await connection.execute(select(func.min(Interaction.occurred_at), func.max(Interaction.occurred_at)))
            ).one()
            pages.append((oldest, newest, is_first_sync))

        live.worker = Worker(database, live.clients, on_applied=hear, clock=live.clock)
        await live.settle()
        assert pages[0] == (days[-500], days[-1], True)
        assert await live.count_interactions() == MAILS


async def test_progress_and_what_is_left_can_be_seen_for_each_mailbox_and_overall(database):
    async with run_live(database, make_firm("Anne Martin", "Bob Stone")) as live:
        write_much(live)
        await live.directory.work()
        bob = live.firm.list_people()[1]
        fault = live.microsoft.faults.add("status", mailbox=bob.id, path="calendarView", status=503)
        await live.worker.run_once()
        now = int(live.clock()) + 60
        async with database.reading(SYSTEM) as connection:
            health = await get_health(connection, now)
            [mailbox] = await list_lagging_mailboxes(connection, 1)
        assert (health.total, health.current, health.failing) == (2, 1, 1)
        assert 0.5 < health.progress < 1
        assert now < health.done_at < now + 3600
        assert (mailbox.name, mailbox.state, mailbox.feeds_ended) == ("Bob Stone", "retrying", 2)
        live.microsoft.faults.remove(fault)
        await live.pass_time(3600)
        async with database.reading(SYSTEM) as connection:
            health = await get_health(connection, int(live.clock()))
        assert (health.current, health.progress, health.done_at) == (2, 1.0, 0)
