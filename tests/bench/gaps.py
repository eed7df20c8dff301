"""The longest that nobody else is answered (the worst gap of the event loop) while people take whole lists as files."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from bot.door import Caller, Door
from bot.turn import Ask
from storage.engine.database import Database, open_database
from storage.viewer import Viewer
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, at_most
from tests.bench.population import TENANT
from tests.bench.setting import Setting

_MOST_MILLISECONDS = 50
_TAKERS = (1, 1, 1, 1, 2, 2, 3, 3)
"""Who takes a file, all at once: one person four, two others two each."""
_TICK = 0.001


async def measure(setting: Setting, report: Report) -> None:
    for kind, firms in list_kinds(setting):
        database = open_database(await firms.get_url(setting.choose(0.05, 0.002)))
        try:
            await _measure(setting, report, kind, database)
        finally:
            await database.close()


async def _measure(setting: Setting, report: Report, kind: str, database: Database) -> None:
    door = Door(database, time.time)
    for format_ in ("xlsx", "csv"):
        gaps, rows = [], 0
        for run in range(-1, setting.runs):  # the first one warms up
            async with _watching() as worst:
                answers = await asyncio.gather(*(_take(door, taker, format_) for taker in _TAKERS))
            rows = sum(answers)
            if run >= 0:
                gaps.append(worst[0])
        name = f"eight files at once as {format_} ({kind}), worst gap"
        report.add(Figure(name, "ms", gaps, goal=at_most(_MOST_MILLISECONDS), notes=f"{rows:,} rows in all"))


async def _take(door: Door, taker: int, format_: str) -> int:
    ask = Ask("export.deliver", {"filter": {"of": "contacts", "scope": "firm"}, "format": format_})
    reply = await door.answer(ask, Caller(Viewer(TENANT, taker), "en", surface="tab"))
    assert reply.record is not None, reply.summary
    return int(reply.record.after["rows"])


@contextlib.asynccontextmanager
async def _watching() -> AsyncIterator[list[float]]:
    """Give the longest gap in milliseconds, in a list of one, once the block is left."""
    worst = [0.0]

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            worst[0] = max(worst[0], (time.perf_counter() - before - _TICK) * 1000)

    watch = asyncio.create_task(tick())
    try:
        yield worst
    finally:
        watch.cancel()
