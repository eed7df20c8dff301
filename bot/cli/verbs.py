"""`carnet verbs`: what can be asked for, by whom and from where; `--json` adds the schema of each input."""

import argparse
import json
import sys

from rich.table import Table

from bot.cli.terminal import open_console
from bot.commands import ROUTER
from bot.verbs import FACTS, PLACES, Verb


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet verbs`."""
    parser.add_argument(
        "--json", action="store_true", help="one JSON list, each verb with the JSON Schema of its input"
    )


def run(options: argparse.Namespace) -> int:
    """Print the table, or the JSON."""
    if options.json:
        sys.stdout.write(json.dumps([verb.describe() for verb in ROUTER], ensure_ascii=False, indent=2) + "\n")
    else:
        open_console(200).print(draw_table())
    return 0


def draw_table() -> Table:
    """Draw a row for each verb."""
    table = Table("verb", "does", "who", *PLACES, "facts", box=None, header_style="bold")
    for verb in ROUTER:
        marks = ["yes" if place in verb.where else "" for place in PLACES]
        table.add_row(verb.name, verb.describe()["does"], ", ".join(sorted(verb.roles)), *marks, _say_facts(verb))
    return table


def _say_facts(verb: Verb) -> str:
    return ", ".join(fact for fact in FACTS if getattr(verb, fact))
