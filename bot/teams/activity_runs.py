"""Run each activity once in this process: when Teams delivers it again, the second delivery gets the same answer."""

import asyncio
import functools
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Final

import msgspec

MOST_KEPT: Final = 4096
MOST_BYTES: Final = 16 * 2**20
"""Bytes of answers that are kept; those of invokes are cards."""


class Answer(msgspec.Struct, frozen=True):
    """The HTTP answer to a delivery, as JSON."""

    status: int = 200
    body: bytes = b""


Running = asyncio.Task[Answer]


class ActivityRuns:
    """Runs each activity once; a turn goes on when its request has been answered without waiting for it (F47)."""

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Running] = OrderedDict()
        self._running: set[Running] = set()
        self._bytes = 0

    def start(self, key: bytes | None, run: Callable[[], Coroutine[None, None, Answer]]) -> Running:
        """Return the turn of a key, and start it if none is kept; without a key always start a new one."""
        if key is not None and (known := self._kept.get(key)) is not None:
            return known
        task = asyncio.create_task(run())
        self._running.add(task)
        if key is not None:
            self._kept[key] = task
        task.add_done_callback(functools.partial(self._end, key))
        return task

    async def finish(self, seconds: float) -> None:
        """Wait for the running turns, and cancel those that take longer than `seconds`."""
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=seconds)
            for task in late:
                task.cancel()

    def _end(self, key: bytes | None, task: Running) -> None:
        self._running.discard(task)
        if key is not None and self._kept.get(key) is task:
            self._bytes += _size(task)
        while len(self._kept) > MOST_KEPT or self._bytes > MOST_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= _size(oldest)


def _size(task: Running) -> int:
    if not task.done() or task.cancelled() or task.exception() is not None:
        return 0
    return len(task.result().body)
