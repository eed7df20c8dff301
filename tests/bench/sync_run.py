"""One sync in a process of its own: `python -m tests.bench.sync_run product|floor|again|replay SIMULATOR DATABASE_URL`.

Prints as JSON the seconds from the first request for mail to the last commit, on the clock and on the processor, and
the most memory that the process ever held. `again` follows the delta links of a first sync; `replay` drops them before,
so that every page comes once more.
"""

import argparse
import asyncio
import json
import resource
import time
from typing import Any

import uvloop
from sqlalchemy import delete, select, text, update

from bot.cli.serve import freeze_memory
from bot.config import Config
from bot.graph.client.client import GraphClients
from bot.graph.directory.keeper import DirectoryKeeper
from bot.graph.sync.firm import Firm
from bot.graph.sync.runner import read_counts
from bot.graph.sync.worker import Worker
from bot.log import set_up_logs
from bot.notices import Notices
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.models import Mailbox, MailboxFeed, Tenant, User
from tests.bench.floor import FloorSync
from tests.bench.floor_stores import open_store
from tests.bench.floor_walk import walk_mailboxes

AT_ONCE = 8
"""Mailboxes, on both sides."""


async def run(side: str, values: dict[str, Any], url: str) -> dict[str, Any]:
    set_up_logs()
    config = Config(database_url=url, **values)
    database, graph = open_database(url), GraphClients(config)
    try:
        if side in ("again", "replay"):
            await _make_due(database, drops_links=side == "replay")
        else:
            first = FirmRules()
            await DirectoryKeeper(database, graph, tenants=config.tenants, first=first, clock=time.time).work()
        freeze_memory()
        if side == "floor":
            result = await _run_floor(database, values, url)
        else:
            result = await _run_product(database, graph)
    finally:
        await graph.close()
        await database.close()
    return result | {"peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


async def _make_due(database: Database, *, drops_links: bool) -> None:
    async with database.writing(SYSTEM) as connection:
        await connection.execute(update(Mailbox).values(due_at=0))
        if drops_links:
            await connection.execute(delete(MailboxFeed))
            await connection.execute(update(Mailbox).values(state="new"))


async def _run_product(database: Database, graph: GraphClients) -> dict[str, Any]:
    """Sync what is due as `carnet serve` does it, notices and all."""
    worker = Worker(database, graph, concurrency=AT_ONCE, on_applied=Notices(time.time).on_applied)
    seconds, cpu_seconds = time.perf_counter(), time.process_time()
    await worker.run_once()
    seconds, cpu_seconds = time.perf_counter() - seconds, time.process_time() - cpu_seconds
    health = await read_counts(database)
    assert health["current"] == health["total"], health
    async with database.reading(SYSTEM) as connection:
        items = int(await connection.scalar(text("SELECT sum(item_count) FROM mailbox_feeds")) or 0)
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "items": items}


async def _run_floor(database: Database, values: dict[str, Any], url: str) -> dict[str, Any]:
    async with database.writing(SYSTEM) as connection:
        domains = (await connection.execute(select(Tenant.domains))).scalar_one()
        users = {row[0]: row[1] for row in await connection.execute(select(User.entra_id, User.id).order_by(User.id))}
    async with open_store(url) as store:
        sync = FloorSync(Firm(domains), store)
        seconds, cpu_seconds = time.perf_counter(), time.process_time()
        await walk_mailboxes(sync, values, users, at_once=AT_ONCE)
        seconds, cpu_seconds = time.perf_counter() - seconds, time.process_time() - cpu_seconds
        replay_seconds = time.perf_counter()
        await walk_mailboxes(sync, values, users, at_once=AT_ONCE)
        replay_seconds = time.perf_counter() - replay_seconds
    return {"seconds": seconds, "cpu_seconds": cpu_seconds, "replay_seconds": replay_seconds}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("side", choices=("product", "floor", "again", "replay"))
    parser.add_argument("simulator", type=json.loads)
    parser.add_argument("url")
    given = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(given.side, given.simulator, given.url))))
