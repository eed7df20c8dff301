"""Who is served: the door asks it of whoever calls, and the notices of whomever they are for.

A person is served where the firm is (`active`, and `needs_admin` while its mailboxes cannot be read), where they have
not left it, and where its rules (`serves`) do not leave them out. Administrators are never left out by a rule.
"""

from typing import Any, Final, NamedTuple

from storage.models import Mailbox, Tenant, User

SERVED_STATES: Final = frozenset({"active", "needs_admin"})
"""Tenants that are answered: those whose consent stands, even while their mailboxes cannot be read."""
NO_MAILBOX: Final = "skipped"
"""The state of a mailbox that is not there."""
PAUSED: Final = "firm_paused"


class Standing(NamedTuple):
    """What decides whether a person is served, as `STANDING` selects it."""

    is_active: bool
    is_admin: bool
    may_use: bool
    tenant_state: str
    serves: str
    mailbox_state: str | None

    @property
    def refusal(self) -> str:
        """Return why the person is not served, as a key of a sentence; empty if they are."""
        if not self.is_active:
            return "stranger"
        if self.tenant_state not in SERVED_STATES:
            return PAUSED if self.tenant_state == "paused" else "stranger"
        if self.is_admin:
            return ""
        if self.serves == "mailboxes" and self.mailbox_state == NO_MAILBOX:
            return "no_mailbox"
        return "" if self.may_use else "not_served"


STANDING: Final[tuple[Any, ...]] = (
    *(User.is_active, User.is_admin, User.may_use, Tenant.state.label("tenant_state"), Tenant.serves),
    Mailbox.state.label("mailbox_state"),
)
"""The columns of a `Standing`, of users joined with their firm and, where there is one, their mailbox."""
OWN_FIRM: Final[Any] = Tenant.tenant_id == User.tenant_id
OWN_MAILBOX: Final[Any] = (Mailbox.tenant_id == User.tenant_id) & (Mailbox.user_id == User.id)
