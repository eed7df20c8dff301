"""`carnet demo` as a process of its own, for tests in a browser."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

PATIENCE = 120
"""Seconds that a start may take on a busy machine."""


@contextlib.contextmanager
def run_demo(folder: Path, *options: str) -> Iterator[str]:
    """Run the demo until the block is left; gives its address once it says that it is ready."""
    port = find_port()
    command = [sys.executable, "-m", "bot", "demo", "--port", str(port), "--data", str(folder), *options]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, env={**os.environ, "PYTHONUNBUFFERED": "1"}
        )
        try:
            _wait_for_ready(process, folder / "demo.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(30)
            process.kill()
            process.stdout.close()
            process.wait()


def _wait_for_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        readable, _, _ = select.select([process.stdout], [], [], 0.5)
        if readable and process.stdout.readline().startswith(b"ready"):
            return
    raise RuntimeError(f"the demo did not start:\n{log.read_text()[-3000:]}")


def find_port() -> int:
    """Find a port that is free just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])
