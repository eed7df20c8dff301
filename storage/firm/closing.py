"""Leaving tenants alone that are no longer among the settings: nothing of them is read, said or served any more.

What is known of them stays until `carnet forget`; a tenant that comes back is read anew from its whole directory.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.wake import wake
from storage.firm.erasure import stop_tenant
from storage.models import UNSERVED, Chore, Outbox, Tenant

TAKEN_OUT: Final = "taken_out"


async def close_tenants_except(connection: AsyncConnection, entra_ids: Collection[str]) -> list[str]:
    """Close every tenant but these, and give the Entra ids of those that were open; needs a `SYSTEM` transaction."""
    columns = Tenant.tenant_id, Tenant.entra_id
    others = select(*columns).where(Tenant.entra_id.not_in(list(entra_ids)), Tenant.state.not_in(UNSERVED))
    closed = (await connection.execute(others.order_by(Tenant.tenant_id).with_for_update())).all()
    for row in closed:
        await _close(connection, row.tenant_id)
    if closed:
        wake(connection, "subscriptions")
    return [row.entra_id for row in closed]


async def _close(connection: AsyncConnection, tenant_id: int) -> None:
    await stop_tenant(connection, tenant_id)
    own = Tenant.tenant_id == tenant_id
    await connection.execute(update(Tenant).where(own).values(state="closed", reason=TAKEN_OUT))
    looks = Chore.name.in_(("directory", "subscriptions", "words", "sums"))
    await connection.execute(delete(Chore).where(Chore.tenant_id == tenant_id, looks))
    unsaid = update(Outbox).where(Outbox.tenant_id == tenant_id, Outbox.state == "pending")
    await connection.execute(unsaid.values(state="dropped", reason=TAKEN_OUT))


async def find_tenant(connection: Reading, entra_id: str) -> tuple[int, str, bool] | None:
    """Return the number and the name of a tenant and whether it is read and served; needs the tenancy `SYSTEM`."""
    query = select(Tenant.tenant_id, Tenant.name, Tenant.state).where(Tenant.entra_id == entra_id)
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else (row.tenant_id, row.name, row.state not in UNSERVED)


async def is_served(connection: AsyncConnection, tenant_id: int) -> bool:
    """Return whether a tenant is one of those that are read and served."""
    state = await connection.scalar(select(Tenant.state).where(Tenant.tenant_id == tenant_id))
    return state is not None and state not in UNSERVED
