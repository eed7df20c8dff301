"""What every result has."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

import msgspec

from bot.turn import Notice, Record
from storage.record.changes import Change

ERRORS = 400


def _give(value: Any) -> Any:
    return value.to_data() if hasattr(value, "to_data") else value


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a command found, changed or asks."""

    inward: ClassVar[frozenset[str]] = frozenset({"notices", "record", "code", "summary", "is_undo"})
    """Fields that are no part of the data."""
    summary: str = ""
    """The result in one plain sentence: a message's text, for notifications and screen readers."""
    notices: tuple[Notice, ...] = ()
    """What goes out to others after the commit."""
    record: Record | None = None
    """What is written into the audit before the result is given."""
    changes: tuple[Change, ...] = ()
    """What was changed, each from what to what; what was so already is among them without an audit row."""
    is_undo: bool = False
    """They took something back themselves: what is offered is a redo."""
    code: int = 200
    """The HTTP status of its kind: 400 what was sent makes no sense, 403 not allowed, 404 not there or not yours (one
    answer for both), 409 somebody changed it since, 503 try again later."""

    @property
    def is_error(self) -> bool:
        """Return whether it says why not."""
        return self.code >= ERRORS

    @property
    def audit_ids(self) -> tuple[int, ...]:
        """What `undo` takes back: the audit rows of the changes."""
        return tuple(number for change in self.changes for number in change.audit_ids)

    @property
    def data(self) -> dict[str, Any]:
        """The result as plain JSON, for an edge that answers with data."""
        plain = {one.name: _give(getattr(self, one.name)) for one in fields(self) if one.name not in self.inward}
        plain["audit_ids"] = self.audit_ids
        built: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(plain))
        return built

    @property
    def remembered(self) -> Mapping[str, Any]:
        """What the conversation keeps of it, for "this"."""
        return {}
