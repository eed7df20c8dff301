"""Who reads contacts in bulk, by whatever question: that is written down as an export is.

Each process counts some rows by itself; what is more than that is added up in the database, so that it makes no
difference how many processes answer. Each remembers as many people as it may.
"""

from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import Final

from bot.commands.list_rows import USUAL
from bot.results.base import Result
from bot.results.given import list_given
from bot.results.lists import ListShown, RowsGiven
from bot.turn import Json
from storage.engine.connection import Connection
from storage.lists.filters import to_json
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


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for last, and what came."""

    verb: str
    result: Result

    @property
    def of(self) -> str:
        """What was read: companies are where they are read as plain rows."""
        return self.result.listing.filter.of if isinstance(self.result, RowsGiven) else "contacts"

    def describe(self) -> Json:
        """Return what the audit says was asked: the filter of a list, else the verb."""
        if isinstance(self.result, ListShown | RowsGiven):
            return {"filter": to_json(self.result.listing.filter)}
        return {"verb": self.verb}


def _list_counted(result: Result) -> frozenset[int]:
    """Return the numbers of the contacts that a result gives; of companies in plain rows, below zero."""
    if isinstance(result, RowsGiven) and result.listing.filter.of == "companies":
        return frozenset(-row.id for row in result.page.rows) | list_given(result)
    return list_given(result)


def _reads_on(result: Result) -> bool:
    return isinstance(result, RowsGiven) and result.listing.cursor is not None


class BulkReading:
    """Counts the contacts that each person was given, in lists, on cards, and in what is asked back."""

    def __init__(self) -> None:
        self._readings: OrderedDict[tuple[int, int], _Reading] = OrderedDict()

    def count(self, viewer: Viewer, result: Result, now: int) -> bool:
        """Count what a result gives; say whether other processes have to know of it."""
        given = _list_counted(result)
        if not given:
            return False
        reading = self._get_reading((viewer.tenant_id, viewer.user_id), now)
        reading.seen.update(given)
        is_much = len(reading.seen) - reading.recorded > USUAL or _reads_on(result)
        is_new = len(reading.seen) > reading.shared
        return is_new and (is_much or len(reading.seen) - reading.shared > UNSHARED)

    async def share(self, connection: Connection, viewer: Viewer, found: Asked, *, now: int, source: str) -> None:
        """Add up what all processes gave a person, and write it down as an export where it is more than usual.

        Who reads on behind the first rows is written down at once, and then for each hundred: small pages write no
        more than large ones.
        """
        reading = self._get_reading((viewer.tenant_id, viewer.user_id), now)
        held = await hold_bulk_read(connection, viewer, reading.began_at, now)
        if len(held.seen) > MOST_ROWS and held.recorded == len(held.seen):
            held = BulkReadRow(reading.began_at)
        held = replace(held, seen=held.seen | reading.seen)
        count = len(held.seen) - held.recorded
        if count > USUAL or (_reads_on(found.result) and not held.recorded):
            after = found.describe() | {"format": "rows", "rows": count}
            await add_audit(connection, viewer, "export", found.of, None, after=after, now=now, source=source)
            held = replace(held, recorded=len(held.seen))
        await set_bulk_read(connection, viewer, held)
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
