"""Big firms to ask questions of, made once for each schema and kept for the next run."""

import asyncio
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from storage.engine.database import open_database
from storage.engine.partitions import add_partitions
from storage.engine.rls import SYSTEM
from storage.models import Base
from storage.schema.migrate import migrate
from tests.bench import population
from tests.bench.databases import name_database, run_sql, running_postgres
from tests.bench.setting import Setting


def list_kinds(setting: Setting) -> Iterator[tuple[str, "Firms"]]:
    """Give both kinds of database, the server running as long as its turn takes."""
    yield "SQLite", Firms(setting.folder, "")
    with running_postgres(setting.folder / "postgres") as server:
        yield "PostgreSQL", Firms(setting.folder, server)


class Firms:
    """The firms of one kind of database."""

    def __init__(self, folder: Path, server: str) -> None:
        self._folder, self._server = folder, server

    async def get_url(self, scale: float) -> str:
        """Give the database of a firm of this size (1 is a million contacts), made unless it is there."""
        name = f"firm_{scale:g}".replace(".", "_")
        whole = f"{name}_{_get_version()}"
        if not await self._has(whole):
            await self._drop_older(name)
            await self._make(f"{whole}_part", scale)
            await self._rename(f"{whole}_part", whole)
        return self._get_url(whole)

    def _get_url(self, name: str) -> str:
        return name_database(self._server, name) if self._server else f"sqlite:///{self._folder}/{name}.db"

    async def _has(self, name: str) -> bool:
        return name in await self._list_names(name)

    async def _list_names(self, start: str) -> list[str]:
        if not self._server:
            return [file.stem for file in self._folder.glob(f"{start}*.db")]
        rows = await run_sql(self._server, "SELECT datname FROM pg_database")
        return [row[0] for row in rows if row[0].startswith(start)]

    async def _drop_older(self, name: str) -> None:
        for older in await self._list_names(f"{name}_"):
            if self._server:
                await run_sql(self._server, f"DROP DATABASE {older} WITH (FORCE)")
            for file in self._folder.glob(f"{older}.db*"):
                file.unlink()

    async def _make(self, name: str, scale: float) -> None:
        """Make a firm in a process of its own: all of it is in memory meanwhile."""
        sys.stdout.write(f"  making a firm of scale {scale:g}, once; minutes for a big one\n")
        if self._server:
            await run_sql(self._server, f"CREATE DATABASE {name}")
        url = self._get_url(name)
        await migrate(url)
        await _add_parts(url)
        made = ("-m", "tests.bench.population", url, "--scale", str(scale))
        process = await asyncio.create_subprocess_exec(sys.executable, *made, stdout=asyncio.subprocess.DEVNULL)
        if await process.wait():
            raise RuntimeError(f"no firm of scale {scale}")

    async def _rename(self, name: str, other: str) -> None:
        if self._server:
            await run_sql(self._server, f"ALTER DATABASE {name} RENAME TO {other}")
        else:
            (self._folder / f"{name}.db").rename(self._folder / f"{other}.db")


async def _add_parts(url: str) -> None:
    """Part the history by years, as the service does."""
    database = open_database(url)
    async with database.writing(SYSTEM) as connection:
        await add_partitions(connection, population.NOW)
    await database.close()


def _get_version() -> str:
    """Name what a firm is made by: another schema, or other dice, and it is made anew."""
    dialects = (sqlite.dialect(), postgresql.dialect())
    indexes = (
        index for table in Base.metadata.sorted_tables for index in sorted(table.indexes, key=lambda one: one.name)
    )
    statements = [*map(CreateTable, Base.metadata.sorted_tables), *map(CreateIndex, indexes)]
    schema = "".join(str(one.compile(dialect=dialect)) for one in statements for dialect in dialects)
    dice = Path(population.__file__).read_text()
    return hashlib.blake2b((schema + dice).encode(), digest_size=4).hexdigest()
