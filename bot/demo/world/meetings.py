"""A meeting with the people invited to it, whoever has it in their calendar."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from bot.demo.world.addresses import Address

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
