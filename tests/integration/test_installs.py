"""Installing the app for people through Graph, beside the small Microsoft 365."""

import pytest

from bot.demo.graph.installs import name_chat
from bot.graph.directory.installs import PASSING, REFUSED_FOR, AppInstaller
from storage.messages.conversations import Reference, get_personal_conversation, set_conversation

INSTALLING = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}


@pytest.fixture
async def installer(live) -> AppInstaller:
    live.firm.granted |= INSTALLING
    return AppInstaller(live.database, live.clients, app_id=live.microsoft.cloud.app_id, clock=live.clock)


async def get_anne(live) -> tuple[int, str]:
    [(user_id, entra_id)] = await live.query("SELECT id, entra_id FROM users WHERE name = 'Anne Martin'")
    return user_id, entra_id


def count_installs(live) -> int:
    return sum(1 for one in live.microsoft.record.requests if one.method == "POST" and "installedApps" in one.path)


async def test_F57_an_installation_is_made_once_and_remembered(live, installer):
    user_id, entra_id = await get_anne(live)
    assert [await installer.install(1, user_id) for _ in range(3)] == [True] * 3
    assert entra_id in live.microsoft.cloud.installed
    assert count_installs(live) == 1


async def test_F57_one_that_is_there_already_is_as_good(live, installer):
    user_id, entra_id = await get_anne(live)
    live.microsoft.cloud.installed.add(entra_id)
    assert await installer.install(1, user_id)


async def test_F57_a_chat_that_teams_told_of_while_we_were_away_is_asked_of_graph(live, installer):
    user_id, entra_id = await get_anne(live)
    async with live.database.writing(1) as connection:
        await set_conversation(connection, Reference(1, "a:bob", None, "https://smba.example/emea/", {}), 1)
    for _ in range(2):
        assert await installer.install(1, user_id)
    async with live.database.reading(1) as connection:
        chat = await get_personal_conversation(connection, 1, user_id)
    assert (chat.conversation_id, chat.service_url) == (
        name_chat(live.firm.tenant_id, entra_id),
        "https://smba.example/emea/",
    )


async def test_F57_where_teams_was_never_heard_from_its_word_is_waited_for(live, installer):
    user_id, _ = await get_anne(live)
    assert [await installer.install(1, user_id) for _ in range(3)] == [True] * 3
    assert await live.query("SELECT * FROM conversations") == []


async def test_F57_a_refusal_by_policy_is_remembered_for_a_day(live, installer):
    user_id, _ = await get_anne(live)
    live.microsoft.faults.add("status", edge="install", status=403)
    assert [await installer.install(1, user_id) for _ in range(5)] == [False] * 5
    assert count_installs(live) == 1
    live.microsoft.faults.clear()
    live.clock.ahead += REFUSED_FOR
    assert await installer.install(1, user_id)


async def test_F57_an_app_that_is_not_in_the_catalog_is_not_looked_for_all_day(live, installer):
    user_id, _ = await get_anne(live)
    live.microsoft.cloud.is_in_catalog = False
    assert [await installer.install(1, user_id) for _ in range(5)] == [False] * 5
    assert live.count_calls("GET", "teamsApps") == 1


@pytest.mark.parametrize("status", [429, 503, 500])
async def test_F57_a_passing_failure_is_tried_again_soon(live, installer, status):
    user_id, _ = await get_anne(live)
    live.microsoft.faults.add("status", edge="install", status=status, count=1)
    assert not await installer.install(1, user_id)
    live.clock.ahead += PASSING
    assert await installer.install(1, user_id)


async def test_F57_nobody_is_no_one_to_install_for(live, installer):
    assert not await installer.install(1, 999)
