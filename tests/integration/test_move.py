"""Moving a firm that has outgrown its file."""

import asyncio
import shutil
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update

from bot.__main__ import main
from bot.cli.urls import read_argument
from storage.engine.database import Database, next_ids, open_database
from storage.engine.rls import SYSTEM
from storage.models import Base, Company, Contact, Interaction, InteractionContact, Mailbox, Number, Outbox, Quarantined
from storage.schema.migrate import migrate
from storage.schema.move import find_differences, move
from tests.factories import (
    NOW,
    add_company,
    add_company_relationship,
    add_contact,
    add_relationship,
    add_tenant,
    add_user,
)


@pytest.fixture(scope="module")
def filled_files(tmp_path_factory, migrated_file) -> dict[int, Path]:
    """A file with one firm, and one with two, to be copied."""
    files = {count: tmp_path_factory.mktemp("filled") / f"{count}.db" for count in (1, 2)}
    for count, file in files.items():
        shutil.copy(migrated_file, file)
        asyncio.run(fill_file(file, count))
    return files


async def fill_file(file: Path, count: int) -> None:
    database = open_database(f"sqlite:///{file}")
    for tenant_id in range(1, count + 1):
        await fill(database, tenant_id)
    await database.close()


@pytest.fixture
async def source(tmp_path, filled_files):
    shutil.copy(filled_files[2], tmp_path / "old.db")
    database = open_database(f"sqlite:///{tmp_path}/old.db")
    yield database
    await database.close()


async def fill(database: Database, tenant_id: int, **firm: str) -> None:
    """A tenant with names in every script, history of many years, JSON and digests."""
    async with database.writing(SYSTEM) as connection:
        await add_tenant(connection, tenant_id, domains=["lex.example"], settings={"é": [1, None, {"a": "漢"}]}, **firm)
        user = await add_user(connection, "Zoé Ünal", tenant_id=tenant_id)
        await connection.execute(insert(Mailbox).values(tenant_id=tenant_id, user_id=user, due_at=NOW))
        for number in range(30):
            company = await add_company(connection, f"Société {number} 漢字 🙂", tenant_id=tenant_id)
            contact = await add_contact(connection, f"Jöhn {number}", tenant_id=tenant_id, company_id=company)
            await add_company_relationship(connection, user, company, tenant_id=tenant_id)
            await add_relationship(connection, user, contact, tenant_id=tenant_id)
            for year in range(12):
                at = NOW - year * 31_536_000 if year else 0
                key = {"tenant_id": tenant_id, "user_id": user, "source_digest": bytes([number, year] * 8)}
                row = {"occurred_at": at, "kind": 1, "is_planned": bool(year % 2)}
                await connection.execute(insert(Interaction).values(message_digest=bytes(16), **key, **row))
                await connection.execute(insert(InteractionContact).values(contact_id=contact, **key, **row))
        await connection.execute(update(Contact).values(name_rank=2**62))  # as names have it that many carry
        digest = {"source_digest": bytes(range(16)), "feed": "inbox", "reason": "x"}
        await connection.execute(insert(Quarantined).values(tenant_id=tenant_id, user_id=user, **digest))
        await connection.execute(
            insert(Outbox).values(tenant_id=tenant_id, id=1, user_id=user, kind="view", payload={})
        )


@pytest.fixture
async def target(postgres_url):
    database = open_database(postgres_url)
    yield database
    await database.close()


async def move_all(source: Database, target: Database, batch: int = 50) -> int:
    return len([moved async for moved in move(source, target, NOW, batch)])


async def read_all(database: Database) -> dict[str, list]:
    """Every row of every table, as plain values."""
    rows = {}
    async with database.reading(SYSTEM) as connection:
        for table in Base.metadata.sorted_tables:
            found = await connection.execute(select(table).order_by(*table.primary_key.columns))
            rows[table.name] = [tuple(row) for row in found]
    return rows


async def test_everything_arrives_as_it_was(source, target):
    await move_all(source, target)
    assert await find_differences(source, target) == []
    assert await read_all(target) == await read_all(source)


