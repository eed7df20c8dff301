from typing import Any

import msgspec
import pytest

from bot.graph.sync.capture import capture_meeting
from bot.graph.sync.firm import Firm
from bot.graph.sync.pages import Event
from storage.history.own_addresses import Owner
from storage.models import Kind

NOW = 1_800_000_000
FIRM = Firm(["firm.example"])
FIRM.colleagues = {"me@firm.example": 7, "colleague@firm.example": 8}
PAST = {"dateTime": "2024-05-06T07:08:09.0000000", "timeZone": "UTC"}
FUTURE = {"dateTime": "2027-06-01T10:00:00.0000000", "timeZone": "UTC"}


def invite(*addresses: str, kind: str = "required") -> list[dict[str, Any]]:
    return [{"type": kind, "emailAddress": {"name": "", "address": address}} for address in addresses]


def make_event(**fields: Any) -> Event:
    given = {
        "id": "1",
        "type": "singleInstance",
        "iCalUId": "u1",
        "isCancelled": False,
        "sensitivity": "normal",
        "start": PAST,
        "organizer": {"emailAddress": {"name": "Me", "address": "me@firm.example"}},
        "attendees": invite("anne@acme.com"),
        "responseStatus": {"response": "organizer"},
    }
    return msgspec.convert(given | fields, Event)


def capture(series: Event | None = None, **fields: Any):
    return capture_meeting(make_event(**fields), series, b"s", FIRM, NOW)


def list_addresses(captured) -> list[str]:
    return sorted(person.address for person in captured.people)


def test_a_meeting_that_was_held_was_held_with_everyone_outside():
    captured = capture(attendees=invite("anne@acme.com", "bob@other.com", "colleague@firm.example"))
    assert list_addresses(captured) == ["anne@acme.com", "bob@other.com"]
    assert (captured.kind, captured.at, captured.is_planned) == (Kind.MEETING, 1_714_979_289, False)


def test_a_meeting_to_come_is_planned():
    assert capture(start=FUTURE).is_planned


def test_the_organiser_takes_part():
    organizer = {"emailAddress": {"name": "Anne", "address": "anne@acme.com"}}
    captured = capture(
        organizer=organizer, attendees=invite("me@firm.example"), responseStatus={"response": "accepted"}
    )
    assert list_addresses(captured) == ["anne@acme.com"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"isCancelled": True}, "cancelled"),
        ({"sensitivity": "private"}, "private"),
        ({"sensitivity": "confidential"}, "private"),
        ({"responseStatus": {"response": "declined"}}, "declined"),
        ({"attendees": invite("me@firm.example")}, "internal"),
        ({"attendees": []}, "internal"),
        ({"attendees": invite(*(f"p{number}@acme.com" for number in range(26)))}, "crowd"),
        ({"attendees": invite("room@acme.com", kind="resource")}, "internal"),
        ({"type": "seriesMaster"}, "series"),
        ({"isDraft": True}, "draft"),
    ],
)
def test_a_meeting_that_records_nothing_has_a_reason(fields, reason):
    assert capture(**fields) == reason


def test_25_attendees_and_a_room_are_not_a_crowd():
    rooms = invite("room@acme.com", kind="resource")
    captured = capture(attendees=[*invite(*(f"p{number}@acme.com" for number in range(25))), *rooms])
    assert len(captured.people) == 25


@pytest.mark.parametrize(
    "response", ["accepted", "tentativelyAccepted", "notResponded", "none", "organizer", "new-word"]
)
def test_B87_whatever_else_was_answered_the_meeting_counts(response):
    assert list_addresses(capture(responseStatus={"response": response})) == ["anne@acme.com"]


def test_F29_an_occurrence_takes_what_it_does_not_say_from_its_series():
    series = make_event(id="m", type="seriesMaster", attendees=invite("anne@acme.com", "bob@other.com"))
    bare = msgspec.convert({"id": "o", "type": "occurrence", "seriesMasterId": "m", "start": FUTURE}, Event)
    captured = capture_meeting(bare, series, b"o", FIRM, NOW)
    assert (list_addresses(captured), captured.is_planned) == (["anne@acme.com", "bob@other.com"], True)


@pytest.mark.parametrize(("field", "value"), [("isCancelled", True), ("sensitivity", "private")])
def test_F29_an_occurrence_of_a_series_that_is_off_is_off(field, value):
    series = make_event(id="m", type="seriesMaster", **{field: value})
    bare = msgspec.convert({"id": "o", "type": "occurrence", "seriesMasterId": "m", "start": FUTURE}, Event)
    assert isinstance(capture_meeting(bare, series, b"o", FIRM, NOW), str)


def test_F29_two_occurrences_of_one_series_are_two_meetings():
    series = make_event(id="m", type="seriesMaster")
    bare = {"type": "occurrence", "seriesMasterId": "m"}
    first = capture_meeting(msgspec.convert(bare | {"id": "a", "start": PAST}, Event), series, b"a", FIRM, NOW)
    second = capture_meeting(msgspec.convert(bare | {"id": "b", "start": FUTURE}, Event), series, b"b", FIRM, NOW)
    assert first.message != second.message


