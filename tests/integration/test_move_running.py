"""Moving a firm while services run, and one whose people have merged companies and taken people off."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest
from sqlalchemy import select, text

from storage.book.merges import merge_company, part_company
from storage.book.removals import say_is_person, take_off
from storage.engine.database import Database, open_database
from storage.engine.occupation import occupying
from storage.engine.rls import SYSTEM
from storage.firm.rule_values import FirmRules
from storage.firm.tenants import add_tenant
from storage.models import Base
from storage.schema.migrate import migrate
from storage.schema.move import find_differences, move
from storage.viewer import Viewer
from tests import syncing
from tests.corrections import ASIDE, open_firm
from tests.installation import Installation
from tests.office import Office
from tests.syncing import Sync

sync = syncing.sync
ANNE, BOB = ("Anne Martin", "anne.martin@lex.example"), ("Bob Stone", "bob.stone@lex.example")
CLAIRE, PIERRE = ("Claire Dubois", "claire@nordwind.example"), ("Pierre Roche", "pierre@nordwind-logistics.example")
ERIC, DESK = ("Eric Noir", "eric@hexagone.example"), ("Fourth Floor", "floor@hexagone.example")
OTHER = "cccccccc-2222-4333-8444-555555555555"


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """What `sync` fills: only a file moves."""
    database = open_database(sqlite_url)
    yield database
    await database.close()


@pytest.fixture
async def office(sync: Sync, firm) -> Office:
    """Anne knows all, Bob those of one company; she merges two, and takes people off."""
    firm.send_mail(ANNE, [CLAIRE, PIERRE])
    firm.send_mail(BOB, [PIERRE])
    firm.send_mail(ANNE, [ERIC, DESK])
    await sync.run()
    return await open_firm(sync)


async def change(office: Office, how, *given, **more) -> None:
    viewer = office.people["Anne Martin"]
    async with office.database.writing(viewer.tenant_id) as connection:
        await how(connection, viewer, *given, **more, now=1, source="chat")


def run(words: list[str], **variables: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "bot", *words]
    environment = {**os.environ, **variables}
    return subprocess.run(line, capture_output=True, text=True, check=False, env=environment, timeout=90)


def begin(words: list[str], **variables: str) -> subprocess.Popen[str]:
    line, environment = [sys.executable, "-m", "bot", *words], {**os.environ, **variables}
    return subprocess.Popen(line, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)


async def read_book(database: Database, firm: int = 1) -> dict[str, list]:
    """Every row of a firm's address book, as plain values, but its number."""
    rows = {}
    async with database.reading(SYSTEM) as connection:
        for table in Base.metadata.sorted_tables:
            if table.name not in ASIDE:
                columns = [column for column in table.c if column.name != "tenant_id"]
                query = select(*columns).where(table.c.tenant_id == firm).order_by(*table.primary_key)
                found = await connection.execute(query)
                rows[table.name] = [tuple(row) for row in found]
    return rows


@pytest.mark.parametrize("kind", ["postgres", "file"])
async def test_what_people_merged_and_took_off_moves_and_can_be_taken_back_there(office, make_postgres, tmp_path, kind):
    merged, kept = (office.companies[name] for name in ("Nordwind Logistics", "Nordwind"))
    before = await read_book(office.database)
    await change(office, merge_company, merged, kept)
    await change(office, take_off, office.contacts["Eric Noir"], is_off=True)
    await change(office, say_is_person, office.contacts["Fourth Floor"], is_person=False)
    url = await make_postgres() if kind == "postgres" else f"sqlite:///{tmp_path}/new.db"
    await migrate(url)
    target, source = open_database(url), office.database
    try:
        await add_another(target)
        async for _ in move(source, target, 1):
            pass
        assert await find_differences(source, target) == []
        assert await read_book(target, 2) == await read_book(source)
        await change(office, part_company, merged)
        office.database, office.people["Anne Martin"] = target, Viewer(2, office.people["Anne Martin"].user_id)
        await change(office, part_company, merged)
        parted = await read_book(target, 2)
        assert parted == await read_book(source)
        assert parted["removals"] != before["removals"]
    finally:
        office.database = source
        await target.close()


async def add_another(target: Database) -> None:
    """Let the target have a firm already, under the number that the other has in its file."""
    async with target.writing(SYSTEM) as connection:
        await add_tenant(connection, OTHER, FirmRules(), 1)


@pytest.mark.parametrize("word", ["serve", "worker"])
async def test_a_file_at_which_a_service_is_moves_nowhere_and_takes_nothing(microsoft, tmp_path, sqlite_url, word):
    installation = Installation(microsoft, sqlite_url, tmp_path, worker_port=0)
    installation.start("service", word)
    try:
        await wait_for_lock(tmp_path, installation)
        other = f"sqlite:///{tmp_path}/new.db"
        await migrate(other)
        for source, target in ((sqlite_url, other), (other, sqlite_url)):
            done = await asyncio.to_thread(run, ["move", "--from", source, "--to", target])
            assert (done.returncode, "stop it first" in done.stderr) == (2, True), done
        installation.kill("service")
        done = await asyncio.to_thread(run, ["move", "--from", sqlite_url, "--to", other])
        assert "stop it first" not in done.stderr
    finally:
        installation.end()


async def wait_for_lock(folder, installation: Installation) -> None:
    while not (folder / "carnet.db-service").exists():
        assert installation.pids, installation.read_log("service")
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)


async def test_no_service_starts_at_a_file_that_moves(microsoft, tmp_path, sqlite_url):
    installation = Installation(microsoft, sqlite_url, tmp_path)
    with occupying(tmp_path / "carnet.db", is_alone=True):
        for word in ("serve", "worker"):
            installation.start(word, word)
            while word in installation.pids:
                await asyncio.sleep(0.05)
            said = installation.read_log(word)
            assert said.startswith(f"carnet {word}: "), said
            assert ("wait until it has ended" in said, "Traceback" in said) == (True, False), said


async def test_ctrl_c_leaves_nothing_and_says_so(tmp_path, office, make_postgres):
    url = await make_postgres()
    await migrate(url)
    target = open_database(url)
    holder = await target.engine.connect()
    await holder.execute(text("LOCK TABLE companies IN EXCLUSIVE MODE"))  # so that the move stops half way
    file = office.database.engine.url.database
    process = begin(["move", "--from", f"sqlite:{file}"], CARNET_MOVE_TO=url)
    try:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not await holder.scalar(waiting):
            assert process.poll() is None, process.communicate()
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, error = await asyncio.to_thread(process.communicate)
        assert (process.returncode, error.count("\n"), "Traceback" in error) == (130, 1, False), error
        async with target.reading(SYSTEM) as connection:
            assert await connection.scalar(text("SELECT count(*) FROM tenants")) == 0
    finally:
        process.kill()
        await holder.close()
        await target.close()
