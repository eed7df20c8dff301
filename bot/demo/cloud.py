"""What one run of the small Microsoft 365 holds; every part of it is given this one object."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.demo.faults import Faults
from bot.demo.request_record import Record
from bot.demo.signin.tokens import Minter
from bot.demo.world.firm import Firm
from bot.demo.world.identity import make_guid
from bot.demo.world.people import Person

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
    certificates: list[bytes] = field(default_factory=list)
    """PEM certificates that the app may sign in with."""
    url: str = ""
    """http://127.0.0.1:PORT, where Graph, the connector and the demo's own endpoints answer."""
    login_url: str = ""
    login_keys: Minter = field(init=False)
    bot_keys: Minter = field(init=False)

    installed: set[str] = field(default_factory=set)
    """Object ids of the people for whom the Teams app is installed."""
    install_listeners: list[Callable[[Firm, Person], None]] = field(default_factory=list)
    is_in_catalog: bool = True
    """The organisation's catalog has the Teams app."""
    needs_install: bool = False
    """The connector makes no conversation with a person for whom the app is not installed."""

    def __post_init__(self) -> None:
        self.login_keys = Minter("login", self.clock)
        self.bot_keys = Minter("bot framework", self.clock)

    @property
    def service_url(self) -> str:
        """The Bot Connector's address, which activities carry."""
        return f"{self.url}/connector/"

    def get_firm(self, tenant_id: str) -> Firm | None:
        """Find a firm by its tenant id or one of its verified domains."""
        known = self.firms.get(tenant_id.lower())
        return known or next((firm for firm in self.firms.values() if tenant_id.lower() in firm.domains), None)
