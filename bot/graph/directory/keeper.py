"""Follow each tenant's directory: who joins, leaves or is renamed, and whether the tenant still admits us."""

import asyncio
import functools
from collections.abc import Callable, Collection
from dataclasses import replace
from http import HTTPStatus
from typing import Final, Protocol

import structlog

from bot.graph.client.backoff import choose_retry_at
from bot.graph.client.client import GraphClient
from bot.graph.client.errors import GraphError, SignInError
from bot.graph.directory.entries import describe_user, probe_calendar, probe_mailbox
from bot.graph.directory.reader import Snapshot, read_directory
from bot.graph.sync.failures import explain_error
from bot.language import say_reason
from bot.loops import holding, repeat, waking
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.firm.closing import is_served
from storage.firm.rule_values import FirmRules
from storage.firm.rules import get_rules, hold_rules
from storage.firm.tenants import (
    add_mailboxes,
    add_tenant,
    set_organization,
    set_served,
    set_users,
    stop_users,
    stop_users_except,
)
from storage.queue.chores import (
    DueChore,
    add_chores,
    ask_stopped_again,
    claim_chores,
    extend_chores,
    fail_chore,
    finish_chore,
    get_next_chore_at,
    make_chore_due,
)
from storage.queue.directory import (
    find_refused_user,
    match_subscriptions,
    resume_mailboxes,
    resume_refused,
    set_admins,
    set_tenant_state,
    stop_mailboxes_except,
)
from storage.served import admit_by_rule

log = structlog.get_logger(__name__)

PERIOD: Final = 300
SOON: Final = 60
"""Seconds after which a directory is read again if it listed people that could not be fetched."""
PROBE: Final = 600
"""Seconds after which a tenant that refuses us is asked again."""
LONGEST_PAUSE: Final = 10.0
ALL_REFUSED: Final = "all_forbidden"


class OnTenantState(Protocol):
    """Called in the same transaction when a tenant admits us again, or no longer."""

    async def __call__(self, connection: Connection, tenant_id: int, state: str) -> None:
        """Write what follows from it (notices)."""


