"""Record and read changes: who, what, from what to what, when and from where. Rows are added, never changed."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, exists, func, insert, or_, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import next_ids
from storage.engine.wake import wake
from storage.lists.filters import is_id
from storage.lists.paging import Page, make_page, read_cursor
from storage.models import Audit, Company, Contact, User, View
from storage.viewer import Access, Viewer

_LATEST: Final = 2000
_LONGEST_SET: Final = 100_000
"""The largest distance between the numbers in one change set; other transactions take some in between."""
_CHANGE_SET: Final = "carnet change set"
BY_PEOPLE: Final = ("chat", "group", "pane", "tab", "extension")
"""The sources of changes by people; those of a demo or a migration cannot be undone."""


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
    name: str = ""
    """The current name of the company, contact or view."""

    @property
    def is_undo(self) -> bool:
        """Return whether this change undid another; undoing it makes the other change again."""
        return "undoes" in self.after

    def name_undo(self) -> dict[str, int]:
        """Return what the audit row of undoing this change holds in addition."""
        return {"redoes" if self.is_undo else "undoes": self.id}


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
    change_set = _get_change_set(connection, numbers[0])
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
            "change_set": change_set,
            "before": entry.before,
            "after": entry.after,
        }
        for number, entry in zip(numbers, entries, strict=True)
    ]
    await connection.execute(insert(Audit), rows)
    wake(connection, "changes")
    return numbers


def _is_known(viewer: Viewer) -> ColumnElement[bool]:
    is_owner = and_(Company.tenant_id == viewer.tenant_id, Company.person_id == Contact.id)
    access, is_own_view = Access(viewer), and_(View.tenant_id == viewer.tenant_id, View.owner_id == viewer.user_id)
    return or_(
        and_(_is_about("company"), exists().where(access.companies(), Company.id == Audit.entity_id)),
        and_(_is_about("company"), exists().where(is_owner, access.people(), Company.id == Audit.entity_id)),
        and_(_is_about("contact"), exists().where(access.people(), Contact.id == Audit.entity_id)),
        and_(Audit.of == "view", exists().where(is_own_view, access.named_by(View), View.id == Audit.entity_id)),
        and_(Audit.of == "view", exists().where(access.views(), View.id == Audit.entity_id)),
        and_(Audit.of == "view", Audit.entity_id < 0),  # built in, arranged by the viewer
    )


def _is_about(of: str) -> ColumnElement[bool]:
    """Return the condition of changes of a company or contact, and of what a user alone decided of one."""
    own = [f"{of}.{choice}" for choice in ("keep", "share", "take_off", "put_back", "merge", "part")]
    return or_(Audit.of == of, and_(Audit.of == "keep", Audit.action.in_(own)))


async def list_last_changes(
    connection: Reading, viewer: Viewer, *, since: int, places: Collection[str] = BY_PEOPLE
) -> list[int]:
    """Return the numbers of the viewer's last change set, oldest first; empty if there is none since `since`.

    `since` is in UTC seconds; `places` limits the sources. Only the latest rows of the tenant are searched.
    """
    own, newest = _is_own(viewer), select(func.max(Audit.id)).where(Audit.tenant_id == viewer.tenant_id)
    late = Audit.at >= since, Audit.id > newest.scalar_subquery() - _LATEST, Audit.source.in_(places)
    last = await connection.scalar(select(Audit.id).where(own, *late).order_by(Audit.id.desc()).limit(1))
    return await list_change_set(connection, viewer, last) if last else []


def _is_own(viewer: Viewer) -> ColumnElement[bool]:
    is_own = and_(Audit.tenant_id == viewer.tenant_id, Audit.actor_id == viewer.user_id)
    return and_(is_own, Audit.source.in_(BY_PEOPLE), _is_known(viewer))


async def list_own_changes(connection: Reading, viewer: Viewer, audit_ids: Sequence[int]) -> tuple[AuditRow, ...]:
    """Return those of the changes that the viewer made and may undo, in the order given."""
    ids = [audit_id for audit_id in audit_ids if is_id(audit_id)]
    found = await connection.execute(_select(viewer).where(_is_own(viewer), Audit.id.in_(ids)))
    rows = {row.id: row for row in map(_make_row, found)}
    return tuple(rows[audit_id] for audit_id in ids if audit_id in rows)


async def list_rows(
    connection: Reading, viewer: Viewer, *conditions: ColumnElement[bool], limit: int
) -> tuple[AuditRow, ...]:
    """Return the changes that meet some conditions, the last one first; the caller says what the viewer may see."""
    asked = _select(viewer).where(*conditions).order_by(Audit.id.desc()).limit(limit)
    return tuple(map(_make_row, await connection.execute(asked)))


async def list_change_set(connection: Reading, viewer: Viewer, audit_id: int) -> list[int]:
    """Return the numbers of the change set that contains this change of the viewer's, oldest first."""
    if not is_id(audit_id):
        return []
    own = _is_own(viewer)
    asked = select(Audit.change_set, Audit.at).where(own, Audit.id == audit_id)
    one = (await connection.execute(asked)).first()
    if one is None:
        return []
    is_same = Audit.change_set == one.change_set
    if one.change_set is None:
        is_same = and_(Audit.change_set.is_(None), Audit.at == one.at, Audit.id > audit_id - _LATEST)
    first = one.change_set or 0
    same = select(Audit.id).where(own, is_same, Audit.id >= first, Audit.id < audit_id + _LONGEST_SET)
    return list(await connection.scalars(same.order_by(Audit.id)))


