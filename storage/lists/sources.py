"""The tables and columns of a list, and the conditions of its every row; `conditions.py` has those of the filter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    and_,
    case,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import aliased

from storage.engine.parameters import as_parameters
from storage.lists.query import ListQuery
from storage.models import (
    Company,
    CompanyDomain,
    CompanyRelationship,
    Contact,
    Relationship,
    User,
)
from storage.viewer import Access, Viewer

_AtCompany = aliased(Company, name="at_company")
"""The company of a contact."""
_NOTHING: Any = literal_column("0")


@dataclass(frozen=True, slots=True)
class Source:
    """The tables of a list, the conditions of every row, and the columns that filters and rows use."""

    walked: FromClause
    """The tables that decide which rows the list has and their order; often one index is enough to read them."""
    tables: FromClause
    """What is walked, and what a row shows besides."""
    conditions: Sequence[ColumnElement[bool]]
    id: Any
    keys: dict[str, Any]
    type: Any
    partner: Any
    company: Any
    """The id of the company that a row is, or at which a contact is."""
    counts: Mapping[str, Any] | None
    """How many mails and meetings there were, by the names of the columns, if the row itself has them."""
    first: Any
    """When the first interaction was; 0 for none that has a date."""
    beginnings: Any
    columns: Sequence[Any]
    """What a row shows: the fields of `CompanyRow` or `ContactRow`, by their names and in their order."""


main_domain = (
    select(CompanyDomain.domain)
    .where(CompanyDomain.tenant_id == Company.tenant_id, CompanyDomain.company_id == Company.id)
    .order_by(func.length(CompanyDomain.domain), CompanyDomain.domain)
    .limit(literal_column("1"))
    .scalar_subquery()
)


def get_viewer_parameters(list_query: ListQuery) -> Viewer:
    """Return the viewer of a shape, with parameters for its numbers."""
    kept = {"shares_contacts": list_query.shares_contacts, "is_in_public": list_query.is_in_public}
    return as_parameters(Viewer(0, 0, rules=list_query.rules, hides_old=list_query.hides_old, **kept))


def get_source(list_query: ListQuery) -> Source:
    """Return what the list walks."""
    return _get_companies(list_query) if list_query.of == "companies" else _get_contacts(list_query)


def _get_companies(list_query: ListQuery) -> Source:
    access, of = Access(get_viewer_parameters(list_query)), Company
    tables: FromClause = of.__table__
    conditions = [access.open_companies()]
    totals: Any = of
    id_: Any = of.id
    kept: Any = _of_viewer(CompanyRelationship.kept, access.viewer)
    if list_query.scope == "mine":
        totals, id_, kept = CompanyRelationship, CompanyRelationship.company_id, CompanyRelationship.kept
        conditions = [access.companies_of(totals)]
        is_same = and_(of.tenant_id == totals.tenant_id, of.id == totals.company_id)
        tables = totals.__table__.join(of, is_same)
        conditions.append(access.own_companies())
    is_partner = and_(User.tenant_id == of.tenant_id, User.id == of.partner_id)
    shown = (
        of.name,
        of.is_provisional,
        of.type,
        of.partner_id,
        User.name.label("partner_name"),
        main_domain.label("domain"),
        of.version,
        access.contact_count().label("contact_count"),
    )
    return Source(
        walked=tables,
        tables=tables.outerjoin(User, is_partner),
        conditions=conditions,
        id=id_,
        keys=_get_keys(access, totals),
        type=totals.type,
        partner=totals.partner_id,
        company=id_,
        counts=_get_counts(access, totals) if list_query.scope == "mine" else None,
        first=access.total(totals, "first_at"),
        beginnings=totals.beginnings,
        columns=(
            *(id_.label("id"), *shown, *_list_figures(access, totals)),
            (_NOTHING if list_query.is_in_public else kept).label("kept"),
            of.person_id,
        ),
    )


def _of_viewer(column: Any, viewer: Viewer) -> Any:
    """Return a column of what the viewer had with a company; 0 for nothing."""
    own = CompanyRelationship
    is_own = own.tenant_id == Company.tenant_id, own.user_id == viewer.user_id, own.company_id == Company.id
    return func.coalesce(select(column).where(*is_own).correlate(Company).scalar_subquery(), _NOTHING)


def _get_contacts(list_query: ListQuery) -> Source:
    access, of, at = Access(get_viewer_parameters(list_query)), Contact, _AtCompany
    tables: FromClause = of.__table__
    conditions = [access.open_contacts()]
    totals: Any = of
    id_: Any = of.id
    if list_query.scope == "mine":
        totals, id_ = Relationship, Relationship.contact_id
        conditions = [access.contacts_of(totals)]
        is_same = and_(of.tenant_id == totals.tenant_id, of.id == totals.contact_id)
        tables = totals.__table__.join(of, is_same)
        conditions.append(access.own_contacts())
    # A tenant of its own in this join makes SQLite read all companies first, into a Bloom filter.
    is_there = and_(at.tenant_id == of.tenant_id, at.id == of.company_id, *access.list_rules(at.id))
    company_name = case((at.person_id.is_(None), at.name))  # a private client is at no company
    return Source(
        walked=tables,
        tables=tables.outerjoin(at, is_there),
        conditions=conditions,
        id=id_,
        keys=_get_keys(access, totals),
        type=_of_company(Company.type),
        partner=_of_company(Company.partner_id),
        company=Contact.company_id,
        counts=_get_counts(access, totals),
        first=access.total(totals, "first_at"),
        beginnings=totals.beginnings,
        columns=(
            *(id_.label("id"), of.name, of.address, of.company_id, company_name.label("company_name")),
            *(*_list_figures(access, totals), of.person_id),
        ),
    )


def _list_figures(access: Access, totals: Any) -> list[Any]:
    return [access.total(totals, name).label(name) for name in ("interaction_count", "first_at", "last_at")]


def _of_company(column: Any) -> Any:
    """Return a column of a contact's company by a subquery; with a join, planners may begin at the companies."""
    is_there = Company.tenant_id == Contact.tenant_id, Company.id == Contact.company_id
    return select(column).where(*is_there).correlate(Contact).scalar_subquery()


def _get_counts(access: Access, totals: Any) -> dict[str, Any]:
    return {name: access.total(totals, name) for name in ("sent_count", "received_count", "meeting_count")}


def _get_keys(access: Access, totals: Any) -> dict[str, Any]:
    """Return what the orders go by, and cursors hold: what is shown, never what is no longer."""
    dated = {"last": access.total(totals, "last_at"), "first": access.total(totals, "first_at")}
    return {"name": totals.folded_name, "count": access.total(totals, "interaction_count"), **dated}
