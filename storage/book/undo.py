"""Undo a change, if nobody has changed the same thing since."""

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.companies import get_company
from storage.book.company_writes import (
    change_one,
    check_partner,
    edit_name,
    edit_partner,
    edit_type,
    hold_one,
    index_company,
)
from storage.book.contact_names import ACTION as RENAMED
from storage.book.contact_names import undo_rename
from storage.book.contacts import undo_contact
from storage.book.keeping import undo_keep
from storage.book.merges import ACTIONS as MERGES
from storage.book.merges import undo_merge
from storage.book.person_merges import ACTIONS as PERSON_MERGES
from storage.book.person_merges import undo_merge as undo_person_merge
from storage.book.removals import ACTIONS as REMOVALS
from storage.book.removals import undo_removal
from storage.errors import MissingError, StaleError
from storage.record.audit import AuditRow, list_own_changes
from storage.record.changes import Change
from storage.viewer import Viewer
from storage.views.changes import undo_view


async def undo_change(connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str) -> Change:
    """Undo one change of a company, contact, view or choice to keep; raises `StaleError` if it changed again since.

    An undo can be undone. Raises `MissingError("audit")` if it is not the viewer's own change, or no person made it
    (a demo, a migration).
    """
    done = next(iter(await list_own_changes(connection, viewer, [audit_id])), None)
    if done is None or done.entity_id is None:
        raise MissingError("audit")
    if done.action in PERSON_MERGES:
        return await undo_person_merge(connection, viewer, done, now=now, source=source)
    if done.action in REMOVALS:
        return await undo_removal(connection, viewer, done, now=now, source=source)
    undo_of_contact = undo_rename if done.action == RENAMED else undo_contact
    undo = {"company": _undo_company, "contact": undo_of_contact, "view": undo_view, "keep": undo_keep}.get(done.of)
    if undo is None:
        raise MissingError("audit")
    return await undo(connection, viewer, done, now=now, source=source)


async def _undo_company(
    connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str
) -> Change:
    if done.action in MERGES:
        return await undo_merge(connection, viewer, done, now=now, source=source)
    company_id = done.entity_id or 0
    company = await hold_one(connection, viewer, company_id, None)
    was, is_now = done.before, {key: getattr(company, key, None) for key in done.before}
    if is_now != {key: done.after.get(key) for key in done.before}:
        raise StaleError(await get_company(connection, viewer, company_id))
    if done.action == "company.set_type":
        edit = edit_type(was["type"], now, source, undoes=done.name_undo())
    elif done.action == "company.set_partner":
        await check_partner(connection, viewer, was["partner_id"])
        edit = edit_partner(was["partner_id"], now, source, undoes=done.name_undo())
    elif done.action == "company.rename":
        edit = edit_name(
            was["name"], is_provisional=was["is_provisional"], now=now, source=source, undoes=done.name_undo()
        )
    else:
        raise MissingError("audit")
    change = await change_one(connection, viewer, company_id, edit, None)
    if done.action == "company.rename":
        await index_company(connection, viewer, company_id)
    return change
