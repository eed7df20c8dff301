"""The bot's own token, from the small Microsoft 365's sign-in, through msal and TLS as in life."""

from collections.abc import Iterator

import pytest

from bot.config import Config
from bot.demo.serving import run_microsoft
from bot.errors import UnavailableError
from bot.outbound import open_session
from bot.teams.connector import Connector
from bot.teams.credentials import EARLY, PAUSE, BotCredentials
from bot.teams.http import fetch
from bot.teams.urls import ServiceUrls
from tests.microsoft import make_firm


class Clock:
    now = 1000.0


@pytest.fixture
async def microsoft():
    async with run_microsoft(make_firm()) as microsoft:
        yield microsoft


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def credentials(microsoft, clock) -> Iterator[BotCredentials]:
    credentials = BotCredentials(Config(**microsoft.config_values), lambda: clock.now)
    yield credentials
    credentials.close()


async def test_a_token_is_asked_for_once_and_the_connector_takes_it(microsoft, credentials):
    async with open_session() as session:
        connector = Connector(session, credentials, ServiceUrls(["127.0.0.1"]))
        for _ in range(3):
            assert await connector.send(microsoft.connector_url, "a:1", b'{"type": "message", "text": "hello"}')
    assert [sent.activity["text"] for sent in microsoft.connector.sent] == ["hello"] * 3
    assert len(microsoft.record.login_times) == 1


async def test_F37_a_token_is_renewed_in_time_and_used_to_its_end_while_the_sign_in_is_down(
    microsoft, credentials, clock
):
    first = await credentials.get()
    microsoft.faults.add("token_error", edge="login", code=7000222)
    clock.now += 3599 - EARLY + 1
    assert await credentials.get() == first
    clock.now += EARLY
    with pytest.raises(UnavailableError):
        await credentials.get()


async def test_F39_a_refusal_is_believed_for_a_while(microsoft, credentials, clock):
    microsoft.faults.add("token_error", edge="login", code=7000215)
    for _ in range(5):
        with pytest.raises(UnavailableError):
            await credentials.get()
    assert len(microsoft.record.login_times) == 1
    microsoft.faults.clear()
    clock.now += PAUSE
    assert await credentials.get()


async def test_a_refused_token_is_not_what_msal_remembers(microsoft, credentials):
    await credentials.get()
    credentials.forget()
    await credentials.get()
    assert len(microsoft.record.login_times) == 2


async def test_a_ca_bundle_of_the_environment_overrides_nothing(microsoft, credentials, monkeypatch):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert await credentials.get()


async def test_keys_of_the_sign_in_are_fetched_with_its_own_authority(microsoft):
    async with open_session(Config(login_ca=microsoft.login_ca)) as session:
        assert b'"kid"' in await fetch(session, f"{microsoft.login_url}/common/discovery/v2.0/keys")
    async with open_session() as session:
        with pytest.raises(OSError, match="Client"):
            await fetch(session, f"{microsoft.login_url}/common/discovery/v2.0/keys")


async def test_a_file_that_is_just_being_replaced_stops_no_sign_in(microsoft, clock, tmp_path):
    secret = tmp_path / "secret"
    secret.write_text(microsoft.cloud.app_secret)
    known = {**microsoft.config_values, "app_secret": "", "app_secret_file": str(secret)}
    credentials = BotCredentials(Config(**known), lambda: clock.now)
    await credentials.get()
    secret.write_text("")
    credentials.forget()
    assert await credentials.get()
    assert microsoft.record.logins == {"ok": 2}
    credentials.close()
