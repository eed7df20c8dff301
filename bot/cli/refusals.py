"""Why a database does not do what a command asks: each reason is one of the doctor's findings, with what to do."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bot.language import say
from storage.engine.damage import tells_of_damage
from storage.engine.driver_errors import find_refusal
from storage.errors import DatabaseError

SETTING: Final = "CARNET_DATABASE_URL"
LASTING: Final = frozenset({"database_password", "database_unknown", "database_certificate"})
"""What a server says that answers, and that waiting does not change."""
_REASONS: Final = {
    "InvalidPasswordError": "database_password",
    "InvalidAuthorizationSpecificationError": "database_password",
    "InvalidCatalogNameError": "database_unknown",
    "InsufficientPrivilegeError": "database_rights",
    "SSLCertVerificationError": "database_certificate",
    **dict.fromkeys(("SSLError", "SSLEOFError", "SSLZeroReturnError", "SSLSyscallError"), "database_tls"),
    "ConnectionError": "database_without_tls",  # asyncpg's, of that name and no other, where TLS is refused
    "ConnectionRefusedError": "database_closed",
    "gaierror": "database_nameless",
}
"""What PostgreSQL and the way to it answer, by the finding that says what to do."""


def find_reason(error: Exception) -> str:
    """Return the finding that says why a database did not do what it was asked; `database_away` where nobody knows."""
    if tells_of_damage(error):
        return "damaged"
    if why := find_refusal(error):
        return f"database_{why}" if why == "read_only" else why
    reason = error.reason if isinstance(error, DatabaseError) else type(error).__name__
    if reason in _REASONS:
        return _REASONS[reason]
    return "database_unopenable" if _is_of_sqlite(error) else "database_away"


def _is_of_sqlite(error: BaseException | None) -> bool:
    while error is not None:
        if hasattr(error, "sqlite_errorcode"):
            return True
        error = error.__cause__
    return False


def explain(error: DatabaseError, setting: str = SETTING, language: str = "en") -> str:
    """Say why, and what to do."""
    key, values = find_reason(error), {"error": error.reason, "setting": setting}
    return f"{say(language, f'doctor.{key}.what', **values)} {say(language, f'doctor.{key}.todo', **values)}"


@contextlib.contextmanager
def naming(setting: str) -> Iterator[None]:
    """Say of what goes wrong inside which setting names the database; raises `ValueError` with a sentence."""
    try:
        yield
    except DatabaseError as error:
        raise ValueError(explain(error, setting)) from error


def find_missing_folder(file: Path | None) -> Path | None:
    """Return the folder of an SQLite file where it is not there: nobody makes it."""
    return file.absolute().parent if file is not None and not file.absolute().parent.is_dir() else None
