"""Who reads contacts in bulk, page by page and list by list: that is written down as an export is.

Each process counts some rows by itself; what is more than that is added up in the database, so that it makes no
difference how many processes answer. Each remembers as many people as it may.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from bot.commands.list_rows import USUAL
from bot.results.lists import ListShown, RowsGiven
from bot.turn import Found, Turn
from storage.engine.connection import Connection
from storage.lists.filters import Filter, to_json
from storage.record.audit import add_audit
from storage.record.bulk_reads import SECONDS, BulkReadRow, hold_bulk_read, set_bulk_read
from storage.viewer import Viewer

MOST_PEOPLE: Final = 500
MOST_ROWS: Final = 1_000
"""Contacts of one reading that are remembered, so that reading one again counts once; then the next reading begins."""
UNSHARED: Final = 25
"""Contacts that a process may know of by itself: reading a page or two writes nothing."""


@dataclass(slots=True)
class _Reading:
    began_at: int
    seen: set[int] = field(default_factory=set)
    shared: int = 0
    """As many of them are in the database."""
    recorded: int = 0
    """As many of them are written down."""


class BulkReading:
    """Counts the contacts that each person was given in lists."""

    def __init__(self) -> None:
        self._readings: OrderedDict[tuple[int, int], _Reading] = OrderedDict()

    def find_shared(self, viewer: Viewer, found: Found | None, now: int) -> Filter | None:
        """Count what a reply gives; return its filter where other processes have to know of it."""
        if not isinstance(found, ListShown | RowsGiven) or found.listing.filter.of != "contacts":
            return None
        reading = self._get_reading((viewer.tenant_id, viewer.user_id), now)
        reading.seen.update(row.id for row in found.page.rows)
        is_much = len(reading.seen) - reading.recorded > USUAL
        is_new = len(reading.seen) > reading.shared
        return found.listing.filter if is_new and (is_much or len(reading.seen) - reading.shared > UNSHARED) else None

    async def share(self, connection: Connection, turn: Turn, filter_: Filter) -> None:
        """Add up what all processes gave a person, and write it down as an export where it is more than usual."""
        reading = self._get_reading((turn.viewer.tenant_id, turn.viewer.user_id), turn.now)
        held = await hold_bulk_read(connection, turn.viewer, reading.began_at, turn.now)
        if len(held.seen) > MOST_ROWS and held.recorded == len(held.seen):
            held = BulkReadRow(reading.began_at)
        held = replace(held, seen=held.seen | reading.seen)
        if (count := len(held.seen) - held.recorded) > USUAL:
            after = {"filter": to_json(filter_), "format": "rows", "rows": count}
            source = turn.source
            await add_audit(
                connection, turn.viewer, "export", "contacts", None, after=after, now=turn.now, source=source
            )
            held = replace(held, recorded=len(held.seen))
        await set_bulk_read(connection, turn.viewer, held)
        reading.began_at, reading.seen = held.began_at, set(held.seen)
        reading.shared, reading.recorded = len(held.seen), held.recorded

    def _get_reading(self, person: tuple[int, int], now: int) -> _Reading:
        reading = self._readings.pop(person, None)
        is_over = reading is None or now - reading.began_at > SECONDS
        if reading is None or is_over or (len(reading.seen) > MOST_ROWS and reading.recorded == len(reading.seen)):
            reading = _Reading(now)
        self._readings[person] = reading
        while len(self._readings) > MOST_PEOPLE:
            self._readings.popitem(last=False)
        return reading
