"""Teams' limits on a bot's messages, per conversation and per tenant."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

Window = tuple[int, float]
"""The most messages, and the seconds in which they count."""

CONVERSATION_WINDOWS: Final[tuple[Window, ...]] = ((7, 1.0), (8, 2.0), (60, 30.0))
TENANT_WINDOWS: Final[tuple[Window, ...]] = ((30, 1.0),)
"""msteams-docs, bots/how-to/rate-limit.md."""
MOST_KEYS: Final = 20_000


class RateLimiter:
    """Remembers when each key (a conversation or tenant) sent messages, and tells how long it must wait."""

    def __init__(self, windows: tuple[Window, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = windows
        self._clock = clock
        self._most = max(count for count, _ in windows)
        self._spoken: OrderedDict[str, deque[float]] = OrderedDict()
        self._silent_until: dict[str, float] = {}

    def note(self, key: str) -> None:
        """Record a message that is sent now."""
        times = self._spoken.get(key)
        if times is None:
            times = self._spoken[key] = deque(maxlen=self._most)
            if len(self._spoken) > MOST_KEYS:
                self._spoken.popitem(last=False)
        times.append(self._clock())

    def hold(self, key: str, seconds: float) -> None:
        """Make a key wait for some seconds, as Teams has asked (`Retry-After`)."""
        now = self._clock()
        self._silent_until = {other: until for other, until in self._silent_until.items() if until > now}
        self._silent_until[key] = max(now + seconds, self._silent_until.get(key, 0.0))

    def get_hold(self, key: str) -> float:
        """Return the seconds that Teams has asked a key to wait, 0 if it has not."""
        return max(0.0, self._silent_until.get(key, 0.0) - self._clock())

    def get_wait(self, key: str) -> float:
        """Return the seconds until a key may send, both by the limits and by what Teams has asked."""
        times = self._spoken.get(key, ())
        now = self._clock()
        waits = [times[-count] + seconds - now for count, seconds in self._windows if len(times) >= count]
        return max(self.get_hold(key), 0.0, *waits)
