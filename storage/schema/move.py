"""Move firms from one database to another, table by table, in one transaction: all of them arrive, or nothing does.

The source is locked against writes. What arrives is seen by nobody, a service that runs on the target included, until
the counts of all rows and the sums of all columns were found to be the same, tenant by tenant.
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
)

from storage.engine.connection import Connection, Reading
from storage.engine.database import NUMBERED, Database, get_sequence
from storage.engine.partitions import add_partitions
from storage.engine.rls import SYSTEM
from storage.errors import DiffersError, MoveError
from storage.models import Base, Number

BATCH: Final = 5_000
_NOT_COMPARED: Final = ("tenant_id",)
"""A firm may have another number in the target."""
_MODULUS: Final = 2_147_483_647
"""A prime modulus: different numbers have the same remainder once in two thousand million."""


@dataclass(frozen=True, slots=True)
class Moved:
    """Rows that have arrived."""

    table: str
    rows: int
    """So far."""
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

    Who the firms are is compared by their Entra ids before a row is written: the target may hold others, and one that
    is there already is not written to. Raises `DiffersError` where the two are not the same in the end: nothing is
    left in the target then, nor where the move is interrupted.
    """
    async with target.writing(SYSTEM) as connection:
        await add_partitions(connection, now)
    async with source.writing(SYSTEM) as origin, target.writing(SYSTEM) as connection:
        numbers = await _choose_numbers(origin, connection)
        for table in Base.metadata.sorted_tables:
            total, arrived = await _count(origin, table, numbers), 0
            for tenant_id, number in numbers.items():
                async for rows in _read_all(origin, table, tenant_id, batch):
                    await connection.execute(insert(table), [{**row, "tenant_id": number} for row in rows])
                    arrived += len(rows)
                    yield Moved(table.name, arrived, total)
            yield Moved(table.name, arrived, total)
        if differences := [one async for one in compare(origin, connection) if one.tenant_id in numbers]:
            raise DiffersError(tuple(differences))
        if not target.is_sqlite:
            await _raise_sequences(connection)


async def match_tenants(source: Reading, target: Reading) -> dict[int, int]:
    """Return the ids in the target of the firms that are there already, by their ids in the source."""
    theirs = {row.entra_id: row.tenant_id for row in await _list_tenants(target)}
    return {row.tenant_id: theirs[row.entra_id] for row in await _list_tenants(source) if row.entra_id in theirs}


async def _choose_numbers(source: Reading, target: Reading) -> dict[int, int]:
    """Choose the id in the target of each firm that it lacks: its own, or a new one if another firm has it."""
    taken = {row.tenant_id for row in await _list_tenants(target)}
    there, ours = await match_tenants(source, target), [row.tenant_id for row in await _list_tenants(source)]
    if not ours:
        raise MoveError("There is no firm in the database that is to be moved.")
    numbers: dict[int, int] = {}
    for tenant_id in ours:
        if tenant_id not in there:
            numbers[tenant_id] = tenant_id if tenant_id not in taken else max(taken) + 1
            taken.add(numbers[tenant_id])
    return numbers


async def _list_tenants(connection: Reading) -> Sequence[RowMapping]:
    table = Base.metadata.tables["tenants"]
    return (await connection.execute(select(table).order_by(table.c.tenant_id))).mappings().all()


async def _read_all(source: Reading, table: Table, tenant_id: int, batch: int) -> AsyncIterator[Sequence[RowMapping]]:
    """Read a table of one tenant in the order of its key, a part at a time."""
    key = list(table.primary_key.columns)
    query = select(table).where(table.c.tenant_id == tenant_id).order_by(*key).limit(batch)
    at = query
    while rows := (await source.execute(at)).mappings().all():
        yield rows
        at = query.where(tuple_(*key) > tuple_(*(rows[-1][column.name] for column in key)))


async def _count(source: Reading, table: Table, tenant_ids: Iterable[int]) -> int:
    return await source.scalar(select(func.count()).where(table.c.tenant_id.in_(list(tenant_ids)))) or 0


async def _raise_sequences(connection: Connection) -> None:
    """Set the sequences above the ids of the moved rows, and of those that were deleted before."""
    for model in NUMBERED:
        numbers = Base.metadata.tables[model.__tablename__].c.id
        gone = select(func.max(Number.highest)).where(Number.name == model.__tablename__)
        highest = max(await connection.scalar(select(func.max(numbers))) or 0, await connection.scalar(gone) or 0)
        if highest:
            name = get_sequence(model)
            await connection.execute(
                text(f"SELECT setval(:name, greatest(:at, (SELECT last_value FROM {name})))"),
                {"name": name, "at": highest},
            )


async def find_differences(source: Database, target: Database) -> list[Difference]:
    """Compare two databases, table by table and firm by firm of the source."""
    async with source.reading(SYSTEM) as one, _summing(target) as other:
        return [difference async for difference in compare(one, other)]


async def compare(source: Reading, target: Reading) -> AsyncIterator[Difference]:
    """Compare the counts of rows and the sums of columns, table by table and firm by firm of the source."""
    numbers = await match_tenants(source, target)
    tenants = {row.tenant_id: row.name or row.entra_id for row in await _list_tenants(source)}
    for table in Base.metadata.sorted_tables:
        ours, theirs = await _sum_up(source, table, tenants), await _sum_up(target, table, numbers.values())
        for tenant_id, firm in tenants.items():
            nothing: dict[str, int] = {}
            one, other = ours.get(tenant_id, nothing), theirs.get(numbers.get(tenant_id, -1), nothing)
            for what in one | other:
                if one.get(what, 0) != other.get(what, 0):
                    yield Difference(tenant_id, firm, table.name, what, one.get(what, 0), other.get(what, 0))


async def _sum_up(connection: Reading, table: Table, firms: Iterable[int]) -> dict[int, dict[str, int]]:
    columns = [column for column in table.columns if column.name not in _NOT_COMPARED]
    sums = {column.name: func.sum(measure) for column in columns if (measure := _measure(column)) is not None}
    theirs = table.c.tenant_id.in_(list(firms))
    query = select(table.c.tenant_id, func.count(), *sums.values()).where(theirs).group_by(table.c.tenant_id)
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
