"""Delta and skip tokens: opaque to the caller, and all that Graph remembers of a round."""

import base64
import zlib
from typing import Any

import msgspec

from bot.demo.graph.answers import SYNC_STATE_NOT_FOUND


class State(msgspec.Struct, array_like=True, frozen=True):
    """Where a round of a delta query stands."""

    feed: str
    """The folder's id, `users`, or a group's id."""
    epoch: int
    is_first: bool
    """The first round gives what is there, the later ones what changed."""
    start: int
    """Where the log stood when this round began: where the next round starts from."""
    end: int
    """First round: how many arrivals there were; later rounds: where the log ends for this round."""
    origin: int = 0
    """Later rounds: from where in the log."""
    cursor: int = 0
    page: int = 0
    given: int = 0
    """How many items this round has given, for `$top`."""
    selected: tuple[str, ...] = ()
    top: int = 0
    is_newest_first: bool = False
    since: str = ""
    """`receivedDateTime` at or after this, of `$filter`."""
    changes: str = ""
    """`changeType`: only these in later rounds."""
    window: tuple[str, str] = ("", "")
    """calendarView: from, to."""
    is_again: bool = False
    """The page is being replayed."""
    empties: int = 0
    """Empty pages given before this one."""
    loops: int = 0
    """Times that an endless link was followed."""

    def changed(self, **changes: Any) -> "State":
        """Return a copy with some parts changed."""
        return msgspec.structs.replace(self, **changes)


def write_token(state: State) -> str:
    """Write a state as a token."""
    payload = msgspec.json.encode(state)
    return base64.urlsafe_b64encode(zlib.crc32(payload).to_bytes(4, "big") + payload).decode().rstrip("=")


def read_token(token: str) -> State:
    """Read a token; raises 410 for one that was never given."""
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
        if zlib.crc32(raw[4:]).to_bytes(4, "big") != raw[:4]:
            raise SYNC_STATE_NOT_FOUND
        return msgspec.json.decode(raw[4:], type=State)
    except (ValueError, msgspec.DecodeError) as error:
        raise SYNC_STATE_NOT_FOUND from error
