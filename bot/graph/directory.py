"""Following each tenant's directory: who joins, who leaves, who is renamed, and whether the tenant still lets us in."""

import asyncio
from collections.abc import Callable

from bot.graph.client import GraphClient
from storage.database import Database


class DirectoryKeeper:
    """Follows the directories of all tenants until stopped; any number of processes may run one.

    `get_client(entra_tenant_id)` gives the Graph client of a tenant. A tenant that is configured and not yet stored is
    added first: `tenants` are the configured Entra ids.
    """

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        tenants: tuple[str, ...],
        clock: Callable[[], float],
    ) -> None:
        raise NotImplementedError

    async def run(self, stopping: asyncio.Event) -> None:
        """Follow the directories until `stopping` is set."""
        raise NotImplementedError

    async def follow_all(self) -> None:
        """Bring every tenant's users up to date once: what a first start waits for."""
        raise NotImplementedError
