"""A mail, and its copies in mailboxes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.demo.world.addresses import Address
from bot.demo.world.feed import Feed
from bot.demo.world.identity import make_item_id

if TYPE_CHECKING:
    from bot.demo.world.mailbox import Mailbox


@dataclass(frozen=True, slots=True, eq=False)
class Mail:
    """One mail as it was sent."""

    message_id: str
    sent_at: str | None
    """UTC, as Graph writes it (`2026-02-03T04:05:06Z`); None where the mail carries no date."""
    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Internet headers beyond those above, where they are known."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Properties that Graph gives in place of the true ones: for malformed items."""

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody it went to."""
        return self.to + self.cc + self.bcc


@dataclass(slots=True, eq=False)
class MailCopy:
    """A mail in one folder of one mailbox."""

    mail: Mail
    mailbox: "Mailbox"
    number: int
    is_sent: bool
    """It is the sender's own copy, the only one that shows bcc."""
    is_read: bool = False
    feed: Feed | None = None
    index: int = -1
    version: int = 1
    modified_at: float = 0.0
    """UTC seconds of its last change, a move included; 0 for one that was there before anyone looked."""
    was_readable: bool = False
    """It was once where mail that was exchanged is kept: neither junk nor deleted."""

    @property
    def last_modified(self) -> str:
        """`lastModifiedDateTime`, as Graph writes it."""
        if not self.modified_at:
            return self.mail.sent_at or "1970-01-01T00:00:00Z"
        return datetime.fromtimestamp(self.modified_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def immutable_id(self) -> str:
        """The id that survives a move."""
        return make_item_id(self.mailbox.prefix, self.number)

    @property
    def id(self) -> str:
        """The default id, which is another one in every folder."""
        return self.id_in(self.feed or self.mailbox.inbox)

    def id_in(self, folder: Feed) -> str:
        """Give the default id that it has, or had, in a folder."""
        return make_item_id(folder.id[:-4], self.number)
