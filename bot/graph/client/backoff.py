"""When to try again."""

import random

LEAST = 30.0
MOST = 6 * 3600.0
LONGEST_WAIT = 86_400.0


def choose_retry_at(now: float, failures: int, retry_after: float | None = None) -> int:
    """Return the UTC second of the next attempt: not before the time that Graph named, and later with every failure.

    `failures` is the number of failures before this one. A time named by Graph is limited to a day.
    """
    growing = min(MOST, LEAST * 2.0 ** min(failures, 20)) * random.uniform(0.75, 1.25)
    named = min(LONGEST_WAIT, retry_after or 0.0)
    return int(now + (named * random.uniform(1.0, 1.1) + 1 if named else growing))
