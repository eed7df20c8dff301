"""Limit the false notifications of each source that are looked up one by one."""

from collections import OrderedDict
from collections.abc import Callable

REMEMBERED = 10_000
"""Sources kept in mind; the one that was quiet longest is forgotten first."""


class SourceLimit:
    """A budget of false notifications for each source, filled again at an even pace; `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float], *, most: int = 100, per_second: float = 1) -> None:
        self._clock = clock
        self._most = most
        self._per_second = per_second
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def is_over(self, source: str, count: int = 1) -> bool:
        """Return whether `count` more would exceed the source's budget."""
        return self._now_spent(source) + count > self._most

    def spend(self, source: str, count: int) -> None:
        """Count false notifications of a source."""
        if count:
            self._spent[source] = (min(self._now_spent(source) + count, 2 * self._most), self._clock())
            self._spent.move_to_end(source)
            if len(self._spent) > REMEMBERED:
                self._spent.popitem(last=False)

    def _now_spent(self, source: str) -> float:
        spent, at = self._spent.get(source, (0.0, 0.0))
        return max(0.0, spent - (self._clock() - at) * self._per_second)
