"""`carnet move`: move firms from a file to another database, all of them or nothing; no service may be at the file.

It moves from SQLite alone, which can be locked meanwhile; PostgreSQL is moved with its own tools.
"""

import argparse
import asyncio
import time
from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.cli.refusals import explain, naming
from bot.cli.terminal import open_console
from bot.cli.urls import read_argument
from bot.environment import load_config
from bot.language import LANGUAGES, say
from storage.engine.database import Database, get_file, open_database
from storage.engine.occupation import occupying
from storage.errors import DatabaseError, DiffersError
from storage.schema.migrate import check_file, check_place, migrate
from storage.schema.move import Difference, find_differences, move

BOTH: Final = "CARNET_DATABASE_URL or CARNET_MOVE_TO"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet move`."""
    source = "sqlite:FILE, or @FILE that holds a URL; CARNET_DATABASE_URL unless given; stop its service first"
    target = "postgresql://... without a password, sqlite:FILE, or @FILE that holds a URL; CARNET_MOVE_TO unless given"
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
    check_ends(source, target, arguments.language)
    console = open_console()
    outcome, differences = asyncio.run(_move(source, target, console, arguments.language))
    for one in differences:
        counts = {"source": one.source, "target": one.target}
        what = "rows" if one.what == "rows" else "values"
        values = {"firm": one.firm, "rows": say(arguments.language, f"rows.{one.table}"), "what": one.what}
        console.print(
            say(arguments.language, f"move.differs.{what}", **counts, **values), highlight=False, markup=False
        )
    console.print(say(arguments.language, f"move.{outcome}"), soft_wrap=True)
    return int(bool(differences))


def check_ends(source: str, target: str, language: str) -> None:
    """Raise `ValueError` with a sentence unless a file moves, and to elsewhere."""
    file, other = get_file(source), get_file(target)
    if file is None:
        raise ValueError(say(language, "move.server"))
    if other is not None and file.resolve() == other.resolve():
        raise ValueError(say(language, "move.same"))


async def _move(source_url: str, target_url: str, console: Console, language: str) -> tuple[str, Sequence[Difference]]:
    """Move; returns what to say, and what is not the same: of what was moved now, or of firms that lived there."""
    check_file(source_url)
    check_place(target_url)
    with occupying(get_file(source_url), is_alone=True), occupying(get_file(target_url), is_alone=True):
        with naming("CARNET_DATABASE_URL (--from)"):
            await migrate(source_url)
        with naming("CARNET_MOVE_TO (--to)"):
            await migrate(target_url)
        source, target = open_database(source_url), open_database(target_url)
        try:
            await _show(source, target, console, language)
            differences = await find_differences(source, target)
        except DatabaseError as error:
            raise ValueError(f"{say(language, 'move.interrupted')} {explain(error, BOTH, language)}") from error
        except DiffersError as error:
            return "failed", error.differences
        else:
            return "lived" if differences else "done", differences
        finally:
            await source.close()
            await target.close()


async def _show(source: Database, target: Database, console: Console, language: str) -> None:
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}
        async for moved in move(source, target, int(time.time())):
            if moved.table not in tasks:
                tasks[moved.table] = progress.add_task(say(language, f"rows.{moved.table}"), total=moved.total)
            progress.update(tasks[moved.table], completed=moved.rows)
