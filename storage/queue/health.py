"""Measure the state of the service and of each firm: counts, progress of the first sync, and problems."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, case, distinct, func, or_, select, true

from storage.engine.connection import Reading
from storage.models import Company, Contact, Feed, Mailbox, MailboxFeed, Outbox, Subscription, Tenant, User
from storage.queue.mailboxes import INTERVAL, choose_busy_interval
from storage.viewer import Access, Viewer

UNCOUNTED: Final = ("skipped", "stopped")
"""States of mailboxes without anything to sync, which are never current."""
FAILING: Final = ("retrying", "forbidden")
FEEDS: Final = len(Feed)
MOST_TROUBLES: Final = 20
TRIED_OFTEN: Final = 3


@dataclass(frozen=True, slots=True)
class Health:
    """The progress of the sync of some mailboxes."""

    total: int
    """Those to be synced."""
    current: int
    """Mailboxes that were synced to the end and have not failed since."""
    syncing: int
    failing: int
    skipped: int
    progress: float
    """Progress of the first sync of all mailboxes, 0 to 1; each feed counts for its share of a mailbox."""
    done_at: int
    """Estimated end of the first sync (UTC seconds); 0 if it has ended or no estimate is possible."""
    last_success_at: int


async def get_health(connection: Reading, now: int, tenant_id: int | None = None) -> Health:
    """Measure all mailboxes (needs the tenancy `SYSTEM`), or one tenant's."""
    of_tenant = Mailbox.tenant_id == tenant_id if tenant_id is not None else true()
    rows = await connection.execute(select(Mailbox.state, func.count()).where(of_tenant).group_by(Mailbox.state))
    states: dict[str, int] = {row[0]: row[1] for row in rows}
    total = sum(count for state, count in states.items() if state not in UNCOUNTED)
    last = await connection.scalar(select(func.max(Mailbox.last_success_at)).where(of_tenant))
    progress, done_at = await _measure_progress(connection, of_tenant, total, now)
    return Health(
        total=total,
        current=states.get("current", 0),
        syncing=states.get("new", 0) + states.get("syncing", 0),
        failing=sum(states.get(state, 0) for state in FAILING),
        skipped=states.get("skipped", 0),
        progress=progress,
        done_at=done_at,
        last_success_at=last or 0,
    )


async def get_first_progress(connection: Reading, viewer: Viewer, now: int) -> float | None:
    """Return the share (0 to 1) of the firm's first sync that is done.

    None once the viewer's own mailbox is current, or if it is never read.
    """
    own = Mailbox.tenant_id == viewer.tenant_id, Mailbox.user_id == viewer.user_id
    mailbox = (await connection.execute(select(Mailbox.state, Mailbox.first_success_at).where(*own))).first()
    if mailbox is None or mailbox.first_success_at or mailbox.state in {*UNCOUNTED, "forbidden"}:
        return None
    return (await get_health(connection, now, viewer.tenant_id)).progress


async def _measure_progress(
    connection: Reading, of_tenant: ColumnElement[bool], total: int, now: int
) -> tuple[float, int]:
    """Estimate the end from how many mailboxes have finished since the oldest unfinished one was added."""
    waiting = and_(of_tenant, Mailbox.first_success_at == 0, Mailbox.state.not_in(UNCOUNTED))
    query = select(func.count(), func.min(Mailbox.created_at)).where(waiting)
    count, began_at = (await connection.execute(query)).one()
    if not count or not total:
        return 1.0, 0
    ended = (
        select(func.count())
        .select_from(MailboxFeed)
        .join(Mailbox, and_(Mailbox.tenant_id == MailboxFeed.tenant_id, Mailbox.user_id == MailboxFeed.user_id))
        .where(waiting, MailboxFeed.is_current)
    )
    parts = (await connection.scalar(ended) or 0) / FEEDS
    finished = select(func.count()).where(of_tenant, Mailbox.first_success_at >= began_at)
    pace = ((await connection.scalar(finished) or 0) + parts) / max(1, now - began_at)
    left = count - parts
    return 1 - left / total, int(now + left / pace) if pace else 0


@dataclass(frozen=True, slots=True)
class LaggingMailbox:
    """One mailbox that is not current: its user, progress and reason."""

    name: str
    state: str
    reason: str
    next_try_at: int
    item_count: int
    """Items read so far."""
    feeds_ended: int
    """The number of its feeds (`FEEDS`) that have reached their end."""
    last_success_at: int


async def list_lagging_mailboxes(
    connection: Reading, tenant_id: int, limit: int = MOST_TROUBLES
) -> Sequence[LaggingMailbox]:
    """Return the mailboxes that are not current, those in trouble first."""
    feeds = (
        select(
            MailboxFeed.user_id,
            func.sum(MailboxFeed.item_count).label("read_count"),
            func.count().filter(MailboxFeed.is_current).label("ended"),
        )
        .where(MailboxFeed.tenant_id == tenant_id)
        .group_by(MailboxFeed.user_id)
        .subquery()
    )
    query = (
        select(
            User.name,
            Mailbox.state,
            Mailbox.reason,
            case((Mailbox.due_at < Mailbox.not_before, Mailbox.not_before), else_=func.coalesce(Mailbox.due_at, 0)),
            func.coalesce(feeds.c.read_count, 0),
            func.coalesce(feeds.c.ended, 0),
            Mailbox.last_success_at,
        )
        .join(User, and_(User.tenant_id == Mailbox.tenant_id, User.id == Mailbox.user_id))
        .outerjoin(feeds, feeds.c.user_id == Mailbox.user_id)
        .where(Mailbox.tenant_id == tenant_id, Mailbox.state.not_in(("current", "stopped")))
        .order_by(Mailbox.failures.desc(), Mailbox.user_id)
        .limit(limit)
    )
    return [LaggingMailbox(*row) for row in await connection.execute(query)]


