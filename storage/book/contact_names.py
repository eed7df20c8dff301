"""Correct the name of a contact: what a person says stands above whatever mail shows, before and after."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import MissingError, RefusedError, StaleError
from storage.history.private_clients import rename_private
from storage.history.recount import index_person
from storage.lists.filters import is_id
from storage.models import Contact, Relationship
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.text.names import clean_text, fold_name, is_name
from storage.viewer import Access, Viewer

ACTION: Final = "contact.rename"
CORRECTED: Final = 16 << 58
"""The `name_rank` of a name that a person gave: above every rank that mail and meetings have (`rank_name`)."""


async def rename_contact(
    connection: AsyncConnection,
    viewer: Viewer,
    contact_id: int,
    name: str,
    *,
    now: int,
    source: str,
    was: str | None = None,
) -> Change:
    """Give a contact another name, which no later mail changes; `was` is the name that a card showed.

    Raises `MissingError("contact")`, `StaleError` where it has another name by now, and `RefusedError("bad_name")` for
    a name without letters or digits.
    """
    contact = await _hold(connection, viewer, contact_id)
    if was not in (None, contact.name):
        raise StaleError(None)
    cleaned = clean_text(name)
    if not is_name(cleaned):
        raise RefusedError("bad_name")
    values = {"name": cleaned, "name_rank": CORRECTED}
    return await _write(connection, viewer, contact, values, now=now, source=source, undoes={})


async def undo_rename(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Give back the name before; raises `StaleError` if it was changed again since."""
    contact = await _hold(connection, viewer, done.entity_id or 0)
    if (contact.name, contact.name_rank) != (done.after["name"], done.after["name_rank"]):
        raise StaleError(None)
    return await _write(connection, viewer, contact, done.before, now=now, source=source, undoes=done.name_undo())


async def _hold(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> Any:
    """Lock a contact that the viewer may see."""
    columns = (Contact.id, Contact.name, Contact.name_rank, Contact.address)
    of_contact = Access(viewer).contacts(), Contact.id == contact_id
    held = select(*columns).where(*of_contact).with_for_update()
    row = (await connection.execute(held)).first() if is_id(contact_id) else None
    if row is None:
        raise MissingError("contact")
    return row


async def _write(
    connection: AsyncConnection,
    viewer: Viewer,
    contact: Any,
    values: Mapping[str, Any],
    *,
    now: int,
    source: str,
    undoes: Mapping[str, int],
) -> Change:
    """Write a name with its copies, the words that find it and the audit row; nothing where it is the same."""
    before, after = {"name": contact.name, "name_rank": contact.name_rank}, dict(values)
    shown = after["name"] or contact.address
    if before == after:
        return Change(None, ACTION, "contact", contact.id, shown, before, after, viewer.user_id, now)
    folded = fold_name(after["name"])
    of_contact = Contact.tenant_id == viewer.tenant_id, Contact.id == contact.id
    await connection.execute(update(Contact).where(*of_contact).values(**after, folded_name=folded))
    of_copies = Relationship.tenant_id == viewer.tenant_id, Relationship.contact_id == contact.id
    await connection.execute(update(Relationship).where(*of_copies).values(folded_name=folded))
    await index_person(connection, viewer.tenant_id, contact.id)
    await rename_private(connection, viewer.tenant_id, [contact.id])
    entry = Entry(ACTION, "contact", contact.id, before, after | dict(undoes))
    [audit_id] = await add_audits(connection, viewer, [entry], now=now, source=source)
    return Change(audit_id, ACTION, "contact", contact.id, shown, before, after, viewer.user_id, now)
