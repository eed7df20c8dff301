"""`carnet serve`: run what `app` builds, until a signal says to stop."""

import argparse
import asyncio
import contextlib
import gc
import signal
from collections.abc import AsyncIterator

import uvloop
from aiohttp import web

from bot.app import create_app
from bot.config import read_config
from bot.failpoints import arm
from bot.log import set_up_logs
from bot.teams.routes import SERVER_OPTIONS
from storage.migrate import migrate


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet serve`."""
    parser.add_argument("--no-worker", action="store_true", help="leave the mailboxes to `carnet worker`")


def run(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ValueError` for settings that cannot be served."""
    uvloop.run(_serve(has_worker=not arguments.no_worker))


async def _serve(*, has_worker: bool) -> None:
    config = read_config()
    set_up_logs(config.log_level)
    arm(config.failpoint)
    if config.database_url.startswith("sqlite"):  # one process owns the file; a server is migrated by `carnet migrate`
        await migrate(config.database_url)
    async with create_app(config, has_worker=has_worker) as app, listening(app, config.host, config.port):
        await wait_for_stop()


@contextlib.asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Take requests while the block runs; then no new ones, and those in hand are finished."""
    runner = web.AppRunner(app, access_log=None, handle_signals=False, **SERVER_OPTIONS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


async def wait_for_stop() -> None:
    """Wait for SIGTERM or SIGINT; everything is built by now."""
    freeze_memory()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()


def freeze_memory() -> None:
    """Take what was imported and built out of garbage collection: it stays, and looking through it slows every turn."""
    gc.collect()
    gc.freeze()
