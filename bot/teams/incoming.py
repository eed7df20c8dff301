"""An activity as it arrives: read once, strictly, into a small struct of our own; what does not fit is a 400."""

import datetime as dt
import json
import re
from typing import Any, Final

import msgspec

from bot.errors import BadRequestError

MOST_LEVELS: Final = 32
"""How deep a value may be nested; a card's own data is three or four deep."""
GREATEST_INTEGER: Final = 2**63 - 1
TOOL_CHANNELS: Final = frozenset({"emulator", "webchat"})
"""Of tools on a developer's machine, whose chats have ids of any form and no second person."""


class _Struct(msgspec.Struct, rename="camel", omit_defaults=True):
    """Bot Framework writes camelCase, and null for what is not there."""


class Account(_Struct):
    """Who speaks, or who is spoken to."""

    id: str | None = None
    name: str | None = None
    aad_object_id: str | None = None
    role: str | None = None


class Conversation(_Struct):
    """Where it is said."""

    id: str | None = None
    conversation_type: str | None = None
    tenant_id: str | None = None
    is_group: bool | None = None
    name: str | None = None


class _Identified(_Struct):
    id: str | None = None


class ChannelData(_Struct):
    """What Teams adds."""

    tenant: _Identified | None = None
    event_type: str | None = None


class Attachment(_Struct):
    """Only looked at to be sure that it is one."""

    content_type: str | None = None
    content_url: str | None = None
    content: Any = None
    name: str | None = None


class Entity(_Struct):
    """A mention, a locale, or something that is not ours to read."""

    type: str | None = None
    mentioned: Account | None = None
    text: str | None = None
    timezone: str | None = None


class Incoming(_Struct):
    """One activity."""

    type: str
    id: str | None = None
    timestamp: dt.datetime | None = None
    local_timestamp: dt.datetime | None = None
    local_timezone: str | None = None
    channel_id: str | None = None
    service_url: str | None = None
    from_: Account | None = msgspec.field(name="from", default=None)
    recipient: Account | None = None
    conversation: Conversation | None = None
    channel_data: ChannelData | None = None
    name: str | None = None
    action: str | None = None
    text: str | None = None
    text_format: str | None = None
    locale: str | None = None
    value: Any = None
    entities: list[Entity] | None = None
    attachments: list[Attachment] | None = None
    members_added: list[Account] | None = None
    members_removed: list[Account] | None = None
    reply_to_id: str | None = None
    delivery_mode: str | None = None

    @property
    def tenant_ids(self) -> set[str]:
        """The Entra ids of the tenant, wherever Teams wrote it: one, unless somebody lies."""
        named = self.channel_data.tenant.id if self.channel_data and self.channel_data.tenant else None
        spoken = self.conversation.tenant_id if self.conversation else None
        return {tenant_id.lower() for tenant_id in (named, spoken) if tenant_id}

    @property
    def is_own_chat(self) -> bool:
        """Only the speaker reads the answer: a chat with the bot itself, whose id begins with `a:` in Teams.

        Two people's chat is `personal` too, with an id `19:...@...`, and the other one may be anybody; so an id of any
        other form is none of ours. The ids of local tools have no such letters, and they leave the type out.
        """
        place = self.conversation
        if place is None or place.is_group or place.conversation_type not in {None, "personal"}:
            return False
        place_id = place.id or ""
        # Teams always says the type; a local tool that speaks as Teams leaves it out.
        is_tool_as_teams = self.channel_id == "msteams" and place.conversation_type is None
        if (
            (is_tool_as_teams or self.channel_id in TOOL_CHANNELS)
            and _THREAD.search(place_id) is None
            and place_id.isascii()
        ):
            return True
        return _OWN_CHAT.fullmatch(place_id) is not None

    @property
    def is_from_bot(self) -> bool:
        """Another bot speaks: bots that answer each other never stop."""
        speaker = self.from_
        return speaker is not None and (speaker.role == "bot" or (speaker.id or "").startswith("28:"))

    @property
    def has_parties(self) -> bool:
        """It says who speaks, to whom, and where."""
        return all(party is not None and party.id for party in (self.from_, self.recipient, self.conversation))


def read_activity(body: bytes) -> Incoming:
    """Read an activity from UTF-8 JSON.

    Raises `BadRequestError` for what is not JSON, is not an activity, names a key twice, is nested too deep, or holds a
    number or a character that no database takes.
    """
    try:
        incoming = _decoder.decode(body)
        value = _unique_decoder.decode(body.decode())
        if not _is_harmless(body):
            _check(value, MOST_LEVELS)
    except (ValueError, RecursionError) as error:
        raise BadRequestError from error
    if not incoming.type:
        raise BadRequestError
    return incoming


def _is_harmless(body: bytes) -> bool:
    """Say whether a look at the bytes is enough: no NUL, no number of 19 digits, fewer brackets than levels allowed."""
    return (
        body.count(b"{") + body.count(b"[") <= MOST_LEVELS
        and b"\\u0000" not in body
        and _LONG_NUMBER.search(body) is None
    )


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key is given twice")
    return found


_decoder = msgspec.json.Decoder(Incoming)
_unique_decoder = json.JSONDecoder(object_pairs_hook=_unique)
_OWN_CHAT = re.compile(r"a:[A-Za-z0-9_.=+/-]+")
_THREAD = re.compile("[:@%]|[^ -~]")
"""What ids of conversations between people have, or look as if they had, and none of a local tool's."""
_LONG_NUMBER = re.compile(rb"[0-9]{19}")


def _check(value: Any, levels: int) -> None:
    if isinstance(value, str):
        if "\0" in value:
            raise ValueError("NUL")
    elif isinstance(value, dict):
        if not levels:
            raise ValueError("nested too deep")
        for key, inner in value.items():
            _check(key, levels)
            _check(inner, levels - 1)
    elif isinstance(value, list):
        if not levels:
            raise ValueError("nested too deep")
        for inner in value:
            _check(inner, levels - 1)
    elif isinstance(value, int) and abs(value) > GREATEST_INTEGER:
        raise ValueError("a number beyond 64 bits")
