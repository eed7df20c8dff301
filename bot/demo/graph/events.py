"""Graph's `event`, from a meeting's copy in a calendar."""

from datetime import UTC, datetime
from typing import Any

from bot.demo.graph.fields import Encoder, Getter, choose, override
from bot.demo.world.addresses import Address, encode_json
from bot.demo.world.mailbox import EventCopy
from bot.demo.world.meetings import Attendee

BODY = "BODY-OF-A-MEETING: nobody may ask for this"
_BODIES = ("body", "bodyPreview")


def _moment(value: datetime) -> bytes:
    text = value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.0000000")
    return encode_json({"dateTime": text, "timeZone": "UTC"})


def _response(response: str) -> bytes:
    return encode_json({"response": response, "time": "0001-01-01T00:00:00Z"})


def _attendees(copy: EventCopy) -> bytes:
    """The organizer sees everyone's answer; the others see their own."""
    return b"[" + b",".join(_attendee(each, copy) for each in copy.meeting.attendees) + b"]"


def _attendee(attendee: Attendee, copy: EventCopy) -> bytes:
    is_visible = copy.is_organizer or attendee.address.key in copy.mailbox.addresses
    response = attendee.response if is_visible else "none"
    return (
        b'{"type":"%b","status":' % attendee.kind.encode()
        + _response(response)
        + b","
        + attendee.address.json.removeprefix(b"{")
    )


def _recipient(address: Address) -> bytes:
    return address.json


def _subject(copy: EventCopy) -> bytes:
    subject = copy.meeting.subject
    return encode_json(f"Canceled: {subject}" if copy.meeting.is_cancelled and subject else subject)


def _series(copy: EventCopy) -> str | None:
    master = copy.meeting.series
    own = copy.mailbox.events.get(master) if master is not None else None
    return own.immutable_id if own else None


def _flag(value: bool) -> bytes:  # noqa: FBT001  # a value, not an option
    return b"true" if value else b"false"


_GETTERS: dict[str, Getter[EventCopy]] = {
    "createdDateTime": lambda _: b'"2026-01-01T00:00:00Z"',
    "lastModifiedDateTime": lambda copy: b'"2026-01-01T00:00:%02dZ"' % min(copy.version, 59),
    "changeKey": lambda copy: b'"%d.%d"' % (copy.number, copy.version),
    "categories": lambda _: b"[]",
    "originalStartTimeZone": lambda _: b'"UTC"',
    "originalEndTimeZone": lambda _: b'"UTC"',
    "iCalUId": lambda copy: encode_json(copy.meeting.uid),
    "subject": _subject,
    "bodyPreview": lambda _: encode_json(BODY),
    "body": lambda _: encode_json({"contentType": "text", "content": BODY}),
    "importance": lambda _: b'"normal"',
    "sensitivity": lambda copy: encode_json(copy.meeting.sensitivity),
    "isAllDay": lambda copy: _flag(copy.meeting.is_all_day),
    "isCancelled": lambda copy: _flag(copy.meeting.is_cancelled),
    "isOrganizer": lambda copy: _flag(copy.is_organizer),
    "isDraft": lambda _: b"false",
    "responseRequested": lambda _: b"true",
    "seriesMasterId": lambda copy: encode_json(_series(copy)),
    "showAs": lambda copy: encode_json(copy.meeting.show_as),
    "type": lambda copy: encode_json(copy.meeting.kind),
    "recurrence": lambda _: b"null",
    "responseStatus": lambda copy: _response(copy.response),
    "start": lambda copy: _moment(copy.meeting.starts_at),
    "end": lambda copy: _moment(copy.meeting.ends_at),
    "location": lambda copy: encode_json({"displayName": copy.meeting.location}),
    "attendees": _attendees,
    "organizer": lambda copy: _recipient(copy.meeting.organizer),
    "isOnlineMeeting": lambda _: b"false",
    "webLink": lambda _: b'"https://outlook.office365.com/owa/"',
}

_WHOLE: Encoder[EventCopy] = Encoder(choose(_GETTERS, (), _BODIES))
_WITH_BODY: Encoder[EventCopy] = Encoder(choose(_GETTERS, ()))
_BARE: Encoder[EventCopy] = Encoder(choose(_GETTERS, ("seriesMasterId", "type", "start", "end")))
"""All that a calendarView delta says of an occurrence (microsoft-graph-docs-contrib issue 5602)."""


def encode_event(copy: EventCopy, *, is_immutable: bool, selected: tuple[str, ...] = (), has_bodies: bool) -> bytes:
    """Write a whole event."""
    whole = _WITH_BODY if has_bodies else _WHOLE
    hidden: Any = () if has_bodies else _BODIES
    chosen = [name for name in selected if name not in ("id", *hidden)]
    encoder = Encoder(choose(_GETTERS, chosen) if chosen else {}) if selected else whole
    return _finish(copy, encoder, is_immutable=is_immutable)


def encode_in_view(copy: EventCopy, *, is_immutable: bool, has_bodies: bool) -> bytes:
    """Write an event as a calendarView delta does: occurrences of a series bare, everything else whole."""
    if copy.meeting.kind == "occurrence":
        return _finish(copy, _BARE, is_immutable=is_immutable)
    return encode_event(copy, is_immutable=is_immutable, has_bodies=has_bodies)


def _finish(copy: EventCopy, encoder: Encoder[EventCopy], *, is_immutable: bool) -> bytes:
    item_id = copy.immutable_id if is_immutable else copy.id
    head = b'{"@odata.type":"#microsoft.graph.event","@odata.etag":"W/\\"%d.%d\\"","id":"%b"' % (
        copy.number,
        copy.version,
        item_id.encode(),
    )
    encoded = encoder.encode(copy, head)
    return override(encoded, copy.meeting.overrides) if copy.meeting.overrides else encoded
