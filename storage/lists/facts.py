"""The small values about companies, contacts and users that storage returns and cards show."""

from dataclasses import dataclass
from typing import Literal

How = Literal["exact", "prefix", "typo"]
"""By the whole name (or address), by the beginnings of words, or by a mistyped name."""


@dataclass(frozen=True, slots=True)
class Totals:
    """The interactions of one or all users with a company or a contact: number, first and last."""

    sent_count: int = 0
    received_count: int = 0
    meeting_count: int = 0
    interaction_count: int = 0
    first_at: int = 0
    last_at: int = 0
    met_at: int = 0
    """When the last meeting was held; 0 where there was none, or where it is not said."""
    mail_at: int = 0
    """When the last mail was."""


@dataclass(frozen=True, slots=True)
class Knower:
    """A user of the firm who wrote to or met them."""

    user_id: int
    name: str
    is_active: bool
    interaction_count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Recent:
    """One of the last interactions: what it was, when, and who took part in the firm; never what it was about."""

    kind: Literal["sent", "received", "meeting"]
    occurred_at: int
    user_ids: tuple[int, ...]
    user_names: tuple[str, ...]
    contact_names: tuple[str, ...]
    """Only contacts that the viewer may see."""


@dataclass(frozen=True, slots=True)
class ContactBrief:
    """A contact in a company's detail."""

    id: int
    name: str
    address: str
    interaction_count: int
    last_at: int


@dataclass(frozen=True, slots=True)
class Match:
    """A company or contact found by name; the best matches come first."""

    of: Literal["company", "contact", "user", "view"]
    id: int
    name: str
    how: How
    detail: str = ""
    """The main domain or the address, which tells two with the same name apart."""
    likeness: int = 100
    """How near a mistyped name is, in percent: nearer if it is nearly the whole name than if it is a part of it."""

    @property
    def is_exact(self) -> bool:
        """Return whether the whole name (or a domain, or the address) was given, case and accents aside."""
        return self.how == "exact"
