"""What notices tell of, as data."""

from dataclasses import dataclass
from typing import Literal

from storage.models import CompanyType


@dataclass(frozen=True, slots=True)
class NewContact:
    """Somebody whom the firm has met."""

    contact_id: int
    name: str
    address: str
    company_name: str = ""
    met_by: tuple[str, ...] = ()
    """Colleagues who wrote to or met them; empty where it was the reader."""


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A company that the firm has met, or one that something is said of."""

    company_id: int
    name: str
    version: int
    domain: str = ""
    type: CompanyType | None = None
    contact_names: tuple[str, ...] = ()
    met_by: tuple[str, ...] = ()
    last_at: int = 0
    contact_count: int = 0
    """Of all contacts, the named ones included."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A company whose partner or type was changed: by whom, the old one and the new one (empty for none)."""

    company: NewCompany
    by: str
    was: str = ""
    is_now: str = ""
    """The name of the partner, or the type."""
    of: Literal["partner", "type"] = "partner"


@dataclass(frozen=True, slots=True)
class SharedView:
    """A view that a colleague shared, its filter in words."""

    view_id: int
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class FirstSync:
    """What a first sync found for the reader."""

    contact_count: int
    company_count: int
    unsorted_count: int = 0
    """Companies of theirs without a type."""
