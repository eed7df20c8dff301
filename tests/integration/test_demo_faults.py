"""Each fault of the small Microsoft 365, as a plain HTTP client meets it."""

import json
import time
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest

from bot.demo.malformed_items import BAD_EVENTS, BAD_MESSAGES

CARL = ("Carl", "carl@acme.example")


@pytest.fixture
def inbox(firm):
    """The delta of a mailbox with 25 mails: three pages."""
    anne, _ = firm.list_people()
    for number in range(25):
        firm.send_mail(CARL, [("", anne.address)], subject=str(number))
    return f"users/{anne.id}/mailFolders/inbox/messages/delta?$select=subject"


async def _walk(graph, path, most=20):
    """The pages of a round, to its delta link or to `most`."""
    pages = []
    while path and len(pages) < most:
        status, page, _ = await graph.ask(path)
        assert status == 200, page
        pages.append(page)
        path = page.get("@odata.nextLink")
    return pages


@pytest.mark.parametrize("page", [0, 1, "last"])
@pytest.mark.parametrize("has_location", [False, True])
async def test_F17_410_on_any_page(graph, inbox, page, has_location):
    graph.microsoft.faults.add("gone", page=page, has_location=has_location, code="resyncRequired", count=1)
    path = inbox
    for _ in range({0: 0, 1: 1, "last": 2}[page]):
        _, answer, _ = await graph.ask(path)
        path = answer["@odata.nextLink"]
    status, answer, headers = await graph.ask(path)
    assert (status, answer["error"]["code"], "Location" in headers) == (410, "resyncRequired", has_location)
    assert len(await _walk(graph, inbox)) == 3


async def test_F20_each_page_twice(graph, inbox):
    graph.microsoft.faults.add("replay_pages")
    subjects = [[item["subject"] for item in page["value"]] for page in await _walk(graph, inbox)]
    assert len(subjects) == 6
    assert subjects[::2] == subjects[1::2]


async def test_F21_two_hundred_empty_pages(graph, inbox):
    graph.microsoft.faults.add("empty_pages", pages=200, page=0)
    pages = await _walk(graph, inbox, most=300)
    assert len(pages) == 203
    assert sum(len(page["value"]) for page in pages) == 25


async def test_F22_an_endless_link(graph, inbox):
    graph.microsoft.faults.add("endless", page=1)
    pages = await _walk(graph, inbox, most=30)
    assert len({page["@odata.nextLink"] for page in pages}) == 30
    assert pages[1]["value"] == pages[29]["value"]


async def test_F23_removed_ids_that_nobody_knows(graph, inbox):
    graph.microsoft.faults.add("unknown_removed", ids=["ghost"])
    pages = await _walk(graph, inbox)
    assert pages[0]["value"][-1] == {"id": "ghost", "@removed": {"reason": "deleted"}}


async def test_F25_poison_on_the_first_page(graph, inbox):
    graph.microsoft.faults.add("poison", items=[{"id": "p", "toRecipients": "no list"}])
    pages = await _walk(graph, inbox)
    assert pages[0]["value"][-1] == {"id": "p", "toRecipients": "no list"}


@pytest.mark.parametrize("row", BAD_MESSAGES)
async def test_F25_a_hostile_message_is_served_as_it_is(graph, firm, row):
    anne, _ = firm.list_people()
    firm.send_mail(CARL, [("", anne.address)], overrides=BAD_MESSAGES[row])
    [item], _ = await graph.follow(f"users/{anne.id}/mailFolders/inbox/messages/delta")
    for name, value in BAD_MESSAGES[row].items():
        assert item.get(name, ...) == value


@pytest.mark.parametrize("row", BAD_EVENTS)
async def test_F25_a_hostile_event_is_served_as_it_is(graph, firm, row):
    anne, _ = firm.list_people()
    start = datetime(2026, 3, 2, 9, tzinfo=UTC)
    firm.schedule.hold(CARL, [("", anne.address)], start, start + timedelta(hours=1), overrides=BAD_EVENTS[row])
    window = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2027-01-01T00:00:00Z"
    [item], _ = await graph.follow(f"users/{anne.id}/calendarView/delta?{window}")
    assert {name: item[name] for name in BAD_EVENTS[row]} == BAD_EVENTS[row]


async def test_F26_a_page_that_is_too_large(graph, inbox):
    graph.microsoft.faults.add("larger_than", size=5)
    assert (await graph.ask(inbox, Prefer="odata.maxpagesize=6"))[0] == 504
    assert (await graph.ask(inbox, Prefer="odata.maxpagesize=5"))[0] == 200


