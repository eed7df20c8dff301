"""A clock that is wrong deletes nothing, and what it put off is due again when it is right."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from bot.errors import ConflictError
from bot.graph.directory.clocks import Clocks
from bot.graph.directory.keeper import DirectoryKeeper
from bot.language import say
from bot.teams.idempotency import Claim
from bot.teams.incoming import read_activity
from bot.turn import Reply
from bot.upkeep import APART, Upkeep
from storage.engine.rls import SYSTEM
from storage.firm.rule_preview import preview_loss
from storage.firm.rules import get_rules, set_rules
from storage.history.leavers import DAY
from storage.history.retention import drop_old_partitions, prepare_purge, purge_tenant
from storage.messages.idempotency import add_answered, empty_answers, get_answer, set_answer
from storage.queue.clock import get_database_time
from storage.viewer import Viewer
from tests.factories import add_tenant
from tests.integration.test_letting_go import exchange, expect, let_go
from tests.live import Live, live
from tests.stored import assert_same, read_ledger

__all__ = ["live"]
TWO_YEARS = 730 * DAY


async def purge(live: Live, *, ahead: float = 0.0, told: tuple[float, ...] = (0.0, 0.0)) -> str:
    """Do the hour's upkeep with our clock and the others' ahead by so much; gives why nothing was purged."""

    async def read_times(_entra_id: str) -> list[float]:
        return [live.clock() + seconds for seconds in told]

    await live.execute("UPDATE chores SET due_at = 0 WHERE name = 'retention'")
    await Upkeep(live.database, lambda: live.clock() + ahead, read_times).work()
    return (await live.query("SELECT reason FROM chores WHERE name = 'retention'"))[0][0]


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (TWO_YEARS, (0.0, 0.0)),
        (0.0, (TWO_YEARS, 0.0)),
        (0.0, (0.0, TWO_YEARS)),
        (TWO_YEARS, (TWO_YEARS, 0.0)),
        (-TWO_YEARS, (0.0, 0.0)),
        (0.0, (0.0,)),
    ],
)
async def test_A7_clocks_that_differ_delete_nothing(live, ahead, told):
    await exchange(live)
    await live.execute("UPDATE tenants SET retention_days = 2000")
    assert await purge(live, ahead=ahead, told=told) == "clocks_differ"
    assert (await live.query("SELECT max(kept_from) FROM tenants"))[0][0] == 0
    assert_same(await read_ledger(live.query), expect(live))


async def test_A7_all_clocks_wrong_alike_take_no_more_than_an_administrator_allows(live):
    await exchange(live)
    await live.execute("UPDATE tenants SET retention_days = 2000")
    assert await purge(live) == ""
    reason = await purge(live, ahead=TWO_YEARS, told=(TWO_YEARS, TWO_YEARS))
    assert reason.startswith("purge_needs_word:")
    assert_same(await read_ledger(live.query), expect(live))
    assert await purge(live, ahead=APART / 2) == ""


async def test_A7_what_a_clock_ahead_put_off_is_due_again_when_it_is_right(live):
    await live.settle()
    far = int(live.clock()) + TWO_YEARS
    await live.execute(f"UPDATE mailboxes SET due_at = {far}, not_before = {far}, leased_until = {far}")
    await live.execute(f"UPDATE chores SET due_at = {far}")
    await live.execute(f"UPDATE subscriptions SET renew_at = {far}")
    await live.upkeep.work()
    for column, table in (("due_at", "mailboxes"), ("leased_until", "mailboxes"), ("due_at", "chores")):
        assert (await live.query(f"SELECT max({column}) FROM {table}"))[0][0] <= live.clock() + DAY
    assert (await live.query("SELECT max(renew_at) FROM subscriptions"))[0][0] <= live.clock() + 8 * DAY


async def test_A7_the_database_and_graph_are_asked_for_the_time(live):
    [(entra_id,)] = await live.query("SELECT entra_id FROM tenants LIMIT 1") or [(live.firm.tenant_id,)]
    times = await Clocks(live.database, live.clients).read(entra_id)
    async with live.database.reading(SYSTEM) as connection:
        assert abs(await get_database_time(connection) - live.clock()) < APART
    assert all(abs(told - live.clock()) < APART for told in times)


async def test_A18_after_a_purge_nothing_is_left_of_who_is_gone_and_no_resync_brings_it_back(live):
    await exchange(live)
    await live.execute("UPDATE tenants SET retention_days = 365")
    assert await purge(live) == ""
    gone = [f"sam{days}@zenith.example" for days in (400, 800, 1300)]
    for table, column in (("contacts", "address"), ("search_words", "word"), ("known_words", "word")):
        left = {row[0] for row in await live.query(f"SELECT {column} FROM {table}")}
        assert not left & {*gone, *(address.partition("@")[0] for address in gone)}
    let_go(live, most_days=365)
    await live.execute("UPDATE mailbox_feeds SET link = '', round = 0, window_ends_at = 0")
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()
    assert_same(await read_ledger(live.query), expect(live))


async def test_A18_a_leavers_erasure_takes_whom_only_the_leaver_knew(live):
    await exchange(live)
    anne, *_ = live.firm.list_people()
    live.firm.send_mail((anne.name, anne.address), to=[("", "only@annes.example")])
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()
    await live.execute("UPDATE tenants SET leaver_days = 0")
    live.firm.directory.remove(anne)
    await live.pass_time(400)
    await purge(live)
    assert ("only@annes.example",) not in await live.query("SELECT address FROM contacts")
    assert ("annes.example",) not in await live.query("SELECT domain FROM company_domains")
    let_go(live, without=anne.id)


async def answer(live: Live, tenant_id: int, run: Callable[[], Awaitable[Reply]]) -> Reply:
    """Let an activity have its effect, or give the answer of the delivery that had it."""
    incoming = read_activity(b'{"type": "message", "id": "1", "conversation": {"id": "a:anne"}}')
    claim = Claim(live.database, tenant_id, incoming, lambda: int(live.clock()))
    async with live.database.writing(tenant_id) as connection:
        return await claim.keep_effect(connection, run)


@pytest.mark.parametrize("rule", ["retention_days = 365", "leaver_days = 0", "retention_days = 0"])
async def test_A29_a_purge_empties_what_was_answered_and_nothing_is_done_twice(live, rule):
    await exchange(live)
    anne, *_ = live.firm.list_people()
    if rule.startswith("leaver"):
        live.firm.directory.remove(anne)
        await live.pass_time(400)
        let_go(live, without=anne.id)
    await live.execute(f"UPDATE tenants SET {rule}")
    [(tenant_id,)] = await live.query("SELECT tenant_id FROM tenants")

    async def change() -> Reply:
        return Reply(card={"text": "Sam of Zenith"}, summary="Sam", private=Reply(card={"text": "Sam in private"}))

    async def change_again() -> Reply:
        pytest.fail("it had its effect before")

    first = await answer(live, tenant_id, change)
    assert await answer(live, tenant_id, change_again) == first
    assert await purge(live) == ""
    assert await live.query("SELECT count(*), count(answer) FROM answered") == [(1, 0)]
    with pytest.raises(ConflictError) as refused:
        await answer(live, tenant_id, change_again)
    for language in ("en", "fr"):
        assert say(language, f"errors.{refused.value.key}")
    if rule == "retention_days = 365":
        let_go(live, most_days=365)


async def test_A29_one_firms_purge_leaves_what_another_was_answered(database):
    async with database.writing(SYSTEM) as connection:
        for tenant_id in (await add_tenant(connection, 1), await add_tenant(connection, 2)):
            await add_answered(connection, tenant_id, bytes(16), 1)
            await set_answer(connection, tenant_id, bytes(16), {"summary": "Sam"})
    async with database.writing(1) as connection:
        await empty_answers(connection, 1)
        assert await get_answer(connection, 1, bytes(16)) is None
    async with database.reading(2) as connection:
        assert await get_answer(connection, 2, bytes(16)) == {"summary": "Sam"}


async def miss_anne(live: Live, *, ahead: float) -> str:
    """Let Anne leave, and have the directory looked at by a clock that is ahead by so much."""
    anne, *_ = live.firm.list_people()
    live.firm.directory.remove(anne)
    await live.execute("UPDATE chores SET due_at = -999999999 WHERE name = 'directory'")
    tenants = (live.firm.tenant_id,)
    keeper = DirectoryKeeper(
        live.database, live.clients, tenants=tenants, first=live.rules, clock=lambda: live.clock() + ahead
    )
    keeper._has_added = True  # or it gives the firm the rules of its environment again
    await keeper.work()
    assert await live.query("SELECT is_active FROM users WHERE entra_id = :id", id=anne.id) == [(False,)]
    await live.pass_time(400)
    return anne.id


@pytest.mark.parametrize("ahead", [-TWO_YEARS, -31 * DAY, 0, TWO_YEARS])
async def test_A28_a_leavers_days_begin_when_the_clocks_agree(live, ahead):
    await exchange(live)
    await live.execute("UPDATE tenants SET leaver_days = 30")
    anne = await miss_anne(live, ahead=ahead)
    assert await purge(live) == ""
    assert_same(await read_ledger(live.query), expect(live))
    await live.pass_time(31 * DAY)
    assert await purge(live) == ""
    let_go(live, without=anne)
    assert_same(await read_ledger(live.query), expect(live))


async def test_A7_a_clock_that_cannot_be_asked_is_not_said_to_differ_and_deletes_nothing(live):
    await exchange(live)
    await live.execute("UPDATE tenants SET retention_days = 2000")
    await live.execute("UPDATE chores SET due_at = 0 WHERE name = 'retention'")
    fault = live.microsoft.faults.add("token_error", edge="login", code=7000222)
    live.clients._clients.clear()
    await Upkeep(live.database, live.clock, Clocks(live.database, live.clients).read).work()
    live.microsoft.faults.remove(fault)
    live.clients._clients.clear()
    assert await live.query("SELECT reason FROM chores WHERE name = 'retention'") == [("clock_unknown",)]
    assert_same(await read_ledger(live.query), expect(live))


@pytest.mark.parametrize(("ahead", "told"), [(TWO_YEARS, (0.0, 0.0)), (0.0, (TWO_YEARS, 0.0)), (0.0, (0.0,))])
async def test_A28_clocks_that_differ_erase_no_leaver(live, ahead, told):
    await exchange(live)
    await live.execute("UPDATE tenants SET leaver_days = 30")
    await miss_anne(live, ahead=0)
    assert await purge(live) == ""
    assert await purge(live, ahead=ahead, told=told) == "clocks_differ"
    assert_same(await read_ledger(live.query), expect(live))


@pytest.mark.parametrize("retention_days", [0, 2000])
async def test_A28_much_of_leavers_waits_for_an_administrator(live, retention_days):
    await exchange(live)
    anne, *_ = live.firm.list_people()
    for number in range(60):
        live.firm.send_mail((anne.name, anne.address), to=[("", f"only{number}@annes.example")])
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()
    await live.execute(f"UPDATE tenants SET leaver_days = 0, retention_days = {retention_days}")
    await miss_anne(live, ahead=0)
    assert await purge(live) == "purge_needs_word:70"
    assert_same(await read_ledger(live.query), expect(live))
    [(tenant_id,)] = await live.query("SELECT tenant_id FROM tenants")
    now = int(live.clock())
    await prepare_purge(live.database, tenant_id, now, is_confirmed=True)
    await drop_old_partitions(live.database, now)
    assert await purge_tenant(live.database, tenant_id, now) == 70
    let_go(live, without=anne.id)
    assert_same(await read_ledger(live.query), expect(live))


async def confirm(live: Live, **values: int) -> None:
    """Let an administrator set rules and agree to what they delete."""
    async with live.database.writing(SYSTEM) as connection:
        rules, now = await get_rules(connection, 1), int(live.clock())
        losses = await preview_loss(connection, 1, rules, values, now)
        await set_rules(connection, Viewer(1, 0), values, now=now, source="pane", confirmed=losses)


async def write_much(live: Live, days: int) -> None:
    anne, *_ = live.firm.list_people()
    sent_at = datetime.fromtimestamp(int(live.clock()) - days * DAY, UTC)
    for number in range(60):
        live.firm.send_mail((anne.name, anne.address), to=[("", f"some{number}@annes.example")], sent_at=sent_at)
    await live.execute("UPDATE mailboxes SET due_at = 0")
    await live.settle()


@pytest.mark.parametrize("days", [30, 365, 1000])
async def test_A27_what_an_administrator_agreed_to_lose_goes_with_the_next_purge(live, days):
    await exchange(live)
    await write_much(live, days + 10)
    await confirm(live, retention_days=days)
    assert await purge(live) == ""
    let_go(live, most_days=days)
    assert_same(await read_ledger(live.query), expect(live))


async def test_A27_the_yes_counts_for_leavers_too(live):
    await exchange(live)
    await write_much(live, 2)
    anne = await miss_anne(live, ahead=0)
    await confirm(live, leaver_days=0)
    assert await purge(live) == ""
    let_go(live, without=anne)
    assert_same(await read_ledger(live.query), expect(live))


@pytest.mark.parametrize("changed", [{"retention_days": 300}, {"retention_days": 0}])
async def test_A27_a_yes_counts_for_its_own_rule_alone(live, changed):
    await exchange(live)
    await write_much(live, 350)
    await confirm(live, retention_days=340)
    async with live.database.writing(SYSTEM) as connection:
        await set_rules(connection, Viewer(1, 0), changed, now=int(live.clock()), source="pane")
    reason = await purge(live)
    assert reason.startswith("purge_needs_word:") if changed["retention_days"] else reason == ""
    assert_same(await read_ledger(live.query), expect(live))


async def test_A27_a_yes_counts_for_no_clocks_that_run_ahead_and_for_no_more_than_was_shown(live):
    await exchange(live)
    await confirm(live, retention_days=600)
    await write_much(live, 2)
    reason = await purge(live, ahead=TWO_YEARS, told=(TWO_YEARS, TWO_YEARS))
    assert reason.startswith("purge_needs_word:")
    let_go(live, most_days=600)
    assert await purge(live) == ""


async def test_A27_a_rule_that_waits_for_its_purge_lets_nothing_older_in(live):
    await live.execute("UPDATE tenants SET retention_days = 100")
    await exchange(live)
    let_go(live, most_days=100)
    assert_same(await read_ledger(live.query), expect(live))
