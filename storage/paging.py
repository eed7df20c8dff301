"""Keyset paging: a cursor says after (or before) which row a page begins; no page ever counts the rows before it.

A cursor holds the sort key and the number of a row that its reader saw, and nothing else. It is never trusted: it moves
the place in a list, and who may see what is asked anew on every page.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

import msgspec

Row = TypeVar("Row")

LAST = "last"
"""The cursor of the last page."""


class CursorError(ValueError):
    """A cursor that was not made for this list."""


class Cursor(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A place in a list: after (`next`) or before (`previous`) the row with this sort key and number."""

    to: Literal["next", "previous"]
    sort: Literal["last", "name", "count"]
    key: int | str
    id: int


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
        """Say whether nothing stands before these rows."""
        return self.previous is None
