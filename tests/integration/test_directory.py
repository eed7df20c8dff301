"""Joiners, leavers, renamed people, and firms that keep us out, beside the small Microsoft 365."""

import uuid
from functools import partial

import pytest
from sqlalchemy import select

from bot.config import Config
from bot.credential import digest_file
from bot.door import Door
from bot.errors import ForbiddenError
from bot.graph.client.client import GraphClients
from bot.graph.directory.keeper import PERIOD, PROBE, SOON, DirectoryKeeper
from bot.graph.subscriptions.audit import SubscriptionAuditor
from bot.graph.subscriptions.keeper import SubscriptionKeeper
from bot.graph.sync.worker import Worker
from bot.language import say_reason
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.firm.rules import set_rules
from storage.firm.users import get_known_user
from storage.models import Audit
from storage.queue.chores import get_standing
from storage.queue.health import list_lagging_mailboxes
from storage.queue.load import find_stoppages, measure_load
from storage.viewer import Viewer
from tests.any_database import on_any_database
from tests.live import run_live
from tests.microsoft import make_firm

HOUR = 3600
DAY = 24 * HOUR
SCOPES = frozenset(("Mail.ReadBasic.All", "Calendars.Read", "User.Read.All"))


def get(live, name: str):
    return next(one for one in live.firm.list_people() if one.name == name)


async def meet(live, name: str, *addresses: str) -> None:
    person = get(live, name)
    live.firm.send_mail((person.name, person.address), to=[("", address) for address in addresses])
    await live.microsoft.notifications.settle()
    await live.settle()


async def get_tenant(live) -> tuple[str, str]:
    return (await live.query("SELECT state, reason FROM tenants"))[0]


async def list_users(live) -> set[tuple]:
    return set(await live.query("SELECT name, address, is_active FROM users"))


async def test_a_joiner_has_a_mailbox_and_subscriptions_soon(live):
    live.firm.directory.add("carla.diaz@lex.example", "Carla Diaz")
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Carla Diaz"] == "current"
    assert len(live.microsoft.subscriptions.list_live()) == 6


async def test_a_leavers_mailbox_stops_and_what_the_firm_knows_stays(live):
    await meet(live, "Anne Martin", "jane@acme.example")
    live.firm.directory.remove(get(live, "Anne Martin"))
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Anne Martin"] == "stopped"
    assert len(live.microsoft.subscriptions.list_live()) == 2
    assert await live.count_interactions() == 1
    await live.upkeep.work()
    assert await live.count_interactions() == 1


async def test_somebody_whose_sign_in_is_blocked_has_left_and_may_come_back(live):
    anne = get(live, "Anne Martin")
    live.firm.directory.update(anne, is_enabled=False)
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Anne Martin"] == "stopped"
    live.firm.directory.update(anne, is_enabled=True)
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Anne Martin"] == "current"
    assert len(live.microsoft.subscriptions.list_live()) == 4


async def test_F44_a_renamed_person_stays_the_same_user(live):
    live.firm.directory.update(get(live, "Anne Martin"), name="Anne Dupont", address="anne.dupont@lex.example")
    await live.pass_time(PERIOD)
    assert ("Anne Dupont", "anne.dupont@lex.example", 1) in await list_users(live)
    assert len(await list_users(live)) == 2


async def test_F44_somebody_new_at_a_leavers_address_sees_nothing_of_the_leavers(live):
    await meet(live, "Anne Martin", "jane@acme.example")
    address = get(live, "Anne Martin").address
    live.firm.directory.remove(get(live, "Anne Martin"))
    live.firm.directory.add(address, "Anna Martinez")
    await live.pass_time(PERIOD)
    sql = "SELECT name, count(contact_id) FROM users LEFT JOIN relationships ON user_id = users.id GROUP BY name"
    assert dict(await live.query(sql)) == {"Anne Martin": 1, "Anna Martinez": 0, "Bob Stone": 0}


