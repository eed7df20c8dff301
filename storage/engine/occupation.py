"""Who is at an SQLite file: services share it, and a command that takes it away has it alone.

A lock of the system on a file beside it says so. It ends with the process that holds it, however that ends.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

from storage.errors import OccupiedError


@contextlib.contextmanager
def occupying(file: Path | None, *, is_alone: bool = False) -> Iterator[None]:
    """Hold a file until the block is left; no file, or one beside which nothing can be written, is held by nobody.

    Raises `OccupiedError` where a service is at it and this one wants it alone, or the other way round.
    """
    held = None if file is None else _open(file.resolve())
    if file is None or held is None:
        yield
        return
    try:
        fcntl.flock(held, (fcntl.LOCK_EX if is_alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(held)
        raise OccupiedError(file, is_alone=is_alone) from error
    try:
        yield
    finally:
        os.close(held)


def _open(file: Path) -> int | None:
    try:
        return os.open(file.with_name(f"{file.name}-service"), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError:
        return None  # what cannot be written to is refused for that, with a sentence of its own
