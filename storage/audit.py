"""Who changed what, from what to what, when and from where: rows are added, never changed."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.paging import Page
from storage.viewer import Viewer


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
    raise NotImplementedError


async def list_audit(
    connection: AsyncConnection,
    viewer: Viewer,
    of: str,
    entity_id: int,
    *,
    cursor: str | None = None,
    limit: int = 20,
) -> Page[AuditRow]:
    """Return what was changed on a company, contact or view that the viewer may see, newest first."""
    raise NotImplementedError
