"""Graph's subscriptions, kept beside the small Microsoft 365."""

import asyncio

import psutil
import pytest

from bot.graph.subscriptions.audit import PERIOD, RECHECK, SubscriptionAuditor
from bot.graph.subscriptions.keeper import AT_ONCE, SubscriptionKeeper, write_address
from storage.engine.rls import SYSTEM
from storage.queue.chores import LEASE as CHORE_LEASE
from storage.queue.chores import claim_chores
from storage.queue.subscriptions import LEASE, claim_subscriptions
from tests.any_database import on_any_database
from tests.live import run_live
from tests.microsoft import make_firm

HALF_LIFE = 4230 * 60 / 2

SUBSCRIPTIONS = "SELECT user_id, resource, graph_id, state, expires_at, renew_at FROM subscriptions ORDER BY 1, 2"


def list_live(live):
    return live.microsoft.subscriptions.list_live()


async def check_kept(live) -> None:
    """What we hold and what Graph holds is the same, two for each mailbox."""
    rows = await live.query(SUBSCRIPTIONS)
    assert {row[3] for row in rows} == {"active"}
    assert {row[2] for row in rows} == {one.id for one in list_live(live)}
    assert len(rows) == 2 * len(live.firm.list_people())


async def send_and_settle(live, count: int = 1) -> None:
    anne = live.firm.list_people()[0]
    for _ in range(count):
        live.firm.send_mail((anne.name, anne.address), to=[("Jane Doe", "jane@acme.example")])
    await live.microsoft.notifications.settle()
    await live.settle()


async def test_every_mailbox_has_two_with_a_client_state_of_its_own(live):
    await check_kept(live)
    states = {one.client_state for one in list_live(live)}
    assert len(states) == 4
    assert min(len(state) for state in states) >= 32


async def test_S23_the_client_state_is_kept_as_a_digest_alone(live):
    rows = str(await live.query("SELECT * FROM subscriptions"))
    assert not [one for one in list_live(live) if one.client_state in rows]


async def test_F28_subscriptions_ask_for_immutable_ids(live):
    assert all(one.is_immutable for one in list_live(live))


async def test_a_mail_is_in_the_store_after_its_notification(live):
    await send_and_settle(live)
    assert await live.count_interactions() == 1


@on_any_database
async def test_F10_a_subscription_is_renewed_before_half_its_life(live):
    before = {row[:2]: row[4] for row in await live.query(SUBSCRIPTIONS)}
    await live.pass_time(HALF_LIFE)
    after = {row[:2]: row[4] for row in await live.query(SUBSCRIPTIONS)}
    assert all(after[key] > before[key] + HALF_LIFE * 0.7 for key in before)
    assert live.count_calls("POST", "subscriptions") == 4
    await check_kept(live)


@on_any_database
async def test_F10_one_that_is_gone_when_it_is_renewed_is_created_anew(live):
    live.microsoft.subscriptions.drop(list_live(live)[0].id)
    await live.pass_time(HALF_LIFE)
    await check_kept(live)


@on_any_database
@pytest.mark.parametrize("status", [403, 429, 503, 500])
async def test_F10_a_renewal_that_is_refused_past_the_end_ends_in_a_new_one(live, status):
    fault = live.microsoft.faults.add("status", path="subscriptions", status=status)
    for _ in range(3):
        await live.pass_time(HALF_LIFE)
    assert list_live(live) == []
    live.microsoft.faults.remove(fault)
    await live.pass_time(24 * 3600)
    await check_kept(live)


async def test_F7_five_hundred_demands_to_reauthorise_are_one_renewal_each(live):
    for _ in range(5):
        live.microsoft.notifications.send_lifecycle("reauthorizationRequired", list_live(live) * 25)
        await live.microsoft.notifications.settle()
    await live.settle()
    assert sorted(live.microsoft.subscriptions.reauthorized) == sorted(one.id for one in list_live(live))


async def test_F8_one_that_was_removed_is_created_anew_and_the_gap_is_read(live):
    removed = list_live(live)
    live.microsoft.notifications.send_lifecycle("subscriptionRemoved", removed)
    await send_and_settle(live)
    await check_kept(live)
    assert {one.id for one in list_live(live)}.isdisjoint(one.id for one in removed)
    assert await live.count_interactions() == 1


async def test_F8_a_refused_creation_is_tried_again_later_and_later(live):
    live.microsoft.faults.add("status", path="subscriptions", status=403, count=2)
    live.microsoft.notifications.send_lifecycle("subscriptionRemoved", list_live(live)[:1])
    await live.microsoft.notifications.settle()
    await live.settle()
    refused = await live.query("SELECT reason, failures FROM subscriptions WHERE failures > 0")
    assert [(reason[:3], failures) for reason, failures in refused] == [("403", 1)]
    await live.pass_time(600)
    await live.pass_time(1200)
    await check_kept(live)


