"""Say what a person without a company is to the firm, and who is responsible: as of a company that is theirs alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.company_changes import set_company_partner, set_company_type
from storage.book.keeping import keep
from storage.engine.connection import Reading
from storage.errors import MissingError
from storage.history.keeping import list_keeps
from storage.history.persons import find_person
from storage.history.private_clients import open_private
from storage.lists.filters import is_id
from storage.models import Company, CompanyType, Contact, Relationship
from storage.record.changes import Change
from storage.text.addresses import digest_address
from storage.text.domains import find_company_domain
from storage.viewer import Access, Viewer


@dataclass(frozen=True, slots=True)
class PrivatePerson:
    """Somebody at no company, as the viewer sees them."""

    id: int
    name: str
    address: str
    company_id: int | None
    """Their own, where anything was said of it."""
    is_alone: bool
    """Nobody else of the firm sees what the viewer had with them, until it is shared."""


async def get_private_person(connection: Reading, viewer: Viewer, contact_id: int) -> PrivatePerson | None:
    """Return a contact who is at no company by their address; None for others, and for whom the viewer sees none."""
    if not is_id(contact_id):
        return None
    of = Contact
    person_id = await find_person(connection, viewer.tenant_id, contact_id)
    columns = of.id, of.name, of.address, of.company_id
    seen = select(*columns).where(Access(viewer).contacts(), of.id == person_id)
    row = (await connection.execute(seen)).first()
    if row is None or find_company_domain(row.address.rpartition("@")[2]):
        return None
    keeps = await list_keeps(connection, viewer.tenant_id, viewer.user_id)
    known = Relationship
    own = known.tenant_id == viewer.tenant_id, known.user_id == viewer.user_id, known.contact_id == row.id
    is_own = await connection.scalar(select(known.contact_id).where(*own)) is not None
    is_alone = is_own and digest_address(row.address) not in keeps
    return PrivatePerson(row.id, row.name, row.address, row.company_id, is_alone)


async def list_private(connection: Reading, viewer: Viewer, company_ids: Sequence[int]) -> dict[int, int]:
    """Return whose companies these are, of those that are one person's."""
    of = Company
    ids = [number for number in company_ids if is_id(number)]
    if not ids:
        return {}
    own = of.tenant_id == viewer.tenant_id, of.id.in_(ids), of.person_id.is_not(None)
    return {row.id: row.person_id for row in await connection.execute(select(of.id, of.person_id).where(*own))}


async def classify_person(
    connection: AsyncConnection, viewer: Viewer, contact_id: int, *, values: dict[str, Any], now: int, source: str
) -> tuple[Change, ...]:
    """Set the type, the partner or both of a person without a company; the firm sees them from then on.

    What the viewer had with them is shared, where nothing was said of it before. Raises `MissingError`.
    """
    person = await get_private_person(connection, viewer, contact_id)
    if person is None:
        raise MissingError("contact")
    own = Contact.tenant_id == viewer.tenant_id, Contact.id == person.id
    columns = Contact.id, Contact.name, Contact.address
    held = (await connection.execute(select(*columns).where(*own).with_for_update())).one()
    company_id = await open_private(connection, viewer.tenant_id, held, now)
    if company_id is None:
        raise MissingError("contact")
    made = []
    if person.is_alone:
        made.append(await keep(connection, viewer, "contact", person.id, is_kept=False, now=now, source=source))
    if "type" in values:
        type_: CompanyType | None = values["type"]
        made.append(await set_company_type(connection, viewer, company_id, type_, now=now, source=source))
    if "partner_id" in values:
        partner_id: int | None = values["partner_id"]
        made.append(await set_company_partner(connection, viewer, company_id, partner_id, now=now, source=source))
    return tuple(made)
