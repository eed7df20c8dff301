"""What a person wants to be told, and what an administrator may see."""

import pytest

from storage.messages.notice_preferences import NoticePreferences, get_notice_preferences
from tests.factories import add_user, viewer_of
from tests.office import Office, open_office, said


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def preferences_of(office, name="Anne Martin"):
    async with office.database.reading(1) as connection:
        return await get_notice_preferences(connection, office.people[name], NoticePreferences())


async def test_wishes_are_changed_on_their_card(office):
    settings = await office.say("notice settings")
    inputs = {"kinds": "company,view", "rhythm": "digest", "from_hour": "9", "until_hour": "18", "days": "0,1,2,3,4"}
    saved = await office.click(settings, "Save", inputs)
    assert "Noted." in said(saved)
    assert await preferences_of(office) == NoticePreferences(("contact", "partner"), True, 9, 18, (0, 1, 2, 3, 4))
    assert await preferences_of(office, "Marc Lefèvre") == NoticePreferences()


@pytest.mark.parametrize(
    "inputs", [{"days": ""}, {"from_hour": "18", "until_hour": "9"}, {"from_hour": "25"}, {"days": "9"}]
)
async def test_wishes_that_leave_no_hour_are_refused(office, inputs):
    reply = await office.click(await office.say("notice settings"), "Save", inputs)
    assert (reply.is_error, reply.code) == (True, 400)
    assert await preferences_of(office) == NoticePreferences()


async def test_the_mailboxes_are_shown_to_administrators_alone(office):
    async with office.database.writing(1) as connection:
        number = await add_user(connection, "Ada Admin", is_admin=True)
    shown = await office.say("sync status", by=viewer_of(number))
    assert "The firm's mailboxes" in said(shown)
    refused = await office.say("sync status")
    assert (refused.is_error, refused.code) == (True, 403)
