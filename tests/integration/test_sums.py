"""Who only wrote in counts in no sum of their company: nobody else learns by a figure that somebody did."""

import random
from datetime import UTC, datetime

import pytest

from storage.book.contacts import add_contact
from storage.book.undo import undo_change
from storage.history.leavers import DAY
from tests.integration.test_letting_go import exchange, expect, let_anne_leave
from tests.integration.test_shown_from import get_viewer, read_everything
from tests.live import Live, live
from tests.stored import assert_same, read_ledger

__all__ = ["live"]
PEOPLE = [("", f"{name}@{at}.example") for at in ("acme", "zenith") for name in ("ann", "ben", "cat")]


async def sync(live: Live) -> None:
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()


def write_in(live: Live, person, user, days: float = 1, **more) -> None:
    at = datetime.fromtimestamp(int(live.clock()) - int(days * DAY), UTC)
    live.firm.send_mail(person, to=[(user.name, user.address)], sent_at=at, **more)


@pytest.mark.parametrize("seen", [1, 3])
async def test_A6_who_only_wrote_in_to_a_colleague_changes_nothing_that_one_sees(live, seen):
    anne, _ = live.firm.list_people()
    await exchange(live)
    viewers = [await get_viewer(live, "Bob"), await get_viewer(live, "Bob", is_in_public=True)]
    before = [await read_everything(live, viewer) for viewer in viewers]
    for number in range(seen):
        write_in(live, ("Wanda", f"wanda{number}@acme.example"), anne, days=0.1 * number)
        write_in(live, ("Wanda", f"wanda{number}@zenith.example"), anne, days=3000)
    await sync(live)
    for viewer, known in zip(viewers, before, strict=True):
        now = await read_everything(live, viewer)
        for key in known:
            assert now[key] == known[key], key
    assert_same(await read_ledger(live.query), expect(live))


@pytest.mark.parametrize("seed", range(12))
async def test_A6_sums_are_of_contacts_whatever_comes_first(live, seed):
    chance = random.Random(seed)
    users = live.firm.list_people()
    for _ in range(4):
        for _ in range(chance.randint(1, 6)):
            person, user = chance.choice(PEOPLE), chance.choice(users)
            days = chance.choice([0.5, 3, 90, 700])
            if chance.random() < 0.7:
                write_in(live, person, user, days)
            else:
                at = datetime.fromtimestamp(int(live.clock()) - int(days * DAY), UTC)
                to, bcc = ([person], []) if chance.random() < 0.8 else ([chance.choice(PEOPLE)], [person])
                live.firm.send_mail((user.name, user.address), to=to, bcc=bcc, sent_at=at)
        await sync(live)
        assert_same(await read_ledger(live.query), expect(live))


async def test_A6_who_is_added_by_hand_counts_and_no_more_once_that_is_undone(live):
    anne, bob = live.firm.list_people()
    await exchange(live)
    for user in (anne, bob):
        write_in(live, ("Wanda", "wanda@acme.example"), user)
    await sync(live)
    read = "SELECT interaction_count FROM companies WHERE name = 'Acme' UNION ALL SELECT interaction_count FROM"
    read += " company_relationships WHERE folded_name = 'acme'"
    before = await live.query(read)
    viewer = await get_viewer(live, "Anne")
    async with live.database.writing(viewer.tenant_id) as connection:
        options = {"now": int(live.clock()), "source": "pane"}
        added = await add_contact(connection, viewer, address="wanda@acme.example", **options)
    assert [row[0] for row in await live.query(read)] == [before[0][0] + 2, *(row[0] + 1 for row in before[1:])]
    async with live.database.writing(viewer.tenant_id) as connection:
        await undo_change(connection, viewer, added.audit_id, **options)
    assert await live.query(read) == before


async def test_A6_who_is_only_seen_once_a_leaver_is_erased_counts_no_more(live):
    anne, bob = live.firm.list_people()
    await exchange(live)
    write_in(live, ("Wanda", "wanda@acme.example"), bob)
    live.firm.send_mail((anne.name, anne.address), to=[("", "wanda@acme.example")])
    await sync(live)
    assert_same(await read_ledger(live.query), expect(live))
    await live.execute("UPDATE tenants SET leaver_days = 0")
    gone = await let_anne_leave(live)
    await live.pass_time(400)
    await live.execute("UPDATE chores SET due_at = 0 WHERE name = 'retention'")
    await live.upkeep.work()
    live.keeps = lambda fact: fact.user_id != gone
    assert_same(await read_ledger(live.query), expect(live))


async def test_A6_sums_of_an_older_installation_are_made_anew(live):
    anne, _ = live.firm.list_people()
    await exchange(live)
    write_in(live, ("Wanda", "wanda@acme.example"), anne)
    await sync(live)
    for table in ("companies", "company_relationships"):
        await live.execute(f"UPDATE {table} SET interaction_count = interaction_count + 7, last_at = last_at + 5")
    await live.execute("UPDATE chores SET due_at = 0, link = '' WHERE name = 'sums'")
    for _ in range(3):
        await live.upkeep.work()
    assert await live.query("SELECT link FROM chores WHERE name = 'sums'") == [("1",)]
    assert_same(await read_ledger(live.query), expect(live))
