"""`carnet serve` and `carnet worker` as an administrator runs them, without the demo: a line, or a sentence and 2."""

import contextlib
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.__main__ import main
from tests.certificates import write_certificate, write_key
from tests.running import find_port

APP, TENANT = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"
PATIENCE = 120


def make_environment(folder: Path, **settings: str) -> dict[str, str]:
    plain = {name: value for name, value in os.environ.items() if not name.startswith("CARNET_")}
    given = {
        "CARNET_APP_ID": APP,
        "CARNET_APP_SECRET": "not to be shown",
        "CARNET_TENANTS": json.dumps([TENANT]),
        "CARNET_LOGIN_URL": "https://127.0.0.1:9",
        "CARNET_GRAPH_URL": "http://127.0.0.1:9/v1.0",
        "CARNET_OPENID_URL": "http://127.0.0.1:9/keys",
        "CARNET_PORT": str(find_port()),
        "PYTHONPATH": str(Path(__file__).parents[2]),
    }
    return plain | given | settings


def run(folder: Path, word: str, **settings: str) -> tuple[int, str]:
    """Run a command to its end; gives its status and all that it said."""
    command = [sys.executable, "-m", "bot", word]
    environment = make_environment(folder, **settings)
    given = {"cwd": folder, "env": environment, "timeout": PATIENCE}
    done = subprocess.run(command, check=False, **given, capture_output=True, text=True)
    return done.returncode, done.stdout + done.stderr


@contextlib.contextmanager
def running(folder: Path, word: str, *, sign: str, **settings: str) -> Iterator[tuple[str, str]]:
    """Run a command until the block is left; gives what it said up to its sign, and the address in that line."""
    environment = make_environment(folder, **settings) | {"PYTHONUNBUFFERED": "1"}
    command = [sys.executable, "-m", "bot", word]
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        said = ""
        while sign not in said:
            line = process.stdout.readline()
            assert line, said
            said += line
        yield said, said.rpartition(" ")[2].strip()
    finally:
        process.terminate()
        process.wait(60)
        process.stdout.close()


def fetch(url: str) -> tuple[int, dict, dict]:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(ConnectionError):
            try:
                answer = urllib.request.urlopen(url, timeout=30)
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                return answer.status, dict(answer.headers), json.loads(answer.read())
    raise AssertionError(url)


def wait_for_reasons(address: str) -> list[str]:
    """Ask for health until it names a reason, ten seconds at most: the first look needs a moment."""
    for _ in range(50):
        if reasons := fetch(f"{address}/healthz")[2]["reasons"]:
            return reasons
        time.sleep(0.2)
    return []


def test_A10_a_service_says_where_it_listens_and_which_file_it_keeps_and_nothing_of_what_it_is_made_of(tmp_path):
    with running(tmp_path, "serve", sign="listening on") as (said, address):
        assert f"the database is {tmp_path}/carnet.db" in said
        status, headers, body = fetch(f"{address}/livez")
        assert (status, body) == (200, {"status": "alive"})
        assert "Server" not in headers
        assert wait_for_reasons(address), "it says that all is well before anything was read"


def test_A10_a_second_service_finds_the_port_taken_before_it_reads_or_writes_anything(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        status, said = run(tmp_path, "serve", CARNET_PORT=str(taken.getsockname()[1]))
    assert (status, "cannot be had" in said) == (2, True), said
    assert list(tmp_path.iterdir()) == []


def test_a_worker_answers_probes_where_it_is_given_a_port(tmp_path):
    settings = {"CARNET_WORKER_PORT": str(find_port()), "CARNET_DATABASE_URL": f"sqlite:///{tmp_path}/carnet.db"}
    with running(tmp_path, "worker", sign="probes are answered on", **settings) as (_, address):
        assert fetch(f"{address}/livez")[0] == 200
        assert fetch(f"{address}/readyz")[0] == 200


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"CARNET_RETENTION": "365"}, "CARNET_RETENTION_DAYS meant"),
        ({"CARNET_TENANTS": '["firm.onmicrosoft.com"]'}, "is a domain name"),
        ({"CARNET_APP_ID": "carnet"}, "11111111-2222-3333"),
        ({"CARNET_DATABASE_URL": "postgresql+psycopg2://u:hidden@h/c"}, "psycopg2 is not installed"),
        ({"CARNET_DATABASE_URL": "postgresql://u:hidden@h/c?sslmode=verify-ca&sslrootcert=/no.pem"}, "sslrootcert"),
        ({"CARNET_APP_CERTIFICATE": "key.pem"}, "a key and no certificate"),
        ({"CARNET_APP_CERTIFICATE": "locked.pem"}, "has a password"),
        ({"CARNET_APP_CERTIFICATE": "none.pem"}, "no file"),
        ({"CARNET_APP_CERTIFICATE": "."}, "cannot be read"),
        ({"CARNET_APP_SECRET_FILE": "none.txt"}, "CARNET_APP_SECRET_FILE"),
        ({"CARNET_CA_FILE": "key.pem"}, "key.pem"),
    ],
)
def test_what_cannot_work_is_a_sentence_and_a_status_and_nothing_begins(tmp_path, settings, why, monkeypatch, capsys):

    (tmp_path / "key.pem").write_bytes(write_key())
    write_certificate(tmp_path / "locked.pem", password="x")
    monkeypatch.chdir(tmp_path)
    for name, value in make_environment(tmp_path, **settings).items():
        monkeypatch.setenv(name, value)
    status = main(["serve"])
    said = capsys.readouterr()
    assert (status, why in said.err, "hidden" in said.err) == (2, True, False), said.err
    assert said.err.count("\n") == 1


def test_a_database_of_a_newer_release_is_a_sentence_everywhere(tmp_path, monkeypatch, capsys):

    monkeypatch.chdir(tmp_path)
    for name, value in make_environment(tmp_path).items():
        monkeypatch.setenv(name, value)
    assert main(["migrate"]) == 0
    with sqlite3.connect(tmp_path / "carnet.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    for word in ("migrate", "serve"):
        assert (main([word]), "9999" in capsys.readouterr().err) == (2, True)


def test_the_version_is_told(capsys):

    assert (main(["--version"]), capsys.readouterr().out.startswith("carnet ")) == (0, True)
