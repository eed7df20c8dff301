"""Say that two companies are one, and that they are two after all; either is exact, whatever came meanwhile."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.companies import get_company
from storage.book.merged_companies import is_seen
from storage.engine.connection import Reading
from storage.errors import MissingError, RefusedError, StaleError
from storage.history.merges import hold_map, list_merged, lock_companies, set_merged
from storage.history.survivors import find_survivor
from storage.lists.filters import is_id
from storage.models import Company
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.viewer import Access, Viewer

MERGED: Final = "company.merge"
PARTED: Final = "company.part"
ACTIONS: Final = (MERGED, PARTED)


async def merge_company(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    into_id: int,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Change:
    """Merge a company into another, which keeps its name, type and partner; both must be seen by the viewer.

    Raises `MissingError` and `StaleError` as `set_company_type`.
    """
    return await _write(connection, viewer, company_id, into_id, MERGED, now=now, source=source, versions=versions)


async def part_company(
    connection: AsyncConnection, viewer: Viewer, company_id: int, *, now: int, source: str
) -> Change:
    """Part a company from the one that it was merged into; raises `MissingError` where it was not."""
    into_id = await _get_into(connection, viewer, company_id)
    if into_id is None:
        raise MissingError("company")
    return await _write(connection, viewer, company_id, into_id, PARTED, now=now, source=source)


async def undo_merge(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take a merge or a parting back; raises `StaleError` where it is so no more."""
    company_id, into_id = done.after["merged_id"], done.entity_id or 0
    is_merged = await _get_into(connection, viewer, company_id) == into_id
    if is_merged != done.after["is_merged"]:
        raise StaleError(await get_company(connection, viewer, into_id))
    action = PARTED if is_merged else MERGED
    return await _write(
        connection, viewer, company_id, into_id, action, now=now, source=source, undoes=done.name_undo()
    )


async def _get_into(connection: Reading, viewer: Viewer, company_id: int) -> int | None:
    """Return the company into which one is merged itself, whatever that was merged into."""
    of = Company
    own = Access(viewer).of_company(of, of.id), of.id == company_id
    return await connection.scalar(select(of.merged_into).where(*own)) if is_id(company_id) else None


async def _write(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    into_id: int,
    action: str,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
    undoes: Mapping[str, int] | None = None,
) -> Change:
    """Merge or part two companies, and write the audit row, which hangs on the one that stays in sight."""
    tenant_id, is_merging = viewer.tenant_id, action == MERGED
    await hold_map(connection, tenant_id, is_changing=True)
    root = await find_survivor(connection, Company, tenant_id, into_id)
    if company_id == into_id or into_id in await list_merged(connection, tenant_id, [company_id]):
        raise MissingError("company")
    is_new = is_merging and not undoes  # what was one before may have nobody left whom the viewer sees
    for one in (into_id, company_id) if is_new else (root,):
        if not await is_seen(connection, viewer, one):
            raise MissingError("company")
    await lock_companies(connection, tenant_id, sorted({company_id, into_id, root}))
    of = Company
    several = of.tenant_id == tenant_id, of.id.in_([company_id, into_id])
    found = await connection.execute(select(of.id, of.name, of.version, of.person_id).where(*several))
    rows = {row.id: row for row in found}
    if any(row.person_id is not None for row in rows.values()):
        raise RefusedError("private_client")
    if any(rows[number].version != version for number, version in (versions or {}).items() if number in rows):
        raise StaleError(await get_company(connection, viewer, into_id))
    merged_into = into_id if is_merging else None
    await set_merged(connection, tenant_id, company_id, merged_into, touched=[into_id, root])
    named = {"merged_id": company_id, "merged_name": rows[company_id].name}
    before, after = ({"is_merged": is_so, **named} for is_so in (not is_merging, is_merging))
    entry = Entry(action, "company", into_id, before, after | dict(undoes or {}))
    [audit_id] = await add_audits(connection, viewer, [entry], now=now, source=source)
    return Change(audit_id, action, "company", into_id, rows[into_id].name, before, after, viewer.user_id, now)
