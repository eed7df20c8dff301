"""Two tenants with the same rows under the same numbers; only what stands in the rows of the second one is secret.

Every table has one row of each tenant, so a table or a column that comes later is covered as well.
"""

import pkgutil
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, iscoroutinefunction, signature
from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Column, LargeBinary, SmallInteger, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

import storage
from storage.engine.database import NUMBERED, next_ids
from storage.models import Audit, Base, SearchWord, Tenant, ViewShare
from tests.factories import NOW

OURS, THEIRS = 1, 2
SECRET = "secret"
SECRET_NUMBER = 666_666
_SAME = {
    "address": "bob@acme.com",
    "backwards": "emca",
    "domain": "acme.com",
    "entra_id": "10000000-0000-4000-8000-000000000001",
    "folded_name": "acme",
    "of": 1,
    "kind": 1,
    "invitation": 0,
    "kept": 0,
    "type": "client",
    "word": "acme",
    "occurred_at": NOW - 1000,
    "action": "company.set_type",
    "resource": "messages",
    "feed": "inbox",
    "state": "active",
    "language": "en",
    "timezone": "UTC",
    "contact_rule": "outreach",
}
"""What both have in common: what rows are looked up by, and what has few values."""
_JSON = {"filter": {}, "before": {"type": None}, "after": {"type": "client"}, "domains": ["firm.example"]}
_EMPTY = {"deleted_at", "sent_at"}


async def write_twins(connection: AsyncConnection) -> None:
    """Write the rows of both tenants."""
    for table in Base.metadata.sorted_tables:
        for tenant_id in (OURS, THEIRS):
            await connection.execute(table.insert().values(_make_row(table, tenant_id)))
    for tenant_id in (OURS, THEIRS):
        words = _make_row(SearchWord.__table__, tenant_id) | {"of": 2}
        await connection.execute(SearchWord.__table__.insert().values(words))
        other = _make_row(ViewShare.__table__, tenant_id) | {"user_id": 3}
        await connection.execute(ViewShare.__table__.insert().values(other))
    for model in NUMBERED:
        await next_ids(connection, model, OURS, 50)


def _make_row(table: Table, tenant_id: int) -> dict[str, Any]:
    row = {column.name: _make_value(column, tenant_id) for column in table.columns}
    if table is Tenant.__table__:
        row["entra_id"] = f"00000000-0000-4000-8000-{tenant_id:012d}"
    return row | ({"of": "company"} if table is Audit.__table__ else {})


def _make_value(column: Column[Any], tenant_id: int) -> Any:
    """Fill a column: keys are the same for both, all else tells whose it is."""
    name, marker = column.name, SECRET if tenant_id == THEIRS else "open"
    is_number = isinstance(column.type, BigInteger | SmallInteger)
    if name in _EMPTY or isinstance(_SAME.get(name), int if is_number else str):
        return _SAME.get(name)
    if isinstance(column.type, JSON):
        return _JSON.get(name, {"note": marker})
    if isinstance(column.type, Boolean):
        return name != "is_planned"
    if is_number:
        is_key = column.primary_key or name.endswith("_id")
        return tenant_id if name == "tenant_id" else 1 if is_key or marker == "open" else SECRET_NUMBER
    if isinstance(column.type, LargeBinary):
        return b"d" * 16 if column.primary_key else marker.encode().ljust(16)
    return name if column.primary_key else f"{marker} {name}"[: column.type.length or 99]


async def read_theirs(connection: AsyncConnection) -> dict[str, list[tuple[Any, ...]]]:
    """Read every row of the other tenant."""
    rows = {}
    for table in Base.metadata.sorted_tables:
        found = await connection.execute(select(table).where(table.c.tenant_id == THEIRS))
        rows[table.name] = sorted((tuple(row) for row in found), key=repr)
    return rows


def list_questions() -> Iterator[tuple[str, Any, list[str]]]:
    """Give every public function of storage that asks or writes for one viewer or tenant, and what else it takes."""
    for module in pkgutil.walk_packages(storage.__path__, "storage."):
        if ".migrations" in module.name:
            continue
        loaded = import_module(module.name)
        for name, function in getmembers(loaded, iscoroutinefunction):
            names = list(signature(function).parameters)
            is_own = function.__module__ == loaded.__name__ and not name.startswith("_")
            if is_own and names[:1] == ["connection"] and {"viewer", "tenant_id", "access"} & set(names):
                yield f"{module.name.removeprefix('storage.')}.{name}", function, names[1:]
