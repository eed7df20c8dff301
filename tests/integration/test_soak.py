"""The end of a soak: when the books may be balanced, and what is said where they do not."""

import time
from datetime import UTC, datetime, timedelta

from storage.engine.rls import SYSTEM
from storage.queue.leasing import claim_mailboxes
from storage.queue.mailboxes import finish_mailbox
from storage.queue.notification_effects import NotificationEffects, write_notification_effects
from tests import syncing
from tests.account import settle_accounts
from tests.soak.recovery import begin_reading, count_unread
from tests.soak.rows import describe_rows
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
CARL = ("Carl Orff", "carl@acme.example")
HOUR = timedelta(hours=1)


async def test_a_mailbox_in_hand_is_unread_whatever_notice_comes_of_it(sync: Sync):
    await sync.run()
    await begin_reading(sync.database)
    now = int(time.time())
    async with sync.database.writing(SYSTEM) as connection:
        leases = await claim_mailboxes(connection, now, 10)
    effects = NotificationEffects(due={(lease.tenant_id, lease.user_id) for lease in leases})
    async with sync.database.writing(SYSTEM) as connection:
        await write_notification_effects(connection, effects, now)
    assert await count_unread(sync.database) == len(leases) == 2
    await sync.execute("UPDATE mailboxes SET leased_until = 0")
    await sync.worker.run_once()
    assert await count_unread(sync.database) == 0


async def test_a_turn_that_was_under_way_when_the_reading_began_does_not_count(sync: Sync):
    await sync.run()
    now = int(time.time())
    await sync.execute("UPDATE mailboxes SET due_at = 0")
    async with sync.database.writing(SYSTEM) as connection:
        leases = await claim_mailboxes(connection, now, 10)
    await begin_reading(sync.database)
    for lease in leases:
        async with sync.database.writing(lease.tenant_id) as connection:
            await finish_mailbox(connection, lease, now=now, due_at=now + 300)
    assert await count_unread(sync.database) == 2


async def test_a_wrong_row_is_told_by_its_event_and_what_happened_to_it(sync: Sync, firm):
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
    meeting = firm.schedule.hold(ANNE, [CARL], starts_at, starts_at + HOUR)
    [copy] = firm.schedule.list_copies(meeting)
    await sync.run()
    firm.schedule.cancel(meeting)
    account = await settle_accounts(sync.database, sync.microsoft, int(time.time()))
    first, event, *feeds = await describe_rows(sync.database, sync.microsoft, account.rows)
    assert first == f"invented in the mailbox of {copy.mailbox.user_id}, of {int(starts_at.timestamp())}:"
    assert event.startswith(f"  {copy.immutable_id} ({meeting.uid}), cancelled: created ")
    assert "removed" in event
    assert len(feeds) == 4


async def test_a_lost_mail_is_told_by_its_message(sync: Sync, firm):
    await sync.run()
    firm.send_mail(ANNE, [CARL])
    account = await settle_accounts(sync.database, sync.microsoft, int(time.time()))
    first, mail, *_ = await describe_rows(sync.database, sync.microsoft, account.rows)
    assert first.startswith("lost in the mailbox of ")
    assert ", there: created " in mail
