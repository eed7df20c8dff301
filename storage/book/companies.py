"""Companies as a viewer sees them: lists, one company, and finding one by what people call it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import and_, func, literal_column, select

from storage.book import timeline
from storage.book.merged_companies import MergedCompany, list_merged_companies
from storage.book.relationships import get_known
from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number, numbers
from storage.engine.prepared import Prepared
from storage.history.keeping import list_keeps
from storage.history.survivors import find_survivor
from storage.lists import finding
from storage.lists.addresses import is_more_than_seen, is_other_address
from storage.lists.facts import ContactBrief, Knower, Match, Recent, Totals
from storage.lists.filters import Filter, Scope, is_id
from storage.lists.paging import Page
from storage.lists.query import ListQuery
from storage.lists.sources import get_source
from storage.lists.statement import fetch_page
from storage.models import Company, CompanyDomain, CompanyRelationship, CompanyType, Contact, Relationship
from storage.text.addresses import digest_address
from storage.viewer import Access, Viewer

_MOST_ROWS: Final = 100
_CONTACTS_SHOWN: Final = 10


class CompanyRow(msgspec.Struct, frozen=True):
    """A company in a list; counts and dates are the viewer's own in scope `mine`, else the firm's."""

    id: int
    name: str
    is_provisional: bool
    type: CompanyType | None
    partner_id: int | None
    partner_name: str | None
    domain: str
    """Its main domain (the shortest)."""
    version: int
    contact_count: int
    interaction_count: int
    first_at: int
    last_at: int
    """0: nothing with a believable date yet."""
    kept: int = 0
    """How much of what the viewer had there is the viewer's alone (`Kept`)."""
    person_id: int | None = None
    """The contact whom it is, for a private client."""


@dataclass(frozen=True, slots=True)
class CompanyDetail:
    """Everything that a card of one company shows."""

    id: int
    name: str
    is_provisional: bool
    type: CompanyType | None
    partner_id: int | None
    partner_name: str | None
    version: int
    contact_count: int
    domains: tuple[str, ...]
    firm: Totals
    mine: Totals
    is_mine: bool
    is_kept: bool
    """The viewer keeps all of it to themselves."""
    knowers: tuple[Knower, ...]
    """Newest first, at most 20; `knower_count` counts them all."""
    knower_count: int
    recent: tuple[Recent, ...]
    contacts: tuple[ContactBrief, ...]
    """Those the viewer may see, newest first, at most 10."""
    merged: tuple[MergedCompany, ...] = ()
    """Those that are one with it by what somebody said."""
    person_id: int | None = None
    """The contact whom it is, for a private client."""


async def list_companies(
    connection: Reading,
    viewer: Viewer,
    filter_: Filter,
    *,
    now: int,
    cursor: str | None = None,
    limit: int = 10,
) -> Page[CompanyRow]:
    """Return a page of companies; raises `CursorError` for a cursor that is not of this list."""
    page = await fetch_page(connection, viewer, filter_, _make_row, now=now, cursor=cursor, limit=limit)
    if not any(row.kept for row in page.rows):
        return page
    counted = [await _count_as_shown(connection, viewer, row) if row.kept else row for row in page.rows]
    return replace(page, rows=tuple(counted))


async def _count_as_shown(connection: Reading, viewer: Viewer, row: CompanyRow) -> CompanyRow:
    """Count the people of a company of which the viewer keeps something as its card does."""
    domains = await _prepare_domains(viewer.kind).fetch(connection, _get_values(viewer, company_id=row.id))
    is_kept = await _is_kept(connection, viewer, domains)
    return msgspec.structs.replace(row, contact_count=await _count_contacts(connection, viewer, row, is_kept=is_kept))


async def list_companies_to_sort_out(
    connection: Reading, viewer: Viewer, *, scope: Scope = "firm", cursor: str | None = None, limit: int = 10
) -> Page[CompanyRow]:
    """Return the companies without type or partner, busiest first; raises `CursorError`."""
    busiest = Filter(scope=scope, sort="count")
    options: dict[str, Any] = {"now": 0, "cursor": cursor, "limit": limit, "is_to_sort_out": True}
    return await fetch_page(connection, viewer, busiest, _make_row, **options)


