"""Every command with every database that cannot be used: one sentence, a status, and never a traceback."""

import asyncio
import ctypes
import itertools
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from bot.__main__ import COMMANDS, main
from storage.engine.database import open_database
from storage.schema.revisions import SCRIPTS
from tests.databases import change
from tests.running import find_port

APP, GONE = "11111111-2222-4333-8444-555555555555", "bbbbbbbb-2222-4333-8444-555555555555"
TENANT = "aaaaaaaa-2222-4333-8444-555555555555"
WORDS = {
    "serve": [[]],
    "worker": [[]],
    "migrate": [[]],
    "doctor": [[]],
    "status": [[]],
    "purge": [[], ["--confirm"], ["--tenant", TENANT]],
    "forget": [[GONE, "--yes"], [GONE, "--dry-run"]],
    "firm": [
        *(["show"], ["history"], ["set", "language", "fr"], ["reset", "language"]),
        *(["admins", "list"], ["admins", "add", APP]),
    ],
    "package": [["--app-id", APP, "--host", "carnet.firm.example", "--tenant", TENANT]],
    "move": [["--from", "@DATABASE", "--to", "sqlite:other.db"], ["--from", "sqlite:full.db", "--to", "@DATABASE"]],
}
"""What is said to each command that opens a database of the settings; the file DATABASE holds its URL."""
WITHOUT = {"demo": "has a file of its own", "setup": "asks nothing of a database", "verbs": "neither"}
MAKES_TABLES = {
    "serve": "a file is its own",
    "worker": "likewise",
    "migrate": "that is its work",
    "move": "it migrates",
}
RIGHTS_OF_ROOT = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: root may write to whatever is read-only."""


def test_every_command_is_tried_with_a_database_or_needs_none():
    assert WORDS.keys() | WITHOUT.keys() == COMMANDS.keys()


async def migrate_a_little(url: str) -> None:
    """Make the tables of the first release."""

    def upgrade(connection: Connection) -> None:
        config = AlembicConfig()
        config.set_main_option("script_location", str(SCRIPTS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")

    database = open_database(url)
    async with database.engine.connect() as connection:
        await connection.run_sync(upgrade)
    await database.close()


@pytest.fixture
def settings(tmp_path, monkeypatch, migrated_file) -> Callable[[str], None]:
    monkeypatch.chdir(tmp_path)
    shutil.copyfile(migrated_file, tmp_path / "full.db")

    def set_url(url: str) -> None:
        (tmp_path / "DATABASE").write_text(url)
        values = {"APP_ID": APP, "APP_SECRET": "not to be shown", "TENANTS": f'["{TENANT}"]', "DATABASE_URL": url}
        values |= {f"{name}_URL": "http://127.0.0.1:9" for name in ("LOGIN", "GRAPH", "OPENID")}
        for name, value in values.items():
            monkeypatch.setenv(f"CARNET_{name}", value)

    return set_url


def judge(name: str, words: list[str], status: int, out: str, error: str) -> None:
    """Look whether it was a sentence: on stderr, or a finding of the doctor with what to do."""
    what = (name, words, status, out[-600:], error[-600:])
    assert status in (1, 2), what
    assert "Traceback" not in out + error, what
    assert "should not have happened" not in out + error, what
    assert "hidden" not in out + error, what
    if name == "doctor":
        assert "✗" in out, what
        assert "→" in out, what
    else:
        assert error.startswith(f"carnet {name}: "), what
        assert (error.count("\n"), error.rstrip()[-1]) == (1, "."), what


def try_all(capsys, *, but: set[str] = frozenset(), only: set[str] | None = None) -> None:
    for name, every in WORDS.items():
        for words in every if name not in but and (only is None or name in only) else ():
            capsys.readouterr()
            status = main([name, *words])
            said = capsys.readouterr()
            judge(name, words, status, said.out, said.err)


def test_a_file_that_is_none_or_has_no_folder(settings, tmp_path, capsys):
    (tmp_path / "folder.db").mkdir()
    (tmp_path / "garbage.db").write_bytes(b"hello, world" * 1_000)
    for url in (f"sqlite:///{tmp_path}/folder.db", f"sqlite:///{tmp_path}/no/carnet.db", "sqlite:///garbage.db"):
        settings(url)
        try_all(capsys)


@pytest.mark.parametrize("kind", ["missing", "empty", "another's", "older"])
def test_a_file_without_our_tables(settings, tmp_path, capsys, kind):
    url = f"sqlite:///{tmp_path}/carnet.db"
    if kind == "empty":
        (tmp_path / "carnet.db").touch()
    elif kind == "another's":
        with sqlite3.connect(tmp_path / "carnet.db") as database:
            database.execute("CREATE TABLE notes (word)")
    elif kind == "older":
        asyncio.run(migrate_a_little(url))
    settings(url)
    try_all(capsys, but={*MAKES_TABLES, *({"doctor"} if kind == "missing" else ())})  # it warns of a new one


def test_a_file_of_a_newer_release(settings, tmp_path, capsys, migrated_file):
    shutil.copyfile(migrated_file, tmp_path / "carnet.db")
    asyncio.run(change(f"sqlite:///{tmp_path}/carnet.db", "UPDATE alembic_version SET version_num = '9999'"))
    settings(f"sqlite:///{tmp_path}/carnet.db")
    try_all(capsys)


def drop_rights() -> None:
    """Let root be held by the rights of files, as others are."""
    for right in RIGHTS_OF_ROOT:
        ctypes.CDLL(None).prctl(24, right, 0, 0, 0)  # PR_CAPBSET_DROP


SAY_ALL = """
import contextlib, io, json, sys
from bot.__main__ import main
for name, every in json.loads(sys.argv[1]).items():
    for words in every:
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as error:
            status = main([name, *words])
        print(json.dumps([name, words, status, out.getvalue(), error.getvalue()]), flush=True)
