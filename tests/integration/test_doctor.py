"""`carnet doctor` and `carnet status`, beside the small Microsoft 365."""

import io
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from email.utils import formatdate

import pytest
from aiohttp import web
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from rich.console import Console
from sqlalchemy.engine import make_url

from bot.cli import status
from bot.cli.doctor import examine, report
from bot.cli.doctor.addresses import check_addresses
from bot.cli.doctor.findings import Level
from bot.cli.doctor.microsoft import check_bot, judge_roles, read_roles
from bot.cli.doctor.reach import Asked
from bot.config import Config
from bot.health.monitor import State
from bot.health.routes import describe_troubles
from bot.health.troubles import ProcessState, find_in_process
from storage.engine.database import Database, open_database
from storage.firm.rules import set_rules
from storage.viewer import Viewer
from tests.certificates import NOW, write_certificate, write_key
from tests.signing import APP
from tests.switchboard import serve

PLAIN = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
RIGHT = {"Mail.ReadBasic.All", "Calendars.ReadBasic.All", "User.Read.All"}


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
    """Lend a database that `carnet migrate` has made."""
    database = open_database(url)
    yield database
    await database.close()


@pytest.fixture
def config(live) -> Config:
    url = live.database.engine.url.render_as_string(hide_password=False)
    return Config(**live.microsoft.config_values, database_url=url, public_url=live.url)


async def find(config: Config) -> dict[str, Level]:
    return {finding.key: finding.level for finding in await examine(config, NOW.timestamp())}


async def test_an_installation_that_is_well_has_no_problem(live, config):
    found = await find(config)
    assert {"database", "mailboxes", "roles", "tenant", "bot_token", "keys", "webhook"} <= found.keys()
    assert {key for key, level in found.items() if level is Level.PROBLEM} == {"public_url_plain"}
    if not live.database.is_sqlite:
        assert found["rows_locked"] is Level.WELL


async def test_S34_permissions_that_are_missing_or_too_many_are_named(live, config):
    live.firm.granted = {"Mail.ReadWrite", "User.Read.All", "Mail.Send"}
    found = await find(config)
    assert found["roles_missing"] is Level.PROBLEM
    assert "mailboxes_closed" not in found  # mail is granted for everybody already, and its calendar alone is not
    assert found["roles_excess"] is Level.WARNING


async def test_F39_a_refused_sign_in_says_so(live, config):
    live.microsoft.faults.add("token_error", edge="login", code=7000222)
    found = await find(config)
    assert found["sign_in_refused"] is Level.PROBLEM
    assert found["bot_token_too"] is Level.PROBLEM
    assert "bot_token_refused" not in found


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (7000222, "The client secret has ended (AADSTS7000222)"),
        (7000215, "set its value, not its id"),
        (700016, "check CARNET_APP_ID"),
        (700027, "is not registered with the app"),
        (700024, "set the clock of this machine"),
        (90002, "Entra knows no such tenant"),
        (50034, "check the app's secret or certificate"),
    ],
)
async def test_F39_status_health_and_doctor_say_what_a_refused_sign_in_asks_for(live, config, code, said):
    live.microsoft.faults.add("token_error", edge="login", code=code)
    refused = f"sign_in_refused:AADSTS{code}"
    await live.execute("UPDATE tenants SET state = 'needs_admin', reason = :reason", reason=refused)
    reports, load, _ = await status.read(config, int(live.clock()), 20)
    told, found = io.StringIO(), io.StringIO()
    status.show(Console(file=told, width=400), "en", int(live.clock()), reports, load)
    report(await examine(config, NOW.timestamp()), "en", Console(file=found, width=400))
    await live.execute("UPDATE tenants SET state = 'active', reason = ''")
    assert said in told.getvalue()
    assert found.getvalue().count(said) == 2  # of the firm that stands still, and of the sign-in that was tried now
    process = ProcessState(config, get_refusal=lambda: f"AADSTS{code}")
    state = State(tuple([trouble async for trouble in find_in_process(process, NOW.timestamp())]), None)
    assert said in str(describe_troubles(state, "en"))


