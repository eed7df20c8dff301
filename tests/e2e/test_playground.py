"""A real Teams-like client, Microsoft's Agents Playground, in a real browser against `carnet demo`."""

import contextlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser import needs_browser
from tests.node_packages import install_node_packages

pytestmark = [needs_browser, pytest.mark.slow]
ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def own_network() -> Iterator[str]:
    """A network namespace with a loopback and nothing else: the playground listens on every interface it finds."""
    name = f"carnet-{os.getpid()}"
    if shutil.which("ip") is None or subprocess.run(["ip", "netns", "add", name], check=False).returncode != 0:
        pytest.skip("network namespaces are not allowed here: the playground is not let loose on a real network")
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What was seen on the playground's page, step by step."""
    cli = install_node_packages() / "@microsoft" / "m365agentsplayground" / "cli.js"
    folder = tmp_path_factory.mktemp("playground")
    with own_network() as name:
        words = ["ip", "netns", "exec", name, sys.executable, "-m", "tests.e2e.playground", str(cli), str(folder)]
        run = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, timeout=240, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.splitlines()[-1])


def test_show_my_clients_draws_the_list(seen):
    assert "My clients" in seen["before"]
    assert "Papeteries Vautrin\nNo partner yet" in seen["before"]


def test_a_partner_set_on_the_card_stands_on_the_card_and_on_the_next_list(seen):
    assert "Anne Martin" in seen["set"]
    assert "Papeteries Vautrin\nPartner Anne Martin" in seen["after"]


def test_the_people_picker_finds_a_mistyped_colleague(seen):
    assert seen["people"][0]["title"] == "David Okafor"
