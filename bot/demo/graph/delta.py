"""The answer to one request of a delta query: a page, and the link to the next page or to the next round."""

from collections.abc import Callable

from bot.demo.graph.answers import SYNC_STATE_NOT_FOUND, Answer, answer_page
from bot.demo.graph.call import Call
from bot.demo.graph.page_faults import corrupt_page, fail_for_size, fail_page, take_fault
from bot.demo.graph.rounds import RoundPage, T, View, end_round, start_round, take_page
from bot.demo.graph.state import State, read_token, write_token
from bot.demo.world.feed import Feed

DEFAULT_PAGE, LARGEST_PAGE = 10, 500
"""What Graph gives for messages and events without and with `Prefer: odata.maxpagesize`."""


def answer_delta(call: Call, feed: Feed, make_view: Callable[[State], View[T]], begin: Callable[[], State]) -> Answer:
    """Answer a page; raises `GraphError` 410 for a token of another feed, or of an older epoch."""
    state = _read_state(call, feed, begin)
    size = max(1, min(call.preferred_page_size or DEFAULT_PAGE, LARGEST_PAGE))
    fail_for_size(call, state, size)
    page = take_page(feed, make_view(state), state, size)
    fail_page(call, state, page, call.link(call.path))
    page = corrupt_page(call, state, page)
    return answer_page(call.name_context(f"Collection({call.path})"), page.items, _link(call, state, page))


def _read_state(call: Call, feed: Feed, begin: Callable[[], State]) -> State:
    token = call.query.get("$deltatoken") or call.query.get("$skiptoken")
    state = read_token(token) if token else begin()
    if (state.feed, state.epoch) != (feed.id, feed.epoch):
        raise SYNC_STATE_NOT_FOUND
    return start_round(feed, state, _count_visible(call, feed)) if "$deltatoken" in call.query else state


def _count_visible(call: Call, feed: Feed) -> int:
    """Changes may lag behind their notifications (learn.microsoft.com/graph/delta-query-overview)."""
    lag = take_fault(call, "lag")
    if lag is None:
        return len(feed.log)
    newest = call.cloud.clock() - float(lag.get("seconds", 30))
    return sum(change.at <= newest for change in feed.log)


def _link(call: Call, state: State, page: RoundPage) -> dict[str, str]:
    if page.following is None:
        link = call.link(call.path, **{"$deltatoken": write_token(end_round(state))})
        return {"@odata.deltaLink": _misdirect(call, link)}
    link = call.link(call.path, **{"$skiptoken": write_token(page.following)})
    return {"@odata.nextLink": _misdirect(call, link)}


def _misdirect(call: Call, link: str) -> str:
    fault = take_fault(call, "foreign_link")
    if fault is None:
        return link
    return link.replace(call.cloud.url, fault.get("host", "https://graph.example"), 1)
