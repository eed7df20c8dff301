"""The ports of the small Microsoft 365, kept in its folder.

The links and the conversations that a service holds name them, and must be good after a restart too.
"""

import json
import socket
from pathlib import Path
from typing import Final

NAME: Final = "ports.json"
HOST: Final = "127.0.0.1"


def read_ports(folder: Path, *wanted: int) -> list[int]:
    """Return the port wanted in each place, else the one of an earlier run; 0 where there is none or it is taken."""
    try:
        kept = json.loads((folder / NAME).read_text())
    except (OSError, ValueError):
        kept = []
    if not isinstance(kept, list) or len(kept) != len(wanted):
        kept = [0 for _ in wanted]
    return [port or (before if is_free(before) else 0) for port, before in zip(wanted, kept, strict=True)]


def keep_ports(folder: Path, *ports: int) -> None:
    """Keep them for the next run; a kill leaves the old ones or the new ones."""
    new = folder / f"{NAME}.new"
    new.write_text(json.dumps(ports))
    new.replace(folder / NAME)


def is_free(port: object) -> bool:
    """Return whether a port of this machine may be listened on."""
    try:
        with socket.socket() as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((HOST, port))
    except (OSError, TypeError, OverflowError):
        return False
    return True
