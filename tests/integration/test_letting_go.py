"""Retention, leavers, and tenants that go and come back; what is left is compared with what really happened."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from bot.cli.forget import Forgotten, forget
from bot.graph.directory.keeper import PERIOD
from storage.engine.database import open_database
from storage.engine.partitions import list_partitions
from storage.engine.rls import SYSTEM
from storage.history.retention import DAY, drop_old_partitions, erase_leaver, get_retention, prepare_purge, purge_tenant
from storage.lists.words import COMPANY, CONTACT
from storage.models import Audit, Base
from tests.ledger import make_ledger
from tests.live import Live, run_live
from tests.microsoft import make_firm
from tests.stored import assert_same, read_ledger

AGES = (2, 40, 400, 800, 1300)
"""Days ago of the mails that Anne and Bob have exchanged."""


async def exchange(live: Live) -> None:
    """Let two people write to the same two companies, long ago and lately, and sync it."""
    for days in AGES:
        sent_at = datetime.fromtimestamp(int(live.clock()) - days * DAY, UTC)
        for person in live.firm.list_people():
            for address in ("jane@acme.example", f"sam{days}@zenith.example"):
                live.firm.send_mail((person.name, person.address), to=[("", address)], sent_at=sent_at)
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()


def let_go(live: Live, *, most_days: float = 10_000, without: str = "") -> None:
    """Expect no more of what is older, or somebody's."""
    oldest = datetime.fromtimestamp(live.clock() - most_days * DAY, UTC)
    live.keeps = lambda fact: datetime.fromisoformat(fact.sent_at) >= oldest and fact.user_id != without


def expect(live: Live):
    """Work out what must be left."""
    facts = filter(live.keeps, live.firm.truth.list_mail())
    return make_ledger(facts, [], live.firm.domains, int(live.clock()), "outreach")


async def keep(live: Live) -> None:
    """Do the day's upkeep, twice: the second time there is nothing left to do."""
    for _ in range(2):
        await live.execute("UPDATE chores SET due_at = 0 WHERE name = 'retention'")
        await live.upkeep.work()


async def test_S39_what_is_older_than_the_firm_keeps_goes_and_all_counts_with_it(live):
    await exchange(live)
    assert_same(await read_ledger(live.query), expect(live))
    await live.execute("UPDATE tenants SET retention_days = 365")
    await keep(live)
    let_go(live, most_days=365)
    assert_same(await read_ledger(live.query), expect(live))


async def test_S39_the_purge_leaves_its_proof(live):
    await exchange(live)
    await live.execute("UPDATE tenants SET retention_days = 365")
    await keep(live)
    async with live.database.reading(SYSTEM) as connection:
        proofs = list(await connection.scalars(select(Audit.after).where(Audit.action == "purge")))
    assert sum(proof["interactions"] for proof in proofs) == 12
    let_go(live, most_days=365)


async def test_S39_a_firm_that_keeps_everything_keeps_everything(live):
    await exchange(live)
    await keep(live)
    assert_same(await read_ledger(live.query), expect(live))


async def test_S39_one_firm_keeps_what_another_lets_go(database):
    first, second = make_firm(), make_firm(domain="other.example")
    async with run_live(database, first, second) as live:
        await live.settle()
        await exchange(live)
        await live.execute("UPDATE tenants SET retention_days = 365 WHERE entra_id = :id", id=second.tenant_id)
        await keep(live)
        assert_same(await read_ledger(live.query, first.tenant_id), expect(live))


async def test_S39_old_parts_are_dropped_whole(make_postgres):
    database = open_database(await make_postgres())
    await database.create_tables()
    async with run_live(database, make_firm()) as live:
        await live.settle()
        await keep(live)
        await exchange(live)
        await live.execute("UPDATE tenants SET retention_days = 365")
        await keep(live)
        async with database.reading(SYSTEM) as connection:
            parts = await list_partitions(connection, "interactions")
        this_year = datetime.fromtimestamp(live.clock(), UTC).year
        assert f"interactions_{this_year - 2}" not in parts
        assert {f"interactions_{this_year + ahead}" for ahead in (-1, 0, 1)} < set(parts)
        let_go(live, most_days=365)
        assert_same(await read_ledger(live.query), expect(live))
    await database.close()


