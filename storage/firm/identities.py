"""Who speaks where nobody proved it: the demo takes an activity without a token as one of its own people's."""

from sqlalchemy import select

from storage.engine.connection import Reading
from storage.models import Tenant, User


async def get_identity(
    connection: Reading, entra_tenant_ids: set[str], entra_object_id: str | None
) -> tuple[str, str] | None:
    """Return (tenant, object id) of an active user, the first one where no object id is given.

    A tenant that is served is kept to; one that is not is no obstacle, for local tools make theirs up. Needs the
    tenancy `SYSTEM` on PostgreSQL.
    """
    known = await connection.scalar(select(Tenant.entra_id).where(Tenant.entra_id.in_(entra_tenant_ids)))
    statement = (
        select(Tenant.entra_id, User.entra_id)
        .join(User, User.tenant_id == Tenant.tenant_id)
        .where(User.is_active)
        .order_by(User.tenant_id, User.id)
        .limit(1)
    )
    if known:
        statement = statement.where(Tenant.entra_id == known)
    if entra_object_id:
        statement = statement.where(User.entra_id == entra_object_id)
    row = (await connection.execute(statement)).one_or_none()
    return None if row is None else (row[0], row[1])
