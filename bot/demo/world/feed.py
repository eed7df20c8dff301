"""A feed: what delta queries read. A mail folder is one, and so is a calendar."""

from collections.abc import Collection, Iterator
from typing import Literal, NamedTuple, Protocol

ChangeKind = Literal["created", "updated", "removed"]
RemovedReason = Literal["deleted", "changed"]


class Item(Protocol):
    """A copy of a mail or a meeting in one mailbox."""

    feed: "Feed | None"
    index: int
    """Its place among the feed's arrivals."""
    number: int

    @property
    def immutable_id(self) -> str:
        """The id that survives a move."""

    def id_in(self, folder: "Feed") -> str:
        """Return the default id that it has, or had, in a folder."""


class FeedChange(NamedTuple):
    """One line of a feed's log."""

    at: float
    item: Item
    kind: ChangeKind
    reason: RemovedReason = "deleted"


class Feed:
    """The items of one folder in the order of their arrival, and a log of what changed since the world began."""

    def __init__(self, name: str, folder_id: str, parent: "Feed | None" = None, *, is_hidden: bool = False) -> None:
        self.name = name
        """The path of a mail folder, lower case: its key in the mailbox."""
        self.id = folder_id
        self.title = name.rpartition("/")[2]
        """What the person sees."""
        self.parent = parent
        """The folder that it is in; None right below the root."""
        self.is_hidden = is_hidden
        self.arrivals: list[Item] = []
        self.log: list[FeedChange] = []
        self.epoch = 0
        """Raised by `forget_tokens`: a delta token of an older epoch is no longer known."""

    def is_within(self, names: Collection[str]) -> bool:
        """Return whether it is one of these folders, or anywhere below one."""
        return self.name in names or (self.parent is not None and self.parent.is_within(names))

    def holds(self, item: Item, index: int) -> bool:
        """Return whether the arrival at `index` is still there, and is the item's latest arrival."""
        return item.feed is self and item.index == index

    def __iter__(self) -> Iterator[Item]:
        """Return what is in it now, oldest arrival first."""
        return (item for index, item in enumerate(self.arrivals) if self.holds(item, index))

    def place(self, item: Item) -> None:
        """Add an item without a log entry, as one that was here before the first delta query."""
        item.feed, item.index = self, len(self.arrivals)
        self.arrivals.append(item)

    def add(self, item: Item, at: float) -> None:
        """Put an item in."""
        self.place(item)
        self.log.append(FeedChange(at, item, "created"))

    def touch(self, item: Item, at: float) -> None:
        """Write down that an item changed."""
        self.log.append(FeedChange(at, item, "updated"))

    def remove(self, item: Item, at: float, reason: RemovedReason = "deleted") -> None:
        """Take an item out."""
        item.feed = None
        self.log.append(FeedChange(at, item, "removed", reason))

    def forget_tokens(self) -> None:
        """Make every delta token given so far unknown, as Exchange does when its cache is full."""
        self.epoch += 1
