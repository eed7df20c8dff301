import re

import pytest
from sqlalchemy.dialects.postgresql import asyncpg
from sqlalchemy.dialects.sqlite import aiosqlite

from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.filters import Filter
from storage.lists.query import get_list_query
from storage.lists.sources import get_source
from storage.lists.statement import prepare_list
from storage.viewer import Viewer
from tests.bench.population import NOW, TENANT
from tests.statements import LISTS, PAGE, shorten

NOT_SELECTED = {"others"}
"""Looked up once the page is there, for the few who have any."""


@pytest.mark.parametrize("title", LISTS)
def test_the_page_on_lists_prints_the_statements_that_are_run(title):
    _, _, section = PAGE.read_text(encoding="utf-8").partition(f"### {title}\n")
    printed = re.findall(r"```sql\n(.*?)\n```", section, re.DOTALL)[:2]
    list_query, _ = get_list_query(Viewer(TENANT, 2), LISTS[title], now=NOW, cursor=None, limit=10)
    for sql, dialect, is_sqlite in zip(printed, (aiosqlite.dialect(), asyncpg.dialect()), (True, False), strict=True):
        statement = prepare_list(list_query, is_sqlite=is_sqlite).statement
        assert sql == shorten(str(statement.compile(dialect=dialect))), "run python -m tests.statements"


@pytest.mark.parametrize("scope", ["mine", "firm"])
@pytest.mark.parametrize(("of", "row"), [("companies", CompanyRow), ("contacts", ContactRow)])
def test_a_list_selects_the_fields_of_its_rows_by_name_and_in_their_order(of, row, scope):
    list_query, _ = get_list_query(Viewer(TENANT, 2), Filter(of=of, scope=scope), now=NOW, cursor=None, limit=10)
    columns = tuple(column.key for column in get_source(list_query).columns)
    assert columns == tuple(field for field in row.__struct_fields__ if field not in NOT_SELECTED)
