"""A firm: one tenant, its directory, and the mail and meetings that its people have."""

import time
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.demo.world.addresses import Pair
from bot.demo.world.feed import RemovedReason
from bot.demo.world.identity import make_guid
from bot.demo.world.mail import Mail
from bot.demo.world.mailbox import UNREADABLE, Mailbox, MailCopy
from bot.demo.world.people import Person
from bot.demo.world.schedule import Schedule
from bot.demo.world.tenant import Tenant

GRANTED = frozenset(
    {"Mail.ReadBasic.All", "Calendars.ReadBasic.All", "User.Read.All", "GroupMember.Read.All", "Domain.Read.All"}
)
"""The application permissions that an administrator has consented to, unless a test says otherwise."""


class Firm(Tenant):
    """One tenant of the small Microsoft 365, with the mail and the meetings of its people."""

    def __init__(
        self,
        *domains: str,
        name: str = "",
        tenant_id: str = "",
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(tenant_id or make_guid("tenant", *domains), domains, clock)
        self.name = name or domains[0]
        self.granted = set(GRANTED)
        self.scoped: dict[str, set[str]] = {}
        """RBAC for Applications: the people (ids) whose mailboxes a permission opens; no token tells of it."""
        self.may_basic_subscribe = True
        """Whether `Mail.ReadBasic.All` and its like are enough for a subscription: Microsoft's pages differ."""
        self.schedule = Schedule(self)

    @property
    def domains(self) -> list[str]:
        """Verified domains, the default one first."""
        return self.directory.domains

    def add_person(self, address: str, name: str = "", **properties: Any) -> Person:
        """Let somebody join, with an empty mailbox; see `Directory.add`."""
        return self.directory.add(address, name, **properties)

    def get_person(self, id_or_address: str) -> Person | None:
        """Find a person who has not left."""
        person = self.directory.get(id_or_address)
        return person if person is not None and not person.is_deleted else None

    def list_people(self) -> list[Person]:
        """Return everyone who is there now."""
        return self.directory.list_people()

    def send_mail(
        self,
        sender: Pair | None,
        to: Iterable[Pair] = (),
        cc: Iterable[Pair] = (),
        bcc: Iterable[Pair] = (),
        *,
        subject: str | None = None,
        sent_at: datetime | str | None = None,
        message_id: str = "",
        headers: Mapping[str, str] | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> list[MailCopy]:
        """Send one mail now: its copies appear in mailboxes, in the delta feeds and to whoever subscribed.

        `sent_at` defaults to now. `overrides` are properties that Graph gives in place of the true ones.
        """
        mail = Mail(
            message_id=message_id or self._make_message_id(),
            sent_at=sent_at if isinstance(sent_at, str) else format_time(sent_at or self.now()),
            sender=self.addresses.get(*sender) if sender else None,
            to=self.addresses.get_all(to),
            cc=self.addresses.get_all(cc),
            bcc=self.addresses.get_all(bcc),
            subject=subject,
            headers=tuple((headers or {}).items()),
            overrides=overrides or {},
        )
        return self.deliver(mail)

    def deliver(self, mail: Mail, *, is_old: bool = False) -> list[MailCopy]:
        """Put a mail's copies where Exchange would; an old one was there before anyone looked.

        A copy in sent items for the sender, one in the inbox of each recipient of the firm; nothing for an address of
        the firm that nobody has.
        """
        copies = []
        sender = self.directory.get(mail.sender.address) if mail.sender else None
        if sender is not None:
            copies.append(self._put(mail, sender.mailbox, "sentitems", is_sent=True, is_old=is_old))
        for person in self.find_people(mail.recipients):
            folder = person.mailbox.find_target(mail)
            copies.append(self._put(mail, person.mailbox, folder, is_old=is_old))
        return copies

    def set_read(self, copy: MailCopy, *, is_read: bool = True) -> None:
        """Mark a mail as read: a later delta gives no more than what changed."""
        copy.is_read = is_read
        self._note_change(copy)
        if copy.feed is not None:
            copy.feed.touch(copy, self.clock())
            self.tell("updated", copy, copy.feed.name)

    def move(self, copy: MailCopy, folder: str) -> None:
        """Move a mail to another folder of its mailbox, which is made where it is missing."""
        target = copy.mailbox.get_folder(folder) or copy.mailbox.add_folder(folder)
        if copy.feed is not None:
            source = copy.feed
            source.remove(copy, self.clock())
            self.tell("removed", copy, source.name)
        self._note_change(copy)
        target.add(copy, self.clock())
        self._note_place(copy)
        self.tell("created", copy, target.name)

    def copy(self, copy: MailCopy, folder: str) -> MailCopy:
        """Put a second copy of a mail into another folder of its mailbox."""
        return self._put(copy.mail, copy.mailbox, folder, is_sent=copy.is_sent)

    def delete_folder(self, person: Person, path: str) -> None:
        """Move a folder with its mail into the deleted items."""
        person.mailbox.move_folder(path, "deleteditems")

    def add_rule(self, person: Person, matches: Callable[[Mail], bool], folder: str) -> None:
        """Have arriving mail that matches put into a folder, before anyone sees it in the inbox."""
        person.mailbox.rules.append((matches, folder))

    def delete(self, copy: MailCopy, reason: RemovedReason = "deleted") -> None:
        """Delete a mail for good."""
        folder = copy.feed
        if folder is None:
            return
        folder.remove(copy, self.clock(), reason)
        del copy.mailbox.items[copy.number]
        self.tell("removed", copy, folder.name)

    def _put(
        self, mail: Mail, mailbox: Mailbox, folder: str, *, is_sent: bool = False, is_old: bool = False
    ) -> MailCopy:
        copy = MailCopy(mail, mailbox, mailbox.next_number(), is_sent, is_read=is_sent)
        mailbox.items[copy.number] = copy
        self.truth.add_mail(copy)
        target = mailbox.get_folder(folder) or mailbox.add_folder(folder)
        if is_old:
            target.place(copy)
        else:
            copy.modified_at = self.clock()
            target.add(copy, self.clock())
        self._note_place(copy)
        if not is_old:
            self.tell("created", copy, target.name)
        return copy

    def _note_change(self, copy: MailCopy) -> None:
        copy.version += 1
        copy.modified_at = self.clock()

    @staticmethod
    def _note_place(copy: MailCopy) -> None:
        is_readable = copy.feed is not None and not copy.feed.is_within(UNREADABLE)
        copy.was_readable = copy.was_readable or is_readable

    def _make_message_id(self) -> str:
        return f"<{make_guid('mail', self.tenant_id, str(len(self.truth.copies)))}@{self.domains[0]}>"


def format_time(moment: datetime) -> str:
    """Write a time as Graph does: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
