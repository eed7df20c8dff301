"""Who changed what, from what to what, when and from where: rows are added, never changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, insert, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import next_ids
from storage.lists.filters import is_id
from storage.lists.paging import Page, make_page, read_cursor
from storage.models import Audit, Company, Contact, User, View
from storage.viewer import Viewer, visible_companies, visible_contacts, visible_views

_LATEST: Final = 2000
_MANY: Final = 200
_UNDOABLE: Final = ("company", "contact", "view")


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One change."""

    id: int
    at: int
    actor_id: int | None
    actor_name: str
    source: str
    action: str
    of: str
    entity_id: int | None
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """What one audit row says of one entity."""

    action: str
    of: str
    entity_id: int | None
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None


async def add_audit(
    connection: AsyncConnection,
    viewer: Viewer,
    action: str,
    of: str,
    entity_id: int | None,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    now: int,
    source: str,
) -> int:
    """Write one audit row in the open transaction and return its number (exports, sharing)."""
    entry = Entry(action, of, entity_id, before, after)
    return (await add_audits(connection, viewer, [entry], now=now, source=source))[0]


async def add_audits(
    connection: AsyncConnection, viewer: Viewer, entries: Sequence[Entry], *, now: int, source: str
) -> list[int]:
    """Write several audit rows in the open transaction and return their numbers."""
    if not entries:
        return []
    numbers = await next_ids(connection, Audit, viewer.tenant_id, len(entries))
    rows = [
        {
            "tenant_id": viewer.tenant_id,
            "id": number,
            "at": now,
            "actor_id": viewer.user_id,
            "source": source,
            "action": entry.action,
            "of": entry.of,
            "entity_id": entry.entity_id,
            "before": entry.before,
            "after": entry.after,
        }
        for number, entry in zip(numbers, entries, strict=True)
    ]
    await connection.execute(insert(Audit), rows)
    return numbers


async def get_audit(connection: AsyncConnection, viewer: Viewer, audit_id: int) -> AuditRow | None:
    """Return one change; who may see what it changed is for the caller to ask."""
    if not is_id(audit_id):
        return None
    row = (await connection.execute(_select(viewer).where(Audit.id == audit_id))).first()
    return _make_row(row) if row else None


async def list_last_changes(connection: AsyncConnection, viewer: Viewer, *, since: int) -> list[int]:
    """Return the numbers of what the viewer changed last (several at once are one change), oldest first.

    Nothing before `since`, nor behind the latest rows of the tenant.
    """
    latest = select(Audit).where(Audit.tenant_id == viewer.tenant_id).order_by(Audit.id.desc()).limit(_LATEST)
    of = latest.subquery()
    is_own = and_(of.c.actor_id == viewer.user_id, of.c.at >= since, of.c.of.in_(_UNDOABLE))
    rows = (
        await connection.execute(select(of.c.id, of.c.at).where(is_own).order_by(of.c.id.desc()).limit(_MANY))
    ).all()
    return sorted(id_ for id_, at in rows if at == rows[0][1])


async def list_audit(
    connection: AsyncConnection,
    viewer: Viewer,
    of: str,
    entity_id: int,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[AuditRow]:
    """Return what was changed on a company, contact or view that the viewer may see, newest first.

    Raises `CursorError`.
    """
    place = read_cursor(cursor, "count")
    if not is_id(entity_id):
        return Page(())
    asked = _select(viewer).where(Audit.of == of, Audit.entity_id == entity_id, _is_visible(viewer, of, entity_id))
    is_ascending = place is not None and place.to == "previous"
    if place is not None and place.key is not None:
        asked = asked.where(Audit.id > place.id if is_ascending else Audit.id < place.id)
    ordered = asked.order_by(Audit.id.asc() if is_ascending else Audit.id.desc()).limit(limit + 1)
    found = (await connection.execute(ordered)).all()
    return make_page(found, _make_row, get_place=_get_place, sort="count", cursor=place, limit=limit)


def _select(viewer: Viewer) -> Any:
    is_actor = and_(User.tenant_id == Audit.tenant_id, User.id == Audit.actor_id)
    who, what = (Audit.id, Audit.at, Audit.actor_id, User.name), (Audit.source, Audit.action, Audit.of, Audit.entity_id)
    return (
        select(*who, *what, Audit.before, Audit.after)
        .outerjoin(User, is_actor)
        .where(Audit.tenant_id == viewer.tenant_id)
    )


def _is_visible(viewer: Viewer, of: str, entity_id: int) -> ColumnElement[bool]:
    if of == "company":
        return exists().where(visible_companies(viewer), Company.id == entity_id)
    if of == "contact":
        return exists().where(visible_contacts(viewer), Contact.id == entity_id)
    if of == "view":
        return exists().where(visible_views(viewer), View.id == entity_id)
    return ~true()


def _make_row(row: Any) -> AuditRow:
    id_, at, actor_id, actor_name, source, action, of, entity_id, before, after = row
    return AuditRow(id_, at, actor_id, actor_name or "", source, action, of, entity_id, before or {}, after or {})


def _get_place(row: Any) -> tuple[int, int]:
    return row[0], row[0]
