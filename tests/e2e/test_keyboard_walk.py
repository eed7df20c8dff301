"""The main jobs without a mouse, against the running service, and with how many clicks they are done with one."""

import pytest

from tests.browser import in_a_browser, open_window
from tests.demo_firm import DemoFirm, open_tab, tab_of

pytestmark = in_a_browser
_FOCUSED = r"""() => {
  const on = document.activeElement;
  const names = (on.getAttribute("aria-labelledby") || "").split(" ").filter(Boolean);
  const labels = [...names.map(id => document.getElementById(id)), ...(on.labels || [])];
  const label = labels.find(Boolean)?.innerText.split(/\n/)[0];
  return on.matches("button, a, input, select, [role]")
    ? [on.getAttribute("aria-label"), label, on.innerText].map(text => (text || "").trim())
    : [];
}"""
_COUNT_CLICKS = "() => { window.clicks = 0; addEventListener('click', on => clicks += on.detail > 0, true); }"
"""A click with the mouse has a detail; one that a key makes has none."""
_MOST_STEPS = 60


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


async def reach(page, name):
    """Walk on with the Tab key until what has this name is in focus."""
    walked = []
    for _ in range(_MOST_STEPS):
        walked.append(await page.evaluate(_FOCUSED))
        if name in walked[-1]:
            return
        await page.keyboard.press("Tab")
    pytest.fail(f"{name} is not reached by {walked}")


async def press(page, name):
    await reach(page, name)
    await page.keyboard.press("Enter")


async def set_type_and_take_it_back(page):
    await press(page, "Change")
    await reach(page, "Type")
    await page.keyboard.type("Cou")
    await press(page, "Save")
    await page.get_by_text("type: Client → Court").first.wait_for()
    await press(page, "Undo")
    await page.get_by_text("Taken back.").first.wait_for()
    await reach(page, "Redo")


async def open_beside(window, firm, person, domain):
    setup = {"demoItem": firm.mail_from(person, domain), "demoTokenValue": firm.token(person)}
    page = await window.open("/pane?lang=en-GB", **setup)
    await page.get_by_role("button", name="Change", exact=True).wait_for()
    await page.evaluate(_COUNT_CLICKS)
    return page


async def test_in_the_pane_a_type_is_set_and_taken_back_without_a_mouse(demo_url, firm):
    anne = firm.person("Anne Martin")
    async with open_window(demo_url, is_stubbed=False) as window:
        page = await open_beside(window, firm, anne, "@acme.example")
        await set_type_and_take_it_back(page)


