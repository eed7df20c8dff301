"""The personal tab: lists as tabs, a new list in three steps, and what is open beside it."""

import asyncio
import re

import pytest

from tests.browser import in_a_browser
from tests.demo_firm import DemoFirm, open_tab, tab_of

pytestmark = in_a_browser


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


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
        await page.get_by_role("button", name="Filter", exact=True).click()
        await page.get_by_role("radio", name="The whole firm's").check()
        partner = page.get_by_role("combobox", name="Relationship partner")
        await partner.press_sequentially("charl")
        await page.get_by_role("option", name="Charlotte Ashworth").click()
        await page.locator(".list-words", has_text="Charlotte Ashworth").wait_for()
        partners = set(await page.locator(".row:not([hidden]) .cell-partner").all_inner_texts())
    assert partners == {"Charlotte Ashworth"}


async def test_what_is_not_wanted_is_chosen_under_more_conditions(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="Filter", exact=True).click()
        await page.get_by_role("radio", name="The whole firm's").check()
        await page.get_by_text("More conditions").click()
        await page.get_by_role("radio", name="Never met").check()
        stranger = page.get_by_role("combobox", name="Not known by")
        await stranger.press_sequentially("me")
        await page.get_by_role("option", name="Me", exact=True).click()
        await page.locator(".list-words", has_text="never met in a meeting · not known by me").wait_for()
        await page.get_by_role("combobox", name="Emails").select_option("Waiting for an answer")
        await page.get_by_role("combobox", name="First interaction").select_option("This year")
        words = page.locator(".list-words", has_text="waiting for our answer")
        await words.filter(has_text="this year").wait_for()


async def test_a_word_that_stands_for_a_partner_is_chosen_and_taken_away_in_the_same_field(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="Filter", exact=True).click()
        partner = page.get_by_role("combobox", name="Relationship partner")
        await partner.fill("nobody")
        await partner.press("Enter")
        await page.locator(".list-words", has_text="no partner").wait_for()
        await partner.fill("")
        await partner.press("Tab")
        await page.locator(".list-words:not(:has-text('partner'))").wait_for()


async def test_a_partner_who_is_nobody_is_said_under_the_field_when_it_is_left(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="Filter", exact=True).click()
        partner = page.get_by_role("combobox", name="Relationship partner")
        await partner.fill("Xyzzy")
        await partner.press("Tab")
        await page.locator(".refine .field-error:not(:empty)").wait_for()


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
