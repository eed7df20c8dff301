"""The errors of SQLAlchemy, asyncpg and sqlite3, told as those of storage (`storage/errors.py`).

SQLAlchemy asks `watch_errors` about every error of a statement, a connection or a commit; what goes straight to a
driver does so inside `translating()`.
"""

import sqlite3
from typing import Final

import asyncpg
from sqlalchemy import event, exc
from sqlalchemy.engine import Engine, ExceptionContext

from storage.errors import DatabaseError, StatementError, StoreUnavailableError

POSTGRES_FAILURES: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError)
"""All that asyncpg raises; its time limits are `TimeoutError`, which is an `OSError`."""
FAILURES: Final = (*POSTGRES_FAILURES, sqlite3.Error, exc.SQLAlchemyError)
LEFTOVERS: Final = tuple(error for error in FAILURES if error is not OSError)
"""What can only come from a database, whoever's code it passes on its way."""

_OUTAGES: Final = ("08", "25006", "25P03", "25P04", "28", "3D", "40", "53", "55", "57", "58", "F0", "XX")
"""Beginnings of the SQLSTATEs that say nothing against the statement: connections, a read-only server, a
transaction that took too long, sign-in, a missing database,
deadlocks, resources, locks, an administrator or a time limit, the system, damage
(postgresql.org/docs/current/errcodes-appendix.html)."""
_SQLITE_DEFECTS: Final = frozenset((sqlite3.SQLITE_ERROR, sqlite3.SQLITE_CONSTRAINT, sqlite3.SQLITE_MISMATCH))
_SQLITE_DEFECTS_UNCODED: Final = (sqlite3.IntegrityError, sqlite3.DataError, sqlite3.NotSupportedError)


class translating:  # noqa: N801  # a block, named as those of contextlib
    """Run a call of a driver; what it raises becomes a `DatabaseError`. Every read begins one: a class is quickest."""

    __slots__ = ("_errors",)

    def __init__(self, errors: tuple[type[Exception], ...] = FAILURES) -> None:
        self._errors = errors

    def __enter__(self) -> None:
        """Begin."""

    def __exit__(self, _kind: object, error: BaseException | None, _traceback: object) -> None:
        """Raise what the error means."""
        if isinstance(error, self._errors):
            raise translate(error) from error


def watch_errors(engine: Engine) -> None:
    """Have SQLAlchemy raise our errors in place of its own."""
    event.listen(engine, "handle_error", _translate_context)


def translate(error: BaseException) -> DatabaseError:
    """Return the error of storage that says the same."""
    origin = _find_origin(error)
    kind = StoreUnavailableError if _is_outage(origin) else StatementError
    return kind(type(origin).__name__)


def _translate_context(context: ExceptionContext) -> DatabaseError | None:
    error = context.original_exception
    is_ours = isinstance(error, FAILURES) or context.sqlalchemy_exception is not None
    return translate(error) if is_ours else None


def _find_origin(error: BaseException) -> BaseException:
    """Return the driver's own error, which SQLAlchemy wraps once, and on PostgreSQL twice."""
    while not isinstance(error, (*POSTGRES_FAILURES, sqlite3.Error)):
        inner = error.orig if isinstance(error, exc.StatementError) and error.orig is not None else error.__cause__
        if inner is None:
            break
        error = inner
    return error


def _is_outage(origin: BaseException) -> bool:
    match origin:
        case asyncpg.InvalidCachedStatementError():  # prepared before a migration: the next one is as new as the schema
            return True
        case asyncpg.PostgresError():
            return (origin.sqlstate or "").startswith(_OUTAGES)
        case asyncpg.InterfaceError():
            return not isinstance(origin, ValueError)  # a value that cannot be sent
        case sqlite3.Error():
            return _is_sqlite_outage(origin)
        case _:
            return not isinstance(origin, exc.SQLAlchemyError) or isinstance(origin, _OWN_OUTAGES)


_OWN_OUTAGES: Final = (exc.TimeoutError, exc.DisconnectionError, exc.ResourceClosedError, exc.PendingRollbackError)
"""What SQLAlchemy says by itself: no connection is free, or the one in hand is gone."""


def _is_sqlite_outage(error: sqlite3.Error) -> bool:
    code = getattr(error, "sqlite_errorcode", None)  # none where the module speaks for itself: "closed database"
    if code is None:
        return not isinstance(error, _SQLITE_DEFECTS_UNCODED)
    return code & 0xFF not in _SQLITE_DEFECTS


_FULL: Final = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def find_refusal(error: BaseException) -> str:
    """Say why a database took nothing: `disk_full` or `read_only`; empty for anything else."""
    at: BaseException | None = error
    while at is not None:
        code, state = getattr(at, "sqlite_errorcode", 0) & 0xFF, getattr(at, "sqlstate", "")
        if code in _FULL or state == "53100":
            return "disk_full"
        if code == sqlite3.SQLITE_READONLY or state == "25006":
            return "read_only"
        at = at.__cause__
    return ""
