"""The parts of a firm that its mail and its calendars share: directory, addresses, clock and listeners."""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from bot.demo.world.addresses import Address, AddressBook
from bot.demo.world.directory import Directory
from bot.demo.world.feed import ChangeKind
from bot.demo.world.mailbox import EventCopy, Mailbox, MailCopy
from bot.demo.world.people import Person
from bot.demo.world.truth import Truth

Listener = Callable[[ChangeKind, Mailbox, MailCopy | EventCopy, str], None]
"""Called for every change: its kind, the mailbox, the copy, and the well-known name of the folder (`calendar`, ...)."""


class Tenant:
    """One tenant of the small Microsoft 365, without the mail and meetings that its people have."""

    def __init__(self, tenant_id: str, domains: Iterable[str], clock: Callable[[], float] = time.time) -> None:
        self.tenant_id = tenant_id
        self.clock = clock
        self.addresses = AddressBook()
        self.directory = Directory(tenant_id, domains)
        self.truth = Truth(tenant_id)
        self.listeners: list[Listener] = []

    def find_people(self, addresses: Iterable[Address]) -> list[Person]:
        """Return the people of the firm whom the addresses reach, each once."""
        found = (self.directory.get(address.address) for address in addresses if address.address)
        return list(dict.fromkeys(person for person in found if person is not None))

    def tell(self, kind: ChangeKind, copy: MailCopy | EventCopy, folder: str) -> None:
        """Tell every listener of a change."""
        for listener in self.listeners:
            listener(kind, copy.mailbox, copy, folder)

    def now(self) -> datetime:
        """Return the time of this world."""
        return datetime.fromtimestamp(self.clock(), UTC)
