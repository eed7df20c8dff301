"""How soon news shows: notified by Microsoft, or polled where it refuses to notify us."""

from dataclasses import replace

import pytest

from bot.cli import status
from bot.cli.doctor.store import judge_freshness
from bot.config import Config
from bot.graph.subscriptions.keeper import SubscriptionKeeper
from bot.graph.sync.runner import MailboxRunner
from bot.health.troubles import find_in_database
from storage.engine.rls import SYSTEM
from storage.queue.health import Firm, Freshness, get_freshness, get_health
from storage.queue.leasing import claim_mailboxes
from storage.queue.mailboxes import INTERVAL, Lease, choose_busy_interval
from tests.live import run_live
from tests.microsoft import make_firm

BASIC_MAY_NOT = "403 ExtensionError"


async def measure(live, tenant_id: int | None = None) -> Freshness:
    async with live.database.reading(SYSTEM) as connection:
        found = await get_freshness(connection, int(live.clock()), INTERVAL, tenant_id)
        assert found.oldest_at > 0
        return replace(found, oldest_at=0)


@pytest.fixture
async def polled(database):
    """A firm for which headers are all that Microsoft gives: it refuses subscriptions."""
    firm = make_firm()
    firm.may_basic_subscribe = False
    async with run_live(database, firm) as live:
        await live.settle()
        yield live


async def test_a_firm_with_subscriptions_is_notified(live):
    assert await measure(live) == Freshness("notified", 2, 0, 0, "", INTERVAL, 60)


async def test_a_firm_whose_subscriptions_are_refused_is_read_by_its_headers_alone(polled):
    assert await measure(polled, 1) == Freshness("headers_only", 0, 2, 0, BASIC_MAY_NOT, INTERVAL, 60)
    assert set((await polled.list_states()).values()) == {"current"}


async def test_a_refusal_of_one_mailbox_is_told_beside_the_others(live):
    anne = live.firm.list_people()[0]
    await live.execute("UPDATE subscriptions SET state = 'refused' WHERE user_id = 1")
    assert (await measure(live)).mode == "mixed"
    assert (await measure(live)).notified == len(live.firm.list_people()) - 1, anne.name


async def test_an_address_that_microsoft_does_not_reach_is_told_at_once(database):
    async with run_live(database, make_firm()) as live:
        live.keeper = SubscriptionKeeper(database, live.clients, public_url="http://127.0.0.1:9", clock=live.clock)
        await live.settle()
        found = await measure(live)
        assert (found.mode, found.failing, found.failing_code) == ("starting", 2, "400 ValidationError")
        url = database.engine.url.render_as_string(hide_password=False)
        config = Config(**live.microsoft.config_values, database_url=url)
        troubles = [one async for one in find_in_database(database, config, live.clock())]
        assert [(one.key, one.weight) for one in troubles] == [("news_failing", "hinders")]
        assert judge_freshness(found).key == "news_failing"
        firm = Firm(1, live.firm.tenant_id, "Lex", "active", "")
        async with database.reading(SYSTEM) as connection:
            told = status.FirmReport(firm, await get_health(connection, 0), [], found, "", "")
        assert "has to reach CARNET_PUBLIC_URL" in status.say_freshness("en", int(live.clock()), told)
        live.is_given_up = True


async def test_before_any_answer_it_is_starting(live):
    await live.execute("UPDATE subscriptions SET state = 'wanted'")
    assert await measure(live) == Freshness("starting", 0, 0, 2, "", INTERVAL, 60)


async def test_a_busy_mailbox_is_polled_within_a_minute_and_a_quiet_one_as_ever(polled):
    anne = polled.firm.list_people()[0]
    polled.firm.send_mail((anne.name, anne.address), to=[("Jane Doe", "jane@acme.example")])
    await polled.pass_time(1.2 * INTERVAL)
    due = dict(await polled.query("SELECT user_id, due_at FROM mailboxes"))
    now = polled.clock()
    assert due[1] - now <= 66
    assert due[2] - now > 200


async def begin_to_read(live) -> list[Lease]:
    """Lease the mailboxes of a firm as a worker does, before Graph was asked for subscriptions."""
    await live.directory.work()
    async with live.database.writing(SYSTEM) as connection:
        return await claim_mailboxes(connection, int(live.clock()), 8)


@pytest.mark.parametrize("interval", [INTERVAL, 900])
async def test_a_mailbox_that_is_read_while_it_is_refused_is_polled_soon(database, interval):
    firm = make_firm()
    firm.may_basic_subscribe = False
    async with run_live(database, firm) as live:
        options = {"clock": live.clock, "interval": interval}
        live.keeper = SubscriptionKeeper(database, live.clients, public_url=live.url, **options)
        runner = MailboxRunner(database, live.clients, on_applied=None, **options)
        held = await begin_to_read(live)
        assert [lease.is_polled for lease in held] == [False, False]
        await live.keeper.work()
        for lease in held:
            await runner.take(lease)
        due = await live.query("SELECT state, due_at FROM mailboxes")
        assert {row[0] for row in due} == {"current"}
        assert max(row[1] for row in due) - live.clock() <= choose_busy_interval(interval)


async def test_more_rights_are_found_out_within_the_hour(polled):
    polled.firm.granted |= {"Mail.Read", "Calendars.Read"}
    await polled.pass_time(3700)
    assert (await measure(polled)).mode == "notified"


async def test_the_next_refusal_takes_nothing_from_a_subscription_that_lives(live):
    live.microsoft.faults.add("status", path="subscriptions", status=403)
    await live.pass_time(4230 * 60 * 0.6)
    assert (await measure(live)).mode == "notified"


async def test_subscriptions_that_have_run_out_tell_of_nothing(live):
    await live.settle()
    assert (await measure(live)).mode == "notified"
    await live.execute("UPDATE subscriptions SET expires_at = :at", at=int(live.clock()) - 1)
    found = await measure(live)
    assert (found.mode, found.notified) == ("starting", 0)
