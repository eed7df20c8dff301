"""`carnet forget`: let a tenant go for good: its subscriptions end, every row is deleted, the count is the proof."""

import argparse
import asyncio
import time
from datetime import UTC, datetime

import structlog
from rich.console import Console

from bot.config import Config, load_config
from bot.graph.client.client import GraphClients
from bot.graph.client.errors import GraphError
from bot.graph.subscriptions.keeper import delete_at_graph
from bot.language import LANGUAGES, say
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.firm.erasure import dispose_tenant, stop_tenant
from storage.firm.tenants import get_tenant_id
from storage.queue.subscriptions import list_subscriptions
from storage.schema.migrate import check_file

log = structlog.get_logger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet forget`."""
    parser.add_argument("tenant", help="its Entra id; take it out of CARNET_TENANTS and restart the service first")
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Forget a tenant; gives 1 where there is none. Raises `ValueError` for one that is still served."""
    config = load_config()
    if arguments.tenant in config.tenants:
        raise ValueError(say(arguments.language, "forget.served"))
    counts = asyncio.run(_open_and_forget(config, arguments.tenant))
    console = Console()
    if counts is None:
        console.print(say(arguments.language, "forget.unknown"))
        return 1
    for table, count in counts.items():
        console.print(f"{count:>10} {table}")
    day = datetime.fromtimestamp(time.time(), UTC).isoformat(timespec="seconds")
    console.print(say(arguments.language, "forget.done", tenant=arguments.tenant, day=day))
    return 0


async def _open_and_forget(config: Config, entra_id: str) -> dict[str, int] | None:
    check_file(config.database_url)
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    clients = GraphClients(config)
    try:
        return await forget(database, clients, entra_id)
    finally:
        await clients.close()
        await database.close()


async def forget(database: Database, clients: GraphClients, entra_id: str) -> dict[str, int] | None:
    """Stop, unsubscribe and delete; gives the rows deleted by table, or None for a tenant that is not there.

    A tenant that lets us in no more keeps its subscriptions for the days they have left: whatever they tell is unknown.
    """
    async with database.reading(SYSTEM) as connection:
        tenant_id = await get_tenant_id(connection, entra_id)
    if tenant_id is None:
        return None
    async with database.reading(tenant_id) as connection:
        kept = await list_subscriptions(connection, tenant_id)
    async with database.writing(SYSTEM) as connection:
        await stop_tenant(connection, tenant_id)
    for one in kept:
        try:
            if one.graph_id:
                await delete_at_graph(clients(entra_id), one.graph_id)
        except GraphError as error:
            log.warning("subscription_not_ended", error=str(error))
    return await dispose_tenant(database, tenant_id)
