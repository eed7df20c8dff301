"""The pane against the running service: what is set there is seen in the chat, and written down."""

import asyncio

import pytest

from tests.browser import find_faults, in_a_browser, open_window, take_picture
from tests.demo_firm import DemoFirm

pytestmark = in_a_browser


@pytest.fixture
def firm(demo_url):
    return DemoFirm(demo_url)


def opened_by(firm, person, item):
    return {"demoItem": item, "demoTokenValue": firm.token(person)}


async def test_a_partner_set_in_the_pane_is_in_the_chats_next_list(demo_url, firm):
    anne = firm.person("Anne Martin")
    mail = firm.mail_from(anne, "@acme.example")
    async with open_window(demo_url, is_stubbed=False) as window:
        page = await window.open("/pane?lang=en-GB", **opened_by(firm, anne, mail))
        await page.get_by_text("Acme", exact=True).first.wait_for()
        await page.get_by_role("button", name="Change", exact=True).click()
        partner = page.get_by_role("combobox", name="Relationship partner")
        await partner.press_sequentially("charl")
        await page.get_by_role("option", name="Charlotte Ashworth").click()
        await page.get_by_role("button", name="Save").nth(1).click()
        await page.get_by_text("Charlotte Ashworth").first.wait_for()
        assert await find_faults(page) == []
    said = firm.say(firm.person("Charlotte Ashworth"), "companies where partner is me")
    assert "Acme" in said


async def test_somebody_who_only_wrote_in_becomes_a_contact_with_one_click(demo_url, firm):
    anne = firm.person("Anne Martin")
    name, address = firm.order_mail(user=anne["id"])["from"]
    mail = {"kind": "read", "from": [name, address], "to": [[anne["name"], anne["mail"]]], "cc": []}
    async with open_window(demo_url, is_stubbed=False) as window:
        page = await window.open("/pane?lang=en-GB", **opened_by(firm, anne, mail))
        add = page.get_by_role("button", name="Add as a contact")
        for _ in range(30):  # until the mail was synced
            if await add.count():
                break
            await asyncio.sleep(0.5)
            await page.evaluate("item => demoOutlook.select(item)", mail)
        async with page.expect_response("**/api/turn"):
            await add.click()
        await page.evaluate("item => demoOutlook.select(item)", mail)
        await page.get_by_text("On this email or meeting").wait_for()
    assert name in firm.say(anne, "my contacts")


async def test_two_panes_that_hear_nothing_of_each_other_do_not_overwrite_each_other(demo_url, firm):
    anne = firm.person("Anne Martin")
    mail = firm.mail_from(anne, "@acme.example")
    async with open_window(demo_url, is_stubbed=False) as window:
        await window.context.route("**/api/changes*", lambda route: route.abort())
        pages = [await window.open("/pane?lang=en-GB", **opened_by(firm, anne, mail)) for _ in range(2)]
        for page in pages:
            await page.get_by_role("button", name="Change", exact=True).click()
        await pages[0].get_by_label("Type", exact=True).select_option(label="Prospect")
        await pages[0].get_by_role("button", name="Save").first.click()
        await pages[0].get_by_text("Prospect").first.wait_for()
        await pages[1].get_by_label("Type", exact=True).select_option(label="Court")
        async with pages[1].expect_response("**/api/turn") as answered:
            await pages[1].get_by_role("button", name="Save").first.click()
        assert (await answered.value).status == 409


async def test_a_delegate_sees_what_the_signed_in_person_may_see(demo_url, firm):
    anne, david = firm.person("Anne Martin"), firm.person("David Okafor")
    mail = firm.mail_from(anne, "@quantabio.example")
    async with open_window(demo_url, is_stubbed=False) as window:
        shown = {}
        for person in (anne, david):
            page = await window.open("/pane?lang=en-GB", **opened_by(firm, person, mail))
            await page.get_by_text("Quantabio", exact=True).first.wait_for()
            shown[person["name"]] = await page.locator(".ac-adaptiveCard").inner_text()
    assert "Nothing yet" not in shown["Anne Martin"]
    assert "Nothing yet" in shown["David Okafor"]


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("en", "dark"), ("fr", "light"), ("fr", "dark")])
async def test_pictures_of_the_pane(demo_url, firm, language, theme):
    anne = firm.person("Anne Martin")
    mail = firm.mail_from(anne, "@acme.example")
    async with open_window(demo_url, is_stubbed=False, theme=theme, language=language) as window:
        page = await window.open(f"/pane?theme={theme}&lang={language}", **opened_by(firm, anne, mail))
        change = page.locator(".ac-pushButton").last
        await change.wait_for()
        await take_picture(page, f"pane-{language}-{theme}")
        await change.click()
        await take_picture(page, f"pane-open-{language}-{theme}")
        assert await find_faults(page) == []
