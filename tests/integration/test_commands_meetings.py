"""One's own meetings to come: asked in words, by name and time, and said on the card of whom one meets."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from bot.door import Caller
from bot.turn import Ask
from storage.book.meetings import list_meetings
from storage.models import Interaction, InteractionContact, Invitation, Kind
from tests.factories import NOW
from tests.integration.test_access import HIDDEN, NAME, ZELDA, get_walled, hide_something
from tests.integration.test_keeping import meet_in_secret
from tests.office import Office, in_group, open_office, read, said

ANNE, MARC = "Anne Martin", "Marc Lefèvre"
HOUR, DAY = 3_600, 86_400
ACME, DUVAL = "Jean Acme", "Jean Duval"


@pytest.fixture
async def office(database) -> Office:
    return await open_office(database)


async def plan(
    office: Office, at: int, *people: str | int, by: str = ANNE, tenant_id: int = 1, is_bcc: bool = False, **values: Any
) -> None:
    """Plan a meeting with some people; `is_bcc` as that of a personal one."""
    user_id = office.people[by].user_id
    source = f"{user_id} {at} {people}".encode().ljust(16)[-16:]
    row = {"tenant_id": tenant_id, "user_id": user_id, "source_digest": source, "occurred_at": at}
    row |= {"kind": Kind.MEETING, "is_planned": True} | values
    numbers = [office.contacts[one] if isinstance(one, str) else one for one in people]
    async with office.database.writing(tenant_id) as connection:
        await connection.execute(insert(Interaction).values(**row, message_digest=source))
        for number in numbers:
            await connection.execute(insert(InteractionContact).values(**row, contact_id=number, is_bcc=is_bcc))


@pytest.mark.parametrize(
    ("sentence", "language", "with_whom"),
    [
        ("meetings with clients", "en", [ACME, DUVAL]),
        ("my next meeting with a prospect", "en", ["Jean Globex"]),
        ("clients with a meeting tomorrow", "en", [DUVAL]),
        ("clients I meet tomorrow", "en", [DUVAL]),
        ("prospects I meet tomorrow", "en", []),
        ("rendez-vous avec mes prospects", "fr", ["Jean Globex"]),
        ("les clients que je vois demain", "fr", [DUVAL]),
    ],
)
async def test_meetings_with_companies_of_a_type(office, sentence, language, with_whom):
    await plan(office, NOW + 9 * HOUR, ACME, "Jean Initech")
    await plan(office, NOW + DAY, DUVAL)
    await plan(office, NOW + 3 * DAY, "Jean Globex")
    await plan(office, NOW + 4 * DAY, "Jean Initech")
    reply = await office.say(sentence, language=language)
    shown = [line for line in read(reply.card) if line in office.contacts]
    assert [name for name in shown if name != "Jean Initech"] == with_whom
    assert ("Jean Initech" in shown) is (ACME in with_whom)


async def test_a_type_says_nothing_of_a_company_that_one_may_not_see(office):
    """A prospect behind a wall, beside somebody who is none: the meeting is not one with prospects."""
    await hide_something(office)
    await plan(office, NOW + DAY, ZELDA, "Jean Initech")
    assert "Jean Initech" in said(await office.say("meetings with prospects"))
    walled = await office.say("meetings with prospects", by=get_walled(office))
    assert read(walled.card) == ["You have no meeting with prospects to come."]


async def test_the_next_meetings_are_listed_with_whom_and_when(office):
    await plan(office, NOW + 3 * DAY + 9 * HOUR, DUVAL)
    await plan(office, NOW + 9 * HOUR, ACME, DUVAL)
    await plan(office, NOW + DAY + 14 * HOUR, "Jean Globex")
    reply = await office.say("when is my next meeting?")
    assert read(reply.card) == [
        "Your next meetings",
        *("Today, 9:00\u202fAM", "Jean Acme", "jean@acme.example", "Acme Industries"),
        *("Jean Duval", "jean@duval.example", "Duval & Fils"),
        *("Tomorrow, 2:00\u202fPM", "Jean Globex", "jean@globex.example", "Globex"),
        *("Sun, Jan 4, 9:00\u202fAM", "Jean Duval", "jean@duval.example", "Duval & Fils"),
    ]
    french = await office.say("mes prochains rendez-vous", language="fr")
    assert read(french.card)[:2] == ["Vos prochains rendez-vous", "Aujourd'hui, 09:00"]
    assert "dim. 4 janv., 09:00" in read(french.card)


@pytest.mark.parametrize(
    ("sentence", "offsets"),
    [
        ("meetings today", [0]),
        ("meetings tomorrow", [1]),
        ("meetings this week", [0, 1, 3]),
        ("rdv la semaine prochaine", [4, 10]),
        ("appointments this month", [0, 1, 3, 4, 10, 30]),
        ("réunions du mois prochain", [31, 58]),
        ("my meetings", [0, 1, 3, 4, 10, 30, 31, 58, 59]),
    ],
)
async def test_a_time_is_a_span_of_days_of_the_reader(office, sentence, offsets):
    """Now is Thursday 1 January 2026."""
    for days in (-1, 0, 1, 3, 4, 10, 30, 31, 58, 59):
        await plan(office, NOW + days * DAY + 12 * HOUR, ACME)
    reply = await office.say(sentence)
    assert [(one["at"] - NOW) // DAY for one in reply.data["meetings"]] == offsets


@pytest.mark.parametrize(
    ("sentence", "title", "count"),
    [
        ("my meetings until tomorrow", "Your meetings to come until tomorrow", 2),
        ("meetings until January 4, 2026", "Your meetings to come until January 4, 2026", 3),
        ("meetings with Jean Duval until 4 January", "Your meetings with Jean Duval to come until January 4, 2026", 1),
        ("mes rendez-vous jusqu'à demain", "Your meetings to come until tomorrow", 2),
    ],
)
async def test_until_a_time_is_from_now_to_its_end(office, sentence, title, count):
    for day, person in ((0, ACME), (1, "Jean Globex"), (3, DUVAL), (9, DUVAL)):
        await plan(office, NOW + day * DAY + 9 * HOUR, person)
    reply = await office.say(sentence)
    assert (read(reply.card)[0], len(reply.data["meetings"])) == (title, count)


@pytest.mark.parametrize(
    ("zone", "count"), [("Pacific/Auckland", 1), ("UTC", 0), ("America/New_York", 1), ("Asia/Kolkata", 0)]
)
async def test_tomorrow_is_that_of_the_readers_place(office, zone, count):
    """At midnight UTC it is afternoon in Auckland and the evening before in New York: in thirteen hours is tomorrow."""
    await plan(office, NOW + 13 * HOUR, ACME)
    caller = Caller(office.people[ANNE], "en", surface="chat", timezone=zone)
    reply = await office.door.answer(Ask("meetings", {"is_any": True, "when": "tomorrow"}), caller)
    assert len(reply.data["meetings"]) == count
    shown = await office.door.answer(Ask("meetings", {"is_any": True}), caller)
    hour = datetime.fromtimestamp(NOW + 13 * HOUR, ZoneInfo(zone)).strftime("%-I:%M")
    assert hour in read(shown.card)[1]


@pytest.mark.parametrize(
    ("sentence", "title", "count"),
    [
        ("my next meeting with Acme Industries", "Your next meetings with Acme Industries", 2),
        ("rdv avec Jean Duval", "Your next meetings with Jean Duval", 1),
        ("meetings with Acme Industries next week", "Your meetings with Acme Industries to come next week", 1),
        ("meetings with Acme Industries tomorrow", "You have no meeting with Acme Industries to come tomorrow.", 0),
        ("when do I see Globex next week", "You have no meeting with Globex to come next week.", 0),
        ("meetings this month with acme industries", "Your meetings with Acme Industries to come this month", 2),
    ],
)
async def test_a_name_is_that_of_a_company_or_a_contact(office, sentence, title, count):
    await plan(office, NOW + 9 * HOUR, ACME, DUVAL)
    await plan(office, NOW + 5 * DAY, ACME)
    await plan(office, NOW + 6 * DAY, "Jean Northwind")
    reply = await office.say(sentence)
    assert (reply.summary, len(reply.data["meetings"])) == (title, count)


async def test_several_names_are_asked_about_and_none_is_said(office):
    await plan(office, NOW + 8 * DAY, "Jean Northwind")
    which = await office.say("meetings with Northwind next week")
    assert "northwind" in which.summary.lower()
    chosen = await office.click(which, "Northwind Shipping")
    assert chosen.summary == "Your meetings with Northwind Shipping to come next week"
    nothing = await office.say("my next meeting with Zorglub")
    assert "Zorglub" in said(nothing)
    assert "meetings" not in nothing.data
    assert "Marc Lefèvre" in said(await office.say("my next meeting with Marc Lefèvre"))  # a colleague


async def test_a_name_that_only_resembles_is_said(office):
    await plan(office, NOW + DAY, "Jean Globex")
    assert "“globx”" in said(await office.say("my next meeting with globx")).lower()


async def test_nothing_to_come_is_one_sentence(office):
    await plan(office, NOW - HOUR, ACME)
    assert read((await office.say("meetings")).card) == ["You have no meeting to come."]
    assert read((await office.say("meetings tomorrow")).card) == ["You have no meeting to come tomorrow."]
    french = await office.say("rdv avec Acme Industries demain", language="fr")
    assert read(french.card) == ["Vous n'avez aucun rendez-vous à venir avec Acme Industries demain."]


@pytest.mark.parametrize(("count", "more"), [(10, []), (11, ["There are more: these are the first 10."])])
async def test_more_than_ten_are_said_to_be_more(office, count, more):
    for place in range(count):
        await plan(office, NOW + (place + 1) * HOUR, ACME)
    reply = await office.say("meetings")
    assert len(reply.data["meetings"]) == 10
    assert [line for line in read(reply.card) if line.startswith("There are")] == more


async def test_a_line_opens_the_card_of_its_contact_and_of_its_company_and_leads_back(office):
    await plan(office, NOW + HOUR, ACME)
    listed = await office.say("meetings today")
    contact = await office.click(listed, "Jean Acme")
    assert contact.data["contact"]["id"] == office.contacts[ACME]
    company = await office.click(listed, "Acme Industries")
    assert company.data["company"]["id"] == office.companies["Acme Industries"]
    assert (await office.click(company, "Back")).summary == listed.summary


async def test_this_is_whom_the_card_showed_last(office):
    await plan(office, NOW + HOUR, ACME)
    await plan(office, NOW + 2 * HOUR, DUVAL)
    await office.say("show Acme Industries")
    assert (await office.say("my next meeting with them")).summary == "Your next meetings with Acme Industries"
    assert len((await office.say("meetings today")).data["meetings"]) == 2
    await office.say("meetings with Jean Duval")
    assert (await office.say("when do I see him next")).summary == "Your next meetings with Jean Duval"


async def test_without_a_card_before_this_is_asked_for(office):
    assert (await office.say("my next meeting with him")).is_error


async def test_an_invitation_that_does_not_count_is_left_out(office):
    await plan(office, NOW + HOUR, ACME, invitation=Invitation.STRANGE)
    await plan(office, NOW + 2 * HOUR, DUVAL, invitation=Invitation.KNOWN)
    assert names_of(await office.say("meetings")) == [[DUVAL]]


async def test_who_is_only_seen_is_explained(office):
    """Where a contact must have answered, somebody whom one meets may still be none."""
    await plan(office, NOW + HOUR, "Sam Seen")
    listed = await office.say("meetings")
    assert names_of(listed) == [["Sam Seen"]]
    assert (await office.click(listed, "Sam Seen")).data["person"]["name"] == "Sam Seen"


async def test_meetings_of_colleagues_and_of_another_tenant_are_theirs(office):
    await plan(office, NOW + HOUR, ACME, by=MARC)
    await plan(office, NOW + 2 * HOUR, "their Jean Acme", by="Stranger", tenant_id=2)
    assert names_of(await office.say("meetings")) == []
    assert names_of(await office.say("meetings with Acme Industries")) == []
    assert names_of(await office.say("meetings", by=MARC)) == [[ACME]]
    assert names_of(await office.say("meetings", by="Stranger")) == [[ACME]]
    assert "Next meeting" not in said(await office.say("show Acme Industries"))
    assert "Next meeting" in said(await office.say("show Acme Industries", by=MARC))


@pytest.mark.parametrize("way", ["company", "contact", "free", "personal"])
async def test_A6_what_somebody_keeps_is_in_their_own_meetings_alone(office, way):
    await meet_in_secret(office, way)
    await plan(office, NOW + HOUR, ZELDA, by=ANNE, is_bcc=way == "personal")
    await plan(office, NOW + HOUR, ACME, by=MARC)
    assert names_of(await office.say("meetings")) == [["Zelda Quark"]]
    assert "Next meeting" in said(await office.say("zelda quark"))
    assert names_of(await office.say("meetings", by=MARC)) == [[ACME]]
    assert "meetings" not in (await office.say("meetings with Zelda Quark", by=MARC)).data


async def test_a_wall_hides_the_people_of_a_company_and_meetings_with_them_alone(office):
    walled = get_walled(office)
    await hide_something(office)
    await plan(office, NOW + HOUR, ZELDA)
    await plan(office, NOW + 2 * HOUR, ZELDA, ACME)
    assert names_of(await office.ask("meetings", {"is_any": True}, by=walled)) == [[ACME]]
    assert (await office.ask("meetings", {"company_id": HIDDEN}, by=walled)).code == 404
    assert NAME not in said(await office.say("meetings", by=walled))
    assert sorted(names_of(await office.say("meetings"))[1]) == [ACME, "Zelda Quark"]


async def test_in_a_group_nothing_of_it_is_said(office):
    await plan(office, NOW + HOUR, ACME)
    asked = await office.say("meetings", by=in_group(office.people[ANNE]), surface="group")
    assert ACME not in said(asked)
    card = await office.say("show Acme Industries", by=in_group(office.people[ANNE]), surface="group")
    assert "Next meeting" not in said(card)
    async with office.database.reading(1) as connection:
        assert await list_meetings(connection, in_group(office.people[ANNE]), since=NOW) == ()


async def test_the_card_says_when_the_reader_meets_them_next(office):
    await plan(office, NOW + 4 * DAY + 9 * HOUR, ACME, DUVAL)
    await plan(office, NOW + 6 * DAY, ACME)
    when = "Mon, Jan 5, 9:00\u202fAM, with"
    for sentence in ("show Acme Industries", "show Jean Acme"):
        assert f"{when} Jean Acme and Jean Duval" in read((await office.say(sentence)).card), sentence
    assert f"{when} Jean Duval and Jean Acme" in read((await office.say("show Duval & Fils")).card)
    assert "Next meeting" not in said(await office.say("show Globex"))
    french = read((await office.say("montre Jean Duval", language="fr")).card)
    assert "lun. 5 janv., 09:00, avec Jean Duval et Jean Acme" in french


async def test_a_large_meeting_says_how_many_more_come(office):
    everyone = [name for name in office.contacts if name.startswith("Jean ") and name != "Jean Northwind"]
    await plan(office, NOW + HOUR, *everyone, "Albert")
    assert len(everyone) + 1 > 4
    assert f"{len(everyone) + 1 - 4} more" in read((await office.say("meetings")).card)


def names_of(reply: Any) -> list[list[str]]:
    return [[person["name"] for person in meeting["people"]] for meeting in reply.data["meetings"]]
