"""`carnet move`: move a firm that has outgrown its file to PostgreSQL; may be run again after an interruption."""

import argparse
import asyncio
import time

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.language import LANGUAGES, say
from storage.engine.database import open_database
from storage.schema.migrate import check_file, migrate
from storage.schema.move import Difference, find_differences, move


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet move`."""
    parser.add_argument(
        "--from", dest="source", required=True, metavar="URL", help="sqlite:FILE; stop its service first"
    )
    parser.add_argument("--to", dest="target", required=True, metavar="URL", help="postgresql://...; empty, or begun")
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Move, compare, and report; gives 1 where the two are not the same in the end."""
    console = Console()
    differences = asyncio.run(_move(complete_url(arguments.source), complete_url(arguments.target), console))
    for one in differences:
        values = {"tenant": one.tenant_id, "table": one.table, "what": one.what}
        console.print(say(arguments.language, "move.differs", source=one.source, target=one.target, **values))
    console.print(say(arguments.language, "move.failed" if differences else "move.done"))
    return int(bool(differences))


def complete_url(url: str) -> str:
    """Take `sqlite:FILE` for `sqlite:///FILE`."""
    scheme, _, rest = url.partition(":")
    return f"sqlite:///{rest}" if scheme == "sqlite" and not rest.startswith("//") else url


async def _move(source_url: str, target_url: str, console: Console) -> list[Difference]:
    check_file(source_url)
    await migrate(source_url)
    await migrate(target_url)
    source, target = open_database(source_url), open_database(target_url)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    try:
        with Progress(*columns, console=console) as progress:
            tasks: dict[str, TaskID] = {}
            async for moved in move(source, target, int(time.time())):
                if moved.table not in tasks:
                    tasks[moved.table] = progress.add_task(moved.table, total=moved.total)
                progress.update(tasks[moved.table], completed=moved.rows)
        return [difference async for difference in find_differences(source, target)]
    finally:
        await source.close()
        await target.close()
