"""Rounds of a delta query over a feed: the first gives what is there, each later one what changed since."""

from abc import ABC, abstractmethod
from collections import OrderedDict
from collections.abc import Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from bot.demo.graph.state import State
from bot.demo.world.addresses import encode_json
from bot.demo.world.feed import Feed, FeedChange, Item, RemovedReason
from bot.demo.world.mailbox import MailCopy

MOST_FILTERED = 5000
"""A `$filter` on messages cuts the total in silence (learn.microsoft.com/graph/delta-query-messages)."""


class RoundPage(NamedTuple):
    """One page of a round; `following` is None on the last one."""

    items: list[bytes]
    following: State | None


T = TypeVar("T", bound=Item)


class View(ABC, Generic[T]):
    """How the items of a feed are shown to one caller."""

    odata_type: ClassVar[str]
    kind: type[T]

    def __init__(self, *, is_immutable: bool) -> None:
        self.is_immutable = is_immutable

    @abstractmethod
    def shows(self, item: T, state: State) -> bool:
        """Return whether an item belongs to what was asked for."""

    @abstractmethod
    def encode(self, item: T, state: State) -> bytes:
        """Write a whole item."""

    @abstractmethod
    def encode_change(self, item: T, state: State) -> bytes:
        """Write an item that the caller already has."""

    def encode_removed(self, item: Item, feed: Feed, reason: RemovedReason) -> bytes:
        """Write that an item is gone."""
        item_id = item.immutable_id if self.is_immutable else item.id_in(feed)
        return encode_json({"@odata.type": self.odata_type, "id": item_id, "@removed": {"reason": reason}})


def start_round(feed: Feed, state: State, visible: int) -> State:
    """Begin the round after `state`'s, with the first `visible` lines of the log."""
    end = max(visible, state.start)
    return state.changed(is_first=False, origin=state.start, start=end, end=end, cursor=0, page=0, given=0)


def take_page(feed: Feed, view: View[T], state: State, size: int) -> RoundPage:
    """Return the next `size` items of a round."""
    if state.top:
        size = min(size, state.top - state.given)
    taker = _take_arrivals if state.is_first else _take_changes
    items, cursor, is_last = taker(feed, view, state, size)
    given = state.given + len(items)
    if is_last or (state.top and given >= state.top):
        return RoundPage(items, None)
    return RoundPage(items, state.changed(cursor=cursor, page=state.page + 1, given=given, is_again=False, empties=0))


def end_round(state: State) -> State:
    """Return the state that the delta link carries."""
    return state.changed(is_first=False, cursor=0, page=0, given=0, is_again=False, empties=0, loops=0)


def _take_arrivals(feed: Feed, view: View[T], state: State, size: int) -> tuple[list[bytes], int, bool]:
    order = _put_in_order(feed, state)
    items: list[bytes] = []
    cursor = state.cursor
    while cursor < len(order) and len(items) < size:
        index = order[cursor]
        item = feed.arrivals[index]
        cursor += 1
        if isinstance(item, view.kind) and feed.holds(item, index) and view.shows(item, state):
            items.append(view.encode(item, state))
    return items, cursor, cursor >= len(order)


def _take_changes(feed: Feed, view: View[T], state: State, size: int) -> tuple[list[bytes], int, bool]:
    waiting, new_numbers = _join_changes(feed.log[state.origin : state.end])
    chosen = waiting[state.cursor : state.cursor + size]
    cursor = state.cursor + len(chosen)
    items = [_encode(feed, view, state, change, change.item.number in new_numbers) for change in chosen]
    return [item for item in items if item], cursor, cursor >= len(waiting)


def _join_changes(log: Sequence[FeedChange]) -> tuple[list[FeedChange], set[int]]:
    """Return each item's latest change, and the numbers of the items that came since."""
    latest: dict[int, FeedChange] = {}
    for change in log:
        latest.pop(change.item.number, None)
        latest[change.item.number] = change
    return list(latest.values()), {change.item.number for change in log if change.kind == "created"}


def _encode(feed: Feed, view: View[T], state: State, change: FeedChange, is_new: bool) -> bytes:  # noqa: FBT001
    item = change.item
    if not isinstance(item, view.kind):
        return b""
    is_there = item.feed is feed and view.shows(item, state)
    kind = "deleted" if not is_there else "created" if is_new else "updated"
    if state.changes and kind not in state.changes.split(","):
        return b""
    if not is_there:
        return view.encode_removed(item, feed, change.reason)
    return view.encode(item, state) if is_new else view.encode_change(item, state)


def _put_in_order(feed: Feed, state: State) -> Sequence[int]:
    """Give the arrivals of a first round in the order asked for; sorting is done once per round, not once per page."""
    if not state.is_newest_first and not state.since:
        return range(state.end)
    key = (feed.id, state.end, state.is_newest_first, state.since)
    order = _orders.get(key)
    if order is None:
        order = _orders[key] = _sort(feed, state)
        while len(_orders) > _ORDERS_KEPT:
            _orders.popitem(last=False)
    return order


def _sort(feed: Feed, state: State) -> list[int]:
    dates = [item.mail.sent_at or "" if isinstance(item, MailCopy) else "" for item in feed.arrivals[: state.end]]
    order = [index for index, date in enumerate(dates) if date >= state.since]
    if state.is_newest_first:
        order.sort(key=dates.__getitem__, reverse=True)
    return order[:MOST_FILTERED] if state.since else order


_ORDERS_KEPT = 64
_orders: OrderedDict[tuple[str, int, bool, str], list[int]] = OrderedDict()