@pytest.mark.parametrize(
    ("start", "at"),
    [
        ({"dateTime": "2024-05-06T07:08:09", "timeZone": "Europe/Paris"}, 1_714_972_089),
        ({"dateTime": "2024-05-06T07:08:09", "timeZone": "Mars/Olympus Mons"}, 1_714_979_289),
        ({"dateTime": "2024-05-06T07:08:09", "timeZone": "../../etc/passwd"}, 1_714_979_289),
        ({"dateTime": "2024-05-06T07:08:09", "timeZone": None}, 1_714_979_289),
        ({"dateTime": "0001-01-01T00:00:00", "timeZone": "UTC"}, 0),
        ({"dateTime": "9999-12-31T23:59:59", "timeZone": "UTC"}, 0),
        ({"dateTime": None, "timeZone": "UTC"}, 0),
        (None, 0),
    ],
)
def test_B81_a_meeting_with_a_strange_time_is_kept(start, at):
    captured = capture(start=start)
    assert (captured.at, captured.is_planned, list_addresses(captured)) == (at, False, ["anne@acme.com"])


def invite_with(address: str, response: str) -> dict[str, Any]:
    return {"type": "required", "emailAddress": {"address": address}, "status": {"response": response}}


def test_who_declined_takes_no_part():
    attendees = [invite_with("anne@acme.com", "declined"), invite_with("bob@other.com", "none")]
    assert list_addresses(capture(attendees=attendees)) == ["bob@other.com"]


def test_a_meeting_whose_only_guest_declined_is_none():
    assert capture(attendees=[invite_with("anne@acme.com", "declined")]) == "declined"


STRANGER = {"emailAddress": {"name": "Anne", "address": "anne@acme.com"}}


@pytest.mark.parametrize(
    ("organizer", "response", "host"),
    [
        (STRANGER, "notResponded", "anne@acme.com"),
        (STRANGER, "none", "anne@acme.com"),
        (STRANGER, None, "anne@acme.com"),
        (STRANGER, "new-word", "anne@acme.com"),
        (STRANGER, "accepted", None),
        (STRANGER, "tentativelyAccepted", None),
        (STRANGER, "organizer", None),
        ({"emailAddress": {"address": "colleague@firm.example"}}, "notResponded", 8),
        ({"emailAddress": {"address": "colleague@firm.example"}}, "accepted", None),
        ({"emailAddress": {"address": "me@firm.example"}}, "notResponded", 7),  # sent to oneself in one's own name
        ({"emailAddress": {"address": "me@firm.example"}}, "organizer", None),
        ({"emailAddress": {"address": "/O=EXCHANGE/CN=BOB"}}, "notResponded", ""),
        ({"emailAddress": {"address": "IMCEAEX-_O=EVIL_CN=S@evil.example"}}, "notResponded", ""),
        ({"emailAddress": {"address": "COLLEAGUE@firm.example"}}, "notResponded", 8),
        ({"emailAddress": {"address": "partner@firm.example"}}, "notResponded", ""),  # whom the directory does not know
        ({"emailAddress": {"address": "colleague@sub.firm.example"}}, "notResponded", ""),
        ({"emailAddress": {"address": "IMCEAEX-_O=FIRM_CN=S@firm.example"}}, "notResponded", ""),
        ({"emailAddress": {"address": "noreply@acme.com"}}, "notResponded", ""),
        ({"emailAddress": {"address": "unknownorganizer@calendar.google.com"}}, "none", ""),
        (None, "none", ""),
    ],
)
def test_A4_an_outsiders_unanswered_invitation_depends_on_its_organiser(organizer, response, host):
    captured = capture(organizer=organizer, attendees=invite("bob@other.com"), responseStatus={"response": response})
    assert captured.organizer == host


@pytest.mark.parametrize(("own", "host"), [({"mk75@gmx.ch"}, None), (set(), "")])
def test_an_invitation_from_a_second_address_is_ones_own_once_the_user_said_so(own, host):
    firm = FIRM.for_owner(Owner("Keller, Marie (Basel)", own=frozenset(own)))
    organizer = {"emailAddress": {"name": "Marie Keller", "address": "mk75@gmx.ch"}}
    event = make_event(organizer=organizer, responseStatus={"response": "none"})
    captured = capture_meeting(event, None, b"s", firm, NOW)
    assert (captured.organizer, list_addresses(captured)) == (host, ["anne@acme.com"])


@pytest.mark.parametrize(
    ("address", "is_own"),
    [
        ("anne.martin75@gmail.com", True),
        ("martin-anne@bluewin.ch", True),
        ("a.martin@gmail.com", False),
        ("amartin@bluewin.ch", False),
        ("anne.m@gmail.com", False),
    ],
)
def test_an_address_without_a_name_is_ones_own_only_with_both_names_in_full(address, is_own):
    decision = FIRM.for_owner(Owner("Anne Martin")).decide(None, address)
    assert (decision == "own_address") is is_own


@pytest.mark.parametrize("name", ["Dr. Sören Müller", "Müller, Sören (Bern)", "MÜLLER Sören", "Sören Müller, LL.M."])
def test_the_users_name_is_read_as_a_directory_writes_it(name):
    assert FIRM.for_owner(Owner(name)).decide("Soeren Mueller", "sm@gmx.ch") == "own_address"
    assert FIRM.for_owner(Owner(name)).decide("Sven Mueller", "sm@gmx.ch") != "own_address"