async def test_a_forgotten_delta_link_lists_everybody_anew(live):
    live.firm.directory.remove(get(live, "Bob Stone"))
    live.microsoft.faults.add("gone", path="users/delta", count=1)
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Bob Stone"] == "stopped"


async def test_a_delta_link_to_another_host_lists_everybody_anew(live):
    live.firm.directory.remove(get(live, "Bob Stone"))
    await live.execute("UPDATE chores SET link = replace(link, '127.0.0.1', 'localhost') WHERE name = 'directory'")
    await live.pass_time(PERIOD)
    assert (await live.list_states())["Bob Stone"] == "stopped"
    assert await get_tenant(live) == ("active", "")


async def test_a_directory_that_looks_empty_lets_nobody_go(live):
    await live.execute("UPDATE chores SET link = '' WHERE name = 'directory'")
    live.microsoft.faults.add("poison", path="users/delta", items=[])
    live.firm.directory.log.clear()
    await live.pass_time(PERIOD)
    assert set((await live.list_states()).values()) == {"current"}


@pytest.mark.parametrize("rule", ["group", "serves_group"])
async def test_a_group_that_entra_does_not_know_is_told_at_the_first_look_and_no_longer_once_it_is_there(
    database, rule
):
    firm = make_firm()
    async with run_live(database, firm) as live:
        await live.settle()
        lost = str(uuid.uuid4())
        async with database.writing(1) as connection:
            changed = {rule: lost, **({"serves": "group"} if rule == "serves_group" else {})}
            await set_rules(connection, Viewer(1, 0), changed, now=int(live.clock()), source="admin")
        await live.directory.work()
        now, entra_ids = int(live.clock()), [firm.tenant_id]
        async with database.reading(SYSTEM) as connection:
            found = await find_stoppages(connection, now, entra_ids)
            failure = (await get_standing(connection, 1, "directory")).failure
        assert (found.groups_unknown, found.directories_failing) == (1, 0)
        assert lost in say_reason("en", failure)
        assert lost in say_reason("fr", failure)
        async with database.writing(1) as connection:
            known = {"group": "", "serves": "mailboxes", "serves_group": ""}
            await set_rules(connection, Viewer(1, 0), known, now=int(live.clock()), source="admin")
        await live.settle()
        async with database.reading(SYSTEM) as connection:
            assert (await find_stoppages(connection, now, entra_ids)).groups_unknown == 0


async def test_the_members_of_one_group_alone_are_read(database):
    firm = make_firm("Anne Martin", "Bob Stone", "Carla Diaz")
    anne, bob, carla = firm.list_people()
    group = firm.directory.add_group("Pilot", [anne, bob])
    async with run_live(database, firm, group=group.id) as live:
        await live.settle()
        assert await live.list_states() == {"Anne Martin": "current", "Bob Stone": "current"}
        assert len(await list_users(live)) == 3
        firm.directory.remove_member(group, anne)
        firm.directory.add_member(group, carla)
        await live.pass_time(PERIOD)
        states = await live.list_states()
        assert states == {"Anne Martin": "stopped", "Bob Stone": "current", "Carla Diaz": "current"}
        assert len(live.microsoft.subscriptions.list_live()) == 4
        live.keeps = lambda fact: fact.user_id != anne.id


async def test_whatever_keeps_a_directory_from_being_read_is_written_down_and_hinders_no_other_firm(database):
    firms = make_firm(), make_firm("Zoe Weber", domain="jus.example")
    async with run_live(database, *firms) as live:
        get_client, ill = live.directory._get_client, firms[0].tenant_id

        def refuse(tenant: str):
            if tenant == ill:
                raise RecursionError("nothing of this is told")
            return get_client(tenant)

        live.directory._get_client = refuse
        await live.directory.work()
        join = "chores JOIN tenants USING (tenant_id)"
        looks = await live.query(f"SELECT entra_id, chores.reason FROM {join} WHERE chores.name = 'directory'")
        assert dict(looks) == {ill: "failed:RecursionError", firms[1].tenant_id: ""}
        live.directory._get_client = get_client
        await live.pass_time(PERIOD)


