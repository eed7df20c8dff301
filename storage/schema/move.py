"""Moving everything from one database to another, in the order of the keys, so that it can go on where it stopped.

The source is held from being written meanwhile. What has arrived is always the beginning of each table; at the end the
counts of all rows and the sums of all columns are compared, tenant by tenant.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    LargeBinary,
    RowMapping,
    SmallInteger,
    String,
    Table,
    Text,
    case,
    func,
    insert,
    select,
    text,
    tuple_,
)

from storage.engine.database import NUMBERED, Database, get_sequence
from storage.engine.partitions import add_parts
from storage.engine.rls import SYSTEM
from storage.models import Base, Tenant

BATCH: Final = 5_000
_MODULUS: Final = 2_147_483_647
"""A prime: two numbers that differ have, but for one in two thousand million, another remainder."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that have arrived."""

    table: str
    rows: int
    """So far, those of earlier runs included."""
    total: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not the same on both sides."""

    tenant_id: int
    table: str
    what: str
    """`rows`, or a column."""
    source: int
    target: int


async def move(source: Database, target: Database, now: int, batch: int = BATCH) -> AsyncIterator[Moved]:
    """Copy what is missing in the target, which has the newest schema; tells how far each table is.

    The source is locked against writing until the last row has arrived.
    """
    async with target.writing(SYSTEM) as connection:
        await add_parts(connection, now)
    async with source.writing(SYSTEM):
        async with source.reading(SYSTEM) as connection:
            tenants = list(await connection.scalars(select(Tenant.tenant_id).order_by(Tenant.tenant_id)))
        for table in Base.metadata.sorted_tables:
            total = await _count(source, table)
            arrived = await _count(target, table)
            for tenant_id in tenants:
                async for count in _move_table(source, target, table, tenant_id, batch):
                    arrived += count
                    yield Moved(table.name, arrived, total)
            yield Moved(table.name, arrived, total)
    await _set_sequences(target)


async def _move_table(
    source: Database, target: Database, table: Table, tenant_id: int, batch: int
) -> AsyncIterator[int]:
    last = await _find_last(target, table, tenant_id)
    while rows := await _read(source, table, tenant_id, last, batch):
        async with target.writing(SYSTEM) as connection:
            await connection.execute(insert(table), [dict(row) for row in rows])
        last = [rows[-1][column.name] for column in _list_key(table)]
        yield len(rows)


async def _find_last(target: Database, table: Table, tenant_id: int) -> Sequence[Any]:
    """Give the highest key of a tenant that has arrived; empty where nothing has."""
    key = _list_key(table)
    query = select(*key).where(table.c.tenant_id == tenant_id).order_by(*(column.desc() for column in key)).limit(1)
    async with target.reading(SYSTEM) as connection:
        row = (await connection.execute(query)).first()
    return list(row) if row else []


async def _read(
    source: Database, table: Table, tenant_id: int, last: Sequence[Any], batch: int
) -> Sequence[RowMapping]:
    key = _list_key(table)
    query = select(table).where(table.c.tenant_id == tenant_id).order_by(*key).limit(batch)
    if last:
        query = query.where(tuple_(*key) > tuple_(*last))
    async with source.reading(SYSTEM) as connection:
        return (await connection.execute(query)).mappings().all()


def _list_key(table: Table) -> list[Column[Any]]:
    """Give the columns of the key, the tenant's first."""
    return list(table.primary_key.columns)


async def _count(database: Database, table: Table) -> int:
    async with database.reading(SYSTEM) as connection:
        return await connection.scalar(select(func.count()).select_from(table)) or 0


async def _set_sequences(target: Database) -> None:
    """Let new rows be numbered from above those that came along."""
    if target.is_sqlite:
        return
    async with target.writing(SYSTEM) as connection:
        for model in NUMBERED:
            numbers = Base.metadata.tables[model.__tablename__].c.id
            highest = await connection.scalar(select(func.max(numbers)))
            if highest:
                await connection.execute(
                    text("SELECT setval(:name, :at)"), {"name": get_sequence(model), "at": highest}
                )


async def find_differences(source: Database, target: Database) -> AsyncIterator[Difference]:
    """Compare the counts of rows and the sums of columns, table by table and tenant by tenant."""
    for table in Base.metadata.sorted_tables:
        ours, theirs = await _sum_up(source, table), await _sum_up(target, table)
        for tenant_id in sorted(ours.keys() | theirs.keys()):
            nothing: dict[str, int] = {}
            one, other = ours.get(tenant_id, nothing), theirs.get(tenant_id, nothing)
            for what in one | other:
                if one.get(what, 0) != other.get(what, 0):
                    yield Difference(tenant_id, table.name, what, one.get(what, 0), other.get(what, 0))


async def _sum_up(database: Database, table: Table) -> dict[int, dict[str, int]]:
    sums = {column.name: func.sum(measure) for column in table.columns if (measure := _measure(column)) is not None}
    query = select(table.c.tenant_id, func.count(), *sums.values()).group_by(table.c.tenant_id)
    async with _summing(database) as connection:
        rows = await connection.execute(query)
        return {row[0]: dict(zip(("rows", *sums), (int(value or 0) for value in row[1:]), strict=True)) for row in rows}


def _summing(database: Database) -> Any:
    """Whole tables are walked here, which a transaction for reading would have PostgreSQL avoid."""
    return database.reading(SYSTEM) if database.is_sqlite else database.writing(SYSTEM)


def _measure(column: Column[Any]) -> ColumnElement[Any] | None:
    """Give what of a column is summed: numbers, the lengths of texts; of JSON, whether there is any.

    Of a number it is the remainder: SQLite refuses a sum above 2^63, and ranks and digests come close to it one by one.
    """
    match column.type:
        case Boolean():
            return case((column, 1), else_=0)
        case SmallInteger():
            return column
        case BigInteger():
            return column % _MODULUS
        case LargeBinary() | String() | Text():
            return func.length(column)
    return case((column.is_not(None), 1), else_=0)
