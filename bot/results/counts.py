"""How many there are of what was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.results.base import Result
from bot.results.lists import Listing
from storage.lists.filters import to_json


@dataclass(frozen=True, slots=True, kw_only=True)
class ListCounted(Result):
    """How many rows a list has, and, where it is the reader's own and empty, how many the firm's has."""

    listing: Listing
    count: int
    firm_count: int = 0
    reading: str = ""
    """How much of the mailboxes was read so far, where it is not all of one's own."""

    @property
    def data(self) -> dict[str, Any]:
        """The numbers, and the filter that they are of."""
        counts = {"count": self.count, "firm_count": self.firm_count, "reading": self.reading}
        return counts | {"filter": to_json(self.listing.filter)}

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The list that was counted, for "this"."""
        return {"filter": to_json(self.listing.filter), "view_id": self.listing.view_id}
