"""The results of changes that people make."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """The result of one change, with its audit row."""

    audit_id: int | None
    """None where everything was so already: nothing was written."""
    action: str
    """`company.set_type`, `company.set_partner`, `company.rename`, `contact.add`, `view.*`."""
    of: str
    entity_id: int
    name: str
    before: dict[str, Any]
    after: dict[str, Any]
    actor_id: int
    at: int

    @property
    def is_changed(self) -> bool:
        """Return whether anything was written; False if the value was the same already."""
        return self.audit_id is not None

    @property
    def audit_ids(self) -> tuple[int, ...]:
        """Return what `undo` takes back: its audit row, if anything was written."""
        return () if self.audit_id is None else (self.audit_id,)


@dataclass(frozen=True, slots=True)
class Changes:
    """The result of changing several at once; missing and stale ones were not changed."""

    made: tuple[Change, ...]
    missing_ids: tuple[int, ...] = ()
    stale_ids: tuple[int, ...] = ()
