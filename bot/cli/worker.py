"""`carnet worker`: keep mailboxes current, beside any number of others on one PostgreSQL."""

import argparse
import contextlib

import uvloop

from bot.app import open_worker
from bot.cli.serve import add_schema_argument, binding, check_store, listening_at, say_address, wait_for_stop
from bot.environment import read_config
from bot.failpoints import arm
from bot.log import set_up_logs
from storage.engine.database import get_file
from storage.engine.occupation import occupying


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet worker`."""
    add_schema_argument(parser)


def run(arguments: argparse.Namespace) -> None:
    """Work until SIGTERM or SIGINT. Raises `ValueError` for settings that cannot work."""
    uvloop.run(_work(is_on_newer_schema=arguments.newer_schema))


async def _work(*, is_on_newer_schema: bool) -> None:
    config = read_config()
    set_up_logs(config.log_level)
    arm(config.failpoint)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(occupying(get_file(config.database_url)))
        await check_store(config, is_on_newer_schema=is_on_newer_schema)
        door = stack.enter_context(binding(config.host, config.worker_port)) if config.worker_port else None
        probes = await stack.enter_async_context(open_worker(config))
        if door is not None:
            await stack.enter_async_context(listening_at(probes, door))
            print(f"probes are answered on {say_address(door)}", flush=True)  # noqa: T201
        await wait_for_stop()
