"""A Bot Connector that takes every activity and keeps none: the far end of every turn that is measured.

The first part of the path names whose turn it is; `GET /count` says how often each has posted.
"""

import sys
from collections import Counter

from aiohttp import web

taken: Counter[str] = Counter()


async def take(request: web.Request) -> web.Response:
    await request.read()
    taken[request.path.split("/")[1]] += 1
    return web.json_response({"id": "1"})


async def count(_request: web.Request) -> web.Response:
    return web.json_response(taken)


app = web.Application()
app.router.add_get("/count", count)
app.router.add_route("*", "/{path:.*}", take)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
