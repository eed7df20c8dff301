"""A Bot Connector that takes every activity and keeps none: the far end of every turn that is measured."""

import sys

from aiohttp import web


async def take(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"id": "1"})


app = web.Application()
app.router.add_route("*", "/{path:.*}", take)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
