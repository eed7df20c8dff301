"""A way to PostgreSQL that can be frozen: it takes what comes, also new connections, and answers nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from sqlalchemy.engine import URL


class Freezer:
    """Passes everything on, until it is frozen and as soon as it is thawed."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._flows = asyncio.Event()
        self._flows.set()

    def freeze(self) -> None:
        """Let nothing through from now on."""
        self._flows.clear()

    def thaw(self) -> None:
        """Let everything through that has waited."""
        self._flows.set()

    async def take(self, client: asyncio.StreamReader, answers: asyncio.StreamWriter) -> None:
        """Pass on what a client and the server say."""
        server, questions = await self._connect()
        with contextlib.suppress(OSError):
            await asyncio.gather(self._pass_on(client, questions), self._pass_on(server, answers))

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        port, folder = self._url.port or 5432, self._url.query.get("host")
        if folder:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{port}")
        return await asyncio.open_connection(self._url.host, port)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        try:
            while said := await source.read(65536):
                await self._flows.wait()
                target.write(said)
                await target.drain()
        finally:
            target.close()


@contextlib.asynccontextmanager
async def run_freezer(url: URL) -> AsyncIterator[tuple[URL, Freezer]]:
    """Stand before a PostgreSQL; gives the URL that leads through."""
    freezer = Freezer(url)
    server = await asyncio.start_server(freezer.take, "127.0.0.1", 0)
    try:
        yield url.set(host="127.0.0.1", port=server.sockets[0].getsockname()[1], query={}), freezer
    finally:
        freezer.thaw()
        server.close()
