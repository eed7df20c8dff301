"""Let a reader arrange views: move one, make one the default, hide one. `places.py` has the queries."""

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.viewer import Viewer
from storage.views.places import clear_default, set_place
from storage.views.views import ViewRow, list_views
from storage.views.writes import get_readable


async def move_view(connection: AsyncConnection, viewer: Viewer, view_id: int, to: int) -> list[ViewRow]:
    """Put a view at place `to` (0 is first) among the reader's visible ones; returns them in order."""
    await get_readable(connection, viewer, view_id)
    views = await list_views(connection, viewer)
    order = [view.id for view in views if view.id != view_id]
    order.insert(max(to, 0), view_id)
    for position, one in enumerate(order):
        await set_place(connection, viewer, one, position=position)
    return await list_views(connection, viewer)


async def set_default_view(connection: AsyncConnection, viewer: Viewer, view_id: int | None) -> None:
    """Set the view that "show my companies" opens for the reader; None resets it to the plain list."""
    if view_id is not None:
        await get_readable(connection, viewer, view_id)
    await clear_default(connection, viewer)
    if view_id is not None:
        await set_place(connection, viewer, view_id, is_default=True, is_hidden=False)


async def set_view_hidden(connection: AsyncConnection, viewer: Viewer, view_id: int, *, is_hidden: bool) -> None:
    """Hide a view from the reader's lists, or show it again; a hidden view is no longer the default."""
    await get_readable(connection, viewer, view_id)
    await set_place(connection, viewer, view_id, is_hidden=is_hidden, **({"is_default": False} if is_hidden else {}))
