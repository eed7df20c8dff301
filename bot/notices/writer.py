"""Writing notices: rows of the outbox, in the transaction of what they tell of."""

from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from bot.turn import Notice


class Notices:
    """Writes what is to be said; `clock` gives UTC seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock

    async def on_applied(
        self, connection: AsyncConnection, tenant_id: int, user_id: int, applied: Any, is_first_sync: bool
    ) -> None:
        """Write what follows from an applied page (the sync's `OnApplied`); a first sync gives one summary."""
        raise NotImplementedError

    async def add(self, connection: AsyncConnection, tenant_id: int, notices: Iterable[Notice]) -> None:
        """Write the notices of a command's reply (the desk calls this in the turn's transaction).

        Kinds: `partner` {"company_id", "by"}: you were made partner; `view` {"view_id", "by"}: a view was shared with
        you; `answered` {"company_id"}: its type or partner was set: cards that asked for it are updated (`user_id` is
        the one who answered). Muted kinds are left out.
        """
        raise NotImplementedError
