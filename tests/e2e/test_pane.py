"""The pane in a faked Outlook: what it asks and shows, and that one item's data never stands beside another."""

import asyncio
import json

import pytest

from tests.browser import answer, card, find_faults, in_a_browser, open_window
from tests.card_samples import draw_all, worst_world
from tests.outlook import open_page

pytestmark = in_a_browser
ELSE = {"kind": "read", "from": ["Bob Stone", "bob@other.example"], "to": [["Anne", "anne@firm.example"]], "cc": []}


@pytest.fixture
async def url(sqlite_database):
    async with open_page(sqlite_database) as page:
        yield page.url


def by_sender(question):
    return answer(f"Company of {question['data']['people'][0][1]}")


async def test_the_pane_asks_about_everyone_on_the_mail_and_shows_the_card(url):
    mail = {"kind": "read", "from": ["Claire", "claire@acme.example"], "to": [["Anne", "anne@firm.example"]]}
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme is a client"))
        page = await window.open("/pane", demoItem=mail | {"cc": [["Claire again", "CLAIRE@acme.example"]]})
        await page.get_by_text("Acme is a client").wait_for()
    question = window.service.asked[0]
    assert question["data"]["people"] == [["Claire", "claire@acme.example"], ["Anne", "anne@firm.example"]]
    assert (question["data"]["mode"], question["surface"]) == ("read", "pane")
    assert window.service.tokens[0].startswith("Bearer ey")


@pytest.mark.parametrize(
    ("kind", "mode", "people"),
    [
        ("compose", "compose", ["to@a.example", "cc@a.example"]),
        ("meeting", "meeting", ["from@a.example", "to@a.example", "cc@a.example"]),
        ("organize", "meeting", ["from@a.example", "to@a.example", "cc@a.example"]),
    ],
)
async def test_mail_being_written_and_meetings_are_read_too(url, kind, mode, people):
    item = {"kind": kind, "from": ["", "from@a.example"], "to": [["", "to@a.example"]], "cc": [["", "cc@a.example"]]}
    async with open_window(url) as window:
        window.service.on("pane.item", answer("seen"))
        page = await window.open("/pane", demoItem=item)
        await page.get_by_text("seen").wait_for()
    data = window.service.asked[0]["data"]
    assert ([address for _, address in data["people"]], data["mode"]) == (people, mode)


async def test_a_pinned_pane_follows_the_item(url):
    async with open_window(url) as window:
        window.service.on("pane.item", by_sender)
        page = await window.open("/pane")
        await page.get_by_text("Company of claire@acme.example").wait_for()
        await page.evaluate("item => demoOutlook.select(item)", ELSE)
        await page.get_by_text("Company of bob@other.example").wait_for()
        assert await page.get_by_text("claire@acme.example").count() == 0


async def test_F76_a_slow_answer_for_an_earlier_item_is_never_shown_beside_another(url):
    first_may_answer = asyncio.Event()

    async def reply(question):
        if question["data"]["people"][0][1].startswith("claire"):
            await first_may_answer.wait()
        return by_sender(question)

    async with open_window(url) as window:
        window.service.on("pane.item", reply)
        page = await window.open("/pane")
        await page.locator(".skeleton").wait_for(state="attached")
        await page.evaluate("item => demoOutlook.select(item)", ELSE)
        await page.get_by_text("Company of bob@other.example").wait_for()
        first_may_answer.set()
        await asyncio.sleep(0.5)
        assert await page.locator(".board-content").inner_text() == "Company of bob@other.example"


async def test_F76_the_old_items_data_is_gone_before_the_new_items_is_there(url):
    gate = asyncio.Event()
    gate.set()

    async def reply(question):
        await gate.wait()
        return by_sender(question)

    async with open_window(url) as window:
        window.service.on("pane.item", reply)
        page = await window.open("/pane")
        await page.get_by_text("claire@acme.example").wait_for()
        gate.clear()
        await page.evaluate("item => demoOutlook.select(item)", ELSE)
        await page.locator(".skeleton").wait_for(state="attached")
        assert "claire" not in await page.content()
        gate.set()
        await page.get_by_text("bob@other.example").wait_for()


