"""Who the people on an open mail or meeting are: of the firm, contacts, seen before, or not known."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import and_, select

from storage.engine.connection import Reading
from storage.models import Company, CompanyDomain, Contact, Tenant, User
from storage.text.addresses import list_domains, parse_address
from storage.text.domains import is_below, unwrap_domain
from storage.viewer import Access, Viewer

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on an open mail or meeting."""

    address: str
    """As it was given."""
    state: Literal["user", "contact", "seen", "unknown", "invalid"]
    """Of the firm (a room or a list of it has no `id`); a contact the viewer may see; only wrote in so far; not in the
    book; no address at all."""
    id: int | None = None
    """Of the user or the contact."""
    name: str = ""
    company_id: int | None = None
    """By the contact, else by the domain of the address; a company the viewer may see."""
    company_name: str | None = None
    last_at: int = 0
    reason: str = ""


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


async def _get_inside(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Take out the firm's own rooms, lists and role addresses: they are nobody's contacts."""
    own = await connection.scalar(select(Tenant.domains).where(Tenant.tenant_id == viewer.tenant_id))
    domains = frozenset(own or ())
    return {address: ("user",) for address in addresses if is_below(address.rpartition("@")[2], domains)}


async def _get_users(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    asked = select(User.address, User.id, User.name).where(Access(viewer).users(), User.address.in_(addresses))
    return {address: ("user", id_, name) for address, id_, name in await connection.execute(asked)}


async def _get_outside(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Look contacts up, and those only seen; a company that is not known yet is left out."""
    is_there = and_(Access(viewer).companies(), Company.id == Contact.company_id)
    is_visible = Access(viewer).contacts().label("is_visible")
    asked = (
        select(
            *(Contact.address, is_visible, Contact.id, Contact.name, Company.id, Company.name),
            *(Contact.last_at, Contact.reason),
        )
        .outerjoin(Company, is_there)
        .where(Access(viewer).people(), Contact.address.in_(addresses))
    )
    rows = await connection.execute(asked)
    return {row[0]: ("contact" if row[1] else "seen", *row[2:]) for row in rows}


async def _get_companies(connection: Reading, viewer: Viewer, addresses: Iterable[str]) -> dict[str, tuple[Any, ...]]:
    """Look up whose domain an address is at that nobody has met yet."""
    by_address = {address: list_domains(unwrap_domain(address.rpartition("@")[2])) for address in addresses}
    domains = {domain for found in by_address.values() for domain in found}
    is_behind = and_(Access(viewer).companies(), Company.id == CompanyDomain.company_id)
    asked = (
        select(CompanyDomain.domain, Company.id, Company.name)
        .join(Company, is_behind)
        .where(CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain.in_(domains))
    )
    behind = {row[0]: (row[1], row[2]) for row in await connection.execute(asked)} if domains else {}
    found = {
        address: next((behind[one] for one in domains if one in behind), None)
        for address, domains in by_address.items()
    }
    return {address: ("unknown", None, "", *company) for address, company in found.items() if company}
