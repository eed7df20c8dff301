from typing import Any

import msgspec
import pytest

from bot.graph.sync.capture import capture_mail, get_message_source
from bot.graph.sync.firm import Firm
from bot.graph.sync.pages import Message, PageReader
from storage.models import Kind

NOW = 1_800_000_000
FIRM = Firm(["firm.example", "firm-legal.example"])
SENT_AT = "2024-05-06T07:08:09Z"
SENT_AT_SECONDS = 1_714_979_289
READER = PageReader(Message)


def to(*addresses: str | None) -> list[dict[str, Any]]:
    return [{"emailAddress": {"name": "", "address": address}} for address in addresses]


def capture(kind: Kind, firm: Firm = FIRM, **fields: Any):
    given = {"id": "1", "internetMessageId": "<1@acme.com>", "isDraft": False, "sentDateTime": SENT_AT} | fields
    message = msgspec.convert(given, Message)
    return capture_mail(message, kind, get_message_source(message, kind), firm, NOW)


def list_addresses(captured) -> list[str]:
    return [person.address for person in captured.people]


def test_a_sent_mail_reaches_every_outside_recipient_once():
    captured = capture(
        Kind.SENT,
        toRecipients=to("anne@acme.com", "colleague@firm.example"),
        ccRecipients=to("ANNE@acme.com", "bob@other.com"),
        bccRecipients=to("carol@third.com"),
    )
    assert list_addresses(captured) == ["anne@acme.com", "bob@other.com", "carol@third.com"]
    assert (captured.kind, captured.at, captured.is_planned) == (Kind.SENT, SENT_AT_SECONDS, False)


def test_a_received_mail_is_from_its_sender_alone():
    captured = capture(
        Kind.RECEIVED, **{"from": to("anne@acme.com")[0]}, toRecipients=to("me@firm.example", "bob@other.com")
    )
    assert list_addresses(captured) == ["anne@acme.com"]


def test_B78_the_address_decides_and_the_display_name_never():
    sender = {"emailAddress": {"name": "partner@firm.example", "address": "evil@acme.com"}}
    captured = capture(Kind.RECEIVED, **{"from": sender}, toRecipients=[])
    assert list_addresses(captured) == ["evil@acme.com"]


@pytest.mark.parametrize("address", ["x@firm.example", "x@mail.firm.example", "x@FIRM-LEGAL.example."])
def test_the_firms_domains_and_all_below_them_are_inside(address):
    assert capture(Kind.SENT, toRecipients=to(address)) == "internal"


@pytest.mark.parametrize("address", ["x@myfirm.example", "x@firm.example.com", "x@firm.example.evil.org"])
def test_a_domain_that_only_looks_like_the_firms_is_outside(address):
    assert list_addresses(capture(Kind.SENT, toRecipients=to(address))) == [address]


def test_free_mail_makes_a_person_and_no_company():
    captured = capture(Kind.SENT, toRecipients=to("jean@gmail.com", "anne@mail.acme.co.uk"))
    assert [(person.address, person.domain) for person in captured.people] == [
        ("jean@gmail.com", ""),
        ("anne@mail.acme.co.uk", "acme.co.uk"),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"isRead": True}, "partial"),
        ({"toRecipients": [], "ccRecipients": [], "bccRecipients": []}, "no_address"),
        ({"toRecipients": None, "ccRecipients": None, "bccRecipients": None}, "no_address"),
        ({"toRecipients": to("anne@acme.com"), "isDraft": True}, "draft"),
        ({"toRecipients": to("anne@acme.com"), "@odata.type": "#microsoft.graph.eventMessageRequest"}, "calendar"),
        ({"toRecipients": to(*(f"p{number}@acme.com" for number in range(51)))}, "crowd"),
        ({"toRecipients": to("me@firm.example", "list@lists.acme.com")}, "mailing_list"),
        ({"toRecipients": to("noreply@acme.com")}, "no_reply"),
        ({"toRecipients": to("", None)}, "no_address"),
        ({"toRecipients": to("/o=acme/cn=x")}, "x500"),
    ],
)
def test_a_sent_mail_that_records_nothing_has_a_reason(fields, reason):
    assert capture(Kind.SENT, **fields) == reason


