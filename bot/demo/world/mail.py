"""A mail as it was sent, whoever has a copy of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.demo.world.addresses import Address


@dataclass(frozen=True, slots=True, eq=False)
class Mail:
    """One mail as it was sent."""

    message_id: str
    sent_at: str | None
    """UTC, as Graph writes it (`2026-02-03T04:05:06Z`); None where the mail carries no date."""
    sender: Address | None
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    subject: str | None = None
    headers: tuple[tuple[str, str], ...] = ()
    """Internet headers beyond those above, where they are known."""
    overrides: Mapping[str, Any] = field(default_factory=dict)
    """Properties that Graph gives in place of the true ones: for malformed items."""

    @property
    def recipients(self) -> tuple[Address, ...]:
        """Everybody it went to."""
        return self.to + self.cc + self.bcc
