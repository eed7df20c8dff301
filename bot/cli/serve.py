"""`carnet serve`: run what `app` builds, until a signal says to stop."""

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import threading
from collections.abc import AsyncIterator
from typing import Final

import structlog
import uvloop
from aiohttp import web

from bot.app import STOP, create_app
from bot.config import read_config
from bot.failpoints import arm
from bot.log import set_up_logs
from bot.teams.routes import SERVER_OPTIONS
from storage.schema.migrate import migrate

LAST_SECONDS: Final = 28.0
"""Seconds after the signal when a process ends in any case; Kubernetes and Docker kill after 30."""

log = structlog.get_logger(__name__)


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
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise ValueError(f"Port {port} of {host} cannot be had: {os.strerror(error.errno or 0)}.") from error
        yield
    finally:
        app[STOP].order()  # the door and the loops end beside each other
        await runner.cleanup()


async def wait_for_stop() -> None:
    """Wait for SIGTERM or SIGINT; everything is built by now."""
    freeze_memory()
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    await stopping.wait()
    last = threading.Timer(LAST_SECONDS, _end)
    last.daemon = True
    last.start()


def _end() -> None:
    """End though a thread still waits for somebody's answer: what counts is in the database."""
    log.warning("stopped_late")
    os._exit(0)


def freeze_memory() -> None:
    """Take what was imported and built out of garbage collection: it stays, and looking through it slows every turn.

    A turn leaves no circles of references behind (a test says so), so the few of the libraries may wait for a while.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)
