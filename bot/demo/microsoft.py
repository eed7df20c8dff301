"""The small Microsoft 365 that runs: where it answers, what it holds, and what was done to it."""

import ssl
from typing import Any

from bot.demo.cloud import TEAMS_APP_ID, Cloud
from bot.demo.connector import Connector
from bot.demo.faults import Faults
from bot.demo.graph.server import Graph
from bot.demo.graph.subscriptions import Subscriptions
from bot.demo.notifications import Notifications
from bot.demo.request_record import Record
from bot.demo.signin.keys import SigningKey
from bot.demo.signin.tokens import describe_bot_token, describe_user_token
from bot.demo.teams import Teams
from bot.demo.world.firm import Firm
from bot.demo.world.people import Person
from bot.demo.world.truth import Truth


class Microsoft:
    """A running small Microsoft 365: where it answers, what it holds, and what was done to it."""

    def __init__(self, cloud: Cloud, login_ca: str) -> None:
        self.cloud = cloud
        self.login_ca = login_ca
        """Path of the certificate that msal must trust (`verify=`; mind that REQUESTS_CA_BUNDLE overrides it)."""
        self.subscriptions = Subscriptions(cloud)
        self.notifications = Notifications(cloud, self.subscriptions)
        self.graph = Graph(cloud, self.subscriptions)
        self.connector = Connector(cloud)
        self.teams = Teams(cloud)
        """What Teams sends to the bot, once `teams.bot_url` is set."""

    @property
    def firms(self) -> list[Firm]:
        """The tenants."""
        return list(self.cloud.firms.values())

    @property
    def firm(self) -> Firm:
        """The first tenant."""
        return self.firms[0]

    @property
    def graph_url(self) -> str:
        """Where Graph answers."""
        return f"{self.cloud.url}/v1.0"

    @property
    def login_url(self) -> str:
        """The sign-in authority, without a tenant; https."""
        return self.cloud.login_url

    @property
    def login_context(self) -> ssl.SSLContext:
        """Make a TLS context that trusts the sign-in."""
        return ssl.create_default_context(cafile=self.login_ca)

    @property
    def openid_url(self) -> str:
        """Where the Bot Framework's keys are described."""
        return f"{self.cloud.url}/botframework/v1/.well-known/openidconfiguration"

    @property
    def connector_url(self) -> str:
        """The service URL that activities carry."""
        return self.cloud.service_url

    @property
    def teams_app_id(self) -> str:
        """The app's id in the organisation's catalog."""
        return TEAMS_APP_ID

    @property
    def truth(self) -> Truth:
        """What really happened in the first tenant; every firm has its own."""
        return self.firm.truth

    @property
    def faults(self) -> Faults:
        """The faults switched on."""
        return self.cloud.faults

    @property
    def record(self) -> Record:
        """What was asked of Graph, and the breaches of its rules."""
        return self.cloud.record

    @property
    def config_values(self) -> dict[str, Any]:
        """What `Config` needs to reach this Microsoft 365 instead of the real one."""
        return {
            "graph_url": self.graph_url,
            "login_url": self.login_url,
            "login_ca": self.login_ca,
            "openid_url": self.openid_url,
            "service_url_hosts": ("127.0.0.1", "localhost", "[::1]"),
            "app_id": self.cloud.app_id,
            "app_secret": self.cloud.app_secret,
            "tenants": tuple(self.cloud.firms),
        }

    def mint_user_token(self, person: Person, *, key: SigningKey | None = None, **claims: Any) -> str:
        """Mint an access token of a person for our own scope; a claim given replaces the true one, None drops it."""
        firm = self.cloud.firms[person.mailbox.tenant_id]
        true = describe_user_token(firm, person, self.login_url, self.cloud.app_id)
        return self.cloud.login_keys.mint(true | claims, key=key)

    def mint_bot_token(self, *, key: SigningKey | None = None, **claims: Any) -> str:
        """Mint a token as the Bot Framework sends it with each activity; claims as in `mint_user_token`."""
        true = describe_bot_token(self.cloud.app_id, self.cloud.service_url)
        return self.cloud.bot_keys.mint(true | claims, key=key)
