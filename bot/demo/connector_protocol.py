"""How the Bot Connector is spoken to: activities in, refusals out."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

LARGEST_ACTIVITY = 40 * 1024
LARGEST_CARD = 28 * 1024
Json = dict[str, Any]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):  # noqa: N818  # an answer, not an error of ours
    """The connector refuses the activity."""

    def __init__(self, status: int, code: str, message: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message or code
        self.headers = headers or {}
        self.sub_code = ""


def guard(handler: Handler) -> Handler:
    """Turn a refusal into the connector's answer."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refused as refusal:
            error: Json = {"code": refusal.code, "message": refusal.message}
            if refusal.sub_code:
                error["subCode"] = refusal.sub_code
            return web.json_response({"error": error}, status=refusal.status, headers=refusal.headers)

    return answer


async def read_activity(request: web.Request) -> Json:
    """Read a JSON object; raises `Refused` for anything else."""
    try:
        given = json.loads(await request.read())
    except ValueError as error:
        raise Refused(400, "BadSyntax", "The body is no JSON.") from error
    if not isinstance(given, dict):
        raise Refused(400, "BadSyntax", "The body is no object.")
    return given


def check_size(activity: Json) -> None:
    """Refuse what Teams would not show (msteams-docs, format-your-bot-messages)."""
    cards = [len(json.dumps(each).encode()) for each in activity.get("attachments") or []]
    if max(cards, default=0) > LARGEST_CARD or len(json.dumps(activity).encode()) > LARGEST_ACTIVITY:
        raise Refused(413, "MessageSizeTooBig", "Request entity too large.")
