"""Store each reader's own arrangement of views: the order, the hidden ones, the default."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import ViewPlace
from storage.viewer import Viewer


class Place(NamedTuple):
    """One view's place with one reader."""

    view_id: int
    position: int | None
    is_default: bool
    is_hidden: bool


async def list_places(connection: Reading, viewer: Viewer) -> list[Place]:
    """Return what the reader has arranged."""
    rows = await _PLACES.fetch(connection, {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id})
    return [Place(view_id, position, bool(default), bool(hidden)) for view_id, position, default, hidden in rows]


_PLACES: Final = Prepared(
    select(ViewPlace.view_id, ViewPlace.position, ViewPlace.is_default, ViewPlace.is_hidden).where(
        ViewPlace.tenant_id == number("tenant_id"), ViewPlace.user_id == number("user_id")
    ),
    is_quick=True,
)


async def set_place(connection: AsyncConnection, viewer: Viewer, view_id: int, **values: Any) -> None:
    """Change a view's place with the reader."""
    key = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "view_id": view_id}
    of_place = (getattr(ViewPlace, name) == value for name, value in key.items())
    changed = await connection.execute(update(ViewPlace).where(*of_place).values(**values))
    if not changed.rowcount:
        await connection.execute(insert(ViewPlace).values(**key, **values))


async def set_places(connection: AsyncConnection, viewer: Viewer, places: Sequence[Place]) -> None:
    """Replace all that the reader has arranged."""
    of_reader = ViewPlace.tenant_id == viewer.tenant_id, ViewPlace.user_id == viewer.user_id
    await connection.execute(delete(ViewPlace).where(*of_reader))
    key = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    if places:
        await connection.execute(insert(ViewPlace), [key | place._asdict() for place in places])


async def clear_default(connection: AsyncConnection, viewer: Viewer) -> None:
    """Leave the reader without a default."""
    of_reader = ViewPlace.tenant_id == viewer.tenant_id, ViewPlace.user_id == viewer.user_id
    await connection.execute(update(ViewPlace).where(*of_reader, ViewPlace.is_default).values(is_default=False))