async def test_F76_fifty_quick_changes_of_item_end_at_the_last_one(url):
    async def reply(question):
        await asyncio.sleep(hash(question["data"]["people"][0][1]) % 7 / 100)
        return by_sender(question)

    async with open_window(url) as window:
        window.service.on("pane.item", reply)
        page = await window.open("/pane")
        for number in range(50):
            item = ELSE | {"from": ["", f"p{number}@a.example"]}
            await page.evaluate("item => demoOutlook.select(item)", item)
        await page.get_by_text("Company of p49@a.example").wait_for()
        await asyncio.sleep(0.3)
        assert await page.locator(".ac-adaptiveCard").all_inner_texts() == ["Company of p49@a.example"]


async def test_with_no_item_selected_the_pane_says_so_and_offers_the_readers_companies(url):
    async with open_window(url) as window:
        window.service.on("list", answer("My companies"))
        page = await window.open("/pane", demoItem=None)
        await page.get_by_role("heading", name="No message selected").wait_for()
        await page.get_by_role("button", name="Show my companies").click()
        await page.get_by_text("My companies", exact=True).wait_for()
    assert window.service.verbs() == ["list"]


async def test_recipients_added_while_writing_are_followed(url):
    item = {"kind": "compose", "from": None, "to": [], "cc": []}
    async with open_window(url) as window:
        window.service.on("pane.item", by_sender)
        page = await window.open("/pane", demoItem=item)
        await page.get_by_role("heading", name="Nobody here yet").wait_for()
        await page.evaluate("item => demoOutlook.select(item)", item | {"to": [["", "new@a.example"]]})
        await page.get_by_text("Company of new@a.example").wait_for()


BUTTONS = [
    {"type": "Action.Execute", "title": "Add as a contact", "verb": "contact.add", "data": {"address": "x@a.example"}},
    {"type": "Action.OpenUrl", "title": "Trap", "url": "javascript:alert(1)"},
]
PICKER = {
    "type": "Input.ChoiceSet",
    "id": "user_id",
    "label": "Partner",
    "style": "filtered",
    "choices": [],
    "choices.data": {"type": "Data.Query", "dataset": "users"},
}


async def test_a_button_asks_its_verb_with_the_data_of_the_card(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card=card("Somebody new", actions=BUTTONS)))
        window.service.on("contact.add", answer("Added"))
        page = await window.open("/pane")
        await page.get_by_role("button", name="Add as a contact").click()
        await page.get_by_text("Added").wait_for()
    assert window.service.asked[-1]["data"] == {"address": "x@a.example"}


async def test_typeahead_submits_the_person_who_was_picked_not_the_name(url):
    save = [{"type": "Action.Execute", "title": "Save", "verb": "company.set_partner", "data": {"version": 3}}]
    people = [{"title": "Anne Martin", "value": "7"}, {"title": "Anne Martin", "value": "8"}]
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card={**card("Acme", actions=save), "body": [PICKER]}))
        window.service.on("people.search", answer(choices=people))
        window.service.on("company.set_partner", answer("Saved"))
        page = await window.open("/pane")
        await page.get_by_role("combobox", name="Partner").press_sequentially("ann")
        await page.get_by_role("option", name="Anne Martin").nth(1).wait_for()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        assert await page.get_by_role("combobox", name="Partner").input_value() == "Anne Martin"
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Saved").wait_for()
    assert window.service.asked[-1]["data"] == {"version": 3, "user_id": "8"}


SAVE_PARTNER = [{"type": "Action.Execute", "title": "Save", "verb": "company.set_partner", "data": {}}]
TWO = [{"title": "Anne Martin", "value": "7"}, {"title": "Anne Weber", "value": "8"}]


@pytest.mark.parametrize(
    ("found", "said"), [([], "Nobody by that name"), (TWO, "Several people are called that: choose one.")]
)
async def test_typed_text_that_means_nobody_or_several_is_said_under_the_field_and_not_sent(url, found, said):
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card={**card("Acme", actions=SAVE_PARTNER), "body": [PICKER]}))
        window.service.on("people.search", answer(choices=found))
        page = await window.open("/pane")
        await page.get_by_role("combobox", name="Partner").press_sequentially("Ann")
        await page.get_by_role("option").first.wait_for()
        await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Save").click()
        await page.locator(".field-error", has_text=said).wait_for()
        assert await page.get_by_role("combobox", name="Partner").input_value() == "Ann"
    assert "company.set_partner" not in window.service.verbs()


