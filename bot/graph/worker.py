"""The worker: claims due mailboxes and syncs them, a few at once."""

from collections.abc import Callable

from bot.graph.client import GraphClient
from bot.graph.sync import OnApplied
from storage.database import Database


class Worker:
    """Syncs due mailboxes until stopped. `get_client(entra_tenant_id)` gives the Graph client of a tenant."""

    def __init__(
        self,
        database: Database,
        get_client: Callable[[str], GraphClient],
        *,
        concurrency: int = 8,
        on_applied: OnApplied | None = None,
        clock: Callable[[], float],
    ) -> None:
        raise NotImplementedError

    async def run(self) -> None:
        """Work until `stop` is called; then finish the pages in hand and give the leases back."""

    def poke(self) -> None:
        """Look for due mailboxes at once."""

    def stop(self) -> None:
        """Ask `run` to end."""
