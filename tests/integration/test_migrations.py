import asyncio
import multiprocessing
import random
import re
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import text

from storage.engine.database import Database, open_database
from storage.errors import NewerSchemaError, NoDatabaseError
from storage.models import Base
from storage.schema.migrate import check_file, migrate
from storage.schema.revisions import SCRIPTS, list_revisions
from storage.schema.upgrade import find_differences
from tests.live import run_live
from tests.microsoft import make_firm

CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, is_nullable, column_default, character_maximum_length"
    " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    "indexes": "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1, 2",
    "policies": "SELECT tablename, policyname, qual FROM pg_policies ORDER BY 1, 2",
    "locks": "SELECT relname, relrowsecurity, relforcerowsecurity FROM pg_class"
    " WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace ORDER BY 1",
    "parts": "SELECT partrelid::regclass::text, pg_get_partkeydef(partrelid) FROM pg_partitioned_table ORDER BY 1",
    "sequences": "SELECT sequencename, start_value, increment_by FROM pg_sequences ORDER BY 1",
}


LIST_TABLES = {
    True: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
    False: "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace"
    " AND NOT relispartition",
}
KILLS = 20
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(["storage.schema.migrate", "storage.schema.upgrade"])


@pytest.fixture(params=["sqlite", "postgres"])
async def urls(request: pytest.FixtureRequest, tmp_path, make_postgres) -> list[str]:
    if request.param == "sqlite":
        return [f"sqlite:///{tmp_path}/{name}.db" for name in ("empty", "expected")]
    return [await make_postgres(), await make_postgres()]


@pytest.fixture
def empty_url(urls) -> str:
    return urls[0]


@pytest.fixture
async def expected(urls) -> AsyncIterator[Database]:
    database = open_database(urls[1])
    await database.create_tables()
    yield database
    await database.close()


@pytest.fixture
async def opened(empty_url) -> AsyncIterator[Database]:
    database = open_database(empty_url)
    yield database
    await database.close()


async def describe(database: Database) -> dict[str, list]:
    """The schema in the database's own words, without Alembic's table and the order of columns."""
    if database.is_sqlite:
        rows = await fetch(database, "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL")
        tables = {(kind, name): list_parts(sql) for kind, name, sql in rows}
        return {"sqlite": sorted((*key, parts) for key, parts in tables.items() if key[1] != "alembic_version")}
    described = {what: await fetch(database, sql) for what, sql in CATALOGUE.items()}
    return {what: [row for row in rows if row[0] != "alembic_version"] for what, rows in described.items()}


def list_parts(sql: str) -> list[str]:
    """Give the columns and keys of a statement in an order of ours: a column that was added later stands last."""
    head, _, rest = sql.partition("(")
    inner, _, tail = rest.rpartition(")")
    return [head.strip(), *sorted(part.strip() for part in re.split(r",\s*(?![^()]*\))", inner)), tail.strip()]


async def fetch(database: Database, sql: str) -> list[tuple]:
    async with database.reading() as connection:
        return [tuple(row) for row in await connection.execute(text(sql))]


def run_migrate(url: str) -> None:
    asyncio.run(migrate(url))


async def test_a_migrated_database_is_the_one_that_the_code_expects(empty_url, opened, expected):
    await migrate(empty_url)
    assert await describe(opened) == await describe(expected)


async def test_no_difference_is_left_for_another_revision(empty_url, opened):
    await migrate(empty_url)
    async with opened.engine.connect() as connection:
        assert await connection.run_sync(find_differences) == []


async def test_a_second_run_changes_nothing(empty_url, opened):
    await migrate(empty_url)
    before = await describe(opened)
    await migrate(empty_url)
    assert await describe(opened) == before


async def test_two_that_migrate_at_once_do_not_meet(empty_url, opened):
    processes = [FORKS.Process(target=run_migrate, args=(empty_url,)) for _ in range(2)]
    for process in processes:
        process.start()
    for process in processes:
        await asyncio.to_thread(process.join)
    assert [process.exitcode for process in processes] == [0, 0]
    assert await fetch(opened, "SELECT count(*) FROM alembic_version") == [(1,)]


async def test_F68_a_migration_that_is_killed_is_all_there_or_not_at_all(empty_url, opened):
    random_ = random.Random(68)
    for _ in range(KILLS):
        process = FORKS.Process(target=run_migrate, args=(empty_url,))
        process.start()
        await asyncio.sleep(random_.uniform(0.01, 0.4))
        process.kill()
        process.join()
        assert len(await fetch(opened, LIST_TABLES[opened.is_sqlite])) in (0, len(Base.metadata.tables) + 1)
    await migrate(empty_url)
    async with opened.engine.connect() as connection:
        assert await connection.run_sync(find_differences) == []
    async with run_live(opened, make_firm()) as live:
        await live.settle()


async def test_a_database_that_a_newer_release_migrated_is_left_as_it_is(tmp_path):
    url = f"sqlite:///{tmp_path}/firm.db"
    database = open_database(url)
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    await database.close()
    with pytest.raises(NewerSchemaError, match=r"9999.*a newer one was here"):
        await migrate(url)


def test_a_file_that_is_not_there_is_no_database(tmp_path):
    with pytest.raises(NoDatabaseError, match="There is no database at"):
        check_file(f"sqlite:///{tmp_path}/firm.db")


def test_the_revisions_are_alembics_in_their_order():
    scripts = ScriptDirectory(str(SCRIPTS)).walk_revisions()
    assert list_revisions() == tuple(script.revision for script in scripts)


def test_a_start_loads_no_alembic_before_a_migration_is_missing():
    asked = "import sys, bot.cli.serve, bot.cli.worker; print('alembic' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