async def write_long_ago(live: Live) -> None:
    """Write to two people of two companies and to nobody else, in a year that has a part of its own."""
    await keep(live)
    await exchange(live)
    anne = live.firm.list_people()[0]
    sent_at = datetime.fromtimestamp(int(live.clock()) - 1200 * DAY, UTC)
    for address in ("olga.quondam@bygone.example", "hugo.forlorn@oldline.example"):
        live.firm.send_mail((anne.name, anne.address), to=[("", address)], sent_at=sent_at)
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()


async def expect_nothing_of(live: Live, *words: str) -> None:
    """Look through every table for what nobody is left to know."""
    for table in ("contacts", "companies", "company_domains", "search_words", "known_words"):
        rows = await live.query(f"SELECT * FROM {table}")
        assert rows, table
        assert not [row for row in rows for word in words if word in str(tuple(row))], table


async def test_S39_of_whom_only_a_dropped_part_knew_nothing_stays_and_all_are_counted(live):
    await write_long_ago(live)
    now = int(live.clock())
    await live.execute("UPDATE tenants SET retention_days = 500")
    [(tenant_id, old)] = await live.query(
        f"SELECT tenant_id, count(*) FROM interactions WHERE occurred_at < {now - 500 * DAY} GROUP BY tenant_id"
    )
    await prepare_purge(live.database, tenant_id, now, is_confirmed=True)
    dropped = await drop_old_partitions(live.database, now)
    assert dropped.counts[tenant_id] + await purge_tenant(live.database, tenant_id, now) == old
    await expect_nothing_of(live, "quondam", "bygone", "forlorn", "oldline")
    let_go(live, most_days=500)
    assert_same(await read_ledger(live.query), expect(live))


async def test_S39_what_an_earlier_purge_left_of_people_goes_with_the_next_one(live):
    await write_long_ago(live)
    before = int(live.clock()) - 500 * DAY
    for table in ("interactions", "interaction_contacts"):  # as a part that was dropped and forgotten
        await live.execute(f"DELETE FROM {table} WHERE occurred_at > 0 AND occurred_at < {before}")
    await live.execute(f"UPDATE tenants SET retention_days = 500, kept_from = {before}")
    await keep(live)
    await expect_nothing_of(live, "quondam", "bygone", "forlorn", "oldline")
    let_go(live, most_days=500)
    assert_same(await read_ledger(live.query), expect(live))


async def test_S39_the_words_of_a_former_name_go_with_the_next_purge(live):
    await exchange(live)
    former = (
        "INSERT INTO known_words (tenant_id, of, word, backwards) SELECT tenant_id, :of, 'quux', 'xuuq' FROM tenants"
    )
    for kind in (COMPANY, CONTACT):
        await live.execute(former, of=kind)
    await live.execute("UPDATE tenants SET leaver_days = 30")
    words = await live.query("SELECT count(*) FROM known_words")
    await keep(live)
    assert await live.query("SELECT count(*) FROM known_words") == [(words[0][0] - 2,)]
    await expect_nothing_of(live, "quux")


async def let_anne_leave(live: Live) -> str:
    anne = live.firm.list_people()[0]
    live.firm.directory.remove(anne)
    await live.pass_time(PERIOD)
    return anne.id


async def test_what_a_leavers_mailbox_gave_stays_with_the_firm_where_it_wants_to(live):
    await exchange(live)
    await let_anne_leave(live)
    await keep(live)
    assert_same(await read_ledger(live.query), expect(live))


async def test_what_a_leavers_mailbox_gave_goes_after_the_firms_days(live):
    await exchange(live)
    await live.execute("UPDATE tenants SET leaver_days = 30")
    anne = await let_anne_leave(live)
    await keep(live)
    assert_same(await read_ledger(live.query), expect(live))
    await live.pass_time(31 * DAY)
    await keep(live)
    let_go(live, without=anne)
    assert_same(await read_ledger(live.query), expect(live))
    assert await live.query("SELECT address FROM users WHERE name = 'Anne Martin'") == [("",)]


