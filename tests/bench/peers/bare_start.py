"""An aiohttp app with one route and all that the service imports: the floor of a start."""

import importlib
import os

import uvloop
from aiohttp import web

for name in ("bot.cli.serve", "storage.schema.upgrade"):  # a start in an empty folder makes the tables too
    importlib.import_module(name)


async def answer(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ready"})


def main() -> None:
    app = web.Application()
    app.router.add_get("/readyz", answer)
    uvloop.install()
    web.run_app(app, host="127.0.0.1", port=int(os.environ["CARNET_PORT"]), print=None)


if __name__ == "__main__":
    main()
