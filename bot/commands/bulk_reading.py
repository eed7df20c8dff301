"""Who reads contacts in bulk, page by page and list by list: that is written down as an export is.

Each process counts for itself, and for as many people as it may remember.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from bot.commands.list_rows import USUAL
from bot.results.lists import ListShown, RowsGiven
from bot.turn import Found, Record
from storage.lists.filters import to_json
from storage.viewer import Viewer

SECONDS: Final = 600
"""What somebody reads in so many seconds is one reading."""
MOST_PEOPLE: Final = 500
MOST_ROWS: Final = 1_000
"""Contacts of one reading that are remembered, so that reading one again counts once; then the next reading begins."""


@dataclass(slots=True)
class _Reading:
    began_at: int
    seen: set[int] = field(default_factory=set)
    recorded: int = 0
    """As many of them are written down."""


class BulkReading:
    """Counts the contacts that each person was given in lists."""

    def __init__(self) -> None:
        self._readings: OrderedDict[tuple[int, int], _Reading] = OrderedDict()

    def find_record(self, viewer: Viewer, found: Found | None, now: int) -> Record | None:
        """Count what a reply gives; return what is to be written down of it, if it is more than usual by now."""
        if not isinstance(found, ListShown | RowsGiven) or found.listing.filter.of != "contacts":
            return None
        reading = self._get_reading((viewer.tenant_id, viewer.user_id), now)
        reading.seen.update(row.id for row in found.page.rows)
        count = len(reading.seen) - reading.recorded
        if count <= USUAL:
            return None
        return Record("export", "contacts", {"filter": to_json(found.listing.filter), "format": "rows", "rows": count})

    def settle(self, viewer: Viewer, record: Record) -> None:
        """Count on from what was written down."""
        reading = self._readings.get((viewer.tenant_id, viewer.user_id))
        if reading is not None:
            reading.recorded = min(reading.recorded + record.after["rows"], len(reading.seen))

    def _get_reading(self, person: tuple[int, int], now: int) -> _Reading:
        reading = self._readings.pop(person, None)
        is_over = reading is None or now - reading.began_at > SECONDS
        if reading is None or is_over or (len(reading.seen) > MOST_ROWS and reading.recorded == len(reading.seen)):
            reading = _Reading(now)
        self._readings[person] = reading
        while len(self._readings) > MOST_PEOPLE:
            self._readings.popitem(last=False)
        return reading
