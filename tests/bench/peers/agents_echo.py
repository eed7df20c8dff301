"""A bare echo bot on microsoft-agents-hosting-aiohttp, with authentication off: it does less than a real one must."""

import sys

from aiohttp import web
from microsoft_agents.hosting.aiohttp import CloudAdapter, jwt_authorization_middleware
from microsoft_agents.hosting.core import (
    ActivityHandler,
    AgentAuthConfiguration,
    AnonymousTokenProvider,
    ConnectionManager,
    TurnContext,
)

settings = AgentAuthConfiguration(anonymous_allowed=True)


class Echo(ActivityHandler):
    async def on_message_activity(self, turn_context: TurnContext):
        await turn_context.send_activity(f"echo: {turn_context.activity.text}")


connections = ConnectionManager(
    provider_factory=lambda _: AnonymousTokenProvider(), connections_configurations={"SERVICE_CONNECTION": settings}
)
adapter = CloudAdapter(connection_manager=connections)
bot = Echo()


async def messages(request: web.Request) -> web.Response:
    return await adapter.process(request, bot) or web.Response(status=202)


app = web.Application(middlewares=[jwt_authorization_middleware])
app["agent_configuration"] = settings
app.router.add_post("/api/messages", messages)
web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), access_log=None, print=None)
