"""Every list query at 1,000,000 contacts and 10,000,000 interactions, beside a tenth of that, and page 100 beside 1."""

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import companies, contacts, users, views
from storage.database import Database, open_database
from storage.filters import Filter
from storage.models import Company, CompanyType
from storage.paging import Page
from storage.periods import Period
from storage.viewer import Viewer
from tests.bench.firms import list_kinds
from tests.bench.measure import Figure, Report, percentile, ratio_at_most
from tests.bench.population import NOW, TENANT
from tests.bench.setting import Setting

Ask = Callable[[AsyncConnection, Viewer, str | None], Awaitable[Page[object] | object]]

_VIEWERS = 20
"""People whose lists are asked for in turn."""
_WALKERS = 5
"""Those of them who go far into their lists."""
_COLLEAGUE = 7
_BIG_COMPANY = 1
_FAR = 100
_CLIENT, _PROSPECT, _COURT = CompanyType.CLIENT, CompanyType.PROSPECT, CompanyType.COURT
_QUIET = Period("not_for", days=90)
_RECENT = Period("within", days=90)
_BY_NAME = {"sort": "name", "is_ascending": True}

_COMPANIES = {
    "my companies": Filter(),
    "my clients": Filter(types=(_CLIENT,)),
    "my companies without a type": Filter(types=(None,)),
    "my clients and prospects": Filter(types=(_CLIENT, _PROSPECT)),
    "my companies by name": Filter(**_BY_NAME),
    "my companies by interactions": Filter(sort="count"),
    "my companies, a word": Filter(text="al"),
    "my clients whose partner I am, quiet": Filter(types=(_CLIENT,), partners=("me",), last=_QUIET),
    "all companies": Filter(scope="firm"),
    "all clients": Filter(scope="firm", types=(_CLIENT,)),
    "all clients and prospects": Filter(scope="firm", types=(_CLIENT, _PROSPECT)),
    "all clients by name": Filter(scope="firm", types=(_CLIENT,), **_BY_NAME),
    "all courts by name": Filter(scope="firm", types=(_COURT,), **_BY_NAME),
    "all clients by interactions": Filter(scope="firm", types=(_CLIENT,), sort="count"),
    "companies where partner is me": Filter(scope="firm", partners=("me",)),
    "companies where partner is me by name": Filter(scope="firm", partners=("me",), **_BY_NAME),
    "companies without a partner": Filter(scope="firm", partners=("nobody",)),
    "companies of three partners or of nobody": Filter(scope="firm", partners=("me", 3, 4, "nobody")),
    "clients of the last quarter": Filter(scope="firm", types=(_CLIENT,), last=Period("in", day="last_quarter")),
    "companies known by a colleague": Filter(scope="firm", known_by=_COLLEAGUE),
    "all companies of 90 days by name": Filter(scope="firm", last=_RECENT, **_BY_NAME),
    "all companies quiet for 90 days": Filter(scope="firm", last=_QUIET),
    "all companies, a rare word": Filter(scope="firm", text="carand"),
    "all companies, a common beginning": Filter(scope="firm", text="al"),
    "all companies, two words": Filter(scope="firm", text="com al"),
}
_CONTACTS = {
    "my contacts": Filter(of="contacts"),
    "my contacts by name": Filter(of="contacts", **_BY_NAME),
    "my contacts at clients": Filter(of="contacts", types=(_CLIENT,)),
    "my contacts, a word": Filter(of="contacts", text="al"),
    "all contacts": Filter(of="contacts", scope="firm"),
    "all contacts by name": Filter(of="contacts", scope="firm", **_BY_NAME),
    "all contacts by interactions": Filter(of="contacts", scope="firm", sort="count"),
    "all contacts at clients": Filter(of="contacts", scope="firm", types=(_CLIENT,)),
    "contacts at clients whose partner I am": Filter(of="contacts", scope="firm", types=(_CLIENT,), partners=("me",)),
    "contacts at a big company": Filter(of="contacts", scope="firm", company_id=_BIG_COMPANY),
    "contacts at a big company by name": Filter(of="contacts", scope="firm", company_id=_BIG_COMPANY, **_BY_NAME),
    "contacts known by a colleague": Filter(of="contacts", scope="firm", known_by=_COLLEAGUE),
    "all contacts of 90 days": Filter(of="contacts", scope="firm", last=_RECENT),
    "all contacts, a common beginning": Filter(of="contacts", scope="firm", text="al"),
    "all contacts, two words": Filter(of="contacts", scope="firm", text="carel mar"),
}
_THREE_CONDITIONS = {
    "clients, partner me, quiet": Filter(scope="firm", types=(_CLIENT,), partners=("me",), last=_QUIET),
    "prospects, no partner, quiet": Filter(scope="firm", types=(_PROSPECT,), partners=("nobody",), last=_QUIET),
}
_THIRD = 50
"""The page on which a list with three conditions is measured besides the first."""