async def test_in_the_tab_a_type_is_set_and_taken_back_without_a_mouse(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_tab(window, firm, person)
        await page.locator(".row", has_text="acme.example").first.wait_for()
        await page.get_by_role("grid").focus()
        await page.keyboard.press("Enter")
        await page.locator(".side .ac-adaptiveCard").wait_for()
        await set_type_and_take_it_back(page)


async def test_in_the_pane_a_partner_is_set_and_taken_back_without_a_mouse(demo_url, firm):
    anne = firm.person("Anne Martin")
    async with open_window(demo_url, is_stubbed=False) as window:
        page = await open_beside(window, firm, anne, "@aurelia-cosmetiques.example")
        await press(page, "Change")
        await reach(page, "Relationship partner")
        await page.keyboard.type("Charl")
        await page.get_by_role("option", name="Charlotte Ashworth").wait_for()
        await press(page, "Relationship partner")
        await press(page, "Save")
        await page.get_by_text("partner: Anne Martin → Charlotte Ashworth").first.wait_for()
        await press(page, "Undo")
        await page.get_by_text("Taken back.").first.wait_for()


async def test_in_the_pane_a_partner_takes_three_clicks_and_typing(demo_url, firm):
    anne = firm.person("Anne Martin")
    async with open_window(demo_url, is_stubbed=False) as window:
        page = await open_beside(window, firm, anne, "@aurelia-cosmetiques.example")
        await page.get_by_role("button", name="Change", exact=True).click()
        await page.get_by_role("combobox", name="Relationship partner").click()
        await page.keyboard.type("Charl")
        await page.get_by_role("option", name="Charlotte Ashworth").wait_for()
        await page.get_by_role("button", name="Save").nth(1).click()
        await page.get_by_text("partner: Anne Martin → Charlotte Ashworth").first.wait_for()
        assert await page.evaluate("clicks") == 3
        await page.get_by_role("button", name="Undo").click()
        await page.get_by_text("Taken back.").first.wait_for()


async def open_list(window, firm, person):
    page = await open_tab(window, firm, person)
    await page.locator(".row").first.wait_for()
    await page.evaluate(_COUNT_CLICKS)
    return page


async def test_in_the_tab_a_partner_is_set_and_taken_back_without_a_mouse(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_list(window, firm, person)
        await page.locator(".row", has_text="acme.example").first.wait_for()
        await page.get_by_role("grid").focus()
        await page.keyboard.press("Enter")
        await page.locator(".side .ac-adaptiveCard").wait_for()
        await press(page, "Change")
        await reach(page, "Relationship partner")
        await page.keyboard.type("Charl")
        await page.get_by_role("option", name="Charlotte Ashworth").wait_for()
        await press(page, "Relationship partner")
        await press(page, "Save")
        await page.get_by_text("→ Charlotte Ashworth").first.wait_for()
        await press(page, "Undo")
        await page.get_by_text("Taken back.").first.wait_for()
        assert await page.evaluate("clicks") == 0


async def test_in_the_tab_a_list_by_partner_is_named_and_saved_without_a_mouse(firm):
    person = firm.person("David Okafor")
    async with tab_of(firm, person) as window:
        page = await open_list(window, firm, person)
        await press(page, "New")
        await reach(page, "Relationship partner")
        await page.keyboard.type("Charl")
        await page.get_by_role("option", name="Charlotte Ashworth").wait_for()
        await page.keyboard.press("Enter")
        await reach(page, "Name of the list")
        await page.keyboard.type("Winter dossiers")
        await page.keyboard.press("Enter")
        await page.get_by_role("tab", name="Winter dossiers", selected=True).wait_for()
        assert await page.evaluate("clicks") == 0


async def type_partner(page, typed):
    await page.get_by_role("combobox", name="Relationship partner").click()
    await page.keyboard.type(typed)
    await page.keyboard.press("Enter")
    await page.locator(".list-words", has_text="Charlotte Ashworth").wait_for()


async def test_in_the_tab_a_list_by_partner_is_named_and_saved_with_three_clicks_and_typing(firm):
    person = firm.person("David Okafor")
    async with tab_of(firm, person) as window:
        page = await open_list(window, firm, person)
        await page.get_by_role("button", name="New").click()
        await type_partner(page, "Charl")
        await page.get_by_role("textbox", name="Name of the list").click()
        await page.keyboard.type("Charlotte's dossiers")
        await page.keyboard.press("Enter")
        await page.get_by_role("tab", name="Charlotte's dossiers", selected=True).wait_for()
        assert await page.evaluate("clicks") == 3


async def test_in_the_tab_a_list_is_narrowed_to_a_partner_with_two_clicks_and_typing(firm):
    person = firm.person("David Okafor")
    async with tab_of(firm, person) as window:
        page = await open_list(window, firm, person)
        await page.get_by_role("button", name="Filter", exact=True).click()
        await type_partner(page, "Charlotte Ash")
        assert await page.evaluate("clicks") == 2


async def test_in_the_tab_a_partner_takes_four_clicks_from_the_list_and_typing(firm):
    person = firm.person("Anne Martin")
    async with tab_of(firm, person) as window:
        page = await open_list(window, firm, person)
        await page.locator(".row", has_text="aurelia").click()
        side = page.get_by_role("complementary")
        await side.get_by_role("button", name="Change", exact=True).click()
        await side.get_by_role("combobox", name="Relationship partner").click()
        await page.keyboard.type("Charl")
        await page.get_by_role("option", name="Charlotte Ashworth").wait_for()
        await side.get_by_role("button", name="Save").nth(1).click()
        await page.get_by_text("→ Charlotte Ashworth").first.wait_for()
        assert await page.evaluate("clicks") == 4
        await press(page, "Undo")
        await page.get_by_text("Taken back.").first.wait_for()
