"""A door before a PostgreSQL of this machine: an address for it, with TLS as a test wants it, or without."""

import contextlib
import select
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Iterator

from sqlalchemy.engine import URL

_SSL_REQUEST = struct.pack("!II", 8, 80877103)


def _open(server: URL) -> socket.socket:
    folder = server.query.get("host")
    if folder is None:
        return socket.create_connection((str(server.host), server.port or 5432))
    there = socket.socket(socket.AF_UNIX)
    there.connect(f"{folder}/.s.PGSQL.{server.port or 5432}")
    return there


def _carry(here: socket.socket, there: socket.socket) -> None:
    ends = {here: there, there: here}
    while True:
        pending = isinstance(here, ssl.SSLSocket) and here.pending()
        for end in [here] if pending else select.select(list(ends), [], [])[0]:
            if not (said := end.recv(65536)):
                return
            ends[end].sendall(said)


@contextlib.contextmanager
def reaching(server: URL, tls: ssl.SSLContext | None = None, *, is_direct: bool = False) -> Iterator[URL]:
    """Give the server an address; with `tls` the door speaks it, when asked for it or (`is_direct`) from the start.

    A direct door insists on ALPN, as PostgreSQL does.
    """

    class Way(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with contextlib.suppress(OSError), _open(server) as there:
                if tls is None:
                    _carry(self.request, there)
                    return
                if not is_direct:
                    if self.request.recv(8) != _SSL_REQUEST:
                        return
                    self.request.sendall(b"S")
                with tls.wrap_socket(self.request, server_side=True) as here:
                    if not is_direct or here.selected_alpn_protocol() == "postgresql":
                        _carry(here, there)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Way) as door:
        door.daemon_threads = True
        threading.Thread(target=door.serve_forever, daemon=True).start()
        yield server.set(host="127.0.0.1", port=door.server_address[1], query={})
        door.shutdown()
