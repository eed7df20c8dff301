"""Every combination of a filter walks indexes, on both databases, and costs the same whatever the size of the firm."""

import itertools
import json
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest

from storage.engine.database import open_database
from storage.lists.filters import Filter
from storage.lists.paging import LAST, Cursor
from storage.lists.periods import Period
from storage.lists.query import get_list_query
from storage.lists.statement import fetch_page, prepare_list
from storage.models import CompanyType
from storage.viewer import Viewer
from tests.bench.population import NOW, populate

BIG = {"companies", "contacts", "relationships", "company_relationships", "interactions", "interaction_contacts"}
BIG |= {"search_words", "company_domains", "audit"}
FILTERS = [
    Filter(*parts)
    for parts in itertools.product(
        ("companies", "contacts"),
        ("mine", "firm"),
        ((), (CompanyType.CLIENT,), (CompanyType.PROSPECT, CompanyType.COURT, None)),
        ((), ("me",), ("nobody",), ("anyone",), (2, 3), ("me", "nobody"), (2, 3, 4, 5, 6)),
        ((), (2,), ("me", 3)),
        (None, 3),
        (None, Period("within", days=90), Period("before", day="2025-06-01"), Period("in", day="last_month")),
        ("", "al", "al co"),
        ("last", "name", "count"),
        (False, True),
    )
]
_DENIALS: tuple[dict[str, Any], ...] = (
    {},
    {"not_partners": ("me", 3)},
    {"not_company_ids": (3, 4)},
    {"is_met": False},
    {"is_met": True},
    {"not_partners": (2,), "is_met": False},
    {"not_known_by": (3, 4)},
    {"not_met_by": (3,)},
    {"first": Period("within", days=30)},
    {"first": Period("in", day="last_month")},
    {"mail": "awaits_us"},
    {"mail": "only"},
    {"mail": "never_theirs", "sort": "first"},
    {"is_met": False, "met_in": Period("in", day="this_quarter")},
    {"is_met": True, "met_in": Period("within", days=30)},
    {"became": Period("in", day="this_month")},
    {"has_company": False},
    {"sort": "first", "is_ascending": True},
)
SOME = [
    one.changed(**_DENIALS[place % len(_DENIALS)]).normalised()
    for place, one in enumerate(random.Random(3).sample(FILTERS, 600))
]
VIEWERS = (Viewer(1, 2), Viewer(1, 2, shares_contacts=False))
KEYS = {"last": NOW, "name": "m", "count": 3, "first": NOW}


def list_statements(*, is_sqlite: bool) -> Iterator[tuple[Filter, Any, dict[str, Any]]]:
    for place, filter_ in enumerate(SOME):
        cursor = Cursor(("next", "previous")[place % 2], filter_.sort, KEYS[filter_.sort], 5) if place % 3 else None
        list_query, values = get_list_query(VIEWERS[place % 4 == 0], filter_, now=NOW, cursor=cursor, limit=10)
        yield filter_, prepare_list(list_query, is_sqlite=is_sqlite).statement, values


async def test_on_sqlite_no_combination_scans_a_big_table(sqlite_database):
    dialect, scans = sqlite_database.engine.dialect, {}
    async with sqlite_database.reading(1) as connection:
        for filter_, statement, values in list_statements(is_sqlite=True):
            compiled = statement.compile(dialect=dialect)
            names = dict(re.findall(r"(?:FROM|JOIN) (\w+) AS (\w+)", compiled.string))
            big = BIG | {alias for table, alias in names.items() if table in BIG}
            given = compiled.construct_params(values)
            rows = await connection.exec_driver_sql(
                f"EXPLAIN QUERY PLAN {compiled.string}", tuple(given[name] for name in compiled.positiontup)
            )
            for step in (row[3] for row in rows):
                words = (*step.split(), "")
                is_whole = words[0] == "SCAN" or step.endswith("USING PRIMARY KEY (tenant_id=?)")
                if words[1] in big and (is_whole or "AUTOMATIC" in step):
                    scans[filter_] = step
    assert scans == {}


