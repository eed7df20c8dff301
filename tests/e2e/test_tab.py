"""The personal tab: lists as tabs, a new list in three steps, a long list, and what is open beside it."""

import asyncio
import re

import pytest

from tests.browser import answer, card, find_faults, in_a_browser, open_window, take_picture
from tests.demo_firm import DemoFirm
from tests.outlook import open_page

pytestmark = in_a_browser
WIDE = (1180, 760)


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


def tab_of(firm, person, **options):
    """Open the tab as a plain browser page, signed in as somebody of the demo's firm."""
    return open_window(firm.url, is_stubbed=False, size=options.pop("size", WIDE), **options)


async def open_tab(window, firm, person, query="locale=en-GB", place=""):
    await window.context.add_init_script(path=next_bridge())
    page = await window.open(f"/tab?{query}{place}", demoTokenValue=firm.token(person))
    await page.get_by_role("tab").first.wait_for()
    return page


def next_bridge():
    from bot.web.build import DIST  # noqa: PLC0415

    return next((DIST / "demo" / "assets").glob("outlook-*.js"))


def count_of(page):
    return page.locator(".list-count")


async def test_everyone_has_the_four_lists_from_the_first_day(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        names = await page.get_by_role("tab").all_inner_texts()
        await page.get_by_role("tab", name="Clients").click()
        await page.get_by_text("Companies of mine · clients").wait_for()
        types = set(await page.locator(".row:not([hidden]) .cell-type").all_inner_texts())
    assert [name.split("\n")[0] for name in names[:4]] == ["My companies", "Clients", "Prospects", "Referral sources"]
    assert types == {"Client"}


async def test_a_new_list_takes_three_steps_and_is_a_command_in_the_chat(firm):
    person = firm.person("Charlotte Ashworth")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="New").click()
        await page.get_by_role("checkbox", name="Client").check()
        await page.get_by_text("clients · newest first").wait_for()
        await page.get_by_role("textbox", name="Name of the list").fill("Our best clients")
        await page.get_by_role("button", name="Save", exact=True).click()
        await page.get_by_role("tab", name="Our best clients", selected=True).wait_for()
        await page.get_by_text("Saved as “Our best clients”.").wait_for()
        shown = [await page.locator(f"#row-{number} .row-name").inner_text() for number in range(3)]
    said = firm.say(person, "show our best clients")
    assert [name for name in shown if name not in said] == []


async def test_a_name_that_is_taken_is_said_beside_it(firm):
    person = firm.person("Charlotte Ashworth")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        for _ in range(2):
            await page.get_by_role("button", name="New").click()
            await page.get_by_role("textbox", name="Name of the list").fill("Twice")
            await page.get_by_role("button", name="Save", exact=True).click()
            await page.get_by_role("tab", name="Twice").wait_for()
        said = page.locator(".saving-error")
        await said.filter(has_text=re.compile(r"\w")).wait_for()


async def test_a_list_is_deleted_and_brought_back(firm):
    person = firm.person("David Okafor")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="New").click()
        await page.get_by_role("textbox", name="Name of the list").fill("For a moment")
        await page.get_by_role("button", name="Save", exact=True).click()
        mine = page.get_by_role("tab", name="For a moment")
        await mine.wait_for()
        await page.get_by_role("button", name="More for this list").click()
        await page.get_by_role("menuitem", name="Delete").click()
        await mine.wait_for(state="detached")
        await page.get_by_role("button", name="Undo").click()
        await mine.wait_for()


async def test_a_builtin_list_is_hidden_and_shown_again_but_never_deleted(firm):
    person = firm.person("David Okafor")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        prospects = page.get_by_role("tab", name="Prospects")
        await prospects.click()
        await page.get_by_role("button", name="More for this list").click()
        assert await page.get_by_role("menuitem", name="Delete").count() == 0
        await page.get_by_role("menuitem", name="Hide").click()
        await prospects.wait_for(state="detached")
        await page.get_by_role("button", name="More for this list").click()
        await page.get_by_role("menuitem", name="Bring back “Prospects”").click()
        await prospects.wait_for()


async def test_refining_shows_the_result_at_once(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="Refine").click()
        await page.get_by_role("radio", name="The whole firm's").check()
        await page.get_by_label("Relationship partner").select_option("person")
        partner = page.get_by_role("combobox", name="Type a name").first
        await partner.press_sequentially("charl")
        await page.get_by_role("option", name="Charlotte Ashworth").click()
        await page.locator(".list-words", has_text="Charlotte Ashworth").wait_for()
        partners = set(await page.locator(".row:not([hidden]) .cell-partner").all_inner_texts())
    assert partners == {"Charlotte Ashworth"}


