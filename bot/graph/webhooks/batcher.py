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
_PAUSE = 0.1
"""Seconds until a mailbox is tried again to which somebody is writing."""


@dataclass(slots=True)
class _Waiting:
    hints: tuple[Hint, ...]
    """Those that are not written yet."""
    false_count: asyncio.Future[int]
    false: int = 0


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
        self._put([waiting])
        return await waiting.false_count

    def _put(self, posts: Sequence[_Waiting]) -> None:
        """Have these posts written with the next transaction."""
        self._waiting += posts
        self._hint_count += sum(len(waiting.hints) for waiting in posts)
        if self._flushing is None:
            self._flushing = asyncio.create_task(self._flush())

    async def _flush(self) -> None:
        while self._waiting:
            batch = [waiting for waiting in self._waiting if not waiting.false_count.done()]
            self._waiting, self._hint_count = [], 0
            try:
                with span("notifications", posts=len(batch)):
                    true, held = await self._write([hint for waiting in batch for hint in waiting.hints])
            except Exception:  # whatever it is: nothing may be promised, and the next post must find its way
                log.exception("notifications_not_kept", posts=len(batch))
                _refuse(batch)
            else:
                if left := _answer(batch, true, held):
                    asyncio.get_running_loop().call_later(_PAUSE, self._put, left)
        self._flushing = None

    async def _write(self, hints: Sequence[Hint]) -> tuple[set[Hint], set[Hint]]:
        """Write the effects of the true hints in one transaction.

        Return the true hints, and those among them whose mailbox somebody is writing to: they are not written yet.
        """
        async with self._database.reading(SYSTEM) as connection:
            known = await find_subscriptions(connection, {hint.subscription_id for hint in hints})
        worth = [(hint, _check(hint, known)) for hint in hints]
        true = {hint for hint, word in worth if word == "accepted"}
        effects = _gather(true, known, {hint.entra_tenant_id for hint in hints if hint.subscription_id not in known})
        held: set[tuple[int, int]] = set()
        if effects:
            async with self._database.writing(SYSTEM) as connection:
                held = await write_notification_effects(connection, effects, int(self._clock()))
                reach("notification_written")
            reach("notification_committed")
        unwritten = {hint for hint in true if _get_mailbox(known[hint.subscription_id]) in held}
        for word, count in Counter(word for hint, word in worth if hint not in unwritten).items():
            metrics.NOTIFICATIONS.labels(word).inc(count)
        return true, unwritten


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
        mailbox = _get_mailbox(subscription)
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


def _get_mailbox(subscription: KnownSubscription) -> tuple[int, int]:
    return subscription.tenant_id, subscription.user_id


def _answer(batch: list[_Waiting], true: set[Hint], held: set[Hint]) -> list[_Waiting]:
    """Answer the posts of which everything is written, and return the others with what is not."""
    left = []
    for waiting in batch:
        waiting.false += sum(hint not in true for hint in waiting.hints)
        waiting.hints = tuple(hint for hint in waiting.hints if hint in held)
        if waiting.false_count.done():
            continue
        if waiting.hints:
            left.append(waiting)
        else:
            waiting.false_count.set_result(waiting.false)
    return left


def _refuse(batch: list[_Waiting]) -> None:
    for waiting in batch:
        if not waiting.false_count.done():
            waiting.false_count.set_exception(UnavailableError())
