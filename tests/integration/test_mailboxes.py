"""The queue of mailboxes: leases, fencing, and when each is due."""

import asyncio

import pytest
from sqlalchemy import insert, select, text, update

from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import LeaseLostError
from storage.models import Feed, Mailbox, MailboxFeed, Tenant, User
from storage.queue.feeds import get_feeds
from storage.queue.leasing import claim_mailboxes
from storage.queue.mailboxes import (
    LEASE,
    Lease,
    count_mailboxes,
    end_leases,
    extend_leases,
    fail_mailbox,
    finish_mailbox,
    get_next_due_at,
    hold_mailbox,
    make_due,
    release_mailbox,
)

NOW = 1_000_000


@pytest.fixture
async def queue(database: Database) -> Database:
    """Ten mailboxes, all due."""
    async with database.writing(SYSTEM) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=1, entra_id="t", domains=["lex.example"]))
        for number in range(1, 11):
            key = {"tenant_id": 1, "id": number}
            await connection.execute(insert(User).values(**key, entra_id=f"u{number}", name="A", folded_name="a"))
            await connection.execute(insert(Mailbox).values(tenant_id=1, user_id=number, due_at=NOW - number))
    return database


async def claim(database: Database, now: int = NOW, limit: int = 1) -> list[Lease]:
    async with database.writing(SYSTEM) as connection:
        return await claim_mailboxes(connection, now, limit)


async def get(database: Database, user_id: int) -> Mailbox:
    async with database.reading(SYSTEM) as connection:
        return (await connection.execute(select(Mailbox).where(Mailbox.user_id == user_id))).one()


async def test_the_longest_due_is_claimed_first_with_all_that_its_sync_needs(queue: Database):
    [lease] = await claim(queue)
    assert (lease.user_id, lease.entra_user_id, lease.entra_tenant_id) == (10, "u10", "t")
    assert (lease.domains, lease.contact_rule, lease.fencing) == (("lex.example",), "outreach", 1)


async def test_F64_workers_that_claim_at_once_never_get_the_same_mailbox(queue: Database):
    claimed = await asyncio.gather(*(claim(queue, limit=3) for _ in range(8)))
    users = [lease.user_id for leases in claimed for lease in leases]
    assert len(users) == len(set(users))
    rest = await claim(queue, limit=20)
    assert sorted([*users, *(lease.user_id for lease in rest)]) == list(range(1, 11))


async def test_F65_a_lease_that_ran_out_is_taken_over_and_its_old_holder_fenced_out(queue: Database):
    [hung] = await claim(queue)
    await claim(queue, limit=9)
    assert await claim(queue, NOW + LEASE - 1) == []
    [taken] = await claim(queue, NOW + LEASE, limit=1)
    assert taken.fencing == 2 or taken.user_id != hung.user_id
    async with queue.writing(SYSTEM) as connection:
        await connection.execute(update(Mailbox).where(Mailbox.user_id == hung.user_id).values(fencing=2))
    for write in (
        lambda connection: hold_mailbox(connection, hung, NOW),
        lambda connection: finish_mailbox(connection, hung, now=NOW, due_at=NOW),
        lambda connection: release_mailbox(connection, hung, NOW),
        lambda connection: fail_mailbox(connection, hung, state="retrying", reason="x", retry_at=NOW, failures=1),
    ):
        with pytest.raises(LeaseLostError):
            async with queue.writing(1) as connection:
                await write(connection)


async def test_what_a_newer_release_follows_beside_our_feeds_is_left_alone(queue: Database):
    async with queue.writing(1) as connection:
        await connection.execute(insert(MailboxFeed).values(tenant_id=1, user_id=1, feed="of_tomorrow"))
        assert set(await get_feeds(connection, 1, 1)) == set(Feed)


async def test_who_reads_under_a_firms_old_rules_is_fenced_out_and_the_mailbox_is_due_again(queue: Database):
    [held] = await claim(queue)
    async with queue.writing(1) as connection:
        await end_leases(connection, 1, NOW + 5)
    with pytest.raises(LeaseLostError):
        async with queue.writing(1) as connection:
            await hold_mailbox(connection, held, NOW + 6)
    assert (await get(queue, held.user_id)).due_at == NOW + 5


async def test_F65_who_works_keeps_the_lease(queue: Database):
    [lease] = await claim(queue)
    await claim(queue, limit=9)
    async with queue.writing(SYSTEM) as connection:
        await extend_leases(connection, [lease], NOW + LEASE - 2)
    taken = await claim(queue, NOW + LEASE, limit=10)
    assert lease.user_id not in {other.user_id for other in taken}
    assert len(taken) == 9


