"""The floor: aiohttp that reads an activity and posts one ready card to the connector. No token, no database.

`bare.py PORT CARD [uvloop]`
"""

import json
import sys
from pathlib import Path

import aiohttp
import uvloop
from aiohttp import web

card = Path(sys.argv[2]).read_bytes()
SESSION = web.AppKey("session", aiohttp.ClientSession)


async def answer(request: web.Request) -> web.Response:
    activity = json.loads(await request.read())
    url = f"{activity['serviceUrl']}/v3/conversations/{activity['conversation']['id']}/activities/{activity['id']}"
    async with request.app[SESSION].post(url, data=card, headers={"Content-Type": "application/json"}) as response:
        await response.read()
    return web.Response(status=200)


async def hold_session(app: web.Application):
    async with aiohttp.ClientSession() as app[SESSION]:
        yield


app = web.Application()
app.router.add_post("/api/messages", answer)
app.cleanup_ctx.append(hold_session)
loop = uvloop.new_event_loop() if sys.argv[3:] == ["uvloop"] else None
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None, loop=loop)
