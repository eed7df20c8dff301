"""Run each activity once at a time in this process: deliveries that come meanwhile get the same answer.

Nothing that was answered is kept: a later delivery goes through the door again, which asks anew who is served and what
they may see. Of what was said in a message of its own it is known only that it was said.
"""

import asyncio
import functools
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Final

import msgspec

MOST_KEPT: Final = 4096


class Answer(msgspec.Struct, frozen=True):
    """The HTTP answer to a delivery, as JSON."""

    status: int = 200
    body: bytes = b""


Running = asyncio.Task[Answer]


class ActivityRuns:
    """Runs each activity once; a turn goes on when its request has been answered without waiting for it (F47)."""

    def __init__(self) -> None:
        self._running: dict[bytes, Running] = {}
        self._others: set[Running] = set()
        """Running turns without a key."""
        self._done: OrderedDict[bytes, None] = OrderedDict()
        """Keys of turns that have said all that they had to say, and had no answer for the request."""

    def start(self, key: bytes | None, run: Callable[[], Coroutine[None, None, Answer]]) -> Running:
        """Return the turn of a key, and start it if none is running; without a key always start a new one."""
        if key is None:
            task = asyncio.create_task(run())
            self._others.add(task)
            task.add_done_callback(self._others.discard)
            return task
        if (known := self._running.get(key)) is not None:
            return known
        task = asyncio.create_task(_answer_nothing() if key in self._done else run())
        self._running[key] = task
        task.add_done_callback(functools.partial(self._end, key))
        return task

    async def finish(self, seconds: float) -> None:
        """Wait for the running turns, and cancel those that take longer than `seconds`."""
        if running := {*self._running.values(), *self._others}:
            _, late = await asyncio.wait(running, timeout=seconds)
            for task in late:
                task.cancel()

    def _end(self, key: bytes, task: Running) -> None:
        del self._running[key]
        if task.cancelled() or task.exception() is not None or task.result() != Answer():
            return
        self._done[key] = None
        if len(self._done) > MOST_KEPT:
            self._done.popitem(last=False)


async def _answer_nothing() -> Answer:
    return Answer()
