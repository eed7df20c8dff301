"""What one run of the small Microsoft 365 holds; every part of it is given this one object."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.faults import Faults
from bot.demo.record import Record
from bot.demo.signin.tokens import Minter
from bot.demo.world.firm import Firm
from bot.demo.world.identity import make_guid

APP_ID = make_guid("app", "carnet")
APP_SECRET = make_guid("secret", "carnet")
TEAMS_APP_ID = make_guid("teams app", "carnet")


@dataclass(slots=True)
class Cloud:
    """The firms, the faults switched on, the record of what was asked, and the addresses served."""

    firms: dict[str, Firm]
    """By tenant id."""
    faults: Faults = field(default_factory=Faults)
    record: Record = field(default_factory=Record)
    clock: Callable[[], float] = time.time
    """UTC seconds."""
    app_id: str = APP_ID
    app_secret: str = APP_SECRET
    certificates: dict[str, bytes] = field(default_factory=dict)
    """PEM certificates that the app may sign in with, by SHA-256 thumbprint."""
    url: str = ""
    """http://127.0.0.1:PORT, where Graph, the connector and the demo's own endpoints answer."""
    login_url: str = ""
    login_keys: Minter = field(default_factory=lambda: Minter("login"))
    bot_keys: Minter = field(default_factory=lambda: Minter("bot framework"))

    def get_firm(self, tenant_id: str) -> Firm | None:
        """Find a firm by its tenant id or one of its verified domains."""
        known = self.firms.get(tenant_id.lower())
        return known or next((firm for firm in self.firms.values() if tenant_id.lower() in firm.domains), None)
