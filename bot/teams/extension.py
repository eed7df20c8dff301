"""Answer the message extension: search while typing, insert a card, unfurl a link, and a dialog."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from bot.language import say
from bot.teams.activity_ask import read_data
from bot.teams.outgoing import CARD_TYPE
from bot.teams.roster import MOST_COLLEAGUES
from bot.teams.teams_turn import TeamsTurn
from bot.turn import Ask, Circle, Item, Reply

THUMBNAIL_TYPE: Final = "application/vnd.microsoft.card.thumbnail"
MOST_ITEMS: Final = 25
MOST_QUERY: Final = 200
_PLACE = re.compile(r"(company|contact|view)[=/]([0-9]{1,18})\b")

Body = dict[str, Any]


async def search(turn: TeamsTurn) -> Body:
    """Answer `composeExtension/query` with search results, or recent ones before anything is typed."""
    ask = Ask("search", {"query": _read_query(turn.incoming.value)})
    reply = await turn.answer(ask, await _read_circle(turn))
    if reply.is_error or not reply.items:
        return say_in_extension(reply.summary or say(turn.language, "teams.nothing_found"))
    return _show([_draw(item) for item in reply.items[:MOST_ITEMS]])


async def select_item(turn: TeamsTurn) -> Body:
    """Answer `composeExtension/selectItem` with the card of the selected result."""
    return await _show_card(turn, read_data(_mapping(turn.incoming.value)))


async def unfurl_link(turn: TeamsTurn) -> Body:
    """Answer `composeExtension/queryLink` with the card for a link into the tab."""
    url = _mapping(turn.incoming.value).get("url")
    return await _show_card(turn, read_link(url) if isinstance(url, str) else None)


async def open_dialog(turn: TeamsTurn) -> Body:
    """Answer `composeExtension/fetchTask` with the card of the command, or help if it names none."""
    value = _mapping(turn.incoming.value)
    return _show_dialog(turn, await turn.answer(read_data(_mapping(value.get("data"))) or Ask("help")))


async def submit_dialog(turn: TeamsTurn) -> Body:
    """Answer `composeExtension/submitAction`, a button in the dialog, in the dialog."""
    ask = read_data(_mapping(_mapping(turn.incoming.value).get("data")))
    if ask is None:
        return say_in_extension(say(turn.language, "teams.bad_request"))
    return _show_dialog(turn, await turn.answer(ask))


EXTENSION_INVOKES: Final[dict[str, Callable[[TeamsTurn], Awaitable[Body]]]] = {
    "composeExtension/query": search,
    "composeExtension/selectItem": select_item,
    "composeExtension/queryLink": unfurl_link,
    "composeExtension/fetchTask": open_dialog,
    "composeExtension/submitAction": submit_dialog,
}


def say_in_extension(text: str) -> Body:
    """Return a sentence in the place of results."""
    return {"composeExtension": {"type": "message", "text": text}}


def read_link(url: str) -> Ask | None:
    """Return the entity of a link into the tab; deep links of Teams have it as `subEntityId` in their context."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    contexts = [_read_context(context) for context in parse_qs(parts.query).get("context", [])]
    for place in (parts.path, parts.query, parts.fragment, *(str(context.get("subEntityId")) for context in contexts)):
        if found := _PLACE.search(place):
            verb = "view.insert" if found[1] == "view" else f"{found[1]}.open"
            return Ask(verb, {f"{found[1]}_id": int(found[2])})
    return None


def _read_context(context: str) -> Mapping[str, Any]:
    try:
        return _mapping(json.loads(context))
    except (ValueError, RecursionError):
        return {}


def _read_query(value: Any) -> str:
    """Return the search words; `initialRun` means that the extension was opened and nothing is typed yet."""
    parameters = _mapping(value).get("parameters")
    for parameter in parameters if isinstance(parameters, list) else ():
        name, words = _mapping(parameter).get("name"), _mapping(parameter).get("value")
        if name != "initialRun" and isinstance(words, str):
            return words[:MOST_QUERY]
    return ""


async def _read_circle(turn: TeamsTurn) -> Circle:
    """Return who will read an inserted card: whose clients refresh it, and whether all are of the firm.

    Only a chat with the bot itself is known to be internal.
    """
    incoming = turn.incoming
    reader = incoming.from_ and incoming.from_.id
    readers = [reader] if reader else []
    if turn.caller is not None and not incoming.is_own_chat:
        readers += [each for each in await turn.tools.roster.list_colleagues(incoming) if each != reader]
    return Circle(tuple(readers[:MOST_COLLEAGUES]), incoming.is_own_chat)


async def _show_card(turn: TeamsTurn, ask: Ask | None) -> Body:
    if ask is None:
        return say_in_extension(say(turn.language, "teams.bad_request"))
    reply = await turn.answer(ask, await _read_circle(turn))
    if reply.is_error or reply.card is None:
        return say_in_extension(reply.summary or say(turn.language, "teams.nothing_found"))
    return _show([{"contentType": CARD_TYPE, "content": reply.card, "preview": _preview(reply.summary, "")}])


def _show_dialog(turn: TeamsTurn, reply: Reply) -> Body:
    if reply.card is None:
        return {"task": {"type": "message", "value": reply.summary}}
    card = {"contentType": CARD_TYPE, "content": reply.card}
    dialog = {"title": "Carnet", "height": "medium", "width": "medium", "card": card}
    return {"task": {"type": "continue", "value": dialog}}


def _show(attachments: list[dict[str, Any]]) -> Body:
    return {"composeExtension": {"type": "result", "attachmentLayout": "list", "attachments": attachments}}


def _draw(item: Item) -> dict[str, Any]:
    return {"contentType": CARD_TYPE, "content": item.card, "preview": _preview(item.title, item.text)}


def _preview(title: str, text: str) -> dict[str, Any]:
    """Draw one result; names are escaped, because Teams interprets markup there."""
    content = {"title": title.replace("<", "&lt;"), "text": text.replace("<", "&lt;")}
    return {"contentType": THUMBNAIL_TYPE, "content": content}


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
