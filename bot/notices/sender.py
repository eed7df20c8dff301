"""The loop that says notices: takes what is due, draws one card for what came together, and keeps what became of it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.turn import Card
from storage.database import Database


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


class Sender:
    """Says what is due until cancelled; any number of processes may run one."""

    def __init__(self, database: Database, messenger: Messenger, *, clock: Callable[[], float]) -> None:
        self.database = database
        self.messenger = messenger
        self.clock = clock

    async def run(self, stopping: asyncio.Event) -> None:
        """Say notices until `stopping` is set; what is in hand is finished first."""
        raise NotImplementedError
