"""What people say of their own addresses while their mailbox is being read."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from storage.history.events import Person
from storage.history.own_addresses import Owner, set_own_address
from storage.viewer import Viewer
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
HOME = ("Anne Martin", "anne@gmail.com")
CARL = ("Carl Orff", "carl@acme.example")
HOUR = timedelta(hours=1)


async def say(sync: Sync, address: str, *, is_own: bool) -> None:
    [(tenant_id, user_id)] = await sync.query("SELECT tenant_id, id FROM users WHERE name = 'Anne Martin'")
    async with sync.database.writing(tenant_id) as connection:
        await set_own_address(connection, Viewer(tenant_id, user_id), address, is_own=is_own)


async def list_mine(sync: Sync) -> list[str]:
    mine = "SELECT contact_id FROM relationships WHERE is_mine"
    return [row[0] for row in await sync.query(f"SELECT address FROM contacts WHERE id IN ({mine})")]


@asynccontextmanager
async def reading_the_inbox(sync: Sync) -> AsyncIterator[None]:
    """Have a turn wait for Graph's answer about the inbox, after it has read what was sent."""
    anne = sync.microsoft.firm.get_person(ANNE[1])
    fault = sync.microsoft.faults.add("slow", path="inbox", mailbox=anne.id, seconds=0.5, count=1)
    turns = asyncio.create_task(sync.run())
    while not fault.hits:
        await asyncio.sleep(0.01)
    yield
    await turns


async def test_whoever_says_that_is_not_me_during_a_turn_has_the_mailbox_read_again(sync: Sync, firm):
    firm.send_mail(ANNE, [HOME])
    await sync.run()
    async with reading_the_inbox(sync):
        await say(sync, HOME[1], is_own=False)
    await sync.run()
    assert await list_mine(sync) == [HOME[1]]
    await say(sync, HOME[1], is_own=True)  # as the books of the test know it


async def test_an_address_that_is_called_ones_own_during_a_turn_is_not_recorded_by_its_rest(sync: Sync, firm):
    await sync.run()
    firm.schedule.hold(ANNE, [CARL], datetime.now(UTC) - HOUR, datetime.now(UTC))
    async with reading_the_inbox(sync):
        await say(sync, CARL[1], is_own=True)
    await sync.run()
    assert await list_mine(sync) == []
    await say(sync, CARL[1], is_own=False)


async def test_a_meeting_that_is_gone_goes_as_well_when_the_mailbox_is_read_again(sync: Sync, firm):
    starts_at = datetime.now(UTC).replace(microsecond=0) + timedelta(days=9)
    series = firm.schedule.hold_series(ANNE, [CARL], starts_at, starts_at + HOUR, every=timedelta(days=7), count=2)
    await sync.run()
    sync.clock = lambda: time.time() + 2 * 86_400
    await sync.run()
    firm.schedule.remove_untold(series.occurrences[0])
    await say(sync, HOME[1], is_own=False)
    await sync.run()
    await sync.check()


SPELLINGS = [("Anne Martin", "am45@gmail.com"), ("", "am45@gmail.com"), ("Private", "am45@gmail.com")]


@pytest.mark.parametrize("is_parted", [False, True], ids=["one page", "several"])
@pytest.mark.parametrize("places", [(0, 1, 2), (1, 0, 2), (2, 1, 0)])
async def test_an_own_address_is_nobody_under_every_name_whichever_comes_first(sync: Sync, firm, places, is_parted):
    for place in places:
        firm.send_mail(ANNE, [SPELLINGS[place]])
        firm.send_mail(SPELLINGS[place], [ANNE])
        starts_at = datetime.now(UTC) - (place + 2) * HOUR
        firm.schedule.hold(ANNE, [SPELLINGS[place], CARL], starts_at, starts_at + HOUR)
        if is_parted:
            await sync.run()
    await sync.run()
    await sync.check()
    assert await list_mine(sync) == [CARL[1]]
    people = "SELECT address FROM contacts WHERE is_contact OR interaction_count > 0"
    assert [row[0] for row in await sync.query(people)] == [CARL[1]]
    told = [address for _, applied, _ in sync.heard for address in applied.own_addresses]
    assert told == [SPELLINGS[0][1]]


async def test_who_added_an_address_by_hand_keeps_it_though_their_name_comes_on_it(sync: Sync, firm):
    firm.send_mail(ANNE, [SPELLINGS[1]])
    await sync.run()
    await sync.execute("UPDATE contacts SET is_added = true")
    await sync.execute("UPDATE relationships SET is_added = true")
    firm.send_mail(ANNE, [SPELLINGS[0]])
    await sync.run()
    assert await list_mine(sync) == [SPELLINGS[0][1]]
    await say(sync, SPELLINGS[0][1], is_own=True)  # as the books of the test know it


def test_a_directory_that_writes_titles_before_the_surname_knows_whose_an_address_is():
    home = Person("niklas.thoma@gmx.de", "", "Niklas Thoma", 2, 0)
    assert Owner("RA Dr. Thoma, Niklas").has(home)
    assert not Owner("RA Dr. Thoma, Nele").has(home)


def test_an_address_that_its_owner_was_told_of_is_theirs_without_a_name_until_they_say_no():
    bare = Person("am45@gmail.com", "", "", 0, 0)
    assert Owner("Anne Martin", told=frozenset([bare.address])).has(bare)
    assert not Owner("Anne Martin", others=frozenset([bare.address])).has(bare)
