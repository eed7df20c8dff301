"""Make the mailboxes of notifications due; posts that arrive during one transaction share the next."""

import asyncio
import hmac
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import structlog

from bot import metrics
from bot.errors import UnavailableError
from bot.failpoints import reach
from bot.graph.webhooks.notifications import Hint
from bot.traces import span
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.queue.notification_effects import NotificationEffects, write_notification_effects
from storage.queue.subscriptions import KnownSubscription, find_subscriptions

log = structlog.get_logger(__name__)

MOST_WAITING = 2_000
"""Most posts that wait for a transaction; beyond that the database is too slow and Graph gets a 503."""
MOST_HINTS = 200_000
"""The same for what they hold."""


@dataclass(slots=True)
class _Waiting:
    hints: tuple[Hint, ...]
    false_count: asyncio.Future[int]


class NotificationBatcher:
    """Checks hints against our own subscriptions and makes their mailboxes due; `clock` gives UTC seconds."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock
        self._waiting: list[_Waiting] = []
        self._flushing: asyncio.Task[None] | None = None
        self._hint_count = 0

    async def add(self, hints: tuple[Hint, ...]) -> int:
        """Handle the hints of one post; return, after the commit, how many were false.

        Raises `UnavailableError` if the database fails or is too slow, so that Graph sends the post again.
        """
        if not hints:
            return 0
        if len(self._waiting) >= MOST_WAITING or self._hint_count + len(hints) > MOST_HINTS:
            raise UnavailableError
        waiting = _Waiting(hints, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._hint_count += len(hints)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())
        return await waiting.false_count

    async def _flush(self) -> None:
        while self._waiting:
            batch = [waiting for waiting in self._waiting if not waiting.false_count.done()]
            self._waiting, self._hint_count = [], 0
            try:
                with span("notifications", posts=len(batch)):
                    true = await self._write([hint for waiting in batch for hint in waiting.hints])
            except Exception:  # whatever it is: nothing may be promised, and the next post must find its way
                log.exception("notifications_not_kept", posts=len(batch))
                _refuse(batch)
            else:
                _answer(batch, true)
        self._flushing = None

    async def _write(self, hints: Sequence[Hint]) -> set[Hint]:
        """Write the effects of the true hints in one transaction, and return those hints."""
        async with self._database.reading(SYSTEM) as connection:
            known = await find_subscriptions(connection, {hint.subscription_id for hint in hints})
        worth = [(hint, _check(hint, known)) for hint in hints]
        true = {hint for hint, word in worth if word == "accepted"}
        for word, count in Counter(word for _, word in worth).items():
            metrics.NOTIFICATIONS.labels(word).inc(count)
        effects = _gather(true, known, {hint.entra_tenant_id for hint in hints if hint.subscription_id not in known})
        if effects:
            async with self._database.writing(SYSTEM) as connection:
                await write_notification_effects(connection, effects, int(self._clock()))
                reach("notification_written")
            reach("notification_committed")
        return true


def _check(hint: Hint, known: Mapping[str, KnownSubscription]) -> str:
    """Classify a hint; the client state is compared in constant time."""
    subscription = known.get(hint.subscription_id)
    if subscription is None:
        return "unknown"
    if not hmac.compare_digest(hint.client_state_digest, subscription.client_state_digest):
        return "client_state"
    if hint.entra_tenant_id != subscription.entra_tenant_id:
        return "tenant"
    return "accepted"


def _gather(true: set[Hint], known: Mapping[str, KnownSubscription], strange_tenants: set[str]) -> NotificationEffects:
    """Many notifications for one mailbox become one; a removed or unknown subscription says its own."""
    effects = NotificationEffects(strange_tenants=strange_tenants)
    for hint in true:
        subscription = known[hint.subscription_id]
        mailbox = (subscription.tenant_id, subscription.user_id)
        match hint.what:
            case "reauthorizationRequired":
                effects.to_renew.add(subscription.key)
            case "subscriptionRemoved":
                effects.lost.add(subscription.key)
                effects.due.add(mailbox)
            case "updated" if subscription.resource == "messages":
                effects.due_soon.add(mailbox)
            case "deleted" if subscription.resource == "events":
                effects.to_reread.add(mailbox)
                effects.due.add(mailbox)
            case _:
                effects.due.add(mailbox)
    effects.due_soon -= effects.due
    return effects


def _answer(batch: list[_Waiting], true: set[Hint]) -> None:
    for waiting in batch:
        if not waiting.false_count.done():
            waiting.false_count.set_result(sum(hint not in true for hint in waiting.hints))


def _refuse(batch: list[_Waiting]) -> None:
    for waiting in batch:
        if not waiting.false_count.done():
            waiting.false_count.set_exception(UnavailableError())
