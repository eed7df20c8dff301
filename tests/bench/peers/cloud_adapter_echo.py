"""A bare echo bot on botbuilder's own CloudAdapter, with authentication off: it does less than a real one must."""

import sys

from aiohttp import web
from botbuilder.core import ActivityHandler, TurnContext
from botbuilder.integration.aiohttp import CloudAdapter, ConfigurationBotFrameworkAuthentication


class Settings:
    APP_ID = ""
    APP_PASSWORD = ""
    APP_TYPE = "MultiTenant"
    APP_TENANTID = ""


class Echo(ActivityHandler):
    async def on_message_activity(self, turn_context: TurnContext):
        await turn_context.send_activity(f"echo: {turn_context.activity.text}")


adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(Settings()))
bot = Echo()


async def messages(request: web.Request) -> web.Response:
    return await adapter.process(request, bot)


app = web.Application()
app.router.add_post("/api/messages", messages)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
