"""For whom the app was installed in Teams by us, and who refused it."""

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.models import Tenant, User


@dataclass(frozen=True, slots=True)
class Install:
    """What is known of the app's installation for one user."""

    entra_tenant_id: str
    entra_user_id: str
    state: str
    retry_at: int


async def get_install(connection: Reading, tenant_id: int, user_id: int) -> Install | None:
    """Return what is known of a user's installation; None for nobody of the firm."""
    query = (
        select(Tenant.entra_id, User.entra_id, User.install_state, User.install_retry_at)
        .join(Tenant, Tenant.tenant_id == User.tenant_id)
        .where(User.tenant_id == tenant_id, User.id == user_id, User.is_active)
    )
    row = (await connection.execute(query)).one_or_none()
    return Install(*row) if row else None


async def set_install(connection: AsyncConnection, tenant_id: int, user_id: int, state: str, retry_at: int) -> None:
    """Remember what came of installing the app for a user."""
    own = (User.tenant_id == tenant_id) & (User.id == user_id)
    await connection.execute(update(User).where(own).values(install_state=state, install_retry_at=retry_at))
