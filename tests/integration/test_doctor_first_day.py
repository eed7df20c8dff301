"""`carnet doctor` and `carnet status` on a first day on which nothing is read, or two firms share an installation."""

import io
from collections.abc import AsyncIterator

import pytest
from rich.console import Console

from bot.cli import status
from bot.cli.doctor import examine
from bot.cli.doctor.findings import Finding, Level
from bot.config import Config
from bot.graph.subscriptions.audit import SubscriptionAuditor
from storage.engine.database import Database, open_database
from storage.firm.rules import set_rules
from storage.viewer import Viewer
from tests.certificates import NOW
from tests.live import run_live
from tests.microsoft import make_firm

NOBODY = "99999999-9999-4999-8999-999999999999"


@pytest.fixture
async def file(sqlite_url) -> AsyncIterator[Database]:
    database = open_database(sqlite_url)
    yield database
    await database.close()


async def find_all(config: Config) -> list[Finding]:
    return await examine(config, NOW.timestamp())


async def find(config: Config) -> dict[str, Level]:
    return {finding.key: finding.level for finding in await find_all(config)}


async def say_status(config: Config, now: float, language: str = "en") -> str:
    reports, load, _ = await status.read(config, int(now), 20)
    text = io.StringIO()
    status.show(Console(file=text, width=400), language, int(now), reports, load)
    return text.getvalue()


def configure(live, **settings) -> Config:
    url = live.database.engine.url.render_as_string(hide_password=False)
    return Config(**live.microsoft.config_values, database_url=url, public_url=live.url, **settings)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_a_directory_that_was_never_read_is_told_at_once_with_why(file, language):
    async with run_live(file, make_firm(), group=NOBODY) as live:
        await live.directory.work()
        config = configure(live, group=NOBODY)
        assert (await find(config))["directory_failing"] is Level.PROBLEM
        assert "404 Request_ResourceNotFound" in await say_status(config, live.clock(), language)
        live.is_given_up = True


async def test_a_group_that_has_nobody_is_a_finding_and_no_well_kept_firm(file):
    firm = make_firm()
    group = firm.directory.add_group("Pilot", firm.list_people())
    async with run_live(file, firm, group=group.id) as live:
        await live.settle()
        config = configure(live, group=group.id)
        assert "nobody_read" not in await find(config)
        group.members.clear()
        await live.pass_time(300)
        assert (await find(config))["nobody_read"] is Level.PROBLEM
        live.is_given_up = True


async def test_an_administrator_of_the_environment_may_be_of_another_firm_of_the_installation(file):
    firms = make_firm(), make_firm("Zoe Weber", domain="jus.example")
    anne = firms[0].list_people()[0].id
    async with run_live(file, *firms, admins=(anne,)) as live:
        await live.settle()
        found = await find_all(configure(live, admins=(anne,)))
        assert [one.values["firm"] for one in found if one.key == "no_admin"] == ["jus.example"]
        assert "admin_unknown" not in {one.key for one in found}
        async with live.database.writing(2) as connection:
            await set_rules(connection, Viewer(2, 0), {"admins": (anne,)}, now=int(live.clock()), source="admin")
        wrong = [one for one in await find_all(configure(live, admins=(anne,))) if one.key == "admin_unknown"]
        assert [(one.level, one.values["firm"]) for one in wrong] == [(Level.PROBLEM, "jus.example")]


async def test_an_administrator_of_the_environment_who_is_nobody_is_a_problem_in_every_firm(file):
    firms = make_firm(), make_firm("Zoe Weber", domain="jus.example")
    async with run_live(file, *firms, admins=(NOBODY,)) as live:
        await live.settle()
        found = await find_all(configure(live, admins=(NOBODY,)))
        named = [one.values["firm"] for one in found if one.key == "admin_unknown"]
        assert sorted(named) == ["jus.example", "lex.example"]


@pytest.mark.parametrize(("language", "word"), [("en", "still tells"), ("fr", "annonce encore")])
async def test_an_address_that_was_changed_is_told_until_the_service_has_ordered_news_anew(file, language, word):
    async with run_live(file, make_firm()) as live:
        await live.settle()
        await live.auditor.work()
        former = live.url
        config = configure(live).model_copy(update={"public_url": "https://other.firm.example"})
        assert (await find(config))["news_moved"] is Level.WARNING
        told = await say_status(config, live.clock(), language)
        assert (word in told, former in told) == (True, True)
        assert "news_moved" not in await find(configure(live))
        later = SubscriptionAuditor(file, live.clients, public_url=config.public_url, clock=live.clock)
        await later.work()
        assert "news_moved" not in await find(config)
        assert "wanted" in {row[0] for row in await live.query("SELECT state FROM subscriptions")}
        live.is_given_up = True
