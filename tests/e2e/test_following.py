"""Pages that agree: what is changed in one place is seen in the others without a reload, and no outage is the end."""

import asyncio

import pytest

from tests.browser import answer, card, in_a_browser, in_turn, open_window
from tests.outlook import open_page

pytestmark = in_a_browser
CHANGED = ': here\n\ndata: {"of":"company","id":5}\n\n'
FORM = [
    {"type": "Container", "id": "change", "isVisible": False, "items": [{"type": "Input.Text", "id": "new_name"}]},
    {"type": "TextBlock", "text": "Acme"},
]
CHANGE = [{"type": "Action.ToggleVisibility", "title": "Change", "targetElements": ["change"]}]


@pytest.fixture
async def url(sqlite_database):
    async with open_page(sqlite_database) as page:
        yield page.url


async def tell(window, when=None):
    async def send(route):
        if when is not None:
            await when.wait()
        await route.fulfill(body=CHANGED, content_type="text/event-stream")

    await window.context.route("**/api/changes*", send)


async def test_the_pane_shows_a_change_made_elsewhere(url):
    async with open_window(url) as window:
        await tell(window)
        window.service.on("pane.item", in_turn(answer("Acme"), answer("Acme is a client")))
        page = await window.open("/pane")
        await page.get_by_text("Acme is a client").wait_for()


async def test_whoever_fills_in_a_form_is_told_and_not_disturbed(url):
    is_changed = asyncio.Event()
    async with open_window(url) as window:
        await tell(window, is_changed)
        window.service.on("pane.item", answer(card=card() | {"body": FORM, "actions": CHANGE}))
        page = await window.open("/pane")
        await page.get_by_role("button", name="Change").click()
        await page.keyboard.type("Acme Holding")
        window.service.on("pane.item", answer("Acme is a client"))
        is_changed.set()
        await page.get_by_text("This was changed elsewhere meanwhile.").wait_for()
        assert await page.locator("input").input_value() == "Acme Holding"
        await page.locator(".board-news").get_by_role("button", name="Refresh").click()
        await page.get_by_text("Acme is a client").wait_for()


async def stand(window, body=": here\n\n", when=None):
    """Let one connection stand, and no other; it tells of nothing unless `body` does."""
    left = [body]

    async def send(route):
        if left:
            told = left.pop()
            if when is not None:
                await when.wait()
            await route.fulfill(body=told, content_type="text/event-stream")

    await window.context.route("**/api/changes*", send)


async def test_what_was_changed_after_the_pane_was_read_and_before_it_listens_is_shown(url):
    async with open_window(url) as window:
        await stand(window)
        window.service.on("pane.item", in_turn(answer("Acme"), answer("Acme is a client")))
        page = await window.open("/pane")
        await page.get_by_text("Acme is a client").wait_for()


async def test_a_change_made_while_the_pane_reads_is_shown_once_it_has_read(url):
    is_told, is_read = asyncio.Event(), asyncio.Event()
    async with open_window(url) as window:
        await stand(window, CHANGED, is_told)
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()

        async def read(_question):
            window.service.on("pane.item", answer("Globex is a client"))
            is_told.set()
            await is_read.wait()
            return answer("Globex")

        window.service.on("pane.item", read)
        async with page.expect_request_finished(lambda request: "/api/changes" in request.url):
            await page.evaluate("() => { window.demoOutlook.select(window.demoItem); }")
        is_read.set()
        await page.get_by_text("Globex is a client").wait_for()


@pytest.mark.parametrize("status", [502, 403])
async def test_where_a_proxy_forbids_it_the_page_is_silent_and_is_refreshed_by_hand(url, status):
    async with open_window(url) as window:
        await window.context.route("**/api/changes*", lambda route: route.fulfill(status=status))
        window.service.on("pane.item", in_turn(answer("Acme"), answer("Acme is a client")))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        await page.get_by_role("button", name="Refresh").click()
        await page.get_by_text("Acme is a client").wait_for()
        assert await page.get_by_role("alert").count() == 0


async def test_F76_the_pane_comes_back_by_itself_after_an_outage(url):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn((503, {}), (503, {}), answer("Acme")))
        page = await window.open("/pane")
        await page.get_by_role("heading", name="Something went wrong").wait_for()
        await page.get_by_text("Acme").wait_for()
