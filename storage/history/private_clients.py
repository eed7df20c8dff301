"""A person without a company as a client: a company of that one person, which every list and view holds like others.

It is theirs (`person_id`), has no domain, and counts what was with them while somebody said what they are to the firm
or who is responsible. It stands aside while they are another address of somebody; what was said is kept for later.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import and_, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import next_ids
from storage.history.merges import add_relationships, index_company
from storage.history.recount import recount, recount_companies
from storage.lists.addresses import is_other_address
from storage.lists.words import mark_texts
from storage.models import Company, CompanyRelationship, Contact, Relationship, Tenant
from storage.text.domains import find_company_domain
from storage.text.names import fold_name


async def open_private(connection: AsyncConnection, tenant_id: int, contact: Any, now: int) -> int | None:
    """Return the company of a person, made where there is none yet; None for who is at a company by their address.

    The caller has locked the contact (`id`, `name`, `address`).
    """
    if find_company_domain(contact.address.rpartition("@")[2]):
        return None
    of = Company
    found = await connection.scalar(select(of.id).where(of.tenant_id == tenant_id, of.person_id == contact.id))
    if found is not None:
        return found
    [number] = await next_ids(connection, of, tenant_id, 1)
    name = contact.name or contact.address
    named = {"name": name, "folded_name": fold_name(name), "beginnings": mark_texts(name), "is_provisional": False}
    row = {"tenant_id": tenant_id, "id": number, "person_id": contact.id, "created_at": now, **named}
    await connection.execute(insert(of), [row])
    await index_company(connection, tenant_id, number)
    return number


async def settle_private(connection: AsyncConnection, tenant_id: int, company_ids: Collection[int]) -> None:
    """Let people count at the companies that are theirs while anything is said of these, and else at none."""
    at, of = Contact, Company
    is_theirs = and_(at.tenant_id == of.tenant_id, at.id == of.person_id)
    columns = of.id, of.type, of.partner_id, at.id.label("contact_id"), at.company_id
    asked = select(*columns, is_other_address(at).label("is_other")).join(at, is_theirs)
    there = of.tenant_id == tenant_id, of.id.in_(company_ids), of.person_id.is_not(None)
    for row in (await connection.execute(asked.where(*there).order_by(at.id))).all():
        is_client = not row.is_other and (row.type is not None or row.partner_id is not None)
        company_id = row.id if is_client else None
        if row.company_id != company_id:
            await _move(connection, tenant_id, row.contact_id, company_id, row.id)


async def settle_private_of(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> None:
    """Settle the companies that are some people's own."""
    of = Company
    theirs = select(of.id).where(of.tenant_id == tenant_id, of.person_id.in_(contact_ids))
    if ids := list(await connection.scalars(theirs)):
        await settle_private(connection, tenant_id, ids)


async def rename_private(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> None:
    """Call the companies that are some people's own as these are called now."""
    at, of, copy = Contact, Company, CompanyRelationship
    is_theirs = and_(at.tenant_id == of.tenant_id, at.id == of.person_id)
    asked = select(of.id, of.name, at.name.label("called"), at.address).join(at, is_theirs)
    theirs = asked.where(of.tenant_id == tenant_id, of.person_id.in_(contact_ids)).order_by(of.id)
    for row in (await connection.execute(theirs)).all():
        name = row.called or row.address
        if name != row.name:
            folded = {"folded_name": fold_name(name)}
            own = of.tenant_id == tenant_id, of.id == row.id
            await connection.execute(update(of).where(*own).values(name=name, **folded))
            await connection.execute(
                update(copy).where(copy.tenant_id == tenant_id, copy.company_id == row.id).values(**folded)
            )
            await index_company(connection, tenant_id, row.id)


async def _move(
    connection: AsyncConnection, tenant_id: int, contact_id: int, company_id: int | None, private_id: int
) -> None:
    """Let somebody count at their own company, or at none, for everybody who knows them."""
    at, known = Contact, Relationship
    own = and_(at.tenant_id == tenant_id, at.id == contact_id)
    await connection.execute(select(at.id).where(own).with_for_update())
    await connection.execute(
        select(Company.id).where(Company.tenant_id == tenant_id, Company.id == private_id).with_for_update()
    )
    await connection.execute(update(at).where(own).values(company_id=company_id))
    if company_id is not None:
        await add_relationships(connection, tenant_id, [company_id])
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == tenant_id)) or ""
    users = select(known.user_id).where(known.tenant_id == tenant_id, known.contact_id == contact_id)
    for user_id in list(await connection.scalars(users.order_by(known.user_id))):
        await recount(connection, tenant_id, user_id, rule, [contact_id])
    await recount_companies(connection, tenant_id, [private_id])