@dataclass(frozen=True, slots=True)
class Freshness:
    """How soon a new mail or meeting appears: at once with change notifications, else at the next poll.

    `mode` is `notified`, `headers_only` (Microsoft refuses every subscription, as with `Mail.ReadBasic.All` alone),
    `mixed` (some of them), or `starting` (none was answered yet).
    """

    mode: str
    notified: int
    """Mailboxes for which Microsoft sends change notifications of mail and calendar."""
    refused: int
    """Mailboxes for which it refuses them: they are polled."""
    waiting: int
    """Mailboxes whose subscriptions are still being made."""
    code: str
    """Microsoft's status and code of a refusal, `403 ExtensionError` say."""
    seconds: int
    """Seconds until news of a polled mailbox appears."""
    active_seconds: int
    """The same for a mailbox with news in the last day."""
    oldest_at: int = 0
    """When the mailbox was last read that was not read for the longest, of those that are current; 0 for none."""
    failing: int = 0
    """Of those that wait, mailboxes of which Microsoft said for good, or often, that it cannot tell of them."""
    failing_code: str = ""
    """Why: `400 ValidationError` where it does not reach our address, say."""


async def get_freshness(
    connection: Reading, now: int, interval: int = INTERVAL, tenant_id: int | None = None
) -> Freshness:
    """Return how soon news appears, for one tenant or (needs the tenancy `SYSTEM`) for all.

    A subscription that has run out tells of nothing, whatever its row says. `interval` is the setting `sync_interval`,
    in seconds.
    """
    one = Subscription
    of_tenant = and_(one.state != "unwanted", one.tenant_id == tenant_id if tenant_id is not None else true())
    is_waiting = or_(one.state == "wanted", one.expires_at <= now)
    worst = func.max(case((one.state == "refused", 2), (is_waiting, 1), else_=0)).label("worst")
    mailboxes = select(worst).where(of_tenant).group_by(one.tenant_id, one.user_id).subquery()
    counted = select(mailboxes.c.worst, func.count()).group_by(mailboxes.c.worst)
    counts: dict[int, int] = {row[0]: row[1] for row in await connection.execute(counted)}
    notified, waiting, refused = (counts.get(rank, 0) for rank in range(3))
    code = await connection.scalar(select(func.max(one.reason)).where(of_tenant, one.state == "refused"))
    current = and_(Mailbox.state == "current", Mailbox.tenant_id == tenant_id if tenant_id is not None else true())
    oldest_at = await connection.scalar(select(func.min(Mailbox.last_success_at)).where(current)) or 0
    mode = ("mixed" if notified else "headers_only") if refused else "notified" if notified else "starting"
    seconds = (interval, choose_busy_interval(interval))
    is_failing = or_(one.failures >= TRIED_OFTEN, one.reason.startswith("400"))
    failing = select(func.count(distinct(one.user_id)), func.max(one.reason))
    found = (await connection.execute(failing.where(of_tenant, one.state == "wanted", is_failing))).one()
    return Freshness(mode, notified, refused, waiting, code or "", *seconds, oldest_at, found[0], found[1] or "")


@dataclass(frozen=True, slots=True)
class FirmStatus:
    """What a firm's administrator is shown."""

    health: Health
    reason: str
    """The code of the reason why the whole firm is not synced; empty if it is synced."""
    lagging: Sequence[LaggingMailbox]
    contact_count: int
    company_count: int
    unknown_count: int
    """Messages of which nobody knows whether they were delivered."""
    freshness: Freshness


async def get_firm_status(connection: Reading, viewer: Viewer, now: int) -> FirmStatus:
    """Measure the viewer's firm."""
    tenant_id = viewer.tenant_id
    reason = await connection.scalar(select(Tenant.reason).where(Tenant.tenant_id == tenant_id))
    unknown = select(func.count()).where(Outbox.tenant_id == tenant_id, Outbox.state == "unknown")
    return FirmStatus(
        await get_health(connection, now, tenant_id),
        reason or "",
        await list_lagging_mailboxes(connection, tenant_id),
        await connection.scalar(select(func.count()).select_from(Contact).where(Access(viewer).open_contacts())) or 0,
        await connection.scalar(select(func.count()).select_from(Company).where(Access(viewer).open_companies())) or 0,
        await connection.scalar(unknown) or 0,
        await get_freshness(connection, now, tenant_id=tenant_id),
    )


@dataclass(frozen=True, slots=True)
class Firm:
    """A tenant as `carnet status` lists it."""

    tenant_id: int
    entra_id: str
    name: str
    state: str
    reason: str


async def list_firms(connection: Reading) -> Sequence[Firm]:
    """Return every tenant; needs the tenancy `SYSTEM`."""
    query = select(Tenant.tenant_id, Tenant.entra_id, Tenant.name, Tenant.state, Tenant.reason)
    return [Firm(*row) for row in await connection.execute(query.order_by(Tenant.tenant_id))]
