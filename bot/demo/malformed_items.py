"""Malformed and hostile items, by the row of the fault list that each belongs to.

`firm.send_mail(..., overrides=BAD_MESSAGES["B81 no sender"])` delivers one; `firm.schedule.hold(..., overrides=...)`
takes `BAD_EVENTS`. An override of `...` leaves the property out.
"""

from typing import Any

Json = dict[str, Any]
_MEGABYTE = 1_000_000


def _person(name: object, address: object) -> Json:
    return {"emailAddress": {"name": name, "address": address}}


def _attendee(name: object, address: object, **changes: Any) -> Json:
    status = {"response": "none", "time": "0001-01-01T00:00:00Z"}
    return {"type": "required", "status": status, **_person(name, address)} | changes


BAD_MESSAGES: dict[str, Json] = {
    "B77 markdown": {"from": _person("[click](javascript:alert(1)) **bold**", "md@hostile.example"), "subject": "# x"},
    "B77 html": {"from": _person("<img src=x onerror=alert(1)>", "html@hostile.example"), "subject": "<script>"},
    "B77 template": {"from": _person("${$root}", "template@hostile.example"), "subject": "${x}"},
    "B77 long subject": {"subject": "s" * _MEGABYTE},
    "B77 long name": {"from": _person("n" * _MEGABYTE, "long@hostile.example")},
    "B78 spoofed name": {"from": _person("partner@lex.example", "spoof@evil.example")},
    "B79 homograph": {"from": _person("Acme", "billing@аcme.example")},  # noqa: RUF001  # the first letter is Cyrillic
    "B79 plus tag": {"from": _person("Plus", "Jane+Orders@ACME.example")},
    "B79 quoted local part": {"from": _person("Quoted", '"john doe"@acme.example')},
    "B79 trailing dot": {"from": _person("Dot", "dot@acme.example.")},
    "B80 X500": {"toRecipients": [_person("Old Exchange", "/O=EXCHANGELABS/OU=EXCHANGE/CN=RECIPIENTS/CN=JDOE")]},
    "B80 group syntax": {"toRecipients": [_person("Team: a@x.example, b@x.example;", "Team:a@x.example;")]},
    "B80 no address": {"toRecipients": [{"emailAddress": {"name": "Nobody"}}, {"emailAddress": {}}, {}]},
    "B80 undisclosed": {"toRecipients": [_person("undisclosed-recipients:;", "undisclosed-recipients:;")]},
    "B81 no sender": {"from": None, "sender": None},
    "B81 sender left out": {"from": ..., "sender": ...},
    "B81 null subject": {"subject": None},
    "B81 dates left out": {"receivedDateTime": ..., "sentDateTime": ...},
    "B81 year 1": {"receivedDateTime": "0001-01-01T00:00:00Z", "sentDateTime": "0001-01-01T00:00:00Z"},
    "B81 year 9999": {"receivedDateTime": "9999-12-31T23:59:59Z", "sentDateTime": "9999-12-31T23:59:59Z"},
    "B81 no date": {"receivedDateTime": "last tuesday", "sentDateTime": ""},
    "B82 crowd": {"toRecipients": [_person(f"P{number}", f"p{number}@crowd.example") for number in range(5000)]},
    "B83 NUL": {"from": _person("N\x00ul", "nul@hostile.example"), "subject": "a\x00b"},
    "B83 lone surrogate": {"from": _person("Half \ud83d", "half@hostile.example"), "internetMessageId": "<\udc00@x>"},
    "B84 no-reply": {"from": _person("Service", "no-reply@machines.example")},
    "B84 bounce": {"from": _person("Mail Delivery", "MAILER-DAEMON@machines.example")},
    "B85 private": {"sensitivity": "private", "categories": ["Legal privilege"]},
    "B87 unknown values": {"importance": "cosmic", "newProperty": {"deep": [1, {"x": None}]}},
    "B87 number as text": {"isRead": "true", "hasAttachments": "0"},
    "B87 wrong types": {"toRecipients": "jane@acme.example", "from": ["x"], "internetMessageId": 5},
    "B87 null lists": {"toRecipients": None, "ccRecipients": None, "bccRecipients": None},
}
"""Properties of messages that Graph gives in place of the true ones."""

BAD_EVENTS: dict[str, Json] = {
    "B77 html": {"organizer": _person("<b>Boss</b>", "boss@hostile.example"), "subject": "<script>"},
    "B80 no address": {"attendees": [{"type": "required", "emailAddress": {}}, {"type": "required"}]},
    "B81 no start": {"start": None, "end": None},
    "B81 bad time zone": {"start": {"dateTime": "2026-03-02T09:00:00", "timeZone": "Customized Time Zone"}},
    "B81 no time": {"start": {"dateTime": "soon", "timeZone": "UTC"}},
    "B81 no organizer": {"organizer": None},
    "B82 crowd": {"attendees": [_attendee(f"P{number}", f"p{number}@crowd.example") for number in range(10_000)]},
    "B83 lone surrogate": {"attendees": [_attendee("Half \ud83d", "half@hostile.example")]},
    "B85 private": {"sensitivity": "private"},
    "B85 confidential": {"sensitivity": "confidential"},
    "B87 unknown values": {"type": "holiday", "sensitivity": "cosmic", "responseStatus": {"response": "maybe"}},
    "B87 wrong types": {"attendees": {}, "isCancelled": "false", "iCalUId": 7},
}
"""Properties of events likewise."""
