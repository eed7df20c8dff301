"""What people decide about companies. Each change writes the copies kept for lists and its audit row with it.

`version` is what the card showed: where somebody has changed the company since, nothing is written and `StaleError`
carries the company as it is now. `source` is where the change came from (a `Surface`).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.company_writes import (
    Wish,
    audit_one,
    change_one,
    change_several,
    check_partner,
    hold_one,
    index_company,
    make_change,
    wish_name,
    wish_partner,
    wish_type,
    write_wish,
)
from storage.errors import RefusedError, TakenError
from storage.models import Company, CompanyDomain, CompanyType
from storage.record.changes import Change, Changes
from storage.text.addresses import normalize_domain
from storage.text.names import clean_text
from storage.viewer import Viewer


async def set_company_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set what the company is to the firm; raises `MissingError` and `StaleError`."""
    return await change_one(connection, viewer, company_id, wish_type(type_, now, source), version)


async def set_company_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    partner_id: int | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set who is responsible; raises `MissingError` (of `company`, or `user` for one who left or never was)."""
    await check_partner(connection, viewer, partner_id)
    return await change_one(connection, viewer, company_id, wish_partner(partner_id, now, source), version)


async def rename_company(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    name: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Give the company a name, no longer provisional; `RefusedError("bad_name")` for one with nothing to read."""
    wish = wish_name(clean_text(name), is_provisional=False, now=now, source=source)
    change = await change_one(connection, viewer, company_id, wish, version)
    await index_company(connection, viewer, company_id)
    return change


async def add_company_domain(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    domain: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Add a domain that no company has; raises `TakenError` where one has it, `RefusedError("bad_domain")`."""
    normal = normalize_domain(domain)
    if not normal:
        raise RefusedError("bad_domain")
    company = await hold_one(connection, viewer, company_id, version)
    wish = Wish("company.add_domain", {}, (), now, source)
    if taken := await _get_owner(connection, viewer, normal):
        if taken.id != company_id:
            raise TakenError(taken.id, taken.name)
        return make_change(None, company, wish, viewer, before={}, after={"domain": normal})
    row = {"tenant_id": viewer.tenant_id, "domain": normal, "company_id": company_id}
    await connection.execute(insert(CompanyDomain).values(**row))
    await write_wish(connection, viewer, [company_id], wish)
    change = await audit_one(connection, viewer, company, wish, before={}, after={"domain": normal})
    await index_company(connection, viewer, company_id)
    return change


async def _get_owner(connection: AsyncConnection, viewer: Viewer, domain: str) -> Any:
    """Return number and name of the company behind a domain, known or not."""
    is_same = and_(Company.tenant_id == CompanyDomain.tenant_id, Company.id == CompanyDomain.company_id)
    of_domain = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain == domain
    return (
        await connection.execute(select(Company.id, Company.name).join(CompanyDomain, is_same).where(*of_domain))
    ).first()


async def set_companies_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the type of several companies (at most 100), one audit row each."""
    return await change_several(connection, viewer, company_ids, wish_type(type_, now, source), versions or {})


async def set_companies_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    partner_id: int | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the partner of several companies (at most 100), one audit row each; raises `MissingError("user")`."""
    await check_partner(connection, viewer, partner_id)
    return await change_several(connection, viewer, company_ids, wish_partner(partner_id, now, source), versions or {})
