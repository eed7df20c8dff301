"""One delta feed of one mailbox: page after page to its delta link, each with its link in one transaction."""

import asyncio
import random
from dataclasses import replace
from typing import Final, Generic

import structlog
from kiota_abstractions.request_information import RequestInformation

from bot import metrics
from bot.failpoints import reach
from bot.graph.client.errors import GraphError
from bot.graph.sync.pages import DeltaPage, ItemT, PageReader
from bot.graph.sync.recorder import Decided, Recorder
from bot.graph.sync.requests import choose_window_end, get_window_start, request_calendar, request_messages
from bot.graph.sync.rounds import RoundWatch, is_slow, is_too_much, is_unknown_state, is_within_round
from bot.graph.sync.run import MailboxRun
from storage.engine.connection import Connection
from storage.history.meetings import delete_unlisted_meetings
from storage.history.own_addresses import add_suspected_addresses
from storage.history.page import Applied
from storage.models import Feed
from storage.queue.feeds import FeedState, set_feeds
from storage.queue.mailboxes import begin_first_sync
from storage.queue.quarantine import add_quarantined
from storage.viewer import Viewer

log = structlog.get_logger(__name__)

PAGES_A_TURN: Final = 64
"""Pages after which a run ends, so that other mailboxes get one."""
_RESYNCS_A_TURN: Final = 2
_SMALLEST_PAGE: Final = 10
_SHRINKS: Final = 6
_DAY: Final = 86_400
_PAUSE: Final = 0.1
"""Seconds before a failed page is asked for again with half the items; doubled each time."""


