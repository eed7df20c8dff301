"""Whatever is asked, the one statement gives what a slow evaluation of the same rows gives, page by page.

`FILTER_EXAMPLES=10000` is the long form.
"""

import os
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.engine.rls import SYSTEM
from storage.lists.filters import NEW, Filter, Mail, from_json, to_json
from storage.lists.paging import LAST
from storage.lists.periods import NAMED_DAYS, Period
from storage.lists.statement import count_up_to, fetch_page
from storage.models import CompanyType
from storage.viewer import Viewer
from tests.factories import NOW
from tests.plain_filters import COMPANIES, TENANTS, USERS, evaluate, make_world, write_world

EXAMPLES = int(os.environ.get("FILTER_EXAMPLES", "120"))
WORLD = make_world()
VIEWERS = [
    Viewer(tenant, user, shares_contacts=user != USERS[1], is_in_public=False)
    for tenant in TENANTS
    for user in USERS[:3]
]

PERSONS = st.sampled_from(USERS) | st.just(99)
DAYS = st.dates().map(lambda day: day.isoformat()) | st.sampled_from(("2025-06-01", "2025-10-03", "2026-01-01"))
PERIODS = st.one_of(
    st.builds(Period, is_=st.sampled_from(("within", "not_for")), days=st.sampled_from((1, 30, 90, 200, 36500))),
    st.builds(Period, is_=st.sampled_from(("after", "before")), day=DAYS),
    st.builds(
        Period,
        is_=st.sampled_from(("after", "before")),
        day=st.sampled_from(("2025-06-01", "2025-12-02", "2026-01-01", *NAMED_DAYS)),
    ),
    st.builds(Period, is_=st.just("in"), day=st.sampled_from(NAMED_DAYS)),
    st.tuples(DAYS, DAYS).map(lambda days: Period("between", day=min(days), until=max(days))),
)
PAST = PERIODS.filter(lambda period: period.is_ in NEW)
WORDS = st.sampled_from(
    (
        "ac",
        "acme",
        "legal",
        "bank",
        "bo",
        "smith",
        "obrien",
        "律",
        "事",
        "شر",
        "🚀",
        "zurich",
        "com",
        "co uk",
        "%",
        "_",
        "'",
        "100%",
    )
) | st.text(max_size=3)
FILTERS = st.builds(
    Filter,
    of=st.sampled_from(("companies", "contacts")),
    scope=st.sampled_from(("mine", "firm")),
    types=st.lists(st.sampled_from((None, *CompanyType)), max_size=4, unique=True).map(tuple),
    partners=st.lists(st.sampled_from(("me", "nobody", "anyone", 99, *USERS)), max_size=4).map(tuple),
    known_by=st.lists(st.just("me") | PERSONS, max_size=2).map(tuple),
    not_known_by=st.lists(st.just("me") | PERSONS, max_size=2).map(tuple),
    not_met_by=st.lists(st.just("me") | PERSONS, max_size=2).map(tuple),
    not_partners=st.lists(st.sampled_from(("me", 99, *USERS)), max_size=3).map(tuple),
    company_id=st.none() | st.sampled_from(COMPANIES),
    not_company_ids=st.lists(st.sampled_from(COMPANIES), max_size=3).map(tuple),
    is_met=st.sampled_from((None, True, False)),
    last=st.none() | PERIODS,
    text=st.lists(WORDS, max_size=3).map(" ".join) | st.just(""),
    met_in=st.none() | PAST,
    mail=st.sampled_from((None, *get_args(Mail))),
    became=st.none() | PAST,
    has_company=st.sampled_from((None, True, False)),
    sort=st.sampled_from(("last", "name", "count", "first")),
    is_ascending=st.booleans(),
)
"""Half of the parts of a filter are left out, or nothing would ever be found."""


PARTS = (
    *(
        "types",
        "partners",
        "not_partners",
        "known_by",
        "not_known_by",
        "not_met_by",
        "company_id",
        "not_company_ids",
        "is_met",
        "met_in",
        "mail",
        "became",
        "has_company",
        "first",
        "last",
        "text",
    ),
)


def thin(filter_: Filter, kept: set[str]) -> Filter:
    rest = set(PARTS) - kept
    return filter_.changed(**{name: getattr(Filter(), name) for name in rest}).normalised()


KEPT = st.sets(st.sampled_from(PARTS), max_size=5)


@dataclass(frozen=True)
class Asked:
    """One list, and how it is read."""

    viewer: Viewer
    filter: Filter
    few: int
    """Where so many rows meet a condition the list is walked in order; 0 walks always."""

    async def list_ids(self, connection, limit: int, cursor: str | None = None):
        return await fetch_page(
            *(connection, self.viewer, self.filter, itemgetter(0)), now=NOW, cursor=cursor, limit=limit, few=self.few
        )

    async def walk(self, connection, limit: int, cursor: str | None, way: str) -> list[list[int]]:
        """Turn pages from a cursor until there are no more."""
        pages = []
        while True:
            page = await self.list_ids(connection, limit, cursor)
            pages.append(list(page.rows))
            cursor = getattr(page, way)
            if cursor is None:
                return pages


@pytest.fixture
async def world(database):
    async with database.writing(SYSTEM) as connection:
        await write_world(connection, WORLD)
    return database


@settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], print_blob=True
)
@given(
    filter_=FILTERS,
    kept=KEPT,
    few=st.sampled_from((0, 3, 2000)),
    paging=st.tuples(st.integers(1, 9), st.sampled_from(VIEWERS)),
)
async def test_a_list_is_what_a_plain_evaluation_of_the_same_rows_gives(world, filter_, kept, few, paging):
    asked = thin(filter_, kept)
    assert from_json(to_json(asked)) == asked
    limit, reader = paging
    # Both tenants lie open here: what keeps them apart is each query's own condition.
    async with world.reading(SYSTEM) as connection:
        for viewer in VIEWERS:
            whole = await Asked(viewer, asked, few).list_ids(connection, 1000)
            assert list(whole.rows) == evaluate(WORLD, viewer, asked)
            counted = await count_up_to(connection, viewer, asked, now=NOW, most=limit)
            assert counted == min(len(whole.rows), limit + 1)
        expected = evaluate(WORLD, reader, asked)
        forward = await Asked(reader, asked, few).walk(connection, limit, None, "next")
        backward = await Asked(reader, asked, few).walk(connection, limit, LAST, "previous")
    assert [*chain.from_iterable(forward)] == [*chain.from_iterable(reversed(backward))] == expected
    assert all(len(page) == limit for page in (*forward[:-1], *backward[:-1]))
