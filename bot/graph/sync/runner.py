"""Run turns: sync one leased mailbox, and return it to the queue with the outcome."""

import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Final

import structlog

from bot.graph.client.client import GraphClient
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.sync.failures import SyncFailure, judge_error, spread_out
from bot.graph.sync.firm import Firm
from bot.graph.sync.mailbox import sync_mailbox
from bot.graph.sync.run import MailboxRun, OnApplied
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.engine.wake import wake
from storage.errors import DatabaseError, LeaseLostError
from storage.queue.chores import make_chore_due
from storage.queue.directory import map_user_addresses
from storage.queue.mailboxes import (
    Lease,
    begin_first_sync,
    choose_interval,
    count_in_state,
    count_mailboxes,
    fail_mailbox,
    finish_mailbox,
    release_mailbox,
)
from storage.text.addresses import parse_address

log = structlog.get_logger(__name__)

_PROGRESS_EVERY: Final = 5.0
_COLLEAGUES_FOR: Final = 60.0
"""Seconds until it is looked again whom the directory knows."""
_REFUSAL_DELAY: Final = 5
"""Seconds after a refusal until the directory is read, so that many refused mailboxes cause one reading."""


class MailboxRunner:
    """Runs turns; `interval` is the seconds until a mailbox is polled again."""

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        on_applied: OnApplied | None,
        clock: Callable[[], float],
        interval: int,
    ) -> None:
        self.is_stopping = False
        """Set to let every run end after its current page."""
        self._database = database
        self._get_client = get_client
        self._on_applied = on_applied
        self._clock = clock
        self._interval = interval
        self._firms: dict[int, Firm] = {}
        self._colleagues_until: dict[int, float] = {}
        self._told_at = 0.0

    async def take(self, lease: Lease) -> None:
        """Sync a mailbox and give it back, whatever happens."""
        firm = self._find_firm(lease)
        run = MailboxRun(
            self._database,
            self._get_client(lease.entra_tenant_id),
            lease,
            firm,
            self._clock,
            self._on_applied,
            lambda: self.is_stopping,
        )
        try:
            await self._read_colleagues(lease, firm)
            is_done = await sync_mailbox(run)
            await self._give_back(run, is_done=is_done)
        except LeaseLostError:
            log.warning("lease_lost", tenant_id=lease.tenant_id, user_id=lease.user_id)
        except Exception as error:
            if not isinstance(error, GraphError | DatabaseError):
                log.exception("mailbox_failed", tenant_id=lease.tenant_id, user_id=lease.user_id)
            known = {"has_answered": lease.first_success_at > 0, "was_refused": lease.state == "forbidden"}
            trouble = judge_error(error, self._clock(), lease.failures, **known)
            is_refusal = trouble.state == "forbidden" or (isinstance(error, SignInError) and error.is_refused)
            await self._note(run, trouble, is_refusal=is_refusal)
        await self._tell_progress(run)

    def _find_firm(self, lease: Lease) -> Firm:
        """Return the firm as capture needs it; kept while unchanged, because it caches decisions on addresses."""
        known, now = self._firms.get(lease.tenant_id), Firm(lease.domains, keeps_subjects=lease.keeps_subjects)
        if known is None or (known.domains, known.keeps_subjects) != (now.domains, now.keeps_subjects):
            known = self._firms[lease.tenant_id] = now
        return known

    async def _read_colleagues(self, lease: Lease, firm: Firm) -> None:
        """Read whom the directory knows, once a minute for each firm: a new colleague's invitations count from then."""
        if time.monotonic() < self._colleagues_until.get(lease.tenant_id, 0.0) and firm.colleagues:
            return
        async with self._database.reading(lease.tenant_id) as connection:
            users = await map_user_addresses(connection, lease.tenant_id)
        firm.colleagues = {parse_address(address).address: user_id for address, user_id in users.items()}
        self._colleagues_until[lease.tenant_id] = time.monotonic() + _COLLEAGUES_FOR

    async def _give_back(self, run: MailboxRun, *, is_done: bool) -> None:
        lease, now = run.lease, run.now
        async with self._database.writing(lease.tenant_id) as connection:
            await run.settle(connection)
            if is_done:
                has_news = run.news > 0
                interval = choose_interval(lease, self._interval, now, has_news=has_news)
                due_at = now + int(interval * random.uniform(0.9, 1.1))
                await finish_mailbox(connection, lease, now=now, due_at=due_at, has_news=has_news)
            else:
                if run.is_beginning:
                    await begin_first_sync(connection, lease)
                await release_mailbox(connection, lease, now)

    async def _note(self, run: MailboxRun, trouble: SyncFailure, *, is_refusal: bool) -> None:
        """Record why a sync failed; if that fails too, the lease expires by itself.

        After a refusal the directory is read, to learn whether the whole firm refuses us.
        """
        lease = run.lease
        said = {"state": trouble.state, "reason": trouble.reason, "retry_at": trouble.retry_at}
        log.warning("mailbox_not_synced", tenant_id=lease.tenant_id, user_id=lease.user_id, **said)
        try:
            async with self._database.writing(lease.tenant_id) as connection:
                await run.settle(connection)
                if trouble.state in {"skipped", "forbidden"}:
                    closed = await count_in_state(connection, lease.tenant_id, trouble.state)
                    trouble = spread_out(trouble, self._clock(), closed)
                await fail_mailbox(connection, lease, **asdict(trouble))
                if is_refusal:
                    at = int(self._clock()) + _REFUSAL_DELAY
                    await make_chore_due(connection, lease.tenant_id, "directory", at)
                    wake(connection, "directory")
        except (LeaseLostError, DatabaseError) as error:
            log.warning("failure_not_noted", user_id=lease.user_id, error=type(error).__name__)

    async def _tell_progress(self, run: MailboxRun) -> None:
        """Log how far this mailbox is, and now and then how far all of them are."""
        lease = run.lease
        if lease.state != "current":
            log.info(
                "mailbox_progress",
                tenant_id=lease.tenant_id,
                user_id=lease.user_id,
                pages=run.pages,
                items=run.items,
            )
        if time.monotonic() >= self._told_at + _PROGRESS_EVERY:
            self._told_at = time.monotonic()
            with contextlib.suppress(DatabaseError):  # it is told another time
                log.info("progress", **await read_counts(self._database))


async def read_counts(database: Database) -> dict[str, int]:
    """Return `{"total", "current", "failing"}` for `/healthz`; current means synced to the end."""
    async with database.reading(SYSTEM) as connection:
        return await count_mailboxes(connection)
