"""Every list query at 1,000,000 contacts and 10,000,000 interactions, beside a tenth of that, and page 100 beside 1."""

import time
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select

from storage.engine.connection import Reading
from storage.engine.database import Database, open_database
from storage.lists.paging import Page
from storage.models import Company
from storage.viewer import Viewer
from tests.bench.asks import THREE_CONDITIONS, VIEWERS, Ask, Names, ask_list, draw_names, list_asks, list_searches
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, percentile, ratio_at_most
from tests.bench.population import TENANT
from tests.bench.setting import Setting

_WALKERS = 5
"""Those of the viewers who go far into their lists."""
_FAR = 100
_THIRD = 50
"""The page on which a list with three conditions is measured besides the first."""

_BY_KEY = select(*Company.__table__.columns).where(
    Company.tenant_id == bindparam("tenant_id"), Company.id == bindparam("id")
)


async def _read_by_key(connection: Reading, viewer: Viewer, _cursor: str | None) -> object:
    return (await connection.execute(_BY_KEY, {"tenant_id": TENANT, "id": viewer.user_id})).one()


@dataclass
class Place:
    """One query on one database, as far into its list as `cursors` say (by viewer), and how long it took."""

    database: Database
    ask: Ask
    cursors: dict[int, str | None]
    runs: list[float] = field(default_factory=list)
    """The p95 of each run in milliseconds."""

    async def run(self, times: int) -> None:
        took = []
        viewers = list(self.cursors)
        async with self.database.reading(TENANT) as connection:
            for number in range(times):
                viewer = Viewer(TENANT, viewers[number % len(viewers)])
                started = time.perf_counter()
                await self.ask(connection, viewer, self.cursors[viewer.user_id])
                took.append((time.perf_counter() - started) * 1000)
        self.runs.append(percentile(took, 0.95))


async def _walk(database: Database, ask: Ask, pages: int) -> Place | None:
    """Go to a page of each viewer's list; None where nobody's list is that long."""
    cursors: dict[int, str | None] = {}
    async with database.reading(TENANT) as connection:
        for number in range(1, (VIEWERS if pages == 1 else _WALKERS) + 1):
            cursor: str | None = None
            for _ in range(pages - 1):
                page = await ask(connection, Viewer(TENANT, number), cursor)
                cursor = page.next if isinstance(page, Page) else None
                if cursor is None:
                    break
            else:
                cursors[number] = cursor
    return Place(database, ask, cursors) if cursors else None


async def measure(setting: Setting, report: Report) -> None:
    for kind, firms in list_kinds(setting):
        whole = open_database(await firms.get_url(setting.choose(1, 0.002)))
        tenth = open_database(await firms.get_url(setting.choose(0.1, 0.0002)))
        try:
            sizes = Sizes(whole, tenth, await draw_names(whole), await draw_names(tenth))
            await _measure(setting, report, kind, sizes)
            await _measure_three_conditions(setting, report, kind, whole)
        finally:
            await whole.close()
            await tenth.close()


@dataclass(frozen=True)
class Sizes:
    """One firm in two sizes, and what its people type."""

    whole: Database
    tenth: Database
    names: Names
    names_of_tenth: Names

    async def run(self, setting: Setting, ask: Ask, ask_tenth: Ask) -> tuple[Place, Place, Place | None]:
        """Measure a query in both sizes, and, where somebody's list is so long, far into it."""
        first, small = await _walk(self.whole, ask, 1), await _walk(self.tenth, ask_tenth, 1)
        assert first
        assert small
        far = await _walk(self.whole, ask, _FAR)
        await _run_by_turns(setting, [place for place in (first, small, far) if place])
        return first, small, far


async def _measure(setting: Setting, report: Report, kind: str, sizes: Sizes) -> None:
    names = sizes.names, sizes.names_of_tenth
    for what, list_all in (("queries", list_asks), ("searches by name", list_searches)):
        of_size: list[Figure] = []
        of_page: list[Figure] = []
        for (name, ask), (_, ask_tenth) in zip(*map(list_all, names), strict=True):
            first, small, far = await sizes.run(setting, ask, ask_tenth)
            of_size.append(Figure(f"{name} ({kind})", "ms", first.runs, "a tenth", small.runs, ratio_at_most(1.5)))
            if far:
                title = f"{name}, page {_FAR} ({kind})"
                of_page.append(Figure(title, "ms", far.runs, "page 1", first.runs, ratio_at_most(1.5)))
        report.add_all(f"p95 of {len(of_size)} {what} at full size", of_size)
        report.add_all(f"p95 of {len(of_page)} lists on page {_FAR}", of_page)


async def _measure_three_conditions(setting: Setting, report: Report, kind: str, database: Database) -> None:
    key = Place(database, _read_by_key, dict.fromkeys(range(1, VIEWERS + 1)))
    figures = []
    for name, filter_ in THREE_CONDITIONS.items():
        for page in (1, _THIRD):
            place = await _walk(database, ask_list(filter_), page)
            if place is None:
                continue
            key.runs = []
            await _run_by_turns(setting, [place, key])
            title = f"{name}, page {page} ({kind})"
            figures.append(Figure(title, "ms", place.runs, "one row by its key", key.runs, ratio_at_most(3)))
    report.add_all("p95 of lists with three conditions", figures)


async def _run_by_turns(setting: Setting, places: list[Place]) -> None:
    times = int(setting.choose(200, 20))
    for place in places:
        await place.run(times)
        place.runs.clear()
    for _ in range(setting.runs):
        for place in places:
            await place.run(times)
