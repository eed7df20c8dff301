"""`/livez`, `/readyz` and `/healthz`: what is wrong is said, and nothing that is wrong is called well."""

import asyncio
import itertools
import time
from datetime import timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import make_url, select, text

from bot.cli.doctor.findings import Level
from bot.cli.doctor.store import check_database
from bot.config import Config
from bot.health import troubles
from bot.health.monitor import PATIENCE, HealthMonitor
from bot.health.routes import add_health_routes
from bot.health.troubles import ProcessState
from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.errors import StoreUnavailableError
from storage.firm.tenants import add_mailboxes
from storage.models import Base
from storage.schema.migrate import migrate
from tests.certificates import NOW, write_certificate
from tests.factories import add_tenant, add_user
from tests.freezer import run_freezer

TENANT = "11111111-2222-4333-8444-555555555555"
T = int(NOW.timestamp())
SUBSCRIBED = """
    INSERT INTO subscriptions (tenant_id, user_id, resource, graph_id, client_state_digest, state, expires_at, renew_at,
    failures, reason) VALUES (1, 1, 'messages', '', '', 'refused', 0, 0, 3, '403')
"""
PUT_OFF = f"""
    INSERT INTO chores (tenant_id, name, due_at, failures, last_success_at, link, reason)
    VALUES (1, 'retention', {T + 240}, 1, {T - 60}, '', 'purge_needs_word:60')
"""
HELD = """
    INSERT INTO firm_rules (tenant_id, name, value, is_first, changed_at) VALUES (1, 'retention_days', '365', true, 0)
"""


@pytest.fixture
async def well(database: Database) -> Database:
    """A database of one firm whose directory was looked at a minute ago."""
    async with database.writing(SYSTEM) as connection:
        await add_tenant(connection, 1, entra_id=TENANT)
        await add_user(connection, "Anne")
        chore = f"VALUES (1, 'directory', {T + 240}, 0, {T - 60}, '', '')"
        columns = "(tenant_id, name, due_at, failures, last_success_at, link, reason)"
        await connection.execute(text(f"INSERT INTO chores {columns} {chore}"))
        await add_mailboxes(connection, 1, [await connection.scalar(text("SELECT entra_id FROM users"))], T)
        await connection.execute(text("UPDATE mailboxes SET state = 'current'"))
    return database


async def ask(database: Database, path: str, config: Config | None = None, **known) -> tuple[int, dict]:
    config = config or Config(database_url="sqlite:///nowhere.db", tenants=(TENANT,))
    app = web.Application()
    is_alive = known.pop("is_alive", lambda: True)
    add_health_routes(app, HealthMonitor(database, lambda: T, ProcessState(config, **known)), is_alive=is_alive)
    async with TestClient(TestServer(app)) as client, client.get(path) as answer:
        return answer.status, await answer.json()


def get_keys(body: dict) -> list[str]:
    return [reason["key"] for reason in body["reasons"]]


async def test_what_is_well_is_ready_and_ok(well):
    assert (await ask(well, "/readyz"))[0] == 200
    status, body = await ask(well, "/healthz")
    assert (status, body["status"], body["reasons"], body["mailboxes"]["total"]) == (200, "ok", [], 1)


async def test_a_page_that_was_never_built_is_not_ready(well):
    status, body = await ask(well, "/readyz", has_page=False)
    assert (status, get_keys(body)) == (503, ["no_page"])
    assert "bot.web.build" in body["reasons"][0]["what"]


async def test_a_page_that_was_moved_away_is_told_though_it_is_still_served(well):
    status, body = await ask(well, "/healthz", is_page_kept=lambda: False)
    assert (status, body["status"], get_keys(body)) == (200, "degraded", ["page_lost"])
    assert (await ask(well, "/readyz", is_page_kept=lambda: False))[0] == 200


@pytest.mark.parametrize(("was_let_in", "status"), [(False, 503), (True, 200)])
async def test_a_wrong_secret_keeps_a_new_process_back_and_is_told_by_an_old_one(well, was_let_in, status):
    known = {"get_refusal": lambda: "AADSTS7000215", "was_let_in": lambda: was_let_in}
    assert (await ask(well, "/readyz", **known))[0] == status
    body = (await ask(well, "/healthz", **known))[1]
    assert body["status"] == ("degraded" if was_let_in else "unavailable")
    assert "AADSTS7000215" in body["reasons"][0]["what"]


async def test_a_sign_in_that_cannot_be_reached_is_told(well):
    status, body = await ask(well, "/healthz", get_outage=lambda: "ProxyError")
    assert (status, body["status"], get_keys(body)) == (200, "degraded", ["sign_in_away"])
    assert "ProxyError" in body["reasons"][0]["what"]


