"""What Graph posts, read without trust: every field may be missing, of another type, or somebody else's."""

import hashlib
from dataclasses import dataclass
from typing import Any

import msgspec
from aiohttp import web

MOST_ITEMS = 10_000

CHANGES = frozenset({"created", "updated", "deleted"})
LIFECYCLE = frozenset({"reauthorizationRequired", "subscriptionRemoved", "missed"})


@dataclass(frozen=True, slots=True)
class Hint:
    """One notification, reduced to what is used: which subscription, its proof, and what is said to have happened."""

    subscription_id: str
    client_state_digest: bytes
    """SHA-256, as the subscription's row holds it."""
    entra_tenant_id: str
    what: str
    """A change type or a lifecycle event."""

    @property
    def proof(self) -> tuple[str, bytes]:
        """What shows that Graph sent it."""
        return self.subscription_id, self.client_state_digest


@dataclass(frozen=True, slots=True)
class Post:
    """The hints of one post, and how many of its items were none."""

    hints: tuple[Hint, ...]
    ignored: int = 0


def read_post(body: bytes) -> Post:
    """Read a post's body; raises what the post is answered with where it is none, or holds too many items.

    What the item's `resource` and `resourceData` say is not looked at: our own ids are used. Notifications with
    resource data are nothing that we ask for, so a post that carries any (or their tokens) is dropped whole.
    """
    try:
        document = msgspec.json.decode(body)
    except (ValueError, RecursionError) as error:
        raise web.HTTPBadRequest from error
    items = document.get("value") if isinstance(document, dict) else None
    if not isinstance(items, list):
        raise web.HTTPBadRequest
    if len(items) > MOST_ITEMS:
        raise web.HTTPRequestEntityTooLarge(MOST_ITEMS, len(items))
    if document.get("validationTokens") or any(isinstance(item, dict) and "encryptedContent" in item for item in items):
        return Post((), len(items))
    hints = tuple(hint for item in items if (hint := _read_item(item)) is not None)
    return Post(hints, len(items) - len(hints))


def _read_item(item: Any) -> Hint | None:
    if not isinstance(item, dict):
        return None
    texts = [item.get(key) for key in ("subscriptionId", "clientState", "tenantId")]
    what = item.get("lifecycleEvent") or item.get("changeType")
    if not all(isinstance(text, str) and text for text in (*texts, what)):
        return None
    if what not in CHANGES and what not in LIFECYCLE:
        return None
    subscription_id, client_state, tenant_id = texts
    return Hint(subscription_id, digest(client_state), tenant_id.lower(), what)


def digest(client_state: str) -> bytes:
    """Give the digest by which a client state is kept and compared."""
    return hashlib.sha256(client_state.encode("utf-8", "surrogatepass")).digest()
