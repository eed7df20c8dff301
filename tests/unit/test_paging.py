"""A cursor is never trusted."""

import base64

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import CursorError
from storage.lists.paging import LAST, make_page, read_cursor

SORTS = st.sampled_from(("last", "name", "count"))


def get_place(row):
    return row[-1], row[0]


def make(rows, cursor=None, limit=2):
    return make_page(rows, lambda row: row[0], get_place=get_place, sort="last", cursor=cursor, limit=limit)


def pack(value) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(value)).decode()


def test_the_first_page_has_a_next_only_if_there_is_more():
    assert make([(3, 30), (2, 20)]).next is None
    page = make([(3, 30), (2, 20), (1, 10)])
    assert (page.rows, page.is_first) == ((3, 2), True)
    assert read_cursor(page.next, "last").id == 2


def test_a_page_read_backwards_is_shown_forwards():
    page = make([(1, 10), (2, 20), (3, 30)], read_cursor(LAST, "last"))
    assert (page.rows, page.next) == ((2, 1), None)
    assert read_cursor(page.previous, "last").key == 20


def test_an_empty_page_behind_the_end_leads_back_to_the_last_one():
    page = make([], read_cursor(make([(3, 30), (2, 20), (1, 10)]).next, "last"))
    assert (page.rows, page.next, page.previous) == ((), None, LAST)


BAD = [
    "",
    "first",
    "!!!",
    "é",
    pack(None),
    pack(["next", "last", 1]),
    pack(["next", "last", 1, 2, 3]),
    pack(["up", "last", 1, 2]),
    pack(["next", "count", 1, 2]),
    pack(["next", "last", "1", 2]),
    pack(["next", "last", None, 2]),
    pack(["next", "last", 2**63, 2]),
    pack(["next", "last", 1, 0]),
    pack(["next", "last", 1, 2**63]),
    pack(["next", "last", True, 2]),
    pack(["next", "last", 1.5, 2]),
    "A" * 100_000,
]


@pytest.mark.parametrize("text", BAD, ids=lambda text: text[:24])
def test_B39_a_cursor_that_was_not_made_here_is_a_clear_error(text):
    with pytest.raises(CursorError):
        read_cursor(text, "last")


def test_a_cursor_by_name_holds_no_nul():
    with pytest.raises(CursorError):
        read_cursor(pack(["next", "name", "a\0b", 1]), "name")


@given(st.text() | st.binary().map(lambda data: base64.urlsafe_b64encode(data).decode()), SORTS)
def test_nonsense_is_a_cursor_error_and_nothing_else(text, sort):
    try:
        cursor = read_cursor(text, sort)
    except CursorError:
        return
    assert text == LAST or cursor.sort == sort