async def test_A3_a_leaver_who_never_had_a_mailbox_goes_after_the_firms_days_too_and_once(live):
    zoe = live.firm.directory.add(f"zoe@{live.firm.domains[0]}", "Zoe Small")
    await live.execute("UPDATE tenants SET leaver_days = 30")
    await live.pass_time(PERIOD)
    live.firm.directory.remove(zoe)
    await live.pass_time(PERIOD)
    [(user_id,)] = await live.query("SELECT id FROM users WHERE name = 'Zoe Small'")
    for table in ("mailbox_feeds", "mailboxes", "subscriptions"):
        await live.execute(f"DELETE FROM {table} WHERE user_id = :id", id=user_id)
    await keep(live)
    assert await live.query("SELECT address FROM users WHERE name = 'Zoe Small'") != [("",)]
    await live.pass_time(31 * DAY)
    for _ in range(2):
        await keep(live)
    assert await live.query("SELECT address FROM users WHERE name = 'Zoe Small'") == [("",)]
    assert await live.query("SELECT entity_id FROM audit WHERE action = 'erase_leaver'") == [(user_id,)]


async def test_F60_whom_only_a_leaver_knew_goes_too_where_the_erasure_broke_off_before_it_came_to_them(live):
    await write_long_ago(live)
    anne = await let_anne_leave(live)
    await live.execute("UPDATE tenants SET leaver_days = 0")
    [(tenant_id, user_id)] = await live.query("SELECT tenant_id, id FROM users WHERE name = 'Anne Martin'")
    async with live.database.reading(tenant_id) as connection:
        retention = await get_retention(connection, tenant_id)
    await erase_leaver(live.database, retention, user_id, int(live.clock()))  # ... and then the process was killed
    assert await live.query("SELECT count(*) FROM contacts WHERE address LIKE '%@bygone.example'") == [(1,)]
    await keep(live)
    await expect_nothing_of(live, "quondam", "bygone", "forlorn", "oldline")
    let_go(live, without=anne)
    assert_same(await read_ledger(live.query), expect(live))


async def count_rows(live: Live) -> dict[str, int]:
    counts = {name: (await live.query(f"SELECT count(*) FROM {name}"))[0][0] for name in Base.metadata.tables}
    return {name: count for name, count in counts.items() if count}


async def test_F45_a_tenant_that_leaves_leaves_nothing_and_may_come_back(live):
    await exchange(live)
    before = await count_rows(live)
    assert await forget(live.database, live.clients, live.firm.tenant_id) == Forgotten(before)
    assert await count_rows(live) == {}
    assert live.microsoft.subscriptions.list_live() == []
    assert await forget(live.database, live.clients, live.firm.tenant_id) is None
    live.directory._has_added = False
    await live.settle()
    assert_same(await read_ledger(live.query), expect(live))


async def test_F45_a_tenant_that_lets_us_in_no_more_is_forgotten_all_the_same(live):
    await exchange(live)
    live.microsoft.faults.add("token_error", edge="login", code=700016)
    live.clients._clients.clear()
    forgotten = await forget(live.database, live.clients, live.firm.tenant_id)
    assert (forgotten.left, "700016" in forgotten.error) == (4, True)
    assert len(live.microsoft.subscriptions.list_live()) == 4
    assert await count_rows(live) == {}
    live.keeps = lambda _fact: False


async def test_F45_S43_another_tenant_loses_nothing(database):
    first, second = make_firm(), make_firm(domain="other.example")
    async with run_live(database, first, second) as live:
        await live.settle()
        await exchange(live)
        await forget(database, live.clients, second.tenant_id)
        live.keeps = lambda fact: fact.tenant_id == first.tenant_id
        assert_same(await read_ledger(live.query, first.tenant_id), expect(live))


@pytest.mark.parametrize("days", [0, 29])
async def test_who_has_just_left_is_not_forgotten_before_the_subscriptions_have_ended(live, days):
    await exchange(live)
    await live.execute("UPDATE tenants SET leaver_days = 30")
    live.firm.directory.remove(live.firm.list_people()[0])
    live.clock.ahead += PERIOD
    await live.directory.work()
    live.clock.ahead += days * DAY
    await keep(live)
    assert (await live.query("SELECT count(*) FROM mailboxes WHERE state = 'stopped'"))[0][0] == 1
