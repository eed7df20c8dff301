"""Find who is to be notified of something new, and the data of the notice.

Names are read when a notice is sent, with the reader's rights at that time: what the reader may not see is left out.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.models import Company, CompanyDomain, CompanyRelationship, Contact, Mailbox, Relationship, Tenant, User
from storage.served import OWN_FIRM, OWN_MAILBOX, PAUSED, STANDING, Standing
from storage.viewer import Access, Viewer

MOST_HEARERS: Final = 50
"""The most colleagues who are notified of a new contact; those with the latest interaction come first."""
MOST_NAMED: Final = 3
"""Colleagues who are named beside a contact or a company."""


@dataclass(frozen=True, slots=True)
class NoticeRecipient:
    """A person who may be spoken to, and how."""

    viewer: Viewer
    language: str
    timezone: str
    settings: tuple[Mapping[str, Any], Mapping[str, Any]]
    """The firm's and the person's own."""
    is_paused: bool = False
    """Their firm is: whatever is not about that waits."""


async def get_notice_recipients(
    connection: AsyncConnection, tenant_id: int, user_ids: Collection[int]
) -> dict[int, NoticeRecipient]:
    """Return by id the users who are served, those of a paused firm included."""
    query = (
        select(
            *(User.id, User.language, User.timezone, User.settings, Tenant.shares_contacts),
            Tenant.shown_from,
            *(Tenant.language.label("firm_language"), Tenant.timezone.label("firm_timezone")),
            *(Tenant.settings.label("firm_settings"), *STANDING),
        )
        .join(Tenant, OWN_FIRM)
        .outerjoin(Mailbox, OWN_MAILBOX)
        .where(User.tenant_id == tenant_id)
    )
    recipients = {}
    for ids in split(user_ids):
        for row in await connection.execute(query.where(User.id.in_(ids))):
            refusal = Standing(*row[-len(STANDING) :]).refusal
            if refusal in ("", PAUSED):
                recipients[row.id] = NoticeRecipient(
                    viewer=Viewer(tenant_id, row.id, shares_contacts=row.shares_contacts, hides_old=row.shown_from > 0),
                    language=row.language or row.firm_language,
                    timezone=row.timezone or row.firm_timezone,
                    settings=(row.firm_settings or {}, row.settings or {}),
                    is_paused=refusal == PAUSED,
                )
    return recipients


async def list_concerned(
    connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int], new_company_ids: Collection[int]
) -> dict[int, set[int]]:
    """Return, by user, the new contacts at companies that the user knows or is the partner of.

    Contacts at a new company are left out, because the notice of the company names them.
    """
    at_company: dict[int, list[int]] = defaultdict(list)
    for ids in split(contact_ids):
        query = select(Contact.id, Contact.company_id).where(Contact.tenant_id == tenant_id, Contact.id.in_(ids))
        for contact_id, company_id in await connection.execute(query):
            if company_id is not None and company_id not in new_company_ids:
                at_company[company_id].append(contact_id)
    concerned: dict[int, set[int]] = defaultdict(set)
    for company_id, ids in at_company.items():
        for user_id in await list_knowing_users(connection, tenant_id, company_id):
            concerned[user_id].update(ids)
    return concerned


async def list_knowing_users(connection: AsyncConnection, tenant_id: int, company_id: int) -> set[int]:
    """Return a company's partner and the colleagues who know it, the latest first and limited in number."""
    dealing = (
        select(CompanyRelationship.user_id)
        .where(CompanyRelationship.tenant_id == tenant_id, CompanyRelationship.company_id == company_id)
        .where(CompanyRelationship.is_mine)
        .order_by(CompanyRelationship.last_at.desc())
        .limit(MOST_HEARERS)
    )
    partner = select(Company.partner_id).where(Company.tenant_id == tenant_id, Company.id == company_id)
    partner_id = await connection.scalar(partner)
    return set(await connection.scalars(dealing)) | ({partner_id} if partner_id is not None else set())


async def get_partners(connection: AsyncConnection, tenant_id: int, company_ids: Collection[int]) -> dict[int, int]:
    """Return by company the user who is its partner, where there is one."""
    query = select(Company.id, Company.partner_id).where(Company.tenant_id == tenant_id)
    partners = {}
    for ids in split(company_ids):
        for row in await connection.execute(query.where(Company.id.in_(ids), Company.partner_id.is_not(None))):
            partners[row.id] = row.partner_id
    return partners


@dataclass(frozen=True, slots=True)
class ContactNoticeData:
    """A new contact, as far as the reader may know."""

    id: int
    name: str
    address: str
    company_name: str
    met_by: tuple[int, ...]
    """Users who wrote to or met them."""


