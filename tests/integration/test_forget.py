"""`carnet forget` as an administrator runs it: it shows, it asks, and it leaves a receipt that is its own."""

import asyncio
import json
import re
from pathlib import Path

import jwt
import pytest
from sqlalchemy import text

from bot.__main__ import main
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.firm.closing import close_tenants_except
from tests.certificates import write_certificate, write_key
from tests.factories import add_company, add_contact, add_tenant, add_user

APP, GONE = "11111111-2222-4333-8444-555555555555", "aaaaaaaa-2222-4333-8444-555555555555"


async def fill(url: str) -> None:
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        for number, entra_id in ((1, "kept"), (2, GONE)):
            await add_tenant(connection, number, entra_id=entra_id)
            await add_user(connection, "Anne", tenant_id=number)
            company = await add_company(connection, "Acme", tenant_id=number)
            await add_contact(connection, "Jane", tenant_id=number, company_id=company)
        await close_tenants_except(connection, ["kept"])
    await database.close()


async def count(url: str, tenant_id: int) -> int:
    database = open_database(url)
    async with database.reading(SYSTEM) as connection:
        found = await connection.scalar(text(f"SELECT count(*) FROM contacts WHERE tenant_id = {tenant_id}"))
    await database.close()
    return found


@pytest.fixture(params=["secret", "certificate"])
def url(request, tmp_path, monkeypatch, sqlite_url) -> str:
    url = sqlite_url
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


def test_a_tenant_that_a_service_with_other_settings_has_is_shown_and_refused(url, capsys):
    """It would be read anew by that service."""
    asyncio.run(open_again(url))
    assert main(["forget", GONE, "--yes"]) == 2
    assert "restart the service first" in capsys.readouterr().err
    assert main(["forget", GONE, "--dry-run"]) == 0
    assert asyncio.run(count(url, 2)) == 1
    assert main(["forget", GONE, "--yes", "--stopped"]) == 0
    assert asyncio.run(count(url, 2)) == 0


async def open_again(url: str) -> None:
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        await connection.execute(text("UPDATE tenants SET state = 'active' WHERE tenant_id = 2"))
    await database.close()


@pytest.fixture(params=["system", "33333333-2222-4333-8444-555555555555", "a file", ""])
def keyless(request, tmp_path, monkeypatch, sqlite_url) -> str:
    url = sqlite_url
    asyncio.run(fill(url))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARNET_DATABASE_URL", url)
    if request.param == "a file":
        (tmp_path / "token").write_text(jwt.encode({"sub": "carnet"}, "k" * 32))
        monkeypatch.setenv("CARNET_APP_ID", APP)
        monkeypatch.setenv("CARNET_APP_TOKEN_FILE", str(tmp_path / "token"))
    elif request.param:
        monkeypatch.setenv("CARNET_APP_ID", APP)
        monkeypatch.setenv("CARNET_MANAGED_IDENTITY", request.param)
    return url


def forget_and_read(tmp_path, capsys) -> tuple[Path, str]:
    assert main(["forget", GONE, "--yes"]) == 0
    [path] = tmp_path.glob("carnet-forgotten-*.jws")
    return path, capsys.readouterr().out


def test_a_receipt_of_an_app_without_a_key_has_one_that_was_shown(keyless, tmp_path, capsys):
    path, shown = forget_and_read(tmp_path, capsys)
    assert asyncio.run(count(keyless, 2)) == 0
    assert jwt.get_unverified_header(path.read_text().strip())["alg"] == "EdDSA"
    [key] = re.findall(r"\b[0-9a-f]{64}\b", shown)
    assert main(["forget", "--verify", str(path), "--key", key.upper()]) == 0
    assert json.loads(capsys.readouterr().out)["tenant"] == GONE
    assert main(["forget", "--verify", str(path)]) == 1
    said = capsys.readouterr().out
    assert key in said
    assert "--key" in said
    assert main(["forget", "--verify", str(path), "--key", "0" * 64]) == 1
    assert GONE not in capsys.readouterr().out
    head, body, signature = path.read_text().split(".")
    path.write_text(".".join((head, body[:9] + ("A" if body[9] != "A" else "B") + body[10:], signature)))
    assert main(["forget", "--verify", str(path), "--key", key]) == 1


@pytest.mark.parametrize("wrong", ["", "no receipt", "a.b.c", "é", jwt.encode({"tenant": GONE}, "", algorithm="none")])
def test_what_is_no_signed_receipt_is_a_sentence(keyless, tmp_path, capsys, wrong):
    path = tmp_path / "wrong.jws"
    path.write_text(wrong, encoding="utf-8")
    assert main(["forget", "--verify", str(path)]) == 1
    said = capsys.readouterr()
    assert "receipt" in said.out
    assert GONE not in said.out + said.err


def test_a_receipt_is_told_from_one_of_another_way_of_signing_in(url, tmp_path, monkeypatch, capsys):
    path, _ = forget_and_read(tmp_path, capsys)
    for name in ("CARNET_APP_SECRET", "CARNET_APP_CERTIFICATE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CARNET_MANAGED_IDENTITY", "system")
    assert main(["forget", "--verify", str(path)]) == 1
    assert "signed with a" in capsys.readouterr().out
    monkeypatch.delenv("CARNET_MANAGED_IDENTITY")
    monkeypatch.setenv("CARNET_APP_SECRET", "another")
    assert main(["forget", "--verify", str(path)]) == 1


@pytest.mark.parametrize("kind", ["locked", "missing", "no key", "no certificate", "no pem", "folder"])
def test_a_bad_certificate_is_a_sentence_and_keeps_everything(url, tmp_path, monkeypatch, capsys, kind):
    receipt = jwt.encode({}, write_key().decode(), algorithm="RS256")
    (tmp_path / "some.jws").write_text(receipt)
    path = tmp_path / "bad.pem"
    if kind == "locked":
        write_certificate(path, password="abcd")
    elif kind == "no key":
        write_certificate(path, has_key=False)
    elif kind == "no certificate":
        path.write_bytes(write_key())
    elif kind == "no pem":
        path.write_bytes(b"\x30\x82")
    elif kind == "folder":
        path.mkdir()
    monkeypatch.setenv("CARNET_APP_CERTIFICATE", str(path))
    for words in (["forget", GONE, "--yes"], ["forget", "--verify", "some.jws"]):
        assert main(words) == 2
        said = capsys.readouterr().err
        assert "CARNET_APP_CERTIFICATE" in said
        assert "should not have happened" not in said
    assert asyncio.run(count(url, 2)) == 1
