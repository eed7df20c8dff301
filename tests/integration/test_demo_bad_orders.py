"""Whatever is posted to the demo's own endpoints gets a sentence, and no order is carried out by half."""

import io
import json

import pytest

ANNE = ["Anne", "anne.martin@lex.example"]
CARL = ["Carl", "carl@acme.example"]
MAIL = {"from": CARL, "to": [ANNE], "subject": "Hello"}
MEETING = {"organizer": ANNE, "attendees": [CARL], "start": "2026-03-01T10:00:00Z", "end": "2026-03-01T11:00:00Z"}
NO_PAIRS = (5, "x", {"a": 1}, ["a", "b@c.example"], [[]], [["a"]], [["a", None]], [[1, "a@b.example"]], [None])
NO_PAIR = (None, "a@b.example", [], ["a"], ["a", "b", "c"], [1, 2], [["a", "b@c.example"]], {"name": "a"}, ["A", " "])


async def post(graph, path: str, body: bytes, **headers: str):
    url = f"{graph.microsoft.cloud.url}{path}"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    async with graph.session.post(url, data=io.BytesIO(body), headers=named) as response:
        return response.status, await response.text()


async def refuse(graph, firm, path: str, order: dict) -> str:
    """Post what cannot be carried out; gives the sentence."""
    status, text = await post(graph, path, json.dumps(order).encode())
    assert (status, firm.truth.copies) == (400, []), order
    return json.loads(text)["error"]


@pytest.mark.parametrize("name", ["to", "cc", "bcc"])
async def test_recipients_that_are_no_pairs_are_refused_by_the_name_of_their_list(graph, firm, name):
    for value in NO_PAIRS:
        assert (await refuse(graph, firm, "/demo/mail", {**MAIL, name: value})).startswith(f"'{name}' must be")


async def test_a_mail_from_nobody_or_to_nobody_is_refused(graph, firm):
    for value in NO_PAIR:
        assert (await refuse(graph, firm, "/demo/mail", {**MAIL, "from": value})).startswith("'from' must be")
    for value in (None, []):
        assert "recipient" in await refuse(graph, firm, "/demo/mail", {**MAIL, "to": value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("date", value) for value in (5, [], "", "yesterday", "2026-02-30T00:00:00Z", "9999-12-31T23:00:00-14:00")),
        *(("subject", value) for value in (5, True, ["a"])),
        *(("message_id", value) for value in (5, ["a"], {"a": 1})),
        *(("headers", value) for value in (5, [], {"a": 1}, {"a": {}})),
        *(("user", value) for value in (None, 1, "nobody", [])),
    ],
)
async def test_any_other_field_of_a_mail_that_makes_no_sense_is_named(graph, firm, name, value):
    assert f"'{name}'" in await refuse(graph, firm, "/demo/mail", {**MAIL, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("organizer", value) for value in NO_PAIR),
        *(("attendees", value) for value in NO_PAIRS),
        *(("start", value) for value in (None, 5, "x", "2027-01-01", "0001-01-01T00:00:00+14:00")),
        *(("sensitivity", value) for value in ([], "secret", None)),
    ],
)
async def test_a_meeting_that_makes_no_sense_is_refused_with_what_is_wrong(graph, firm, name, value):
    assert f"'{name}'" in await refuse(graph, firm, "/demo/meeting", {**MEETING, name: value})


@pytest.mark.parametrize(
    "body", [b"", b"{", b"null", b"[]", b'"x"', b"1", b"\xff\xfe", b"[" * 100_000, b"{" * 9, b'{"to":' + b"9" * 9_000]
)
async def test_what_is_no_json_object_is_refused(graph, body):
    for path in ("/demo/mail", "/demo/meeting", "/demo/faults"):
        status, text = await post(graph, path, body)
        assert (status, json.loads(text)["error"].startswith("The body must be")) == (400, True)


async def test_a_body_that_is_not_packed_as_it_says_is_refused(graph):
    for packing in ("gzip", "deflate"):
        assert (await post(graph, "/demo/mail", b"garbage", Content_Encoding=packing))[0] == 400


async def test_B77_a_subject_of_megabytes_is_delivered_and_more_is_refused_with_a_sentence(graph, firm):
    assert (await post(graph, "/demo/mail", json.dumps({**MAIL, "subject": "x" * 3_000_000}).encode()))[0] == 201
    status, text = await post(graph, "/demo/mail", b" " * (17 << 20))
    assert (status, json.loads(text)["error"]) == (413, "The body is larger than 16 MB.")


@pytest.mark.parametrize("after", ["x", "-1", "1.5", "²", "9" * 5_000, "%00"])
async def test_a_place_in_what_was_sent_that_is_no_number_is_refused(graph, after):
    async with graph.session.get(f"{graph.microsoft.cloud.url}/demo/sent?after={after}") as response:
        assert (response.status, await response.json()) == (400, {"error": "'after' must be a number."})


@pytest.mark.parametrize(
    "order",
    [{}, {"kind": 5}, {"kind": "gone", "path": 5}, {"kind": "gone", "path": "("}, {"kind": "gone", "self": 1}]
    + [{"kind": "gone", name: value} for name, value in (("share", None), ("count", "x"), ("edge", []))],
)
async def test_a_fault_that_makes_no_sense_is_refused_and_not_switched_on(graph, order):
    status, text = await post(graph, "/demo/faults", json.dumps(order).encode())
    assert (status, list(graph.microsoft.faults)) == (400, [])
    assert "argument" not in text
