"""What a change that a person makes gives back, and why it may be refused."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made, and its audit row."""

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
        """Say whether anything was written."""
        return self.audit_id is not None


@dataclass(frozen=True, slots=True)
class Changes:
    """What a change of several at once came to; those missing or stale were left alone, the others were made."""

    made: tuple[Change, ...]
    missing_ids: tuple[int, ...] = ()
    stale_ids: tuple[int, ...] = ()
