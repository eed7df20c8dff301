"""Store the position of each delta feed of a mailbox, in the transaction of the page that leads to it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import case, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Insert, insert_rows
from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import Feed, MailboxFeed

PAGE_SIZE: Final = 500
"""The largest page that Graph gives for a delta of messages."""

_COLUMNS: Final = ("link", "is_current", "round", "finished_round", "item_count", "page_size", "window_ends_at")
_KEY: Final = ("tenant_id", "user_id", "feed")
_FEEDS: Final = Insert(
    MailboxFeed, (*_KEY, *_COLUMNS), _KEY, tuple((column, f"excluded.{column}") for column in _COLUMNS)
)
_OWN: Final = Prepared(
    select(*(getattr(MailboxFeed, name) for name in ("feed", *_COLUMNS, "stale_round"))).where(
        MailboxFeed.tenant_id == number("tenant_id"), MailboxFeed.user_id == number("user_id")
    ),
    is_quick=True,
)


@dataclass(frozen=True, slots=True)
class FeedState:
    """The position of one feed."""

    link: str = ""
    is_current: bool = False
    round: int = 0
    finished_round: int = 0
    item_count: int = 0
    page_size: int = PAGE_SIZE
    window_ends_at: int = 0
    stale_round: int = 0
    """The last round that may have listed what was deleted since; written by `reread_calendars` alone."""

    @property
    def is_stale(self) -> bool:
        """The feed was never read, or a deletion was told that its current round may not show."""
        return self.round <= self.stale_round

    @property
    def is_from_scratch(self) -> bool:
        """The current round lists all items, not only changed ones."""
        return self.round != self.finished_round

    def restarted(self, *, is_current: bool, window_ends_at: int = 0) -> "FeedState":
        """Begin a full round; recorded items stay while it runs."""
        begun = replace(self, link="", is_current=is_current, item_count=0, window_ends_at=window_ends_at)
        return replace(begun, round=max(self.round, self.stale_round) + 1)

    def advanced(self, *, link: str, count: int) -> "FeedState":
        """Go on to the next page."""
        return replace(self, link=link, item_count=self.item_count + count)

    def ended(self, *, link: str, count: int) -> "FeedState":
        """End a round at its delta link, and ask for full pages in the next one."""
        done = replace(self, is_current=True, finished_round=self.round, page_size=PAGE_SIZE)
        return done.advanced(link=link, count=count)


async def get_feeds(connection: Reading, tenant_id: int, user_id: int) -> dict[Feed, FeedState]:
    """Return the positions of all feeds of a mailbox; a feed that was never read is at its beginning.

    Feeds of a newer release are ignored, because two releases may run on one database.
    """
    rows = await _OWN.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id})
    states = {feed: FeedState(link, bool(is_current), *rest) for feed, link, is_current, *rest in rows}
    return {feed: states.get(feed.value, FeedState()) for feed in Feed}


async def reread_calendars(connection: AsyncConnection, mailboxes: Collection[tuple[int, int]]) -> None:
    """Let a later round of these mailboxes (tenant, user) read the whole calendar; needs `SYSTEM`.

    Only a notification tells of a deleted occurrence, a delta does not (closeio/sync-engine pull request 424). A run
    may be under way that has begun the next round and not written it: that round is stale as well.
    """
    last_begun = case((MailboxFeed.round > MailboxFeed.stale_round, MailboxFeed.round), else_=MailboxFeed.stale_round)
    for some in split(sorted(mailboxes)):
        theirs = tuple_(MailboxFeed.tenant_id, MailboxFeed.user_id).in_(some)
        calendars = update(MailboxFeed).where(theirs, MailboxFeed.feed == Feed.CALENDAR.value)
        await connection.execute(calendars.values(stale_round=last_begun + 1))


async def set_feeds(
    connection: AsyncConnection, tenant_id: int, user_id: int, states: Mapping[Feed, FeedState]
) -> None:
    """Store the positions of feeds."""
    rows = [
        (tenant_id, user_id, feed.value, *(getattr(state, column) for column in _COLUMNS))
        for feed, state in states.items()
    ]
    await insert_rows(connection, _FEEDS, rows)
