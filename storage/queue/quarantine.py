"""Items that could not be understood: counted and named by a digest, so that a page goes on without them."""

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
    """Set items of a mailbox aside, each by its digest with the reason; those set aside before stay as they are."""
    rows = [(tenant_id, user_id, source, feed.value, reason, now) for source, reason in reasons.items()]
    await insert_rows(connection, _ITEMS, rows)
