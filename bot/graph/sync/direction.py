"""Decide by its author whether a mail was sent or received, because people move and copy mail between folders."""

from collections.abc import Collection, Iterable
from typing import Final

from msgspec import UNSET, UnsetType

from bot.graph.sync.firm import Firm
from bot.graph.sync.pages import Header, Message, Recipient
from storage.models import Feed, Kind
from storage.text.addresses import parse_address

_TRAVELLED: Final = "received"
"""The header that every server on the way adds (RFC 5321, 4.4); a sender's own copy has none."""


def find_kind(message: Message, feed: Feed, own: Collection[str], firm: Firm) -> Kind:
    """Return `SENT` or `RECEIVED` for a mail of a user with these addresses (lower case).

    Anybody can write the user's address into From. So outside the sent items a mail is the user's own only without a
    `Received` header: a mail that has one was delivered to the user.
    """
    author = read_author(message.from_)
    if author in own:
        is_delivered = feed != Feed.SENT and has_travelled(message.internet_message_headers or ())
        return Kind.RECEIVED if is_delivered else Kind.SENT
    if feed != Feed.SENT:
        return Kind.RECEIVED
    domain = author.rpartition("@")[2]
    return Kind.SENT if not domain or firm.is_inside(domain) else Kind.RECEIVED  # sent for a colleague, or dropped here


def read_author(sender: Recipient | UnsetType | None) -> str:
    """Return the address in From, lower case; empty where there is none to be read."""
    if sender is UNSET or sender is None or sender.email_address is None:
        return ""
    raw = (sender.email_address.address or "").strip().lower()
    return parse_address(raw).address or raw


def has_travelled(headers: Iterable[Header]) -> bool:
    """Return whether a server handed the mail on."""
    return any((header.name or "").lower() == _TRAVELLED for header in headers)
