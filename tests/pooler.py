"""A pooler in transaction mode, as PgBouncer is: every transaction of a client may run on another server connection."""

import asyncio
import contextlib
import struct
from collections.abc import AsyncIterator
from typing import NamedTuple

from sqlalchemy.engine import URL

_SSL_REQUEST = 80877103
_STARTUP = 196608


class _Server(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Pooler:
    """Lends server connections to clients, one transaction at a time, the one that rested longest first."""

    def __init__(self) -> None:
        self._idle: asyncio.Queue[_Server] = asyncio.Queue()
        self.greeting = b""
        """What the server said at its start: its parameters, up to and with ReadyForQuery."""
        self.transactions = 0

    async def connect(self, socket: str, user: str, database: str, count: int) -> None:
        """Open the connections to a server that trusts who comes over its socket."""
        for _ in range(count):
            reader, writer = await asyncio.open_unix_connection(socket)
            pairs = f"user\0{user}\0database\0{database}\0\0".encode()
            writer.write(struct.pack("!ii", len(pairs) + 8, _STARTUP) + pairs)
            self.greeting = b""
            while not self.greeting.endswith(b"Z\0\0\0\5I"):
                self.greeting += await _read_message(reader)
            self._idle.put_nowait(_Server(reader, writer))

    async def serve(self, client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one client until it goes."""
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            await _read_startup(client, writer)
            writer.write(self.greeting)
            while (first := await _read_message(client))[:1] != b"X":
                server = await self._idle.get()
                self.transactions += 1
                await _run_transaction(first, client, writer, server)
                self._idle.put_nowait(server)
        writer.close()

    async def close(self) -> None:
        while not self._idle.empty():
            self._idle.get_nowait().writer.close()


async def _read_message(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readexactly(5)
    return head + await reader.readexactly(struct.unpack("!i", head[1:])[0] - 4)


async def _run_transaction(
    first: bytes, client: asyncio.StreamReader, writer: asyncio.StreamWriter, server: _Server
) -> None:
    """Pass messages both ways until the server says that no transaction is open and nothing is left to answer."""
    server.writer.write(first)
    asked = asyncio.create_task(_pass_on(client, server.writer))
    while (message := await _read_message(server.reader))[:1] + message[5:6] != b"ZI":
        writer.write(message)
    asked.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asked
    writer.write(message)


async def _pass_on(client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass whatever the client sends on; it sends nothing between the end of a transaction and hearing of it."""
    while data := await client.read(65_536):
        writer.write(data)
    raise ConnectionError


async def _read_startup(client: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    length, code = struct.unpack("!ii", await client.readexactly(8))
    if code == _SSL_REQUEST:
        writer.write(b"N")
        length, code = struct.unpack("!ii", await client.readexactly(8))
    await client.readexactly(length - 8)


@contextlib.asynccontextmanager
async def run_pooler(url: URL, count: int = 3) -> AsyncIterator[tuple[URL, Pooler]]:
    """Stand before a database on a local socket; gives the URL of the pooler."""
    pooler = Pooler()
    await pooler.connect(
        f"{url.query['host']}/.s.PGSQL.{url.port or 5432}", str(url.username), str(url.database), count
    )
    server = await asyncio.start_server(pooler.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield url.set(host="127.0.0.1", port=port, query={}), pooler
    finally:
        server.close()
        await pooler.close()
