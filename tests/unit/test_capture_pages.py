import json
from typing import Any

import pytest

from bot.graph.client.errors import GraphError
from bot.graph.sync.pages import UNSET, Event, Message, MessageKey, PageReader

MESSAGES = PageReader(Message)
LINK = "https://graph.example/v1.0/next"


def page(*items: Any, **more: Any) -> bytes:
    return json.dumps({"@odata.context": "x", "value": list(items), "@odata.nextLink": LINK} | more).encode()


def test_a_page_is_read_into_small_structs():
    read = MESSAGES.read(page({"id": "1", "toRecipients": [{"emailAddress": {"name": "A", "address": "a@acme.com"}}]}))
    assert read.items[0].to_recipients[0].email_address.address == "a@acme.com"
    assert (read.next_link, read.delta_link) == (LINK, "")


def test_F20_a_missing_field_is_not_an_empty_one():
    missing, empty = MESSAGES.read(page({"id": "1"}, {"id": "2", "toRecipients": [], "from": None})).items
    assert (missing.to_recipients, missing.from_) == (UNSET, UNSET)
    assert (empty.to_recipients, empty.from_) == ([], None)


@pytest.mark.parametrize(
    "item",
    [
        {"id": "1", "isDraft": "false", "importance": "very-new", "brandNewField": {"a": [1]}},
        {"id": "1", "flag": None, "from": {"emailAddress": {"address": "a@b.de", "name": None, "more": 1}}},
        {"id": "1", "previousvalue": [{"a": 1}], "@odata.nextLinks": 1},
    ],
)
def test_B87_unknown_words_new_fields_and_booleans_as_text_are_taken(item):
    read = MESSAGES.read(page(item))
    assert (len(read.items), read.poisons) == (1, {})


@pytest.mark.parametrize(
    "poison",
    [
        {"id": 5, "toRecipients": "x"},
        {"id": "p", "toRecipients": "everyone"},
        {"id": "p", "toRecipients": [["a", "b"]]},
        {"id": "p", "from": ["x"]},
        {"id": "p", "internetMessageId": {"a": 1}},
        {"subject": "no id at all"},
        "not an object",
        None,
        7,
    ],
)
def test_F25_a_poison_item_is_set_aside_and_the_page_goes_on(poison):
    read = MESSAGES.read(page({"id": "good"}, poison, {"id": "also-good"}))
    assert [item.id for item in read.items] == ["good", "also-good"]
    assert len(read.poisons) == 1


def test_B83_half_a_surrogate_pair_is_cleaned_and_the_item_read():
    body = rb'{"value":[{"id":"1","subject":"a\ud800b"},{"id":"2"}],"@odata.deltaLink":"d"}'
    read = MESSAGES.read(body)
    assert ([item.subject for item in read.items], read.poisons) == (["ab", None], {})


def test_B83_bytes_that_are_no_utf8_are_replaced_and_the_item_read():
    read = MESSAGES.read(b'{"value":[{"id":"1","subject":"a\xffb"}],"@odata.deltaLink":"d"}')
    assert len(read.items) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"<html><body>Sign in</body></html>",
        b'{"error":{"code":"x"}}',
        b'{"value":[]}',
        b'{"value":null,"@odata.deltaLink":"d"}',
        b'{"@odata.deltaLink":"d"}',
        page({"id": "1"})[:-20],
        b'{"value":[{"id":"1"}],"@odata.deltaLink":"d","value":[]}',
        b'{"@odata.deltaLink":"evil","value":[],"@odata.deltaLink":"d"}',
        b'{"value":[],"@odata.nextLink":"n","@odata.deltaLink":"d"}',
        b'{"value":' + b"[" * 100_000,
    ],
)
def test_F35_an_answer_that_is_no_page_is_a_failure_and_never_no_data(body):
    with pytest.raises(GraphError):
        MESSAGES.read(body)


def test_removed_items_are_read():
    read = PageReader(Event).read(page({"id": "1", "@removed": {"reason": "deleted"}}))
    assert read.items[0].removed == {"reason": "deleted"}


def test_F22_two_pages_with_the_same_items_have_the_same_fingerprint():
    one, same, other = (MESSAGES.read(page({"id": name})) for name in ("a", "a", "b"))
    assert one.fingerprint == same.fingerprint != other.fingerprint
    assert MESSAGES.read(page()).fingerprint == 0


KEYS = PageReader(MessageKey)


def test_only_some_items_of_a_page_can_be_read_whole():
    body = page(*({"id": str(number), "subject": f"s{number}"} for number in range(5)))
    some = MESSAGES.read_some(KEYS.read(body), [1, 3])
    assert [(item.id, item.subject) for item in some.items] == [("1", "s1"), ("3", "s3")]


def test_F25_an_item_whose_key_can_be_read_and_the_rest_not_is_set_aside():
    body = page({"id": "a"}, {"id": "p", "toRecipients": "everyone"}, {"id": "b"})
    some = MESSAGES.read_some(KEYS.read(body), [0, 1, 2])
    assert ([item.id for item in some.items], list(some.poisons)) == (["a", "b"], ["p"])


def test_B83_a_page_that_had_to_be_mended_is_read_whole():
    keys = KEYS.read(rb'{"value":[{"id":"1","subject":"a\ud800b"},{"id":"2"}],"@odata.deltaLink":"d"}')
    assert [item.subject for item in MESSAGES.read_some(keys, [0]).items] == ["ab", None]
