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
from storage.history.meetings import is_any_meeting_to_settle, settle_meetings
from storage.history.own_addresses import add_suspected_addresses, get_owner, remove_own_contacts
from storage.history.page import Applied
from storage.models import Feed
from storage.queue.feeds import get_feeds
from storage.viewer import Viewer

__all__ = ["OnApplied", "sync_mailbox"]

log = structlog.get_logger(__name__)

_MESSAGES: Final = PageReader(MessageKey)
_EVENTS: Final = PageReader(Event)
_EVENT: Final = msgspec.json.Decoder(Event, strict=False)


async def sync_mailbox(run: MailboxRun) -> bool:
    """Sync what there is; False where the run is over first.

    Mail and calendar go one after the other: Graph counts them together (four requests at once, 10,000 in ten
    minutes). Raises `GraphError`, `LeaseLostError` or `DatabaseError`; what was written up to then stays.
    """
    lease = run.lease
    async with run.database.reading(lease.tenant_id) as connection:
        feeds = await get_feeds(connection, lease.tenant_id, lease.user_id)
        is_any = await is_any_meeting_to_settle(connection, lease.tenant_id, lease.user_id, run.now)
        owner = await get_owner(connection, lease.tenant_id, lease.user_id)
        run.firm = run.firm.for_owner(owner)
    if owner.name != owner.checked_name:
        await _remove_own_contacts(run)
    run.is_beginning = lease.state != "syncing" and not all(state.is_current for state in feeds.values())
    for feed in (Feed.SENT, Feed.INBOX):
        if not await FeedReader(
            run, feed, feeds[feed], MailRecorder[MessageKey](lease, run.firm, feed), _MESSAGES
        ).run():
            return False
    if is_any:
        await _settle_meetings(run)

    async def fetch_series(event_id: str) -> Event | None:
        return await _fetch_series(run, event_id)

    calendar = CalendarRecorder(lease, run.firm, fetch_series)
    if not await FeedReader(run, Feed.CALENDAR, feeds[Feed.CALENDAR], calendar, _EVENTS).run():
        return False
    return await FiledReader(run, feeds[Feed.FILED]).run()


async def _settle_meetings(run: MailboxRun) -> None:
    """Count the meetings that have begun since the last run as held, where our clock and Graph's agree."""
    if not run.has_agreed_time:
        event = "clock_unknown" if run.client.read_date() is None else "clocks_differ"
        log.warning(event, tenant=run.lease.tenant_id, mailbox=run.lease.user_id)
        return

    async def change(connection: Connection) -> None:
        applied = await settle_meetings(connection, run.make_page_context())
        await run.tell(connection, applied, is_first_sync=False)

    await run.write(change)


async def _remove_own_contacts(run: MailboxRun) -> None:
    """Take back the contacts that are the owner's own addresses by the name that they have now, and tell them."""

    async def change(connection: Connection) -> None:
        viewer = Viewer(run.lease.tenant_id, run.lease.user_id)
        found = await add_suspected_addresses(connection, viewer, await remove_own_contacts(connection, viewer))
        if found:
            await run.tell(connection, Applied(own_addresses=found), is_first_sync=False)

    await run.write(change)


async def _fetch_series(run: MailboxRun, event_id: str) -> Event | None:
    """Fetch a series that the delta did not show; None for one that is gone or cannot be read."""
    user_id = run.lease.entra_user_id
    request = request_event(run.client, user_id, event_id, keeps_subjects=run.firm.keeps_subjects)
    try:
        return _EVENT.decode(await run.client.fetch(request))
    except msgspec.MsgspecError:
        return None
    except GraphError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        return None
