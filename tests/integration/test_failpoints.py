"""The service kills itself at a chosen place and is started again: store and chats hold what really happened."""

import asyncio

import pytest
from sqlalchemy import text

from bot.failpoints import arm
from storage.database import open_database
from storage.migrate import migrate
from storage.rls import SYSTEM
from tests.installation import Installation
from tests.ledger import make_ledger
from tests.soak.ledgers import find_told_twice
from tests.syncing import assert_same, read_ledger

INSTALLING = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}


@pytest.fixture(params=["sqlite", "postgres"])
async def url(request, tmp_path, make_postgres) -> str:
    url = f"sqlite:///{tmp_path}/carnet.db" if request.param == "sqlite" else await make_postgres()
    await migrate(url)
    return url


@pytest.fixture
async def installation(microsoft, firm, url, tmp_path):
    firm.granted |= INSTALLING
    installation = Installation(microsoft, url, tmp_path, notice_hours="0-24", installs_app=True)
    microsoft.teams.bot_url = f"{installation.url}/api/messages"
    yield installation
    installation.end()


def send(firm, number: int) -> None:
    for person in firm.list_people():
        firm.send_mail((person.name, person.address), to=[("", f"jane@host{number}-{person.name[0]}.example")])


async def live_until_dead(firm, installation: Installation, point: str) -> None:
    """Let people write until the service has died at the point."""
    send(firm, 0)
    installation.start("service", "serve", failpoint=point)
    for number in range(1, 600):
        await asyncio.sleep(0.1)
        if "service" not in installation.pids:
            return
        health = await installation.ask("/healthz") if number % 10 == 0 else None
        if health and health["mailboxes"]["current"] == len(firm.list_people()):
            send(firm, number)
    raise AssertionError(f"it never reached {point}: {installation.read_log('service')[-2000:]}")


async def check(firm, url: str, installation: Installation) -> None:
    """Wait until the store holds what really happened, and is told of no more than that."""
    installation.start("service", "serve")
    database = open_database(url)

    async def query(sql: str, **values):
        async with database.reading(SYSTEM) as connection:
            return [tuple(row) for row in await connection.execute(text(sql), values)]

    wanted = make_ledger(firm.truth.list_mail(), [], firm.domains, 2**40, "outreach")
    try:
        for _ in range(600):
            await asyncio.sleep(0.2)
            if (await query("SELECT count(*) FROM interactions"))[0][0] == len(wanted.interactions):
                break
        assert_same(await read_ledger(query), wanted)
    finally:
        await database.close()


@pytest.mark.parametrize("point", ["page_written:2", "page_committed:2"])
async def test_F24_killed_between_a_page_and_its_link_nothing_is_lost_or_doubled(firm, installation, url, point):
    await live_until_dead(firm, installation, point)
    await check(firm, url, installation)


async def test_F11_killed_before_a_subscriptions_id_is_stored_the_mailbox_is_read_all_the_same(firm, installation, url):
    await live_until_dead(firm, installation, "subscription_created:1")
    await check(firm, url, installation)


@pytest.mark.parametrize("point", ["notification_written:1", "notification_committed:1"])
async def test_F12_killed_before_a_notification_is_acknowledged_it_comes_again(firm, installation, url, point):
    await live_until_dead(firm, installation, point)
    await check(firm, url, installation)


@pytest.mark.parametrize("point", ["notice_marked:1", "notice_sent:1"])
async def test_F59_killed_around_the_sending_of_a_notice_it_is_not_said_twice(
    microsoft, firm, installation, url, point
):
    await live_until_dead(firm, installation, point)
    await check(firm, url, installation)
    assert find_told_twice(microsoft.connector.sent) == {}


@pytest.mark.parametrize("setting", ["page_written", "page_written:0", "nowhere:1"])
def test_a_failpoint_that_does_not_exist_is_refused(setting):
    with pytest.raises(ValueError, match="CARNET_FAILPOINT"):
        arm(setting)