async def test_S14_a_wall_that_is_raised_or_taken_down_is_written_down_with_its_time(live):
    for shares in (True, False, False, True):
        live.directory._first = FirmRules(shares_contacts=shares)
        live.directory._has_added = False  # a start with another setting
        await live.pass_time(60)
    async with live.database.reading(SYSTEM) as connection:
        rows = list(await connection.execute(select(Audit).where(Audit.action == "firm.rules").order_by(Audit.id)))
    walls = [(row.before["shares_contacts"], row.after["shares_contacts"]) for row in rows]
    assert walls == [(True, False), (False, True)]
    assert rows[1].at - rows[0].at == pytest.approx(120, abs=5)
    assert rows[0].source == "environment"


def forget_tokens(live) -> None:
    """Let the tokens in hand be over, as they are within the hour."""
    live.clients._clients.clear()


async def begin_with(live, config: Config) -> None:
    """Start the parts that sign in, as a process does."""
    await live.clients.close()
    live.clients = GraphClients(config, live.clock)
    parts = {"tenants": [live.firm.tenant_id], "first": live.rules, "clock": live.clock}
    digest = partial(digest_file, config)
    live.directory = DirectoryKeeper(live.database, live.clients, **parts, digest_credential=digest)
    live.keeper = SubscriptionKeeper(live.database, live.clients, public_url=live.url, clock=live.clock)
    live.auditor = SubscriptionAuditor(live.database, live.clients, public_url=live.url, clock=live.clock)
    live.worker = Worker(live.database, live.clients, clock=live.clock)


@on_any_database
@pytest.mark.parametrize("is_restarted", [False, True])
async def test_F39_another_secret_is_tried_at_once_by_whoever_runs_or_starts(live, tmp_path, is_restarted):
    secret = tmp_path / "secret"
    secret.write_text("wrong")
    values = {**live.microsoft.config_values, "app_secret": "", "app_secret_file": str(secret)}
    await begin_with(live, Config(**values))
    live.clock.ahead += PERIOD + 60
    await live.directory.work()
    assert (await get_tenant(live))[0] == "needs_admin"
    asked = live.microsoft.record.logins.total()
    await live.directory.work()
    assert live.microsoft.record.logins.total() == asked
    secret.write_text(live.microsoft.config_values["app_secret"])
    if is_restarted:
        await begin_with(live, Config(**live.microsoft.config_values))
    await live.settle()
    assert (await get_tenant(live))[0] == "active"
    assert set((await live.list_states()).values()) == {"current"}


@on_any_database
@pytest.mark.parametrize("code", [7000222, 7000215, 700016, 7000112])
async def test_F39_credentials_that_are_refused_stop_the_firm_until_they_are_mended(live, code):
    await meet(live, "Anne Martin", "jane@acme.example")
    forget_tokens(live)
    fault = live.microsoft.faults.add("token_error", edge="login", code=code)
    await live.pass_time(PERIOD + 60)
    state, reason = await get_tenant(live)
    assert (state, str(code) in reason) == ("needs_admin", True)
    asked = live.microsoft.record.logins.total()
    await live.pass_time(HOUR)
    assert live.microsoft.record.logins.total() - asked <= HOUR / PROBE + 2
    live.microsoft.faults.remove(fault)
    forget_tokens(live)
    await live.pass_time(PROBE + 60)
    assert await get_tenant(live) == ("active", "")
    assert set((await live.list_states()).values()) == {"current"}
    assert await live.count_interactions() == 1


async def test_F37_while_the_sign_in_is_down_the_token_in_hand_is_used_and_then_one_is_waited_for(live):
    down = live.microsoft.faults.add("status", edge="login", status=503)
    await meet(live, "Anne Martin", "jane@acme.example")
    assert (await live.count_interactions(), down.hits) == (1, 0)
    forget_tokens(live)
    await meet(live, "Bob Stone", "sam@zenith.example")
    assert (await live.count_interactions(), down.hits > 0) == (1, True)
    assert (await live.list_states())["Bob Stone"] == "retrying"
    assert (await get_tenant(live))[0] == "active"