@pytest.mark.parametrize("way", ["Enter", "Save"])
async def test_the_only_match_is_taken_by_enter_and_by_save(url, way):
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card={**card("Acme", actions=SAVE_PARTNER), "body": [PICKER]}))
        window.service.on("people.search", answer(choices=TWO[:1]))
        window.service.on("company.set_partner", answer("Saved"))
        page = await window.open("/pane")
        await page.get_by_role("combobox", name="Partner").press_sequentially("ann")
        if way == "Enter":
            await page.keyboard.press("Enter")
            await page.wait_for_function("document.querySelector('[role=combobox]').value === 'Anne Martin'")
        else:
            await page.get_by_role("option").first.wait_for()
            await page.keyboard.press("Escape")
        await page.get_by_role("button", name="Save").click()
        await page.get_by_text("Saved").wait_for()
    assert window.service.asked[-1]["data"] == {"user_id": "7"}


async def test_B77_names_and_texts_that_would_act_are_shown_as_text(url):
    hostile = [
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[y](data:text/html,<script>alert(1)</script>)",
        "\u202eevil\u202c",
        '**<b onclick="alert(1)">**',
        "<script>alert(1)</script>",
    ]
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card=card(*hostile, actions=BUTTONS)))
        page = await window.open("/pane")
        dialogs = []
        page.on("dialog", lambda dialog: dialogs.append(dialog.message))
        await page.get_by_text("<img src=x onerror=alert(1)>").wait_for()
        await page.get_by_text("Trap").click()
        assert await page.locator("#app img, #app script, #app b, #app a").count() == 0
        assert await page.locator("[onerror], [onclick]").count() == 0
        await asyncio.sleep(0.2)
        assert dialogs == []


async def test_B77_the_name_beside_a_tick_box_is_shown_as_typed(url):
    names = ["*x* _y_", "**Bold & Sons** [z](https://evil.example)", "1. <b>First</b>"]
    ticks = [{"type": "Input.Toggle", "id": str(number), "title": name} for number, name in enumerate(names)]
    choices = [{"title": name, "value": name} for name in names]
    many = {"type": "Input.ChoiceSet", "id": "many", "isMultiSelect": True, "choices": choices}
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card=card("Ticks") | {"body": [*ticks, many]}))
        page = await window.open("/pane")
        for name in names:
            await page.get_by_text(name, exact=True).nth(1).wait_for()
        assert await page.locator("#app :is(em, strong, a, li, b)").count() == 0


@pytest.mark.parametrize("worst", ["markdown", "arabic", "emoji", "reversed"])
async def test_B77_every_card_of_the_worst_firm_is_drawn_without_acting_or_overflowing(url, worst):
    cards = dict(draw_all("en", worst_world(worst)))
    async with open_window(url, size=(320, 800)) as window:
        page = await window.open("/pane", demoItem=None)
        for name, drawn in cards.items():
            window.service.on("pane.item", answer(card=drawn, summary=name))
            await page.evaluate("item => demoOutlook.select(item)", ELSE)
            await page.locator(".ac-adaptiveCard").wait_for()
            assert await page.locator("#app script, #app iframe, [onerror]").count() == 0, name
            assert await page.evaluate("document.documentElement.scrollWidth") <= 320, name


async def test_markdown_of_our_own_texts_is_shown(url):
    text = "**Bold** and _slanted_, [a page](https://carnet.example/x), 2 * 3 * 4, snake_case_name\n- one\n- two"
    async with open_window(url) as window:
        window.service.on("pane.item", answer(text))
        page = await window.open("/pane")
        block = page.locator(".ac-textBlock")
        assert await block.locator("strong").inner_text() == "Bold"
        assert await block.locator("em").all_inner_texts() == ["slanted"]
        assert await block.locator("a").get_attribute("href") == "https://carnet.example/x"
        assert await block.locator("li").all_inner_texts() == ["one", "two"]
        assert "2 * 3 * 4, snake_case_name" in await block.inner_text()


