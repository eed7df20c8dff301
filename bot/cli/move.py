"""`carnet move`: move firms that have outgrown their file to PostgreSQL; may be run again after an interruption."""

import argparse
import asyncio
import time
from collections.abc import Sequence

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.cli.terminal import open_console
from bot.cli.urls import read_argument
from bot.environment import load_config
from bot.language import LANGUAGES, say
from storage.engine.database import Database, open_database
from storage.errors import DiffersError
from storage.firm.erasure import delete_tenant
from storage.schema.migrate import check_file, migrate
from storage.schema.move import Difference, find_differences, move


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet move`."""
    source = "sqlite:FILE, or @FILE that holds a URL; CARNET_DATABASE_URL unless given; stop its service first"
    target = "postgresql://... without a password, or @FILE that holds a URL; CARNET_MOVE_TO unless given"
    parser.add_argument("--from", dest="source", metavar="URL", help=source)
    parser.add_argument("--to", dest="target", metavar="URL", help=target)
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Move, compare, and report; gives 1, and leaves nothing behind, where the two are not the same in the end.

    Raises `ValueError` with a sentence for what cannot be moved.
    """
    config = load_config()
    source = read_argument(arguments.source, "--from", "CARNET_DATABASE_URL", config.database_url)
    target = read_argument(arguments.target, "--to", "CARNET_MOVE_TO", config.move_to.get_secret_value())
    if source == target:
        raise ValueError("The database that is to be moved, and the one to which it moves, are the same.")
    console = open_console()
    outcome, differences = asyncio.run(_move(source, target, console))
    for one in differences:
        values = {"tenant": one.tenant_id, "table": one.table, "what": one.what}
        console.print(say(arguments.language, "move.differs", source=one.source, target=one.target, **values))
    console.print(say(arguments.language, f"move.{outcome}"), soft_wrap=True)
    return int(bool(differences))


async def _move(source_url: str, target_url: str, console: Console) -> tuple[str, Sequence[Difference]]:
    """Move; returns what to say, and what is not the same: of what was moved now, or of firms that lived there."""
    check_file(source_url)
    await migrate(source_url)
    await migrate(target_url)
    source, target = open_database(source_url), open_database(target_url)
    try:
        await _show(source, target, console)
    except DiffersError as error:
        for number in error.begun:
            await delete_tenant(target, number)
        return "failed", error.differences
    else:
        differences = [difference async for difference in find_differences(source, target)]
        return "lived" if differences else "done", differences
    finally:
        await source.close()
        await target.close()


async def _show(source: Database, target: Database, console: Console) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}
        async for moved in move(source, target, int(time.time())):
            if moved.table not in tasks:
                tasks[moved.table] = progress.add_task(moved.table, total=moved.total)
            progress.update(tasks[moved.table], completed=moved.rows)
