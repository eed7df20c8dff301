"""Contacts as a viewer sees them: lists, one contact, finding one, and adding one by hand."""

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, and_, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.addresses import OtherAddress, list_other_addresses, prepare_addresses
from storage.book.manual_contacts import is_added_by, set_added, unset_added
from storage.book.relationships import get_known
from storage.book.removals import get_removal
from storage.book.timeline import list_recent
from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number
from storage.engine.prepared import Prepared
from storage.errors import MissingError, StaleError
from storage.history.contact_rule import find_reason
from storage.history.persons import find_person
from storage.history.survivors import find_survivor
from storage.lists import finding
from storage.lists.addresses import get_person_id, is_known_address, is_other_address
from storage.lists.facts import Knower, Match, Recent, Totals
from storage.lists.filters import Filter, is_id
from storage.lists.paging import Page
from storage.lists.statement import fetch_page
from storage.models import Company, CompanyType, Contact, Kept, Relationship, User
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.text.addresses import parse_address
from storage.text.domains import find_company_domain
from storage.viewer import Access, Viewer


class ContactRow(msgspec.Struct, frozen=True):
    """A contact in a list; counts and dates are the viewer's own in scope `mine`, else the firm's."""

    id: int
    name: str
    address: str
    company_id: int | None
    company_name: str | None
    interaction_count: int
    first_at: int
    last_at: int
    person_id: int | None = None
    """Set where they have several addresses."""
    others: tuple[str, ...] = ()
    """Their other addresses, as far as the viewer may know."""


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """Everything that a card of one contact shows."""

    id: int
    name: str
    address: str
    reason: str
    """The reason code of the decision that made them a contact."""
    is_added: bool
    """Somebody added them by hand."""
    company_id: int | None
    company_name: str | None
    company_type: CompanyType | None
    partner_name: str | None
    is_private: bool
    """They are at no company by their address; `company_id` is their own, where they are a client."""
    firm: Totals
    """The viewer's own where the firm keeps contacts back."""
    mine: Totals
    is_mine: bool
    is_kept: bool
    """The viewer keeps them to themselves."""
    knowers: tuple[Knower, ...]
    knower_count: int
    recent: tuple[Recent, ...]
    others: tuple[OtherAddress, ...] = ()
    """Other addresses of the same person, by what somebody said."""


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """Why an outside person is (not) a contact: for `contact.explain`."""

    id: int
    name: str
    address: str
    is_contact: bool
    is_added: bool
    reason: str
    company_id: int | None
    company_name: str | None
    removal: str = ""
    """The reason code of why they are off the viewer's contacts by what somebody said; empty if they are not."""


async def list_contacts(
    connection: Reading,
    viewer: Viewer,
    filter_: Filter,
    *,
    now: int,
    cursor: str | None = None,
    limit: int = 10,
) -> Page[ContactRow]:
    """Return a page of contacts; raises `CursorError` for a cursor that is not of this list.

    At a company where the firm knows nobody these are the viewer's own: what they keep is among their own alone.
    """
    page = await _add_others(
        connection,
        viewer,
        await fetch_page(connection, viewer, filter_, _make_row, now=now, cursor=cursor, limit=limit),
    )
    if page.rows or cursor or filter_.company_id is None or filter_.scope == "mine" or viewer.is_in_public:
        return page
    survivor_id = await find_survivor(connection, Company, viewer.tenant_id, filter_.company_id)
    if survivor_id != filter_.company_id:  # a view, or an old card, names a company that was merged since
        there = filter_.changed(company_id=survivor_id)
        return await list_contacts(connection, viewer, there, now=now, limit=limit)
    own = filter_.changed(scope="mine")
    page = await fetch_page(connection, viewer, own, _make_row, now=now, cursor=cursor, limit=limit)
    return await _add_others(connection, viewer, page)