async def test_F40_a_withdrawn_consent_pauses_the_firm_and_everything_resumes_by_itself(live):
    await meet(live, "Anne Martin", "jane@acme.example")
    granted, live.firm.granted = live.firm.granted, frozenset()
    await live.pass_time(PERIOD + 60)
    assert (await get_tenant(live))[0] == "paused"
    assert await live.count_interactions() == 1
    live.firm.granted = granted
    await live.pass_time(PROBE + 60)
    assert (await get_tenant(live))[0] == "active"
    assert set((await live.list_states()).values()) == {"current"}


async def test_F40_a_consent_withdrawn_for_mail_alone_pauses_the_firm_too(live):
    granted = live.firm.granted
    live.firm.granted = granted - {"Mail.ReadBasic.All", "Mail.Read", "Mail.ReadBasic"}
    await live.pass_time(PERIOD + 60)
    await live.pass_time(60)
    assert (await get_tenant(live))[0] == "paused"
    live.firm.granted = granted
    await live.pass_time(PROBE + 60)
    assert (await get_tenant(live))[0] == "active"
    assert set((await live.list_states()).values()) == {"current"}


async def test_F41_mailboxes_that_a_policy_leaves_out_do_not_hold_up_the_others(database):
    firm = make_firm(*(f"Person {number}" for number in range(20)))
    for person in firm.list_people()[:3]:
        person.mailbox.state = "forbidden"
    async with run_live(database, firm) as live:
        await live.settle()
        states = list((await live.list_states()).values())
        assert (states.count("current"), states.count("forbidden")) == (17, 3)
        assert (await get_tenant(live))[0] == "active"
        asked = live.microsoft.record.by_mailbox[firm.list_people()[0].id]
        await live.pass_time(HOUR)
        assert live.microsoft.record.by_mailbox[firm.list_people()[0].id] - asked <= 8
        for person in firm.list_people():
            person.mailbox.state = "ready"
        await live.pass_time(8 * HOUR)
        assert (await live.list_states())["Person 0"] == "current"


async def fetch_waits(live) -> list[float]:
    """How long each refused mailbox is still left alone."""
    rows = await live.query("SELECT not_before FROM mailboxes WHERE state = 'forbidden'")
    return [row[0] - live.clock() for row in rows]


@on_any_database
async def test_F41_mailboxes_that_were_refused_once_are_read_within_minutes(database):
    firm = make_firm("Anne Martin", "Bob Stone", "Carl Weber")
    async with run_live(database, firm) as live:
        for person in firm.list_people():
            asked = {"mailbox": person.id, "path": "messages|calendarView|mailFolders", "count": 1}
            live.microsoft.faults.add("status", status=403, code="ErrorAccessDenied", **asked)
        await live.settle()
        assert set((await live.list_states()).values()) == {"forbidden"}
        assert all(wait <= 70 for wait in await fetch_waits(live))
        await live.pass_time(31)  # the directory's look at a refused mailbox, which answers
        assert set((await live.list_states()).values()) == {"current"}


SCOPED = {"Mail.ReadBasic.All", "Calendars.Read"}


async def run_scoped(live, *names: str) -> None:
    """Let Exchange open the mailboxes of these people alone."""
    live.firm.granted = {"User.Read.All"}
    live.firm.scoped = {role: {get(live, name).id for name in names} for role in SCOPED}


async def test_F41_a_scope_that_is_widened_is_noticed_at_the_next_look(database):
    firm = make_firm("Anne Martin", "Bob Stone", "Carl Weber")
    async with run_live(database, firm) as live:
        await run_scoped(live, "Anne Martin")
        await live.settle()
        for _ in range(8):  # hours of refusals, each asked more seldom
            await live.pass_time(3600)
        assert sorted((await live.list_states()).values()) == ["current", "forbidden", "forbidden"]
        assert min(await fetch_waits(live)) > 0
        await run_scoped(live, "Anne Martin", "Bob Stone", "Carl Weber")
        await live.pass_time(PERIOD)
        assert set((await live.list_states()).values()) == {"current"}


