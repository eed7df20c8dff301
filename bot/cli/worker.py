"""`carnet worker`: keep mailboxes current, beside any number of others on one PostgreSQL."""

import argparse

import uvloop

from bot.app import open_worker
from bot.cli.serve import wait_for_stop
from bot.config import read_config
from bot.failpoints import arm
from bot.log import set_up_logs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add nothing: the settings say it all."""


def run(_arguments: argparse.Namespace) -> None:
    """Work until SIGTERM or SIGINT. Raises `ValueError` for settings that cannot work."""
    uvloop.run(_work())


async def _work() -> None:
    config = read_config()
    set_up_logs(config.log_level)
    arm(config.failpoint)
    async with open_worker(config):
        await wait_for_stop()
