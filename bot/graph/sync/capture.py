"""Capture: decide from headers what happened and who took part. Pure: no database, no clock, no network.

When something is not recorded, the reason is one of these codes: `partial` (a change of flags), `draft`, `calendar` (an
invitation or its answer: the calendar itself says what came of it), `bulk` (a list or a machine by its headers),
`crowd`, `cancelled`, `declined`, `private`, `series`, or why the people in it are none (`internal`, `role`, ...).
"""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import UNSET

from bot.graph.sync.firm import Firm, Reason
from bot.graph.sync.pages import EmailAddress, Event, Header, Message, MessageKey, Recipient, Response, Time
from storage.history.events import InteractionEvent, Person, Trust
from storage.models import Invitation, Kind
from storage.text.names import clean_text

MAX_RECIPIENTS: Final = 50
MAX_ATTENDEES: Final = 25
_EARLIEST: Final = int(datetime(1990, 1, 1, tzinfo=UTC).timestamp())
_MAIL_AHEAD: Final = int(timedelta(days=2).total_seconds())
"""How far a mail's clock may be ahead of ours."""
_MEETING_AHEAD: Final = int(timedelta(days=3660).total_seconds())
_EMPTY: Final = hashlib.blake2b(digest_size=16)
_NOBODY: Final[frozenset[str]] = frozenset()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_BULK_HEADERS: Final = frozenset(
    ("list-id", "list-unsubscribe", "list-post", "list-help", "mailing-list", "x-autoreply", "x-autorespond", "x-loop")
)
_BULK_PRECEDENCES: Final = frozenset(("bulk", "list", "junk", "auto_reply"))


def get_message_source(message: MessageKey, kind: Kind) -> bytes:
    """Return the key of a mail in its mailbox: Message-ID and time, which stay the same when the mail is moved.

    Graph's id, even the immutable one, changes when a mail goes to an archive and back. It is used only for a mail
    without a Message-ID.
    """
    if not message.internet_message_id:
        return make_digest(f"{kind._value_} {message.id}")  # `value` is a property, and slow
    return make_digest(f"{kind._value_} {message.internet_message_id} {message.sent_date_time}")


def make_digest(text: str) -> bytes:
    """Return 16 bytes of BLAKE2b."""
    digest = _EMPTY.copy()  # half the time of a new one
    digest.update(text.encode("utf-8", "replace"))
    return digest.digest()


def capture_mail(message: Message, kind: Kind, source: bytes, firm: Firm, now: int) -> InteractionEvent | Reason:
    """Decide which interaction a mail is, and with whom."""
    reason = _find_mail_reason(message, kind)
    if reason:
        return reason
    people = _list_recipients(message) if kind == Kind.SENT else [message.from_ or Recipient()]
    found = _list_people((one.email_address for one in people), firm)
    if isinstance(found, str):
        return found
    written, arrived = message.sent_date_time, message.received_date_time
    times = (written, arrived) if kind == Kind.SENT else (arrived, written)
    return InteractionEvent(
        source,
        make_digest(message.internet_message_id or message.id),
        kind,
        next((at for at in (read_time(time, now + _MAIL_AHEAD) for time in times) if at), 0),
        False,
        found,
        clean_text(message.subject or "") if firm.keeps_subjects else None,
        None,
        Trust.COLLEAGUES if kind == Kind.SENT else Trust.OWN,
        Invitation.ANSWERED,
        _list_hidden(message, firm) if kind == Kind.SENT and message.bcc_recipients else _NOBODY,
    )


def _list_hidden(message: Message, firm: Firm) -> frozenset[str]:
    """Return the outside people in bcc alone."""
    seen = _list_people(
        (one.email_address for one in [*(message.to_recipients or ()), *(message.cc_recipients or ())]), firm
    )
    unseen = _list_people((one.email_address for one in message.bcc_recipients or ()), firm)
    known = () if isinstance(seen, str) else (person.address for person in seen)
    return frozenset(() if isinstance(unseen, str) else (person.address for person in unseen)).difference(known)


def _find_mail_reason(message: Message, kind: Kind) -> Reason:
    if kind == Kind.RECEIVED:
        if message.from_ is UNSET:
            return "partial"
    elif message.to_recipients is UNSET and message.cc_recipients is UNSET and message.bcc_recipients is UNSET:
        return "partial"
    if message.is_draft:
        return "draft"
    if message.odata_type and "eventMessage" in message.odata_type:
        return "calendar"
    if len(_list_recipients(message)) > MAX_RECIPIENTS:
        return "crowd"
    headers = message.internet_message_headers
    return "bulk" if headers and kind == Kind.RECEIVED and is_bulk(headers) else ""


def _list_recipients(message: Message) -> list[Recipient]:
    to, cc, bcc = message.to_recipients, message.cc_recipients, message.bcc_recipients
    return [*(to or ()), *(cc or ()), *(bcc or ())]


