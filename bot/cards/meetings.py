"""Meetings to come: each with its day and time, who will be there, and the way to their cards."""

from datetime import timedelta

from bot.cards import entries, kit
from bot.cards.actions import button, drop_fallbacks
from bot.cards.drawing import draws
from bot.language import get_day, say, say_clock, say_list, say_weekday
from bot.language.wording import clean
from bot.results.list_state import weigh
from bot.results.meetings import MeetingsListed
from bot.turn import Card, Json, Reader
from storage.book.meetings import Attendee, Meeting

PEOPLE = 4
"""People of one meeting who are shown, at most."""
_ROOM = 26_500
"""Bytes of a card."""
_NAME = 60


@draws(MeetingsListed)
def draw_meetings(reader: Reader, listed: MeetingsListed) -> Card:
    """Draw meetings, the next one first, with as many people as there is room for; none, and the title says so."""
    cards = (_draw(reader, listed, people) for people in (PEOPLE, 2, 1))
    card = next((card for card in cards if weigh(card) <= _ROOM), None)
    return card or drop_fallbacks(_draw(reader, listed, 1))


def _draw(reader: Reader, listed: MeetingsListed, people: int) -> Card:
    body = [kit.title(listed.summary)]
    body += [kit.note(listed.note)] if listed.note else []
    body += [_draw_meeting(reader, meeting, people, listed.again) for meeting in listed.meetings]
    body += [kit.line(listed.reading)] if listed.reading else []
    if listed.further is None:
        return kit.card(body)
    body.append(kit.line(say(reader.language, "meetings.more", count=len(listed.meetings))))
    further = {key: value for key, value in listed.further.items() if key != "verb"}
    return kit.card(body, [button(say(reader.language, "meetings.more_button"), listed.further["verb"], **further)])


def say_when(reader: Reader, at: int) -> str:
    """Say the day and the time of a meeting, as they are at the reader's place."""
    language = reader.language
    day, today = (get_day(moment, reader.timezone) for moment in (at, reader.now))
    time = say_clock(language, at, reader.timezone, reader.locale)
    near = {today: "today", today + timedelta(days=1): "tomorrow"}.get(day)
    if near:
        return say(language, f"meetings.{near}_at", time=time)
    return say(language, "meetings.day_at", day=say_weekday(language, day, today, reader.locale), time=time)


def draw_next(reader: Reader, meeting: Meeting | None) -> list[Json]:
    """Say on the card of a company or a contact when the reader meets them next, and whom."""
    if meeting is None:
        return []
    names = [_name(person) for person in meeting.people[:PEOPLE]]
    names += _say_others(reader, meeting, PEOPLE)
    people = say_list(reader.language, names)
    said = say(reader.language, "meetings.next_with", when=say_when(reader, meeting.at), people=people)
    return kit.facts(((say(reader.language, "meetings.next"), said),))


def note_next(reader: Reader, meeting: Meeting | None) -> list[Json]:
    """Say when in a line below one of several, where there is no room for names."""
    if meeting is None:
        return []
    return [kit.note(say(reader.language, "meetings.next_is", when=say_when(reader, meeting.at)))]


def _draw_meeting(reader: Reader, meeting: Meeting, people: int, back: Json) -> Json:
    rows = [_draw_person(person, back) for person in meeting.people[:people]]
    others = [kit.note(said) for said in _say_others(reader, meeting, people)]
    return kit.group([kit.strong(say_when(reader, meeting.at)), *rows, *others])


def _draw_person(person: Attendee, back: Json) -> Json:
    """Draw somebody, to be opened, with the company that they are of at the end; who is only seen is explained."""
    verb = "contact.open" if person.is_contact else "contact.explain"
    opens = {"verb": verb, "contact_id": person.contact_id, "back": back}
    address = clean(person.address, _NAME) if person.name else ""
    if person.company_id is None or not person.company_name:
        return entries.row(_name(person), address, verb, contact_id=person.contact_id, back=back)
    company = {"verb": "company.open", "company_id": person.company_id, "back": back}
    return entries.row_with_link(_name(person), address, opens, clean(person.company_name, 30), company)


def _name(person: Attendee) -> str:
    return clean(person.name or person.address, _NAME)


def _say_others(reader: Reader, meeting: Meeting, shown: int) -> list[str]:
    left = len(meeting.people) - shown
    return [say(reader.language, "cards.company.others", count=left)] if left > 0 else []
