"""List recent changes for open pages: numbers of companies, contacts and views, never a name."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, func, literal_column, or_, select

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import Audit, Company, Contact, View
from storage.viewer import Access, Viewer

OVERLAP: Final = 100
"""Rows that are read again, because transactions do not commit in the order of their row numbers."""
_MOST: Final = 2_000
_IS_SHOWN: Final = or_(*(Audit.of == literal_column(f"'{of}'") for of in ("company", "contact", "view", "keep")))
_CHANGED: Final = Prepared(
    select(Audit.id, Audit.of, Audit.action, Audit.entity_id, Audit.actor_id)
    .where(Audit.tenant_id == number("tenant_id"), Audit.id > number("after"))
    .where(_IS_SHOWN, Audit.entity_id.is_not(None))
    .order_by(Audit.id)
    .limit(literal_column(str(_MOST)))
)
_LAST: Final = Prepared(select(func.max(Audit.id)).where(Audit.tenant_id == number("tenant_id")), is_quick=True)


@dataclass(frozen=True, slots=True)
class ChangedEntity:
    """A company, contact or view that was changed."""

    of: str
    id: int
    only_for: int | None = None
    """The one user who may hear of it: that somebody keeps something is nobody else's affair."""


async def list_changed(connection: Reading, tenant_id: int, after: int) -> dict[int, ChangedEntity]:
    """Return what was changed after the audit row `after`, and `OVERLAP` rows before it, by audit number."""
    rows = await _CHANGED.fetch(connection, {"tenant_id": tenant_id, "after": after - OVERLAP})
    return {row.id: _read(row) for row in rows}


def _read(row: Any) -> ChangedEntity:
    if row.of == "keep":  # whoever keeps a contact or a company changes what they are shown of it
        return ChangedEntity(row.action.partition(".")[0], row.entity_id, row.actor_id)
    return ChangedEntity(row.of, row.entity_id)


async def get_last_number(connection: Reading, tenant_id: int) -> int:
    """Return the number of the tenant's last audit row, or 0."""
    [(last,)] = await _LAST.fetch(connection, {"tenant_id": tenant_id})
    return last or 0


async def filter_visible(
    connection: Reading, viewer: Viewer, changed: Collection[ChangedEntity]
) -> list[ChangedEntity]:
    """Return those that the viewer may see, also their own deleted views and the built-in ones, which have no row."""
    access = Access(viewer)
    changed = [one for one in changed if one.only_for in (None, viewer.user_id)]
    own_view = and_(View.tenant_id == viewer.tenant_id, View.owner_id == viewer.user_id, access.named_by(View))
    rules: dict[str, tuple[Any, Any]] = {
        "company": (Company, access.companies()),
        "contact": (Contact, access.people()),
        "view": (View, or_(access.views(), own_view)),
    }
    visible = [one for one in changed if one.of == "view" and one.id < 0]
    for of, (table, may_be_seen) in rules.items():
        for ids in split([one.id for one in changed if one.of == of]):
            found = await connection.scalars(select(table.id).where(may_be_seen, table.id.in_(ids)).order_by(table.id))
            visible += [ChangedEntity(of, number) for number in found]
    return visible