async def test_F41_a_calendar_that_stays_closed_does_not_have_everybody_asked_at_each_look(database):
    firm = make_firm("Anne Martin", "Bob Stone")
    async with run_live(database, firm) as live:
        await run_scoped(live, "Anne Martin")
        live.firm.scoped["Mail.ReadBasic.All"].add(get(live, "Bob Stone").id)
        await live.settle()
        for _ in range(4):
            await live.pass_time(3600)
        tries = (await live.query("SELECT failures FROM mailboxes WHERE state = 'forbidden'"))[0][0]
        for _ in range(3):
            await live.pass_time(PERIOD)
        assert (await live.query("SELECT failures FROM mailboxes WHERE state = 'forbidden'"))[0][0] <= tries + 1
        await run_scoped(live, "Anne Martin", "Bob Stone")


async def test_F41_a_start_asks_again_what_was_refused(database):
    firm = make_firm("Anne Martin", "Bob Stone")
    async with run_live(database, firm) as live:
        await run_scoped(live, "Anne Martin")
        await live.settle()
        await run_scoped(live, "Anne Martin", "Bob Stone")
        await live.execute("UPDATE mailboxes SET not_before = not_before + 20000 WHERE state = 'forbidden'")
        await live.worker.run_once()
        assert (await live.list_states())["Bob Stone"] == "forbidden"
        live.directory._has_added = False
        await live.directory.work()
        await live.worker.run_once()
        assert (await live.list_states())["Bob Stone"] == "current"


async def test_F41_the_next_try_and_the_number_that_waits_are_told_as_they_are(database):
    firm = make_firm("Anne Martin", "Bob Stone")
    async with run_live(database, firm) as live:
        await run_scoped(live, "Anne Martin")
        await live.settle()
        await live.execute("UPDATE mailboxes SET due_at = 1 WHERE state = 'forbidden'")  # a notification, say
        now = int(live.clock())
        async with live.database.reading(SYSTEM) as connection:
            [bob] = await list_lagging_mailboxes(connection, 1)
            load = await measure_load(connection, now)
        assert (bob.next_try_at > now, load.due) == (True, 0)
        await live.execute("UPDATE mailboxes SET not_before = 0 WHERE state = 'forbidden'")
        async with live.database.reading(SYSTEM) as connection:
            assert (await measure_load(connection, now)).due == 1
        await run_scoped(live, "Anne Martin", "Bob Stone")


async def test_F42_a_mailbox_that_answered_before_is_asked_again_soon_when_it_is_not_found(live):
    anne = get(live, "Anne Martin")
    anne.mailbox.state = "not_enabled"
    await live.pass_time(PERIOD + 60)
    assert (await live.list_states())["Anne Martin"] == "retrying"
    anne.mailbox.state = "ready"
    await live.pass_time(60)
    assert (await live.list_states())["Anne Martin"] == "current"


async def test_F42_a_person_whom_graph_does_not_find_at_once_becomes_a_user_and_nobody_is_let_go(live):
    live.firm.add_person("carla@lex.example", "Carla New")
    live.firm.directory.update(get(live, "Anne Martin"), name="Anne Martin-Roe")
    path = f"users/({get(live, 'Carla New').id}|{get(live, 'Anne Martin-Roe').id})$"
    fault = live.microsoft.faults.add("status", path=path, status=404, code="Request_ResourceNotFound")
    await live.pass_time(PERIOD)
    assert await live.list_states() == {"Anne Martin": "current", "Bob Stone": "current"}
    live.microsoft.faults.remove(fault)
    await live.pass_time(SOON)
    assert set(await live.list_states()) == {"Anne Martin-Roe", "Bob Stone", "Carla New"}


