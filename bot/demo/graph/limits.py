"""Graph's limits of one mailbox: four requests at once, 10,000 in ten minutes, and none before `Retry-After` is over.

Source: learn.microsoft.com/graph/throttling-limits (Outlook service limits).
"""

import math
from collections import Counter, defaultdict
from email.utils import formatdate

from bot.demo.cloud import Cloud
from bot.demo.faults import Fault
from bot.demo.graph.answers import GraphError
from bot.demo.graph.call import Call

AT_ONCE = 4
MOST_IN_WINDOW, WINDOW = 10_000, 600
_PUNCTUALITY = 0.05
"""Seconds by which a call may come early: two clocks are read."""
_DAY = 86_400
_PENALTY = 60
"""Seconds to wait after too many requests in a window."""


class Limits:
    """Counts the requests of each mailbox, refuses what is too much, and writes every breach down."""

    def __init__(self, cloud: Cloud) -> None:
        self._cloud = cloud
        self.most_in_window = MOST_IN_WINDOW
        self._in_flight: Counter[tuple[str, str]] = Counter()
        self._not_before: dict[tuple[str, str], float] = {}
        self._windows: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])

    def enter(self, call: Call) -> None:
        """Let a request in; raises `GraphError` 429 where it is one too many or comes too early."""
        key = _key_of(call)
        self._refuse_early(key, call)
        if not call.user_id:
            return
        self._count_window(key, call)
        self._in_flight[key] += 1
        count = self._in_flight[key]
        record = self._cloud.record
        record.most_at_once[call.user_id] = max(record.most_at_once[call.user_id], count)
        if count > AT_ONCE:
            record.add_breach("concurrency", self._cloud.clock(), call.user_id, f"{count} at once: {call.path}")
            self._in_flight[key] -= 1
            raise GraphError(429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit.")

    def leave(self, call: Call) -> None:
        """Let a request out again."""
        if call.user_id:
            self._in_flight[_key_of(call)] -= 1

    def refuse(self, call: Call, fault: Fault) -> GraphError:
        """Return the 429 of a `throttle` fault, in one of the six forms of `Retry-After`, and remember until when."""
        headers, seconds = _write_retry_after(fault, self._cloud.clock())
        self.remember(call, seconds)
        return GraphError(429, "TooManyRequests", "Too many requests.", headers)

    def remember(self, call: Call, seconds: float) -> None:
        """No request may come before so many seconds are over."""
        self._not_before[_key_of(call)] = self._cloud.clock() + seconds

    def _refuse_early(self, key: tuple[str, str], call: Call) -> None:
        left = self._not_before.get(key, 0) - self._cloud.clock()
        if left <= _PUNCTUALITY:
            return
        detail = f"{left:.2f} s too early: {call.path}"
        self._cloud.record.add_breach("retry_after", self._cloud.clock(), call.user_id, detail)
        raise GraphError(429, "TooManyRequests", "Too many requests.", {"Retry-After": str(math.ceil(left))})

    def _count_window(self, key: tuple[str, str], call: Call) -> None:
        window = self._windows[key]
        number = int(self._cloud.clock() // WINDOW)
        if window[0] != number:
            window[:] = [number, 0]
        window[1] += 1
        if window[1] > self.most_in_window:
            self._cloud.record.add_breach("too_many", self._cloud.clock(), call.user_id, f"{window[1]} in 10 min")
            self.remember(call, _PENALTY)
            headers = {"Retry-After": str(_PENALTY)}
            raise GraphError(429, "ApplicationThrottled", "Application is over its Requests limit.", headers)


def _key_of(call: Call) -> tuple[str, str]:
    return call.firm.tenant_id, call.user_id


def _write_retry_after(fault: Fault, now: float) -> tuple[dict[str, str], float]:
    seconds = int(fault.get("seconds", 1))
    match fault.get("form", "seconds"):
        case "absent":
            return {}, 0
        case "zero":
            return {"Retry-After": "0"}, 0
        case "one":
            return {"Retry-After": "1"}, 1
        case "day":
            return {"Retry-After": str(_DAY)}, _DAY
        case "date":
            moment = math.ceil(now) + seconds
            return {"Retry-After": formatdate(moment, usegmt=True)}, moment - now
        case _:
            return {"Retry-After": str(seconds)}, seconds