async def test_F30_a_firm_that_is_asked_to_slow_down_is_left_alone_with_all_its_subscriptions(database):
    async with run_live(database, make_firm(*(f"Person {number}" for number in range(6)))) as live:
        await live.settle()
        for one in list_live(live):
            live.microsoft.subscriptions.drop(one.id)
        await live.execute("UPDATE subscriptions SET state = 'wanted', graph_id = '', renew_at = 0")
        live.microsoft.faults.add("throttle", path="subscriptions", seconds=60, count=1)
        for _ in range(3):
            await live.keeper.work()
        assert live.count_calls("POST", "subscriptions") == 12 + AT_ONCE
        await live.pass_time(120)
        await check_kept(live)


async def test_F6_missed_reads_the_mailbox_at_once(live):
    live.microsoft.faults.add("lose", edge="notifications")
    await send_and_settle(live)
    assert await live.count_interactions() == 0
    live.microsoft.notifications.send_lifecycle("missed", list_live(live))
    await live.microsoft.notifications.settle()
    await live.settle()
    assert await live.count_interactions() == 1


async def test_F5_what_no_notification_told_of_is_found_by_the_clock(live):
    live.microsoft.faults.add("lose", edge="notifications")
    await send_and_settle(live, 20)
    assert await live.count_interactions() == 0
    await live.pass_time(330)
    assert await live.count_interactions() == 20


async def test_F27_a_change_that_is_not_visible_yet_is_found_later(live):
    await send_and_settle(live)
    live.microsoft.faults.add("lag", seconds=30)
    await send_and_settle(live)
    assert await live.count_interactions() == 1
    await live.pass_time(330)
    assert await live.count_interactions() == 2


@pytest.mark.parametrize("hours", [1, -1])
async def test_F67_a_clock_that_jumps_ends_no_subscription_and_holds_no_mailbox_up(live, hours):
    before = {one.id for one in list_live(live)}
    await live.pass_time(hours * 3600)
    await send_and_settle(live)
    await live.pass_time(-hours * 3600)
    assert {one.id for one in list_live(live)} == before
    assert live.count_calls("POST", "subscriptions") == 4


async def test_F70_work_leaves_no_task_and_no_open_file_behind(live):
    await send_and_settle(live, 5)
    measured = []
    for _ in range(12):
        await send_and_settle(live, 5)
        measured.append((len(asyncio.all_tasks()), psutil.Process().num_fds()))
    assert max(measured[6:]) <= max(measured[:6])


async def test_F2_F3_doubled_and_reordered_notifications_change_nothing_twice(live):
    live.microsoft.faults.add("double", edge="notifications", times=9, share=0.5)
    live.microsoft.faults.add("reorder", edge="notifications", window=5, share=0.5)
    await send_and_settle(live, 20)
    live.microsoft.notifications.release()
    await live.microsoft.notifications.settle()
    await live.settle()
    assert await live.count_interactions() == 20


async def test_F9_one_that_vanishes_without_a_word_is_missed_within_the_period(live):
    live.microsoft.subscriptions.drop(list_live(live)[0].id)
    await live.pass_time(PERIOD + 60)
    await check_kept(live)


async def test_F11_an_orphan_of_a_crash_is_ended(live):
    await crash_after_creation(live)
    assert len(list_live(live)) == 5
    await send_and_settle(live)
    await live.pass_time(LEASE + RECHECK + 60)
    await check_kept(live)
    assert await live.count_interactions() == 1


async def crash_after_creation(live) -> None:
    """Create one at Graph and forget its id, as a process that dies between the two does."""
    anne = live.firm.list_people()[0]
    [mine] = [one for one in list_live(live) if one.resource.endswith("messages") and anne.id in one.resource]
    live.microsoft.subscriptions.drop(mine.id)
    forget = "UPDATE subscriptions SET state = 'wanted', graph_id = '', renew_at = :at WHERE "
    await live.execute(forget + "graph_id = :graph_id", at=0, graph_id=mine.id)
    known = {row[0] for row in await live.query("SELECT graph_id FROM subscriptions")}
    await live.keeper.work()
    [orphan] = {one.id for one in list_live(live)} - known
    await live.execute(forget + "graph_id = :graph_id", at=int(live.clock()) + LEASE, graph_id=orphan)
    live.clock.ahead += LEASE + 1
    await live.keeper.work()


async def test_F11_the_subscriptions_of_another_installation_are_left_alone(live):
    other = list_live(live)[0]
    other.notification_url = "http://127.0.0.1:1/graph/notifications"
    live.microsoft.notifications.first_pause = 0  # nobody takes what is sent there
    await live.pass_time(PERIOD + 60)
    assert other in list_live(live)


async def test_F64_two_keepers_make_each_call_once(live):
    live.microsoft.notifications.send_lifecycle("reauthorizationRequired", list_live(live))
    await live.microsoft.notifications.settle()
    await asyncio.gather(*(live.keeper.work() for _ in range(4)))
    assert len(live.microsoft.subscriptions.reauthorized) == 4