async def test_a_company_opens_beside_the_list_and_a_change_is_seen_in_the_list(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        row = page.locator(".row", has_text="banque-morvan.example")
        await row.click()
        side = page.get_by_role("complementary")
        await side.get_by_role("button", name="Change", exact=True).click()
        await side.get_by_label("Type", exact=True).select_option(label="Prospect")
        await side.get_by_role("button", name="Save").first.click()
        await row.get_by_text("Prospect").wait_for()
        await page.keyboard.press("Escape")
        assert not await side.is_visible()


async def test_a_link_of_its_own_opens_a_company(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        number = await page.locator(".row", has_text="acme.example").get_attribute("data-id")
        again = await window.open(f"/tab?locale=en-GB#/company/{number}", demoTokenValue=firm.token(person))
        await again.get_by_role("complementary").get_by_text("Acme").first.wait_for()


async def test_another_firms_company_looks_like_none(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person, place="#/company/99999999")
        await page.get_by_role("complementary").locator(".ac-adaptiveCard").wait_for()
        assert await page.get_by_role("complementary").locator(".ac-pushButton").count() <= 1


@pytest.mark.parametrize(("item", "suffix"), [("Export as Excel", ".xlsx"), ("Export as CSV", ".csv")])
async def test_a_list_is_saved_as_a_file(firm, item, suffix):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row").first.wait_for()
        await page.get_by_role("button", name="More for this list").click()
        async with page.expect_download() as download:
            await page.get_by_role("menuitem", name=item).click()
        file = await download.value
        content = await asyncio.to_thread((await file.path()).read_bytes)
    assert file.suggested_filename.endswith(suffix)
    assert content.startswith(b"PK") if suffix == ".xlsx" else b"acme.example" in content


async def test_the_list_is_worked_with_the_keyboard_alone(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row").nth(3).wait_for()
        await page.get_by_role("grid").focus()
        for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
            await page.keyboard.press(key)
        active = await page.get_by_role("grid").get_attribute("aria-activedescendant")
        await page.keyboard.press("Enter")
        await page.locator(".side .ac-adaptiveCard").wait_for()
    assert active == "row-1"


def give_rows(question):
    """Two hundred thousand companies, page by page."""
    start, size = int(question["data"].get("cursor") or 0), question["data"]["size"]
    rows = [
        {"id": number + 1, "name": f"Company {number}", "detail": f"c{number}.example", "type": "client", "partner": "",
         "count": number, "last_at": 1_700_000_000 - number, "is_provisional": False}
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
        await window.context.add_init_script(path=next_bridge())
        window.service.on("views.list", answer(card=None, data={"views": VIEWS}))
        window.service.on("list.rows", give_rows)
        tab = await window.open("/tab?locale=en-GB")
        await tab.locator(".row").first.wait_for()
        yield window, tab


async def test_two_hundred_thousand_companies_are_a_few_rows_on_the_page(long_list):
    window, tab = long_list
    grid = tab.get_by_role("grid")
    for _ in range(700):
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
            "name": f"Found for {text}",
            "detail": "",
            "type": None,
            "partner": "",
            "count": 1,
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
    row = {"id": 1, "name": "<img src=x onerror=alert(1)>", "detail": "\u202eevil", "partner": "<b>x</b>"}
    row |= {"type": "bogus", "count": 1, "last_at": 0, "is_provisional": False}
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


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("en", "dark"), ("fr", "light"), ("fr", "dark")])
async def test_pictures_of_the_tab(firm, language, theme):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person, theme=theme, language=language) as window:
        page = await open_tab(window, firm, person, f"locale={language}&theme={theme}")
        await page.locator(".row").nth(2).click()
        await page.locator(".side .ac-adaptiveCard").wait_for()
        await take_picture(page, f"tab-{language}-{theme}")
        assert await find_faults(page) == []
        await page.keyboard.press("Escape")
        await page.locator(".toolbar .button").first.click()
        await take_picture(page, f"tab-refine-{language}-{theme}")
        assert await find_faults(page) == []


@pytest.mark.parametrize("width", [320, 620, 900])
async def test_the_tab_fits_a_narrow_screen(firm, width):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person, size=(width, 700)) as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row").nth(2).wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        await take_picture(page, f"tab-narrow-{width}")
        await page.locator(".row").nth(1).click()
        await page.locator(".side .ac-adaptiveCard").wait_for()
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        assert await find_faults(page) == []
