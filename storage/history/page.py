"""What a page of a mailbox is written with, and what it has changed."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(slots=True)
class Applied:
    """What a page has changed."""

    new_interactions: int = 0
    removed_interactions: int = 0
    new_contact_ids: list[int] = field(default_factory=list)
    """Those who became contacts on this page (`is_contact` turned True), whether seen before or not.

    Contacts that the user keeps, or that were in bcc only, are left out: nobody is notified of them.
    """
    new_company_ids: list[int] = field(default_factory=list)
    """Companies that got their first contact on this page (`is_known` turned True)."""
    own_addresses: Sequence[str] = ()
    """Addresses that look like the user's own, and that the user was not told of."""
    quarantined: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """How many items recorded nothing, by reason code."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """The mailbox of a page, and the rules by which it is written."""

    tenant_id: int
    user_id: int
    rule: str
    """The firm's `contact_rule`."""
    now: int
    round: int = 0
    name_company: Callable[[str], str] = str
    """Returns the provisional name of a company, from its domain."""


class StoredContact(NamedTuple):
    """A contact as it is after the page."""

    id: int
    company_id: int | None
    folded_name: str
    beginnings: int
    is_counted: bool
    """They are more than seen: what was exchanged with them counts in the figures of their company."""
    person_id: int | None = None
    """The contact that stands for the person, where that has several addresses."""
