"""What really happened: every copy of every mail and every event, for tests to compare the store with.

Nothing here is read by the service. Facts are plain values, taken from the world and not from what Graph answered.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from bot.demo.world.addresses import Pair
from bot.demo.world.mailbox import EventCopy, MailCopy

_BARE: Final = re.compile(r"[^\s<>\"';:,()]+@[^\s<>\"';:,()]+")
"""An address without what some clients leave around it."""


class MailFact(NamedTuple):
    """One mail in one mailbox."""

    tenant_id: str
    user_id: str
    is_sent: bool
    """The mailbox's owner wrote it, wherever it lies."""
    message_id: str
    sent_at: str | None
    sender: Pair | None
    to: tuple[Pair, ...]
    cc: tuple[Pair, ...]
    bcc: tuple[Pair, ...]
    """Empty on every copy but the sender's."""
    headers: tuple[tuple[str, str], ...]
    folder: str
    """Where it is now; empty once it was deleted for good."""


class MeetingFact(NamedTuple):
    """One event in one calendar; masters of series are not listed, their occurrences are."""

    tenant_id: str
    user_id: str
    uid: str
    starts_at: int
    """UTC seconds."""
    ends_at: int
    organizer: Pair
    attendees: tuple[Pair, ...]
    is_cancelled: bool
    sensitivity: str
    response: str
    is_gone: bool
    """It is no longer in this calendar."""
    declined: tuple[str, ...] = ()
    """Addresses of the guests who declined, where this calendar shows it: the organizer's."""


class Truth:
    """The record of one tenant."""

    def __init__(self, tenant_id: str) -> None:
        self.tenant_id = tenant_id
        self.copies: list[MailCopy] = []
        self.events: list[EventCopy] = []

    def add_mail(self, copy: MailCopy) -> None:
        """Write down that a mail arrived in a mailbox."""
        self.copies.append(copy)

    def add_event(self, copy: EventCopy) -> None:
        """Write down that a meeting came into a calendar."""
        self.events.append(copy)

    def list_mail(self) -> Iterator[MailFact]:
        """Return every mail that was ever in a mailbox, in the order of arrival; junk and what was deleted apart."""
        for copy in self.copies:
            if not copy.was_readable:
                continue
            mail, mailbox = copy.mail, copy.mailbox
            yield MailFact(
                mailbox.tenant_id,
                mailbox.user_id,
                copy.is_sent or _is_own(copy),
                mail.message_id,
                mail.sent_at,
                mail.sender.pair if mail.sender else None,
                tuple(address.pair for address in mail.to),
                tuple(address.pair for address in mail.cc),
                tuple(address.pair for address in mail.bcc) if copy.is_sent else (),
                mail.headers,
                copy.feed.name if copy.feed else "",
            )

    def list_meetings(self) -> Iterator[MeetingFact]:
        """Return every meeting that was ever in a calendar, as it stands now."""
        for copy in self.events:
            meeting = copy.meeting
            if meeting.kind == "seriesMaster":
                continue
            yield MeetingFact(
                copy.mailbox.tenant_id,
                copy.mailbox.user_id,
                meeting.uid,
                int(meeting.starts_at.timestamp()),
                int(meeting.ends_at.timestamp()),
                meeting.organizer.pair,
                tuple(attendee.address.pair for attendee in meeting.attendees),
                meeting.is_cancelled,
                meeting.sensitivity,
                copy.response,
                copy.feed is None,
                tuple(each.address.address or "" for each in meeting.attendees if each.response == "declined")
                if copy.is_organizer
                else (),
            )


def _is_own(copy: MailCopy) -> bool:
    """Return whether the owner of the mailbox wrote a mail that lies elsewhere; a copy that travelled was delivered."""
    sender = _BARE.search((copy.mail.sender and copy.mail.sender.address) or "")
    has_travelled = any(name.lower() == "received" for name, _ in copy.mail.headers)
    own = {address.lower() for address in copy.mailbox.addresses}
    if sender is None or has_travelled:
        return False
    return re.sub(r"\+[^@]*@", "@", sender[0].lower().rstrip(".")) in own
