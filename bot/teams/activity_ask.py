"""Read what an activity asks for: typed words, a button, or a button that old clients send as a message."""

import html
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from bot.language.tokenizer import drop_markup
from bot.teams.incoming import Incoming
from bot.turn import Ask

MOST_TEXT: Final = 2000
"""Characters of a message that are read."""
_MENTION = re.compile(r"<at\b[^<>]*>([^<>]*)</at>", re.IGNORECASE)


def read_words(incoming: Incoming) -> str:
    """Return the typed words as plain text, without mentions of the bot; mentions of people become their names."""
    text = (incoming.text or "")[: MOST_TEXT * 4]
    if "<" in text:
        own = _list_own_mentions(incoming)
        text = _MENTION.sub(lambda found: " " if found[0] in own or found[1] in own else found[1], text)
        text = drop_markup(text)
    return html.unescape(text).strip()[:MOST_TEXT]


def is_mentioned(incoming: Incoming) -> bool:
    """Return whether a message mentions the bot, as it must in a group."""
    return bool(_list_own_mentions(incoming))


def _list_own_mentions(incoming: Incoming) -> set[str]:
    """Return the texts by which the message mentions the bot."""
    own: set[str] = set()
    bot = incoming.recipient.id if incoming.recipient else None
    for entity in incoming.entities or ():
        if (entity.type or "").lower() == "mention" and entity.mentioned and entity.mentioned.id == bot:
            own |= {words for words in (entity.text, entity.mentioned.name) if words}
    return own


def read_submit(value: Any) -> Ask | None:
    """Return what an `Action.Submit` asks for: the verb lies in its data, beside the card's inputs."""
    return read_data(value) if isinstance(value, Mapping) else None


def read_execute(value: Any) -> Ask | None:
    """Return what an `Action.Execute` asks for (the value of an `adaptiveCard/action` invoke)."""
    action = value.get("action") if isinstance(value, Mapping) else None
    if not isinstance(action, Mapping):
        return None
    data = action.get("data") or {}
    if not isinstance(data, Mapping) or not isinstance(action.get("verb"), str):
        return None
    ask = read_data({**data, "verb": action["verb"]})
    return replace(ask, is_unasked=True) if ask and value.get("trigger") == "automatic" else ask


def read_data(data: Mapping[str, Any]) -> Ask | None:
    """Split data into verb and input, without the key `msteams`, which belongs to Teams."""
    verb = data.get("verb")
    if not isinstance(verb, str) or not verb:
        return None
    return Ask(verb, {key: value for key, value in data.items() if key not in {"verb", "msteams"}})