@pytest.mark.parametrize(("language", "theme"), [("en", "light"), ("fr", "dark")])
async def test_every_card_passes_axe_in_the_pane(url, language, theme):
    faults = {}
    async with open_window(url, theme=theme, language=language) as window:
        page = await window.open(f"/pane?theme={theme}&lang={language}", demoItem=None)
        for name, drawn in draw_all(language):
            window.service.on("pane.item", answer(card=drawn, summary=name))
            await page.evaluate("item => demoOutlook.select(item)", ELSE)
            await page.locator(".ac-adaptiveCard").wait_for()
            faults[name] = await find_faults(page)
    assert {name: found for name, found in faults.items() if found} == {}


async def test_the_pane_is_worked_with_the_keyboard_alone(url):
    row = {
        "type": "ColumnSet",
        "columns": [{"type": "Column", "width": "stretch", "items": [{"type": "TextBlock", "text": "Acme"}]}],
        "selectAction": {"type": "Action.Execute", "title": "Acme", "verb": "company.open", "data": {"company_id": 5}},
    }
    async with open_window(url) as window:
        window.service.on("pane.item", answer(card={**card(), "body": [row], "actions": BUTTONS}))
        window.service.on("company.open", answer("Acme in full"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await page.get_by_text("Acme in full").wait_for()
        assert await page.evaluate("document.activeElement.className") == "board-content"
    assert window.service.asked[-1] | {"timezone": ""} == {
        "verb": "company.open",
        "data": {"company_id": 5},
        "locale": "en-GB",
        "timezone": "",
        "surface": "pane",
    }


async def test_the_pane_speaks_outlooks_language(url):
    async with open_window(url, language="en-GB") as window:
        page = await window.open("/pane?lang=fr-CA", demoItem=None)
        await page.get_by_role("heading", name="Aucun message sélectionné").wait_for()
        assert await page.evaluate("document.documentElement.lang") == "fr"
        window.service.on("pane.item", answer("Une société"))
        await page.evaluate("item => demoOutlook.select(item)", ELSE)
        await page.get_by_text("Une société").wait_for()
    assert window.service.asked[0]["locale"] == "fr-CA"


async def test_the_pane_follows_outlooks_theme_while_it_is_open(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
        background = "getComputedStyle(document.body).backgroundColor"
        assert await page.evaluate(background) == "rgb(255, 255, 255)"
        await page.evaluate("demoOutlook.setTheme('dark')")
        assert await page.evaluate(background) == "rgb(41, 41, 41)"


async def test_high_contrast_keeps_every_border_of_a_control(url):
    async with open_window(url, forced_colors="active") as window:
        window.service.on("pane.item", answer(card=card("Acme", actions=BUTTONS)))
        page = await window.open("/pane")
        await page.get_by_role("button", name="Add as a contact").wait_for()
        width = await page.evaluate("getComputedStyle(document.querySelector('.ac-pushButton')).borderTopWidth")
        assert width == "1px"
        assert await find_faults(page) == []


@pytest.mark.parametrize("width", [320, 400, 900])
async def test_nothing_is_cut_off_from_320_pixels_up(url, width):
    cards = dict(draw_all("fr"))
    async with open_window(url, size=(width, 700)) as window:
        page = await window.open("/pane", demoItem=None)
        for name, drawn in cards.items():
            window.service.on("pane.item", answer(card=drawn, summary=name))
            await page.evaluate("item => demoOutlook.select(item)", ELSE)
            await page.locator(".ac-adaptiveCard").wait_for()
            assert await page.evaluate("document.documentElement.scrollWidth") <= width, name


async def test_what_the_pane_sends_is_nothing_but_names_and_addresses(url):
    async with open_window(url) as window:
        window.service.on("pane.item", answer("Acme"))
        page = await window.open("/pane")
        await page.get_by_text("Acme").wait_for()
    assert set(window.service.asked[0]["data"]) == {"people", "mode"}
    assert "subject" not in json.dumps(window.service.asked[0])
