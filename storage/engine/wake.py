"""Waking the loops that wait for rows: at once in this process, and over LISTEN/NOTIFY in the others.

`wake(connection, channel)` is called beside the write; the loops hear of it after the commit. The notification is sent
after the commit too, on a connection of its own and many as one: inside the transaction PostgreSQL would commit all
that notify one after the other.
"""

import asyncio
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncConnection

Channel = Literal["mailboxes", "outbox", "subscriptions", "directory", "upkeep", "changes"]
CHANNELS: Final[tuple[Channel, ...]] = ("mailboxes", "outbox", "subscriptions", "directory", "upkeep", "changes")

_KEY = "carnet_wakes"


def wake(connection: AsyncConnection, channel: Channel) -> None:
    """Wake the channel's loops once the open transaction is committed; a rollback wakes nobody."""
    connection.info.setdefault(_KEY, set()).add(channel)


def take_wakes(connection: AsyncConnection) -> set[Channel]:
    """Take what the transaction has asked for so far, and leave nothing for the connection's next one."""
    wakes: set[Channel] = connection.info.pop(_KEY, set())
    return wakes


class Wakes:
    """The events of one process, one a channel, and those that the relay has still to tell other processes."""

    def __init__(self) -> None:
        self._heard = {channel: asyncio.Event() for channel in CHANNELS}
        self._unsaid: set[Channel] = set()
        self.has_unsaid = asyncio.Event()

    def hear(self, channel: Channel) -> None:
        """Wake the loops of this process."""
        self._heard[channel].set()

    def tell(self, channels: set[Channel]) -> None:
        """Wake the loops of this process, and leave the rest to the relay."""
        for channel in channels:
            self.hear(channel)
        if channels:
            self._unsaid |= channels
            self.has_unsaid.set()

    def take_unrelayed(self) -> set[Channel]:
        """Take what other processes have still to be told."""
        unsaid, self._unsaid = self._unsaid, set()
        self.has_unsaid.clear()
        return unsaid

    async def wait(self, channel: Channel, seconds: float) -> bool:
        """Wait for a wake or for the time to pass; True for a wake. One loop a channel and process waits."""
        event = self._heard[channel]
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            return False
        event.clear()
        return True
