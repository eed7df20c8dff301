"""What each person was given of contacts lately, over all processes: by it reading in bulk is known as an export."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import insert_ignoring
from storage.models import BulkRead
from storage.viewer import Viewer

SECONDS: Final = 600
"""What somebody reads in so many seconds is one reading."""
_NOBODY: Final[frozenset[int]] = frozenset()


@dataclass(frozen=True, slots=True)
class BulkReadRow:
    """One reading of a person."""

    began_at: int
    """UTC seconds."""
    seen: AbstractSet[int] = _NOBODY
    """The contacts that were given, by number."""
    recorded: int = 0
    """How many of them are written down as an export."""


async def hold_bulk_read(connection: AsyncConnection, viewer: Viewer, began_at: int, now: int) -> BulkReadRow:
    """Return the reading of a person that is going on, or one that begins at `began_at`; nobody else changes it."""
    await insert_ignoring(connection, BulkRead, [{**_get_key(viewer), "began_at": began_at, "seen": []}])
    of = BulkRead
    held = select(of.began_at, of.seen, of.recorded).where(_is_own(viewer)).with_for_update()
    row = (await connection.execute(held)).one()
    if not 0 <= now - row.began_at <= SECONDS:
        return BulkReadRow(began_at)
    return BulkReadRow(row.began_at, frozenset(row.seen), row.recorded)


async def set_bulk_read(connection: AsyncConnection, viewer: Viewer, row: BulkReadRow) -> None:
    """Write a reading that is held."""
    values = {"began_at": row.began_at, "seen": sorted(row.seen), "recorded": row.recorded}
    await connection.execute(update(BulkRead).where(_is_own(viewer)).values(**values))


def _get_key(viewer: Viewer) -> dict[str, Any]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}


def _is_own(viewer: Viewer) -> ColumnElement[bool]:
    return and_(BulkRead.tenant_id == viewer.tenant_id, BulkRead.user_id == viewer.user_id)
