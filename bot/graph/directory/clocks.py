"""Clocks that are not ours: the database's, and Microsoft's as Graph's answers say it."""

from bot.graph.client.client import GraphClients
from bot.graph.directory.entries import fetch_organization
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.queue.clock import get_database_time


class Clocks:
    """Asks the database and Graph what time it is."""

    def __init__(self, database: Database, graph: GraphClients) -> None:
        self._database = database
        self._graph = graph

    async def read(self, entra_id: str) -> list[float]:
        """Return both times in UTC seconds; raises where one does not answer."""
        await fetch_organization(self._graph(entra_id))
        told = self._graph.read_date()
        if told is None:
            raise ValueError("no date")
        async with self._database.reading(SYSTEM) as connection:
            return [told, await get_database_time(connection)]
