"""The statements and plans of six lists, as each database prints them in `docs/lists.md`: `python -m tests.statements`.

The plans are those of a hundredth of the bench's firm (10,000 contacts), made for the purpose.
"""

import asyncio
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

from storage.engine.database import Database, open_database
from storage.lists.filters import Filter
from storage.lists.periods import Period
from storage.lists.query import get_list_query
from storage.lists.statement import prepare_list
from storage.models import CompanyType
from storage.viewer import Viewer
from tests.bench.population import NOW, TENANT, populate
from tests.postgres import run_postgres

PAGE = Path(__file__).parent.parent / "docs" / "lists.md"
START = "<!-- statements: written by `python -m tests.statements` -->\n"
END = "<!-- end of statements -->"
SCALE = 0.01
_LONGEST = 400
LISTS = {
    "my companies": Filter(),
    "my clients by name": Filter(types=(CompanyType.CLIENT,), sort="name", is_ascending=True),
    "all prospects without a partner": Filter(scope="firm", types=(CompanyType.PROSPECT,), partners=("nobody",)),
    "all clients without contact for 90 days": Filter(
        scope="firm", types=(CompanyType.CLIENT,), last=Period("not_for", days=90)
    ),
    "contacts of the firm at a company": Filter(of="contacts", scope="firm", company_id=3),
    "all contacts whose name has a word in mar": Filter(of="contacts", scope="firm", text="mar"),
}


async def print_statements(database: Database, name: str) -> dict[str, str]:
    """Print the statement and the plan of each list on one database."""
    printed = {}
    async with database.reading(TENANT) as connection:
        for title, filter_ in LISTS.items():
            list_query, values = get_list_query(Viewer(TENANT, 2), filter_, now=NOW, cursor=None, limit=10)
            prepared = prepare_list(list_query, is_sqlite=database.is_sqlite)
            compiled = prepared.statement.compile(dialect=database.engine.dialect)
            given = compiled.construct_params(values)
            parameters = tuple(given[one] for one in compiled.positiontup or ())
            explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN (COSTS off)"
            rows = (await connection.exec_driver_sql(f"{explain} {compiled.string}", parameters)).all()
            plan = _draw_tree(rows) if database.is_sqlite else "\n".join(row[0] for row in rows)
            printed[title] = f"{name}:\n\n```sql\n{shorten(compiled.string)}\n```\n\n```\n{plan}\n```\n"
    return printed


def shorten(sql: str) -> str:
    """Shorten the lists of columns, which say nothing about the plan; conditions and orders stay whole."""
    lines = sql.strip().splitlines()
    return "\n".join(_shorten(line) if re.search(r"\bSELECT\b", line) else line for line in lines)


def _shorten(line: str) -> str:
    return line if len(line) < _LONGEST else f"{line[:60]} ... {line[-60:]}"


def _draw_tree(rows: list[tuple[int, int, int, str]]) -> str:
    depths: dict[int, int] = {0: -1}
    lines = []
    for number, above, _, step in rows:
        depths[number] = depths[above] + 1
        lines.append("  " * depths[number] + step)
    return "\n".join(lines)


async def print_all() -> Iterator[str]:
    """Print the six lists on both databases."""
    with tempfile.TemporaryDirectory() as folder, run_postgres() as server:
        printed = []
        for name, url in (("SQLite", f"sqlite:///{folder}/firm.db"), ("PostgreSQL", server)):
            database = open_database(url)
            await database.create_tables()
            await populate(database, SCALE)
            printed.append(await print_statements(database, name))
            await database.close()
    return (f"### {title}\n\n{printed[0][title]}\n{printed[1][title]}\n" for title in LISTS)


def complete(text: str, printed: str) -> str:
    before, _, rest = text.partition(START)
    _, _, after = rest.partition(END)
    return before + START + "\n" + printed + END + after


if __name__ == "__main__":
    PAGE.write_text(complete(PAGE.read_text(encoding="utf-8"), "\n".join(asyncio.run(print_all()))), encoding="utf-8")
