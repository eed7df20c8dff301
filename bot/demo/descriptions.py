"""People, mail, meetings and faults as the demo's endpoints tell of them."""

from datetime import datetime
from typing import Any

from bot.demo.faults import Fault
from bot.demo.world.mailbox import EventCopy, MailCopy
from bot.demo.world.people import Person

Json = dict[str, Any]


def describe_person(person: Person) -> Json:
    """Return a person of the firm."""
    return {"id": person.id, "name": person.name, "mail": person.address, "language": person.language}


def describe_item(item: MailCopy | EventCopy) -> Json:
    """Return a mail or a meeting as an inbox shows it."""
    if isinstance(item, MailCopy):
        return _describe_mail(item)
    meeting = item.meeting
    return {
        "id": item.immutable_id,
        "kind": "meeting",
        "subject": meeting.subject,
        "from": meeting.organizer.pair,
        "to": [attendee.address.pair for attendee in meeting.attendees],
        "cc": [],
        "at": int(meeting.starts_at.timestamp()),
        "is_sent": item.is_organizer,
        "is_read": True,
    }


def is_master(item: MailCopy | EventCopy) -> bool:
    """Return whether it is a series as such, which no inbox shows."""
    return isinstance(item, EventCopy) and item.meeting.kind == "seriesMaster"


def _describe_mail(copy: MailCopy) -> Json:
    mail = copy.mail
    return {
        "id": copy.immutable_id,
        "kind": "mail",
        "subject": mail.subject,
        "from": mail.sender.pair if mail.sender else None,
        "to": [address.pair for address in mail.to],
        "cc": [address.pair for address in mail.cc],
        "at": _read_seconds(mail.sent_at),
        "is_sent": copy.is_sent,
        "is_read": copy.is_read,
    }


def _read_seconds(sent_at: str | None) -> int:
    try:
        return int(datetime.fromisoformat(sent_at or "").timestamp())
    except (ValueError, OverflowError):
        return 0


def describe_fault(fault: Fault) -> Json:
    """Return a fault that is on."""
    names = ("id", "edge", "kind", "tenant", "mailbox", "path", "count", "share", "values", "hits")
    return {name: getattr(fault, name) for name in names}
