"""Apply faults to one page of a delta query."""

from typing import Any

from bot.demo.faults import Fault
from bot.demo.graph.answers import GraphError
from bot.demo.graph.call import Call
from bot.demo.graph.rounds import RoundPage
from bot.demo.graph.state import State
from bot.demo.world.addresses import encode_json


def take_fault(call: Call, kind: str, state: State | None = None, *, is_last: bool = False) -> Fault | None:
    """Return the fault of this kind that strikes this request, or this page of it (`page`: a number, or `last`)."""

    def allows(fault: Fault) -> bool:
        page = fault.get("page")
        return page is None or (page == "last" and is_last) or (state is not None and page == state.page)

    return call.cloud.faults.take(
        "graph", kind, tenant=call.firm.tenant_id, mailbox=call.user_id, path=call.path, allows=allows
    )


def fail_for_size(call: Call, state: State, size: int) -> None:
    """Fail a page that is asked for with more items than the mailbox can give (microsoft-graph-docs issue 5853)."""

    def allows(fault: Fault) -> bool:
        return size > int(fault.get("size", 50)) and fault.get("page") in (None, state.page)

    fault = call.cloud.faults.take(
        "graph", "larger_than", tenant=call.firm.tenant_id, mailbox=call.user_id, path=call.path, allows=allows
    )
    if fault is not None:
        raise GraphError(int(fault.get("status", 504)), fault.get("code", "UnknownError"))


def fail_page(call: Call, state: State, page: RoundPage, location: str) -> None:
    """Fail this page, if a fault says so; `location` is where a 410 sends the caller."""
    is_last = page.following is None
    if fault := take_fault(call, "gone", state, is_last=is_last):
        headers = {"Location": location} if fault.get("has_location") else {}
        raise GraphError(410, fault.get("code", "SyncStateNotFound"), "Resync is required.", headers)
    if fault := take_fault(call, "page_status", state, is_last=is_last):
        raise GraphError(int(fault.get("status", 503)), fault.get("code", "UnknownError"))


def corrupt_page(call: Call, state: State, page: RoundPage) -> RoundPage:
    """Replay, empty or loop a page, or add foreign items to it, if a fault says so."""
    loop = take_fault(call, "endless", state, is_last=page.following is None)
    if loop is not None:
        return RoundPage(page.items, state.changed(loops=state.loops + 1))
    empty = None if state.is_again else take_fault(call, "empty_pages", state)
    if empty is not None and state.empties < int(empty.get("pages", 1)):
        return RoundPage([], state.changed(empties=state.empties + 1))
    if not state.is_again and take_fault(call, "replay_pages", state):
        return RoundPage(page.items, state.changed(is_again=True))
    return RoundPage([*page.items, *_list_foreign_items(call, state)], page.following)


def _list_foreign_items(call: Call, state: State) -> list[bytes]:
    items: list[Any] = []
    if state.page == 0 and not state.is_again:
        if fault := take_fault(call, "poison", state):
            items += fault.get("items", [])
        if fault := take_fault(call, "unknown_removed", state):
            items += [{"id": item_id, "@removed": {"reason": "deleted"}} for item_id in fault.get("ids", ["unknown"])]
    return [encode_json(item) for item in items]