async def test_F27_changes_lag(graph, inbox, firm):
    _, link = await graph.follow(inbox)
    fault = graph.microsoft.faults.add("lag", seconds=30)
    firm.send_mail(CARL, [("", firm.list_people()[0].address)], subject="New")
    hidden, link = await graph.follow(link)
    graph.microsoft.faults.remove(fault)
    assert hidden == []
    assert [item["subject"] for item in (await graph.follow(link))[0]] == ["New"]


@pytest.mark.parametrize("status", [500, 502, 503, 504, 507, 509])
async def test_F32_errors_by_script(graph, inbox, status):
    graph.microsoft.faults.add("status", status=status, count=2)
    assert [(await graph.ask(inbox))[0] for _ in range(3)] == [status, status, 200]


async def test_F32_faults_strike_by_chance_and_the_same_for_the_same_seed(graph, inbox):
    graph.microsoft.faults.random.seed(7)
    fault = graph.microsoft.faults.add("status", status=500, share=0.3)
    statuses = [(await graph.ask(inbox))[0] for _ in range(40)]
    assert 0 < statuses.count(500) == fault.hits < 30
    graph.microsoft.faults.random.seed(7)
    assert [(await graph.ask(inbox))[0] for _ in range(40)] == statuses


@pytest.mark.parametrize("kind", ["cut", "reset"])
async def test_F33_the_connection_breaks(graph, inbox, kind):
    fault = graph.microsoft.faults.add(kind)
    with pytest.raises(aiohttp.ClientError):
        await graph.ask(inbox)
    graph.microsoft.faults.remove(fault)
    assert (await graph.ask(inbox))[0] == 200


async def test_F33_a_hang_and_a_slow_drip_take_their_time(graph, inbox):
    fault = graph.microsoft.faults.add("hang", seconds=0.3)
    begun = time.monotonic()
    with pytest.raises(aiohttp.ClientError):
        await graph.ask(inbox)
    graph.microsoft.faults.remove(fault)
    graph.microsoft.faults.add("drip", size=500, seconds=0.05, count=1)
    assert (await graph.ask(inbox))[0] == 200
    assert time.monotonic() - begun > 0.4


@pytest.mark.parametrize(
    ("kind", "looks_broken"),
    [
        ("html", lambda text: text.startswith("<!DOCTYPE html>")),
        ("empty_body", lambda text: text == ""),
        ("half", lambda text: text.startswith("{") and not text.endswith("}")),
        ("duplicate_keys", lambda text: text.count('"value":') == 2 and json.loads(text)["value"]),
        ("big", lambda text: len(text) > 1000),
    ],
)
async def test_F35_an_answer_that_is_not_one(graph, inbox, kind, looks_broken):
    graph.microsoft.faults.add(kind, size=1000, count=1)
    headers = {"Authorization": f"Bearer {await graph.sign_in()}"}
    async with graph.session.get(f"{graph.microsoft.graph_url}/{inbox}", headers=headers) as response:
        assert response.status == 200
        assert looks_broken(await response.text())


async def test_F35_a_body_that_says_gzip_and_is_not(graph, inbox):
    graph.microsoft.faults.add("bad_gzip", count=1)
    graph.token = await graph.sign_in()
    with pytest.raises(aiohttp.ClientError):
        await graph.ask(inbox)


async def test_B86_a_link_to_a_foreign_host(graph, inbox):
    graph.microsoft.faults.add("foreign_link", host="https://evil.example")
    _, page, _ = await graph.ask(inbox)
    assert page["@odata.nextLink"].startswith("https://evil.example/v1.0/users/")


async def test_F36_one_mailbox_throttled_leaves_the_others_alone(graph, inbox, firm):
    anne, bob = firm.list_people()
    graph.microsoft.faults.add("throttle", mailbox=anne.id, form="absent")
    other = f"users/{bob.id}/mailFolders/inbox/messages/delta"
    assert [(await graph.ask(path))[0] for path in (inbox, other, inbox, other)] == [429, 200, 429, 200]


async def test_F15_an_item_vanishes_before_it_is_read(graph, firm):
    anne, _ = firm.list_people()
    [copy] = firm.send_mail(CARL, [("", anne.address)])
    graph.microsoft.faults.add("vanish", count=1)
    path = f"users/{anne.id}/messages/{copy.immutable_id}"
    assert [(await graph.ask(path))[0] for _ in range(2)] == [404, 200]


async def test_a_fault_has_an_end(graph, inbox):
    faults = graph.microsoft.faults
    faults.add("status", seconds_on=0)
    faults.add("status", path="sentitems")
    assert (await graph.ask(inbox))[0] == 200
    faults.add("status")
    faults.clear()
    assert (await graph.ask(inbox))[0] == 200


def test_an_unknown_fault_is_refused(microsoft):
    with pytest.raises(ValueError, match="no fault 'earthquake'"):
        microsoft.faults.add("earthquake")
