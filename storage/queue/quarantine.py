"""Record items that cannot be read, each by a digest, so that the rest of a page is kept."""

from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Insert, insert_rows
from storage.models import Feed, Quarantined

_KEY: Final = ("tenant_id", "user_id", "source_digest")
_ITEMS: Final = Insert(Quarantined, (*_KEY, "feed", "reason", "created_at"), _KEY)


async def add_quarantined(
    connection: AsyncConnection, tenant_id: int, user_id: int, feed: Feed, reasons: Mapping[bytes, str], *, now: int
) -> None:
    """Record items of a mailbox as unreadable, by digest and with the reason; ignore those recorded before."""
    rows = [(tenant_id, user_id, source, feed.value, reason, now) for source, reason in reasons.items()]
    await insert_rows(connection, _ITEMS, rows)
