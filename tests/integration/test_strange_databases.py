"""Databases that are not ours, and servers without TLS: each is said to be so, and is left as it is."""

import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from bot.__main__ import main
from storage.errors import NoDatabaseError
from storage.schema.migrate import migrate
from storage.schema.revisions import get_newest_revision
from tests.databases import change
from tests.tls_door import reaching

APP = "11111111-2222-4333-8444-555555555555"


def stamp(revision: str) -> list[str]:
    """Mark a database as Alembic does, whoever's it is."""
    return ["CREATE TABLE alembic_version (version_num TEXT)", f"INSERT INTO alembic_version VALUES ('{revision}')"]


@pytest.fixture
def service(tmp_path, monkeypatch, migrated_file) -> Path:
    """Stand where a service is set up that asks nobody, beside a file that is whole."""
    monkeypatch.chdir(tmp_path)
    values = {"APP_ID": APP, "APP_SECRET": "not to be shown", "TENANTS": f'["{APP}"]', "DATABASE_URL": ""}
    values |= {f"{name}_URL": "http://127.0.0.1:9" for name in ("LOGIN", "GRAPH", "OPENID")}
    for name, value in values.items():
        monkeypatch.setenv(f"CARNET_{name}", value)
    return Path(shutil.copyfile(migrated_file, tmp_path / "full.db"))


@pytest.fixture
async def migrated_server(make_postgres, migrated_postgres) -> str:
    return await make_postgres(migrated_postgres)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["CREATE TABLE notes (word)"], "is of another program"),
        (["CREATE TABLE tenants (name)", "CREATE TABLE alembic_version (version_num)"], "is of another program"),
        (["CREATE TABLE companies (x)", *stamp("1f0c2a9d4b11")], "is of another program"),
        (["CREATE TABLE users (x)", "CREATE TABLE views (x)", *stamp("0001")], "is of another program"),
        (["CREATE TABLE tenants (x)", *stamp(get_newest_revision())], "is of another program"),
        ("DROP TABLE alembic_version", "no alembic_version that says"),
        ("DROP TABLE companies", "not whole"),
    ],
)
def test_a_file_whose_tables_no_release_made_is_said_to_be_so_and_is_left_as_it_is(service, capsys, statements, said):
    file = service.with_name("strange.db")
    if isinstance(statements, str):
        shutil.copyfile(service, file)
    with sqlite3.connect(file) as database:
        for statement in [statements] if isinstance(statements, str) else statements:
            database.execute(statement)
        before = list(database.iterdump())
    os.environ["CARNET_DATABASE_URL"] = f"sqlite:///{file}"
    moves = ["move", "--to", "sqlite:other.db"], ["move", "--from", "sqlite:full.db", "--to", "sqlite:strange.db"]
    for words in (["serve"], ["worker"], ["migrate"], ["status"], ["purge"], ["firm", "show"], *moves):
        capsys.readouterr()
        assert main(words) == 2
        error = capsys.readouterr().err
        assert error.startswith(f"carnet {words[0]}: "), error
        assert (error.count("\n"), file.name in error, said in error) == (1, True, True), error
    assert main(["doctor"]) == 1
    told = " ".join(capsys.readouterr().out.split())
    assert said in told
    assert "migrate" not in told
    with sqlite3.connect(file) as database:
        assert list(database.iterdump()) == before


async def test_a_server_with_tables_of_our_names_is_left_as_it_is_and_others_may_stand_beside(
    make_postgres,
):
    empty_server = await make_postgres()
    await change(empty_server, "CREATE TABLE others (word text)", "CREATE TABLE tenants (name text)")
    with pytest.raises(NoDatabaseError, match="is of another program"):
        await migrate(empty_server)
    await change(empty_server, "DROP TABLE tenants", *stamp("1f0c2a9d4b11"))
    with pytest.raises(NoDatabaseError, match="is of another program"):
        await migrate(empty_server)
    await change(empty_server, "DROP TABLE alembic_version")
    await migrate(empty_server)


def test_a_server_without_tls_is_said_to_have_none(service, capsys, migrated_server):
    with reaching(make_url(migrated_server)) as url:
        for mode in ("require", "verify-full"):
            os.environ["CARNET_DATABASE_URL"] = url.update_query_dict({"sslmode": mode}).render_as_string(
                hide_password=False
            )
            for name in ("status", "migrate", "purge", "doctor"):
                capsys.readouterr()
                status = main([name])
                said = capsys.readouterr()
                assert (status in (1, 2), "Traceback" in said.err) == (True, False), (name, said.err)
                told = " ".join((said.out + said.err).split())
                assert "speaks no TLS" in told, (name, told)
                assert "sslmode=disable in CARNET_DATABASE_URL" in told, (name, told)
        os.environ["CARNET_DATABASE_URL"] = url.update_query_dict({"sslmode": "prefer"}).render_as_string(
            hide_password=False
        )
        assert main(["status"]) == 0
