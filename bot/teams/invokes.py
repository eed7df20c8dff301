"""Invokes: Teams asks, and shows what stands in the HTTP answer."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from bot.door import BESIDE
from bot.language import say
from bot.teams.activity_ask import read_execute
from bot.teams.extension import EXTENSION_INVOKES, say_in_extension
from bot.teams.files import answer_consent
from bot.teams.outgoing import CARD_TYPE
from bot.teams.teams_turn import TeamsTurn
from bot.turn import Ask, Language, Reply

ERROR_TYPE: Final = "application/vnd.microsoft.error"
MESSAGE_TYPE: Final = "application/vnd.microsoft.activity.message"
SEARCH_TYPE: Final = "application/vnd.microsoft.search.searchResponse"
BAD_REQUEST: Final = 400
FORBIDDEN: Final = 403
CHANGED_SINCE: Final = 409
_SHOWN_AS: Final = {404: FORBIDDEN, 428: BAD_REQUEST}
"""Statuses that Teams does not know in an invoke's answer, and what they are there."""
_CODES: Final = {400: "BadRequest", 403: "Forbidden"}

Body = dict[str, Any] | None


async def answer_action(turn: TeamsTurn) -> Body:
    """Answer `adaptiveCard/action`: the new card, which Teams puts in the old one's place."""
    ask = read_execute(turn.incoming.value)
    if ask is None:
        return describe_error(BAD_REQUEST, say(turn.language, "teams.bad_request"))
    reply = await turn.answer(ask)
    if turn.is_late:
        await turn.say(reply)
        return None
    if ask.verb in BESIDE and not reply.is_error:
        await turn.say(reply, is_beside=True)
        return {"statusCode": 200, "type": MESSAGE_TYPE, "value": reply.summary}
    await turn.say_privately(reply)
    if reply.file is not None:
        await turn.say(reply)
    return describe_reply(reply, turn.language)


async def suggest(turn: TeamsTurn) -> Body:
    """Answer `application/search`: what a people picker offers while somebody types."""
    value = turn.incoming.value if isinstance(turn.incoming.value, Mapping) else {}
    query = value.get("queryText")
    if not isinstance(query, str):
        return describe_error(BAD_REQUEST, say(turn.language, "teams.bad_request"))
    reply = await turn.answer(Ask("people.search", {"query": query[:MOST_QUERY]}))
    if reply.is_error:
        return describe_error(reply.code, reply.summary)
    results = [{"title": choice.title, "value": choice.value} for choice in reply.choices]
    return {"statusCode": 200, "type": SEARCH_TYPE, "value": {"results": results}}


MOST_QUERY: Final = 200
INVOKES: Final[Mapping[str, Callable[[TeamsTurn], Awaitable[Body]]]] = {
    "adaptiveCard/action": answer_action,
    "application/search": suggest,
    "fileConsent/invoke": answer_consent,
    **EXTENSION_INVOKES,
}


def describe_reply(reply: Reply, language: Language) -> Body:
    """Return a reply as the answer to a button; what is not there and what is not yours look the same (B39).

    "Changed since" is a card all the same: it shows what is there now (F58).
    """
    if reply.is_error and reply.code != CHANGED_SINCE:
        return describe_error(reply.code, reply.summary)
    if reply.file is not None or reply.card is None:
        return {"statusCode": 200, "type": MESSAGE_TYPE, "value": say(language, "teams.file_offered")}
    return {"statusCode": 200, "type": CARD_TYPE, "value": reply.card}


def describe_error(code: int, text: str) -> Body:
    """Return an error as Teams shows it under the card, inside an HTTP 200."""
    status = _SHOWN_AS.get(code, code)
    value = {"code": _CODES.get(status, "ServiceError"), "message": text}
    return {"statusCode": status, "type": ERROR_TYPE, "value": value}


def describe_failure(name: str, text: str) -> Body:
    """Return a sentence in the shape that this invoke's client shows: a failure, or "not yet"."""
    if name in EXTENSION_INVOKES:
        return say_in_extension(text)
    return describe_error(500, text) if name != "fileConsent/invoke" else None


def describe_delay(name: str, language: Language) -> Body:
    """Say that the answer will come as a message, where it will (F47)."""
    text = say(language, "teams.slow")
    if name == "adaptiveCard/action":
        return {"statusCode": 200, "type": MESSAGE_TYPE, "value": text}
    return describe_failure(name, text)
