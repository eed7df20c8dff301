"""Whether processes grow: memory and open files over the time of a soak (F70)."""

import asyncio
import contextlib
from collections import defaultdict

import psutil

from tests.installation import Installation

EVERY = 5.0
MB = 2**20


class Growth:
    """Measures the processes of an installation; one that was killed begins anew."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._measured: dict[tuple[str, int], list[tuple[int, int]]] = defaultdict(list)

    async def watch(self) -> None:
        """Measure until cancelled."""
        while True:
            for name, pid in self._installation.pids.items():
                with contextlib.suppress(psutil.Error):
                    process = psutil.Process(pid)
                    self._measured[name, pid].append((process.memory_info().rss, process.num_fds()))
            await asyncio.sleep(EVERY)

    def describe(self) -> str:
        """Say, for the life of each process, how memory and open files went from its beginning to its end."""
        lines = []
        for (name, _), measures in self._measured.items():
            third = max(1, len(measures) // 3)
            first, last = _average(measures[:third]), _average(measures[-third:])
            seconds = len(measures) * EVERY
            lines.append(
                f"{name:10} {seconds:5.0f} s  {first[0] / MB:6.1f} -> {last[0] / MB:6.1f} MB"
                f"  {first[1]:4.0f} -> {last[1]:4.0f} open files"
            )
        return "\n".join(lines)


def _average(measures: list[tuple[int, int]]) -> tuple[float, float]:
    return sum(one[0] for one in measures) / len(measures), sum(one[1] for one in measures) / len(measures)
