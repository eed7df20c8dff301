"""What is done once a day: parts made ahead and old ones dropped, what is no longer kept deleted, words made anew."""

import asyncio
from collections.abc import Callable
from typing import Final

import structlog

from bot.loops import holding, repeat, waking
from storage.engine.database import Database
from storage.engine.partitions import add_parts
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.history.retention import drop_old_parts, purge_tenant
from storage.lists.reindex import VERSION, reindex_some
from storage.queue.chores import LEASE, DueChore, claim_chores, fail_chore, finish_chore

log = structlog.get_logger(__name__)

PERIOD: Final = 86_400
AGAIN: Final = 3600
PAUSE: Final = 300.0


class Upkeep:
    """Keeps the database in order; any number of processes may run one."""

    def __init__(self, database: Database, clock: Callable[[], float]) -> None:
        self._database = database
        self._clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep order until `stopping` is set."""
        await repeat("upkeep", self.work, stopping, waking(self._database, "upkeep"))

    async def work(self) -> float:
        """Do what is due today; gives the seconds until it is worth looking again."""
        now = int(self._clock())
        async with self._database.writing(SYSTEM) as connection:
            chores = await claim_chores(connection, "retention", now)
            older = await claim_chores(connection, "words", now)
        async with holding(self._database, older, self._clock):
            for chore in older:
                await self._reindex(chore, now)
        if not chores:
            return 0 if older else PAUSE
        async with holding(self._database, chores, self._clock):
            await self._part(now)
            for chore in chores:
                await self._purge(chore.tenant_id, now)
        return 0

    async def _part(self, now: int) -> None:
        """Make parts ahead; where the tables are too busy for it, rows go to the default part until the next time."""
        try:
            async with self._database.writing(SYSTEM) as connection:
                added = await add_parts(connection, now)
            dropped = await drop_old_parts(self._database, now)
        except DatabaseError as error:
            log.warning("parts_left_as_they_are", reason=error.reason)
            return
        if added or dropped:
            log.info("parts_changed", added=len(added), dropped=len(dropped))

    async def _reindex(self, chore: DueChore, now: int) -> None:
        """Make the words of a firm's book as they are made today; what was done stays done where this is cut short."""
        place = chore.link
        try:
            while place != VERSION:
                async with self._database.writing(chore.tenant_id) as connection:
                    place = await reindex_some(connection, chore.tenant_id, place)
                    await finish_chore(connection, chore.tenant_id, "words", now=now, next_at=now + LEASE, link=place)
        except DatabaseError as error:
            async with self._database.writing(chore.tenant_id) as connection:
                reason = error.reason
                await fail_chore(connection, chore.tenant_id, "words", next_at=now + AGAIN, reason=reason)
            return
        async with self._database.writing(chore.tenant_id) as connection:
            await finish_chore(connection, chore.tenant_id, "words", now=now, next_at=now + PERIOD, link=place)

    async def _purge(self, tenant_id: int, now: int) -> None:
        try:
            purged = await purge_tenant(self._database, tenant_id, now)
        except DatabaseError as error:
            async with self._database.writing(tenant_id) as connection:
                reason = error.reason
                await fail_chore(connection, tenant_id, "retention", next_at=now + AGAIN, reason=reason)
            return
        async with self._database.writing(tenant_id) as connection:
            await finish_chore(connection, tenant_id, "retention", now=now, next_at=now + PERIOD)
        if purged:
            log.info("purged", tenant=tenant_id, interactions=purged)
