"""Read orders for mail and meetings in JSON, from the demo page, a test or the journal of an earlier run."""

import itertools
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.demo.corpus import normalise_date
from bot.demo.world.addresses import Pair
from bot.demo.world.firm import Firm, format_time
from bot.demo.world.identity import make_guid
from bot.demo.world.mailbox import MailCopy
from bot.demo.world.meetings import Meeting

Json = Mapping[str, Any]
_NEWCOMERS = (
    ("Isadora Penhallow", "isadora", "penhallow-shipping"),
    ("Corentin Ravoux", "corentin", "ravoux-menuiserie"),
    ("Tobias Eklund", "tobias", "eklund-instruments"),
    ("Mireille Saint-Paulin", "mireille", "saint-paulin-editions"),
    ("Akosua Bright", "akosua", "brightharbour"),
)


class BadOrderError(ValueError):
    """The order cannot be carried out; the text is a sentence that says why."""


def complete_mail(firm: Firm, given: Json) -> dict[str, Any]:
    """Check an order for a mail and fill in what it leaves open, so that it can be carried out again the same way.

    `from` is `[name, address]`; `to`, `cc`, `bcc` are lists of such pairs; `subject`, `date` (ISO 8601), `message_id`
    and `headers` may be given. Raises `BadOrderError`.
    """
    lists = {name: _read_pairs(given, name) for name in ("to", "cc", "bcc")}
    if not any(lists.values()):
        raise BadOrderError("A mail needs at least one recipient in 'to', 'cc' or 'bcc'.")
    subject, date = given.get("subject"), given.get("date")
    if subject is not None and not isinstance(subject, str):
        raise BadOrderError("'subject' must be a text.")
    sent_at = _read_date(date) if date is not None else format_time(firm.now())
    message_id = given.get("message_id") or _make_message_id(firm)
    if not isinstance(message_id, str):
        raise BadOrderError("'message_id' must be a text.")
    sender = _read_pair(given.get("from"), "from")
    headers = _read_headers(given)
    return {"from": sender, **lists, "subject": subject, "date": sent_at, "message_id": message_id, "headers": headers}


def order_newcomer(firm: Firm, user_id: object) -> dict[str, Any]:
    """Make the order for a mail from somebody new, at a company the firm has not met, to one person of the firm."""
    person = firm.get_person(user_id) if isinstance(user_id, str) else None
    if person is None:
        raise BadOrderError("'user' must be the id of a person of the firm; GET /demo/users lists them.")
    count = len(firm.truth.copies)
    name, local, company = _NEWCOMERS[count % len(_NEWCOMERS)]
    language = "fr" if (person.language or "").startswith("fr") else "en"
    subject = {"fr": "Prise de contact", "en": "Introduction"}[language]
    address = f"{local}@{company}-{count}.example"
    return complete_mail(firm, {"from": [name, address], "to": [[person.name, person.address]], "subject": subject})


def send_mail(firm: Firm, order: Json) -> list[MailCopy]:
    """Carry out a completed order."""
    return firm.send_mail(
        order["from"],
        order["to"],
        order["cc"],
        order["bcc"],
        subject=order["subject"],
        sent_at=order["date"],
        message_id=order["message_id"],
        headers=order["headers"],
    )


def list_undelivered(firm: Firm, order: Json) -> list[str]:
    """Give the recipients at the firm's own domains whom nobody there answers to: Exchange delivers nothing to them."""
    pairs = itertools.chain(order["to"], order["cc"], order["bcc"])
    inside = (address for _, address in pairs if firm.directory.is_inside(address))
    return [address for address in inside if firm.get_person(address) is None]


def complete_meeting(firm: Firm, given: Json) -> dict[str, Any]:
    """Check an order for a meeting and fill in what it leaves open.

    `organizer` is a pair, `attendees` pairs, `start` and `end` ISO 8601 (UTC unless told); `subject`, `sensitivity`
    and `is_all_day` may be given. Raises `BadOrderError`.
    """
    start, end = (_read_moment(given, name) for name in ("start", "end"))
    if start >= end:
        raise BadOrderError("'start' must be before 'end'.")
    sensitivity = given.get("sensitivity", "normal")
    if sensitivity not in ("normal", "personal", "private", "confidential"):
        raise BadOrderError("'sensitivity' must be normal, personal, private or confidential.")
    subject = given.get("subject")
    if subject is not None and not isinstance(subject, str):
        raise BadOrderError("'subject' must be a text.")
    return {
        "organizer": _read_pair(given.get("organizer"), "organizer"),
        "attendees": _read_pairs(given, "attendees"),
        "start": start.isoformat(),
        "end": end.isoformat(),
        "subject": subject,
        "sensitivity": sensitivity,
        "is_all_day": given.get("is_all_day") is True,
    }


def hold_meeting(firm: Firm, order: Json) -> Meeting:
    """Carry out a completed order."""
    return firm.schedule.hold(
        order["organizer"],
        order["attendees"],
        datetime.fromisoformat(order["start"]),
        datetime.fromisoformat(order["end"]),
        subject=order["subject"],
        sensitivity=order["sensitivity"],
        is_all_day=order["is_all_day"],
    )


def check_fault(given: Json) -> dict[str, Any]:
    """Check an order for a fault: its `kind`, and what else `Faults.add` takes. Raises `BadOrderError`."""
    fault = {"kind": "", **given}
    for name in ("kind", "edge", "tenant", "mailbox", "path"):
        if not isinstance(fault.get(name, ""), str):
            raise BadOrderError(f"'{name}' must be a text.")
    for name in ("count", "seconds_on", "share"):
        if not isinstance(fault.get(name, 1), int | float) and (fault[name] is not None or name == "share"):
            raise BadOrderError(f"'{name}' must be a number.")
    if "self" in fault:
        raise BadOrderError("There is no 'self' of a fault.")
    try:
        re.compile(fault.get("path", ""))
    except re.error as error:
        raise BadOrderError("'path' must be a regular expression.") from error
    return fault


def _read_pair(value: object, name: str) -> Pair:
    match value:
        case [str(display), str(address)] | [None as display, str(address)] if address.strip():
            return display or "", address
        case _:
            raise BadOrderError(f'\'{name}\' must be made of pairs such as ["Jane Doe", "jane@acme.example"].')


def _read_pairs(given: Json, name: str) -> list[Pair]:
    value = given.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadOrderError(f'\'{name}\' must be a list of pairs such as [["Jane Doe", "jane@acme.example"]].')
    return [_read_pair(each, name) for each in value]


def _read_headers(given: Json) -> dict[str, str]:
    headers = given.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(value, str) for value in headers.values()):
        raise BadOrderError("'headers' must be an object of names and values, all of them texts.")
    return headers


def _read_date(value: object) -> str:
    date = normalise_date(value)
    try:
        datetime.fromisoformat(date or "")
    except ValueError as error:
        raise BadOrderError("'date' must be a time such as 2026-02-03T04:05:06Z.") from error
    return date or ""


def _read_moment(given: Json, name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(given.get(name, ""))
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadOrderError(f"'{name}' must be a time such as 2026-02-03T14:00:00Z.") from error


def _make_message_id(firm: Firm) -> str:
    return f"<{make_guid('order', firm.tenant_id, str(len(firm.truth.copies)), str(firm.clock()))}@demo.example>"