async def test_a_move_that_is_interrupted_leaves_nothing_and_may_be_said_again(source, target):
    before = await read_all(target)
    for stop_after in (1, 7, 60):
        moves = move(source, target, NOW, 50)
        for _ in range(stop_after):
            await anext(moves)
        await moves.aclose()
        assert await read_all(target) == before
    async with source.writing(SYSTEM) as connection:  # as long as before: no sum would tell
        await connection.execute(update(Company).where(Company.tenant_id == 1).values(name=func.upper(Company.name)))
    await move_all(source, target)
    assert await read_all(target) == await read_all(source)


async def test_a_finished_move_that_is_run_again_changes_nothing(source, target):
    await move_all(source, target)
    await move_all(source, target)
    assert await find_differences(source, target) == []


async def test_what_differs_is_named(source, target):
    await move_all(source, target)
    async with target.writing(SYSTEM) as connection:
        await connection.execute(
            update(Company).where(Company.tenant_id == 2).values(name="Other name of great length")
        )
    [difference] = await find_differences(source, target)
    assert (difference.tenant_id, difference.table, difference.what) == (2, "companies", "name")


async def test_a_number_that_differs_by_one_among_huge_ones_is_named(source, target):
    await move_all(source, target)
    async with target.writing(SYSTEM) as connection:
        one = (Contact.tenant_id == 2) & (Contact.name == "Jöhn 7")
        await connection.execute(update(Contact).where(one).values(name_rank=2**62 + 1))
    [difference] = await find_differences(source, target)
    assert (difference.table, difference.what) == ("contacts", "name_rank")


async def test_new_rows_are_numbered_above_those_that_came_along(source, target):
    await move_all(source, target)
    async with target.writing(1) as connection:
        [number] = await next_ids(connection, Company, 1, 1)
        assert number > await connection.scalar(select(func.max(Company.id)))


async def test_a_number_that_was_deleted_is_not_given_again(source, target):
    async with source.writing(SYSTEM) as connection:
        await connection.execute(insert(Number).values(tenant_id=1, name="companies", highest=5_000))
    await move_all(source, target)
    async with target.writing(1) as connection:
        [number] = await next_ids(connection, Company, 1, 1)
    assert number > 5_000


async def test_old_history_lies_in_its_parts(source, target):
    await move_all(source, target)
    async with target.reading(SYSTEM) as connection:
        parts = set(await connection.scalars(text("SELECT DISTINCT tableoid::regclass::text FROM interactions")))
    assert {"interactions_rest", "interactions_2025", "interactions_2019"} <= parts


async def test_nobody_writes_to_the_old_one_meanwhile(source, target):
    moves = move(source, target, NOW, 50)
    await anext(moves)
    other = sqlite3.connect(source.engine.url.database, timeout=0.1)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("UPDATE companies SET name = 'x'")
    other.close()
    await moves.aclose()


async def test_firms_that_are_others_keep_apart_though_they_have_the_same_number(source, target, sqlite_url):
    await move_all(source, target)
    third = open_database(sqlite_url)
    await fill(third, 1, entra_id="another firm")
    await move_all(third, target)
    assert await find_differences(third, target) == []
    assert await find_differences(source, target) == []
    async with target.reading(SYSTEM) as connection:
        firms = (await connection.execute(text("SELECT entra_id, tenant_id, state FROM tenants ORDER BY 2"))).all()
        counts = (
            await connection.execute(text("SELECT tenant_id, count(*) FROM contacts GROUP BY 1 ORDER BY 1"))
        ).all()
    assert [tuple(row)[1:] for row in firms] == [(1, "active"), (2, "active"), (3, "active")]
    assert [tuple(row) for row in counts] == [(1, 30), (2, 30), (3, 30)]
    await third.close()


async def test_a_firm_that_is_arriving_is_seen_by_nobody_until_all_of_it_is_there(source, target):
    seen = []
    async for _ in move(source, target, NOW, 50):
        async with target.reading(SYSTEM) as connection:
            seen.append(await connection.scalar(text("SELECT count(*) FROM tenants")))
    assert set(seen) == {0}
    async with target.reading(SYSTEM) as connection:
        assert set(await connection.scalars(text("SELECT state FROM tenants"))) == {"active"}


