"""A first sync from Graph to an empty store, and a replay of it, beside a hand-written floor with the same rows."""

import json
import statistics
import subprocess
import sys
from asyncio import to_thread
from typing import Any

from tests.bench import mail
from tests.bench.databases import NewDatabase, list_kinds
from tests.bench.measure import Figure, Report, ratio_at_least, ratio_at_most
from tests.bench.rows import describe_rows
from tests.bench.setting import Setting
from tests.bench.simulator import Simulator, running_simulator

Run = dict[str, Any]


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(50_000, 1_000))
    sources = [("generated", mail.write_mail(setting.folder / f"mail_{count}.jsonl.gz", count), (mail.DOMAIN,))]
    if setting.corpus is not None:
        sources.append(("corpus", setting.corpus, tuple(setting.domains)))
    for source, path, domains in sources:
        async with running_simulator(setting.folder / "simulator", path, domains) as simulator:
            for kind, new_database in list_kinds(setting.folder):
                await _measure(setting, report, f"{source}, {kind}", simulator, new_database)


async def _measure(
    setting: Setting, report: Report, title: str, simulator: Simulator, new_database: NewDatabase
) -> None:
    floors: list[Run] = []
    products: list[Run] = []
    replays: list[Run] = []
    for _ in range(setting.runs):
        async with new_database() as floor_url, new_database() as url:
            floors.append(await to_thread(run_sync, "floor", simulator, floor_url))
            products.append(await to_thread(run_sync, "product", simulator, url))
            held = await describe_rows(url)
            assert held == await describe_rows(floor_url), "the floor and the product hold other rows"
            replays.append(await to_thread(run_sync, "replay", simulator, url))
            assert held == await describe_rows(url), "the replay changed rows"
    for name, count in (("messages", products[0]["items"]), ("interaction rows", held["interactions"]["count"])):
        report.add(
            Figure(
                f"first sync ({title})",
                f"{name}/s",
                [count / run["seconds"] for run in products],
                "floor",
                [count / run["seconds"] for run in floors],
                ratio_at_least(0.5),
                f"{count:,} {name}; CPU {_get_cpu(products)} s, the floor's {_get_cpu(floors)} s",
            )
        )
    again = [run["replay_seconds"] for run in floors]
    report.add(Figure(f"replay ({title})", "s", [run["seconds"] for run in replays], "the floor's", again))
    report.add(
        Figure(
            f"replay ({title})",
            "s",
            [run["seconds"] for run in replays],
            "first sync",
            [run["seconds"] for run in products],
            ratio_at_most(0.2),
            f"no row changed; CPU {_get_cpu(replays)} s, the first's {_get_cpu(products)} s",
        )
    )


def _get_cpu(runs: list[Run]) -> str:
    return f"{statistics.median(run['cpu_seconds'] for run in runs):.1f}"


def run_sync(side: str, simulator: Simulator, url: str) -> Run:
    """Run `sync_run` in a process of its own; what it logs is shown if it fails."""
    arguments = [sys.executable, "-m", "tests.bench.sync_run", side, json.dumps(simulator.values), url]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    found: Run = json.loads(done.stdout.splitlines()[-1])
    return found
