"""Row-level security by tenant: PostgreSQL's second lock behind every query's own `tenant_id`.

A transaction names its tenant in `carnet.tenant_id`, or `carnet.is_system` for work across tenants, for its own length
only: nothing is left on a connection that a pooler hands on. One that names neither sees no row and writes none. Where
there is no pooler, connections that only read keep the name from one read to the next (`postgres_reader.py`).
"""

from collections.abc import Iterator
from typing import Final, Literal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.models import Base

SYSTEM: Final = "system"
"""The tenancy of work that serves every tenant: claiming mailboxes, finding a tenant by its Entra id, health."""

Tenancy = int | Literal["system"] | None

_IS_ALLOWED = (
    "tenant_id = (SELECT nullif(current_setting('carnet.tenant_id', true), '')::bigint)"
    " OR (SELECT current_setting('carnet.is_system', true) = 'on')"
)
"""The settings are read in sub-selects, which PostgreSQL runs once a query and not once a row."""

READING: Final = {
    "plan_cache_mode": "force_generic_plan",
    "max_parallel_workers_per_gather": "0",
    "enable_seqscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
}
"""Reads fetch a few rows by index: planned once per connection, and never by walking a whole table, however young its
statistics are."""

IS_SYSTEM: Final = {"carnet.is_system": "on"}
_SET_TENANT: Final = text("SELECT set_config('carnet.tenant_id', :tenant_id, true)")


async def set_tenancy(connection: AsyncConnection, tenancy: Tenancy) -> None:
    """Name the tenant of the open transaction, on PostgreSQL; without one it sees nothing."""
    if connection.dialect.name == "sqlite" or tenancy is None:
        return
    if tenancy == SYSTEM:
        await connection.execute(text(f"SELECT {write_tenancy(tenancy)}"))
    else:
        await connection.execute(_SET_TENANT, {"tenant_id": str(tenancy)})


def write_tenancy(tenancy: Tenancy, *, lasts: bool = False) -> str:
    """Write the expression that names a tenancy for the transaction, or for as long as the connection `lasts`."""
    name, value = ("is_system", "on") if tenancy == SYSTEM else ("tenant_id", "" if tenancy is None else f"{tenancy:d}")
    return f"set_config('carnet.{name}', '{value}', {str(not lasts).lower()})"


def write_reading(tenancy: Tenancy) -> str:
    """Write the expressions that set a transaction up for reading as a tenancy."""
    settings = (f"set_config('{name}', '{value}', true)" for name, value in READING.items())
    return ", ".join((write_tenancy(tenancy), *settings))


def list_policies() -> Iterator[str]:
    """Return the statements that lock every table, for every key begins with the tenant."""
    for table in Base.metadata.sorted_tables:
        yield from list_policies_of(table.name)


def list_policies_of(table: str) -> Iterator[str]:
    """Return the statements that lock one table; `FORCE` holds the table's owner to it too (never a superuser)."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS of_tenant ON {table}"
    yield f"CREATE POLICY of_tenant ON {table} USING ({_IS_ALLOWED})"


async def is_enforced(connection: Reading) -> bool:
    """Return whether the lock holds for the connected role: superusers and BYPASSRLS walk through it."""
    exempt = await connection.scalar(text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
    return not exempt
