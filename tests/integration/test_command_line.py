"""`carnet WORD` with whatever may be wrong: a sentence and a status, never a traceback."""

import gzip
import json
import socket
import sqlite3
from pathlib import Path

import pytest

import bot.language
from bot.__main__ import main
from bot.demo.corpus import load_corpus
from storage.firm.rule_values import LANGUAGES
from tests.running import find_port

APP, TENANT = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"
SETTINGS = {"CARNET_APP_ID": APP, "CARNET_APP_SECRET": "not to be shown", "CARNET_TENANTS": f'["{TENANT}"]'}


@pytest.fixture
def run(monkeypatch, tmp_path, capsys):
    """Run a command with settings; gives its status and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(*words: str, **settings: str) -> tuple[int, str]:
        for name, value in {**SETTINGS, **settings}.items():
            monkeypatch.setenv(name, value)
        try:
            status = main(words)
        except SystemExit as end:
            status = end.code
        said = capsys.readouterr()
        return status, said.out + said.err

    return run


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("port", value) for value in ("x", "0", "99999", "-1")),
        *(("tenants", value) for value in ("t", "{", '"t"')),
        *(("notice_hours", value) for value in ("30-99", "7", "7-25")),
        *(("database_url", value) for value in ("bogus://x", "nonsense", "")),
        ("log_level", "LOUD"),
        ("contact_rule", "all"),
        *(("language", value) for value in ("de", "EN-US", "français")),
        *((name, "perhaps") for name in ("keeps_subjects", "shares_contacts", "installs_app", "database_is_pooled")),
        ("serves", "somebody"),
        ("public_url", "https://carnet.firm.example/carnet"),
        ("mailbox_concurrency", "0"),
        ("public_url", "carnet.firm.example"),
        ("app_secret", ""),
        ("app_certificate", "/nowhere/app.pem"),
    ],
)
def test_a_setting_that_makes_no_sense_is_named_and_nothing_begins(run, tmp_path, name, value):
    status, said = run("serve", **{f"CARNET_{name.upper()}": value})
    assert (status, f"CARNET_{name.upper()}" in said) == (2, True), said
    assert "not to be shown" not in said
    assert "pydantic" not in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("word", ["status", "migrate", "worker", "doctor"])
def test_a_database_that_is_none_is_told_in_a_sentence(run, word):
    status, said = run(word, CARNET_DATABASE_URL="bogus://u:password@host/x")
    assert (status, "CARNET_DATABASE_URL" in said, "password" in said) == (2, True, False)


@pytest.mark.parametrize(
    "url", ["sqlite:///empty.db", "sqlite:////nowhere/x.db", "postgresql://u:password@127.0.0.1:1/x"]
)
def test_what_cannot_be_used_is_made_by_no_command_that_looks_at_it_and_the_doctor_says_what_to_do(run, tmp_path, url):
    status, said = run("status", CARNET_DATABASE_URL=url)
    assert (status, "password" in said) == (2, False)
    assert list(tmp_path.iterdir()) == []
    status, said = run("doctor", CARNET_DATABASE_URL=url)
    assert (status, "→" in said, "password" in said) == (1, True, False)


def test_a_move_from_or_to_what_is_no_database_is_refused(run, tmp_path):
    for source, target in (("x", "y"), ("sqlite:none.db", "postgresql://u@127.0.0.1:1/x"), ("sqlite:none.db", "x")):
        status, said = run("move", "--from", source, "--to", target)
        assert (status, said.startswith("carnet move: ")) == (2, True)
    assert list(tmp_path.iterdir()) == []


def write_corpus(folder: Path, name: str, content: bytes) -> Path:
    (folder / name).write_bytes(content)
    return folder / name


def test_a_demo_that_cannot_begin_says_why_and_leaves_nothing(run, tmp_path):
    whole = gzip.compress(b"{}\n" * 10_000)
    empty, cut = write_corpus(tmp_path, "empty.jsonl", b"{}\n"), write_corpus(tmp_path, "cut.gz", whole[:-20])
    plain = write_corpus(tmp_path, "plain.gz", b"not packed")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        for words, said_why in (
            (("--port", str(taken.getsockname()[1])), "--port"),
            (("--port", "0"), "--port"),
            (("--port", "99999"), "--port"),
            (("--domain", "x.example"), "--corpus"),
            (("--corpus", empty), "--domain"),
            (("--corpus", empty, "--domain", " @"), "--domain"),
            (("--corpus", empty, "--domain", "x.example"), "x.example"),
            (("--corpus", cut, "--domain", "x.example"), "cut.gz"),
            (("--corpus", plain, "--domain", "x.example"), "plain.gz"),
            (("--corpus", "/nowhere.jsonl", "--domain", "x.example"), "/nowhere.jsonl"),
            (("--data", empty), "empty.jsonl"),
        ):
            usual = ("--port", find_port(), "--data", tmp_path / "data")  # what is said again later counts
            status, said = run("demo", *map(str, (*usual, *words)))
            assert (status, said_why in said, "Errno" in said) == (2, True, False), said
    assert not (tmp_path / "data" / "carnet.db").exists()


@pytest.mark.parametrize("value", [5, True, 1.5, "x", {"a": 1}, [5], [["a"]], [[1, 2]], [[None, None]], None])
def test_B80_a_line_of_a_corpus_with_any_field_of_another_kind_is_passed_over_or_read(tmp_path, value):
    anne = ["Anne", "anne@firm.example"]
    good = {"from": anne, "to": [["Bo", "bo@acme.example"]], "cc": [], "bcc": [], "subject": "x", "date": None}
    lines = [json.dumps({**good, "message_id": "<good>"}), "[" * 100_000, "5", "null", '{"to":', "\x00"]
    lines += [json.dumps({**good, name: value}) for name in (*good, "message_id")]
    path = write_corpus(tmp_path, "mail.jsonl", "\n".join(lines).encode())
    assert [person.address for person in load_corpus(path, ["firm.example"]).list_people()] == ["anne@firm.example"]


@pytest.mark.parametrize(("change", "said_why"), [("9999", "newer"), ("0001", "older"), ("", "no tables")])
@pytest.mark.parametrize(
    "words",
    [
        *(("purge",), ("purge", "--confirm"), ("forget", APP, "--yes"), ("forget", APP, "--dry-run")),
        *(("firm", "show"), ("firm", "set", "retention_days", "30", "--yes"), ("firm", "admins", "add", APP)),
    ],
)
def test_nothing_is_deleted_or_set_on_the_schema_of_another_release(run, tmp_path, words, change, said_why):
    url = "sqlite:///carnet.db"
    (tmp_path / "carnet.db").touch()
    if change:
        assert run("migrate", CARNET_DATABASE_URL=url)[0] == 0
        with sqlite3.connect(tmp_path / "carnet.db") as database:
            database.execute("UPDATE alembic_version SET version_num = ?", (change,))
    status, said = run(*words, CARNET_DATABASE_URL=url)
    assert (status, said_why in said) == (2, True), said
    assert list(tmp_path.glob("*.jws")) == []


def test_a_purge_where_no_firm_is_says_so(run):
    assert run("migrate", CARNET_DATABASE_URL="sqlite:///carnet.db")[0] == 0
    assert run("purge", CARNET_DATABASE_URL="sqlite:///carnet.db") == (
        0,
        "No firm is read here: there is nothing to purge.\n",
    )


def test_a_purge_of_one_firm_is_of_that_firm(run):
    assert run("migrate", CARNET_DATABASE_URL="sqlite:///carnet.db")[0] == 0
    assert run("firm", "set", "language", "fr")[0] == 0
    status, said = run("purge", "--confirm", "--tenant", APP)
    assert (status, APP in said) == (2, True)
    status, said = run("purge", "--tenant", TENANT.upper(), CARNET_LOGIN_URL="http://127.0.0.1:9")
    assert (status, said.startswith(f"{TENANT}: Microsoft does not say what time it is")) == (1, True)


def test_the_languages_of_the_settings_are_those_that_there_are_texts_in():
    assert set(LANGUAGES) == set(bot.language.LANGUAGES)