async def list_contact_notice_data(
    connection: AsyncConnection, viewer: Viewer, ids: Collection[int]
) -> list[ContactNoticeData]:
    """Return the data of contacts for a notice, latest interaction first."""
    query = (
        select(Contact.id, Contact.name, Contact.address, Company.name.label("company_name"))
        .select_from(Contact)
        .outerjoin(Company, and_(Access(viewer).companies(), Company.id == Contact.company_id))
        .where(Access(viewer).contacts(), Contact.id.in_(ids))
        .order_by(Contact.last_at.desc(), Contact.id.desc())
    )
    rows = (await connection.execute(query)).all()
    met_by = await _list_meeters(connection, viewer, Relationship, Relationship.contact_id, [row.id for row in rows])
    return [
        ContactNoticeData(row.id, row.name, row.address, row.company_name or "", met_by.get(row.id, ())) for row in rows
    ]


@dataclass(frozen=True, slots=True)
class CompanyNoticeData:
    """A company that there is something to say of."""

    id: int
    name: str
    version: int
    type: str | None
    last_at: int
    domain: str
    contact_names: tuple[str, ...]
    """Of those met last, and only of the first company asked for."""
    contact_count: int
    met_by: tuple[int, ...]
    partner_id: int | None = None


async def list_company_notice_data(
    connection: AsyncConnection, viewer: Viewer, ids: Collection[int]
) -> list[CompanyNoticeData]:
    """Return the data of companies for a notice, by id."""
    query = select(Company.id, Company.name, Company.version, Company.type, Company.last_at, Company.partner_id)
    rows = (await connection.execute(query.where(Access(viewer).companies(), Company.id.in_(ids)))).all()
    rows = sorted(rows, key=lambda row: row.id)
    found = [row.id for row in rows]
    domains = await _list_first_domains(connection, viewer, found)
    names = {company_id: await _list_contact_names(connection, viewer, company_id) for company_id in found[:1]}
    met_by = await _list_meeters(connection, viewer, CompanyRelationship, CompanyRelationship.company_id, found)
    return [
        CompanyNoticeData(
            id=row.id,
            name=row.name,
            version=row.version,
            type=row.type,
            last_at=row.last_at,
            domain=domains.get(row.id, ""),
            contact_names=names.get(row.id, ((), 0))[0],
            contact_count=names.get(row.id, ((), 0))[1],
            met_by=met_by.get(row.id, ()),
            partner_id=row.partner_id,
        )
        for row in rows
    ]


async def _list_first_domains(connection: AsyncConnection, viewer: Viewer, ids: Collection[int]) -> dict[int, str]:
    query = (
        select(CompanyDomain.company_id, func.min(CompanyDomain.domain).label("first"))
        .where(Access(viewer).of_company(CompanyDomain, CompanyDomain.company_id), CompanyDomain.company_id.in_(ids))
        .group_by(CompanyDomain.company_id)
    )
    return {row.company_id: row.first for row in await connection.execute(query)}


async def _list_contact_names(
    connection: AsyncConnection, viewer: Viewer, company_id: int
) -> tuple[tuple[str, ...], int]:
    """Name some of the contacts, and say how many there are."""
    query = (
        select(Contact.name, Contact.address, func.count().over())
        .where(Access(viewer).contacts(), Contact.company_id == company_id)
        .order_by(Contact.last_at.desc())
        .limit(4)
    )
    rows = (await connection.execute(query)).all()
    return tuple(name or address for name, address, _ in rows), rows[0][2] if rows else 0


async def _list_meeters(
    connection: AsyncConnection, viewer: Viewer, relationship: Any, of: Any, ids: Collection[int]
) -> dict[int, tuple[int, ...]]:
    """Return by number the users who wrote to or met each, those who did so last first."""
    query = (
        select(of, relationship.user_id)
        .where(Access(viewer).relationships(relationship), of.in_(ids))
        .order_by(relationship.last_at.desc())
        .limit(MOST_NAMED * MOST_HEARERS)
    )
    met_by: dict[int, tuple[int, ...]] = defaultdict(tuple)
    for number, user_id in await connection.execute(query):
        if len(met_by[number]) < MOST_NAMED:
            met_by[number] += (user_id,)
    return met_by


@dataclass(frozen=True, slots=True)
class FirstSyncResult:
    """The results of a user's first sync; `is_over` is True once every feed has reached its end."""

    is_over: bool
    state: str
    contact_count: int
    company_count: int
    untyped_count: int


async def get_first_sync_result(connection: AsyncConnection, viewer: Viewer) -> FirstSyncResult:
    """Count the contacts and companies found in the viewer's mailbox so far."""
    mailbox = select(Mailbox.state).where(Mailbox.tenant_id == viewer.tenant_id, Mailbox.user_id == viewer.user_id)
    state = await connection.scalar(mailbox) or "stopped"
    mine = (
        select(func.count(), func.count().filter(CompanyRelationship.type.is_(None)))
        .select_from(CompanyRelationship)
        .where(Access(viewer).own_companies())
    )
    companies, untyped = (await connection.execute(mine)).one()
    known = select(func.count()).select_from(Relationship).where(Access(viewer).own_contacts())
    contacts = (await connection.execute(known)).scalar_one()
    return FirstSyncResult(state == "current", state, contacts, companies, untyped)
