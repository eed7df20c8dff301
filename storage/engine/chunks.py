"""Long lists in pieces: a query names no more rows at once than every database takes."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")

CHUNK = 200
"""SQLite allows an expression no more than 1,000 deep, and a row named by its key adds two or three."""


def split(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """Return the items in lists of at most `size`."""
    rest = iter(items)
    while chunk := list(islice(rest, size)):
        yield chunk
