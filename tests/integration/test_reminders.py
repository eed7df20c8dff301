"""Administrators are told 30, 7 and 1 days before what the app signs in with ends; a new one needs no restart."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.config import Config
from bot.credential import read_credential
from bot.msal_application import Application
from bot.reminders import Reminders
from storage.engine.rls import SYSTEM
from tests.certificates import NOW, write_certificate
from tests.factories import add_tenant, add_user

T = int(NOW.timestamp())


async def tell(database, config: Config, at: float) -> int:
    """Look at a time; gives how many notices there are now."""
    await Reminders(database, config, lambda: at).work()
    async with database.reading(SYSTEM) as connection:
        return await connection.scalar(text("SELECT count(*) FROM outbox WHERE kind = 'credential'"))


@pytest.mark.parametrize("kind", ["certificate", "secret"])
async def test_each_administrator_is_told_three_times_and_never_twice(database, tmp_path, kind):
    async with database.writing(SYSTEM) as connection:
        await add_tenant(connection, 1)
        await add_user(connection, "Anne", is_admin=True)
        await add_user(connection, "Bob")
    ends_at = NOW + timedelta(days=100)
    given = {"app_certificate": write_certificate(tmp_path / "app.pem", ends_at)}
    if kind == "secret":
        given = {"app_secret": "x", "app_secret_ends": ends_at.date().isoformat()}
    config = Config(database_url="sqlite:///x.db", **given)
    days_before = (40, 31.5, 29, 20, 8.5, 6, 3, 0.5, 0.2)
    end = read_credential(config).ends_at
    counts = [await tell(database, config, end - days * 86_400) for days in days_before]
    assert counts == [0, 0, 1, 1, 1, 2, 2, 3, 3]
    given["app_secret_ends" if kind == "secret" else "app_certificate"] = (
        "2027-12-31" if kind == "secret" else write_certificate(tmp_path / "new.pem", ends_at + timedelta(days=400))
    )
    config = Config(database_url="sqlite:///x.db", **given)
    assert await tell(database, config, end) == 3


async def test_a_new_secret_or_certificate_is_taken_up_without_a_restart(microsoft, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("an old one\n")
    values = microsoft.config_values | {"app_secret": "", "app_secret_file": str(secret)}
    application = Application(Config(**values), microsoft.firm.tenant_id, "https://graph.microsoft.com/.default")
    assert (await asyncio.to_thread(application.ask))["error_codes"] == [7000215]
    secret.write_text(microsoft.config_values["app_secret"])
    assert (await asyncio.to_thread(application.ask))["access_token"]
    secret.unlink()
    assert (await asyncio.to_thread(application.ask))["error"] == "secret_missing"
    application.close()