async def test_F64_one_whose_answer_is_slow_is_in_hand_until_it_comes(live):
    """A second keeper beside it, past the end of the claim."""
    live.microsoft.notifications.send_lifecycle("reauthorizationRequired", list_live(live))
    await live.microsoft.notifications.settle()
    live.microsoft.faults.add("slow", edge="graph", count=4, seconds=LEASE / 3 + 1)
    first = asyncio.create_task(live.keeper.work())
    await asyncio.sleep(0.5)
    live.clock.ahead += LEASE / 2
    await asyncio.sleep(LEASE / 3)
    live.clock.ahead += LEASE / 2
    await live.keeper.work()
    await first
    assert len(live.microsoft.subscriptions.reauthorized) == 4
    assert {row[5] > live.clock() + LEASE for row in await live.query(SUBSCRIPTIONS)} == {True}


async def test_A11_a_process_that_dies_with_subscriptions_in_hand_is_taken_over_within_seconds(live):
    await live.execute("UPDATE subscriptions SET renew_at = 0")
    async with live.database.writing(SYSTEM) as connection:
        assert len(await claim_subscriptions(connection, int(live.clock()), AT_ONCE)) == 4
        assert await claim_subscriptions(connection, int(live.clock()) + LEASE - 1, AT_ONCE) == []
    live.clock.ahead += 10
    async with live.database.writing(SYSTEM) as connection:
        assert len(await claim_subscriptions(connection, int(live.clock()), AT_ONCE)) == 4


async def test_F13_after_hours_of_absence_everything_is_caught_up(live):
    for _ in range(50):
        anne, bob = live.firm.list_people()
        live.firm.send_mail(("Jane Doe", "jane@acme.example"), to=[(bob.name, bob.address)])
        live.firm.send_mail((anne.name, anne.address), to=[("Sam Poe", "sam@zenith.example")])
    live.clock.ahead += 5 * 3600
    await live.settle()
    assert await live.count_interactions() == 100


async def test_A10_what_another_installation_made_is_left_alone(live):
    """A second service with another database and the same address, as a start in the wrong folder makes it."""
    ours = {one.id for one in list_live(live)}
    names = await live.query("SELECT installation FROM tenants")
    await live.execute("DELETE FROM subscriptions")
    await live.execute("UPDATE tenants SET installation = 'another'")
    await live.pass_time(PERIOD + 60)
    assert ours <= {one.id for one in list_live(live)}
    assert names != [("another",)]
    assert {one.notification_url.rpartition("=")[2] for one in list_live(live)} == {names[0][0], "another"}


async def test_A11_a_process_that_dies_with_a_chore_in_hand_is_taken_over_within_seconds(live):
    await live.execute("UPDATE chores SET due_at = 0 WHERE name = 'directory'")
    async with live.database.writing(SYSTEM) as connection:
        assert len(await claim_chores(connection, "directory", int(live.clock()))) == 1
    live.clock.ahead += CHORE_LEASE + 1
    async with live.database.writing(SYSTEM) as connection:
        assert len(await claim_chores(connection, "directory", int(live.clock()))) == 1


@pytest.mark.parametrize("end", ["", "/"])
async def test_another_address_is_told_to_graph_at_the_next_start(live, end):
    new = live.url.replace("127.0.0.1", "localhost") + end
    assert new != live.url + end
    before = {one.id for one in list_live(live)}
    live.keeper = SubscriptionKeeper(live.database, live.clients, public_url=new, clock=live.clock)
    live.auditor = SubscriptionAuditor(live.database, live.clients, public_url=new, clock=live.clock)
    await live.auditor.work()
    assert {row[3] for row in await live.query(SUBSCRIPTIONS)} == {"wanted"}  # until then nobody says that it is told
    assert not list_live(live)
    await live.keeper.work()
    await check_kept(live)
    assert not before & {one.id for one in list_live(live)}
    [[installation]] = await live.query("SELECT installation FROM tenants")
    assert {one.notification_url for one in list_live(live)} == {write_address(new, installation)}


async def test_a_restart_with_the_same_address_changes_nothing(live):
    before = {one.id for one in list_live(live)}
    for address in (live.url, live.url + "/", live.url.upper().replace("HTTP", "http")):
        live.auditor = SubscriptionAuditor(live.database, live.clients, public_url=address, clock=live.clock)
        await live.auditor.work()
    assert {one.id for one in list_live(live)} == before


@pytest.mark.parametrize("ahead", [730 * 86_400, 5 * 86_400])
async def test_F11_a_worker_whose_clock_is_ahead_leaves_no_subscription_twice(live, ahead):
    await live.settle()
    before = len(list_live(live))
    wrong = SubscriptionKeeper(live.database, live.clients, public_url=live.url, clock=lambda: live.clock() + ahead)
    for _ in range(3):
        await wrong.work()
        assert len(list_live(live)) <= before
    await live.execute("UPDATE subscriptions SET renew_at = 0")
    await live.settle()
    await check_kept(live)
    assert len(list_live(live)) == before
