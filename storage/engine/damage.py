"""Damage to a database: errors that tell of it, and a look for it at SQLite's own file."""

import contextlib
import sqlite3
import time
from pathlib import Path
from typing import Final

_SQLITE: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_POSTGRES: Final = ("XX001", "XX002")
"""Data and index corrupted (postgresql.org/docs/current/errcodes-appendix.html)."""
_STEPS: Final = 10_000
"""Instructions of SQLite's machine between two looks at the clock."""


def tells_of_damage(error: BaseException | None) -> bool:
    """Return whether an error of the database says that what it holds is damaged."""
    while error is not None:
        code, state = getattr(error, "sqlite_errorcode", None) or 0, getattr(error, "sqlstate", "")
        if code & 0xFF in _SQLITE or state in _POSTGRES:
            return True
        error = error.__cause__
    return False


def find_damage(file: Path, seconds: float) -> bool:
    """Return whether SQLite finds its file damaged, as far as it gets in some seconds; blocks.

    A file that is not there, or cannot be opened for another reason, is not damaged.
    """
    ends = time.monotonic() + seconds
    try:
        with contextlib.closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > ends, _STEPS)
            return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] != ["ok"]
    except sqlite3.Error as error:
        return tells_of_damage(error)