async def test_a_mailbox_made_due_while_it_is_synced_is_due_again_afterwards(queue: Database):
    [lease] = await claim(queue)
    async with queue.writing(1) as connection:
        assert await make_due(connection, 1, lease.user_id, NOW + 1)
    async with queue.writing(1) as connection:
        await finish_mailbox(connection, lease, now=NOW + 2, due_at=NOW + 300)
    mailbox = await get(queue, lease.user_id)
    assert (mailbox.state, mailbox.due_at, mailbox.leased_until) == ("current", NOW + 1, 0)


async def test_making_due_never_puts_off_and_says_where_there_is_nothing(queue: Database):
    async with queue.writing(1) as connection:
        assert await make_due(connection, 1, 3, NOW + 500)
        assert not await make_due(connection, 1, 99, NOW)
        await connection.execute(update(Mailbox).where(Mailbox.user_id == 4).values(state="stopped", due_at=None))
        assert not await make_due(connection, 1, 4, NOW)
    assert (await get(queue, 3)).due_at == NOW - 3
    assert 4 not in {lease.user_id for lease in await claim(queue, limit=20)}


async def test_F30_nothing_makes_a_mailbox_due_before_its_time(queue: Database):
    [lease] = await claim(queue)
    async with queue.writing(1) as connection:
        await fail_mailbox(connection, lease, state="retrying", reason="slow down", retry_at=NOW + 100, failures=1)
        await make_due(connection, 1, lease.user_id, NOW)
    await claim(queue, limit=9)
    async with queue.reading(SYSTEM) as connection:
        assert await get_next_due_at(connection, NOW) == NOW + LEASE
    async with queue.writing(1) as connection:
        await connection.execute(update(Mailbox).where(Mailbox.user_id != lease.user_id).values(state="stopped"))
    async with queue.reading(SYSTEM) as connection:
        assert await get_next_due_at(connection, NOW) == NOW + 100
    assert await claim(queue, NOW + 99) == []
    [again] = await claim(queue, NOW + 100)
    assert (again.user_id, again.failures) == (lease.user_id, 1)


async def test_mailboxes_of_a_firm_that_keeps_us_out_are_left_alone(queue: Database):
    async with queue.writing(SYSTEM) as connection:
        await connection.execute(update(Tenant).values(state="paused"))
    assert await claim(queue, limit=20) == []
    async with queue.reading(SYSTEM) as connection:
        assert await get_next_due_at(connection, NOW) is None


async def add_firm(database: Database, tenant_id: int, count: int, state: str = "new") -> None:
    async with database.writing(SYSTEM) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=tenant_id, entra_id=f"t{tenant_id}"))
        for number in range(1, count + 1):
            user = {"entra_id": f"u{number}", "name": "A", "folded_name": "a"}
            await connection.execute(insert(User).values(tenant_id=tenant_id, id=number, **user))
            mailbox = {"user_id": number, "due_at": NOW - 1, "state": state}
            await connection.execute(insert(Mailbox).values(tenant_id=tenant_id, **mailbox))


async def test_F36_no_firm_waits_for_the_mailboxes_of_another(queue: Database):
    await add_firm(queue, 2, 1)
    await add_firm(queue, 3, 2)
    claimed = [lease.entra_tenant_id for _ in range(6) for lease in await claim(queue)]
    assert claimed.count("t2") == 1
    assert claimed.count("t3") == 2
    assert {"t", "t2", "t3"} == set(claimed[:3])


async def test_places_are_shared_among_firms_and_what_one_leaves_goes_to_the_others(queue: Database):
    await add_firm(queue, 2, 1)
    claimed = [lease.entra_tenant_id for lease in await claim(queue, limit=8)]
    assert (claimed.count("t"), claimed.count("t2")) == (7, 1)


async def test_mail_that_came_in_goes_before_first_syncs(queue: Database):
    async with queue.writing(SYSTEM) as connection:
        await connection.execute(update(Mailbox).where(Mailbox.user_id == 1).values(state="current"))
    assert [lease.user_id for lease in await claim(queue, limit=2)] == [1, 10]


async def test_health_counts_what_there_is_to_sync(queue: Database):
    states = ["current", "current", "retrying", "forbidden", "skipped", "stopped", "syncing", "new", "new", "new"]
    async with queue.writing(SYSTEM) as connection:
        for number, state in enumerate(states, 1):
            await connection.execute(
                text("UPDATE mailboxes SET state = :s WHERE user_id = :u"), {"s": state, "u": number}
            )
    async with queue.reading(SYSTEM) as connection:
        assert await count_mailboxes(connection) == {"total": 8, "current": 2, "failing": 2}
