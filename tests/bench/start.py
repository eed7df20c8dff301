"""From the start to ready, and the memory while nothing happens, beside a bare aiohttp app with the same imports."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from asyncio import to_thread
from collections.abc import Iterator
from pathlib import Path

from tests.bench.measure import Figure, Report, ratio_at_most
from tests.bench.setting import Setting
from tests.running import find_port

HOUSE = Path(__file__).parents[2]
APP = "11111111-2222-4333-8444-555555555555"
IDLE_SECONDS = 3.0
PATIENCE = 120.0


async def measure(setting: Setting, report: Report) -> None:
    seconds: dict[str, list[float]] = {"ours": [], "bare": []}
    megabytes: dict[str, list[float]] = {"ours": [], "bare": []}
    for _ in range(setting.runs):
        for name, words in (("ours", ["bot", "serve"]), ("bare", ["tests.bench.peers.bare_start"])):
            taken, held = await to_thread(start, setting.folder / "start", words)
            seconds[name].append(taken)
            megabytes[name].append(held)
    bare = "bare aiohttp, same imports"
    report.add(Figure("start to ready", "s", seconds["ours"], bare, seconds["bare"], ratio_at_most(2)))
    report.add(Figure("idle memory", "MB", megabytes["ours"], bare, megabytes["bare"], ratio_at_most(1.3)))


def start(folder: Path, words: list[str]) -> tuple[float, float]:
    """Start a program in an empty folder; gives the seconds until it is ready, and the megabytes it then holds."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    port = find_port()
    began = time.monotonic()
    with running(folder, words, port) as process:
        wait_until_ready(port, process)
        taken = time.monotonic() - began
        time.sleep(IDLE_SECONDS)
        return taken, read_memory(process.pid)


@contextlib.contextmanager
def running(folder: Path, words: list[str], port: int) -> Iterator["subprocess.Popen[bytes]"]:
    settings = {
        "CARNET_APP_ID": APP,
        "CARNET_APP_SECRET": "x",
        "CARNET_TENANTS": json.dumps([APP]),
        "CARNET_LOGIN_URL": "https://127.0.0.1:9",
        "CARNET_GRAPH_URL": "http://127.0.0.1:9/v1.0",
        "CARNET_OPENID_URL": "http://127.0.0.1:9/keys",
        "CARNET_PORT": str(port),
        "PYTHONPATH": str(HOUSE),
    }
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    command = [sys.executable, "-m", *words]
    process = subprocess.Popen(command, cwd=folder, env={**os.environ, **settings}, **quiet)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(60)


def wait_until_ready(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return
        time.sleep(0.01)
    raise RuntimeError("it did not start")


def read_memory(pid: int) -> float:
    """Read what a process holds, in MB."""
    [line] = [one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS")]
    return int(line.split()[1]) / 1024
