"""The meetings of a firm: called, moved, answered, cancelled; single ones and series."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.demo.world.addresses import Pair
from bot.demo.world.identity import make_guid
from bot.demo.world.mailbox import EventCopy
from bot.demo.world.meetings import Attendee, Meeting, Response
from bot.demo.world.people import Person
from bot.demo.world.tenant import Tenant


class Schedule:
    """What a firm's people have in their calendars."""

    def __init__(self, firm: Tenant) -> None:
        self._firm = firm
        self._count = 0

    def hold(
        self,
        organizer: Pair,
        attendees: Iterable[Pair],
        starts_at: datetime,
        ends_at: datetime,
        *,
        rooms: Iterable[Pair] = (),
        is_old: bool = False,
        **properties: Any,
    ) -> Meeting:
        """Call a meeting: it appears in the calendar of the organizer and of every invited person of the firm.

        `properties` are those of `Meeting`: subject, sensitivity, is_all_day, location, overrides...
        """
        meeting = Meeting(
            uid=self._make_uid(),
            organizer=self._firm.addresses.get(*organizer),
            attendees=[
                *(Attendee(self._firm.addresses.get(*pair)) for pair in attendees),
                *(Attendee(self._firm.addresses.get(*pair), "resource", "accepted") for pair in rooms),
            ],
            starts_at=starts_at,
            ends_at=ends_at,
            **properties,
        )
        self._put(meeting, is_old=is_old)
        return meeting

    def hold_series(
        self,
        organizer: Pair,
        attendees: Iterable[Pair],
        starts_at: datetime,
        ends_at: datetime,
        *,
        every: timedelta,
        count: int,
        is_old: bool = False,
        **properties: Any,
    ) -> Meeting:
        """Call a recurring meeting and give its master: Graph lists the master whole and its occurrences bare."""
        people = list(attendees)
        master = self.hold(organizer, people, starts_at, ends_at, is_old=is_old, kind="seriesMaster", **properties)
        for step in range(count):
            occurrence = replace(
                master,
                uid=_date_uid(master.uid, starts_at + every * step),
                kind="occurrence",
                series=master,
                occurrences=[],
                starts_at=starts_at + every * step,
                ends_at=ends_at + every * step,
            )
            master.occurrences.append(occurrence)
            self._put(occurrence, is_old=is_old)
        return master

    def change(self, meeting: Meeting, **properties: Any) -> None:
        """Change a meeting for everyone: another time, another subject; an occurrence becomes an exception."""
        for name, value in properties.items():
            setattr(meeting, name, value)
        if meeting.kind == "occurrence":
            meeting.kind = "exception"
        for copy in self.list_copies(meeting):
            self._touch(copy)

    def respond(self, person: Person, meeting: Meeting, response: Response, *, keeps: bool = False) -> None:
        """Answer an invitation; a declined meeting leaves the calendar, unless its owner keeps it there."""
        for address in person.addresses:
            if attendee := meeting.get_attendee(address):
                attendee.response = response
        for copy in self.list_copies(meeting):
            if copy.is_organizer or copy.mailbox is person.mailbox:
                self._touch(copy)
        if response == "declined" and not keeps:
            self.remove(person, meeting)

    def cancel(self, meeting: Meeting) -> None:
        """Cancel a meeting: it leaves the organizer's calendar and stays in the others', marked.

        One occurrence by itself becomes an exception: Graph shows it whole, or nobody could see that it is cancelled.
        """
        if meeting.kind == "occurrence":
            meeting.kind = "exception"
        for each in (meeting, *meeting.occurrences):
            each.is_cancelled = True
            each.show_as = "free"
            for copy in self.list_copies(each):
                if copy.is_organizer:
                    self._remove(copy)
                else:
                    self._touch(copy)

    def remove(self, person: Person, meeting: Meeting) -> None:
        """Take a meeting out of one person's calendar."""
        for copy in self.list_copies(meeting):
            if copy.mailbox is person.mailbox:
                self._remove(copy)

    def remove_untold(self, occurrence: Meeting) -> None:
        """Remove one occurrence from every calendar, which no delta shows, only a notification (F29)."""
        for copy in self.list_copies(occurrence):
            copy.feed = None
            copy.mailbox.drop_event(copy)
            self._firm.tell("removed", copy, "calendar")

    def list_copies(self, meeting: Meeting) -> list[EventCopy]:
        """Return a meeting's copies that are in calendars now."""
        found = (person.mailbox.events.get(meeting) for person in self._find_people(meeting))
        return [copy for copy in found if copy is not None]

    def _find_people(self, meeting: Meeting) -> list[Person]:
        addresses = [meeting.organizer, *(attendee.address for attendee in meeting.attendees)]
        return self._firm.find_people(addresses)

    def _put(self, meeting: Meeting, *, is_old: bool) -> None:
        for person in self._find_people(meeting):
            mailbox = person.mailbox
            copy = EventCopy(meeting, mailbox, mailbox.next_number())
            mailbox.add_event(copy)
            self._firm.truth.add_event(copy)
            if is_old:
                mailbox.calendar.place(copy)
            else:
                mailbox.calendar.add(copy, self._firm.clock())
                self._firm.tell("created", copy, "calendar")

    def _touch(self, copy: EventCopy) -> None:
        copy.version += 1
        copy.mailbox.calendar.touch(copy, self._firm.clock())
        self._firm.tell("updated", copy, "calendar")

    def _remove(self, copy: EventCopy) -> None:
        copy.mailbox.calendar.remove(copy, self._firm.clock())
        copy.mailbox.drop_event(copy)
        self._firm.tell("removed", copy, "calendar")

    def _make_uid(self) -> str:
        self._count += 1
        digits = make_guid("uid", self._firm.tenant_id, str(self._count)).replace("-", "").upper()
        return f"040000008200E00074C5B7101A82E00800000000{digits}"


def _date_uid(uid: str, day: datetime) -> str:
    """An occurrence's iCalUId is its master's with the day written into it."""
    return f"{uid[:32]}{day.year:04X}{day.month:02X}{day.day:02X}{uid[40:]}"
