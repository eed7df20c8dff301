"""How the pane signs in: silently, by a window, once at a time, and with a sentence for every refusal."""

import time

import pytest

from tests.browser import MAIL, answer, find_faults, in_a_browser, in_turn, make_token, open_window
from tests.outlook import open_page

pytestmark = in_a_browser
INTERACTION = {"status": "USER_INTERACTION_REQUIRED", "code": "interaction_required", "description": "AADSTS50079"}
CONSENT = {"status": "USER_INTERACTION_REQUIRED", "code": "invalid_grant", "description": "AADSTS65001: consent"}
CANCEL = {"status": "USER_CANCEL", "code": "user_cancelled", "description": "closed"}
BLOCKED = {"status": "PERSISTENT_ERROR", "code": "access_blocked", "description": "AADSTS53003: conditional access"}


@pytest.fixture
async def url(sqlite_database):
    async with open_page(sqlite_database) as page:
        yield page.url


async def test_F75_silent_sign_in_that_fails_falls_back_to_a_window(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane", demoRefusals={"silent": INTERACTION, "popup": None})
        await page.get_by_text("Acme").wait_for()
        calls = await page.evaluate("demoOutlook.calls")
    assert calls[:3] == ["GetInitContext", "GetToken", "GetTokenPopup"]


@pytest.mark.parametrize(
    ("popup", "title", "button"),
    [
        (CONSENT, "Your administrator has to agree first", "Try again"),
        (CANCEL, "Sign-in was cancelled", "Sign in"),
        (BLOCKED, "Your firm's rules stop this sign-in", "Try again"),
    ],
)
async def test_F75_every_way_in_which_signing_in_fails_has_its_sentence(url, popup, title, button):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane", demoRefusals={"silent": INTERACTION, "popup": popup})
        await page.get_by_role("heading", name=title).wait_for()
        assert await find_faults(page) == []
        await page.evaluate("demoOutlook.refuse(null, null)")
        await page.get_by_role("button", name=button).click()
        await page.get_by_text("Acme").wait_for()


async def test_F75_the_administrators_link_names_our_app_and_nothing_secret(url):
    async with open_window(url) as window:
        page = await window.open("/pane", demoRefusals={"silent": CONSENT, "popup": CONSENT})
        link = page.get_by_role("link", name="Agree for the whole firm")
        address = await link.get_attribute("href")
    assert address.startswith(
        "https://login.microsoftonline.com/00000000-0000-4000-8000-000000000001/v2.0/adminconsent?"
    )
    assert "client_id=" in address
    assert "token" not in address


async def test_S32_nothing_of_the_sign_in_outlives_the_page(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        kept = await page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, document.cookie])")
        address = page.url
    assert "eyJ" not in kept
    assert "Anne" not in kept
    assert "eyJ" not in address


async def test_F75_no_token_is_written_to_the_console(url):
    said = []
    async with open_window(url) as window:
        window.service.on("pane.item", (401, {"error": {"code": "unauthenticated", "text": "?"}}))
        page = await window.open("/pane", demoItem=MAIL, demoRefusals={"silent": None, "popup": CANCEL})
        page.on("console", lambda message: said.append(message.text))
        await page.get_by_role("heading", name="Please sign in").wait_for()
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_role("heading", name="Sign-in was cancelled").wait_for()
    assert not [text for text in said if "eyJ" in text]


async def test_a_token_that_ran_out_is_replaced_before_it_is_used(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        fresh = make_token(oid="person", iat=int(time.time()) + 60)
        await page.evaluate("token => { window.demoTokenValue = token }", fresh)
        window.service.on("pane.item", in_turn((401, {"error": {"code": "x", "text": ""}}), answer("Acme again")))
        await page.evaluate("item => demoOutlook.select(item)", MAIL)
        await page.get_by_text("Acme again").wait_for()
    assert window.service.tokens[-1] == f"Bearer {fresh}"


REFUSING = """refusal => {
    window.demoToken = () => {
        demoOutlook.refuse(refusal, null);
        return new Promise(done => setTimeout(() => done(window.demoTokenValue), 600));
    };
}"""
"""A host whose windows give a token after a while, and which goes on refusing silently."""
WINDOW_OPENED = """() => new Promise(done => {
    const look = () => demoOutlook.calls.includes('GetTokenPopup') ? done() : setTimeout(look, 20);
    look();
})"""


async def test_F75_the_token_of_a_window_is_enough_though_silence_is_refused_for_ever(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane", demoItem=None, demoRefusals={"silent": INTERACTION, "popup": None})
        await page.evaluate(REFUSING, INTERACTION)
        await page.evaluate("item => demoOutlook.select(item)", MAIL)
        await page.get_by_text("Acme").wait_for()
        assert (await page.evaluate("demoOutlook.calls")).count("GetTokenPopup") == 1


async def test_F75_whoever_asks_while_a_window_is_open_waits_for_it(url):
    async with open_window(url) as window:
        window.service.on("pane.item", lambda question: answer(question["data"]["people"][0][1]))
        page = await window.open("/pane", demoItem=None, demoRefusals={"silent": INTERACTION, "popup": None})
        await page.evaluate(REFUSING, INTERACTION)
        await page.evaluate("item => demoOutlook.select(item)", MAIL)
        await page.evaluate(WINDOW_OPENED)
        await page.evaluate("item => demoOutlook.select(item)", MAIL | {"from": ["", "bob@other.example"]})
        await page.get_by_text("bob@other.example").wait_for()
        assert (await page.evaluate("demoOutlook.calls")).count("GetTokenPopup") == 1


async def test_F75_a_window_that_was_closed_does_not_open_again_with_the_next_item(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane", demoRefusals={"silent": INTERACTION, "popup": CANCEL})
        await page.get_by_role("heading", name="Sign-in was cancelled").wait_for()
        await page.evaluate("item => demoOutlook.select(item)", MAIL | {"from": ["", "bob@other.example"]})
        await page.get_by_role("heading", name="Sign-in was cancelled").wait_for()
        assert (await page.evaluate("demoOutlook.calls")).count("GetTokenPopup") == 1
        await page.evaluate("refusal => demoOutlook.refuse(refusal, null)", INTERACTION)
        await page.get_by_role("button", name="Sign in").click()
        await page.get_by_text("Acme").wait_for()


async def test_F75_consent_that_the_person_may_give_is_asked_for_in_a_window(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane", demoRefusals={"silent": CONSENT, "popup": None})
        await page.get_by_text("Acme").wait_for()


async def test_F75_consent_that_only_an_administrator_may_give_opens_no_window(url):
    refusal = CONSENT | {"description": "AADSTS90094: admin consent"}
    async with open_window(url) as window:
        page = await window.open("/pane", demoRefusals={"silent": refusal, "popup": None})
        await page.get_by_role("heading", name="Your administrator has to agree first").wait_for()
        assert "GetTokenPopup" not in await page.evaluate("demoOutlook.calls")


async def test_F75_closing_the_window_of_a_consent_still_names_the_administrator(url):
    async with open_window(url) as window:
        page = await window.open("/pane", demoRefusals={"silent": CONSENT, "popup": CANCEL})
        await page.get_by_role("heading", name="Your administrator has to agree first").wait_for()
