"""`carnet migrate`: bring the database to the newest schema."""

import argparse
import asyncio

from bot.environment import load_config
from storage.schema.migrate import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the database is the one of the settings."""


def run(_arguments: argparse.Namespace) -> None:
    """Migrate; may be run again."""
    asyncio.run(migrate(load_config().database_url))
