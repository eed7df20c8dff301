"""Compare our subscriptions with Graph's list: create lost ones again, and end orphans."""

import asyncio
import functools
import re
from collections.abc import Callable, Collection, Mapping, Sequence

import msgspec
import structlog

from bot.graph.client.backoff import choose_retry_at
from bot.graph.client.client import GraphClient, GraphError
from bot.graph.subscriptions.keeper import delete_at_graph, read_installation, write_address
from bot.loops import holding, repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.queue.chores import DueChore, claim_chores, extend_chores, fail_chore, finish_chore, make_chores_due
from storage.queue.subscriptions import KeptSubscription, get_installation, list_subscriptions, set_lost

log = structlog.get_logger(__name__)

PERIOD = 1800
"""Seconds between two audits of a tenant."""
RECHECK = 300
PAUSE = 10.0
PAGE = 100

_BEING_MADE = ("wanted", "refused")
_RESOURCE = re.compile(r"/?users/(?P<user>[^/]+)/(?P<resource>messages|events)", re.IGNORECASE)


class Listed(msgspec.Struct):
    """One subscription as Graph lists it."""

    id: str
    resource: str = ""
    notification_url: str | None = msgspec.field(default=None, name="notificationUrl")


class _Page(msgspec.Struct):
    value: list[Listed]
    next_link: str = msgspec.field(default="", name="@odata.nextLink")


class SubscriptionAuditor:
    """Audits each tenant's subscriptions from time to time; takes the arguments of `SubscriptionKeeper`."""

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        self._database = database
        self._get_client = get_client
        self._public_url = public_url
        self._clock = clock
        self._has_begun = False

    async def run(self, stopping: asyncio.Event) -> None:
        """Audit until `stopping` is set."""
        await repeat("subscription_audit", self.work, stopping, lambda seconds: wait(stopping, seconds))

    async def work(self) -> float:
        """Audit the due tenants, at the first call all; return the seconds until the next one is due.

        A process that has just started may have another address than the one before it.
        """
        async with self._database.writing(SYSTEM) as connection:
            if not self._has_begun:
                await make_chores_due(connection, "subscriptions", int(self._clock()))
            chores = await claim_chores(connection, "subscriptions", int(self._clock()))
        self._has_begun = True
        async with holding(self._database, functools.partial(extend_chores, chores=chores), self._clock):
            for chore in chores:
                await self._audit(chore)
        return 0 if chores else PAUSE

    async def _audit(self, chore: DueChore) -> None:
        try:
            is_settled, address = await self._compare(chore)
        except GraphError as error:
            retry_at = choose_retry_at(self._clock(), chore.failures, error.retry_after)
            async with self._database.writing(chore.tenant_id) as connection:
                reason = f"{error.status} {error.code}".strip()
                await fail_chore(connection, chore.tenant_id, "subscriptions", next_at=retry_at, reason=reason)
            return
        now = int(self._clock())
        next_at = now + (PERIOD if is_settled else RECHECK)
        async with self._database.writing(chore.tenant_id) as connection:
            await finish_chore(connection, chore.tenant_id, "subscriptions", now=now, next_at=next_at, link=address)

    async def _compare(self, chore: DueChore) -> tuple[bool, str]:
        """Correct the differences; return False if a subscription was being created at the same time, and our address.

        Subscriptions of another installation are not touched, even with the same address.
        """
        client = self._get_client(chore.entra_id)
        async with self._database.writing(chore.tenant_id) as connection:
            before = await list_subscriptions(connection, chore.tenant_id)
            address = write_address(self._public_url, await get_installation(connection, chore.tenant_id))
        listed = await list_at_graph(client)
        async with self._database.reading(chore.tenant_id) as connection:
            kept = await list_subscriptions(connection, chore.tenant_id)
        vanished = choose_vanished(before, kept, {one.id for one in listed})
        moved, left = choose_moved(kept, listed, address)
        own = [one for one in listed if one.notification_url == address]
        orphans, is_settled = choose_orphans(kept, own)
        async with self._database.writing(chore.tenant_id) as connection:
            await set_lost(connection, [one.key for one in (*vanished, *moved)])
        for one in (*orphans, *left):
            await delete_at_graph(client, one.id)
        if vanished or orphans or moved:
            counts = {"vanished": len(vanished), "orphans": len(orphans), "moved": len(moved)}
            log.warning("subscriptions_swept", **counts)
        return is_settled, address


async def list_at_graph(client: GraphClient) -> list[Listed]:
    """List every subscription that this application has in the tenant."""
    body = await client.fetch(client.request_builder.subscriptions.to_get_request_information())
    listed: list[Listed] = []
    while True:
        try:
            page = msgspec.json.decode(body, type=_Page)
        except msgspec.DecodeError as error:
            raise GraphError(0, "unreadable") from error
        listed += page.value
        if not page.next_link:
            return listed
        body = await client.fetch_link(page.next_link, page_size=PAGE)


def choose_vanished(
    before: Sequence[KeptSubscription], kept: Sequence[KeptSubscription], listed_ids: Collection[str]
) -> list[KeptSubscription]:
    """Return the subscriptions that were stored both before and after Graph was asked, and that Graph did not list."""
    known_before = {one.graph_id for one in before}
    return [one for one in kept if one.state == "active" and one.graph_id in known_before - set(listed_ids)]


def choose_moved(
    kept: Sequence[KeptSubscription], listed: Sequence[Listed], address: str
) -> tuple[list[KeptSubscription], list[Listed]]:
    """Return our rows that tell an address which this installation had before, and Graph's side of them."""
    rows = {one.graph_id: one for one in kept if one.state == "active"}
    ours, own = address.casefold(), read_installation(address)
    told = [(one, (one.notification_url or "").casefold()) for one in listed if one.id in rows]
    elsewhere = [one for one, url in told if url != ours and read_installation(url) == own]
    return [rows[one.id] for one in elsewhere], elsewhere


def choose_orphans(kept: Sequence[KeptSubscription], listed: Sequence[Listed]) -> tuple[list[Listed], bool]:
    """Return the listed subscriptions without a row, and whether none of them can be one that is being created now."""
    ids = {one.graph_id for one in kept}
    states: Mapping[tuple[str, str], str] = {(one.entra_user_id.lower(), one.key[2]): one.state for one in kept}
    strange = [one for one in listed if one.id not in ids]
    orphans = [one for one in strange if states.get(_read_resource(one.resource)) not in _BEING_MADE]
    return orphans, len(orphans) == len(strange)


def _read_resource(resource: str) -> tuple[str, str]:
    match = _RESOURCE.fullmatch(resource)
    return (match["user"].lower(), match["resource"].lower()) if match else ("", "")
