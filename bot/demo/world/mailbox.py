"""A mailbox: its folders, its calendar, and the copies of mails and meetings that lie in them."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from bot.demo.world.feed import Feed
from bot.demo.world.identity import make_item_id, make_item_prefix, read_item_number
from bot.demo.world.mail import Mail
from bot.demo.world.meetings import Meeting, Response

MailboxState = Literal["ready", "not_enabled", "forbidden", "unavailable"]
"""`not_enabled` answers 404 MailboxNotEnabledForRESTAPI, `forbidden` 403, `unavailable` 503 (being moved)."""

WELL_KNOWN_FOLDERS = ("inbox", "sentitems", "deleteditems", "archive", "drafts", "junkemail", "outbox")
UNREADABLE = ("deleteditems", "junkemail", "drafts", "outbox", "conversationhistory")
"""Folders whose mail was thrown away, unwanted or never sent, and all that are below them."""


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
        """Return the default id that it has, or had, in a folder."""
        return make_item_id(folder.id[:-4], self.number)


@dataclass(slots=True, eq=False)
class EventCopy:
    """A meeting in one calendar."""

    meeting: Meeting
    mailbox: "Mailbox"
    number: int
    feed: Feed | None = None
    index: int = -1
    version: int = 1

    @property
    def is_organizer(self) -> bool:
        """The calendar's owner called the meeting."""
        return self.meeting.organizer.key in self.mailbox.addresses

    @property
    def response(self) -> Response:
        """What the calendar's owner answered."""
        if self.is_organizer:
            return "organizer"
        for address in self.mailbox.addresses:
            if attendee := self.meeting.get_attendee(address):
                return "notResponded" if attendee.response == "none" else attendee.response
        return "none"

    @property
    def immutable_id(self) -> str:
        """The id that survives a move."""
        return make_item_id(self.mailbox.prefix, self.number)

    @property
    def id(self) -> str:
        """The default id."""
        return self.id_in(self.mailbox.calendar)

    def id_in(self, folder: Feed) -> str:
        """Return the default id."""
        return make_item_id(folder.id[:-4], self.number)


class Mailbox:
    """What one person of a firm has received, sent and agreed to attend."""

    def __init__(self, tenant_id: str, user_id: str, address: str) -> None:
        self.tenant_id = tenant_id
        self.user_id = user_id
        self.addresses = [address]
        """Lower case; the first is the primary one."""
        self.state: MailboxState = "ready"
        self.prefix = make_item_prefix(tenant_id, user_id)
        self.folders = {name: self._make_feed(name) for name in WELL_KNOWN_FOLDERS}
        self.root_id = make_item_prefix(tenant_id, user_id, "msgfolderroot") + "AAA="
        self.folder_log: list[Feed] = []
        """Folders that came, went or were renamed, in this order."""
        self.rules: list[tuple[Callable[[Mail], bool], str]] = []
        """Where arriving mail is put that is not for the inbox: the first rule that matches counts."""
        self.calendar = self._make_feed("calendar")
        self.items: dict[int, MailCopy | EventCopy] = {}
        """Everything that is anywhere in it, by number."""
        self.events: dict[Meeting, EventCopy] = {}
        """The events among them, by meeting."""
        self._numbers = itertools.count(1)

    @property
    def inbox(self) -> Feed:
        """The inbox."""
        return self.folders["inbox"]

    def next_number(self) -> int:
        """Return the next item's number."""
        return next(self._numbers)

    def get_folder(self, name_or_id: str) -> Feed | None:
        """Find a folder by its well-known name or its id."""
        known = self.folders.get(name_or_id.lower())
        return known or next((folder for folder in self.folders.values() if folder.id == name_or_id), None)

    def add_folder(self, path: str, *, is_hidden: bool = False) -> Feed:
        """Make a folder of the person's own, in others where `path` has slashes; one that is there is given."""
        name = path.lower()
        if name not in self.folders:
            above = name.rpartition("/")[0]
            parent = self.add_folder(above) if above else None
            self.folders[name] = self._make_feed(name, parent, is_hidden=is_hidden)
            self.folder_log.append(self.folders[name])
        return self.folders[name]

    def move_folder(self, path: str, target: str = "") -> None:
        """Put a folder with all that is in it into another one, or right below the root."""
        folder = self.folders[path.lower()]
        folder.parent = self.add_folder(target) if target else None
        self.folder_log.append(folder)

    def rename_folder(self, path: str, title: str) -> None:
        """Rename a folder; its id and its key here stay."""
        self.folders[path.lower()].title = title
        self.folder_log.append(self.folders[path.lower()])

    def find_target(self, mail: Mail) -> str:
        """Return the folder into which a mail arrives."""
        return next((folder for matches, folder in self.rules if matches(mail)), "inbox")

    def list_mail(self) -> Iterator[MailCopy]:
        """Return every mail that is still there, in the order of its arrival in the mailbox."""
        return (item for item in self.items.values() if isinstance(item, MailCopy))

    def add_event(self, copy: EventCopy) -> None:
        """Keep an event's copy."""
        self.items[copy.number] = self.events[copy.meeting] = copy

    def drop_event(self, copy: EventCopy) -> None:
        """Let an event's copy go."""
        del self.items[copy.number]
        del self.events[copy.meeting]

    def get_item(self, item_id: str) -> MailCopy | EventCopy | None:
        """Find a mail or event by either of its ids."""
        item = self.items.get(read_item_number(item_id) or 0)
        return item if item is not None and item_id in (item.id, item.immutable_id) else None

    def forget_tokens(self) -> None:
        """Make every delta token of this mailbox unknown."""
        for feed in (*self.folders.values(), self.calendar):
            feed.forget_tokens()

    def _make_feed(self, name: str, parent: Feed | None = None, *, is_hidden: bool = False) -> Feed:
        folder_id = make_item_prefix(self.tenant_id, self.user_id, name) + "AAA="
        return Feed(name, folder_id, parent, is_hidden=is_hidden)
