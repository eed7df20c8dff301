"""Let a reader arrange views: move one, make one the default, hide one. `places.py` has the queries.

Each arrangement has its audit row with all places before and after, so that "undo" takes back what was done last and
nothing older.
"""

from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import StaleError
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.viewer import Viewer
from storage.views.places import Place, clear_default, list_places, set_place, set_places
from storage.views.views import ViewRow, get_default_view, list_views
from storage.views.writes import get_readable

ARRANGING: Final = frozenset({"view.move", "view.hide", "view.unhide", "view.set_default"})
"""The actions of the audit rows written here."""


async def move_view(
    connection: AsyncConnection, viewer: Viewer, view_id: int, to: int, *, now: int, source: str
) -> Change:
    """Put a view at place `to` (0 is first) among the reader's visible ones."""
    view, before = await get_readable(connection, viewer, view_id), await list_places(connection, viewer)
    order = [one.id for one in await list_views(connection, viewer) if one.id != view_id]
    order.insert(max(to, 0), view_id)
    for position, one in enumerate(order):
        await set_place(connection, viewer, one, position=position)
    return await _record(connection, viewer, "view.move", view, before, now=now, source=source)


async def set_default_view(
    connection: AsyncConnection, viewer: Viewer, view_id: int | None, *, now: int, source: str
) -> Change | None:
    """Set the view that "show my companies" opens for the reader; None resets it to the plain list."""
    before, was = await list_places(connection, viewer), await get_default_view(connection, viewer)
    view = was if view_id is None else await get_readable(connection, viewer, view_id)
    await clear_default(connection, viewer)
    if view_id is not None:
        await set_place(connection, viewer, view_id, is_default=True, is_hidden=False)
    if view is None:
        return None
    return await _record(connection, viewer, "view.set_default", view, before, now=now, source=source)


async def set_view_hidden(
    connection: AsyncConnection, viewer: Viewer, view_id: int, *, is_hidden: bool, now: int, source: str
) -> Change:
    """Hide a view from the reader's lists, or show it again; a hidden view is no longer the default."""
    view, before = await get_readable(connection, viewer, view_id), await list_places(connection, viewer)
    await set_place(connection, viewer, view_id, is_hidden=is_hidden, **({"is_default": False} if is_hidden else {}))
    action = "view.hide" if is_hidden else "view.unhide"
    return await _record(connection, viewer, action, view, before, now=now, source=source)


async def undo_order(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Put all of the reader's places back as they were; raises the errors of `undo_change`."""
    view, before = await get_readable(connection, viewer, done.entity_id or 0), await list_places(connection, viewer)
    if _write(before) != done.after.get("places"):
        raise StaleError(view)
    await set_places(connection, viewer, [Place(*place) for place in done.before["places"]])
    undoes = done.name_undo()
    return await _record(connection, viewer, done.action, view, before, now=now, source=source, undoes=undoes)


async def _record(
    connection: AsyncConnection,
    viewer: Viewer,
    action: str,
    view: ViewRow,
    places: list[Place],
    *,
    now: int,
    source: str,
    undoes: dict[str, int] | None = None,
) -> Change:
    before, after = (_describe(view, one) for one in (places, await list_places(connection, viewer)))
    audit_id = None
    if before != after:
        entry = Entry(action, "view", view.id, before, after | (undoes or {}))
        [audit_id] = await add_audits(connection, viewer, [entry], now=now, source=source)
    return Change(audit_id, action, "view", view.id, view.name, before, after, viewer.user_id, now)


def _describe(view: ViewRow, places: list[Place]) -> dict[str, Any]:
    own = next((place for place in places if place.view_id == view.id), Place(view.id, None, False, False))
    return {"is_default": own.is_default, "is_hidden": own.is_hidden, "places": _write(places)}


def _write(places: list[Place]) -> list[list[Any]]:
    return [list(place) for place in sorted(places)]
