"""Notify subscribers of changes as Graph does: in batches, repeated until accepted, and not always in order."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Coroutine, Iterable
from typing import Any, Literal, NamedTuple

import aiohttp

from bot.demo.cloud import Cloud
from bot.demo.faults import Fault
from bot.demo.graph.subscriptions import Subscription, Subscriptions, write_expiry
from bot.demo.world.feed import ChangeKind
from bot.demo.world.mailbox import EventCopy, Mailbox, MailCopy

LifecycleEvent = Literal["missed", "reauthorizationRequired", "subscriptionRemoved"]
BATCH_SECONDS = 0.02
"""How long changes are gathered into one request."""
LARGEST_BATCH = 100
_CHANGE_TYPES: dict[ChangeKind, str] = {"created": "created", "updated": "updated", "removed": "deleted"}
_TRIES = 12
_LONGEST_PAUSE = 30.0


class Delivery(NamedTuple):
    """One request to a subscriber."""

    at: float
    url: str
    size: int
    """How many notifications were in it."""
    status: int
    """0 where there was no answer."""


class Notifications:
    """Watches every firm and posts what its subscribers asked for."""

    def __init__(self, cloud: Cloud, subscriptions: Subscriptions) -> None:
        self._cloud = cloud
        self._subscriptions = subscriptions
        self._pending: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        self._held: list[tuple[str, dict[str, Any]]] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self.deliveries: list[Delivery] = []
        self.first_pause = 0.2
        """Seconds before the first repetition; each later pause is twice as long."""
        for firm in cloud.firms.values():
            firm.listeners.append(self._hear)

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Send until the block is left; what is still waiting then is lost."""
        timeout = aiohttp.ClientTimeout(total=10)
        async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
            self._session = session
            try:
                yield
            finally:
                self._session = None
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    async def settle(self) -> None:
        """Wait until every notification was accepted or given up."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def send_lifecycle(self, event: LifecycleEvent, subscriptions: Iterable[Subscription]) -> None:
        """Send a lifecycle event to each of these; one that is removed is gone before its subscriber hears of it."""
        for each in subscriptions:
            if event == "subscriptionRemoved":
                self._subscriptions.drop(each.id)
            if each.lifecycle_url:
                self._put(each.lifecycle_url, {**_describe(each), "lifecycleEvent": event})

    def _hear(self, kind: ChangeKind, mailbox: Mailbox, copy: MailCopy | EventCopy, folder: str) -> None:
        if self._session is None:
            return
        for each in self._subscriptions.list_of(mailbox.user_id):
            if _CHANGE_TYPES[kind] in each.change_types and _covers(each, copy, folder):
                item_id = copy.immutable_id if each.is_immutable else copy.id
                self._route(each, _describe_change(each, _CHANGE_TYPES[kind], item_id))

    def _route(self, subscription: Subscription, notification: dict[str, Any]) -> None:
        """Lose, hold, delay or double a notification, as the faults say."""
        url = subscription.notification_url
        if self._take("lose", subscription):
            return
        if fault := self._take("reorder", subscription):
            self._hold(url, notification, int(fault.get("window", 50)))
            return
        double = self._take("double", subscription)
        delay = self._take("delay", subscription)
        for _ in range(1 + (int(double.get("times", 1)) if double else 0)):
            self._put(url, notification, float(delay.get("seconds", 1)) if delay else 0.0)

    def _hold(self, url: str, notification: dict[str, Any], window: int) -> None:
        self._held.append((url, notification))
        if len(self._held) >= window:
            self.release()

    def release(self) -> None:
        """Send what `reorder` has held back, in any order."""
        self._cloud.faults.random.shuffle(self._held)
        for url, notification in self._held:
            self._put(url, notification)
        self._held.clear()

    def _put(self, url: str, notification: dict[str, Any], delay: float = 0.0) -> None:
        """Add a notification to the batch of its address; the first one starts the delay of the batch."""
        if delay:
            self._start(self._put_later(url, notification, delay))
            return
        self._pending[url].append(notification)
        if len(self._pending[url]) == 1:
            self._start(self._send_batches(url))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _put_later(self, url: str, notification: dict[str, Any], delay: float) -> None:
        await asyncio.sleep(delay)
        self._put(url, notification)

    async def _send_batches(self, url: str) -> None:
        await asyncio.sleep(BATCH_SECONDS)
        waiting = self._pending.pop(url)
        for start in range(0, len(waiting), LARGEST_BATCH):
            await self._send(url, waiting[start : start + LARGEST_BATCH])

    async def _send(self, url: str, batch: list[dict[str, Any]]) -> None:
        """Post a batch until it is taken; Graph tries for four hours, this one some minutes."""
        pause = self.first_pause
        for _ in range(_TRIES):
            status = await self._post(url, batch)
            self.deliveries.append(Delivery(self._cloud.clock(), url, len(batch), status))
            if 200 <= status < 300:  # noqa: PLR2004  # HTTP's success
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _post(self, url: str, batch: list[dict[str, Any]]) -> int:
        if self._session is None:
            return 0
        try:
            async with self._session.post(url, json={"value": batch}) as response:
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _take(self, kind: str, subscription: Subscription) -> Fault | None:
        return self._cloud.faults.take(
            "notifications",
            kind,
            tenant=subscription.tenant_id,
            mailbox=subscription.user_id,
            path=subscription.resource,
        )


def _covers(subscription: Subscription, copy: MailCopy | EventCopy, folder: str) -> bool:
    if isinstance(copy, EventCopy):
        return subscription.folder == "calendar"
    return subscription.folder in ("*", folder)


def _describe(subscription: Subscription) -> dict[str, Any]:
    return {
        "subscriptionId": subscription.id,
        "subscriptionExpirationDateTime": write_expiry(subscription.expires_at),
        "tenantId": subscription.tenant_id,
        "clientState": subscription.client_state,
    }


def _describe_change(subscription: Subscription, change_type: str, item_id: str) -> dict[str, Any]:
    is_event = subscription.folder == "calendar"
    resource = f"Users/{subscription.user_id}/{'Events' if is_event else 'Messages'}/{item_id}"
    return {
        **_describe(subscription),
        "changeType": change_type,
        "resource": resource,
        "resourceData": {
            "@odata.type": "#Microsoft.Graph.Event" if is_event else "#Microsoft.Graph.Message",
            "@odata.id": resource,
            "@odata.etag": 'W/"1"',
            "id": item_id,
        },
    }
