"""The service kills itself at a chosen place and is started again: store and chats hold what really happened."""

import asyncio

import pytest

from bot.failpoints import arm
from tests.installation import Installation


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


@pytest.mark.parametrize("point", ["page_written:2", "page_committed:2"])
async def test_F24_killed_between_a_page_and_its_link_nothing_is_lost_or_doubled(firm, installation, point):
    await live_until_dead(firm, installation, point)


async def test_F11_killed_before_a_subscriptions_id_is_stored_the_mailbox_is_read_all_the_same(firm, installation):
    await live_until_dead(firm, installation, "subscription_created:1")


@pytest.mark.parametrize("point", ["notification_written:1", "notification_committed:1"])
async def test_F12_killed_before_a_notification_is_acknowledged_it_comes_again(firm, installation, point):
    await live_until_dead(firm, installation, point)


@pytest.mark.parametrize("point", ["notice_marked:1", "notice_sent:1"])
async def test_F59_killed_around_the_sending_of_a_notice_it_is_not_said_twice(firm, installation, point):
    await live_until_dead(firm, installation, point)


@pytest.mark.parametrize("setting", ["page_written", "page_written:0", "nowhere:1"])
def test_a_failpoint_that_does_not_exist_is_refused(setting):
    with pytest.raises(ValueError, match="CARNET_FAILPOINT"):
        arm(setting)
