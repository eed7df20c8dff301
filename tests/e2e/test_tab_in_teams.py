"""The tab in a faked Teams, with the real teams-js: theme, language, links, and sign-in through the host."""

import asyncio
import contextlib
import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.browser import find_faults, in_a_browser, open_window
from tests.demo_firm import DemoFirm

pytestmark = in_a_browser
TEAMS = "https://teams.microsoft.com/_"
ORIGIN = "https://carnet.example"
OF_THE_PAGE = {"origin", "referer", "sec-fetch-site"}
HOST = (Path(__file__).parents[1] / "teams_host.html").read_text()
FETCHES_ITS_ORIGINS = "res.cdn.office.net"
"""teams-js looks for news of its own list of hosts there; our policy says no, and it goes on with the list it has."""


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


@contextlib.asynccontextmanager
async def open_teams(firm, person, *, place="", theme="default", locale="en-gb", refusal="", **options):
    """Open Teams on the tab; gives the window, Teams' page, and the tab's frame."""
    given = {"place": place, "theme": theme, "locale": locale, "refusal": refusal, "token": firm.token(person)}
    tab = f"{ORIGIN}/tab?host=teams&theme={theme}&locale={locale}"
    html = HOST.replace("%GIVEN%", json.dumps(given)).replace("%TAB%", tab)

    async def serve(route):
        # The demo answers pages of this machine alone: it must not see that this page has a name of its own.
        url = f"{firm.url}{route.request.url.removeprefix(ORIGIN)}"
        headers = {name: text for name, text in route.request.headers.items() if name not in OF_THE_PAGE}
        await route.fulfill(response=await route.fetch(url=url, headers=headers))

    options = {"size": (1100, 760), "is_stubbed": False, **options}
    async with open_window(firm.url, **options) as window:
        await window.context.route(f"{ORIGIN}/**", serve)
        await window.context.route(TEAMS, lambda route: route.fulfill(body=html, content_type="text/html"))
        window.url = ORIGIN
        page = await window.context.new_page()
        page.on("pageerror", lambda error: window.complaints.append(str(error)))
        await page.goto(TEAMS)
        yield page, page.frame_locator("#tab")
        window.strays = [url for url in window.strays if FETCHES_ITS_ORIGINS not in url]


async def test_the_tab_signs_in_through_teams_and_shows_my_companies(firm):
    async with open_teams(firm, firm.person("Anne Martin")) as (page, tab):
        await tab.get_by_role("tab", name="My companies", selected=True).wait_for()
        await tab.get_by_role("row").nth(3).wait_for()
        asked = await page.evaluate("asked")
    assert {"initialize", "getContext", "authentication.getAuthToken"} <= set(asked)
    assert "appInitialization.success" in asked


async def test_the_tab_follows_teams_theme_while_it_is_open(firm):
    async with open_teams(firm, firm.person("Anne Martin"), theme="dark") as (page, tab):
        await tab.get_by_role("row").nth(3).wait_for()
        root = tab.locator("html")
        assert await root.get_attribute("data-theme") == "dark"
        for theme, shown in (("contrast", "contrast"), ("default", "light")):
            await page.evaluate("theme => tell('themeChange', [theme])", theme)
            await asyncio.sleep(0.3)
            assert await root.get_attribute("data-theme") == shown


async def test_the_tab_speaks_teams_language(firm):
    async with open_teams(firm, firm.person("Anne Martin"), locale="fr-fr") as (_, tab):
        await tab.get_by_role("tab", name="Mes sociétés").wait_for()
        await tab.get_by_role("columnheader", name="Dernier échange").wait_for()


async def test_a_deep_link_opens_its_company_and_a_link_leads_there_again(firm):
    async with open_teams(firm, firm.person("Anne Martin")) as (page, tab):
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=ORIGIN)
        await tab.get_by_role("row").filter(has_text="acme.example").click()
        await tab.get_by_role("complementary").get_by_text("Acme").first.wait_for()
        await page.evaluate("document.getElementById('tab').allow = 'clipboard-write'")
        link = await tab.locator("body").evaluate(
            """() => new Promise((resolve) => {
                Object.defineProperty(navigator, 'clipboard', {value: {writeText: async (text) => resolve(text)}});
                [...document.querySelectorAll('button')].find((one) => one.textContent === 'Copy link').click();
            })"""
        )
    parts = urlsplit(link)
    place = json.loads(parse_qs(parts.query)["context"][0])["subEntityId"]
    assert parts.netloc == "teams.microsoft.com"
    assert parts.path == f"/l/entity/{firm.about['app_id']}/carnet"
    async with open_teams(firm, firm.person("Anne Martin"), place=place) as (_, tab):
        await tab.get_by_role("complementary").get_by_text("Acme").first.wait_for()


@pytest.mark.parametrize(
    ("refusal", "title"),
    [
        ("User declined: CancelledByUser", "Sign-in was cancelled"),
        ("AADSTS65001 consent required", "Your administrator has to agree first"),
        ("resourceDisabled", "Your firm's rules stop this sign-in"),
    ],
)
async def test_F75_sign_in_that_teams_refuses_has_its_sentence(firm, refusal, title):
    async with open_teams(firm, firm.person("Anne Martin"), refusal=refusal) as (_, tab):
        await tab.get_by_role("heading", name=title).wait_for()


async def test_the_tab_passes_axe_in_every_theme_of_teams(firm):
    faults = {}
    for theme in ("default", "dark", "contrast"):
        async with open_teams(firm, firm.person("Anne Martin"), theme=theme) as (page, tab):
            await tab.get_by_role("row").nth(2).click()
            await tab.locator(".side .ac-adaptiveCard").wait_for()
            await tab.get_by_role("button", name="Filter", exact=True).click()
            faults[theme] = await find_faults(page.frames[1])
    assert {theme: found for theme, found in faults.items() if found} == {}