def test_fifty_recipients_are_not_a_crowd():
    captured = capture(Kind.SENT, toRecipients=to(*(f"p{number}@acme.com" for number in range(50))))
    assert len(captured.people) == 50


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("List-Id", "<partners.acme.com>"),
        ("list-unsubscribe", "<mailto:x@acme.com>"),
        ("Precedence", "bulk"),
        ("Precedence", "list"),
        ("Auto-Submitted", "auto-replied"),
        ("Auto-Submitted", "auto-generated"),
        ("Return-Path", "<>"),
    ],
)
def test_B84_a_list_or_a_machine_is_known_by_its_headers(name, value):
    headers = [{"name": name, "value": value}]
    assert capture(Kind.RECEIVED, **{"from": to("anne@acme.com")[0]}, internetMessageHeaders=headers) == "bulk"


@pytest.mark.parametrize(("name", "value"), [("Auto-Submitted", "no"), ("Precedence", "first-class"), (None, None)])
def test_ordinary_headers_are_no_sign_of_a_machine(name, value):
    headers = [{"name": name, "value": value}, {"name": "Return-Path", "value": "<anne@acme.com>"}]
    captured = capture(Kind.RECEIVED, **{"from": to("anne@acme.com")[0]}, internetMessageHeaders=headers)
    assert list_addresses(captured) == ["anne@acme.com"]


def test_F20_a_later_item_with_only_what_changed_says_nothing_of_people():
    assert capture(Kind.RECEIVED, parentFolderId="archive") == "partial"


@pytest.mark.parametrize(
    "date",
    [None, "", "0001-01-01T00:00:00Z", "1656-02-03T00:00:00Z", "9999-12-31T23:59:59Z", "2102-01-01T00:00:00Z", "x"],
)
def test_B81_a_mail_without_a_believable_date_is_kept_without_one(date):
    captured = capture(Kind.SENT, toRecipients=to("anne@acme.com"), sentDateTime=date, receivedDateTime=date)
    assert (captured.at, list_addresses(captured)) == (0, ["anne@acme.com"])


def test_B81_a_received_mail_was_received_when_it_arrived_whatever_it_says():
    times = {"sentDateTime": "2020-01-01T00:00:00Z", "receivedDateTime": SENT_AT}
    assert capture(Kind.RECEIVED, **{"from": to("anne@acme.com")[0]}, **times).at == SENT_AT_SECONDS


def test_B81_a_mail_without_a_sender_records_nothing():
    assert capture(Kind.RECEIVED, **{"from": None}) == "no_address"
    assert capture(Kind.RECEIVED, **{"from": {"emailAddress": None}}) == "no_address"


def test_F28_a_mail_is_the_same_mail_under_another_id():
    first = capture(Kind.SENT, id="1", toRecipients=to("anne@acme.com"))
    moved = capture(Kind.SENT, id="2", toRecipients=to("anne@acme.com"))
    other = capture(Kind.SENT, id="1", toRecipients=to("anne@acme.com"), internetMessageId="<2@acme.com>")
    assert first.source == moved.source != other.source


def test_a_mail_without_a_message_id_is_known_by_its_own():
    first = capture(Kind.SENT, id="1", toRecipients=to("anne@acme.com"), internetMessageId=None)
    other = capture(Kind.SENT, id="2", toRecipients=to("anne@acme.com"), internetMessageId=None)
    assert first.source != other.source


def test_copies_in_two_mailboxes_share_their_message_digest():
    sent = capture(Kind.SENT, toRecipients=to("anne@acme.com"))
    received = capture(Kind.RECEIVED, **{"from": to("anne@acme.com")[0]})
    assert sent.message == received.message


def test_a_subject_is_content_and_kept_only_where_the_firm_wants_it():
    keeping = Firm(["firm.example"], keeps_subjects=True)
    fields = {"toRecipients": to("anne@acme.com"), "subject": "Privileged\x00 \u202ematter"}
    assert capture(Kind.SENT, **fields).subject is None
    assert capture(Kind.SENT, keeping, **fields).subject == "Privileged matter"


def test_the_better_of_two_names_in_one_mail_is_taken():
    recipients = [
        {"emailAddress": {"name": "anne@acme.com", "address": "anne@acme.com"}},
        {"emailAddress": {"name": "Martin, Anne", "address": "Anne@acme.com"}},
    ]
    captured = capture(Kind.SENT, toRecipients=recipients)
    assert [person.name for person in captured.people] == ["Anne Martin"]
