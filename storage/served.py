"""Who is served: the door asks it of whoever calls, and the notices of whomever they are for.

A person is served where the firm is (`active`, and `needs_admin` while its mailboxes cannot be read), where they have
not left it, and where its rules (`serves`) do not leave them out. Administrators are never left out by a rule.
"""

from typing import Any, Final, NamedTuple

from sqlalchemy import exists, false, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.models import Mailbox, Tenant, User

SERVED_STATES: Final = frozenset({"active", "needs_admin"})
"""Tenants that are answered: those whose consent stands, even while their mailboxes cannot be read."""
UNREAD: Final = frozenset({"skipped", "forbidden"})
"""The states of mailboxes that are not there, or that Microsoft does not let us read though it does let us others'."""
STOPPED: Final = "stopped"
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
        if self.serves == "mailboxes" and self.mailbox_state in UNREAD:
            return "no_mailbox"
        return "" if self.may_use else "not_served"


STANDING: Final[tuple[Any, ...]] = (
    *(User.is_active, User.is_admin, User.may_use, Tenant.state.label("tenant_state"), Tenant.serves),
    Mailbox.state.label("mailbox_state"),
)
"""The columns of a `Standing`, of users joined with their firm and, where there is one, their mailbox."""
OWN_FIRM: Final[Any] = Tenant.tenant_id == User.tenant_id
OWN_MAILBOX: Final[Any] = (Mailbox.tenant_id == User.tenant_id) & (Mailbox.user_id == User.id)


async def admit_by_rule(connection: AsyncConnection, tenant_id: int, serves: str) -> None:
    """Note whom the firm's rule lets in as far as it is known here; of a group nobody is, until Microsoft lists it."""
    is_read = exists().where(OWN_MAILBOX, Mailbox.state != STOPPED)
    admitted = {"group": false(), "mailboxes": is_read}.get(serves, true())
    everybody = update(User).where(User.tenant_id == tenant_id)
    for may_use, who in ((True, admitted), (False, ~admitted)):
        await connection.execute(everybody.where(User.may_use != may_use, who).values(may_use=may_use))