def _get_change_set(connection: AsyncConnection, number: int) -> int:
    """Return the change set of the open transaction: the number of its first audit row."""
    transaction = connection.get_transaction()
    kept = connection.info.get(_CHANGE_SET)
    if kept is None or kept[0] is not transaction:
        connection.info[_CHANGE_SET] = kept = (transaction, number)
    return int(kept[1])


async def list_audit(
    connection: Reading,
    viewer: Viewer,
    of: str,
    entity_id: int,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[AuditRow]:
    """Return a page of the changes of a company, contact or view that the viewer may see, newest first.

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
        select(*who, *what, Audit.before, Audit.after, _select_name())
        .outerjoin(User, is_actor)
        .where(Audit.tenant_id == viewer.tenant_id)
    )


def _select_name() -> ColumnElement[str]:
    """Return the column with the name of what was changed; the caller adds the condition of who may see it."""
    of_contact = func.coalesce(func.nullif(Contact.name, ""), Contact.address)
    tables: dict[str, tuple[Any, Any]] = {
        "company": (Company, Company.name),
        "contact": (Contact, of_contact),
        "view": (View, View.name),
    }
    names = []
    for of, (table, name) in tables.items():
        is_it = table.tenant_id == Audit.tenant_id, table.id == Audit.entity_id
        names.append((_is_about(of), select(name).where(*is_it).correlate(Audit).scalar_subquery()))
    return case(*names, else_="")


def _is_visible(viewer: Viewer, of: str, entity_id: int) -> ColumnElement[bool]:
    if of == "company":
        return exists().where(Access(viewer).companies(), Company.id == entity_id)
    if of == "contact":
        return exists().where(Access(viewer).contacts(), Contact.id == entity_id)
    if of == "view":
        return exists().where(Access(viewer).views(), View.id == entity_id)
    return ~true()


def _make_row(row: Any) -> AuditRow:
    id_, at, actor_id, actor_name, source, action, of, entity_id, before, after, name = row
    what = action, of, entity_id, before or {}, after or {}, name or ""
    return AuditRow(id_, at, actor_id, actor_name or "", source, *what)


def _get_place(row: Any) -> tuple[int, int]:
    return row[0], row[0]
