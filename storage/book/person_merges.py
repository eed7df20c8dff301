"""Say that two contacts are one person, and that they are two after all; either is exact, whatever came meanwhile."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import MissingError, RefusedError, StaleError
from storage.history.merges import hold_map
from storage.history.person_merges import lock_contacts, set_merged
from storage.history.persons import find_person
from storage.history.survivors import find_survivor
from storage.lists.addresses import is_more_than_seen
from storage.lists.filters import is_id
from storage.models import Contact
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.text.domains import find_company_domain
from storage.viewer import Access, Viewer

MERGED: Final = "contact.merge"
PARTED: Final = "contact.part"
ACTIONS: Final = (MERGED, PARTED)
_NOTHING: Final = (False, False, False)


async def merge_contact(
    connection: AsyncConnection, viewer: Viewer, contact_id: int, into_id: int, *, now: int, source: str
) -> Change:
    """Say that a contact is another address of somebody, who keeps their name; the viewer must see both.

    Who stands for the person is the one of whom more is known: a company, then that all may know of them. Raises
    `MissingError`, and `RefusedError("contacts_kept_back")` in a firm where colleagues may not know of each other's.
    """
    if not viewer.shares_contacts:
        raise RefusedError("contacts_kept_back")
    ids = [await find_person(connection, viewer.tenant_id, one) if is_id(one) else 0 for one in (contact_id, into_id)]
    if ids[0] == ids[1] or 0 in ids:
        raise MissingError("contact")
    loser, winner = await rank(connection, viewer, *ids)
    return await _write(connection, viewer, loser, winner, MERGED, now=now, source=source)


async def rank(connection: Reading, viewer: Viewer, contact_id: int, into_id: int) -> tuple[int, int]:
    """Return which of two contacts is taken for an address of the other: of the other one more is known."""
    of = Contact
    columns = (of.id, of.address, of.company_id, is_more_than_seen(of).label("is_open"))
    asked = select(*columns).where(of.tenant_id == viewer.tenant_id, of.id.in_([contact_id, into_id]))
    known = {row.id: _rank(row) for row in await connection.execute(asked)}
    is_more = known.get(contact_id, _NOTHING) > known.get(into_id, _NOTHING)
    return (into_id, contact_id) if is_more else (contact_id, into_id)


def _rank(row: Any) -> tuple[bool, bool, bool]:
    has_domain = bool(find_company_domain(row.address.rpartition("@")[2]))
    return bool(row.is_open), has_domain, row.company_id is not None


async def part_contact(
    connection: AsyncConnection, viewer: Viewer, contact_id: int, *, now: int, source: str
) -> Change:
    """Say that an address is another person's after all; raises `MissingError` where it was not said to be the same."""
    into_id = await _get_into(connection, viewer, contact_id)
    if into_id is None:
        raise MissingError("contact")
    return await _write(connection, viewer, contact_id, into_id, PARTED, now=now, source=source)


async def undo_merge(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take a merge or a parting back; raises `StaleError` where it is so no more."""
    contact_id, into_id = done.after["merged_id"], done.entity_id or 0
    is_merged = await _get_into(connection, viewer, contact_id) == into_id
    if is_merged != done.after["is_merged"]:
        raise StaleError(None)
    action = PARTED if is_merged else MERGED
    return await _write(
        connection, viewer, contact_id, into_id, action, now=now, source=source, undoes=done.name_undo()
    )


async def _get_into(connection: Reading, viewer: Viewer, contact_id: int) -> int | None:
    """Return whose address a contact was said to be itself, whosever address that is."""
    own = Contact.tenant_id == viewer.tenant_id, Contact.id == contact_id
    return await connection.scalar(select(Contact.merged_into).where(*own)) if is_id(contact_id) else None


async def _is_seen(connection: Reading, viewer: Viewer, contact_id: int) -> bool:
    return bool(await connection.scalar(select(exists().where(Access(viewer).people(), Contact.id == contact_id))))


async def _write(
    connection: AsyncConnection,
    viewer: Viewer,
    contact_id: int,
    into_id: int,
    action: str,
    *,
    now: int,
    source: str,
    undoes: Mapping[str, int] | None = None,
) -> Change:
    """Merge or part two contacts, and write the audit row, which hangs on the one that stays in sight.

    Where all may not know of the address, its user alone is shown the row, as what they keep.
    """
    tenant_id, is_merging = viewer.tenant_id, action == MERGED
    await hold_map(connection, tenant_id, is_changing=True)
    root = await find_survivor(connection, Contact, tenant_id, into_id)
    if is_merging and await find_survivor(connection, Contact, tenant_id, root) == contact_id:
        raise MissingError("contact")
    for one in (root, contact_id) if is_merging and not undoes else (root,):
        if not await _is_seen(connection, viewer, one):
            raise MissingError("contact")
    await lock_contacts(connection, tenant_id, [contact_id, into_id])
    rows = await _read(connection, viewer, [contact_id, into_id])
    if len(rows) < len({contact_id, into_id}):
        raise MissingError("contact")
    of = "contact" if rows[contact_id].is_open else "keep"
    merged_into = into_id if is_merging else None
    await set_merged(connection, tenant_id, contact_id, merged_into, into_id=into_id)
    named = {"merged_id": contact_id, "merged_name": rows[contact_id].address}
    before, after = ({"is_merged": is_so, **named} for is_so in (not is_merging, is_merging))
    entry = Entry(action, of, into_id, before, after | dict(undoes or {}))
    [audit_id] = await add_audits(connection, viewer, [entry], now=now, source=source)
    name = rows[into_id].name or rows[into_id].address
    return Change(audit_id, action, of, into_id, name, before, after, viewer.user_id, now)


async def _read(connection: Reading, viewer: Viewer, contact_ids: Sequence[int]) -> dict[int, Any]:
    of = Contact
    columns = (of.id, of.name, of.address, is_more_than_seen(of).label("is_open"))
    asked = select(*columns).where(of.tenant_id == viewer.tenant_id, of.id.in_(contact_ids))
    return {row.id: row for row in await connection.execute(asked)}