async def test_F39_a_bot_that_is_refused_by_itself_is_sent_to_its_azure_bot(live, config):
    found = await find(config.model_copy(update={"app_tenant": "99999999-2222-4333-8444-555555555555"}))
    assert "sign_in_refused" not in found
    assert found["bot_token_refused"] is Level.PROBLEM


@pytest.mark.parametrize("code", [90002, 900021, 900023])
async def test_F39_a_tenant_that_does_not_exist_is_not_blamed_on_the_secret(live, config, code):
    live.microsoft.faults.add("token_error", edge="login", code=code)
    found = await find(config)
    assert found["tenant_unknown"] is Level.PROBLEM
    assert "sign_in_refused" not in found


async def test_a_webhook_that_is_away_or_somebody_else_is_a_problem(live, config):
    assert (await find(config.model_copy(update={"public_url": "http://127.0.0.1:1"})))["webhook_away"] is Level.PROBLEM
    other = config.model_copy(update={"public_url": live.microsoft.cloud.url})
    assert (await find(other))["webhook_wrong"] is Level.PROBLEM


async def test_a_firm_that_keeps_us_out_is_named_with_its_reason(live, config):
    await live.execute("UPDATE tenants SET state = 'paused', reason = 'directory_forbidden:denied_here'")
    findings = await examine(config, NOW.timestamp())
    assert [one.level for one in findings if one.key == "firm_stopped"] == [Level.PROBLEM]
    text = io.StringIO()
    report(findings, "en", Console(file=text, width=300))
    assert "Microsoft refuses access to the directory (denied_here)" in text.getvalue()


async def test_nothing_at_all_is_examined_without_an_exception(tmp_path):
    found = await examine(Config(database_url=f"sqlite:///{tmp_path}/none.db"), NOW.timestamp())
    assert {"no_app_id", "no_tenants", "no_credential", "no_public_url", "database_new"} == {one.key for one in found}
    assert not (tmp_path / "none.db").exists()


async def test_a_database_that_is_away_is_a_problem():
    found = await examine(Config(database_url="postgresql://nobody@127.0.0.1:1/none"), NOW.timestamp())
    assert "database_closed" in {one.key for one in found}


@pytest.mark.parametrize(
    ("host", "change", "key"),
    [
        (None, {"database": "no_such_database"}, "database_unknown"),
        ("nowhere.invalid", {}, "database_nameless"),
    ],
)
async def test_why_a_server_does_not_let_us_in_is_a_finding_of_its_own(make_postgres, host, change, key):
    url = make_url(await make_postgres()).set(**change)
    url = url.set(host=host, query={}) if host else url
    config = Config(database_url=url.render_as_string(hide_password=False))
    assert key in {one.key for one in await examine(config, NOW.timestamp())}


@pytest.mark.parametrize(
    ("days", "key", "level"),
    [
        (400, "certificate", Level.WELL),
        (29, "certificate_ending", Level.WARNING),
        (-1, "certificate_over", Level.PROBLEM),
    ],
)
async def test_S35_a_certificate_rings_thirty_days_before_its_end(tmp_path, days, key, level):
    path = write_certificate(tmp_path / "app.pem", NOW + timedelta(days=days, hours=1))
    config = Config(database_url=f"sqlite:///{tmp_path}/none.db", app_certificate=path)
    found = {one.key: one.level for one in await examine(config, NOW.timestamp())}
    assert found[key] is level


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (None, "certificate_missing"),
        (b"nonsense", "certificate_unreadable"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "certificate_unreadable"),
        (write_key(), "certificate_without_certificate"),
        (write_key()[: len(write_key()) // 2], "certificate_unreadable"),
    ],
)
async def test_S35_a_certificate_has_to_be_one(tmp_path, content, key):
    path = tmp_path / "app.pem"
    if content is not None:
        path.write_bytes(content)
    config = Config(database_url=f"sqlite:///{tmp_path}/none.db", app_certificate=str(path))
    assert key in {one.key for one in await examine(config, NOW.timestamp())}


