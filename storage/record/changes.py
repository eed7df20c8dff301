"""What a change that a person makes gives back, and why it may be refused."""

from dataclasses import dataclass
from typing import Any


class ChangeError(Exception):
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
    """The name or domain belongs to another one already: `id` and `name` say which."""

    def __init__(self, id_: int, name: str) -> None:
        self.id = id_
        self.name = name
        super().__init__("taken")


class RefusedError(ChangeError):
    """The viewer may not do this; `reason`: `not_owner`, `builtin`, `too_many`, `bad_name`, `bad_domain`."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Change:
    """One change that was made, and its audit row."""

    audit_id: int | None
    """None where everything was so already: nothing was written."""
    action: str
    """`company.set_type`, `company.set_partner`, `company.rename`, `company.add_domain`, `contact.add`, `view.*`."""
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
