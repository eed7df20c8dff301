"""Decide what a page changes: which items are new, which interactions they are, and which are taken back."""

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Generic, TypeVar

import structlog
from msgspec import UNSET

from bot.graph.sync.capture import capture_mail, capture_meeting, get_message_source, make_digest
from bot.graph.sync.direction import find_kind
from bot.graph.sync.firm import Firm, Reason
from bot.graph.sync.pages import DeltaPage, Event, ItemT, Message, MessageKey, PageReader
from storage.engine.connection import Connection, Reading
from storage.history.events import InteractionEvent
from storage.history.interactions import add_interaction_events, list_recorded
from storage.history.meetings import RecordedMeeting, apply_meetings, list_recorded_meetings
from storage.history.page import Applied, PageContext
from storage.models import Feed, Kind
from storage.queue.mailboxes import Lease

log = structlog.get_logger(__name__)

_MESSAGES = PageReader(Message)
MessageT = TypeVar("MessageT", bound=MessageKey)


@dataclass(slots=True)
class Decided:
    """The changes that a page makes to what is stored of its mailbox."""

    interaction_events: list[InteractionEvent] = field(default_factory=list)
    gone: list[bytes] = field(default_factory=list)
    held: dict[bytes, RecordedMeeting] = field(default_factory=dict)
    skipped: Counter[Reason] = field(default_factory=Counter)
    quarantined: dict[bytes, str] = field(default_factory=dict)

    @property
    def is_nothing(self) -> bool:
        """Nothing has to be written."""
        return not (self.interaction_events or self.gone or self.quarantined)


class Recorder(ABC, Generic[ItemT]):
    """Reads one kind of feed for one mailbox."""

    def __init__(self, lease: Lease, firm: Firm) -> None:
        self.lease = lease
        self.firm = firm
        self.kept_from = lease.kept_from
        """Items before this time (UTC seconds) are not recorded; 0 records all."""

    async def prepare(self, page: DeltaPage[ItemT]) -> None:
        """Fetch further data that a page needs, before its transaction; raises `GraphError`."""

    async def decide(self, connection: Reading, page: DeltaPage[ItemT], now: int) -> Decided:
        """Decide on every item of a page, in its transaction.

        An item that fails is quarantined, and the rest of the page is kept.
        """
        decided = Decided()
        decided.quarantined.update({make_digest(name): reason for name, reason in page.poisons.items()})
        await self._decide(connection, page, now, decided)
        return decided

    def is_partial(self, page: DeltaPage[ItemT]) -> bool:
        """Return whether a page of changes leaves out items that change too, so that all have to be read again."""
        return False

    @abstractmethod
    async def _decide(self, connection: Reading, page: DeltaPage[ItemT], now: int, decided: Decided) -> None:
        """Fill in what the items mean."""

    @abstractmethod
    async def write(self, connection: Connection, context: PageContext, decided: Decided) -> Applied:
        """Write what was decided."""

    def capture(
        self, decided: Decided, source: bytes, call: Callable[..., InteractionEvent | Reason], *given: Any
    ) -> Reason:
        """Add the result of `call` for an item; return the reason if nothing was recorded, else an empty text."""
        try:
            captured = call(*given)
        except Exception as error:
            log.exception("item_not_understood", user_id=self.lease.user_id, error=type(error).__name__)
            decided.quarantined[source] = type(error).__name__
            return "quarantined"
        if isinstance(captured, InteractionEvent) and 0 < captured.at < self.kept_from:
            captured = "too_old"
        if isinstance(captured, str):
            decided.skipped[captured] += 1
            return captured
        decided.interaction_events.append(captured)
        return ""