class DirectoryKeeper:
    """Follows the directories of all tenants; any number of processes may run one.

    `get_client(entra_tenant_id)` gives the Graph client of a tenant, `clock` UTC seconds. `tenants` that are configured
    and not yet stored are added first; `first` are the environment's rules for a firm. `digest_credential` gives
    another digest where the file with what is signed in with has changed.
    """

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        tenants: Collection[str],
        first: FirmRules,
        clock: Callable[[], float],
        on_tenant_state: OnTenantState | None = None,
        digest_credential: Callable[[], bytes] = bytes,
    ) -> None:
        self._database = database
        self._get_client = get_client
        self._tenants = tenants
        self._first = first
        self._clock = clock
        self._on_tenant_state = on_tenant_state
        self._has_added = False
        self._digest_credential = digest_credential
        self._signed_with: bytes | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow the directories until `stopping` is set."""
        await repeat("directory", self.work, stopping, waking(self._database, "directory"))

    async def work(self) -> float:
        """Read the due directories; return the seconds until the next one is due."""
        await self._add_tenants()
        await self._try_credential()
        async with self._database.writing(SYSTEM) as connection:
            chores = await claim_chores(connection, "directory", self._now())
        async with holding(self._database, functools.partial(extend_chores, chores=chores), self._clock):
            await asyncio.gather(*(self._follow(chore) for chore in chores))
        if chores:
            return 0
        async with self._database.reading(SYSTEM) as connection:
            next_at = await get_next_chore_at(connection, "directory")
        return min(LONGEST_PAUSE, max(0.1, next_at - self._clock())) if next_at is not None else LONGEST_PAUSE

    def _now(self) -> int:
        return int(self._clock())

    async def _add_tenants(self) -> None:
        if self._has_added:
            return
        async with self._database.writing(SYSTEM) as connection:
            for entra_id in self._tenants:
                tenant_id = await add_tenant(connection, entra_id, self._first, self._now())
                await add_chores(connection, tenant_id, self._now())
                await resume_refused(connection, tenant_id, self._now())  # a start asks again what was refused
        self._has_added = True

    async def _try_credential(self) -> None:
        """Ask the firms again that stand still for what we sign in with: at the start, and with another one."""
        digest = await asyncio.to_thread(self._digest_credential)
        if digest != self._signed_with:
            async with self._database.writing(SYSTEM) as connection:
                await ask_stopped_again(connection, self._tenants, self._now())
            self._signed_with = digest

    async def _follow(self, chore: DueChore) -> None:
        async with self._database.reading(chore.tenant_id) as connection:
            rules = await get_rules(connection, chore.tenant_id)
        try:
            snapshot = await read_directory(self._get_client(chore.entra_id), chore.link, rules)
            reason, is_open = await self._find_refusal(chore)
        except DatabaseError:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it is told, and keeps no other firm waiting
            await self._note_failure(chore, error)
            return
        async with self._database.writing(chore.tenant_id) as connection:
            if not await is_served(connection, chore.tenant_id):
                return
            if await hold_rules(connection, chore.tenant_id) != rules:
                await self._look_again(connection, chore)
                return
            await self._write(connection, chore.tenant_id, snapshot)
            await self._set_state(connection, chore.tenant_id, "paused" if reason else "active", reason)
            if is_open:
                await resume_refused(connection, chore.tenant_id, self._now())
            next_at = self._now() + (PROBE if reason else PERIOD if snapshot.is_settled else SOON)
            await finish_chore(
                connection, chore.tenant_id, "directory", now=self._now(), next_at=next_at, link=snapshot.link
            )

    async def _look_again(self, connection: Connection, chore: DueChore) -> None:
        """Believe nothing that was read under rules that changed meanwhile."""
        await make_chore_due(connection, chore.tenant_id, "directory", self._now())

    async def _find_refusal(self, chore: DueChore) -> tuple[str, bool]:
        """Ask one of a tenant's refused mailboxes again.

        Return the reason not to read the tenant, where all its mailboxes are refused and this one is so again, and
        whether this one is open now.
        """
        async with self._database.reading(chore.tenant_id) as connection:
            refused = await find_refused_user(connection, chore.tenant_id)
        if refused is None:
            return "", False
        client = self._get_client(chore.entra_id)
        try:
            await probe_mailbox(client, refused.entra_id)
        except GraphError as error:
            return ALL_REFUSED if refused.are_all and error.status == HTTPStatus.FORBIDDEN else "", False
        try:
            await probe_calendar(client, refused.entra_id)
        except GraphError:
            return "", False
        return "", True

    async def _write(self, connection: Connection, tenant_id: int, snapshot: Snapshot) -> None:
        now, members = self._now(), snapshot.members
        people = [describe_user(entry) for entry in snapshot.people]
        if members is not None:
            people = [replace(one, has_mailbox=one.entra_id in members) for one in people]
        await set_users(connection, tenant_id, people, now)
        # Behind the people: at a new domain those are colleagues whom the directory knows.
        await set_organization(connection, tenant_id, name=snapshot.name, domains=snapshot.domains)
        await stop_users(connection, tenant_id, snapshot.gone)
        if snapshot.is_whole:
            await stop_users_except(connection, tenant_id, [one.entra_id for one in people])
        if members is not None:
            await add_mailboxes(connection, tenant_id, sorted(members), now)
            await stop_mailboxes_except(connection, tenant_id, members)
        rules = await get_rules(connection, tenant_id)
        if rules.serves != "group":
            await admit_by_rule(connection, tenant_id, rules.serves)
        elif rules.serves_group in snapshot.served:  # another one since this look began: the next one lists it
            await set_served(connection, tenant_id, snapshot.served[rules.serves_group])
        await set_admins(connection, tenant_id, rules.admins)
        await match_subscriptions(connection, tenant_id)

    async def _note_failure(self, chore: DueChore, error: Exception) -> None:
        """Write down why a directory was not read, and pause the firm where only an administrator can resolve it."""
        answer = error if isinstance(error, GraphError) else GraphError(0)
        retry_at = choose_retry_at(self._clock(), chore.failures, answer.retry_after)
        state = _judge(answer)
        async with self._database.writing(chore.tenant_id) as connection:
            if state:
                retry_at = self._now() + PROBE
                await self._set_state(connection, chore.tenant_id, state, _explain(answer))
            await fail_chore(connection, chore.tenant_id, "directory", next_at=retry_at, reason=explain_error(error))
        known = {"error": str(error)} if error is answer else {"exc_info": error}
        log.warning("directory_not_read", tenant=chore.tenant_id, state=state or "unchanged", **known)

    async def _set_state(self, connection: Connection, tenant_id: int, state: str, reason: str) -> None:
        is_news = await set_tenant_state(connection, tenant_id, state, reason)
        if is_news and state == "active":
            await resume_mailboxes(connection, tenant_id, self._now())
        if is_news:
            log.warning("tenant_state", tenant=tenant_id, state=state, why=say_reason("en", reason))
        if is_news and self._on_tenant_state is not None:
            await self._on_tenant_state(connection, tenant_id, state)


def _judge(error: GraphError) -> str:
    if isinstance(error, SignInError) and error.is_refused:
        return "needs_admin"
    return "paused" if error.status == HTTPStatus.FORBIDDEN else ""


def _explain(error: GraphError) -> str:
    if isinstance(error, SignInError):
        return f"sign_in_refused:{error.code}"
    return f"directory_forbidden:{error.code}"
