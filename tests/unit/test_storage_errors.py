"""The tree of errors: everything that storage raises hangs in it, and every error of a driver finds its place."""

import importlib
import inspect
import pkgutil
import sqlite3

import asyncpg
import pytest
from sqlalchemy import exc

import storage
from storage import errors
from storage.engine.driver_errors import FAILURES, translate, translating
from storage.errors import DatabaseError, StatementError, StorageError, StoreUnavailableError


def list_classes(module) -> list[type[BaseException]]:
    return [one for _, one in inspect.getmembers(module, inspect.isclass) if issubclass(one, BaseException)]


def list_own() -> set[type[BaseException]]:
    names = [
        found.name for found in pkgutil.walk_packages(storage.__path__, "storage.") if "migrations" not in found.name
    ]
    modules = [importlib.import_module(name) for name in names]
    return {one for module in modules for one in list_classes(module) if one.__module__.startswith("storage")}


def test_every_error_that_storage_defines_hangs_in_its_tree():
    assert {one for one in list_own() if not issubclass(one, StorageError)} == set()


def test_the_drawing_of_the_tree_names_every_error():
    assert [one for one in list_own() if one.__name__ not in str(errors.__doc__).split()] == []
    assert {one.__module__ for one in list_own()} == {errors.__name__}


def code(number: int, kind: type[sqlite3.Error] = sqlite3.OperationalError) -> sqlite3.Error:
    error = kind("words")
    error.sqlite_errorcode = number
    return error


def wrap(inner: Exception) -> exc.DBAPIError:
    """Wrap an error as SQLAlchemy does for asyncpg: twice."""
    adapted = RuntimeError("adapted")
    adapted.__cause__ = inner
    return exc.DBAPIError("SELECT 1", None, adapted)


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.QueryCanceledError("canceling statement due to user request"),
        asyncpg.AdminShutdownError("terminating connection"),
        asyncpg.TooManyConnectionsError("sorry"),
        asyncpg.DeadlockDetectedError("deadlock"),
        asyncpg.LockNotAvailableError("lock timeout"),
        asyncpg.ReadOnlySQLTransactionError("read-only"),
        asyncpg.DiskFullError("no space"),
        asyncpg.InvalidPasswordError("no"),
        asyncpg.InvalidCatalogNameError("no such database"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.InvalidCachedStatementError("changed"),
        asyncpg.ConnectionDoesNotExistError("closed in the middle"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.ProtocolError("unexpected message"),
        ConnectionResetError(),
        TimeoutError(),
        code(sqlite3.SQLITE_BUSY),
        code(sqlite3.SQLITE_FULL),
        code(sqlite3.SQLITE_READONLY),
        code(sqlite3.SQLITE_IOERR_WRITE),
        code(sqlite3.SQLITE_CORRUPT, sqlite3.DatabaseError),
        code(sqlite3.SQLITE_NOTADB, sqlite3.DatabaseError),
        sqlite3.ProgrammingError("Cannot operate on a closed database."),
        exc.TimeoutError("QueuePool limit"),
        exc.ResourceClosedError("This Connection is closed"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_outage_is_an_outage_however_it_is_wrapped(error):
    for given in (error, wrap(error)):
        told = translate(given)
        assert type(told) is StoreUnavailableError
        assert told.reason == type(error).__name__


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.UniqueViolationError("duplicate key"),
        asyncpg.UndefinedTableError("no such table"),
        asyncpg.InsufficientPrivilegeError("row-level security"),
        asyncpg.NumericValueOutOfRangeError("too long"),
        code(sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.IntegrityError),
        code(sqlite3.SQLITE_ERROR),
        sqlite3.IntegrityError("datatype mismatch"),
        exc.CompileError("no such dialect"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_is_wrong_with_a_statement_is_no_outage(error):
    for given in (error, wrap(error)):
        assert type(translate(given)) is StatementError


def test_no_error_of_a_driver_slips_through():
    modules = (asyncpg, asyncpg.exceptions, sqlite3, exc)
    foreign = {one for module in modules for one in list_classes(module) if not issubclass(one, Warning)}
    assert len(foreign) > 300
    strangers = {one for one in foreign if not issubclass(one, (*FAILURES, *_NEVER_RAISED))}
    assert strangers == set()


_NEVER_RAISED = (exc.DontWrapMixin, exc.EmulatedDBAPIException, sqlite3.Warning)
"""A mark for others' errors, the root of what SQLAlchemy wraps itself, and a name that nothing uses."""


def test_the_text_of_an_error_says_nothing_of_what_was_written():
    with pytest.raises(DatabaseError) as told, translating():
        raise asyncpg.UniqueViolationError("Key (address)=(jane@acme.example) already exists.")
    assert str(told.value) == "UniqueViolationError"
