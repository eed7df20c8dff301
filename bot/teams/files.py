"""Files: an offer in the personal chat, and after the person's consent a PUT into the folder that Teams opened."""

from collections.abc import Mapping
from typing import Any

import structlog

from bot.teams.activity_ask import read_data
from bot.teams.errors import SendError
from bot.teams.outgoing import show_file
from bot.teams.teams_turn import TeamsTurn
from bot.turn import Ask

log = structlog.get_logger(__name__)


async def answer_consent(turn: TeamsTurn) -> None:
    """Answer `fileConsent/invoke`: make the file now, for whoever accepted it, and put it there."""
    value = turn.incoming.value if isinstance(turn.incoming.value, Mapping) else {}
    ask = read_file_ask(value.get("context"))
    if value.get("action") == "decline":
        await turn.say_text("file_declined")
    elif ask is None or value.get("action") != "accept":
        await turn.say_text("bad_request")
    else:
        await _deliver_file(turn, ask, value.get("uploadInfo"))


def read_file_ask(context: Any) -> Ask | None:
    """Return what delivers the file: what the offer carried, which is authorised again as anything else is."""
    if not isinstance(context, Mapping) or not isinstance(context.get("data"), Mapping):
        return None
    return read_data({**context["data"], "verb": context.get("verb")})


async def _deliver_file(turn: TeamsTurn, ask: Ask, upload: Any) -> None:
    upload = upload if isinstance(upload, Mapping) else {}
    reply = await turn.answer(ask)
    if reply.file is None or reply.file.content is None:
        await turn.say(reply)
        return
    try:
        await turn.tools.connector.upload(str(upload.get("uploadUrl", "")), reply.file.content)
    except SendError as error:
        log.warning("file_not_uploaded", reason=error.reason)
        await turn.say_text("file_failed")
        return
    await turn.send(show_file(upload, reply.summary or reply.file.name))
