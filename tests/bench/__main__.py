"""`python -m tests.bench [NAME ...] [--short]`: measure, print every figure with its goal, and judge it."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from tests.bench import (
    decoding,
    gaps,
    lists,
    memory,
    notices,
    pane,
    queue,
    requests,
    search,
    start,
    sync,
    turns,
    webhooks,
)
from tests.bench.measure import Report
from tests.bench.setting import Setting

Bench = Callable[[Setting, Report], Awaitable[None]]

BENCHES: dict[str, Bench] = {
    "decoding": decoding.measure,
    "sync": sync.measure,
    "requests": requests.measure,
    "gaps": gaps.measure,
    "memory": memory.measure,
    "lists": lists.measure,
    "search": search.measure,
    "turns": turns.measure,
    "pane": pane.measure,
    "webhooks": webhooks.measure,
    "notices": notices.measure,
    "queue": queue.measure,
    "start": start.measure,
}


def main() -> int:
    """Run the benches named, or all of them; in a long run a missed goal is exit status 1."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"any of {', '.join(BENCHES)}; all unless given")
    parser.add_argument("--short", action="store_true", help="small sizes, one run: only shows that everything works")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path(".bench"), help="what is kept between runs")
    parser.add_argument("--corpus", type=Path, default=os.environ.get("CARNET_BENCH_CORPUS"))
    parser.add_argument("--domain", action="append", default=[], help="of the corpus; CARNET_BENCH_DOMAINS, by spaces")
    given = parser.parse_args()
    unknown = set(given.names) - BENCHES.keys()
    if unknown:
        parser.error(f"no such bench: {', '.join(sorted(unknown))}")
    domains = given.domain or os.environ.get("CARNET_BENCH_DOMAINS", "").split()
    corpus = None if given.short or not given.corpus else Path(given.corpus)
    setting = Setting(given.folder.absolute(), given.short, 1 if given.short else given.runs, corpus, domains)
    setting.folder.mkdir(parents=True, exist_ok=True)
    report = Report(is_judging=not given.short)
    started = time.monotonic()
    for name in given.names or BENCHES:
        report.begin(name, sys.modules[BENCHES[name].__module__].__doc__)
        asyncio.run(BENCHES[name](setting, report))
    report.print()
    report.write(setting.folder / "report.json")
    sys.stdout.write(f"{time.monotonic() - started:.0f} s\n")
    return 1 if report.is_judging and any(one.is_met is False for one in report.figures) else 0


if __name__ == "__main__":
    sys.exit(main())
