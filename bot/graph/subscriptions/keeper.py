"""Create Graph's subscriptions, renew them before half their life, and create lost ones again."""

import asyncio
import functools
import random
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from kiota_abstractions.base_request_configuration import RequestConfiguration
from kiota_abstractions.headers_collection import HeadersCollection
from msgraph.generated.models.subscription import Subscription

from bot import metrics
from bot.failpoints import reach
from bot.graph.client.backoff import choose_retry_at
from bot.graph.client.client import GraphClient, GraphError
from bot.graph.webhooks.notifications import digest
from bot.loops import holding, repeat, waking
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.engine.wake import wake
from storage.queue.mailboxes import INTERVAL, choose_busy_interval, make_due
from storage.queue.subscriptions import (
    DueSubscription,
    claim_subscriptions,
    delete_subscription,
    extend_subscriptions,
    get_installation,
    postpone_subscriptions,
    set_active,
    set_client_state,
    set_failed,
    set_lost,
    set_refused,
)

log = structlog.get_logger(__name__)

AT_ONCE = 8
"""Calls under way at once in one process."""
PAUSE = 5.0
LIFE = timedelta(minutes=4230)
"""The requested lifetime; Graph answers with the actual end."""
RENEW_AT = 0.5
"""The fraction of a subscription's life after which it is renewed."""
REFUSED_FOR = 3600
"""The most seconds until a refused subscription is requested again, as an administrator may have granted more."""
CHANGES = "created,updated,deleted"


class _Answer(msgspec.Struct):
    """What is read of Graph's answer to a creation or a renewal."""

    id: str
    expires: str = msgspec.field(name="expirationDateTime")


