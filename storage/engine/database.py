"""The one way to the database: an engine, and one transaction per piece of work.

Leaving a `with` block commits, raising rolls back; nothing inside calls `commit`.
"""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Final

from sqlalchemy import Sequence as Numbers
from sqlalchemy import and_, event, func, literal, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engine.connection import Reading
from storage.engine.damage import tells_of_damage
from storage.engine.driver_errors import LEFTOVERS, find_refusal, translate, translating, watch_errors
from storage.engine.parameters import number
from storage.engine.partitions import list_default_partitions
from storage.engine.postgres_reader import PostgresReader
from storage.engine.postgres_writer import Generations, Pool, connect_postgres
from storage.engine.prepared import Prepared
from storage.engine.reader import Reader
from storage.engine.rls import IS_SYSTEM, READING, SYSTEM, Tenancy, list_policies, set_tenancy
from storage.engine.sqlite_reader import SqliteReader
from storage.engine.sqlite_writer import connect_writer
from storage.engine.statistics import write_statistics
from storage.engine.urls import is_behind_pooler, read_url, split_options
from storage.engine.wake import Wakes, take_wakes
from storage.errors import DatabaseError
from storage.models import Audit, Base, Company, Contact, Number, Outbox, User, View

NUMBERED: tuple[type[Base], ...] = (User, Company, Contact, View, Outbox, Audit)
"""The tables whose rows get a number of their own, unique within the tenant."""

_NOTHING: Final = text("SELECT 1")
_SEQUENCES = {model: Numbers(f"{model.__tablename__}_id", metadata=Base.metadata) for model in NUMBERED}


_UNNAMED: Final[Mapping[str, Any]] = {"statement_cache_size": 0}
"""For asyncpg behind a pooler."""
_POOLED: Final[Mapping[str, Any]] = {
    **_UNNAMED,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}
"""The same for SQLAlchemy."""
_STAYING: Final[Mapping[str, Any]] = {"max_queries": math.inf, "max_inactive_connection_lifetime": 0}
_LONGEST: Final = 60
"""Seconds that a statement may take."""
PATIENCE: Final = 30.0
"""Seconds that are waited for a free connection."""


POOL: Final = 8
"""Connections of each kind (writing, reading for a tenant, reading for all) that a process opens at most; those that it
has opened stay, with the statements that they know."""


class _Translated:
    """A block of reads, whose errors are ours. A class, as each turn opens two."""

    __slots__ = ("_block", "_note")

    def __init__(self, block: AbstractAsyncContextManager[Reading], note: Callable[[BaseException], None]) -> None:
        self._block = block
        self._note = note

    async def __aenter__(self) -> Reading:
        with translating(LEFTOVERS):
            return await self._block.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> bool | None:
        if isinstance(error, DatabaseError):
            self._note(error)
        with translating(LEFTOVERS):
            is_handled = await self._block.__aexit__(kind, error, traceback)
        if isinstance(error, LEFTOVERS):
            raise translate(error) from error
        return is_handled