class MailRecorder(Recorder[MessageT]):
    """Records the mail of the inbox or the sent items, as sent or received by its author rather than by its folder.

    Only new mails are decoded in full, because most mails of a full resync are stored already.
    """

    def __init__(self, lease: Lease, firm: Firm, feed: Feed) -> None:
        super().__init__(lease, firm)
        self._feed = feed
        self._usual = Kind.SENT if feed == Feed.SENT else Kind.RECEIVED

    async def _decide(self, connection: Reading, page: DeltaPage[MessageT], now: int, decided: Decided) -> None:
        """Decide on new mails only; a stored mail stays recorded, also if it has left its folder."""
        sources = self._list_sources(page, decided)
        await self._drop_held(connection, sources)
        new = _MESSAGES.read_some(page, sources.values()) if sources else DeltaPage[Message]([])
        decided.quarantined.update({make_digest(name): reason for name, reason in new.poisons.items()})
        found: dict[bytes, tuple[Message, Kind]] = {}
        # Where each place gave one item, its key is known; a mended page is read as a whole.
        are_known = not page.is_mended and len(new.items) == len(sources)
        for message, source in zip(new.items, sources if are_known else repeat(None), strict=False):
            kind = find_kind(message, self._feed, self.lease.addresses, self.firm)
            known = source if kind == self._usual else None
            found.setdefault(known or get_message_source(message, kind), (message, kind))
        unusual = dict.fromkeys(found.keys() - sources.keys(), 0)
        asked = set(unusual)
        await self._drop_held(connection, unusual)
        for source, (message, kind) in found.items():
            if source not in asked or source in unusual:
                self.capture(decided, source, capture_mail, message, kind, source, self.firm, now)

    def _list_sources(self, page: DeltaPage[MessageT], decided: Decided) -> dict[bytes, int]:
        """Return the index of each mail on the page, by its probable key."""
        keys = enumerate(page.items)
        return {get_message_source(key, self._usual): place for place, key in keys if key.removed is None}

    async def _drop_held(self, connection: Reading, sources: dict[bytes, int]) -> None:
        for held in await list_recorded(connection, self.lease.tenant_id, self.lease.user_id, sources):
            del sources[held]

    async def write(self, connection: Connection, context: PageContext, decided: Decided) -> Applied:
        """Write the new mails."""
        return await add_interaction_events(connection, context, decided.interaction_events)


class CalendarRecorder(Recorder[Event]):
    """Records meetings, and takes back those that were moved, changed or cancelled."""

    def __init__(self, lease: Lease, firm: Firm, fetch_series: Callable[[str], Awaitable[Event | None]]) -> None:
        super().__init__(lease, firm)
        self._fetch_series = fetch_series
        self._series: dict[str, Event | None] = {}

    async def prepare(self, page: DeltaPage[Event]) -> None:
        """Fetch the series of every occurrence, which itself contains its time only (graph-docs issue 7632)."""
        self._series.update({event.id: event for event in page.items if event.type == "seriesMaster"})
        for event in page.items:
            master_id = event.series_master_id
            if master_id and event.attendees is UNSET and master_id not in self._series:
                self._series[master_id] = await self._fetch_series(master_id)

    def is_partial(self, page: DeltaPage[Event]) -> bool:
        """Return whether a series is there without its occurrences: they are as it is, who answered it above all."""
        masters = {event.id for event in page.items if event.type == "seriesMaster" and event.removed is None}
        return not masters.issubset(event.series_master_id for event in page.items if event.type == "occurrence")

    async def _decide(self, connection: Reading, page: DeltaPage[Event], now: int, decided: Decided) -> None:
        # An item may come twice in a round, in any state: its last one counts.
        latest = {make_digest(event.id): event for event in page.items}
        for source, event in latest.items():
            if event.removed is not None or self._decide_event(source, event, now, decided):
                decided.gone.append(source)
        decided.held = await list_recorded_meetings(connection, self.lease.tenant_id, self.lease.user_id, latest)

    def _decide_event(self, source: bytes, event: Event, now: int, decided: Decided) -> bool:
        """Decide on one event; return whether everything recorded of it must be removed."""
        series = self._series.get(event.series_master_id or "")
        if event.attendees is UNSET and series is None:
            decided.skipped["partial"] += 1
            return False
        reason = self.capture(decided, source, capture_meeting, event, series, source, self.firm, now)
        return reason not in {"", "quarantined"}

    async def write(self, connection: Connection, context: PageContext, decided: Decided) -> Applied:
        """Write new meetings, and the changes of recorded ones."""
        return await apply_meetings(connection, context, decided.interaction_events, decided.gone, decided.held)