_TYPES = {None: None} | {type_.value: type_ for type_ in CompanyType}


def _make_row(row: Any) -> CompanyRow:
    # By places, which a test holds to the fields: names cost 32 µs more a page of 11 rows.
    id_, name, is_provisional, type_, partner_id, partner_name, domain, version, contact_count, *totals, _ = row
    is_named = bool(is_provisional)
    partner = partner_id, partner_name
    return CompanyRow(id_, name, is_named, _TYPES[type_], *partner, domain or "", version, contact_count, *totals)


async def get_company(connection: Reading, viewer: Viewer, company_id: int) -> CompanyDetail | None:
    """Return one company with all that its card shows."""
    company = (await get_company_rows(connection, viewer, [company_id])).get(company_id)
    if company is None:
        survivor_id = (
            await find_survivor(connection, Company, viewer.tenant_id, company_id) if is_id(company_id) else company_id
        )
        return None if survivor_id == company_id else await get_company(connection, viewer, survivor_id)
    domains = await _prepare_domains(viewer.kind).fetch(connection, _get_values(viewer, company_id=company_id))
    known = await get_known(connection, viewer, CompanyRelationship, company_id)
    is_kept = known.kept > 0 and await _is_kept(connection, viewer, domains)
    contacts = await _list_contacts(connection, viewer, company_id, is_kept=is_kept, has_kept=known.kept > 0)
    count = await _count_contacts(connection, viewer, company, is_kept=is_kept) if known.kept else company.contact_count
    return CompanyDetail(
        id=company.id,
        name=company.name,
        is_provisional=company.is_provisional,
        type=company.type,
        partner_id=company.partner_id,
        partner_name=company.partner_name,
        version=company.version,
        contact_count=max(count, len(contacts)),
        domains=tuple(row.domain for row in domains),
        firm=known.firm,
        mine=known.mine,
        is_mine=known.is_mine,
        is_kept=is_kept,
        knowers=known.knowers,
        knower_count=known.knower_count,
        recent=await _list_recent(connection, viewer, company_id),
        contacts=contacts,
        merged=await list_merged_companies(connection, viewer, company_id),
        person_id=company.person_id,
    )


async def _is_kept(connection: Reading, viewer: Viewer, domains: Sequence[Any]) -> bool:
    """Return whether the viewer keeps the company itself, and not only some of its people."""
    keeps = await list_keeps(connection, viewer.tenant_id, viewer.user_id)
    return bool(domains) and all(keeps.get(digest_address(f"@{row.domain}")) for row in domains)


async def _count_contacts(connection: Reading, viewer: Viewer, company: CompanyRow, *, is_kept: bool) -> int:
    """Count the viewer's own contacts at a company that they keep; else the firm's, and those who are theirs alone."""
    [row] = await _prepare_own_count(viewer.kind).fetch(connection, _get_values(viewer, company_id=company.id))
    return (row[0] or 0) if is_kept else company.contact_count + (row[1] or 0)


async def _list_contacts(
    connection: Reading, viewer: Viewer, company_id: int, *, is_kept: bool, has_kept: bool
) -> tuple[ContactBrief, ...]:
    """List the contacts there that the viewer may see, newest first.

    At a company that the viewer keeps (`is_kept`), what they had themselves counts; where something is kept
    (`has_kept`), whatever they may know of, which their own may be newer than.
    """
    newest = Filter(of="contacts", scope="firm", company_id=company_id)
    options: dict[str, Any] = {"now": 0, "cursor": None, "limit": _CONTACTS_SHOWN}
    rows = (await fetch_page(connection, viewer, newest, _make_brief, **options)).rows
    found = {one.id: one for one in rows}
    if has_kept and not viewer.is_in_public:  # those whom the viewer keeps are among their own alone
        own = (await fetch_page(connection, viewer, newest.changed(scope="mine"), _make_brief, **options)).rows
        is_newer = {one.id for one in own if one.id not in found or one.last_at > found[one.id].last_at}
        found |= {one.id: one for one in own if is_kept or one.id in is_newer}
    return tuple(sorted(found.values(), key=lambda one: -one.last_at)[:_CONTACTS_SHOWN])


