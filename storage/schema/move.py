"""Move firms from one database to another, table by table in the order of the keys, so that it can be resumed.

The source is locked against writes. At any time the target holds the first rows of each table; at the end the counts of
all rows and the sums of all columns are compared, tenant by tenant.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
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
    update,
)

from storage.engine.database import NUMBERED, Database, get_sequence
from storage.engine.partitions import add_partitions
from storage.engine.rls import SYSTEM
from storage.errors import DiffersError, MoveError
from storage.models import Base, Tenant

BATCH: Final = 5_000
MOVING: Final = "moving"
_NOT_COMPARED: Final = ("tenant_id",)
"""A firm may have another number in the target."""
_MODULUS: Final = 2_147_483_647
"""A prime modulus: different numbers have the same remainder once in two thousand million."""


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
    firm: str
    """Its name, else its Entra id."""
    table: str
    what: str
    """`rows`, or a column."""
    source: int
    target: int


async def move(source: Database, target: Database, now: int, batch: int = BATCH) -> AsyncIterator[Moved]:
    """Copy the firms that are missing in the target, which has the newest schema; tells how far each table is.

    Who the firms are is compared by their Entra ids before a row is written: the target may hold others. A firm is
    `moving` there, and served by nobody, until all of it is the same; one that is there already is not written to.
    The source is locked against writing until then. Raises `DiffersError` where the two are not the same in the end.
    """
    async with target.writing(SYSTEM) as connection:
        await add_partitions(connection, now)
    async with source.writing(SYSTEM):
        numbers = await _reserve(source, target)
        begun = await _list_moving(target, numbers)
        for table in Base.metadata.sorted_tables:
            total, arrived = await _count(source, table, numbers), await _count(target, table, numbers.values())
            for tenant_id in begun if table is not Base.metadata.tables["tenants"] else ():
                async for count in _move_table(source, target, table, (tenant_id, numbers[tenant_id]), batch):
                    arrived += count
                    yield Moved(table.name, arrived, total)
            yield Moved(table.name, arrived, total)
        if differences := [one async for one in find_differences(source, target) if one.tenant_id in begun]:
            raise DiffersError(tuple(differences), [numbers[tenant_id] for tenant_id in begun])
        await _open(source, target, {tenant_id: numbers[tenant_id] for tenant_id in begun})
    await _set_sequences(target)


async def match_tenants(source: Database, target: Database) -> dict[int, int]:
    """Return the ids in the target of the firms that are there already, by their ids in the source."""
    theirs = {row.entra_id: row.tenant_id for row in await _list_tenants(target)}
    return {row.tenant_id: theirs[row.entra_id] for row in await _list_tenants(source) if row.entra_id in theirs}


async def _reserve(source: Database, target: Database) -> dict[int, int]:
    """Choose the id of each firm in the target: its own, or a new one if another firm has it."""
    numbers = await match_tenants(source, target)
    taken = {row.tenant_id for row in await _list_tenants(target)}
    rows = [row for row in await _list_tenants(source) if row.tenant_id not in numbers]
    if not numbers and not rows:
        raise MoveError("There is no firm in the database that is to be moved.")
    async with target.writing(SYSTEM) as connection:
        for row in rows:
            number = row.tenant_id if row.tenant_id not in taken else max(taken) + 1
            taken.add(number)
            numbers[row.tenant_id] = number
            await connection.execute(insert(Tenant).values({**row, "tenant_id": number, "state": MOVING}))
    return numbers


async def _list_moving(target: Database, numbers: dict[int, int]) -> list[int]:
    moving = {row.tenant_id for row in await _list_tenants(target) if row.state == MOVING}
    return sorted(tenant_id for tenant_id, number in numbers.items() if number in moving)


async def _list_tenants(database: Database) -> Sequence[RowMapping]:
    async with database.reading(SYSTEM) as connection:
        table = Base.metadata.tables["tenants"]
        return (await connection.execute(select(table).order_by(table.c.tenant_id))).mappings().all()


async def _open(source: Database, target: Database, numbers: dict[int, int]) -> None:
    """Return the moved firms their former state."""
    async with target.writing(SYSTEM) as connection:
        for row in await _list_tenants(source):
            if number := numbers.get(row.tenant_id):
                await connection.execute(update(Tenant).where(Tenant.tenant_id == number).values(state=row.state))


async def _move_table(
    source: Database, target: Database, table: Table, numbers: tuple[int, int], batch: int
) -> AsyncIterator[int]:
    """Copy a table of one tenant; `numbers` are its number in the source and in the target."""
    tenant_id, number = numbers
    last = await _find_last(target, table, number)
    last = [tenant_id, *last[1:]] if last else last
    while rows := await _read(source, table, tenant_id, last, batch):
        async with target.writing(SYSTEM) as connection:
            await connection.execute(insert(table), [{**row, "tenant_id": number} for row in rows])
        last = [rows[-1][column.name] for column in _list_key(table)]
        yield len(rows)


async def _find_last(target: Database, table: Table, tenant_id: int) -> Sequence[Any]:
    """Return the highest key of a tenant in the target, empty if it has no row there."""
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
    """Return the columns of the key, the tenant's first."""
    return list(table.primary_key.columns)


