"""Who the people on an open mail or meeting are: of the firm, contacts, seen before, or not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Literal

from sqlalchemy import and_, case, inspect, or_, select
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import as_parameters, number, texts
from storage.engine.prepared import Prepared
from storage.lists.addresses import get_person_id, is_known_address, is_other_address
from storage.models import Company, CompanyDomain, Contact, Relationship, Tenant, User
from storage.text.addresses import list_domains, parse_address
from storage.text.domains import is_below, unwrap_domain
from storage.viewer import Access, Viewer

MOST: Final = 500
_Address = aliased(Contact, name="addresses_on_item")


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on an open mail or meeting."""

    address: str
    """As it was given."""
    state: Literal["user", "contact", "seen", "unknown", "machine", "invalid"]
    """Of the firm (a room or a list of it has no `id`); a contact the viewer may see; only wrote in so far; not in the
    book; never a contact, for `reason`; no address at all."""
    id: int | None = None
    """Of the user or the contact."""
    name: str = ""
    company_id: int | None = None
    """By the contact, else by the domain of the address; a company the viewer may see."""
    company_name: str | None = None
    last_at: int = 0
    reason: str = ""
    met_at: int = 0
    """When they were last met, of contacts for whom it was asked (`last_dates`); 0 where there was no meeting."""
    mail_at: int = 0


async def get_people(connection: Reading, viewer: Viewer, addresses: Sequence[str]) -> list[Person]:
    """Say who each address is, in the order given (at most 500)."""
    given = [(raw, parse_address(raw).address) for raw in addresses[:MOST]]
    normal = {address for _, address in given if address}
    if not normal:
        return [Person(raw, "invalid") for raw, _ in given]
    users = await _get_inside(connection, viewer, normal) | await _get_users(connection, viewer, normal)
    outside = await _get_outside(connection, viewer, normal - users.keys())
    companies = await _get_companies(connection, viewer, normal - users.keys() - outside.keys())
    known = users | outside | companies
    return [
        Person(raw, "invalid") if not address else Person(raw, *known.get(address, ("unknown",)))
        for raw, address in given
    ]


_DOMAINS: Final = Prepared(select(Tenant.domains).where(Tenant.tenant_id == number("tenant_id")), is_quick=True)


async def _get_inside(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Take out the firm's own rooms, lists and role addresses: they are nobody's contacts."""
    rows = await _DOMAINS.fetch(connection, {"tenant_id": viewer.tenant_id})
    domains = frozenset(domain for row in rows for domain in row[0])
    return {address: ("user",) for address in addresses if is_below(address.rpartition("@")[2], domains)}


async def _get_users(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    rows = await _prepare_users(viewer.kind).fetch(connection, _get_values(viewer, addresses))
    return {address: ("user", id_, name) for address, id_, name in rows}


@lru_cache
def _prepare_users(kind: Viewer) -> Prepared:
    are_asked = Access(as_parameters(kind)).users(), User.address.in_(texts("asked"))
    return Prepared(select(User.address, User.id, User.name).where(*are_asked), is_quick=True)


def _get_values(viewer: Viewer, asked: Iterable[str]) -> dict[str, Any]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "asked": list(asked)}


async def _get_outside(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Look contacts up, and those only seen; a company that is not known yet is left out."""
    rows = await _prepare_outside(viewer.kind).fetch(connection, _get_values(viewer, addresses))
    return {row[0]: ("contact" if row[1] else "seen", *row[2:]) for row in rows}


@lru_cache
def _prepare_outside(kind: Viewer) -> Prepared:
    access = Access(as_parameters(kind))
    is_there = and_(access.companies(), Company.id == Contact.company_id)
    is_person = and_(_Address.tenant_id == Contact.tenant_id, get_person_id(_Address) == Contact.id)
    is_visible = access.contacts().label("is_visible")
    own = Relationship
    is_own = and_(own.tenant_id == access.viewer.tenant_id, own.user_id == access.viewer.user_id)
    # What the viewer keeps is in no figure of the firm's.
    last_at = access.dated("last_at", case((own.last_at > Contact.last_at, own.last_at), else_=Contact.last_at))
    return Prepared(
        select(
            *(_Address.address, is_visible, Contact.id, Contact.name, Company.id, Company.name),
            *(last_at.label("last_at"), Contact.reason),
        )
        .select_from(InOrder(inspect(_Address).selectable, Contact.__table__))
        .outerjoin(Company, is_there)
        .outerjoin(own, and_(is_own, own.contact_id == Contact.id))
        .where(_Address.tenant_id == access.viewer.tenant_id, _Address.address.in_(texts("asked")))
        .where(is_person, or_(~is_other_address(_Address), is_known_address(access.viewer, _Address)), access.people()),
        is_quick=True,
    )


async def _get_companies(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Look up whose domain an address is at that nobody has met yet."""
    by_address = {address: list_domains(unwrap_domain(address.rpartition("@")[2])) for address in addresses}
    domains = {domain for found in by_address.values() for domain in found}
    rows = await _prepare_domains(viewer.kind).fetch(connection, _get_values(viewer, domains)) if domains else ()
    behind = {row[0]: (row[1], row[2]) for row in rows}
    found = {
        address: next((behind[one] for one in domains if one in behind), None)
        for address, domains in by_address.items()
    }
    return {address: ("unknown", None, "", *company) for address, company in found.items() if company}


@lru_cache
def _prepare_domains(kind: Viewer) -> Prepared:
    of, access = CompanyDomain, Access(as_parameters(kind))
    found = (
        select(of.domain, Company.id, Company.name)
        .select_from(of)
        .join(Company, and_(access.companies(), Company.id == of.company_id))
    )
    return Prepared(found.where(of.tenant_id == access.viewer.tenant_id, of.domain.in_(texts("asked"))), is_quick=True)
