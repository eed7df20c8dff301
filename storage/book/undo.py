"""Taking a change back: only where nobody has changed the same thing since."""

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.companies import get_company
from storage.book.company_writes import (
    Wish,
    audit_one,
    change_one,
    check_partner,
    hold_one,
    index_company,
    wish_name,
    wish_partner,
    wish_type,
    write_wish,
)
from storage.book.contacts import undo_contact
from storage.errors import MissingError, StaleError
from storage.models import CompanyDomain
from storage.record.audit import AuditRow, get_audit
from storage.record.changes import Change
from storage.viewer import Viewer
from storage.views.changes import undo_view


async def undo_change(connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str) -> Change:
    """Take one change back (company, contact or view); raises `StaleError` where it was changed again since.

    An undo can be undone; `MissingError("audit")` for a number that is no change the viewer may take back.
    """
    done = await get_audit(connection, viewer, audit_id)
    if done is None or done.entity_id is None:
        raise MissingError("audit")
    undo = {"company": _undo_company, "contact": undo_contact, "view": undo_view}.get(done.of)
    if undo is None:
        raise MissingError("audit")
    return await undo(connection, viewer, done, now=now, source=source)


async def _undo_company(
    connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str
) -> Change:
    if done.action == "company.add_domain":
        return await _undo_domain(connection, viewer, done, now=now, source=source)
    company_id = done.entity_id or 0
    company = await hold_one(connection, viewer, company_id, None)
    was, is_now = done.before, {key: getattr(company, key, None) for key in done.before}
    if is_now != {key: done.after.get(key) for key in done.before}:
        raise StaleError(await get_company(connection, viewer, company_id))
    if done.action == "company.set_type":
        wish = wish_type(was["type"], now, source, undoes=done.id)
    elif done.action == "company.set_partner":
        await check_partner(connection, viewer, was["partner_id"])
        wish = wish_partner(was["partner_id"], now, source, undoes=done.id)
    elif done.action == "company.rename":
        wish = wish_name(was["name"], is_provisional=was["is_provisional"], now=now, source=source, undoes=done.id)
    else:
        raise MissingError("audit")
    change = await change_one(connection, viewer, company_id, wish, None)
    if done.action == "company.rename":
        await index_company(connection, viewer, company_id)
    return change


async def _undo_domain(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Let a domain go again; contacts who came by it stay where they are."""
    company_id, domain = done.entity_id or 0, done.after["domain"]
    company = await hold_one(connection, viewer, company_id, None)
    of_domain = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain == domain
    gone = await connection.execute(delete(CompanyDomain).where(*of_domain, CompanyDomain.company_id == company_id))
    if not gone.rowcount:
        raise StaleError(await get_company(connection, viewer, company_id))
    wish = Wish("company.remove_domain", {}, (), now, source, undoes=done.id)
    await write_wish(connection, viewer, [company_id], wish)
    change = await audit_one(connection, viewer, company, wish, before={"domain": domain}, after={})
    await index_company(connection, viewer, company_id)
    return change