async def _add_others(connection: Reading, viewer: Viewer, page: Page[ContactRow]) -> Page[ContactRow]:
    """Add the other addresses of those who have several."""
    several = [row.id for row in page.rows if row.person_id is not None]
    found: dict[int, tuple[OtherAddress, ...]] = {}
    for some in split(several):
        found |= await list_other_addresses(connection, viewer, some)
    if not found:
        return page
    addresses = {person_id: tuple(one.address for one in others) for person_id, others in found.items()}
    rows = (msgspec.structs.replace(row, others=addresses.get(row.id, ())) for row in page.rows)
    return replace(page, rows=tuple(rows))


def _make_row(row: Any) -> ContactRow:
    # By places, which a test holds to the fields: names cost eight times as much (`companies.py`).
    return ContactRow(*row[:-1])


async def get_contact(connection: Reading, viewer: Viewer, contact_id: int) -> ContactDetail | None:
    """Return one contact with all that its card shows."""
    if not is_id(contact_id):
        return None
    asked = _prepare_contact(viewer.kind)
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "contact_id": contact_id}
    rows = await asked.fetch(connection, values)
    if not rows:
        person_id = await find_person(connection, viewer.tenant_id, contact_id)
        return None if person_id == contact_id else await get_contact(connection, viewer, person_id)
    known = await get_known(connection, viewer, Relationship, contact_id)
    found = rows[0]
    addresses = [row.id for row in await prepare_addresses(viewer.kind).fetch(connection, values)] or [contact_id]
    recent = await list_recent(connection, viewer, addresses, is_own=not viewer.shares_contacts)
    others = await list_other_addresses(connection, viewer, [contact_id]) if len(addresses) > 1 else {}
    return ContactDetail(
        id=found.id,
        name=found.name,
        address=found.address,
        reason=find_reason(*known.had) if known.kept else found.reason,
        is_added=bool(found.is_added),
        company_id=found.company_id,
        company_name=found.company_name,
        company_type=CompanyType(found.company_type) if found.company_type else None,
        partner_name=found.partner_name,
        is_private=not find_company_domain(found.address.rpartition("@")[2]),
        firm=known.firm,
        mine=known.mine,
        is_mine=known.is_mine,
        is_kept=known.kept == Kept.ALL,
        knowers=known.knowers,
        knower_count=known.knower_count,
        recent=recent,
        others=others.get(contact_id, ()),
    )


@lru_cache
def _prepare_contact(kind: Viewer) -> Prepared:
    asker, of = as_parameters(kind), Contact
    at = Company.id.label("company_id"), Company.name.label("company_name"), Company.type.label("company_type")
    return Prepared(
        select(of.id, of.name, of.address, of.reason, of.is_added, *at, User.name.label("partner_name"))
        .select_from(of)
        .outerjoin(Company, _is_at_company(asker))
        .outerjoin(User, and_(User.tenant_id == asker.tenant_id, User.id == Company.partner_id))
        .where(Access(asker).contacts(), of.id == number("contact_id")),
        is_quick=True,
    )


def _is_at_company(viewer: Viewer) -> ColumnElement[bool]:
    return and_(Access(viewer).companies(), Company.id == Contact.company_id)


async def find_contacts(connection: Reading, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find contacts by name, by address, or by a mistyped name."""
    return await finding.find(connection, viewer, finding.CONTACTS, text, limit=limit)


async def get_seen_person(
    connection: Reading, viewer: Viewer, *, contact_id: int | None = None, address: str = ""
) -> SeenPerson | None:
    """Return a contact, or somebody who only wrote to the viewer (or to the firm, where it shares contacts)."""
    given = _get_asked(contact_id, address)
    if given is None:
        return None
    of, access = Contact, Access(viewer)
    person_id = select(get_person_id(of)).where(of.tenant_id == viewer.tenant_id, given)
    person_id = person_id.where(or_(~is_other_address(of), is_known_address(viewer, of)))
    asked = of.id == await connection.scalar(person_id)
    is_contact = access.contacts().label("is_seen_as_contact")
    at = Company.id.label("company_id"), Company.name.label("company_name")
    columns = (of.id, of.name, of.address, is_contact, of.is_added, of.reason, *at)
    found = select(*columns).select_from(of).outerjoin(Company, _is_at_company(viewer)).where(access.people(), asked)
    row = (await connection.execute(found)).first()
    if row is None:
        return None
    person = SeenPerson(
        id=row.id,
        name=row.name,
        address=row.address,
        is_contact=row.is_seen_as_contact,
        is_added=row.is_added,
        reason=row.reason,
        company_id=row.company_id,
        company_name=row.company_name,
    )
    person = replace(person, removal=await get_removal(connection, viewer, person.address))
    had = await _get_had(connection, viewer, person.id)
    return person if had is None else replace(person, reason=find_reason(*had[1]), is_added=had[0])


async def _get_had(connection: Reading, viewer: Viewer, contact_id: int) -> tuple[bool, list[int]] | None:
    """Return the viewer's own view of a contact that is partly kept: whether they added it, and the counts."""
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "contact_id": contact_id}
    rows = await _HAD.fetch(connection, values)
    return None if not rows or viewer.is_in_public else (bool(rows[0][0]), list(rows[0][1:]))