def _make_brief(row: Any) -> ContactBrief:
    return ContactBrief(row.id, row.name, row.address, row.interaction_count, row.last_at)


async def _list_recent(connection: Reading, viewer: Viewer, company_id: int) -> tuple[Recent, ...]:
    """List what happened last with anybody there, whose names may be hidden from the viewer."""
    values = _get_values(viewer, company_id=company_id)
    others = await _OTHERS_THERE.fetch(connection, values)
    newest = (await _prepare_newest(viewer.kind).fetch(connection, values))[: timeline.CONTACTS - len(others)]
    return await timeline.list_recent(connection, viewer, [row.id for row in (*newest, *others)])


_OTHERS_THERE: Final = Prepared(
    select(Contact.id)
    .where(Contact.tenant_id == number("tenant_id"), Contact.company_id == number("company_id"))
    .where(is_other_address(Contact), is_more_than_seen(Contact))
    .order_by(Contact.last_at.desc(), Contact.id)
    .limit(literal_column(str(timeline.CONTACTS // 3))),
    is_quick=True,
)
"""Addresses there of people for whom another address stands: what was with these was with the company."""


def _get_values(viewer: Viewer, **values: Any) -> dict[str, Any]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, **values}


@lru_cache
def _prepare_domains(kind: Viewer) -> Prepared:
    of = CompanyDomain
    is_there = Access(as_parameters(kind)).of_company(of, of.company_id), of.company_id == number("company_id")
    return Prepared(select(of.domain).where(*is_there).order_by(func.length(of.domain), of.domain), is_quick=True)


@lru_cache
def _prepare_own_count(kind: Viewer) -> Prepared:
    access, of, own = Access(as_parameters(kind)), Contact, Relationship
    is_same = and_(of.tenant_id == own.tenant_id, of.id == own.contact_id)
    is_there = access.own_contacts(own), access.contacts_of(own)
    counted = select(func.count(), func.count().filter(~of.is_contact)).select_from(own).join(of, is_same)
    return Prepared(counted.where(*is_there, of.company_id == number("company_id")), is_quick=True)


@lru_cache
def _prepare_newest(kind: Viewer) -> Prepared:
    """Select whom the firm dealt with last there: that something happened is no secret where the names are."""
    of, access = Contact, Access(as_parameters(replace(kind, shares_contacts=True)))
    is_there = access.open_contacts(), of.company_id == number("company_id")
    newest = select(of.id).where(*is_there).order_by(access.total(of, "last_at").desc(), of.id.desc())
    return Prepared(newest.limit(literal_column(str(timeline.CONTACTS))), is_quick=True)


async def get_company_rows(connection: Reading, viewer: Viewer, company_ids: Sequence[int]) -> dict[int, CompanyRow]:
    """Return the visible ones among `company_ids` with the firm's figures, at most 100."""
    ids = [company_id for company_id in company_ids if is_id(company_id)][:_MOST_ROWS]
    if not ids:
        return {}
    rows = [_make_row(row) for row in await _prepare_rows(viewer.kind).fetch(connection, _get_values(viewer, ids=ids))]
    return {row.id: row for row in rows}


@lru_cache
def _prepare_rows(kind: Viewer) -> Prepared:
    names = ("is_in_public", "shares_contacts", "hides_old")
    flags = {name: getattr(kind, name) for name in names}
    list_query = ListQuery("companies", "firm", "last", is_ascending=False, limit=0, rules=kind.rules, **flags)
    source = get_source(list_query)
    is_seen = Access(as_parameters(kind)).companies()
    rows = select(*source.columns, Company.last_at).select_from(source.tables).where(is_seen)
    return Prepared(rows.where(Company.id.in_(numbers("ids"))), is_quick=True)


async def find_companies(connection: Reading, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find companies by name, by any of their domains, by an address or link at one, or by a mistyped name."""
    return await finding.find(connection, viewer, finding.COMPANIES, text, limit=limit)
