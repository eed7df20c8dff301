"""List a colleague's change sets for an administrator, and undo one of them."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.book.company_writes import change_one, edit_name, edit_partner, edit_type, hold_one, index_company
from storage.engine.connection import Reading
from storage.errors import MissingError
from storage.lists.filters import is_id
from storage.models import Audit, Company
from storage.record.audit import BY_PEOPLE, AuditRow, list_rows
from storage.record.changes import Change
from storage.viewer import Access, Viewer

MOST_SETS: Final = 20
MOST_CHANGES: Final = 500
RESTORABLE: Final = ("company.set_type", "company.set_partner", "company.rename")


_Seen = aliased(Company, name="seen_companies")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All that one person changed in one transaction."""

    audit_id: int
    """The first of its changes."""
    at: int
    count: int
    action: str
    names: tuple[str, ...]
    """Of some of the companies."""


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of undoing a change set: how many were undone, and how many not, because they changed again since."""

    made: tuple[Change, ...]
    stale_names: tuple[str, ...]


def _are_changes(viewer: Viewer) -> Any:
    """Return the condition of people's changes to companies that the viewer may see."""
    is_seen = exists().where(Access(viewer).companies(_Seen), _Seen.id == Audit.entity_id)
    is_change = and_(Audit.of == "company", Audit.action.in_(RESTORABLE), Audit.source.in_(BY_PEOPLE))
    return and_(Audit.tenant_id == viewer.tenant_id, is_change, is_seen)


async def list_change_sets(connection: Reading, viewer: Viewer, actor_id: int, *, since: int) -> list[ChangeSet]:
    """Return a colleague's change sets since a time, newest first; the caller checks for an administrator."""
    key = func.coalesce(Audit.change_set, Audit.id)
    own = and_(_are_changes(viewer), Audit.actor_id == actor_id, Audit.at >= since)
    first = func.min(Audit.id).label("audit_id")
    columns = func.max(Audit.at).label("at"), func.count().label("size"), func.min(Audit.action).label("action")
    grouped = select(first, *columns).where(own).group_by(key)
    rows = await connection.execute(grouped.order_by(first.desc()).limit(MOST_SETS))
    return [
        ChangeSet(row.audit_id, row.at, row.size, row.action, await _list_names(connection, viewer, row.audit_id))
        for row in rows.all()
    ]


async def _list_names(connection: Reading, viewer: Viewer, audit_id: int) -> tuple[str, ...]:
    names = (
        select(Company.name)
        .distinct()
        .select_from(Company)
        .join(Audit, and_(Audit.tenant_id == Company.tenant_id, Audit.entity_id == Company.id))
        .where(Access(viewer).companies(), *_is_set(viewer, audit_id))
    )
    return tuple(await connection.scalars(names.order_by(Company.name).limit(4)))


def _is_set(viewer: Viewer, audit_id: int) -> tuple[Any, ...]:
    """Return the condition of all changes in the same change set."""
    one = select(Audit.change_set).where(Audit.tenant_id == viewer.tenant_id, Audit.id == audit_id).scalar_subquery()
    return _are_changes(viewer), or_(Audit.id == audit_id, Audit.change_set == one)


async def list_set_changes(connection: Reading, viewer: Viewer, audit_id: int) -> tuple[AuditRow, ...]:
    """Return the changes of a set, the last one first; empty if it does not exist."""
    if not is_id(audit_id):
        return ()
    return await list_rows(connection, viewer, *_is_set(viewer, audit_id), limit=MOST_CHANGES)


async def restore_change_set(
    connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str
) -> Restored:
    """Undo a change set, the last change first; what changed again since stays. Raises `MissingError`."""
    done = await list_set_changes(connection, viewer, audit_id)
    if not done:
        raise MissingError("audit")
    made: list[Change] = []
    stale: list[str] = []
    for row in done:
        company_id, before, after = row.entity_id or 0, row.before, row.after
        company = await hold_one(connection, viewer, company_id, None)
        if any(getattr(company, key, None) != after.get(key) for key in before):
            stale.append(company.name)
            continue
        edit = _make_edit(row, before, now, source)
        made.append(await change_one(connection, viewer, company_id, edit, None))
        if row.action == "company.rename":
            await index_company(connection, viewer, company_id)
    return Restored(tuple(made), tuple(dict.fromkeys(stale)))


def _make_edit(row: AuditRow, before: dict[str, Any], now: int, source: str) -> Any:
    if row.action == "company.set_type":
        return edit_type(before.get("type"), now, source, undoes={"undoes": row.id})
    if row.action == "company.set_partner":
        return edit_partner(before.get("partner_id"), now, source, undoes={"undoes": row.id})
    is_provisional = before.get("is_provisional", False)
    return edit_name(before["name"], is_provisional=is_provisional, now=now, source=source, undoes={"undoes": row.id})
