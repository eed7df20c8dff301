"""Read Graph's posts without trust: every field may be missing, of another type, or forged."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

from bot.request_bodies import refuse_doubles

MOST_ITEMS = 10_000
MOST_COMMAS = 16 * MOST_ITEMS
"""What a notification has ten of: a body that is read holds no more things than so many notifications would."""

CHANGES = frozenset({"created", "updated", "deleted"})
LIFECYCLE = frozenset({"reauthorizationRequired", "subscriptionRemoved", "missed"})


@dataclass(frozen=True, slots=True)
class Hint:
    """The part of a notification that is used: subscription, client state, and the kind of change."""

    subscription_id: str
    client_state_digest: bytes
    """SHA-256, as the subscription's row holds it."""
    entra_tenant_id: str
    what: str
    """A change type or a lifecycle event."""

    @property
    def proof(self) -> tuple[str, bytes, str]:
        """What shows that Graph sent it."""
        return self.subscription_id, self.client_state_digest, self.entra_tenant_id


@dataclass(frozen=True, slots=True)
class Post:
    """The hints of one post, and how many of its items were none."""

    hints: tuple[Hint, ...]
    ignored: int = 0


class _Document(msgspec.Struct):
    value: list[msgspec.Raw]
    validation_tokens: Any = msgspec.field(default=None, name="validationTokens")


class _Item(msgspec.Struct):
    subscription_id: str = msgspec.field(name="subscriptionId")
    client_state: str = msgspec.field(name="clientState")
    tenant_id: str = msgspec.field(name="tenantId")
    change_type: str | None = msgspec.field(default=None, name="changeType")
    lifecycle_event: str | None = msgspec.field(default=None, name="lifecycleEvent")
    encrypted_content: Any = msgspec.field(default=None, name="encryptedContent")


_decode_document = msgspec.json.Decoder(_Document).decode
_decode_item = msgspec.json.Decoder(_Item).decode


def read_post(body: bytes) -> Post:
    """Read a post's body; raises what the post is answered with where it is none, or holds too many items.

    What the item's `resource` and `resourceData` say is not looked at: our own ids are used. Notifications with
    resource data are nothing that we ask for, so a post that carries any (or their tokens) is dropped whole.
    """
    if body.count(b",") > MOST_COMMAS:
        raise web.HTTPRequestEntityTooLarge(MOST_ITEMS, body.count(b","))
    try:
        document = _decode_document(body)
        refuse_doubles(body)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    count = len(document.value)
    if count > MOST_ITEMS:
        raise web.HTTPRequestEntityTooLarge(MOST_ITEMS, count)
    items = [item for raw in document.value if (item := _read_item(raw)) is not None]
    if document.validation_tokens or any(item.encrypted_content is not None for item in items):
        return Post((), count)
    hints = tuple(hint for item in items if (hint := _read_hint(item)) is not None)
    return Post(hints, count - len(hints))


def _read_item(raw: msgspec.Raw) -> _Item | None:
    try:
        return _decode_item(raw)
    except (ValueError, RecursionError):
        return None


def _read_hint(item: _Item) -> Hint | None:
    what = item.lifecycle_event or item.change_type or ""
    if what not in CHANGES and what not in LIFECYCLE:
        return None
    return Hint(item.subscription_id, digest(item.client_state), item.tenant_id.lower(), what)


def digest(client_state: str) -> bytes:
    """Return the digest by which a client state is kept and compared."""
    return hashlib.sha256(client_state.encode("utf-8", "surrogatepass")).digest()