"""
"""One process for all: each that begins anew imports for seconds, and says the same."""


def test_a_file_that_is_read_only(settings, tmp_path, migrated_file):
    folder = tmp_path / "locked"
    folder.mkdir()
    shutil.copyfile(migrated_file, folder / "carnet.db")
    settings(f"sqlite:///{folder}/carnet.db")
    for path, mode in ((folder / "carnet.db", 0o400), (folder, 0o500)):
        path.chmod(mode)
    try:
        done = subprocess.run(
            [sys.executable, "-c", SAY_ALL, json.dumps(WORDS)],
            capture_output=True,
            text=True,
            check=True,
            preexec_fn=drop_rights,
            env=find_us(),
            timeout=120,
        )
    finally:
        folder.chmod(0o700)
    told = [json.loads(line) for line in done.stdout.splitlines()]
    assert [(name, words) for name, words, *_ in told] == [(name, words) for name in WORDS for words in WORDS[name]]
    for one in told:
        judge(*one)


def find_us() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def test_a_server_that_lets_nobody_in_or_does_not_answer(settings, tmp_path, capsys, migrated_server):
    url = make_url(migrated_server)
    others = [url.set(database="no_such_database"), url.set(username="no_such_user", password="hidden")]
    for other in others:
        settings(other.render_as_string(hide_password=False))
        try_all(capsys)
    for away in ("postgresql://u:hidden@127.0.0.1:1/x", "postgresql://u:hidden@nowhere.invalid/x"):
        settings(away)
        try_all(capsys, but={"serve", "worker"})  # they wait for it


@pytest.fixture
async def migrated_server(make_postgres, migrated_postgres) -> str:
    return await make_postgres(migrated_postgres)


@pytest.fixture
async def empty_server(make_postgres) -> str:
    return await make_postgres()


@pytest.mark.parametrize("kind", ["none", "older"])
def test_a_server_without_our_tables(settings, tmp_path, capsys, empty_server, kind):
    if kind == "older":
        asyncio.run(migrate_a_little(empty_server))
    settings(empty_server)
    try_all(capsys, but={"migrate", "move"})
    try_all(capsys, only={"move"} if kind == "none" else set())  # there is no firm to be moved


@pytest.mark.parametrize(
    ("statement", "but"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", set()),
        ("ALTER DATABASE {name} SET default_transaction_read_only = on", {"serve", "worker", "status", "forget"}),
    ],
)
def test_a_server_of_a_newer_release_or_a_copy_of_another(settings, capsys, migrated_server, statement, but):
    asyncio.run(change(migrated_server, statement.format(name=make_url(migrated_server).database)))
    settings(migrated_server)
    if not but:
        try_all(capsys)
        return
    try_all(capsys, only={"doctor"})
    for name, words in (("firm", ["set", "language", "fr"]), ("move", WORDS["move"][1])):
        status = main([name, *words])
        said = capsys.readouterr()
        judge(name, words, status, said.out, said.err)


@pytest.mark.parametrize("word", ["serve", "worker"])
def test_a_service_says_that_it_waits_for_its_server(settings, word):
    settings("postgresql://u:hidden@127.0.0.1:1/x")
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", word, *(["--no-worker"] if word == "serve" else [])],
        stderr=subprocess.PIPE,
        text=True,
        env={**find_us(), "CARNET_PORT": str(find_port())},
    )
    try:
        lines = itertools.islice(process.stderr, 20)
        assert any("The service waits for it." in line for line in lines)
    finally:
        process.kill()
        process.communicate()