async def test_S35_a_certificate_needs_its_own_key_without_a_password(tmp_path):
    path = tmp_path / "app.pem"
    config = Config(database_url=f"sqlite:///{tmp_path}/none.db", app_certificate=str(path))
    write_certificate(path, has_key=False)
    certificate = path.read_bytes()
    assert "certificate_without_key" in {one.key for one in await examine(config, NOW.timestamp())}
    write_certificate(path, password="x")
    assert "certificate_locked" in {one.key for one in await examine(config, NOW.timestamp())}
    path.write_bytes(ec.generate_private_key(ec.SECP256R1()).private_bytes(*PLAIN) + certificate)
    assert "certificate_foreign_key" in {one.key for one in await examine(config, NOW.timestamp())}


def test_S34_the_least_permission_is_the_one_that_is_asked_for():
    [finding] = judge_roles("t", {"User.Read.All"}, Config())
    assert (finding.key, finding.values["roles"]) == ("mailboxes_closed", "Mail.ReadBasic.All, Calendars.ReadBasic.All")
    wants_more = Config(group="11111111-2222-4333-8444-555555555555", installs_app=True)
    [finding] = judge_roles("t", RIGHT, wants_more)
    assert "GroupMember.Read.All" in finding.values["roles"]
    assert [one.key for one in judge_roles("t", RIGHT, Config())] == ["roles"]


@pytest.mark.parametrize("name", ["Mail.ReadBasic", "mail.readbasic.all", "Mail.Read"])
def test_S34_a_permission_is_known_by_each_of_its_names(name):
    assert [one.key for one in judge_roles("t", {name, "Calendars.ReadBasic.All", "User.Read.All"}, Config())] == [
        "roles"
    ]


async def test_S34_a_mailbox_that_answers_without_consent_is_fenced_and_nobody_is_told_to_open_the_others(live, config):
    anne, bob = live.firm.list_people()
    granted, live.firm.granted = live.firm.granted, {"User.Read.All"}
    live.firm.scoped = {"Mail.ReadBasic.All": {anne.id}, "Calendars.Read": {anne.id}}
    asked = Asked(anne.address, bob.address)
    found = {one.key: one.level for one in await examine(config, NOW.timestamp(), asked)}
    live.firm.granted, live.firm.scoped = granted, {}
    assert {"mailboxes_scoped", "fence_holds", "roles"} <= found.keys()
    assert not {"mailboxes_closed", "roles_missing", "fence_open"} & found.keys()


async def test_S34_where_both_grants_add_up_the_fence_is_open_and_said_to_be(live, config):
    anne, bob = live.firm.list_people()
    live.firm.scoped = {"Mail.ReadBasic.All": {anne.id}}
    found = {one.key: one.level for one in await examine(config, NOW.timestamp(), Asked(anne.address, bob.address))}
    assert found["fence_open"] is Level.WARNING


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a.bnVsbA.c", "a.WzFd.c"])
def test_a_token_that_cannot_be_read_has_no_permissions(token):
    assert read_roles(token) == set()


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_finding_is_said_with_what_to_do(live, config, language):
    granted, live.firm.granted = live.firm.granted, {"Mail.Send"}
    live.microsoft.faults.add("token_error", edge="login", code=7000222, count=1)
    findings = await examine(config, NOW.timestamp())
    live.firm.granted = granted
    text = io.StringIO()
    report(findings, language, Console(file=text, width=200))
    assert text.getvalue().count("→") == sum(one.level is not Level.WELL for one in findings)


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "Microsoft asked to slow down (429)."), ("fr", "Microsoft a demandé de ralentir (429).")],
)
async def test_status_shows_firms_and_what_is_not_current(live, config, language, said):
    await live.execute("UPDATE mailboxes SET state = 'retrying', reason = 'throttled:429' WHERE user_id = 1")
    reports, load, _ = await status.read(config, int(live.clock()), 20)
    text = io.StringIO()
    status.show(Console(file=text, width=200), language, int(live.clock()), reports, load)
    assert "1/2" in text.getvalue()
    assert said in text.getvalue()


@pytest.mark.parametrize(
    ("may_subscribe", "said"), [(True, "tells of news within seconds"), (False, "polled every 5 min, and every minute")]
)
async def test_status_says_how_soon_news_shows_and_how_old_the_oldest_look_is(live, config, may_subscribe, said):
    state = "active" if may_subscribe else "refused"
    await live.execute("UPDATE subscriptions SET state = :state", state=state)
    await live.execute("UPDATE mailboxes SET last_success_at = :at", at=int(live.clock()) - 3 * 3600)
    reports, _, _ = await status.read(config, int(live.clock()), 20)
    told = status.say_freshness("en", int(live.clock()), reports[0])
    assert said in told
    assert "was read 3 hours ago" in told


