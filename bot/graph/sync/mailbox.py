"""One mailbox, from where it stands to its delta links."""

from http import HTTPStatus
from typing import Final

import msgspec
import structlog

from bot.graph.client.errors import GraphError
from bot.graph.sync.feed import FeedReader
from bot.graph.sync.filed_mail import FiledReader
from bot.graph.sync.pages import Event, MessageKey, PageReader
from bot.graph.sync.recorder import CalendarRecorder, MailRecorder
from bot.graph.sync.requests import request_event
from bot.graph.sync.run import MailboxRun, OnApplied
from storage.engine.connection import Connection
from storage.history.interactions import Applied
from storage.history.meetings import has_ripe_meetings, ripen_meetings
from storage.history.own_addresses import get_owner, note_own_addresses, take_back_own
from storage.models import Feed
from storage.queue.feeds import get_feeds
from storage.viewer import Viewer

__all__ = ["OnApplied", "sync_mailbox"]

log = structlog.get_logger(__name__)

_MESSAGES: Final = PageReader(MessageKey)
_EVENTS: Final = PageReader(Event)
_EVENT: Final = msgspec.json.Decoder(Event, strict=False)


async def sync_mailbox(turn: MailboxRun) -> bool:
    """Sync what there is; False where the turn is over first.

    Mail and calendar go one after the other: Graph counts them together (four requests at once, 10,000 in ten
    minutes). Raises `GraphError`, `LeaseLostError` or `DatabaseError`; what was written up to then stays.
    """
    lease = turn.lease
    async with turn.database.reading(lease.tenant_id) as connection:
        feeds = await get_feeds(connection, lease.tenant_id, lease.user_id)
        is_ripe = await has_ripe_meetings(connection, lease.tenant_id, lease.user_id, turn.now)
        owner = await get_owner(connection, lease.tenant_id, lease.user_id)
        turn.firm = turn.firm.seen_by(owner)
    if owner.name != owner.checked_name:
        await _take_back_own(turn)
    if is_ripe:
        await _ripen(turn)
    turn.is_beginning = lease.state != "syncing" and not all(state.is_current for state in feeds.values())
    for feed in (Feed.SENT, Feed.INBOX):
        if not await FeedReader(
            turn, feed, feeds[feed], MailRecorder[MessageKey](lease, turn.firm, feed), _MESSAGES
        ).run():
            return False

    async def fetch_series(event_id: str) -> Event | None:
        return await _fetch_series(turn, event_id)

    calendar = CalendarRecorder(lease, turn.firm, fetch_series)
    if not await FeedReader(turn, Feed.CALENDAR, feeds[Feed.CALENDAR], calendar, _EVENTS).run():
        return False
    return await FiledReader(turn, feeds[Feed.FILED]).run()


async def _ripen(turn: MailboxRun) -> None:
    """Count the meetings that have begun since the last turn as held."""

    async def change(connection: Connection) -> None:
        applied = await ripen_meetings(connection, turn.make_mailing())
        await turn.tell(connection, applied, is_first_sync=False)

    await turn.write(change)


async def _take_back_own(turn: MailboxRun) -> None:
    """Take back the contacts that are the owner's own addresses by the name that they have now, and tell them."""

    async def change(connection: Connection) -> None:
        viewer = Viewer(turn.lease.tenant_id, turn.lease.user_id)
        found = await note_own_addresses(connection, viewer, await take_back_own(connection, viewer))
        if found:
            await turn.tell(connection, Applied(own_addresses=found), is_first_sync=False)

    await turn.write(change)


async def _fetch_series(turn: MailboxRun, event_id: str) -> Event | None:
    """Fetch a series that the delta did not show; None for one that is gone or cannot be read."""
    user_id = turn.lease.entra_user_id
    request = request_event(turn.client, user_id, event_id, keeps_subjects=turn.firm.keeps_subjects)
    try:
        return _EVENT.decode(await turn.client.fetch(request))
    except msgspec.MsgspecError:
        return None
    except GraphError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return None
