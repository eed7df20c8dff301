"""A list of two hundred thousand companies in the tab: its rows, its failures, and the place where one is."""

import asyncio
import time

import pytest
from playwright.async_api import expect

from tests.browser import answer, card, find_bridge, find_faults, in_a_browser, open_window
from tests.outlook import open_page

pytestmark = in_a_browser
WIDE = (1180, 760)


def give_rows(question):
    """Two hundred thousand companies, page by page; those far down are twenty times as large."""
    start, size = int(question["data"].get("cursor") or 0), question["data"]["size"]
    size *= 20 if start > 5_000 else 1
    rows = [
        {"id": number + 1, "shown_name": f"Company {number}", "domain": f"c{number}.example", "type": "client",
         "partner_name": None, "interaction_count": number, "last_at": 1_700_000_000 - number, "is_provisional": False}
        for number in range(start, min(start + size, 200_000))
    ]  # fmt: skip
    following = str(start + size) if start + size < 200_000 else None
    return answer(card=None, summary="Everything", data={"rows": rows, "next": following, "people": {}})


VIEWS = [
    {"view_id": -1, "name": "My companies", "filter": {"version": 1, "of": "companies", "scope": "mine", "sort": "last",
     "is_ascending": False}, "is_builtin": True, "is_own": False, "is_default": False, "is_hidden": False,
     "is_shared": False, "version": 1}
]  # fmt: skip


@pytest.fixture
async def long_list(sqlite_database):
    """A tab on a stub that holds two hundred thousand companies."""
    async with open_page(sqlite_database) as page, open_window(page.url, size=WIDE) as window:
        await window.context.add_init_script(path=find_bridge())
        window.service.on("views.list", answer(card=None, data={"views": VIEWS}))
        window.service.on("list.rows", give_rows)
        tab = await window.open("/tab?locale=en-GB")
        await tab.locator(".row").first.wait_for()
        yield window, tab


async def test_heads_that_sort_a_list_are_told_from_those_that_do_not(long_list):
    _, tab = long_list
    heads = await tab.get_by_role("columnheader").evaluate_all(
        """heads => heads.map((head) => {
          const inner = head.firstElementChild ?? head;
          const sign = getComputedStyle(inner, "::after").content;
          return [head.innerText, getComputedStyle(inner).cursor, sign === "none" ? "" : sign[2]];
        })"""
    )
    assert heads == [
        ["Company", "pointer", "↕"],
        ["Type", "auto", ""],
        ["Partner", "auto", ""],
        ["Last interaction", "pointer", "↓"],
        ["Interactions", "pointer", "↕"],
    ]


async def test_a_moment_ago_is_a_minute_ago_as_on_the_cards(long_list):
    window, tab = long_list

    def give_one(_question):
        given = give_rows({"data": {"size": 1}})
        given["data"] |= {"rows": [given["data"]["rows"][0] | {"last_at": int(time.time()) - 5}], "next": None}
        return given

    window.service.on("list.rows", give_one)
    await tab.get_by_role("columnheader", name="Company").get_by_role("button").click()
    await tab.locator(".row").get_by_text("1 minute ago").wait_for()


async def test_two_hundred_thousand_companies_are_a_few_rows_on_the_page(long_list):
    window, tab = long_list
    grid = tab.get_by_role("grid")
    for _ in range(200):
        at = await grid.evaluate("grid => (grid.scrollTop = grid.scrollHeight, grid.scrollHeight)")
        if at > 200_000 * 52:
            break
        await asyncio.sleep(0.02)
    await tab.get_by_text("Company 199999").wait_for()
    assert await tab.locator(".row").count() < 60
    await tab.locator(".list-count", has_text="200,000 rows").wait_for()
    cursors = [q["data"].get("cursor") for q in window.service.asked if q["verb"] == "list.rows"]
    assert len(cursors) == len(set(cursors))


async def test_rows_are_read_in_their_order_once_the_list_rests(long_list):
    _, tab = long_list
    grid = tab.get_by_role("grid")
    for top in (3_000, 200, 5_000, 1_000):
        await grid.evaluate("(grid, top) => { grid.scrollTop = top }", top)
        await asyncio.sleep(0.1)
    await asyncio.sleep(0.4)
    names = await tab.locator(".row:not([hidden]) .row-name").all_inner_texts()
    numbers = [int(name.split()[1]) for name in names]
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))


async def test_scrolling_back_and_forth_shows_the_right_rows(long_list):
    _, tab = long_list
    grid = tab.get_by_role("grid")
    await asyncio.sleep(0.5)
    for index in (0, 70, 20, 110, 3):
        await grid.evaluate("(grid, top) => { grid.scrollTop = top }", index * 52)
        await asyncio.sleep(0.2)
        first = tab.locator(f"#row-{index}")
        assert await first.locator(".row-name").inner_text() == f"Company {index}"
        assert await first.get_attribute("aria-rowindex") == str(index + 2)


