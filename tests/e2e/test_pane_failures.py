"""What the pane does when something is missing: the network, the service, the sign-in, Outlook itself."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.browser import answer, card, find_faults, in_a_browser, in_turn, open_browser, open_window
from tests.outlook import open_page

pytestmark = in_a_browser
SAVE = [{"type": "Action.Execute", "title": "Save", "verb": "company.set_type", "data": {"version": 1}}]


@pytest.fixture
async def url(sqlite_database):
    async with open_page(sqlite_database) as page:
        yield page.url


async def test_F76_one_lost_request_is_tried_again_without_a_word(url):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn("lost", answer("Acme")))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        assert await page.get_by_role("alert").count() == 0
    assert len(window.service.asked) == 2


async def test_F76_a_lost_network_is_said_and_its_return_is_noticed(url):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn("lost", "lost", answer("Acme")))
        page = await window.open("/pane")
        await page.get_by_role("heading", name="You are offline").wait_for()
        assert await find_faults(page) == []
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await page.get_by_text("Acme").wait_for()


async def test_F76_a_refused_token_is_renewed_once_without_a_word(url):
    async with open_window(url) as window:
        window.service.on(
            "pane.item", in_turn((401, {"error": {"code": "unauthenticated", "text": "?"}}), answer("Acme"))
        )
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        calls = await page.evaluate("demoOutlook.calls")
    assert calls.count("GetToken") == 2


async def test_F76_a_token_that_is_refused_again_asks_the_person_to_sign_in(url):
    async with open_window(url) as window:
        window.service.on("pane.item", (401, {"error": {"code": "unauthenticated", "text": "Please sign in again."}}))
        page = await window.open("/pane")
        await page.get_by_role("heading", name="Please sign in").wait_for()
        assert len(window.service.asked) == 2
        window.service.on("pane.item", answer("Acme"))
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("Acme").wait_for()
        assert "GetTokenPopup" in await page.evaluate("demoOutlook.calls")


async def test_a_person_without_access_is_told_whom_to_ask(url):
    async with open_window(url) as window:
        window.service.on(
            "pane.item", (403, {"error": {"code": "forbidden", "text": "Carnet is not open to this account."}})
        )
        page = await window.open("/pane")
        await page.get_by_role("heading", name="No access").wait_for()
        await page.get_by_text("Carnet is not open to this account.").wait_for()
    assert len(window.service.asked) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_F76_a_service_that_fails_twice_says_so_and_can_be_asked_again(url, status):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn((status, {}), (status, {}), answer("Acme")))
        page = await window.open("/pane")
        await page.get_by_role("heading", name="Something went wrong").wait_for()
        assert len(window.service.asked) == 2
        await page.get_by_role("button", name="Try again").click()
        await page.get_by_text("Acme").wait_for()


async def test_a_change_is_never_sent_twice_by_itself(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card=card("Acme", actions=SAVE)))
        window.service.on("company.set_type", in_turn((503, {}), answer("Saved")))
        page = await window.open("/pane")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_role("heading", name="Something went wrong").wait_for()
        await asyncio.sleep(1)
        assert window.service.verbs().count("company.set_type") == 1
        await page.get_by_role("button", name="Try again").click()
        await page.get_by_text("Saved").wait_for()


@pytest.mark.parametrize("loss", ["lost", "slow"])
async def test_F76_a_change_whose_answer_is_lost_is_looked_at_and_not_sent_again(url, loss):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn(answer(card=card("Acme", actions=SAVE)), answer("Acme as it stands")))
        window.service.on("company.set_type", "lost")
        page = await window.open("/pane")
        if loss == "slow":
            await page.evaluate("AbortSignal.timeout = () => AbortSignal.abort()")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_role("heading", name="Was this saved?").wait_for()
        assert await find_faults(page) == []
        await page.evaluate("AbortSignal.timeout = () => new AbortController().signal")
        await page.get_by_role("button", name="See how it stands").click()
        await page.get_by_text("Acme as it stands").wait_for()
    assert window.service.verbs().count("company.set_type") == (1 if loss == "lost" else 0)


async def test_F76_a_network_that_comes_back_sends_no_change_by_itself(url):
    async with open_window(url) as window:
        window.service.on("pane.item", in_turn(answer(card=card("Acme", actions=SAVE)), answer("Acme as it stands")))
        window.service.on("company.set_type", "lost")
        page = await window.open("/pane")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_role("heading", name="Was this saved?").wait_for()
        await page.evaluate("window.dispatchEvent(new Event('online'))")
        await page.get_by_text("Acme as it stands").wait_for()
    assert window.service.verbs() == ["pane.item", "company.set_type", "pane.item"]


async def test_a_change_that_came_too_late_shows_the_card_that_says_so(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card=card("Acme", actions=SAVE)))
        window.service.on("company.set_type", (409, answer("Bob changed it since")))
        page = await window.open("/pane")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Bob changed it since").wait_for()


async def test_a_slow_answer_is_waited_for_with_a_word(url):
    may_answer = asyncio.Event()

    async def slow(_question):
        await may_answer.wait()
        return answer("Acme")

    async with open_window(url) as window:
        window.service.on("pane.item", slow)
        page = await window.open("/pane")
        late = page.get_by_text("Still working on it")
        await late.evaluate("element => Promise.all(element.getAnimations().map(each => each.finished))")
        assert await late.evaluate("element => getComputedStyle(element).opacity") == "1"
        may_answer.set()
        await page.get_by_text("Acme").wait_for()


async def test_F75_without_office_js_the_pane_says_so_and_can_start_again(url):
    async with open_window(url, has_office=False) as window:
        page = await window.open("/pane")
        await page.get_by_role("heading", name="Outlook did not answer").wait_for()
        assert await find_faults(page) == []
        assert await page.get_by_role("button", name="Try again").count() == 1


async def test_F75_office_js_outside_outlook_says_so_too(url):
    script = "window.Office = {onReady: () => Promise.resolve({host: null, platform: null}), context: {}}"
    async with open_window(url, has_office=False) as window:
        await window.context.route(
            "**/office.js", lambda route: route.fulfill(body=script, content_type="text/javascript")
        )
        page = await window.open("/pane")
        await page.get_by_role("heading", name="Outlook did not answer").wait_for()


async def test_B68_a_foreign_site_cannot_frame_the_page(url):
    async def show_trap(request):
        return web.Response(text=f"<iframe src='{url}/pane'></iframe>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show_trap)
    async with TestServer(app) as evil, open_browser() as browser:
        page = await browser.new_page()
        said = []
        page.on("console", lambda message: said.append(message.text))
        await page.goto(str(evil.make_url("/")))
        await asyncio.sleep(1)
        framed = [frame.url for frame in page.frames[1:]]
    assert [text for text in said if "frame-ancestors" in text]
    assert framed == ["chrome-error://chromewebdata/"]
