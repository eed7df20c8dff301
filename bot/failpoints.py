"""Failpoints: places at which a process ends itself as by kill -9, for tests of what a crash there leaves behind.

`CARNET_FAILPOINT=page_written:3` dies where the third page is written and not yet committed. Without it, reaching one
costs a look at a variable.
"""

import os
import signal
from typing import Final

POINTS: Final = (
    "notification_written",
    "notification_committed",
    "page_written",
    "page_committed",
    "subscription_created",
    "notice_marked",
    "notice_sent",
    "turn_committed",
)
"""`_written`: in the transaction; `_committed`: after it, before whoever waits hears of it."""

_left: dict[str, int] = {}


def arm(setting: str) -> None:
    """Take `POINT:N`, the point and the time it is reached that is fatal; raises `ValueError` for anything else."""
    _left.clear()
    if not setting:
        return
    point, _, number = setting.partition(":")
    if point not in POINTS or not number.isdigit() or not int(number):
        raise ValueError(f"CARNET_FAILPOINT must be one of {', '.join(POINTS)} with a number, such as page_written:3.")
    _left[point] = int(number)


def reach(point: str) -> None:
    """Pass a point, or die there."""
    if _left and point in _left:
        _left[point] -= 1
        if not _left[point]:
            os.kill(os.getpid(), signal.SIGKILL)
