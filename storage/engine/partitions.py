"""The parts of the history on PostgreSQL: one a year, made ahead, and dropped whole when retention is over.

What has no believable date (0) or lies outside the years that have a part is in the default part, `TABLE_rest`. SQLite
has no parts; there the same functions do nothing.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.rls import list_policies_of

PARTITIONED = ("interactions", "interaction_contacts")
YEARS_BACK = 8
"""Older mail is in the default part: every part costs each query a little planning time."""
YEARS_AHEAD = 1

_LIST_PARTS = text(
    "SELECT child.relname FROM pg_inherits"
    " JOIN pg_class parent ON parent.oid = inhparent JOIN pg_class child ON child.oid = inhrelid"
    " WHERE parent.relname = :table ORDER BY child.relname"
)


def list_default_partitions() -> Iterator[str]:
    """Return the statements that make, on PostgreSQL, the part for everything that has no part of its own."""
    for table in PARTITIONED:
        yield f"CREATE TABLE IF NOT EXISTS {table}_rest PARTITION OF {table} DEFAULT"
        yield from list_policies_of(f"{table}_rest")


async def list_partitions(connection: AsyncConnection, table: str) -> list[str]:
    """Return the names of a table's parts; none on SQLite."""
    if connection.dialect.name == "sqlite":
        return []
    return list(await connection.scalars(_LIST_PARTS, {"table": table}))


async def add_partitions(connection: AsyncConnection, now: float) -> list[str]:
    """Make the missing parts from `YEARS_BACK` years ago to `YEARS_AHEAD` years ahead; give their names.

    Rows that lie in the default part meanwhile move along. Needs a `SYSTEM` transaction; fails with a lock timeout
    rather than hold up the workers for more than five seconds.
    """
    this_year = datetime.fromtimestamp(now, UTC).year
    years = range(this_year - YEARS_BACK, this_year + YEARS_AHEAD + 1)
    missing = await _list_missing(connection, years)
    if missing:
        # Whoever has looked up a table's parts and then waits for one of them would not see the rows that move.
        await connection.execute(text("SELECT set_config('lock_timeout', '5s', true)"))
        await connection.execute(text(f"LOCK TABLE {', '.join(PARTITIONED)} IN ACCESS EXCLUSIVE MODE"))
        missing = await _list_missing(connection, years)
    for table, year in missing:
        await _add_part(connection, table, year)
    return [f"{table}_{year}" for table, year in missing]


async def _list_missing(connection: AsyncConnection, years: Iterable[int]) -> list[tuple[str, int]]:
    """List the parts that are not there, as table and year; none on SQLite."""
    if connection.dialect.name == "sqlite":
        return []
    there = {table: set(await list_partitions(connection, table)) for table in PARTITIONED}
    return [(table, year) for table in PARTITIONED for year in years if f"{table}_{year}" not in there[table]]


async def list_old_partitions(connection: AsyncConnection, table: str, before: float) -> list[str]:
    """Return the parts of a table whose last moment lies before `before` (UTC seconds)."""
    years = {name: name.rpartition("_")[2] for name in await list_partitions(connection, table)}
    return [name for name, year in years.items() if year.isdigit() and _start_of(int(year) + 1) <= before]


async def count_partition(connection: AsyncConnection, part: str) -> dict[int, int]:
    """Count the rows of a part by tenant; needs a `SYSTEM` transaction."""
    rows = await connection.execute(text(f"SELECT tenant_id, count(*) FROM {part} GROUP BY tenant_id"))
    return {row[0]: row[1] for row in rows}


async def drop_partition(connection: AsyncConnection, part: str) -> None:
    """Drop a part with everything in it."""
    await connection.execute(text(f"DROP TABLE {part}"))


async def _add_part(connection: AsyncConnection, table: str, year: int) -> None:
    """Fill a new table from the default part, then attach it: PostgreSQL refuses a part whose rows lie elsewhere.

    Its own row-level security, because a part can be named in a query too.
    """
    name, start, end = f"{table}_{year}", _start_of(year), _start_of(year + 1)
    moved = f"DELETE FROM {table}_rest WHERE occurred_at >= {start} AND occurred_at < {end} RETURNING *"
    statements = [
        f"CREATE TABLE {name} (LIKE {table} INCLUDING DEFAULTS INCLUDING CONSTRAINTS)",
        f"WITH moved AS ({moved}) INSERT INTO {name} SELECT * FROM moved",
        f"ALTER TABLE {table} ATTACH PARTITION {name} FOR VALUES FROM ({start}) TO ({end})",
        *list_policies_of(name),
    ]
    for statement in statements:
        await connection.execute(text(statement))


def _start_of(year: int) -> int:
    return int(datetime(year, 1, 1, tzinfo=UTC).timestamp())


def is_partition(name: str) -> bool:
    """Return whether a table's name is that of a part."""
    table, _, part = name.rpartition("_")
    return table in PARTITIONED and (part == "rest" or part.isdigit())
