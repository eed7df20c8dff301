"""Keeping a contact or a company to oneself, and sharing it again."""

from collections.abc import Collection, Sequence
from typing import Literal

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import MissingError
from storage.history.keeping import digest_address
from storage.history.recount import recount
from storage.models import Audit, CompanyDomain, CompanyRelationship, Contact, Keep, Relationship, Tenant
from storage.record.audit import add_audit
from storage.viewer import Access, Viewer

Of = Literal["contact", "company"]


async def keep(
    connection: AsyncConnection, viewer: Viewer, of: Of, number: int, *, is_kept: bool, now: int, source: str
) -> None:
    """Keep a contact or a company of the viewer's own to the viewer, or share it again, for the future too.

    Raises `MissingError` if the viewer has no relationship with it. Its audit row is shown to nobody.
    """
    contact_ids = await _list_own(connection, viewer, of, number)
    if not contact_ids:
        raise MissingError(of)
    keys = await _list_keys(connection, viewer, of, number)
    mine = and_(Keep.tenant_id == viewer.tenant_id, Keep.user_id == viewer.user_id)
    await connection.execute(delete(Keep).where(mine, Keep.digest.in_(keys)))
    row = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "is_kept": is_kept}
    await connection.execute(insert(Keep), [row | {"digest": key} for key in keys])
    action = f"{of}.keep" if is_kept else f"{of}.share"
    await add_audit(connection, viewer, action, "keep", number, now=now, source=source)
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == viewer.tenant_id)) or ""
    await recount(connection, viewer.tenant_id, viewer.user_id, rule, contact_ids)


async def has_kept_since(connection: Reading, viewer: Viewer, audit_id: int) -> bool:
    """Return whether the viewer has kept or shared something after a change of theirs, by its audit number."""
    own = Audit.tenant_id == viewer.tenant_id, Audit.actor_id == viewer.user_id
    later = select(Audit.id).where(*own, Audit.of == "keep", Audit.id > audit_id)
    return await connection.scalar(later.limit(1)) is not None


async def _list_own(connection: Reading, viewer: Viewer, of: Of, number: int) -> Collection[int]:
    """Return the viewer's own contacts that are meant: one, or all at a company."""
    access, own = Access(viewer), Relationship
    is_own = and_(own.tenant_id == viewer.tenant_id, own.user_id == viewer.user_id)
    is_same = and_(Contact.tenant_id == own.tenant_id, Contact.id == own.contact_id)
    asked = select(own.contact_id).join(Contact, is_same).where(is_own, access.people())
    if of == "contact":
        return list(await connection.scalars(asked.where(own.contact_id == number)))
    mine = access.own_companies(), CompanyRelationship.company_id == number
    if await connection.scalar(select(CompanyRelationship.company_id).where(*mine)) is None:
        return []
    return list(await connection.scalars(asked.where(Contact.company_id == number)))


async def _list_keys(connection: Reading, viewer: Viewer, of: Of, number: int) -> Sequence[bytes]:
    """Return the keys of the choice: the digest of the address, or of every domain."""
    if of == "contact":
        asked = select(Contact.address).where(Contact.tenant_id == viewer.tenant_id, Contact.id == number)
        return [digest_address(address) for address in await connection.scalars(asked)]
    there = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.company_id == number
    domains = await connection.scalars(select(CompanyDomain.domain).where(*there))
    return [digest_address(f"@{domain}") for domain in domains]
