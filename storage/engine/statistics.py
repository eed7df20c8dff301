"""What SQLite is told of the sizes of tables and indexes, once, when they are made.

SQLite plans by the figures in `sqlite_stat1` (sqlite.org/fileformat2.html#stat1tab), and without any it takes ten rows
a tenant for granted: then it walks a tenant instead of an index. Figures of a big firm from the first day give one
plan for one statement, on every database and in every test. PostgreSQL keeps figures of its own.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, Table, text

from storage.models import Base

_ROWS = {
    "users": 1_000,
    "companies": 200_000,
    "company_domains": 200_000,
    "contacts": 1_000_000,
    "relationships": 2_000_000,
    "company_relationships": 500_000,
    "search_words": 8_000_000,
    "known_words": 500_000,
    "interactions": 10_000_000,
    "interaction_contacts": 10_000_000,
}
_INDEX_ROWS = {"relationships_kept": 20_000}
"""The sizes of indexes that hold few of their table's rows."""
_DISTINCT = {
    "tenant_id": 1,
    "of": 2,
    "kind": 3,
    "state": 4,
    "type": 7,
    "partner_id": 300,
    "user_id": 1_000,
    "owner_id": 1_000,
    "company_id": 200_000,
    "contact_id": 1_000_000,
    "entity_id": 1_000_000,
}
"""How many values a column has within those to its left; any other column tells nearly every row apart."""

_LIST = text("SELECT name, origin FROM pragma_index_list(:table)")
_LIST_COLUMNS = text("SELECT name FROM pragma_index_info(:index) ORDER BY seqno")
_FORGET = text("DELETE FROM sqlite_stat1")
_TELL = text("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (:table, :index, :figures)")


def write_statistics(connection: Connection) -> None:
    """Tell SQLite the sizes; connections opened later plan by them. Does nothing on PostgreSQL."""
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text("ANALYZE"))
    connection.execute(_FORGET)
    for table in Base.metadata.sorted_tables:
        for name, columns in _list_indexes(connection, table):
            figures = _estimate(_INDEX_ROWS.get(name, _ROWS.get(table.name, 1_000)), columns)
            connection.execute(_TELL, {"table": table.name, "index": name, "figures": figures})


def _list_indexes(connection: Connection, table: Table) -> Iterator[tuple[str, list[str]]]:
    """Return every index of a table with its columns; SQLite calls the key of a table without rowids by its table."""
    has_rowid = table.dialect_options["sqlite"]["with_rowid"]
    for row in connection.execute(_LIST, {"table": table.name}).all():
        columns = list(connection.scalars(_LIST_COLUMNS, {"index": row.name}))
        yield (table.name if row.origin == "pk" and not has_rowid else row.name), columns


def _estimate(rows: int, columns: list[str]) -> str:
    """Return SQLite's figures: the rows, then for each column how many share a value of it and those to its left."""
    figures = [rows]
    for column in columns:
        figures.append(max(1, figures[-1] // _DISTINCT.get(column, rows)))
    return " ".join(map(str, figures))