async def test_a_group_and_an_administrator_that_do_not_exist_are_findings_by_the_firms_own_rules(live, config):
    nobody = "99999999-9999-4999-8999-999999999999"
    live.firm.granted = {*RIGHT, "GroupMember.Read.All"}
    async with live.database.writing(1) as connection:
        values = {"group": nobody, "admins": (nobody,)}
        await set_rules(connection, Viewer(1, 0), values, now=int(NOW.timestamp()), source="admin")
    found = await find(config)
    assert found["group_unknown"] is Level.PROBLEM
    assert found["admin_unknown"] is Level.PROBLEM


async def test_a_worker_that_stopped_or_never_began_is_a_finding_and_status_says_so(live, config):
    assert {"worker_stopped", "worker_never"}.isdisjoint(await find(config))
    now = int(NOW.timestamp())
    await live.execute("UPDATE chores SET due_at = :at WHERE name = 'directory'", at=now - 3_600)
    assert (await find(config))["worker_stopped"] is Level.PROBLEM
    assert (await status.read(config, now, 20))[2]
    more = (*config.tenants, "99999999-9999-4999-8999-999999999999")
    assert (await find(config.model_copy(update={"tenants": more})))["worker_never"] is Level.WARNING


@pytest.mark.parametrize(
    ("settings", "keys"),
    [
        ({}, set()),
        ({"login_url": "https://login.microsoftonline.com/common"}, {"address_path"}),
        ({"login_url": "https://login.microsoftonline.com/organizations/"}, {"address_path"}),
        ({"graph_url": "https://graph.microsoft.com"}, {"address_path"}),
        ({"graph_url": "https://graph.microsoft.com/beta"}, {"address_path"}),
        ({"graph_url": "http://graph.microsoft.com/v1.0"}, {"address_plain"}),
        ({"graph_url": "https://graph.microsoft.us/v1.0"}, {"clouds_mixed"}),
        (
            {"login_url": "https://login.microsoftonline.us", "graph_url": "https://graph.microsoft.us/v1.0"},
            {"cloud_other"},
        ),
        ({"login_url": "https://login.firm.example"}, {"address_other"}),
        ({"login_url": "http://login.firm.example"}, {"address_other", "address_plain"}),
        ({"graph_url": "http://127.0.0.1:8080/v1.0", "login_url": "http://localhost:8080"}, set()),
        ({"public_url": ""}, {"no_public_url"}),
        ({"public_url": "http://carnet.firm.example"}, {"public_url_plain"}),
        *(
            ({"public_url": f"https://{host}"}, {"public_url_near"})
            for host in ("localhost", "10.0.0.1", "carnet.local")
        ),
        *(({"public_url": f"https://{host}"}, {"public_url_near"}) for host in ("carnet", "[::1]", "192.168.1.9:8443")),
        ({"public_url": "https://graph.microsoft.com"}, {"public_url_theirs"}),
    ],
)
def test_an_odd_address_in_the_settings_is_a_finding(settings, keys):
    config = Config(**{"public_url": "https://carnet.firm.example", **settings})
    assert {finding.key for finding in check_addresses(config)} == keys


@pytest.mark.parametrize(
    ("ahead", "is_wrong"), [(0, False), (120, False), (3600, True), (-7200, True), (63_000_000, True)]
)
async def test_a_clock_that_is_not_microsofts_is_named(ahead, is_wrong):
    async def tell(_request: web.Request) -> web.Response:
        return web.Response(headers={"Date": formatdate(time.time() - ahead, usegmt=True)})

    app = web.Application()
    app.router.add_get("/openid", tell)
    async with serve(app) as url:
        config = Config(app_id=APP, app_secret="x", login_url=f"{url}/nothing", openid_url=f"{url}/openid")
        found = {finding.key: finding.values async for finding in check_bot(config)}
    assert ("clock_wrong" in found) == is_wrong
    assert not is_wrong or found["clock_wrong"]["minutes"] == pytest.approx(abs(ahead) / 60, abs=1)
