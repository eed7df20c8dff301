"""A worker in a process of its own that is killed: by its parent at some moment, or by itself at a chosen step.

The steps are counted where the worker asks for the time and where it tells of a page: between requests, before and
inside every transaction.
"""

import asyncio
import os
import signal
import time
from typing import Any

from bot.config import Config
from bot.graph.client.client import GraphClients
from bot.graph.sync.worker import Worker
from storage.engine.database import open_database


class Steps:
    """Counts steps, and dies at one of them."""

    def __init__(self, fatal: int) -> None:
        self._left = fatal

    def take(self) -> None:
        """Take a step; the fatal one ends the process as a power cut would."""
        self._left -= 1
        if self._left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def clock(self) -> float:
        """Give the time, as a step."""
        self.take()
        return time.time()

    async def tell(self, *_: Any) -> None:
        """Hear of a page, inside its transaction, as a step."""
        self.take()


def work(url: str, config_values: dict[str, Any], fatal: int) -> None:
    """Sync until killed, or until nothing is due."""
    asyncio.run(_work(url, Config(**config_values), Steps(fatal)))


async def _work(url: str, config: Config, steps: Steps) -> None:
    database = open_database(url)
    clients = GraphClients(config)
    worker = Worker(database, clients, on_applied=steps.tell, clock=steps.clock)
    await worker.run_once()
    await clients.close()
    await database.close()
