"""What is said where nobody takes it, and to whoever interrupts: one sentence, the status of a shell, no traceback."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

APP, TENANT = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"
WORDS = (
    ["verbs"],
    ["verbs", "--json"],
    ["status"],
    ["setup", "--tenant", TENANT, "--host", "carnet.firm.example", "--app-id", APP],
    ["--version"],
)


@pytest.fixture
def start(tmp_path, migrated_file) -> Callable[..., subprocess.Popen[str]]:
    """Start a command with a database in order."""
    root = str(Path(__file__).parents[2])
    own = {"CARNET_DATABASE_URL": f"sqlite:///{migrated_file}", "PYTHONPATH": root}

    def start(*words: str, settings: Mapping[str, str] = own, **options: Any) -> subprocess.Popen[str]:
        given = {"stderr": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "cwd": tmp_path, **options}
        return subprocess.Popen([sys.executable, "-m", "bot", *words], env={**os.environ, **own, **settings}, **given)

    return start


def judge(words: list[str], process: subprocess.Popen[str], status: int, said: str) -> None:
    _, error = process.communicate(timeout=60)
    assert (process.returncode, error) == (status, f"carnet {words[0]}: {said}\n")


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_output_that_nobody_takes_is_told(start, words):
    reading, writing = os.pipe()
    os.close(reading)
    judge(words, start(*words, stdout=writing), 141, "nobody takes what it says any more: its output was closed.")
    os.close(writing)
    with Path("/dev/full").open("w") as full:
        judge(words, start(*words, stdout=full), 2, "No space left on device.")
    closed = start(*words, stdout=None, preexec_fn=lambda: os.close(1))
    assert (closed.communicate(timeout=60)[1], closed.returncode) == ("", 0)


def test_whoever_interrupts_is_told(start):
    with socket.create_server(("127.0.0.1", 0)) as silent:  # a proxy that answers nobody
        process = start("doctor", settings={"CARNET_PROXY": f"http://127.0.0.1:{silent.getsockname()[1]}"})
        silent.settimeout(60)
        asking, _ = silent.accept()
        process.send_signal(signal.SIGINT)
        judge(["doctor"], process, 130, "interrupted.")
        asking.close()
