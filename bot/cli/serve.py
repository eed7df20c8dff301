"""`carnet serve`: run what `app` builds, until a signal says to stop."""

import argparse
import asyncio
import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Final

import structlog
import uvloop
from aiohttp import web

from bot.app import STOP, create_app, open_store
from bot.cli.refusals import LASTING, explain, find_reason
from bot.cli.schema import refuse
from bot.config import Config
from bot.environment import read_config
from bot.failpoints import arm
from bot.log import set_up_logs
from bot.teams.routes import SERVER_OPTIONS
from storage.engine.database import get_file
from storage.engine.occupation import occupying
from storage.errors import DatabaseError
from storage.schema.migrate import migrate
from storage.schema.version import get_schema_standing

LAST_SECONDS: Final = 28.0
"""Seconds after the signal when a process ends in any case; Kubernetes and Docker kill after 30."""

BACKLOG: Final = 128

log = structlog.get_logger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet serve`."""
    parser.add_argument("--no-worker", action="store_true", help="leave the mailboxes to `carnet worker`")
    add_schema_argument(parser)


def add_schema_argument(parser: argparse.ArgumentParser) -> None:
    """Add what lets a release run on the schema of the next one."""
    text = "run though a newer release has migrated the database (going back one release)"
    parser.add_argument("--newer-schema", action="store_true", help=text)


def run(arguments: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT. Raises `ValueError` for settings that cannot be served."""
    uvloop.run(_serve(has_worker=not arguments.no_worker, is_on_newer_schema=arguments.newer_schema))


async def _serve(*, has_worker: bool, is_on_newer_schema: bool) -> None:
    config = read_config()
    file = get_file(config.database_url)
    # Both before anything is read, or ended in another's name; a port that is taken leaves nothing beside the file.
    with binding(config.host, config.port) as door, occupying(file):
        set_up_logs(config.log_level)
        arm(config.failpoint)
        say_where(config)
        await check_store(config, is_on_newer_schema=is_on_newer_schema)
        async with create_app(config, has_worker=has_worker) as app, listening_at(app, door):
            print(f"listening on {say_address(door)}", flush=True)  # noqa: T201
            await wait_for_stop()


@contextlib.contextmanager
def binding(host: str, port: int) -> Iterator[socket.socket]:
    """Take a port until the block is left; raises `ValueError` with a sentence where it cannot be had."""
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, address = found[0][0], found[0][4]
        door = socket.create_server((str(address[0]), port), family=family, backlog=BACKLOG)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else "no such address"
        raise ValueError(f"Port {port} of {host} cannot be had: {why}.") from error
    with door:
        door.setblocking(False)
        yield door


def say_address(door: socket.socket) -> str:
    """Say where a socket listens, as a browser takes it."""
    host, port = door.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def say_where(config: Config) -> None:
    """Name the file of a database that is named by where the service was started: elsewhere it is another one."""
    file = get_file(config.database_url)
    if file is not None and not file.is_absolute():
        path = file.resolve()
        print(f"the database is {path}: CARNET_DATABASE_URL names it from this folder", flush=True)  # noqa: T201


async def check_store(config: Config, *, is_on_newer_schema: bool) -> None:
    """Bring a file to the newest schema; refuse a server whose schema is not ours (`carnet migrate` is for that).

    Raises `ValueError` with a sentence. A server that does not answer yet is waited for by the service itself.
    """
    if config.database_url.startswith("sqlite"):  # one process owns the file
        if not (is_on_newer_schema and not await _find_obstacle(config, is_on_newer=True)):
            await migrate(config.database_url)
        return
    if why := await _find_obstacle(config, is_on_newer=is_on_newer_schema):
        raise ValueError(why)


async def _find_obstacle(config: Config, *, is_on_newer: bool) -> str:
    """Say why a schema does not do; a server that answers and lets nobody in is not waited for, any other is."""
    database = open_store(config)
    try:
        return refuse(database, await get_schema_standing(database), is_on_newer=is_on_newer)
    except DatabaseError as error:
        if find_reason(error) in LASTING:
            raise
        print(f"{explain(error)} The service waits for it.", file=sys.stderr, flush=True)  # noqa: T201
        return ""
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def listening(app: web.Application, host: str, port: int) -> AsyncIterator[None]:
    """Take requests at a port while the block runs; raises `ValueError` where it cannot be had."""
    with binding(host, port) as door:
        async with listening_at(app, door):
            yield


@contextlib.asynccontextmanager
async def listening_at(app: web.Application, door: socket.socket) -> AsyncIterator[None]:
    """Take requests while the block runs; then no new ones, and those in hand are finished."""
    app.on_response_prepare.append(hide_server)
    runner = web.AppRunner(app, access_log=None, handle_signals=False, **SERVER_OPTIONS)
    await runner.setup()
    try:
        await web.SockSite(runner, door).start()
        yield
    finally:
        app[STOP].order()  # the door and the loops end beside each other
        await runner.cleanup()


async def hide_server(_request: web.Request, response: web.StreamResponse) -> None:
    """Say nothing of what we are made of."""
    response.headers.popall("Server", None)


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