class FeedReader(Generic[ItemT]):
    """Walks one feed from where it stands."""

    def __init__(
        self, run: MailboxRun, feed: Feed, state: FeedState, recorder: Recorder[ItemT], reader: PageReader[ItemT]
    ) -> None:
        self._run = run
        self._feed = feed
        self._state = state
        self._recorder = recorder
        self._reader = reader
        self._watch = RoundWatch()
        self._resyncs = 0

    async def run(self) -> bool:
        """Read pages up to the delta link; return False if the run ends first. Raises what fetching and writing raise.

        A round that an earlier run began does not show later changes, and the notification of those was used up by
        this run: so another round follows at once.
        """
        await self._begin_round()
        is_of_before = is_within_round(self._state.link)
        while True:
            page = await self._fetch_known_page()
            await self._recorder.prepare(page)
            await self._apply(page)
            is_over = bool(page.delta_link and self._state.link)
            if is_over and not is_of_before:
                return True
            if is_over:
                is_of_before = False
                await self._begin_round()
            if self._run.pages >= PAGES_A_TURN or self._run.is_stopping():
                return False

    async def _begin_round(self) -> None:
        """Begin a full round if the last one has not read a page yet, or has ended and something was deleted since.

        One that is under way goes on, or a large calendar would never come to its end. The calendar is read again every
        day as well: a delta link is bound to its window, and does not show an occurrence that was removed from a series
        (microsoft-graph-docs pull request 4501). A window far in the future comes from a wrong clock.
        """
        state, window_ends_at = self._state, self._choose_window()
        is_other = not state.window_ends_at - _DAY <= window_ends_at <= state.window_ends_at
        is_over = (is_other or state.is_stale) and not state.is_from_scratch
        if not state.link or is_over:
            self._state = state.restarted(is_current=state.is_current, window_ends_at=window_ends_at)
        if not state.round and self._feed == Feed.CALENDAR:
            await self._write_state()

    async def _write_state(self) -> None:
        """Write a beginning by itself, so that what is told of deletions from now on finds it.

        A later one is written together with its first page.
        """

        async def change(connection: Connection) -> None:
            await self._set_state(connection, self._state)

        await self._run.write(change)

    def _choose_window(self) -> int:
        return choose_window_end(self._run.now) if self._feed == Feed.CALENDAR else 0

    async def _resync(self, page_size: int) -> None:
        """Begin a full round after an error; the mailbox is not current until it ends."""
        state = self._state.restarted(is_current=False, window_ends_at=self._choose_window())
        state = replace(state, page_size=page_size)

        async def change(connection: Connection) -> None:
            await begin_first_sync(connection, self._run.lease)
            await self._set_state(connection, state)

        await self._run.write(change)
        self._state, self._watch = state, RoundWatch()

    async def _fetch_known_page(self) -> DeltaPage[ItemT]:
        """Fetch the next page; if Graph has forgotten the state, begin a full round and keep all recorded items."""
        while True:
            try:
                page = await self._fetch_page()
                self._watch.check(page)
            except GraphError as error:
                if error.code == "endlessRound":
                    await self._resync(self._halve(self._state.page_size))
                if is_slow(error):
                    await self._run.write(self._ask_for_less)
                self._resyncs += 1
                if not is_unknown_state(error) or self._resyncs > _RESYNCS_A_TURN:
                    raise
                log.warning("resync", user_id=self._run.lease.user_id, feed=self._feed.value, code=error.code)
                await self._resync(self._state.page_size)
            else:
                return page

    async def _fetch_page(self) -> DeltaPage[ItemT]:
        """Fetch the next page, with half the items each time that it is too much for Graph or for us."""
        for attempt in range(_SHRINKS):
            try:
                return self._read(await self._fetch())
            except GraphError as error:
                if not is_too_much(error) or attempt == _SHRINKS - 1:
                    raise
                self._state = replace(self._state, page_size=self._halve(self._state.page_size))
                await asyncio.sleep(_PAUSE * 2**attempt * random.uniform(0.5, 1))
        raise AssertionError  # the last try returns or raises

    def _read(self, body: bytes) -> DeltaPage[ItemT]:
        return self._reader.read(body)

    async def _ask_for_less(self, connection: Connection) -> None:
        """Have the next run ask for half the items."""
        self._state = replace(self._state, page_size=self._halve(self._state.page_size))
        await self._set_state(connection, self._state)

    @staticmethod
    def _halve(page_size: int) -> int:
        return max(_SMALLEST_PAGE, page_size // 2)

    async def _fetch(self) -> bytes:
        client, state = self._run.client, self._state
        if state.link:
            return await client.fetch_link(state.link, page_size=state.page_size)
        return await client.fetch(self._make_request(state))

    def _make_request(self, state: FeedState) -> RequestInformation:
        run, user_id = self._run, self._run.lease.entra_user_id
        if self._feed == Feed.CALENDAR:
            return request_calendar(run.client, user_id, ends_at=state.window_ends_at, page_size=state.page_size)
        return request_messages(
            run.client, user_id, self._feed, page_size=state.page_size, keeps_subjects=run.firm.keeps_subjects
        )

    async def _apply(self, page: DeltaPage[ItemT]) -> None:
        """Write the effects of a page and the new position in one transaction.

        Behind a page that leaves out what changes with it stands the beginning of a full round.
        """
        count = len(page.items) + len(page.poisons)
        state = (
            self._state.ended(link=page.delta_link, count=count)
            if page.delta_link
            else self._state.advanced(link=page.next_link, count=count)
        )
        if not self._state.is_from_scratch and self._recorder.is_partial(page):
            state = state.restarted(is_current=state.is_current, window_ends_at=self._choose_window())
        decided = await self._decide_ahead(page)

        async def change(connection: Connection) -> None:
            applied = await self._write(connection, page, decided)
            await self._set_state(connection, state)
            await self._run.tell(connection, applied, is_first_sync=not self._state.is_current)
            reach("page_written")

        is_nothing = decided is not None and decided.is_nothing and not self._run.firm.found
        if is_nothing and self._run.may_postpone and not self._removes_unlisted(page):
            self._run.postpone(self._feed, state, is_first_sync=not self._state.is_current)
        else:
            await self._run.write(change)
            self._run.firm.found.clear()
            reach("page_committed")
        if not state.link:
            self._watch = RoundWatch()
        self._state = state
        self._run.pages += 1
        self._run.items += count
        metrics.PAGES.labels(self._feed.value).inc()

    async def _decide_ahead(self, page: DeltaPage[ItemT]) -> Decided | None:
        """Return a decision on a page that needs no transaction; None if the page contains something new."""
        if page.items and not self._run.lease.first_success_at:
            return None
        self._recorder.kept_from = self._run.kept_from
        async with self._run.database.reading(self._run.lease.tenant_id) as connection:
            return await self._recorder.decide(connection, page, self._run.told_now)

    async def _write(self, connection: Connection, page: DeltaPage[ItemT], decided: Decided | None) -> Applied:
        context = self._run.make_page_context(self._state.round)
        self._recorder.kept_from = self._run.kept_from
        decided = decided or await self._recorder.decide(connection, page, context.now)
        applied = await self._recorder.write(connection, context, decided)
        if found := self._run.firm.found:
            owner = Viewer(context.tenant_id, context.user_id)
            applied.own_addresses = await add_suspected_addresses(connection, owner, found)
        applied.skipped, applied.quarantined = decided.skipped, len(decided.quarantined)
        key = (context.tenant_id, context.user_id, self._feed)
        await add_quarantined(connection, *key, decided.quarantined, now=context.now)
        if self._removes_unlisted(page):
            ends_at = self._state.window_ends_at
            removed = await delete_unlisted_meetings(connection, context, get_window_start(ends_at), ends_at)
            applied.removed_interactions += removed.removed_interactions
        return applied

    def _removes_unlisted(self, page: DeltaPage[ItemT]) -> bool:
        """Return whether items that a full round did not list are removed: meetings are, mails are not."""
        is_read_anew = self._state.is_from_scratch and self._state.round > 1
        return bool(page.delta_link) and self._feed == Feed.CALENDAR and is_read_anew

    async def _set_state(self, connection: Connection, state: FeedState) -> None:
        await set_feeds(connection, self._run.lease.tenant_id, self._run.lease.user_id, {self._feed: state})
