"""Behind a wall: what somebody may not see is answered exactly as what is not there (B74, S12), on every way to it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bot.commands import understand
from storage.viewer import Viewer
from tests.office import TODAY, Office, in_group, open_office, said

NOWHERE = 987_654
"""A number that no row has."""
HIDDEN, ABSENT = "albert", "alfred"
"""Marc's contact, whom a firm that keeps contacts back shows to him alone; and nobody."""
SENTENCES = [
    "show {name}",
    "who knows {name}?",
    "qui est {name} ?",
    "{name}@umbrella.example",
    "why is {name}@umbrella.example not a contact?",
    "add {name}@umbrella.example as a contact",
    "all contacts named {name}",
    "contacts of the firm named {name} known by Marc Lefèvre",
    "export all contacts named {name} to csv",
]
VERBS = [
    ("contact.open", "contact_id", "Albert"),
    ("contact.explain", "contact_id", "Albert"),
    ("contact.add", "contact_id", "Albert"),
    ("contact.open", "contact_id", "their Jean Globex"),
    ("company.open", "company_id", "their Globex"),
    ("company.shared", "company_id", "their Globex"),
    ("company.set_type", "company_id", "their Globex"),
    ("company.set_partner", "company_id", "their Globex"),
    ("company.rename", "company_id", "their Globex"),
    ("view.open", "view_id", "view"),
    ("view.settings", "view_id", "view"),
    ("view.delete", "view_id", "view"),
    ("view.copy", "view_id", "view"),
    ("view.share", "view_id", "view"),
    ("view.set_default", "view_id", "view"),
]
CHANGES = {"type": "client", "user_id": "nobody", "new_name": "Mine now", "is_with_firm": True}


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


@pytest.fixture
def walled(office) -> Viewer:
    """Anne, in a firm that keeps colleagues' contacts back."""
    return replace(office.people["Anne Martin"], shares_contacts=False)


def without(reply: Any, *words: str) -> str:
    """Return all that a reply says and carries, with the words that differ left out."""
    text = json.dumps(
        [reply.card, [item.card for item in reply.items], reply.summary, reply.code, reply.file], default=repr
    )
    for word in words:
        text = text.lower().replace(word.lower(), "…")
    return text


@pytest.mark.parametrize("sentence", SENTENCES)
async def test_B74_a_contact_kept_back_is_answered_as_nobody_is(office, walled, sentence):
    for surface in ("chat", "group", "pane", "extension"):
        by = in_group(walled) if surface == "group" else walled
        replies = []
        for name in (HIDDEN, ABSENT):
            ask = understand(sentence.format(name=name), "en", TODAY)
            # What is suggested depends on the letters typed, never on what is stored.
            data = {key: value for key, value in ask.data.items() if key != "suggestions"}
            replies.append(without(await office.ask(ask.verb, data, by=by, surface=surface), name))
        assert replies[0] == replies[1], surface


@pytest.mark.parametrize("case", VERBS, ids=lambda case: f"{case[0]} {case[2]}")
async def test_B74_a_number_behind_a_wall_is_answered_as_no_number_is(office, walled, case):
    verb, key, what = case
    number = await add_view(office) if what == "view" else {**office.companies, **office.contacts}[what]
    for surface, by in (("chat", walled), ("group", in_group(walled))):
        hidden = await office.ask(verb, {**CHANGES, key: number}, by=by, surface=surface)
        absent = await office.ask(verb, {**CHANGES, key: NOWHERE}, by=by, surface=surface)
        assert hidden.is_error or hidden.private
        assert without(hidden) == without(absent), surface


async def add_view(office: Office) -> int:
    """Let Marc keep a view of his own."""
    await office.say("save all clients as Silent targets", by="Marc Lefèvre")
    return int((await office.say("show Silent targets", by="Marc Lefèvre")).data["view_id"])


@pytest.mark.parametrize("words", ["open view {}", "delete view {}", "share view {} with Zoé Brun", "copy view {}"])
async def test_B74_a_colleagues_own_view_is_answered_as_no_view_is(office, walled, words):
    await add_view(office)
    hidden = await office.say(words.format("Silent targets"), by=walled)
    absent = await office.say(words.format("Absent targets"), by=walled)
    assert without(hidden, "silent targets") == without(absent, "absent targets")


async def test_B74_S15_a_contact_kept_back_is_in_no_list_nor_count(office, walled):
    for sentence in ("all contacts", "contacts at Umbrella", "show Umbrella", "contacts known by Marc Lefèvre"):
        assert "albert" not in said(await office.say(sentence, by=walled)).lower()
    assert "Albert" in said(await office.say("contacts at Umbrella", by="Marc Lefèvre"))