class SubscriptionKeeper:
    """Keeps two subscriptions a mailbox (messages, events); any number of processes may run one.

    `get_client(entra_tenant_id)` gives the Graph client of a tenant; `public_url` is where Microsoft reaches us;
    `clock` gives UTC seconds; `interval` is the setting `sync_interval`.
    """

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        public_url: str,
        clock: Callable[[], float],
        interval: int = INTERVAL,
    ) -> None:
        self._database = database
        self._get_client = get_client
        self._public_url = public_url.rstrip("/")
        self._clock = clock
        self._interval = interval

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep subscriptions until `stopping` is set."""
        await repeat("subscriptions", self.work, stopping, waking(self._database, "subscriptions"))

    async def work(self) -> float:
        """Make the due calls, a few at once; return the seconds until the next one is due."""
        async with self._database.writing(SYSTEM) as connection:
            claimed = await claim_subscriptions(connection, int(self._clock()), AT_ONCE)
        in_hand = functools.partial(extend_subscriptions, keys=[due.key for due in claimed])
        async with holding(self._database, in_hand, self._clock):
            await asyncio.gather(*(self._keep(due) for due in claimed))
        return 0 if len(claimed) == AT_ONCE else PAUSE

    async def _keep(self, due: DueSubscription) -> None:
        action = self._choose(due)
        try:
            await action(self._get_client(due.entra_tenant_id), due)
        except GraphError as error:
            await self._note_failure(due, error)
            outcome = str(error.status)
        else:
            outcome = "done"
        metrics.SUBSCRIPTION_CALLS.labels(action.__name__.strip("_"), outcome).inc()

    def _choose(self, due: DueSubscription) -> Any:
        if due.state == "unwanted":
            return self._delete
        return self._renew if due.state == "active" and due.graph_id else self._create

    async def _create(self, client: GraphClient, due: DueSubscription) -> None:
        """Create a subscription and sync the mailbox at once, because nothing was notified before."""
        client_state = secrets.token_urlsafe(32)
        async with self._database.writing(due.tenant_id) as connection:
            await set_client_state(connection, due.key, digest(client_state))
            installation = await get_installation(connection, due.tenant_id)
        answer = await self._post(client, due, client_state, installation)
        reach("subscription_created")
        async with self._database.writing(due.tenant_id) as connection:
            await make_due(connection, due.tenant_id, due.user_id, int(self._clock()))
            await self._set_active(connection, client, due, answer)
            wake(connection, "mailboxes")

    async def _post(self, client: GraphClient, due: DueSubscription, client_state: str, installation: str) -> _Answer:
        body = Subscription(
            change_type=CHANGES,
            resource=f"users/{due.entra_user_id}/{due.resource}",
            notification_url=write_address(self._public_url, installation),
            lifecycle_notification_url=f"{self._public_url}/graph/lifecycle",
            expiration_date_time=self._end(client),
            client_state=client_state,
        )
        headers = HeadersCollection()
        headers.add("Prefer", 'IdType="ImmutableId"')
        builder = client.request_builder.subscriptions
        request = builder.to_post_request_information(body, RequestConfiguration(headers=headers))
        return read_answer(await client.fetch(request))

    async def _renew(self, client: GraphClient, due: DueSubscription) -> None:
        """Renew a subscription, which also answers a demand to reauthorise; create it again if Graph has lost it.

        Whether it is over Graph alone knows: by a clock of ours that is wrong, one that lives would be given up.
        """
        builder = client.request_builder.subscriptions.by_subscription_id(due.graph_id)
        request = builder.to_patch_request_information(Subscription(expiration_date_time=self._end(client)))
        try:
            answer = read_answer(await client.fetch(request))
        except GraphError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            async with self._database.writing(due.tenant_id) as connection:
                await set_lost(connection, [due.key])
            return
        async with self._database.writing(due.tenant_id) as connection:
            await self._set_active(connection, client, due, answer)

    async def _delete(self, client: GraphClient, due: DueSubscription) -> None:
        if due.graph_id:
            await delete_at_graph(client, due.graph_id)
        async with self._database.writing(due.tenant_id) as connection:
            await delete_subscription(connection, due.key)

    async def _set_active(
        self, connection: Connection, client: GraphClient, due: DueSubscription, answer: _Answer
    ) -> None:
        expires_at = read_time(answer.expires)
        left = (expires_at - self._read_now(client)) * RENEW_AT * random.uniform(0.8, 1)
        renew_at = int(self._clock() + left)
        await set_active(connection, due.key, graph_id=answer.id, expires_at=expires_at, renew_at=renew_at)

    async def _note_failure(self, due: DueSubscription, error: GraphError) -> None:
        """Record why a call failed; where Microsoft asks to be left alone, all calls for the firm wait as long."""
        retry_at = choose_retry_at(self._clock(), due.failures, error.retry_after)
        log.warning("subscription_refused", resource=due.resource, status=error.status, code=error.code)
        reason = f"{error.status} {error.code}".strip()
        now = self._read_now(self._get_client(due.entra_tenant_id))
        async with self._database.writing(due.tenant_id) as connection:
            if error.status == HTTPStatus.FORBIDDEN and due.expires_at <= now:
                retry_at = retry_at if error.retry_after else min(retry_at, int(self._clock()) + REFUSED_FOR)
                if due.state != "refused":  # whoever reads the mailbox just now does not know it yet
                    poll_at = int(self._clock()) + choose_busy_interval(self._interval)
                    await make_due(connection, due.tenant_id, due.user_id, poll_at)
                await set_refused(connection, due.key, reason=reason, retry_at=retry_at)
            else:
                await set_failed(connection, due.key, reason=reason, retry_at=retry_at)
        if error.retry_after:  # by itself: who holds one row and asks for all waits for others who do the same
            async with self._database.writing(due.tenant_id) as connection:
                await postpone_subscriptions(connection, due.tenant_id, int(self._clock() + error.retry_after) + 1)

    def _end(self, client: GraphClient) -> datetime:
        return datetime.fromtimestamp(self._read_now(client), UTC) + LIFE

    def _read_now(self, client: GraphClient) -> float:
        """Return the time by Graph, by whose clock a subscription ends; ours where Graph has not said."""
        told = client.read_date()
        return self._clock() if told is None else told


def write_address(public_url: str, installation: str) -> str:
    """Return our notification URL, by which the audit recognises subscriptions of this installation."""
    return f"{public_url.rstrip('/')}/graph/notifications?installation={installation}"


def find_former_url(address: str, public_url: str) -> str:
    """Return the public URL of a notification URL where it is another one than ours is now; empty where it is ours."""
    former, at, _ = address.partition("/graph/notifications")
    return former if at and public_url and former.casefold() != public_url.rstrip("/").casefold() else ""


def read_installation(address: str) -> str:
    """Return which installation a notification URL is of, wherever it is reached; empty for one of nobody we know."""
    return address.partition("/graph/notifications?installation=")[2]


async def delete_at_graph(client: GraphClient, graph_id: str) -> None:
    """End a subscription; it is no error if Graph no longer has it."""
    request = client.request_builder.subscriptions.by_subscription_id(graph_id).to_delete_request_information()
    try:
        await client.fetch(request)
    except GraphError as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise


def read_time(text: str) -> int:
    """Parse Graph's expiration time into UTC seconds; raises `GraphError` for an invalid one."""
    try:
        return int(datetime.fromisoformat(text).timestamp())
    except ValueError as error:
        raise GraphError(0, "unreadable") from error


def read_answer(body: bytes) -> _Answer:
    """Decode a created or renewed subscription; raises `GraphError` for an invalid answer."""
    try:
        return msgspec.json.decode(body, type=_Answer)
    except msgspec.DecodeError as error:
        raise GraphError(0, "unreadable") from error
