"""Telling administrators in time that what the app signs in with ends: 30, 7 and 1 days before, once each."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from bot.config import Config
from bot.credential import ALARM_DAYS, CredentialError, count_days, read_credential
from bot.environment import has_credential
from bot.loops import repeat, wait
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.messages.notice_history import list_notified
from storage.messages.outbox import NewNotice, add_notices
from storage.queue.directory import list_admins
from storage.queue.health import list_firms

log = structlog.get_logger(__name__)

PERIOD: Final = 3600.0
KIND: Final = "credential"


class Reminders:
    """Looks at what the app signs in with; any number of processes may run one."""

    def __init__(self, database: Database, config: Config, clock: Callable[[], float]) -> None:
        self._database = database
        self._config = config
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Look until `stopping` is set."""
        await repeat("reminders", self.work, stopping, lambda seconds: wait(stopping, seconds))

    async def work(self) -> float:
        """Look once; returns the seconds until it is worth looking again."""
        if (due := await asyncio.to_thread(self._find_due)) is not None:
            async with self._database.reading(SYSTEM) as connection:
                firms = [firm.tenant_id for firm in await list_firms(connection) if firm.state == "active"]
            for tenant_id in firms:
                await self._tell(tenant_id, *due)
        return PERIOD

    def _find_due(self) -> tuple[int, int] | None:
        """Return when the credential ends and which reminder is due; None if none is due or the end is unknown."""
        try:
            credential = read_credential(self._config) if has_credential(self._config) else None
        except CredentialError:
            return None  # the probes and the doctor say so
        days = None if credential is None else count_days(credential, self._clock())
        if credential is None or days is None or days >= ALARM_DAYS[0]:
            return None
        return credential.ends_at, min(alarm for alarm in ALARM_DAYS if days < alarm or alarm == ALARM_DAYS[0])

    async def _tell(self, tenant_id: int, ends_at: int, alarm: int) -> None:
        about = ends_at * 100 + alarm  # another end, or another alarm, is told anew
        now = int(self._clock())
        async with self._database.writing(tenant_id) as connection:
            told = {user for user, _ in await list_notified(connection, tenant_id, KIND, [about])}
            missing = [user for user in await list_admins(connection, tenant_id) if user not in told]
            key, payload = f"{KIND}:{about}", {"ends_at": ends_at}
            notices = [NewNotice(user, KIND, now, about, key, payload) for user in missing]
            await add_notices(connection, tenant_id, notices, now)
        if missing:
            log.warning("credential_ends", tenant=tenant_id, told=len(missing), alarm=alarm)
