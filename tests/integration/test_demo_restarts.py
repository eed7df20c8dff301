"""`carnet demo` as a process that ends and begins again on the same folder."""

import json
import sqlite3
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from bot.demo.ports import keep_ports, read_ports
from bot.demo.serving import run_microsoft
from tests.microsoft import make_firm
from tests.running import find_port, run_demo

PATIENCE = 60


def ask(url: str, order: dict[str, Any] | None = None) -> Any:
    with urllib.request.urlopen(url, json.dumps(order).encode() if order else None) as answer:
        return json.load(answer)


def has_contact(folder: Path, address: str) -> bool:
    with sqlite3.connect(folder / "carnet.db") as database:
        found = database.execute("SELECT count(*) FROM contacts WHERE address = ?", (address,)).fetchone()[0]
    database.close()
    return bool(found)


def wait_for_contact(folder: Path, address: str) -> None:
    ends_at = time.monotonic() + PATIENCE
    while not has_contact(folder, address):
        assert time.monotonic() < ends_at, (folder / "demo.log").read_text()[-2000:]
        time.sleep(0.3)


def test_F13_a_demo_that_begins_again_reads_on_and_hears_of_new_mail(tmp_path):
    for run in range(2):
        with run_demo(tmp_path) as url:
            health = ask(f"{url}/healthz")["mailboxes"]
            assert (health["current"], health["failing"]) == (health["total"], 0)
            anne = ask(f"{url}/demo/users")[0]
            order = {"from": [anne["name"], anne["mail"]], "to": [["New", f"new@run{run}.example"]]}
            assert ask(f"{url}/demo/mail", order)["copies"] == 1
            wait_for_contact(tmp_path, f"new@run{run}.example")


def test_a_second_demo_on_the_folder_of_one_that_runs_is_refused(tmp_path):
    with run_demo(tmp_path):
        command = [sys.executable, "-m", "bot", "demo", "--port", str(find_port()), "--data", str(tmp_path)]
        second = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 2
        assert "stop it first" in second.stderr
        assert "Traceback" not in second.stderr


def test_F60_a_demo_killed_before_its_companies_have_types_sets_them_when_it_begins_again(tmp_path):
    command = [sys.executable, "-m", "bot", "demo", "--port", str(find_port()), "--data", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        while not (tmp_path / "carnet.db").exists():
            time.sleep(0.05)
        process.kill()
    with run_demo(tmp_path), sqlite3.connect(tmp_path / "carnet.db") as database:
        assert database.execute("SELECT count(*) FROM companies WHERE type IS NOT NULL").fetchone()[0] > 5
    database.close()


async def test_the_links_of_an_earlier_run_lead_to_the_same_place(tmp_path):
    urls = set()
    for _ in range(2):
        async with run_microsoft(make_firm(), folder=tmp_path) as microsoft:
            urls.add((microsoft.graph_url, microsoft.login_url, microsoft.connector_url))
    assert len(urls) == 1


async def test_a_port_that_somebody_else_has_by_now_is_another(tmp_path):
    async with run_microsoft(make_firm(), folder=tmp_path) as one, run_microsoft(make_firm(), folder=tmp_path) as other:
        assert one.graph_url != other.graph_url


def test_a_port_that_is_wanted_is_taken_and_what_was_kept_may_be_nonsense(tmp_path):
    port = find_port()
    assert read_ports(tmp_path, port, 0) == [port, 0]
    keep_ports(tmp_path, 1, port)
    assert read_ports(tmp_path, 7, 0) == [7, port]
    for nonsense in ("", "{", "[1]", '["x", null]', "[-1, 70000]", "{}"):
        (tmp_path / "ports.json").write_text(nonsense)
        assert read_ports(tmp_path, 0, 0) == [0, 0]