_HAD: Final = Prepared(
    select(
        *(Relationship.is_added, Relationship.sent_count, Relationship.received_count),
        *(Relationship.meeting_count, Relationship.planned_count),
    )
    .where(Relationship.tenant_id == number("tenant_id"), Relationship.user_id == number("user_id"))
    .where(Relationship.contact_id == number("contact_id"), Relationship.kept > literal_column("0")),
    is_quick=True,
)


def _get_asked(contact_id: int | None, address: str) -> ColumnElement[bool] | None:
    if contact_id is not None:
        return Contact.id == contact_id if is_id(contact_id) else None
    normal = parse_address(address).address
    return Contact.address == normal if normal else None


async def add_contact(
    connection: AsyncConnection,
    viewer: Viewer,
    *,
    contact_id: int | None = None,
    address: str = "",
    now: int,
    source: str,
) -> Change:
    """Make a person who was only seen a contact of the viewer, whatever the counts say later.

    Raises `MissingError("contact")` for a person who was never seen. `undo_change` undoes it.
    """
    person = await get_seen_person(connection, viewer, contact_id=contact_id, address=address)
    if person is None:
        raise MissingError("contact")
    change = _make_change(person, viewer, now, is_added=True)
    own = Access(viewer).own_contacts(), Relationship.contact_id == person.id
    if person.is_contact and await connection.scalar(select(Relationship.contact_id).where(*own)):
        return change
    await set_added(connection, viewer, person.id)
    entry = Entry(change.action, "contact", person.id, change.before, change.after)
    audit_id = (await add_audits(connection, viewer, [entry], now=now, source=source))[0]
    return replace(change, audit_id=audit_id)


def _make_change(person: SeenPerson, viewer: Viewer, now: int, *, is_added: bool) -> Change:
    """Make a change that is not written yet."""
    action = "contact.add" if is_added else "contact.remove"
    values = {"before": {"is_added": not is_added}, "after": {"is_added": is_added}}
    name = person.name or person.address
    return Change(None, action, "contact", person.id, name, actor_id=viewer.user_id, at=now, **values)


async def undo_contact(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Undo that the viewer added a contact, or undo that undo; raises as `undo_change`."""
    if done.actor_id != viewer.user_id or done.action not in ("contact.add", "contact.remove"):
        raise MissingError("audit")
    person = await get_seen_person(connection, viewer, contact_id=done.entity_id)
    if person is None:
        raise MissingError("audit")
    if await is_added_by(connection, viewer, person.id) != done.after["is_added"]:
        raise StaleError(await get_contact(connection, viewer, person.id))
    is_added = done.action == "contact.remove"
    await (set_added if is_added else unset_added)(connection, viewer, person.id)
    change = _make_change(person, viewer, now, is_added=is_added)
    entry = Entry(change.action, "contact", person.id, change.before, change.after | done.name_undo())
    audit_id = (await add_audits(connection, viewer, [entry], now=now, source=source))[0]
    return replace(change, audit_id=audit_id)