async def test_F76_a_list_that_is_chosen_later_is_never_overwritten_by_an_earlier_one(long_list):
    window, tab = long_list
    gate = asyncio.Event()

    async def reply(question):
        if question["data"]["filter"].get("text") == "slow":
            await gate.wait()
        text = question["data"]["filter"].get("text", "")
        row = {
            "id": 1,
            "shown_name": f"Found for {text}",
            "domain": "",
            "type": None,
            "partner_name": None,
            "interaction_count": 1,
            "last_at": 0,
        }
        return answer(card=None, data={"rows": [row | {"is_provisional": False}], "next": None, "people": {}})

    window.service.on("list.rows", reply)
    search = tab.get_by_role("searchbox", name="Search this list")
    await search.fill("slow")
    await asyncio.sleep(0.4)
    await search.fill("quick")
    await tab.get_by_text("Found for quick").wait_for()
    gate.set()
    await asyncio.sleep(0.4)
    assert await tab.locator(".row:not([hidden]) .row-name").all_inner_texts() == ["Found for quick"]


async def test_F76_a_list_without_network_says_so_and_comes_back(long_list):
    window, tab = long_list
    window.service.on("list.rows", "lost")
    await tab.get_by_role("searchbox", name="Search this list").fill("acme")
    await tab.get_by_role("heading", name="You are offline").wait_for()
    window.service.on("list.rows", give_rows)
    await tab.evaluate("window.dispatchEvent(new Event('online'))")
    await tab.get_by_text("Company 0", exact=True).wait_for()


async def test_B77_hostile_names_in_a_list_are_text(long_list):
    window, tab = long_list
    row = {"id": 1, "shown_name": "<img src=x onerror=alert(1)>", "domain": "\u202eevil", "partner_name": "<b>x</b>"}
    row |= {"type": "bogus", "interaction_count": 1, "last_at": 0, "is_provisional": False}
    window.service.on("list.rows", answer(card=None, data={"rows": [row], "next": None, "people": {}}))
    await tab.get_by_role("searchbox", name="Search this list").fill("x")
    await tab.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    assert await tab.locator(".row img, .row b").count() == 0


async def test_an_empty_list_says_what_to_do(long_list):
    window, tab = long_list
    window.service.on("list.rows", answer(card=None, data={"rows": [], "next": None, "people": {}}))
    await tab.get_by_role("searchbox", name="Search this list").fill("nothing")
    await tab.get_by_role("heading", name="Nothing matches").wait_for()
    assert await find_faults(tab) == []


async def test_a_failed_change_of_a_list_is_said(long_list):
    window, tab = long_list
    window.service.on("view.hide", (409, answer(card=card("no"), summary="Somebody was quicker.")))
    await tab.get_by_role("button", name="More for this list").click()
    await tab.get_by_role("menuitem", name="Hide").click()
    await tab.get_by_text("Somebody was quicker.").wait_for()


async def test_F76_rows_that_are_there_stay_when_the_next_ones_are_lost(long_list):
    window, tab = long_list
    grid = tab.get_by_role("grid")
    window.service.on("list.rows", "lost")
    await grid.evaluate("grid => { grid.scrollTop = grid.scrollHeight }")
    await tab.get_by_role("status").get_by_text("You are offline").wait_for()
    assert await grid.is_visible()
    asked = len(window.service.asked)
    await grid.evaluate("grid => { grid.scrollTop -= 300 }")
    await asyncio.sleep(0.3)
    assert len(window.service.asked) == asked
    window.service.on("list.rows", give_rows)
    count = tab.locator(".list-count")
    before = await count.inner_text()
    await tab.get_by_role("button", name="Try again").click()
    await expect(count).not_to_have_text(before)


async def test_a_change_beside_the_list_leaves_one_at_the_same_place(long_list):
    window, tab = long_list
    grid = tab.get_by_role("grid")
    save = [{"type": "Action.Execute", "title": "Save", "verb": "company.set_type", "data": {"version": 1}}]
    window.service.on("company.open", answer(card=card("Open", actions=save)))
    window.service.on("company.set_type", answer("Saved"))
    for _ in range(2):  # the rows below are there only once those above were read
        await grid.evaluate("grid => { grid.scrollTop = 90 * 52 }")
        await asyncio.sleep(0.3)
    await tab.get_by_text("Company 92", exact=True).click()
    window.service.on("list.rows", lambda question: rename(give_rows(question)))
    await tab.get_by_role("button", name="Save").click()
    await tab.get_by_text("Firm 92", exact=True).wait_for()
    assert await grid.evaluate("grid => grid.scrollTop") == 90 * 52
    assert await tab.locator(".row.is-active .row-name").inner_text() == "Firm 92"


def rename(given):
    for row in given["data"]["rows"]:
        row["shown_name"] = row["shown_name"].replace("Company", "Firm")
    return given


async def test_a_list_is_not_asked_for_again_once_it_was_left(long_list):
    window, tab = long_list
    window.service.on("list.rows", "lost")
    search = tab.get_by_role("searchbox", name="Search this list")
    await search.fill("acme")
    await tab.get_by_role("heading", name="You are offline").wait_for()
    window.service.on("list.rows", give_rows)
    await tab.get_by_role("button", name="Try again").click()
    await tab.get_by_text("Company 0", exact=True).wait_for()
    asked = len(window.service.asked)
    await tab.evaluate("window.dispatchEvent(new Event('online'))")
    await asyncio.sleep(0.3)
    assert len(window.service.asked) == asked
