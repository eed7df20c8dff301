"""Faults by script: what goes wrong, where, how often, and with which chance.

A test says `microsoft.faults.add("throttle", mailbox=person.id, form="date", seconds=2, count=3)`; over HTTP the same
is `POST /demo/faults` with that as JSON. The kinds are listed in `KINDS`; each is played where its edge looks for it.
"""

import asyncio
import itertools
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

KINDS: dict[str, dict[str, str]] = {
    "graph": {
        "throttle": "429; form: seconds, date, absent, zero, one, day; seconds: 1",
        "status": "any error; status: 503, code, message, retry_after",
        "gone": "410; page: 0, 1, 'last' or None for any; code: SyncStateNotFound; has_location: False",
        "page_status": "an error on one page of a round; page, status, code",
        "larger_than": "504 for pages above `size` items",
        "replay_pages": "every page is given twice",
        "empty_pages": "`pages` empty pages with a next link before each real one",
        "endless": "a new next link for ever, always the same items",
        "foreign_link": "links lead to `host`",
        "lag": "changes of the last `seconds` are not visible yet",
        "poison": "`items` (raw JSON objects) are added to the first page",
        "unknown_removed": "`@removed` of `ids` that nobody knows, on the first page",
        "vanish": "404 for an item that was announced",
        "slow": "the answer takes `seconds`",
        "hang": "no answer for `seconds` (3600), then the connection closes",
        "drip": "the body comes in pieces of `size` bytes, one every `seconds`",
        "reset": "the connection is reset before an answer",
        "cut": "half of the body, then the connection closes",
        "half": "half of the body, as if it were the whole",
        "html": "200 with a page of HTML",
        "empty_body": "200 with nothing",
        "bad_gzip": "200 that says gzip and is not",
        "duplicate_keys": "200 with every link twice, the first one wrong",
        "big": "200 with `size` bytes of JSON",
    },
    "notifications": {
        "lose": "never sent",
        "double": "sent `times` more",
        "reorder": "held back until `window` have come, then sent in any order",
        "delay": "sent `seconds` late",
    },
    "connector": {
        "throttle": "429; retry_after: seconds, or None for none",
        "status": "an error before anything is taken; status, code, sub_code",
        "accepted_then_status": "taken, then an error; status: 502",
        "accepted_then_reset": "taken, then the connection is reset",
        "accepted_then_hang": "taken, then nothing for `seconds` (100) and a reset",
        "hang": "nothing for `seconds`",
        "slow": "the answer takes `seconds`",
    },
    "login": {
        "token_error": "400 or 401 with an AADSTS `code`: 7000222, 7000215, 700016, 7000112",
        "status": "an error of the endpoint; status",
        "slow": "the answer takes `seconds`",
        "hang": "nothing for `seconds`",
    },
    "keys": {"status": "the keys of tokens cannot be had; status", "slow": "they take `seconds`"},
    "install": {"status": "proactive installation is refused; status, code"},
}
"""What there is, by edge."""


@dataclass(slots=True, eq=False)
class Fault:
    """One fault that is switched on."""

    id: int
    edge: str
    kind: str
    tenant: str = ""
    """Tenant id; empty for all."""
    mailbox: str = ""
    """User id, of the mailbox or of the conversation; empty for all."""
    path: str = ""
    """A regular expression found in the path; empty for all."""
    count: int | None = None
    """How many times it still happens; None for ever."""
    until: float | None = None
    """Monotonic time at which it stops."""
    share: float = 1.0
    """Chance with which it happens when it could."""
    values: dict[str, Any] = field(default_factory=dict)
    hits: int = 0

    def get(self, name: str, default: Any = None) -> Any:
        """Return one of the fault's own values."""
        return self.values.get(name, default)

    def fits(self, tenant: str, mailbox: str, path: str) -> bool:
        """Return whether it concerns this request."""
        return (
            self.tenant in ("", tenant)
            and self.mailbox in ("", mailbox)
            and (not self.path or re.search(self.path, path) is not None)
        )


class Faults:
    """The faults switched on, in the order in which they were added."""

    def __init__(self, seed: int = 1) -> None:
        self._faults: list[Fault] = []
        self._numbers = itertools.count(1)
        self.random = random.Random(seed)  # faults are repeatable, not secret

    def __iter__(self) -> Iterator[Fault]:
        """Return those that are on."""
        return iter(self._faults)

    def add(
        self,
        kind: str,
        *,
        edge: str = "graph",
        tenant: str = "",
        mailbox: str = "",
        path: str = "",
        count: int | None = None,
        seconds_on: float | None = None,
        share: float = 1.0,
        **values: Any,
    ) -> Fault:
        """Switch a fault on; raises `ValueError` for a kind or an edge that does not exist."""
        if kind not in KINDS.get(edge, {}):
            raise ValueError(f"no fault {kind!r} at {edge!r}; there are {', '.join(KINDS.get(edge, KINDS))}")
        until = None if seconds_on is None else time.monotonic() + seconds_on
        number = next(self._numbers)
        fault = Fault(number, edge, kind, tenant, mailbox, path, count, until, share, values)
        self._faults.append(fault)
        return fault

    def remove(self, fault: Fault) -> None:
        """Switch one off; one that is over is no error."""
        self._faults = [other for other in self._faults if other is not fault]

    def clear(self) -> None:
        """Switch all off."""
        self._faults.clear()

    def take(
        self,
        edge: str,
        kind: str,
        *,
        tenant: str = "",
        mailbox: str = "",
        path: str = "",
        allows: Callable[[Fault], bool] = lambda _: True,
    ) -> Fault | None:
        """Return the first fault of a kind that strikes now, and count the hit."""
        for fault in self._faults:
            if fault.kind == kind and fault.edge == edge and fault.fits(tenant, mailbox, path) and allows(fault):
                if self._is_over(fault) or (fault.share < 1 and self.random.random() >= fault.share):
                    continue
                fault.hits += 1
                return fault
        return None

    def _is_over(self, fault: Fault) -> bool:
        is_late = fault.until is not None and time.monotonic() >= fault.until
        return is_late or (fault.count is not None and fault.hits >= fault.count)


async def wait_for(fault: Fault | None, default: float = 0.0) -> None:
    """Wait as long as a fault says; not at all without one."""
    if fault is not None:
        await asyncio.sleep(float(fault.get("seconds", default)))
