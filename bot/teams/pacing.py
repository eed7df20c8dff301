"""How fast Teams lets a bot speak: so many messages in so many seconds, per conversation and per tenant."""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

Window = tuple[int, float]
"""At most so many in so many seconds."""

CONVERSATION_WINDOWS: Final[tuple[Window, ...]] = ((7, 1.0), (8, 2.0), (60, 30.0))
TENANT_WINDOWS: Final[tuple[Window, ...]] = ((30, 1.0),)
"""msteams-docs, bots/how-to/rate-limit.md."""
MOST_KEYS: Final = 20_000


class Pace:
    """Remembers when each key spoke last, and says how long it must be silent."""

    def __init__(self, windows: tuple[Window, ...], clock: Callable[[], float] = time.monotonic) -> None:
        self._windows = windows
        self._clock = clock
        self._most = max(count for count, _ in windows)
        self._spoken: OrderedDict[str, deque[float]] = OrderedDict()
        self._silent_until: dict[str, float] = {}

    def note(self, key: str) -> None:
        """Remember that the key speaks now."""
        times = self._spoken.get(key)
        if times is None:
            times = self._spoken[key] = deque(maxlen=self._most)
            if len(self._spoken) > MOST_KEYS:
                self._spoken.popitem(last=False)
        times.append(self._clock())

    def hold(self, key: str, seconds: float) -> None:
        """Keep the key silent for a while: Teams has said so."""
        now = self._clock()
        self._silent_until = {other: until for other, until in self._silent_until.items() if until > now}
        self._silent_until[key] = max(now + seconds, self._silent_until.get(key, 0.0))

    def get_hold(self, key: str) -> float:
        """Return the seconds for which Teams wants silence; 0 where it does not."""
        return max(0.0, self._silent_until.get(key, 0.0) - self._clock())

    def get_wait(self, key: str) -> float:
        """Return the seconds until the key may speak without breaking a window or a hold."""
        times = self._spoken.get(key, ())
        now = self._clock()
        waits = [times[-count] + seconds - now for count, seconds in self._windows if len(times) >= count]
        return max(self.get_hold(key), 0.0, *waits)
