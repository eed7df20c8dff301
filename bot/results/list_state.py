"""What a button carries in order to come back to a list, and how many rows leave room for it."""

import functools
from collections.abc import Mapping
from typing import Any

import msgspec

from bot.language.wording import count_json_bytes
from bot.results.lists import Listing
from bot.turn import Json
from storage.lists.filters import Filter, to_json

ROWS = 10
FEWER_ROWS = 5
LONG_STATE = 300
LONGEST_STATE = 600
"""Bytes of a list's state: every row carries it for the way back, so a long one leaves room for fewer rows, and the
longest is not carried by rows at all."""
_PLAIN = to_json(Filter())


@functools.lru_cache(maxsize=1_024)
def shorten(filter_: Filter) -> Mapping[str, Any]:
    """Return a filter's JSON without the parts that are as in a plain one; buttons carry it."""
    return {key: value for key, value in to_json(filter_).items() if value != _PLAIN.get(key)}


def state_of(listing: Listing, cursor: str | None) -> Json:
    """Return what a button needs in order to come (back) to a page of this list."""
    state: Json = {"filter": shorten(listing.filter)}
    if cursor is not None:
        state["cursor"] = cursor
    if listing.view_id is not None:
        state["view_id"] = listing.view_id
    return state


def count_rows(listing: Listing) -> int:
    """Say how many rows a page of this list has room for."""
    return ROWS if weigh_state(listing) <= LONG_STATE else FEWER_ROWS


def weigh_state(listing: Listing) -> int:
    """Say how many bytes the way back to a list takes."""
    return _weigh_state(listing.filter, listing.cursor, listing.view_id)


@functools.lru_cache(maxsize=1_024)
def _weigh_state(filter_: Filter, cursor: str | None, view_id: int | None) -> int:
    return weigh(state_of(Listing(filter_, "", cursor=cursor, view_id=view_id), cursor))


def weigh(state: Json) -> int:
    """Say how many bytes a state takes in JSON at worst."""
    return count_json_bytes(msgspec.json.encode(state).decode())
