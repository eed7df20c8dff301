"""What is done again and again: parts of the history made ahead, what is no longer kept deleted, words made anew.

Nothing is deleted by our own clock alone: the database's and Microsoft's have to say the same.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

import structlog

from bot.loops import holding, repeat, waking
from storage.engine.connection import Connection
from storage.engine.database import Database
from storage.engine.partitions import add_partitions
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError, PurgeBoundError
from storage.history.recount import SUMS, recount_some
from storage.history.retention import drop_old_partitions, prepare_purge, purge_tenant
from storage.lists.reindex import VERSION, reindex_some
from storage.queue.chores import LEASE, ChoreName, DueChore, claim_chores, extend_chores, fail_chore, finish_chore
from storage.queue.clock import correct_future_times
from storage.queue.load import CLOCKS_DIFFER, PURGE_WAITS

log = structlog.get_logger(__name__)

PERIOD: Final = 3600
AGAIN: Final = 3600
PAUSE: Final = 60.0
APART: Final = 300.0
"""Seconds that clocks may differ by and still be believed."""
LATEST_YEARS: Final = 4102444800
"""2100: no clock is believed that says more."""

ReadTimes = Callable[[str], Awaitable[Sequence[float]]]
"""Gives the times of clocks that are not ours, for a tenant's Entra id; raises where one of them does not answer."""


_MADE_ANEW: Final[dict[ChoreName, tuple[Callable[[Connection, int, str], Awaitable[str]], str]]] = {
    "words": (reindex_some, VERSION),
    "sums": (recount_some, SUMS),
}
"""What an upgrade makes anew, a part at a time, and the version at which it is done."""


class Upkeep:
    """Keeps the database in order; any number of processes may run one."""

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float],
        read_times: ReadTimes,
        *,
        own: Callable[[], float] | None = None,
    ) -> None:
        """Take the clock by which things are due, and `own`, our machine's alone, for what all clocks must agree on."""
        self._own = own or clock
        self._database = database
        self._clock = clock
        self._read_times = read_times

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep order until `stopping` is set."""
        await repeat("upkeep", self.work, stopping, waking(self._database, "upkeep"))

    async def work(self) -> float:
        """Do what is due; returns the seconds until it is worth looking again."""
        now = int(self._clock())
        async with self._database.writing(SYSTEM) as connection:
            mended = await correct_future_times(connection, now)
            chores = await claim_chores(connection, "retention", now)
            older = [chore for name in _MADE_ANEW for chore in await claim_chores(connection, name, now)]
        if mended:
            log.warning("times_pulled_back", count=mended)
        if not older and not chores:
            return PAUSE
        async with holding(self._database, functools.partial(extend_chores, chores=[*older, *chores]), self._clock):
            for chore in older:
                await self._make_anew(chore, now)
            if chores:
                await self._add_parts(now)
            for chore in chores:
                await self._keep(chore, now)
        return 0

    async def _add_parts(self, now: int) -> None:
        """Make parts ahead; where the tables are too busy for it, rows go to the default part until the next time."""
        try:
            async with self._database.writing(SYSTEM) as connection:
                added = await add_partitions(connection, now)
        except DatabaseError as error:
            log.warning("parts_left_as_they_are", reason=error.reason)
            return
        if added:
            log.info("parts_added", count=len(added))

    async def _make_anew(self, chore: DueChore, now: int) -> None:
        """Make words or sums of a firm's book as they are made today; what was done stays done where this is cut."""
        place, name, (step, version) = chore.link, chore.name, _MADE_ANEW[chore.name]
        try:
            while place != version:
                async with self._database.writing(chore.tenant_id) as connection:
                    place = await step(connection, chore.tenant_id, place)
                    await finish_chore(connection, chore.tenant_id, name, now=now, next_at=now + LEASE, link=place)
        except DatabaseError as error:
            async with self._database.writing(chore.tenant_id) as connection:
                reason = error.reason
                await fail_chore(connection, chore.tenant_id, name, next_at=now + AGAIN, reason=reason)
            return
        async with self._database.writing(chore.tenant_id) as connection:
            await finish_chore(connection, chore.tenant_id, name, now=now, next_at=now + PERIOD, link=place)

    async def _keep(self, chore: DueChore, now: int) -> None:
        """Delete what a tenant no longer keeps, where the clocks agree and it is not too much at once."""
        try:
            believed = await read_agreed_time(self._read_times, chore.entra_id, self._own)
            await prepare_purge(self._database, chore.tenant_id, believed)
            dropped = await drop_old_partitions(self._database, believed)
            purged = await purge_tenant(self._database, chore.tenant_id, believed)
            purged += dropped.counts[chore.tenant_id]
        except PurgeBoundError as error:
            await self._put_off(chore, now, f"{PURGE_WAITS}{error.count}")
        except ClocksError as error:
            await self._put_off(chore, now, error.reason)
        except DatabaseError as error:
            await self._put_off(chore, now, error.reason)
        else:
            async with self._database.writing(chore.tenant_id) as connection:
                await finish_chore(connection, chore.tenant_id, "retention", now=believed, next_at=now + PERIOD)
            if purged or dropped.parts:
                log.info("purged", tenant=chore.tenant_id, interactions=purged, parts=len(dropped.parts))

    async def _put_off(self, chore: DueChore, now: int, reason: str) -> None:
        log.warning("nothing_purged", tenant=chore.tenant_id, reason=reason)
        async with self._database.writing(chore.tenant_id) as connection:
            await fail_chore(connection, chore.tenant_id, "retention", next_at=now + AGAIN, reason=reason)


class ClocksError(Exception):
    """What time it is, is not agreed upon."""

    reason = CLOCKS_DIFFER


class ClocksDifferError(ClocksError):
    """Our clock and the others do not say the same."""


class ClockUnknownError(ClocksError):
    """Microsoft does not say what time it is; the text is why."""

    reason = "clock_unknown"


async def read_agreed_time(read_times: ReadTimes, entra_id: str, clock: Callable[[], float]) -> int:
    """Return the earliest of the clocks' times, in UTC seconds; raises `ClocksError`, and `DatabaseError`."""
    try:
        times = [*await read_times(entra_id), clock()]
    except DatabaseError:
        raise
    except Exception as error:
        raise ClockUnknownError(str(error) or type(error).__name__) from error
    if len(times) < 3 or max(times) - min(times) > APART or max(times) > LATEST_YEARS:  # noqa: PLR2004
        raise ClocksDifferError
    return int(min(times))