def _of_list(filter_: Filter) -> Ask:
    list_ = companies.list_companies if filter_.of == "companies" else contacts.list_contacts
    return lambda connection, viewer, cursor: list_(connection, viewer, filter_, now=NOW, cursor=cursor)


def _list_asks() -> Iterator[tuple[str, Ask]]:
    for name, filter_ in (_COMPANIES | _CONTACTS).items():
        yield name, _of_list(filter_)
    yield (
        "companies to sort out",
        lambda connection, viewer, cursor: companies.list_companies_to_sort_out(connection, viewer, cursor=cursor),
    )
    yield "a company", lambda connection, viewer, _: companies.get_company(connection, viewer, _BIG_COMPANY)
    yield "a contact", lambda connection, viewer, _: contacts.get_contact(connection, viewer, _BIG_COMPANY)
    yield "finding a company", lambda connection, viewer, _: companies.find_companies(connection, viewer, "carand")
    yield (
        "finding a mistyped one",
        lambda connection, viewer, _: companies.find_companies(connection, viewer, "carrand"),
    )
    yield "finding a contact", lambda connection, viewer, _: contacts.find_contacts(connection, viewer, "carel mar")
    yield "finding a colleague", lambda connection, viewer, _: users.search_users(connection, viewer, "al")
    yield "my views", lambda connection, viewer, _: views.list_views(connection, viewer)


_BY_KEY = select(*Company.__table__.columns).where(
    Company.tenant_id == bindparam("tenant_id"), Company.id == bindparam("id")
)


async def _read_by_key(connection: AsyncConnection, viewer: Viewer, _cursor: str | None) -> object:
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
        for number in range(1, (_VIEWERS if pages == 1 else _WALKERS) + 1):
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
            await _measure(setting, report, kind, whole, tenth)
            await _measure_three_conditions(setting, report, kind, whole)
        finally:
            await whole.close()
            await tenth.close()


async def _measure(setting: Setting, report: Report, kind: str, whole: Database, tenth: Database) -> None:
    of_size: list[Figure] = []
    of_page: list[Figure] = []
    for name, ask in _list_asks():
        first, small, far = await _walk(whole, ask, 1), await _walk(tenth, ask, 1), await _walk(whole, ask, _FAR)
        assert first
        assert small
        await _run_by_turns(setting, [place for place in (first, small, far) if place])
        of_size.append(Figure(f"{name} ({kind})", "ms", first.runs, "a tenth", small.runs, ratio_at_most(1.5)))
        if far:
            title = f"{name}, page {_FAR} ({kind})"
            of_page.append(Figure(title, "ms", far.runs, "page 1", first.runs, ratio_at_most(1.5)))
    report.add_all(f"p95 of {len(of_size)} queries at full size", of_size)
    report.add_all(f"p95 of {len(of_page)} lists on page {_FAR}", of_page)


async def _measure_three_conditions(setting: Setting, report: Report, kind: str, database: Database) -> None:
    key = Place(database, _read_by_key, dict.fromkeys(range(1, _VIEWERS + 1)))
    figures = []
    for name, filter_ in _THREE_CONDITIONS.items():
        for page in (1, _THIRD):
            place = await _walk(database, _of_list(filter_), page)
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
