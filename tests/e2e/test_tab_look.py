"""How the tab looks: on any screen, in both languages and every theme, with nothing cut off."""

import pytest

from tests.browser import find_faults, in_a_browser, take_picture
from tests.demo_firm import WIDE, DemoFirm, open_tab, tab_of

pytestmark = in_a_browser


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


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


@pytest.mark.parametrize(
    ("language", "size"), [("fr", (700, 700)), ("fr", WIDE), ("en", (1500, 760)), ("fr", (320, 700))]
)
async def test_when_something_was_last_heard_is_never_cut_off(firm, language, size):
    person = firm.person("Anne Martin")
    cut = "cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth).map(cell => cell.textContent)"
    async with tab_of(firm, person, size=size, language=language) as window:
        page = await open_tab(window, firm, person, f"locale={language}")
        await page.locator(".row").nth(2).wait_for()
        assert await page.locator(".cell-last, .chip, .list-header .cell").evaluate_all(cut) == []
        await page.locator(".row").nth(2).click()
        await page.locator(".side .ac-adaptiveCard").wait_for()
        assert await page.locator(".cell-last").evaluate_all(cut) == []


async def test_on_a_narrow_screen_the_keyboard_goes_along_to_what_covers_the_list(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person, size=(400, 700)) as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row").nth(2).click()
        await page.locator(".side .ac-adaptiveCard").wait_for()
        assert await page.evaluate("document.activeElement.closest('.side') !== null")
        await page.keyboard.press("Enter")
        assert await page.evaluate("document.activeElement.getAttribute('role')") == "grid"


async def test_high_contrast_keeps_the_outline_of_a_type(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person, forced_colors="active") as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row").nth(2).click()
        await page.locator(".side .card-label").wait_for()
        for name in (".chip:not(.chip-none)", ".card-label"):
            style = "element => getComputedStyle(element).borderTopWidth"
            assert await page.locator(name).first.evaluate(style) == "1px"


async def test_a_list_of_contacts_has_no_column_for_what_contacts_do_not_have(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.get_by_role("button", name="Filter", exact=True).click()
        await page.get_by_role("radio", name="Contacts").check()
        await page.get_by_role("columnheader", name="Contact").wait_for()
        await page.locator(".row").nth(2).wait_for()
        assert await page.get_by_role("columnheader", name="Partner").count() == 0
        assert await page.locator(".row-name.is-provisional").count() == 0
