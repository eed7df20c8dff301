"""`carnet doctor` and `carnet status`, beside the small Microsoft 365."""

import contextlib
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from rich.console import Console

from bot.cli import status
from bot.cli.doctor import examine, report
from bot.cli.doctor.findings import Level
from bot.cli.doctor.microsoft import judge_roles, read_roles
from bot.config import Config
from storage.engine.database import Database, open_database
from storage.schema.migrate import migrate

NOW = datetime(2026, 3, 3, tzinfo=UTC)
RIGHT = {"Mail.ReadBasic.All", "Calendars.ReadBasic.All", "User.Read.All"}


@pytest.fixture
async def sqlite_database(tmp_path: Path) -> AsyncIterator[Database]:
    async with migrated(f"sqlite:///{tmp_path}/carnet.db") as database:
        yield database


@pytest.fixture
async def postgres_database(make_postgres) -> AsyncIterator[Database]:
    async with migrated(await make_postgres()) as database:
        yield database


@contextlib.asynccontextmanager
async def migrated(url: str) -> AsyncIterator[Database]:
    """Lend a database that `carnet migrate` has made."""
    await migrate(url)
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
    assert found["roles_excess"] is Level.WARNING


async def test_F39_a_refused_sign_in_says_so(live, config):
    live.microsoft.faults.add("token_error", edge="login", code=7000222)
    found = await find(config)
    assert found["sign_in_refused"] is Level.PROBLEM
    assert found["bot_token_refused"] is Level.PROBLEM


async def test_a_webhook_that_is_away_or_somebody_else_is_a_problem(live, config):
    assert (await find(config.model_copy(update={"public_url": "http://127.0.0.1:1"})))["webhook_away"] is Level.PROBLEM
    other = config.model_copy(update={"public_url": live.microsoft.cloud.url})
    assert (await find(other))["webhook_wrong"] is Level.PROBLEM


async def test_a_firm_that_keeps_us_out_is_named_with_its_reason(live, config):
    await live.execute("UPDATE tenants SET state = 'paused', reason = 'consent withdrawn'")
    assert (await find(config))["firm_stopped"] is Level.PROBLEM


async def test_nothing_at_all_is_examined_without_an_exception(tmp_path):
    found = await examine(Config(database_url=f"sqlite:///{tmp_path}/none.db"), NOW.timestamp())
    assert {"no_app_id", "no_tenants", "no_credential", "no_public_url", "database_new"} == {one.key for one in found}
    assert not (tmp_path / "none.db").exists()


async def test_a_database_that_is_away_is_a_problem():
    found = await examine(Config(database_url="postgresql://nobody@127.0.0.1:1/none"), NOW.timestamp())
    assert "database_away" in {one.key for one in found}


def write_certificate(path, ends_at: datetime, *, has_key: bool = True) -> str:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "carnet")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(NOW - timedelta(days=900)).not_valid_after(ends_at)
    pem = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    private = key.private_bytes(serialization.Encoding.PEM, *form) if has_key else b""
    path.write_bytes(private + pem)
    return str(path)


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


async def test_S35_a_certificate_needs_its_key_and_has_to_be_one(tmp_path):
    path = write_certificate(tmp_path / "app.pem", NOW + timedelta(days=400), has_key=False)
    config = Config(database_url=f"sqlite:///{tmp_path}/none.db", app_certificate=path)
    assert "certificate_without_key" in {one.key for one in await examine(config, NOW.timestamp())}
    (tmp_path / "app.pem").write_text("nonsense")
    assert "certificate_unreadable" in {one.key for one in await examine(config, NOW.timestamp())}


def test_S34_the_least_permission_is_the_one_that_is_asked_for():
    [finding] = judge_roles("t", {"User.Read.All"}, Config())
    assert finding.values["roles"] == "Mail.ReadBasic.All, Calendars.ReadBasic.All"
    wants_more = Config(group="g", installs_app=True)
    [finding] = judge_roles("t", RIGHT, wants_more)
    assert "GroupMember.Read.All" in finding.values["roles"]
    assert [one.key for one in judge_roles("t", RIGHT, Config())] == ["roles"]


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


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_status_shows_firms_and_what_is_not_current(live, config, language):
    await live.execute(
        "UPDATE mailboxes SET state = 'retrying', reason = 'Microsoft asked to slow down' WHERE user_id = 1"
    )
    reports, load = await status.read(config, int(live.clock()), 20)
    text = io.StringIO()
    status.show(Console(file=text, width=200), language, int(live.clock()), reports, load)
    assert "1/2" in text.getvalue()
    assert "Microsoft asked to slow down" in text.getvalue()
