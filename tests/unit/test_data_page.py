"""`docs/data.md` has a line for each column of the schema, and none for what is not there."""

import re
from pathlib import Path

from storage.models import Base

PAGE = (Path(__file__).parents[2] / "docs" / "data.md").read_text()


def read_page() -> dict[str, list[str]]:
    """Give the columns that the page lists, by table."""
    _, *parts = re.split(r"^## `(\w+)`", PAGE, flags=re.MULTILINE)
    tables = dict(zip(parts[::2], parts[1::2], strict=True))
    return {name: re.findall(r"^\| `(\w+)` \| \S", text, re.MULTILINE) for name, text in tables.items()}


def test_each_column_has_its_line():
    schema = {table.name: sorted(column.name for column in table.columns) for table in Base.metadata.tables.values()}
    assert {name: sorted(columns) for name, columns in read_page().items()} == schema


def test_each_table_says_how_long_and_who_reads_it():
    assert PAGE.count("How long: ") == PAGE.count("Who reads it: ") == len(Base.metadata.tables)
