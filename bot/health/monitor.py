"""Measure the health of the service, at most once a second however many ask."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from bot.health.troubles import ProcessState, Trouble, find_in_database, find_in_process
from storage.engine.damage import find_damage
from storage.engine.database import Database, get_file
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.queue.health import Health, get_health

log = structlog.get_logger(__name__)

FRESH: Final = 1.0
"""Seconds for which an answer is good: anybody may ask as often as they like."""
PATIENCE: Final = 3.0
UNMEASURED: Final = frozenset({"database_away", "schema_none", "schema_foreign", "schema_broken"})
"""Troubles with which nothing of the sync can be read."""
LOOK_SECONDS: Final = 1.0
"""For a file at the first look; 1 s reads some hundred megabytes."""


@dataclass(frozen=True, slots=True)
class State:
    """The problems found, and the health of the sync; `health` is None if the database did not answer."""

    troubles: tuple[Trouble, ...]
    health: Health | None

    @property
    def is_ready(self) -> bool:
        """Whether requests can be answered."""
        return all(trouble.weight != "stops" for trouble in self.troubles)

    @property
    def status(self) -> str:
        """`ok`, `degraded` or `unavailable`."""
        if not self.is_ready:
            return "unavailable"
        is_hindered = any(trouble.weight == "hinders" for trouble in self.troubles)
        return "degraded" if is_hindered else "ok"


class HealthMonitor:
    """Finds problems in the process and in the database, and keeps the result for a second."""

    def __init__(self, database: Database, clock: Callable[[], float], process: ProcessState) -> None:
        self._database = database
        self._clock = clock
        self._process = process
        self._lock = asyncio.Lock()
        self._measured: tuple[float, State] | None = None
        self._was_looked_through = False

    async def get_state(self) -> State:
        """Return a state that is at most a second old."""
        async with self._lock:
            now = self._clock()
            if self._measured is None or not 0 <= now - self._measured[0] < FRESH:
                self._measured = now, await self._look(now)
            return self._measured[1]

    async def _look(self, now: float) -> State:
        await self._look_through()
        troubles = [trouble async for trouble in find_in_process(self._process, now)]
        health = None
        try:
            async with asyncio.timeout(PATIENCE):
                found = find_in_database(self._database, self._process.config, now)
                troubles += [trouble async for trouble in found]
                if UNMEASURED.isdisjoint(trouble.key for trouble in troubles):
                    health = await self._measure(now)
                    if health.failing:
                        counts = {"count": health.failing, "total": health.total}
                        troubles.append(Trouble("mailboxes_failing", "hinders", counts))
        except (DatabaseError, TimeoutError) as error:
            log.warning("health_unknown", reason=type(error).__name__)
            if not any(trouble.key == "damaged" for trouble in troubles):  # that is why it does not answer
                troubles.append(Trouble("database_away", "stops", {"error": type(error).__name__}))
        return State(tuple({trouble.key: trouble for trouble in troubles}.values()), health)  # one thing, seen twice

    async def _look_through(self) -> None:
        """Look once for damage to an SQLite file, as far as that goes in a second; later reads tell of the rest."""
        file = get_file(self._process.config.database_url)
        if not self._was_looked_through and file is not None:
            self._was_looked_through = True
            self._database.is_damaged |= await asyncio.to_thread(find_damage, file, LOOK_SECONDS)

    async def _measure(self, now: float) -> Health:
        async with self._database.reading(SYSTEM) as connection:
            return await get_health(connection, int(now))