def _list_people(addresses: Iterable[EmailAddress | None], firm: Firm) -> list[Person] | Reason:
    """Return the outside people, each once, or the most important reason why there are none."""
    people: dict[str, Person] = {}
    reasons: list[Reason] = []
    for given in addresses:
        if given is None:
            continue
        decision = firm.decide(given.name, given.address)
        if isinstance(decision, str):
            reasons.append(decision)
        elif decision.address not in people or decision.quality > people[decision.address].quality:
            people[decision.address] = decision
    if people:
        return list(people.values())
    return next((reason for reason in reasons if reason != "internal"), "internal" if reasons else "no_address")


def is_bulk(headers: Iterable[Header]) -> bool:
    """Return whether a list or a machine sent a mail, by its headers (RFC 2369, 2919, 3834)."""
    for header in headers:
        name, value = (header.name or "").lower(), (header.value or "").strip().lower()
        if name in _BULK_HEADERS:
            return True
        if name == "precedence" and value in _BULK_PRECEDENCES:
            return True
        if name == "auto-submitted" and not value.startswith("no"):
            return True
        if name == "return-path" and value in ("", "<>"):
            return True
    return False


def capture_meeting(
    event: Event, series: Event | None, source: bytes, firm: Firm, now: int
) -> InteractionEvent | Reason:
    """Decide which interaction an event is, and with whom; fields missing in an occurrence are taken from its `series`.

    Who declined was not there. An invitation that the user has not answered depends on who its organiser is; one with a
    colleague's address on whether that colleague's own calendar shows it, because anybody can write an address.
    A personal meeting is the user's own affair.
    """
    reason = _find_meeting_reason(event, series)
    if reason:
        return reason
    attendees = [one for one in _get(event, series, "attendees") or () if one and one.type != "resource"]
    if len(attendees) > MAX_ATTENDEES:
        return "crowd"
    organizer = _get(event, series, "organizer")
    invited = [one.email_address for one in attendees if not _has_declined(one.status)]
    people = _list_people([organizer and organizer.email_address, *invited], firm)
    if isinstance(people, str):
        return "declined" if len(invited) < len(attendees) and people in ("internal", "no_address") else people
    at = read_local_time(_get(event, series, "start"), now + _MEETING_AHEAD)
    shared_id = event.i_cal_u_id or (f"{series.i_cal_u_id} {at}" if series else event.id)
    subject = clean_text(_get(event, series, "subject") or "") if firm.keeps_subjects else None
    host = _find_host(organizer, firm)
    answer = _get(event, series, "response_status")
    is_own = host is None or (isinstance(host, int) and _is_organizer(answer))
    is_personal = _get(event, series, "sensitivity") == "personal"
    return InteractionEvent(
        source,
        make_digest(shared_id),
        Kind.MEETING,
        at,
        at > now,
        people,
        subject,
        None if _is_answered(answer) else host,
        Trust.COLLEAGUES if is_own else Trust.GUESTS,
        hidden=frozenset(person.address for person in people) if is_personal else _NOBODY,
    )


def _has_declined(answer: Response | None) -> bool:
    return answer is not None and answer.response == "declined"


def _is_answered(answer: Response | None) -> bool:
    """Return whether the user organised the meeting, accepted it, or accepted it tentatively."""
    return answer is not None and answer.response in ("organizer", "accepted", "tentativelyAccepted")


def _is_organizer(answer: Response | None) -> bool:
    """Return whether the meeting was made in this calendar: one that came by mail, from whatever address, was not."""
    return answer is not None and answer.response == "organizer"


def _find_host(organizer: Recipient | None, firm: Firm) -> str | int | None:
    """Return the address of an outside organiser, empty if it is not known to be a person's, or a colleague's number.

    None for the owner by an address that they said is theirs.
    """
    given = organizer.email_address if organizer else None
    if given is None:
        return ""
    decision = firm.decide(given.name, given.address)
    if not isinstance(decision, str):
        return decision.address
    if firm.is_owners(given.address):
        return None
    colleague = firm.find_colleague(given.address)
    return "" if colleague is None else colleague


def _get(event: Event, series: Event | None, field: str) -> Any:
    """Return a field of an event, or of its series if the event lacks it."""
    value = getattr(event, field)
    if value is UNSET and series is not None:
        value = getattr(series, field)
    return None if value is UNSET else value


def _find_meeting_reason(event: Event, series: Event | None) -> Reason:
    if event.type == "seriesMaster":
        return "series"
    if _get(event, series, "is_cancelled"):
        return "cancelled"
    if event.is_draft:
        return "draft"
    if (_get(event, series, "sensitivity") or "normal") in ("private", "confidential"):
        return "private"
    return "declined" if _has_declined(_get(event, series, "response_status")) else ""


def read_time(text: str | None, latest: int) -> int:
    """Parse a UTC time; 0 if it is missing, unreadable or implausible."""
    try:
        at = int((datetime.fromisoformat(text or "") - _EPOCH).total_seconds())
    except (ValueError, TypeError):
        return 0
    return at if _EARLIEST <= at <= latest else 0


def read_local_time(time: Time | None, latest: int) -> int:
    """Read a time with its zone; UTC where the zone is unknown."""
    if time is None or not time.date_time:
        return 0
    try:
        zone = ZoneInfo(time.time_zone or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    try:
        local = datetime.fromisoformat(time.date_time)
        at = int((local if local.tzinfo else local.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError):
        return 0
    return at if _EARLIEST <= at <= latest else 0
