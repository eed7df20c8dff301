"""Keeping Graph's subscriptions: created, renewed before half their life, recreated, and audited."""

import asyncio
from collections.abc import Callable

from bot.graph.client import GraphClient
from storage.database import Database


class SubscriptionKeeper:
    """Keeps two subscriptions a mailbox (messages, events) until stopped; any number of processes may run one.

    `get_client(entra_tenant_id)` gives the Graph client of a tenant; `public_url` is where Microsoft reaches us.
    """

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        public_url: str,
        clock: Callable[[], float],
    ) -> None:
        raise NotImplementedError

    async def run(self, stopping: asyncio.Event) -> None:
        """Keep subscriptions until `stopping` is set."""
        raise NotImplementedError