async def test_a_directory_that_was_read_before_may_fail_now_and_then(well):
    async with well.writing(SYSTEM) as connection:
        await connection.execute(text("UPDATE chores SET failures = 2, reason = 'answered:503'"))
    assert (await ask(well, "/healthz"))[1]["status"] == "ok"


async def test_A24_a_full_disk_is_neither_ready_nor_well(well, tmp_path, monkeypatch):
    monkeypatch.setattr(troubles, "LEAST_FREE", 1 << 62)
    config = Config(database_url=f"sqlite:///{tmp_path}/x.db", tenants=(TENANT,))
    assert (await ask(well, "/readyz", config))[0] == 503
    well.write_refusal = "disk_full"
    assert get_keys((await ask(well, "/healthz", config))[1]) == ["disk_full"]


@pytest.mark.parametrize("reason", ["disk_full", "read_only"])
async def test_A24_a_database_that_refuses_what_is_written_is_not_ready_until_it_takes_it(well, reason):
    well.write_refusal = reason
    status, body = await ask(well, "/readyz")
    assert (status, get_keys(body)) == (503, [reason])
    async with well.writing(SYSTEM) as connection:
        await connection.execute(text("UPDATE tenants SET name = 'Lex'"))
    assert (await ask(well, "/readyz"))[0] == 200


async def test_a_file_that_may_not_be_written_is_noticed_by_the_first_write(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/x.db")
    await database.create_tables()
    async with database.engine.connect() as connection:
        await connection.execute(text("PRAGMA query_only = ON"))
    with pytest.raises(StoreUnavailableError):
        async with database.writing(SYSTEM) as connection:
            await add_tenant(connection, 1)
    assert database.write_refusal == "read_only"
    await database.close()


async def test_a_database_without_tables_is_not_ready(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/empty.db")
    status, body = await ask(database, "/readyz")
    assert (status, get_keys(body)) == (503, ["schema_none"])
    assert (await ask(database, "/healthz"))[0] == 503
    assert (await ask(database, "/livez"))[0] == 200
    await database.close()


async def test_a_file_of_another_program_is_said_to_be_so(tmp_path):
    database = open_database(f"sqlite:///{tmp_path}/notes.db")
    async with database.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE notes (word TEXT)"))
    status, body = await ask(database, "/readyz")
    assert (status, get_keys(body)) == (503, ["schema_foreign"])
    assert (await ask(database, "/healthz"))[0] == 503
    await database.close()


async def test_a_schema_of_a_newer_release_is_told_and_served(well):
    async with well.engine.begin() as connection:
        await connection.execute(text("CREATE TABLE IF NOT EXISTS alembic_version (version_num VARCHAR(32))"))
        await connection.execute(text("INSERT INTO alembic_version VALUES ('9999')"))
    status, body = await ask(well, "/readyz")
    assert (status, get_keys(body)) == (200, ["schema_newer"])
    assert (await ask(well, "/healthz"))[1]["status"] == "degraded"
    async with well.engine.begin() as connection:
        await connection.execute(text("DROP TABLE alembic_version"))


async def test_a_database_that_is_away_is_not_ready_and_the_process_is_alive_all_the_same():
    database = open_database("postgresql://nobody@127.0.0.1:1/none")
    status, body = await ask(database, "/readyz")
    assert (status, get_keys(body)) == (503, ["database_away"])
    assert (await ask(database, "/livez"))[0] == 200
    await database.close()


async def test_a_loop_that_has_ended_ends_the_process_s_life(well):
    assert (await ask(well, "/livez", is_alive=lambda: False))[0] == 503


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (f"UPDATE chores SET due_at = {T - 600}", "directory_late"),
        (f"UPDATE chores SET last_success_at = {T - 3600}", "directory_late"),
        (f"UPDATE chores SET failures = 3, last_success_at = {T - 3600}", "directory_failing"),
        ("UPDATE chores SET failures = 1, last_success_at = 0", "directory_failing"),
        ("UPDATE chores SET failures = 2, last_success_at = 0, reason = 'answered:404 x'", "directory_failing"),
        ("UPDATE chores SET failures = 1, reason = 'group_unknown:x' WHERE name = 'directory'", "group_unknown"),
        ("UPDATE mailboxes SET state = 'retrying'", "mailboxes_failing"),
        ("UPDATE mailboxes SET state = 'stopped'", "nobody_read"),
        ("UPDATE mailboxes SET state = 'skipped'", "nobody_read"),
        ("DELETE FROM mailboxes", "nobody_read"),
        ("UPDATE tenants SET state = 'needs_admin'", "firms_stopped"),
        (PUT_OFF, "purge_waits"),
        (PUT_OFF.replace("purge_needs_word:60", "clocks_differ"), "clocks_differ"),
        (HELD, "rules_held"),
        ("UPDATE tenants SET entra_id = 'another'", "firms_unread"),
        (
            SUBSCRIBED,
            "subscriptions_refused",
        ),
    ],
)
async def test_what_stands_still_is_told(well, change, key):
    async with well.writing(SYSTEM) as connection:
        await connection.execute(text(change))
    status, body = await ask(well, "/healthz")
    assert (status, body["status"], get_keys(body)) == (200, "degraded", [key])
    assert (await ask(well, "/readyz"))[0] == 200