class Database:
    """The two kinds of work that Carnet does: reading, by the driver itself, and writing, by SQLAlchemy's engine.

    SQLite allows one writer at a time: writers of this process wait in line here (first come, first served) rather than
    in SQLite's busy loop, and a writing transaction takes the write lock at its start, so that it never fails half way.
    """

    def __init__(self, engine: AsyncEngine, reader: Reader, system_reader: Reader | None = None) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        self._reader = reader
        self._system_reader = system_reader or reader
        self.wakes = Wakes()
        self._behind: set[asyncio.Task[None]] = set()
        self._writers = asyncio.Lock()
        self.write_refusal = ""
        """Why the last transaction was not written: `disk_full` or `read_only`; empty where it was."""
        self.is_damaged = False
        """It was found damaged, by an error or a look at its file: that stays until a restart, with another file."""

    def reading(self, tenancy: Tenancy = None) -> AbstractAsyncContextManager[Reading]:
        """Lend what runs queries of one tenant (or `SYSTEM`), and writes nothing.

        Each statement sees the newest commit. PostgreSQL shows nothing where no tenancy is given (see `rls.py`);
        behind a pooler the statements are one transaction, which ends with the block.
        """
        reader = self._system_reader if tenancy == SYSTEM else self._reader
        return _Translated(reader.reading(tenancy), self._note)

    @contextlib.asynccontextmanager
    async def writing(self, tenancy: Tenancy = None) -> AsyncIterator[AsyncConnection]:
        """Open one transaction of one tenant (or `SYSTEM`): leaving commits, raising rolls back."""
        with translating(LEFTOVERS), self._noting_refusals():
            async with self._begin() as connection:
                take_wakes(connection)
                await set_tenancy(connection, tenancy)
                yield connection
                wakes = take_wakes(connection)
        self.wakes.tell(wakes)

    @contextlib.contextmanager
    def _noting_refusals(self) -> Iterator[None]:
        """Note that the database does not take what is written, until it does."""
        try:
            yield
        except DatabaseError as error:
            self.write_refusal = find_refusal(error) or self.write_refusal
            self._note(error)
            raise
        self.write_refusal = ""

    def _note(self, error: BaseException) -> None:
        self.is_damaged = self.is_damaged or tells_of_damage(error)

    @contextlib.asynccontextmanager
    async def _begin(self) -> AsyncIterator[AsyncConnection]:
        if not self.is_sqlite:
            async with self.engine.begin() as connection:
                yield connection
            return
        async with self._writers, self.engine.begin() as connection:
            yield connection

    async def run_script(self, tenancy: int, script: str) -> str:
        """Run statements without parameters for a tenant, as one transaction and one message to PostgreSQL.

        Gives what the last one says of itself ("INSERT 0 1"). For what is written beside a read: it goes through the
        connection that has just read, and gives up its read-only mode for its own length. SQLite has no such thing.
        """
        if not isinstance(self._reader, PostgresReader):
            raise TypeError(self.engine.dialect.name)
        return await self._reader.run_script(tenancy, script)

    def run_behind(self, work: Coroutine[Any, Any, None]) -> None:
        """Run what nobody waits for: only closing does."""
        task = asyncio.get_running_loop().create_task(work)
        self._behind.add(task)
        task.add_done_callback(self._behind.discard)

    async def settle(self) -> None:
        """Wait until what runs behind is done."""
        while self._behind:
            await asyncio.wait(self._behind)

    async def ping(self) -> None:
        """Ask the database for nothing; raises `DatabaseError` where it does not answer."""
        async with self.reading() as connection:
            await connection.execute(_NOTHING)

    async def create_tables(self) -> None:
        """Create what is missing, without migrations: for tests and benches."""
        async with self.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
            await connection.run_sync(write_statistics)
            if not self.is_sqlite:
                for statement in (*list_default_partitions(), *list_policies()):
                    await connection.execute(text(statement))

    async def close(self) -> None:
        """Close every connection, once what runs behind is done."""
        await self.settle()
        for reader in (self._reader, self._system_reader):
            await reader.close()
        await self.engine.dispose()


def open_database(url: str, *, pool_size: int = POOL, patience: float = PATIENCE, is_pooled: bool = False) -> Database:
    """Open `sqlite+aiosqlite:///FILE` or `postgresql+asyncpg://...`; `sqlite:` and `postgresql:` alone will do.

    `is_pooled`, or `pgbouncer=true` in the URL, says that a pooler in transaction mode (PgBouncer) stands before
    PostgreSQL: then nothing is kept on a connection from one transaction to the next, and statements are prepared
    without a name. `patience` is how many seconds are waited for a free connection.
    Raises `DatabaseUrlError` for a URL that names no database we know.
    """
    given = read_url(url)
    if given.get_backend_name() == "postgresql":
        is_pooled = is_pooled or is_behind_pooler(given)
        return _open_postgres(given.set(drivername="postgresql+asyncpg"), pool_size, patience, is_pooled=is_pooled)
    full_url = given.set(drivername="sqlite+aiosqlite")
    writing = {"async_creator_fn": connect_writer}
    engine = create_async_engine(full_url, pool_size=pool_size, hide_parameters=True, connect_args=writing)
    watch_errors(engine.sync_engine)
    event.listen(engine.sync_engine, "begin", _begin_immediately)
    (file,), options = engine.dialect.create_connect_args(full_url)
    return Database(engine, SqliteReader(engine.dialect, file, options))


