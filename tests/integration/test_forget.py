"""`carnet forget` as an administrator runs it: it shows, it asks, and it leaves a receipt that is its own."""

import asyncio
import json

import pytest
from sqlalchemy import text

from bot.__main__ import main
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.schema.migrate import migrate
from tests.certificates import write_certificate
from tests.factories import add_company, add_contact, add_tenant, add_user

APP, GONE = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"


async def fill(url: str) -> None:
    await migrate(url)
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        for number, entra_id in ((1, "kept"), (2, GONE)):
            await add_tenant(connection, number, entra_id=entra_id)
            await add_user(connection, "Anne", tenant_id=number)
            company = await add_company(connection, "Acme", tenant_id=number)
            await add_contact(connection, "Jane", tenant_id=number, company_id=company)
    await database.close()


async def count(url: str, tenant_id: int) -> int:
    database = open_database(url)
    async with database.reading(SYSTEM) as connection:
        found = await connection.scalar(text(f"SELECT count(*) FROM contacts WHERE tenant_id = {tenant_id}"))
    await database.close()
    return found


@pytest.fixture(params=["secret", "certificate"])
def url(request, tmp_path, monkeypatch) -> str:
    url = f"sqlite:///{tmp_path}/carnet.db"
    asyncio.run(fill(url))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARNET_DATABASE_URL", url)
    monkeypatch.setenv("CARNET_APP_ID", APP)
    monkeypatch.setenv("CARNET_APP_SECRET", "a secret")
    if request.param == "certificate":
        monkeypatch.setenv("CARNET_APP_CERTIFICATE", write_certificate(tmp_path / "app.pem"))
    return url


def test_a_dry_run_shows_what_would_go_and_deletes_nothing(url, capsys):
    assert main(["forget", GONE.upper(), "--dry-run"]) == 0
    assert "1 contacts" in capsys.readouterr().out
    assert asyncio.run(count(url, 2)) == 1


def test_nothing_goes_without_a_yes(url, capsys):
    assert main(["forget", GONE]) == 2
    assert "--yes" in capsys.readouterr().err
    assert asyncio.run(count(url, 2)) == 1


def test_what_goes_leaves_a_receipt_that_is_ours_until_it_is_changed(url, tmp_path, capsys):
    assert main(["forget", GONE, "--yes"]) == 0
    assert (asyncio.run(count(url, 2)), asyncio.run(count(url, 1))) == (0, 1)
    [path] = tmp_path.glob("carnet-forgotten-*.jws")
    capsys.readouterr()
    assert main(["forget", "--verify", str(path)]) == 0
    claims = json.loads(capsys.readouterr().out)
    assert (claims["tenant"], claims["rows"]["contacts"], claims["rows"]["users"]) == (GONE, 1, 1)
    head, body, signature = path.read_text().split(".")
    path.write_text(".".join((head, body[:9] + ("A" if body[9] != "A" else "B") + body[10:], signature)))
    assert main(["forget", "--verify", str(path)]) == 1


def test_a_receipt_that_cannot_be_written_keeps_everything(url, capsys):
    assert main(["forget", GONE, "--yes", "--receipt", "/nowhere"]) == 2
    assert asyncio.run(count(url, 2)) == 1


def test_a_tenant_that_is_served_or_none_is_refused(url, monkeypatch, capsys):
    assert main(["forget", "firm.example", "--yes"]) == 2
    assert "domain name" in capsys.readouterr().err
    monkeypatch.setenv("CARNET_TENANTS", json.dumps([GONE.upper()]))
    assert main(["forget", GONE, "--yes"]) == 2
    assert asyncio.run(count(url, 2)) == 1
