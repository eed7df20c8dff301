"""Ids that look like Microsoft's and come out the same on every run."""

import base64
import hashlib
import uuid

_NAMESPACE = uuid.UUID("6f2d5c1e-0f5b-4a7e-9d51-c0ffee5ca1ab")


def make_guid(*parts: str) -> str:
    """Return the one GUID of these words."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


def make_item_prefix(*parts: str) -> str:
    """Return what all ids of one mailbox (or one folder) begin with; like Exchange's, case matters in it."""
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "surrogatepass"), digest_size=18).digest()
    return "AAkALgAAAAAAHYQDEapm" + base64.urlsafe_b64encode(digest).decode()


def make_item_id(prefix: str, number: int) -> str:
    """Return the id of the item with this number."""
    return prefix + base64.urlsafe_b64encode(number.to_bytes(6, "big")).decode() + "A"


def read_item_number(item_id: str) -> int | None:
    """Return the number in an item's id, or None where it is no id of ours."""
    try:
        return int.from_bytes(base64.urlsafe_b64decode(item_id[-9:-1]), "big")
    except ValueError:
        return None
