"""From a mail to the message in somebody's chat while Teams or the store fails: said once, or listed as unknown."""

import asyncio
import json

import pytest

from tests.account import find_told_twice
from tests.any_database import on_any_url
from tests.locking import locked


def find_click(message, verb: str = "company.set_type") -> dict:
    """Give the activity that Teams sends for a button of a message."""
    found: list[dict] = []

    def walk(node) -> None:
        if isinstance(node, dict):
            found.extend([node] if node.get("verb") == verb else [])
            node = list(node.values())
        for inner in node if isinstance(node, list) else ():
            walk(inner)

    walk(message.activity["attachments"])
    action = {"type": "Action.Execute", "verb": verb, "data": found[0]["data"]}
    return {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": action, "trigger": "manual"}}


async def test_F46_a_click_delivered_four_times_at_once_has_one_effect_and_one_answer(service):
    await service.say_hello()
    service.meet(service.anne, "Acme")
    message = await service.wait_until_told(service.anne, "Acme")
    teams = service.microsoft.teams
    click = teams.describe(service.anne, **find_click(message), replyToId=message.activity["id"])
    answers = await asyncio.gather(*(teams.post(click) for _ in range(4)))
    assert {json.dumps(answer) for answer in answers} == {json.dumps(answers[0])}
    assert await service.query("SELECT count(*) FROM audit WHERE action = 'company.set_type'") == [(1,)]


async def test_F47_a_click_that_waits_for_the_store_says_so_in_time_and_is_answered_later(service):
    await service.say_hello()
    service.meet(service.anne, "Acme")
    message = await service.wait_until_told(service.anne, "Acme")
    teams = service.microsoft.teams
    async with locked(service.database, "companies", "EXCLUSIVE"):
        _, body = await teams.post(teams.describe(service.anne, **find_click(message)))
        assert (body["type"], "longer" in body["value"]) == ("application/vnd.microsoft.activity.message", True)
    await service.wait_for(lambda: [one for one in service.list_answers(service.anne) if "Acme" in one])
    assert await service.query("SELECT count(*) FROM audit WHERE action = 'company.set_type'") == [(1,)]


async def tell_under(service, kind: str, **fault) -> tuple[int, int]:
    """Tell Anne of a company while Teams fails so; gives how often it failed, and how often she was told."""
    await service.say_hello()
    added = service.microsoft.faults.add(kind, edge="connector", mailbox=service.anne.id, **fault)
    service.meet(service.anne, "Acme")
    await service.wait_until_told(service.anne, "Acme")
    await service.wait_for_state("sent")
    return added.hits, len(service.list_told(service.anne, "Acme"))


@pytest.mark.parametrize("retry_after", [1, None])
async def test_F48_a_notice_that_teams_throttles_is_said_once(service, retry_after):
    assert await tell_under(service, "throttle", retry_after=retry_after, count=2) == (2, 1)


async def test_F49_a_notice_that_meets_a_conflict_is_said_once(service):
    assert await tell_under(service, "status", status=412, count=1) == (1, 1)


@pytest.mark.parametrize("kind", ["accepted_then_reset", "accepted_then_status", "status"])
async def test_F50_a_notice_that_may_have_arrived_is_listed_as_unknown_and_never_said_again(service, kind):
    await service.say_hello()
    fault = service.microsoft.faults.add(kind, edge="connector", mailbox=service.anne.id, status=502, count=1)
    service.meet(service.anne, "Acme")
    await service.wait_for_state("unknown")
    service.meet(service.anne, "Zenith")
    await service.wait_until_told(service.anne, "Zenith")
    assert (fault.hits, len(service.list_told(service.anne, "Acme"))) == (1, int(kind != "status"))
    assert find_told_twice(service.microsoft.connector.sent) == {}


@on_any_url
async def test_F51_who_has_blocked_the_bot_is_told_again_once_they_have_written(service):
    await service.say_hello()
    blocked = service.microsoft.faults.add("status", edge="connector", mailbox=service.anne.id, status=403)
    service.meet(service.anne, "Acme")
    await service.wait_for_state("dropped")
    service.microsoft.faults.remove(blocked)
    await service.microsoft.teams.say(service.anne, "hello")
    service.meet(service.anne, "Zenith")
    await service.wait_until_told(service.anne, "Zenith")
    assert (blocked.hits, service.list_told(service.anne, "Acme")) == (1, [])


@on_any_url
async def test_F52_a_chat_that_is_no_more_is_opened_anew_and_the_notice_said_there(service):
    assert await tell_under(service, "status", status=404, count=1) == (1, 1)


async def test_F53_a_chat_that_hangs_holds_no_other_up(service):
    await service.say_hello()
    service.microsoft.faults.add("hang", edge="connector", mailbox=service.anne.id, seconds=3, count=1)
    service.meet(service.anne, "Acme")
    await service.wait_for_state("sending")
    service.meet(service.bob, "Zenith")
    await service.wait_until_told(service.bob, "Zenith")
    assert service.list_told(service.anne, "Acme") == []
    await service.wait_for_state("unknown")


@on_any_url
async def test_F57_who_never_opened_the_app_has_it_installed_and_is_told_once(service):
    service.meet(service.anne, "Acme")
    await service.wait_until_told(service.anne, "Acme")
    await service.wait_for_state("sent")
    assert service.anne.id in service.microsoft.cloud.installed


@on_any_url
@pytest.mark.parametrize("status", [403, 409])
async def test_F57_where_the_app_cannot_be_installed_or_is_there_already_nothing_is_said_twice(service, status):
    service.microsoft.faults.add("status", edge="install", status=status)
    service.meet(service.anne, "Acme")
    await service.wait_for_state("dropped" if status == 403 else "pending")
    assert service.list_told(service.anne, "Acme") == []
