"""`carnet forget`: let a tenant go for good: its subscriptions end, every row is deleted, a receipt is the proof."""

import argparse
import asyncio
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bot.cli.receipt import describe_receipt, read_receipt, sign_receipt, write_receipt
from bot.cli.schema import opening
from bot.cli.terminal import open_console
from bot.config import Config, read_id
from bot.environment import load_config
from bot.graph.client.client import GraphClient, GraphClients
from bot.graph.client.errors import GraphError
from bot.graph.subscriptions.keeper import delete_at_graph
from bot.language import LANGUAGES, say
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.firm.closing import find_tenant
from storage.firm.erasure import count_tenant, delete_tenant, stop_tenant
from storage.firm.tenants import get_tenant_id
from storage.queue.subscriptions import list_subscriptions


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What was deleted, by table, and the subscriptions that Microsoft still has, with the reason of the last one."""

    rows: dict[str, int]
    left: int = 0
    error: str = ""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet forget`."""
    tenant = "its Entra id; take it out of CARNET_TENANTS and restart the service first"
    parser.add_argument("tenant", nargs="?", default="", help=tenant)
    parser.add_argument("--dry-run", action="store_true", help="show what would be deleted, and delete nothing")
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--receipt", type=Path, default=Path(), metavar="FOLDER", help="where the receipt is written")
    parser.add_argument("--stopped", action="store_true", help="no service runs any more that has this tenant")
    parser.add_argument("--verify", type=Path, metavar="FILE", help="read a receipt, and say whether it is ours")
    parser.add_argument(
        "--key", default="", help="with --verify: the key of the receipt that was shown at the deletion"
    )
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Forget a tenant; gives 1 where there is none, or nobody said yes. Raises `ValueError` for one still served."""
    config, language = load_config(), arguments.language
    if arguments.verify:
        return _verify(config, arguments.verify, arguments.key, language)
    tenant = read_id(arguments.tenant)
    if tenant in config.tenants:
        raise ValueError(say(language, "forget.served"))
    found = asyncio.run(_look(config, tenant))
    if found is None:
        _print(say(language, "forget.unknown"))
        return 1
    counts, name, is_read = found
    _print(name or tenant, *(f"{count:>10} {say(language, f'rows.{table}')}" for table, count in counts.items()))
    if arguments.dry_run:
        _print(say(language, "forget.dry"))
        return 0
    if is_read and not arguments.stopped:  # by a service with other settings than ours: it would read everything anew
        raise ValueError(say(language, "forget.served"))
    if not arguments.yes and not _ask(language, tenant):
        _print(say(language, "forget.kept"))
        return 1
    return _forget(config, tenant, arguments.receipt, language)


def _forget(config: Config, tenant: str, folder: Path, language: str) -> int:
    """Delete, and leave the receipt; where it cannot be written nothing is deleted."""
    moment = datetime.fromtimestamp(time.time(), UTC)
    path = folder / f"carnet-forgotten-{tenant}-{moment:%Y%m%d-%H%M%S}.jws"
    sign_receipt(config, {})  # what cannot sign says so before anything is deleted
    write_receipt(path, "-")
    forgotten = asyncio.run(_open_and_forget(config, tenant)) or Forgotten({})
    claims: dict[str, Any] = {
        "tenant": tenant,
        "forgotten_at": moment.isoformat(timespec="seconds"),
        "rows": forgotten.rows,
    }
    claims |= {"subscriptions_left": forgotten.left} if forgotten.left else {}
    path.unlink()
    receipt = sign_receipt(config, {**claims, "release": version("carnet")})
    write_receipt(path, receipt.text)
    _print(say(language, "forget.done", tenant=tenant, day=moment.isoformat(timespec="seconds"), path=str(path)))
    if forgotten.left:
        _print(say(language, "forget.left", count=forgotten.left, error=forgotten.error))
    if receipt.key:
        _print(say(language, "forget.key", own=receipt.key))
    return 0


def _ask(language: str, tenant: str) -> bool:
    """Ask for the last digits of the tenant's id; raises `ValueError` where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise ValueError(say(language, "forget.nobody"))
    return input(say(language, "forget.ask", digits=tenant[-4:]) + " ").strip().lower() == tenant[-4:]


def _verify(config: Config, path: Path, key: str, language: str) -> int:
    """Print what a receipt says where its signature holds; gives 1 unless it is proven to be ours."""
    found = read_receipt(config, path, key)
    if found.claims is not None:
        _print(describe_receipt(found.claims))
    if found.verdict == "ours":
        return 0
    _print(say(language, f"forget.verdict.{found.verdict}", own=found.key))
    return 1


def _print(*lines: str) -> None:
    console = open_console()
    for line in lines:
        console.print(line, highlight=False, soft_wrap=True)


async def _look(config: Config, entra_id: str) -> tuple[dict[str, int], str, bool] | None:
    """Return how many rows a tenant has by table, the firm's name, and whether a service still has it."""
    async with opening(config) as database, database.reading(SYSTEM) as connection:
        if (found := await find_tenant(connection, entra_id)) is None:
            return None
        tenant_id, name, is_read = found
        return await count_tenant(connection, tenant_id), name, is_read


async def _open_and_forget(config: Config, entra_id: str) -> Forgotten | None:
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    clients = GraphClients(config)
    try:
        return await forget(database, clients, entra_id)
    finally:
        await clients.close()
        await database.close()


async def forget(database: Database, clients: GraphClients, entra_id: str) -> Forgotten | None:
    """Stop, unsubscribe and delete; returns what went, or None for a tenant that is not there.

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
    errors = [error for one in kept if one.graph_id and (error := await _end(clients(entra_id), one.graph_id))]
    return Forgotten(await delete_tenant(database, tenant_id), len(errors), errors[-1] if errors else "")


async def _end(client: GraphClient, graph_id: str) -> str:
    """End a subscription; return why it did not end, empty where it did."""
    try:
        await delete_at_graph(client, graph_id)
    except GraphError as error:
        return str(error)
    return ""
