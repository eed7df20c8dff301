"""Write contacts that a person added by hand, and undo it.

Rows are locked in the order of the sync (contact, company, the user's own rows). A recount keeps contacts that were
added by hand, and undoing keeps contacts whom somebody wrote to or met.
"""

from typing import Any

from sqlalchemy import and_, delete, exists, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.history.contact_rule import is_contact
from storage.history.invitations import reevaluate_invitations
from storage.history.keeping import update_kept
from storage.history.persons import list_persons
from storage.history.recount import recount, recount_companies_of
from storage.models import Company, CompanyRelationship, Contact, InteractionContact, Relationship, Tenant
from storage.viewer import Viewer

_HAPPENED = ("sent_count", "meeting_count", "planned_count")


async def is_added_by(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> bool:
    """Return whether the viewer added this contact by hand."""
    asked = select(Relationship.is_added).where(_is_own(viewer, contact_id))
    return bool(await connection.scalar(asked))


async def set_added(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> None:
    """Make a seen person a contact, and one of the viewer's own."""
    contact = await _hold(connection, viewer, contact_id)
    await _update_contact(connection, viewer, contact_id, is_contact=True, is_added=True)
    if contact.company_id is not None:
        await _count_company(connection, viewer, contact.company_id, 0 if contact.is_contact else 1)
    changed = await connection.execute(
        update(Relationship).where(_is_own(viewer, contact_id)).values(is_mine=True, is_added=True)
    )
    if not changed.rowcount:
        copies = {"folded_name": contact.folded_name, "beginnings": contact.beginnings}
        row = {"contact_id": contact_id, **copies, "is_added": True}
        await connection.execute(insert(Relationship).values(**_get_key(viewer), **row, is_mine=True))
    if contact.company_id is not None:
        await _set_own_company(connection, viewer, contact.company_id)
    await _settle(connection, viewer, contact_id)


async def unset_added(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> None:
    """Undo `set_added`: counts alone decide again, unless a colleague added the contact too."""
    contact = await _hold(connection, viewer, contact_id)
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == viewer.tenant_id)) or ""
    of_contact = and_(Relationship.tenant_id == viewer.tenant_id, Relationship.contact_id == contact_id)
    others = exists().where(of_contact, Relationship.user_id != viewer.user_id, Relationship.is_added)
    is_added = bool(await connection.scalar(select(others)))
    stays = is_added or is_contact(rule, *contact[5:])
    await _update_contact(connection, viewer, contact_id, is_contact=stays, is_added=is_added)
    if contact.company_id is not None:
        await _count_company(connection, viewer, contact.company_id, 0 if stays else -1)
    has_happened = or_(*(getattr(Relationship, name) > 0 for name in _HAPPENED))
    own = _is_own(viewer, contact_id)
    await connection.execute(update(Relationship).where(own).values(is_mine=has_happened, is_added=False))
    participant = InteractionContact
    is_taker = and_(
        participant.tenant_id == viewer.tenant_id,
        participant.contact_id == contact_id,
        participant.user_id == viewer.user_id,
    )
    is_empty = Relationship.interaction_count + Relationship.planned_count == 0
    await connection.execute(delete(Relationship).where(own, is_empty, ~exists().where(is_taker)))
    if contact.company_id is not None:
        await _unset_own_company(connection, viewer, contact.company_id)
    await _settle(connection, viewer, contact_id)


async def _settle(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> None:
    """Decide again on the contact's unanswered invitations, and exclude what the user keeps."""
    people = await reevaluate_invitations(connection, viewer.tenant_id, viewer.user_id, [contact_id])
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == viewer.tenant_id)) or ""
    persons = await list_persons(connection, viewer.tenant_id, [contact_id])
    await update_kept(connection, (viewer.tenant_id, viewer.user_id), rule, [contact_id], persons)
    kept = select(Relationship.kept).where(_is_own(viewer, contact_id))
    if persons or await connection.scalar(kept):
        people = people | {contact_id}
    await recount(connection, viewer.tenant_id, viewer.user_id, rule, people)
    await recount_companies_of(connection, viewer.tenant_id, [contact_id])


def _get_key(viewer: Viewer) -> dict[str, int]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}


def _is_own(viewer: Viewer, contact_id: int) -> Any:
    of = Relationship
    return and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id, of.contact_id == contact_id)


async def _hold(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> Any:
    """Lock the contact, then its company; return the counts in the order of `is_contact`'s arguments."""
    of = Contact
    columns = (of.company_id, of.is_contact, of.folded_name, of.beginnings, of.is_added)
    counts = (of.sent_count, of.received_count, of.meeting_count, of.planned_count)
    asked = select(*columns, *counts).where(of.tenant_id == viewer.tenant_id, of.id == contact_id)
    contact = (await connection.execute(asked.with_for_update())).one()
    if contact.company_id is not None:
        company = select(Company.id).where(Company.tenant_id == viewer.tenant_id, Company.id == contact.company_id)
        await connection.execute(company.with_for_update())
    return contact


async def _update_contact(connection: AsyncConnection, viewer: Viewer, contact_id: int, **values: bool) -> None:
    of_contact = Contact.tenant_id == viewer.tenant_id, Contact.id == contact_id
    await connection.execute(update(Contact).where(*of_contact).values(**values))


async def _count_company(connection: AsyncConnection, viewer: Viewer, company_id: int, gained: int) -> None:
    count = Company.contact_count + gained
    of_company = Company.tenant_id == viewer.tenant_id, Company.id == company_id
    await connection.execute(update(Company).where(*of_company).values(contact_count=count, is_known=count > 0))


def _is_own_company(viewer: Viewer, company_id: int) -> Any:
    of = CompanyRelationship
    return and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id, of.company_id == company_id)


async def _set_own_company(connection: AsyncConnection, viewer: Viewer, company_id: int) -> None:
    table = CompanyRelationship
    changed = await connection.execute(update(table).where(_is_own_company(viewer, company_id)).values(is_mine=True))
    if changed.rowcount:
        return
    copied = select(Company.type, Company.partner_id, Company.folded_name, Company.beginnings)
    copies = (
        await connection.execute(copied.where(Company.tenant_id == viewer.tenant_id, Company.id == company_id))
    ).one()
    row = {**_get_key(viewer), "company_id": company_id, "is_mine": True, **copies._asdict()}
    await connection.execute(insert(table).values(**row))


async def _unset_own_company(connection: AsyncConnection, viewer: Viewer, company_id: int) -> None:
    """Unset that the company is the viewer's own, if none of its contacts is any more."""
    table, is_here = CompanyRelationship, Contact.company_id == company_id
    own = and_(Relationship.tenant_id == viewer.tenant_id, Relationship.user_id == viewer.user_id, Relationship.is_mine)
    is_same = and_(Contact.tenant_id == Relationship.tenant_id, Contact.id == Relationship.contact_id)
    is_mine = bool(await connection.scalar(select(exists().where(own, is_same, is_here))))
    of_company = _is_own_company(viewer, company_id)
    await connection.execute(update(table).where(of_company).values(is_mine=is_mine))
    is_empty = table.interaction_count + table.planned_count == 0
    if not is_mine:
        await connection.execute(delete(table).where(of_company, is_empty))
