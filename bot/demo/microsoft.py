"""Run the small Microsoft 365: Graph, the Bot Connector and sign-in over real HTTP, on 127.0.0.1 alone."""

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.demo.cloud import TEAMS_APP_ID, Cloud
from bot.demo.connector import Connector
from bot.demo.faults import Faults
from bot.demo.graph.server import Graph
from bot.demo.graph.subscriptions import Subscriptions
from bot.demo.journal import Journal
from bot.demo.notifications import Notifications
from bot.demo.ports import keep_ports, read_ports
from bot.demo.record import Record
from bot.demo.routes import add_demo_routes
from bot.demo.signin.issuer import add_bot_key_routes, add_login_routes
from bot.demo.signin.keys import SigningKey, write_certificate
from bot.demo.signin.tokens import describe_bot_token, describe_user_token
from bot.demo.teams import Teams
from bot.demo.visitors import keep_strangers_out
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


@contextlib.asynccontextmanager
async def run_microsoft(
    *firms: Firm,
    port: int = 0,
    login_port: int = 0,
    faults: Faults | None = None,
    clock: Callable[[], float] | None = None,
    folder: Path | None = None,
    journal: Journal | None = None,
) -> AsyncIterator[Microsoft]:
    """Serve these tenants until the block is left; ports of 0 are chosen by the system.

    `clock` (UTC seconds; the first firm's unless given) decides token expiry, subscription expiry and Retry-After;
    `folder` keeps the certificate and the ports, a temporary one unless given; `journal` keeps what is ordered below
    `/demo`.
    """
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="carnet-demo-")))
        place.mkdir(parents=True, exist_ok=True)
        certificate, key = write_certificate(place)
        cloud = Cloud(
            {firm.tenant_id: firm for firm in firms}, faults=faults or Faults(), clock=clock or firms[0].clock
        )
        microsoft = Microsoft(cloud, str(certificate))
        apps = _build_plain(microsoft, journal), _build_login(microsoft)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        await asyncio.to_thread(context.load_cert_chain, certificate, key)
        port, login_port = read_ports(place, port, login_port)
        async with _listen(apps[0], port, None) as number, _listen(apps[1], login_port, context) as login_number:
            keep_ports(place, number, login_number)
            cloud.url = f"http://127.0.0.1:{number}"
            cloud.login_url = f"https://127.0.0.1:{login_number}"
            async with microsoft.notifications.sending(), microsoft.teams.sending():
                yield microsoft


def _build_plain(microsoft: Microsoft, journal: Journal | None) -> web.Application:
    app = web.Application(client_max_size=2**22, middlewares=[keep_strangers_out])
    microsoft.graph.add_routes(app)
    microsoft.connector.add_routes(app, prefix="/connector")
    add_bot_key_routes(app, microsoft.cloud)
    add_demo_routes(app, microsoft, journal)
    return app


def _build_login(microsoft: Microsoft) -> web.Application:
    app = web.Application(middlewares=[keep_strangers_out])
    add_login_routes(app, microsoft.cloud)
    return app


@contextlib.asynccontextmanager
async def _listen(app: web.Application, port: int, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Answer on loopback; gives the port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
    try:
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
