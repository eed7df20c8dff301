"""A webhook in a process of its own: `python -m tests.bench.webhook_run product|bare DATABASE_URL PORT`.

The bare one parses the body and makes the mailbox of the first notification due, in one transaction a post, and does
nothing else.
"""

import asyncio
import json
import sqlite3
import sys
import time
from pathlib import Path

import asyncpg
import uvloop
from aiohttp import web
from sqlalchemy.engine import make_url

from bot.cli.serve import freeze_memory
from bot.graph.webhooks.routes import add_graph_routes
from bot.log import set_up_logs
from storage.engine.database import open_database

_DUE = "UPDATE mailboxes SET due_at = {0} WHERE tenant_id = 1 AND user_id = {1}"


async def make_bare(url: str) -> web.Application:
    app = web.Application()
    app.router.add_post("/graph/notifications", _take_sqlite(url) if "sqlite" in url else await _take_postgres(url))
    return app


def _take_sqlite(url: str):
    connection = sqlite3.connect(Path(make_url(url).database or ""), isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA synchronous = FULL")
    statement = _DUE.format("?", "?")

    async def take(request: web.Request) -> web.Response:
        item = json.loads(await request.read())["value"][0]
        connection.execute(statement, (int(time.time()), int(item["subscriptionId"][4:])))
        return web.Response(status=202)

    return take


async def _take_postgres(url: str):
    address = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    pool = await asyncpg.create_pool(address, min_size=10, max_size=10)
    statement = _DUE.format("$1", "$2")

    async def take(request: web.Request) -> web.Response:
        item = json.loads(await request.read())["value"][0]
        async with pool.acquire() as connection:
            await connection.execute(statement, int(time.time()), int(item["subscriptionId"][4:]))
        return web.Response(status=202)

    return take


async def run(side: str, url: str, port: int) -> None:
    set_up_logs("WARNING")
    if side == "bare":
        app = await make_bare(url)
    else:
        app = web.Application()
        add_graph_routes(app, open_database(url), clock=time.time)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    freeze_memory()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