def get_file(url: str) -> Path | None:
    """Give the SQLite file that a URL names; None for another database, or one in memory. Raises `DatabaseUrlError`."""
    given = read_url(url)
    return Path(given.database) if given.get_backend_name() == "sqlite" and given.database else None


def _open_postgres(given: URL, pool_size: int, patience: float, *, is_pooled: bool) -> Database:
    generations = Generations()
    url, own = split_options(given)
    options = {**own, "command_timeout": _LONGEST}
    sizes: dict[str, Any] = {
        "pool_size": pool_size,
        "max_overflow": 0,
        "pool_timeout": patience,
        "pool_use_lifo": True,
        "poolclass": Pool,
    }
    connecting = {**options, **(_POOLED if is_pooled else {}), "async_creator_fn": connect_postgres}
    engine = create_async_engine(url, **sizes, connect_args=connecting, hide_parameters=True)
    watch_errors(engine.sync_engine)
    generations.watch(engine.sync_engine)
    _, place = engine.dialect.create_connect_args(url)

    def read(**settings: str) -> PostgresReader:
        reading = {**place, **options, **(_UNNAMED if is_pooled else {}), "max_size": pool_size, **_STAYING}
        reading["server_settings"] = {**own["server_settings"], **settings}
        return PostgresReader(engine.dialect, reading, generations, patience=patience, is_pooled=is_pooled)

    if is_pooled:
        return Database(engine, read())
    settings = {**READING, "default_transaction_read_only": "on"}
    return Database(engine, read(**settings), read(**settings, **IS_SYSTEM))


def _begin_immediately(connection: Any) -> None:
    """Take the write lock, past SQLAlchemy's cursor: that goes to SQLite's thread and back three times."""
    with translating():
        connection.connection.run_async(lambda driver: driver.execute("BEGIN IMMEDIATE"))


def _prepare_highest(model: Any) -> Prepared:
    """Ask for the highest number that rows of a table have, and for that of those that are gone."""
    table = literal(model.__tablename__, literal_execute=True)
    gone = and_(Number.tenant_id == number("tenant_id"), Number.name == table)
    highest = select(func.max(model.id)).where(model.tenant_id == number("tenant_id")).scalar_subquery()
    forgotten = select(Number.highest).where(gone).scalar_subquery()
    return Prepared(select(highest.label("highest"), forgotten.label("forgotten")), is_quick=True)


_HIGHEST: Final = {model: _prepare_highest(model) for model in NUMBERED}


async def next_ids(connection: AsyncConnection, model: type[Any], tenant_id: int, count: int) -> list[int]:
    """Reserve `count` numbers for new rows of `model`; call it inside a writing transaction.

    SQLite counts on from the highest one (there is one writer); PostgreSQL takes them from a sequence, so that two
    workers never wait for each other.
    """
    if count == 0:
        return []
    if connection.dialect.name == "sqlite":
        [known] = await _HIGHEST[model].fetch(connection, {"tenant_id": tenant_id})
        first = max(highest or 0 for highest in known) + 1
        return list(range(first, first + count))
    rows = await connection.execute(
        text(f"SELECT nextval('{_SEQUENCES[model].name}') FROM generate_series(1, :count)"), {"count": count}
    )
    return [row[0] for row in rows]


def get_sequence(model: type[Any]) -> str:
    """Return the name of the sequence that numbers a model's rows on PostgreSQL."""
    return _SEQUENCES[model].name


async def insert_ignoring(connection: AsyncConnection, model: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of `model`; those whose key is there already are left as they are."""
    if rows:
        insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        await connection.execute(insert(model).on_conflict_do_nothing(), list(rows))