async def test_a_firm_that_lives_there_already_is_not_written_to(source, target):
    await move_all(source, target)
    async with target.writing(SYSTEM) as connection:
        await connection.execute(text("DELETE FROM contacts WHERE tenant_id = 1 AND id > 10"))
    await move_all(source, target)
    assert {one.table for one in await find_differences(source, target)} == {"contacts"}


def test_what_arrived_otherwise_is_taken_back(two_files, tmp_path, capsys):
    words = ["move", "--from", "sqlite:old.db", "--to", "sqlite:new.db"]
    assert main(words) == 1
    assert "nothing was left" in capsys.readouterr().out
    with sqlite3.connect(tmp_path / "new.db") as database:
        assert database.execute("SELECT count(*) FROM tenants").fetchall() == [(0,)]
        database.execute("DROP TRIGGER breaks")
    assert main(words) == 0


@pytest.fixture
def two_files(tmp_path, monkeypatch, filled_files, migrated_file) -> None:
    """Stand where a file is to be moved, and one that keeps other names than it is given."""
    monkeypatch.chdir(tmp_path)
    shutil.copy(filled_files[1], tmp_path / "old.db")
    shutil.copy(migrated_file, tmp_path / "new.db")
    with sqlite3.connect(tmp_path / "new.db") as database:
        change = "UPDATE contacts SET name = 'x' || name WHERE id = new.id AND tenant_id = new.tenant_id"
        database.execute(f"CREATE TRIGGER breaks AFTER INSERT ON contacts BEGIN {change}; END")


@pytest.mark.parametrize(
    ("language", "sentences"),
    [("en", ["lived in the new one already", "companies"]), ("fr", ["déjà dans la nouvelle", "sociétés"])],
)
def test_a_firm_that_lived_there_otherwise_is_said_to_be_left_alone(two_files, tmp_path, capsys, language, sentences):
    with sqlite3.connect(tmp_path / "new.db") as database:
        database.execute("DROP TRIGGER breaks")
    words = ["move", "--from", "sqlite:old.db", "--to", "sqlite:new.db", "--language", language]
    assert main(words) == 0
    with sqlite3.connect(tmp_path / "new.db") as database:
        database.execute("UPDATE companies SET name = name || 'x'")
    capsys.readouterr()
    assert main(words) == 1
    told = capsys.readouterr().out
    assert all(sentence in told for sentence in sentences)
    with sqlite3.connect(tmp_path / "new.db") as database:
        assert database.execute("SELECT count(*) FROM contacts").fetchone() == (30,)


@pytest.mark.parametrize(
    "other", ["sqlite:old.db", "sqlite:///old.db", " sqlite:old.db ", "sqlite:///{}", "sqlite:link"]
)
def test_a_database_is_not_moved_to_itself(two_files, tmp_path, capsys, other):
    (tmp_path / "link").symlink_to(tmp_path / "old.db")
    assert main(["move", "--from", "sqlite:old.db", "--to", other.format(tmp_path / "old.db")]) == 2
    assert "are the same" in capsys.readouterr().err


def test_only_a_file_is_moved(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CARNET_DATABASE_URL", "postgresql://u@127.0.0.1:1/x")
    assert main(["move", "--to", "sqlite:new.db"]) == 2
    assert "pg_dump" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_password_on_a_command_line_is_refused_and_one_in_a_file_is_taken(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["move", "--from", "sqlite:old.db", "--to", "postgresql://u:hidden@127.0.0.1:1/x"]) == 2
    said = capsys.readouterr().err
    assert ("CARNET_MOVE_TO" in said, "hidden" in said) == (True, False)
    (tmp_path / "url").write_text("postgresql://u:hidden@127.0.0.1:1/x\n")
    assert read_argument("@url", "--to", "CARNET_MOVE_TO", "") == "postgresql://u:hidden@127.0.0.1:1/x"
    with pytest.raises(ValueError, match="CARNET_MOVE_TO"):
        read_argument(None, "--to", "CARNET_MOVE_TO", "")


async def test_S36_the_file_is_its_owners_alone(tmp_path):
    await migrate(f"sqlite:///{tmp_path}/old.db")
    assert stat.S_IMODE((tmp_path / "old.db").stat().st_mode) == 0o600
