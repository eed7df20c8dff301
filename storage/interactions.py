"""Interactions, and everything that is kept up to date with them, in one transaction a page."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Applied:
    """What applying one page has changed: only what was really new."""

    new_interactions: int = 0
    removed_interactions: int = 0
    new_contact_ids: list[int] = field(default_factory=list)
    """Those who became contacts on this page (`is_contact` turned True), whether seen before or not."""
    new_company_ids: list[int] = field(default_factory=list)
    """Companies that got their first contact on this page (`is_known` turned True)."""
    quarantined: int = 0
    skipped: dict[str, int] = field(default_factory=dict)
    """How many items recorded nothing, by reason code."""