async def _count(database: Database, table: Table, tenant_ids: Iterable[int]) -> int:
    async with database.reading(SYSTEM) as connection:
        return await connection.scalar(select(func.count()).where(table.c.tenant_id.in_(list(tenant_ids)))) or 0


async def _set_sequences(target: Database) -> None:
    """Set the sequences above the ids of the moved rows."""
    if target.is_sqlite:
        return
    async with target.writing(SYSTEM) as connection:
        for model in NUMBERED:
            numbers = Base.metadata.tables[model.__tablename__].c.id
            highest = await connection.scalar(select(func.max(numbers)))
            if highest:
                name = get_sequence(model)
                await connection.execute(
                    text(f"SELECT setval(:name, greatest(:at, (SELECT last_value FROM {name})))"),
                    {"name": name, "at": highest},
                )


async def find_differences(source: Database, target: Database) -> AsyncIterator[Difference]:
    """Compare the counts of rows and the sums of columns, table by table and firm by firm of the source."""
    numbers = await match_tenants(source, target)
    tenants = {row.tenant_id: row.name or row.entra_id for row in await _list_tenants(source)}
    for table in Base.metadata.sorted_tables:
        ours, theirs = await _sum_up(source, table), await _sum_up(target, table)
        for tenant_id, firm in tenants.items():
            nothing: dict[str, int] = {}
            one, other = ours.get(tenant_id, nothing), theirs.get(numbers.get(tenant_id, -1), nothing)
            for what in one | other:
                if one.get(what, 0) != other.get(what, 0):
                    yield Difference(tenant_id, firm, table.name, what, one.get(what, 0), other.get(what, 0))


async def _sum_up(database: Database, table: Table) -> dict[int, dict[str, int]]:
    columns = [column for column in table.columns if column.name not in _NOT_COMPARED]
    sums = {column.name: func.sum(measure) for column in columns if (measure := _measure(column)) is not None}
    query = select(table.c.tenant_id, func.count(), *sums.values()).group_by(table.c.tenant_id)
    async with _summing(database) as connection:
        rows = await connection.execute(query)
        return {row[0]: dict(zip(("rows", *sums), (int(value or 0) for value in row[1:]), strict=True)) for row in rows}


def _summing(database: Database) -> Any:
    """Allow full scans, which the settings of a reading transaction avoid on PostgreSQL."""
    return database.reading(SYSTEM) if database.is_sqlite else database.writing(SYSTEM)


def _measure(column: Column[Any]) -> ColumnElement[Any] | None:
    """Return the expression that is summed for a column: a number, the length of a text, or whether JSON is present.

    Numbers are reduced by a modulus, because ranks and digests would exceed SQLite's limit of 2^63 for a sum.
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
