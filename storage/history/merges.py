"""Which companies are one: what people said, laid over the domains that were captured, and what follows from both.

A company that was merged keeps its row and points to the other (`merged_into`), a domain keeps the company to which it
belongs by itself (`home_id`). Where a domain and its people count follows from the two, and is computed again after
each decision, so taking one back restores what there was, whatever came meanwhile.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import and_, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import update_rows
from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring
from storage.history.recount import recount_companies
from storage.history.survivors import find_survivor
from storage.lists.addresses import was_dealt_with
from storage.lists.words import COMPANY, index_words
from storage.models import Company, CompanyDomain, CompanyRelationship, Contact, Relationship
from storage.text.domains import find_company_domain

_LOCK_ALONE: Final = text("SELECT pg_advisory_xact_lock(hashtext('carnet companies'), hashtext(:tenant))")
_LOCK_TOGETHER: Final = text("SELECT pg_advisory_xact_lock_shared(hashtext('carnet companies'), hashtext(:tenant))")


async def hold_map(connection: AsyncConnection, tenant_id: int, *, is_changing: bool) -> None:
    """Hold which company is behind which domain until the end of the transaction.

    Pages hold it together; whoever changes it waits until those that are being written are there.
    """
    if connection.dialect.name == "sqlite":  # there is one writer
        return
    await connection.execute(_LOCK_ALONE if is_changing else _LOCK_TOGETHER, {"tenant": str(tenant_id)})


async def list_merged(connection: Reading, tenant_id: int, company_ids: Collection[int]) -> list[int]:
    """Return all that was merged into these companies, directly or not."""
    found: list[int] = []
    below = list(company_ids)
    while below:
        asked = select(Company.id).where(Company.tenant_id == tenant_id, Company.merged_into.in_(below))
        below = [number for number in await connection.scalars(asked.order_by(Company.id)) if number not in found]
        found += below
    return found


async def set_merged(
    connection: AsyncConnection, tenant_id: int, company_id: int, merged_into: int | None, *, touched: Sequence[int]
) -> None:
    """Write into which company one is merged, or that it stands by itself again, and let that have its effect.

    The caller holds the map; `touched` are the companies where people may come or go.
    """
    several = sorted({company_id, *touched})
    await lock_companies(connection, tenant_id, several)
    own = and_(Company.tenant_id == tenant_id, Company.id == company_id)
    await connection.execute(update(Company).where(own).values(merged_into=merged_into))
    everyone = and_(Company.tenant_id == tenant_id, Company.id.in_(several))
    newest = await connection.scalar(select(func.max(Company.version)).where(everyone)) or 0
    # One number for all: a card of either company shows a state that is past.
    await connection.execute(update(Company).where(everyone).values(version=newest + 1))
    await _settle(connection, tenant_id, several)


async def lock_companies(connection: AsyncConnection, tenant_id: int, company_ids: Sequence[int]) -> None:
    """Lock the people of some companies, then the companies, in the order of the sync."""
    people = select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.company_id.in_(company_ids))
    await connection.execute(people.order_by(Contact.id).with_for_update())
    companies = select(Company.id).where(Company.tenant_id == tenant_id, Company.id.in_(company_ids))
    await connection.execute(companies.order_by(Company.id).with_for_update())


async def _settle(connection: AsyncConnection, tenant_id: int, company_ids: Sequence[int]) -> None:
    """Bring domains and people of some companies to where they belong, and count these companies again."""
    of = CompanyDomain
    there = and_(of.tenant_id == tenant_id, of.company_id.in_(company_ids))
    asked = select(of.domain, of.company_id, of.home_id).where(there).order_by(of.domain)
    rows = (await connection.execute(asked.with_for_update())).all()
    homes = {row.domain: row.home_id or row.company_id for row in rows}
    roots = {home: await find_survivor(connection, Company, tenant_id, home) for home in set(homes.values())}
    now = {domain: roots[home] for domain, home in homes.items()}
    moved = [(tenant_id, domain, now[domain], home if home != now[domain] else None) for domain, home in homes.items()]
    await update_rows(connection, of, ("tenant_id", "domain"), ("company_id = ?", "home_id = ?"), moved)
    await _move_people(connection, tenant_id, company_ids, now)
    await add_relationships(connection, tenant_id, company_ids)
    await recount_companies(connection, tenant_id, company_ids)
    for company_id in company_ids:
        await index_company(connection, tenant_id, company_id)


async def _move_people(
    connection: AsyncConnection, tenant_id: int, company_ids: Sequence[int], now: Mapping[str, int]
) -> None:
    people = select(Contact.id, Contact.address, Contact.company_id)
    there = people.where(Contact.tenant_id == tenant_id, Contact.company_id.in_(company_ids))
    rows = []
    for contact_id, address, company_id in await connection.execute(there.order_by(Contact.id)):
        at = now.get(find_company_domain(address.rpartition("@")[2]), company_id)
        if at != company_id:
            rows.append((tenant_id, contact_id, at))
    await update_rows(connection, Contact, ("tenant_id", "id"), ("company_id = ?",), rows)


async def add_relationships(connection: AsyncConnection, tenant_id: int, company_ids: Iterable[int]) -> None:
    """Add a relationship with each company for everybody who has one with somebody there: it is counted afterwards."""
    of, at, company = Relationship, Contact, Company
    is_at = and_(at.tenant_id == of.tenant_id, at.id == of.contact_id)
    is_company = and_(company.tenant_id == at.tenant_id, company.id == at.company_id)
    copies = company.type, company.partner_id, company.folded_name, company.beginnings
    known = select(of.user_id, at.company_id, *copies).join(at, is_at).join(company, is_company)
    there = known.where(
        of.tenant_id == tenant_id, at.company_id.in_(list(company_ids)), was_dealt_with(of, at)
    ).distinct()
    found = (await connection.execute(there)).mappings()
    await insert_ignoring(connection, CompanyRelationship, [{"tenant_id": tenant_id, **row} for row in found])


async def index_company(connection: AsyncConnection, tenant_id: int, company_id: int) -> None:
    """Index a company by its name, its domains, and the names of those that were merged into it."""
    numbers = [company_id, *await list_merged(connection, tenant_id, [company_id])]
    named = select(Company.name).where(Company.tenant_id == tenant_id, Company.id.in_(numbers))
    of = CompanyDomain
    domains = select(of.domain).where(of.tenant_id == tenant_id, of.company_id == company_id)
    texts = [*await connection.scalars(named), *await connection.scalars(domains)]
    await index_words(connection, tenant_id, COMPANY, {company_id: texts})
