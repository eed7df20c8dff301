"""A meeting, and its copies in calendars."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from bot.demo.world.addresses import Address
from bot.demo.world.feed import Feed
from bot.demo.world.identity import make_item_id

if TYPE_CHECKING:
    from bot.demo.world.mailbox import Mailbox

Response = Literal["none", "organizer", "tentativelyAccepted", "accepted", "declined", "notResponded"]
MeetingKind = Literal["singleInstance", "occurrence", "exception", "seriesMaster"]
Sensitivity = Literal["normal", "personal", "private", "confidential"]


@dataclass(slots=True, eq=False)
class Attendee:
    """One invited person or room, and what they answered."""

    address: Address
    kind: Literal["required", "optional", "resource"] = "required"
    response: Response = "none"


@dataclass(slots=True, eq=False)
class Meeting:
    """One event: a single one, the master of a series, or one occurrence of it."""

    uid: str
    """`iCalUId`: the same in every mailbox."""
    organizer: Address
    attendees: list[Attendee]
    starts_at: datetime
    ends_at: datetime
    subject: str | None = None
    kind: MeetingKind = "singleInstance"
    series: "Meeting | None" = None
    """The master, for an occurrence or exception."""
    occurrences: list["Meeting"] = field(default_factory=list)
    """A master's own."""
    is_cancelled: bool = False
    is_all_day: bool = False
    sensitivity: Sensitivity = "normal"
    show_as: str = "busy"
    location: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)

    def get_attendee(self, key: str) -> Attendee | None:
        """Find an invited person by address in lower case."""
        return next((attendee for attendee in self.attendees if attendee.address.key == key), None)


@dataclass(slots=True, eq=False)
class EventCopy:
    """A meeting in one calendar."""

    meeting: Meeting
    mailbox: "Mailbox"
    number: int
    feed: Feed | None = None
    index: int = -1
    version: int = 1

    @property
    def is_organizer(self) -> bool:
        """The calendar's owner called the meeting."""
        return self.meeting.organizer.key in self.mailbox.addresses

    @property
    def response(self) -> Response:
        """What the calendar's owner answered."""
        if self.is_organizer:
            return "organizer"
        for address in self.mailbox.addresses:
            if attendee := self.meeting.get_attendee(address):
                return "notResponded" if attendee.response == "none" else attendee.response
        return "none"

    @property
    def immutable_id(self) -> str:
        """The id that survives a move."""
        return make_item_id(self.mailbox.prefix, self.number)

    @property
    def id(self) -> str:
        """The default id."""
        return self.id_in(self.mailbox.calendar)

    def id_in(self, folder: Feed) -> str:
        """Give the default id."""
        return make_item_id(folder.id[:-4], self.number)