def list_nodes(plan: dict[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[dict[str, Any], tuple[str, ...]]]:
    yield plan, above
    for child in plan.get("Plans", ()):
        yield from list_nodes(child, (*above, plan["Node Type"]))


def is_whole_scan(node: dict[str, Any], above: tuple[str, ...]) -> bool:
    """Tell a walk over everything a tenant has from a range of an index that is read in order up to a limit."""
    if node.get("Relation Name") not in BIG:
        return False
    if node["Node Type"] == "Seq Scan":
        return True
    conditions = [below.get("Index Cond", "") for below, _ in list_nodes(node)]
    asked = set(re.findall(r"(?:ROW\(|\(+)(\w+)(?:\)::text)?,? (?:=|>=|<=|<|>|IS NULL|id)", " ".join(conditions)))
    since_limit = above[len(above) - above[::-1].index("Limit") :] if "Limit" in above else above
    return asked <= {"tenant_id"} and any("Sort" in kind or "Aggregate" in kind for kind in since_limit)


@pytest.mark.slow
async def test_on_postgresql_no_combination_walks_a_whole_table(postgres_database):
    await populate(postgres_database, 0.01)
    dialect, scans = postgres_database.engine.dialect, {}
    async with postgres_database.reading(1) as connection:
        for filter_, statement, _ in list_statements(is_sqlite=False):
            compiled = statement.compile(dialect=dialect)
            nulls = ", ".join("NULL" for _ in compiled.positiontup)
            await connection.exec_driver_sql(f"PREPARE list AS {compiled.string}")
            # As the service plans: once for any values.
            rows = await connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) EXECUTE list ({nulls})")
            plan = rows.scalar_one()
            plan = json.loads(plan) if isinstance(plan, str) else plan
            await connection.exec_driver_sql("DEALLOCATE list")
            found = [node for node, above in list_nodes(plan[0]["Plan"]) if is_whole_scan(node, above)]
            if found:
                scans[filter_] = [str(node) for node in found]
    assert scans == {}


LISTS = [
    Filter(),
    Filter(types=(CompanyType.CLIENT,), partners=("me",)),
    Filter(sort="name", is_ascending=True),
    Filter(sort="count"),
    Filter(scope="firm"),
    Filter(scope="firm", types=(CompanyType.CLIENT, CompanyType.PROSPECT)),
    Filter(scope="firm", types=(CompanyType.CLIENT,), last=Period("not_for", days=90)),
    Filter(scope="firm", partners=("nobody",), sort="last", is_ascending=True),
    Filter(scope="firm", partners=("me", 3, "nobody")),
    Filter(scope="firm", last=Period("between", day="2025-01-01", until="2025-06-30")),
    Filter(scope="firm", types=(CompanyType.PROSPECT,), sort="name", is_ascending=True),
    Filter(scope="firm", sort="count"),
    Filter(of="contacts"),
    Filter(of="contacts", scope="firm"),
    Filter(of="contacts", scope="firm", sort="name", is_ascending=True),
    Filter(of="contacts", scope="firm", sort="count"),
    Filter(of="contacts", scope="firm", company_id=3),
]


async def count_steps(
    database, filter_: Filter, cursor: str | None = None, *, few: int | None = None
) -> tuple[int, str | None]:
    """Count what SQLite's machine does for a page, in twenties of instructions; and give the next page's cursor."""
    steps = itertools.count()
    async with database.writing(1) as connection:
        raw = (await connection.get_raw_connection()).driver_connection._conn
        raw.set_progress_handler(lambda: next(steps) and 0, 20)
        page = await fetch_page(connection, VIEWERS[0], filter_, tuple, now=NOW, cursor=cursor, limit=10, few=few)
        raw.set_progress_handler(None, 0)
    return next(steps), page.next


@pytest.mark.slow
async def test_a_list_costs_the_same_in_a_firm_ten_times_as_big_and_on_its_last_pages(tmp_path):
    costs: dict[float, list[int]] = {}
    for scale in (0.001, 0.01):
        database = open_database(f"sqlite:///{tmp_path}/firm{scale}.db")
        await database.create_tables()
        await populate(database, scale)
        costs[scale] = [(await count_steps(database, filter_))[0] for filter_ in LISTS]
        last = [(await count_steps(database, filter_, LAST))[0] for filter_ in LISTS]
        await database.close()
    for small, big, behind in zip(costs[0.001], costs[0.01], last, strict=True):
        assert big <= 1.5 * small + 10
        assert behind <= 1.5 * big + 10


@pytest.mark.parametrize(("of", "rows"), [("companies", 1000), ("contacts", 5000)])
@pytest.mark.parametrize("sort", ["last", "name", "count"])
async def test_a_walk_passes_over_whoever_lacks_the_words_without_a_look_at_them(sqlite_database, of, rows, sort):
    await populate(sqlite_database, 0.005)
    nobody = Filter(of=of, scope="firm", text="qqq zzz", sort=sort)
    steps, _ = await count_steps(sqlite_database, nobody, few=-1)
    assert rows * 5 < steps * 20 < rows * 7 + 600
