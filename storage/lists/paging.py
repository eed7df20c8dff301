"""Keyset paging: a cursor says after (or before) which row a page begins; no page ever counts the rows before it.

A cursor holds the sort key and the number of a row that its reader saw, and nothing else. It is never trusted: it moves
the place in a list, and who may see what is asked anew on every page.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Literal, TypeVar

import msgspec

from storage.errors import CursorError
from storage.lists.filters import Sort, is_id

Row = TypeVar("Row")

LAST = "last"
"""The cursor of the last page."""
_LONGEST = 2000
_HIGHEST = 2**63


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A place in a list: after (`next`) or before (`previous`) the row with this sort key and number."""

    to: Literal["next", "previous"]
    sort: Sort
    key: int | str | None = None
    """None is the very end."""
    id: int = 0


_decoder = msgspec.msgpack.Decoder(Cursor)
_encoder = msgspec.msgpack.Encoder()


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list in its order, and the cursors of its neighbours."""

    rows: Sequence[Row]
    next: str | None = None
    """None on the last page."""
    previous: str | None = None
    """None on the first page."""

    @property
    def is_first(self) -> bool:
        """Return whether nothing stands before these rows."""
        return self.previous is None


def read_cursor(text: str | None, sort: Sort) -> Cursor | None:
    """Read a cursor of a list sorted by `sort`; None is the first page. Raises `CursorError`."""
    if text is None:
        return None
    if text == LAST:
        return Cursor("previous", sort)
    try:
        cursor = _decoder.decode(base64.b64decode(text[:_LONGEST].encode(), altchars=b"-_", validate=True))
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise CursorError("not a cursor") from error
    if cursor.sort != sort or not is_id(cursor.id) or not _is_key(cursor.key, sort):
        raise CursorError("a cursor of another list")
    return cursor


def _is_key(key: int | str | None, sort: Sort) -> bool:
    if sort == "name":
        return isinstance(key, str) and "\0" not in key
    return isinstance(key, int) and -_HIGHEST <= key < _HIGHEST


def _write_cursor(to: Literal["next", "previous"], sort: Sort, key: int | str, id_: int) -> str:
    return base64.urlsafe_b64encode(_encoder.encode(Cursor(to, sort, key, id_))).decode()


def make_page(
    found: Sequence[Any],
    make_row: Callable[[Any], Row],
    *,
    get_place: Callable[[Any], tuple[int | str, int]],
    sort: Sort,
    cursor: Cursor | None,
    limit: int,
) -> Page[Row]:
    """Make a page of what was found in the direction of reading: up to `limit` rows, and one more if there are more.

    `get_place` gives a found row's sort key and number.
    """
    has_more = len(found) > limit
    kept = list(found[:limit])
    has_before, has_after = cursor is not None, has_more
    if cursor is not None and cursor.to == "previous":
        kept.reverse()
        has_before, has_after = has_more, cursor.key is not None
    if not kept:
        return Page(rows=(), previous=LAST if has_before else None)
    return Page(
        rows=tuple(make_row(row) for row in kept),
        next=_write_cursor("next", sort, *get_place(kept[-1])) if has_after else None,
        previous=_write_cursor("previous", sort, *get_place(kept[0])) if has_before else None,
    )