async def test_F42_who_has_no_mailbox_is_skipped_with_the_reason_and_asked_again_the_next_day(live):
    anne = get(live, "Anne Martin")
    anne.mailbox.state = "not_enabled"
    await live.execute("UPDATE mailboxes SET failures = 10")
    await live.pass_time(PERIOD + 60)
    [(state, reason)] = await live.query("SELECT state, reason FROM mailboxes WHERE reason <> ''")
    assert (state, reason.startswith("no_mailbox:")) == ("skipped", True)
    anne.mailbox.state = "ready"
    await live.pass_time(1.2 * DAY)
    assert (await live.list_states())["Anne Martin"] == "current"


async def test_F42_guests_have_no_mailbox_here(live):
    live.firm.directory.add("guest@elsewhere.example", "Gus Guest", kind="Guest")
    await live.pass_time(PERIOD)
    assert "Gus Guest" not in await live.list_states()


@pytest.mark.parametrize("surface", ["chat", "group", "pane", "tab", "extension"])
async def test_A3_a_member_who_is_made_a_guest_is_let_in_nowhere_from_the_next_look_on(live, surface):
    await live.settle()
    anne, door = get(live, "Anne Martin"), Door(live.database, live.clock)

    async def admit():
        async with live.database.reading(SYSTEM) as connection:
            user = await get_known_user(connection, live.firm.tenant_id, anne.id)
        return door.admit(user, surface=surface, language="en")

    assert (await admit()).surface == surface
    anne.kind = "Guest"
    live.firm.directory.update(anne)
    await live.pass_time(PERIOD)
    with pytest.raises(ForbiddenError):
        await admit()
    assert (await live.list_states())["Anne Martin"] == "stopped"


@on_any_database
@pytest.mark.parametrize("state", ["forbidden", "not_enabled"])
async def test_A3_whoever_s_mailbox_is_not_read_is_let_in_nowhere_until_it_is(database, state):
    firm = make_firm("Anne Martin", "Bob Stone", "Carl Weber")
    async with run_live(database, firm) as live:
        bob, door = get(live, "Bob Stone"), Door(live.database, live.clock)
        bob.mailbox.state = state
        await live.settle()

        async def list_admitted():
            async with live.database.reading(SYSTEM) as connection:
                known = [await get_known_user(connection, firm.tenant_id, one.id) for one in firm.list_people()]
            served = [one for one in known if one and not one.refusal]
            return [door.admit(one, surface="chat", language="en").viewer.user_id for one in served]

        assert len(await list_admitted()) == 2
        bob.mailbox.state = "ready"
        await live.pass_time(8 * HOUR if state == "forbidden" else 25 * HOUR)
        assert len(await list_admitted()) == 3


async def test_F43_a_mailbox_that_is_being_moved_is_waited_for_and_loses_nothing(live):
    await meet(live, "Anne Martin", "jane@acme.example")
    anne = get(live, "Anne Martin")
    fault = live.microsoft.faults.add("status", mailbox=anne.id, status=503, code="MailboxStoreUnavailable")
    for _ in range(4):
        await live.pass_time(HOUR)
    assert (await live.list_states())["Anne Martin"] == "retrying"
    assert await live.count_interactions() == 1
    live.microsoft.faults.remove(fault)
    await live.pass_time(7 * HOUR)
    assert (await live.list_states())["Anne Martin"] == "current"


async def test_F36_a_mailbox_that_is_throttled_for_hours_holds_up_no_other(live):
    anne = get(live, "Anne Martin")
    live.microsoft.faults.add("throttle", mailbox=anne.id, seconds=60)
    await meet(live, "Anne Martin", "jane@acme.example")
    await meet(live, "Bob Stone", "sam@zenith.example")
    assert await live.count_interactions() == 1
    [(state, reason)] = await live.query("SELECT state, reason FROM mailboxes WHERE reason <> ''")
    assert (state, reason.startswith("throttled:")) == ("retrying", True)
    live.microsoft.faults.clear()
    await live.pass_time(HOUR)