async def test_what_the_app_signs_in_with_is_judged_by_its_end(well, tmp_path):
    for days, status, keys in ((40, "ok", []), (6, "ok", ["credential_ending"]), (-2, "degraded", ["credential_over"])):
        path = write_certificate(tmp_path / "app.pem", NOW + timedelta(days=days))
        config = Config(database_url="sqlite:///x.db", tenants=(TENANT,), app_certificate=path)
        body = (await ask(well, "/healthz", config))[1]
        assert (body["status"], get_keys(body)) == (status, keys)


async def test_the_reasons_are_said_in_the_language_that_is_asked_for(well):
    app = web.Application()
    config = Config(database_url="sqlite:///nowhere.db", tenants=(TENANT,))
    add_health_routes(app, HealthMonitor(well, lambda: T, ProcessState(config, has_page=False)))
    async with TestClient(TestServer(app)) as client:
        answer = await client.get("/readyz", headers={"Accept-Language": "fr-FR,fr;q=0.9"})
        assert "n'a jamais été construite" in (await answer.json())["reasons"][0]["what"]


async def damage(path, *, pages: int) -> None:
    """Make a database with tables, and write over its last pages."""
    database = open_database(f"sqlite:///{path}")
    await database.create_tables()
    await database.close()
    with path.open("r+b") as file:
        file.seek(-pages * 4096, 2)
        file.write(b"\xff" * pages * 4096)


async def test_A24_a_damaged_file_is_not_ready_from_the_first_look(tmp_path):
    path = tmp_path / "x.db"
    await damage(path, pages=20)
    database = open_database(f"sqlite:///{path}")
    status, body = await ask(database, "/readyz", Config(database_url=f"sqlite:///{path}", tenants=(TENANT,)))
    await database.close()
    assert (status, get_keys(body)) == (503, ["damaged"])
    assert "backup" in body["reasons"][0]["what"]


async def test_the_doctor_looks_through_the_whole_file(tmp_path):
    path = tmp_path / "x.db"
    await damage(path, pages=20)
    found = [one async for one in check_database(Config(database_url=f"sqlite:///{path}", tenants=(TENANT,)), NOW)]
    assert [(one.key, one.level) for one in found] == [("damaged", Level.PROBLEM)]


async def test_A24_damage_that_a_read_meets_is_not_forgotten(tmp_path):
    path = tmp_path / "x.db"
    await damage(path, pages=60)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(StoreUnavailableError):
        async with database.reading(SYSTEM) as connection:
            for table in Base.metadata.tables.values():
                await connection.execute(select(table))
    assert database.is_damaged
    await database.close()


@pytest.mark.parametrize("is_pooled", [False, True])
async def test_a_database_that_accepts_and_never_answers_is_told_in_time_and_well_again_soon(make_postgres, is_pooled):
    url = make_url(await make_postgres()).set(drivername="postgresql+asyncpg")
    await migrate(url.render_as_string(hide_password=False))
    async with run_freezer(url) as (through, freezer):
        database = open_database(through.render_as_string(hide_password=False), is_pooled=is_pooled)
        config = Config(database_url=through.render_as_string(hide_password=False), tenants=())
        app, times = web.Application(), itertools.count(T, 10)
        add_health_routes(app, HealthMonitor(database, lambda: next(times), ProcessState(config)))
        async with TestClient(TestServer(app)) as client:
            assert (await client.get("/readyz")).status == 200
            freezer.freeze()
            for path in ("/readyz", "/healthz", "/readyz"):
                begun_at = time.monotonic()
                async with asyncio.timeout(10), client.get(path) as answer:
                    assert (answer.status, get_keys(await answer.json())) == (503, ["database_away"])
                assert time.monotonic() - begun_at < PATIENCE + 1
            freezer.thaw()
            async with asyncio.timeout(10):
                assert (await client.get("/readyz")).status == 200
        async with asyncio.timeout(10):
            await database.close()
