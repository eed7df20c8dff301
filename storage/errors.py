"""All that storage raises, as one tree.

StorageError
├── DatabaseError                the database did not do what it was asked
│   ├── StoreUnavailableError    it is away, full, read-only, busy, or gave up: later will do
│   └── StatementError           it refused the statement: a defect, or the schema of another release
├── DatabaseUrlError             the URL names no database that Carnet knows
├── NoDatabaseError              there is no database where the URL says
├── NewerSchemaError             a newer release has migrated the database
├── ChangeError                  a change that was not made
│   ├── MissingError             there is no such row for this viewer
│   ├── StaleError               somebody changed the row since
│   ├── TakenError               another one has the name
│   ├── RefusedError             the viewer may not, or the value will not do
│   └── RuleError                it cannot be a rule of a firm
├── QuestionError                a question that cannot be answered as it was put
│   ├── FilterError              not a filter
│   ├── PeriodError              not a period of a filter
│   └── CursorError              not a place in this list
├── MoveError                    nothing may be moved from one database to another as asked
├── OccupiedError                a service is at a file that is wanted alone, or the other way round
├── DiffersError                 what arrived there is not what there was
├── PurgeBoundError              a purge would take so much that somebody has to say yes first
└── LeaseLostError               another worker has the mailbox now

The errors of SQLAlchemy and of the drivers stay inside storage: `storage/engine/driver_errors.py` translates them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any


class StorageError(Exception):
    """Whatever storage raises on purpose."""


class DatabaseError(StorageError):
    """The database did not do what it was asked; `reason` is the name of the driver's error, never its text."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class StoreUnavailableError(DatabaseError):
    """The database cannot be reached, or gave up (full, read-only, busy, cancelled, no connection free)."""


class StatementError(DatabaseError):
    """The database refused the statement: a constraint, a table that is not there, a value of the wrong kind."""


class DatabaseUrlError(StorageError, ValueError):
    """The URL names no database that Carnet knows."""


class NoDatabaseError(StorageError, ValueError):
    """There is no database where the URL says; the text is a sentence."""


class NewerSchemaError(StorageError, ValueError):
    """A newer release has migrated the database; the text is a sentence."""


class ChangeError(StorageError):
    """A change that was not made; nothing was written."""


class MissingError(ChangeError):
    """It is not there, or the viewer may not see it (the two look the same); `of` names what: `company`, `user`, ..."""

    def __init__(self, of: str) -> None:
        self.of = of
        super().__init__(of)


class StaleError(ChangeError):
    """Somebody changed it since; `present` is the row as it is now (`CompanyDetail`, `ViewRow`, ...)."""

    def __init__(self, present: Any) -> None:
        self.present = present
        super().__init__("changed since")


class TakenError(ChangeError):
    """The viewer has another one of this name already: `id` and `name` say which."""

    def __init__(self, id_: int, name: str) -> None:
        self.id = id_
        self.name = name
        super().__init__("taken")


class RefusedError(ChangeError):
    """The viewer may not do this; `reason` says why: `errors.refused_*` of the texts has them all."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class RuleError(ChangeError, ValueError):
    """What was given cannot be a rule of a firm; `key` says why, `values` what it is about."""

    def __init__(self, key: str, **values: Any) -> None:
        self.key = key
        self.values = values
        super().__init__(key)


class QuestionError(StorageError):
    """A question that cannot be answered as it was put; its text tells developers what to change."""


class FilterError(QuestionError):
    """What was given is no filter.

    `key` is the part that does not fit, as JSON calls it: empty for the whole, `unknown` for one that no filter has,
    which `field` names; else `field` is the key. The text is for developers.
    """

    def __init__(self, key: str, why: str, *, field: str = "") -> None:
        self.key = key
        self.field = field or key
        super().__init__(f"{key}: {why}" if key else why)


class PeriodError(QuestionError):
    """What was given is no period; the text says what is wrong, in a word that names the key."""


class CursorError(QuestionError):
    """The cursor is none, or of another list."""


class LeaseLostError(StorageError):
    """Another worker has the mailbox now."""


class MoveError(StorageError, ValueError):
    """Nothing may be moved as asked; the text is a sentence."""


class OccupiedError(StorageError, ValueError):
    """A file is in use; the text is a sentence that says by whom, and what to do."""

    def __init__(self, file: Path, *, is_alone: bool) -> None:
        by_service = f"A service or another `carnet move` is at {file}: stop it first, then say this again."
        by_move = f"`carnet move` has {file} just now: wait until it has ended, then start again."
        super().__init__(by_service if is_alone else by_move)


class DiffersError(StorageError):
    """What arrived is not what there was."""

    def __init__(self, differences: Sequence[Any]) -> None:
        super().__init__(len(differences))
        self.differences = differences


class PurgeBoundError(StorageError):
    """A purge would take so much at once that a person has to say yes first; `count` interactions."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(count)
