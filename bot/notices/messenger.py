"""What the notices need of the edges: somebody who speaks in Teams, and somebody who installs the app there."""

from dataclasses import dataclass
from typing import Literal, Protocol

from bot.turn import Card


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a message.

    `sent`; `unknown`: it may have been delivered, so it is never sent again; `later`: it was not delivered, and
    `retry_after` seconds hence it may be tried again; `unreachable`: 403, until the person writes again; `gone`: the
    conversation is no more (404); `unmet`: there is no conversation with this person yet; `refused`: never again.
    """

    outcome: Literal["sent", "unknown", "later", "unreachable", "gone", "unmet", "refused"]
    conversation_id: str = ""
    activity_id: str = ""
    retry_after: float = 0
    reason: str = ""


class Messenger(Protocol):
    """What the Teams edge offers to the sender; it never raises for what the connector answers."""

    async def send(self, tenant_id: int, user_id: int, card: Card, summary: str) -> Sent:
        """Send a card to the person's own chat, with `summary` as the text of the notification."""

    async def update(self, tenant_id: int, conversation_id: str, activity_id: str, card: Card, summary: str) -> Sent:
        """Put a card in the place of one that was sent."""


class Installer(Protocol):
    """What opens a chat with a person who never opened the app, where the firm lets us."""

    async def install(self, tenant_id: int, user_id: int) -> bool:
        """Install the app for a person; True where their chat is, or soon will be."""
