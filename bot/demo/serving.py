"""Run the small Microsoft 365: Graph, the Bot Connector and sign-in over real HTTP, on 127.0.0.1 alone."""

import asyncio
import contextlib
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from email.utils import formatdate
from pathlib import Path

from aiohttp import web

from bot.demo.cloud import Cloud
from bot.demo.faults import Faults
from bot.demo.issuer import add_bot_key_routes, add_login_routes
from bot.demo.journal import Journal
from bot.demo.local_access import keep_strangers_out
from bot.demo.microsoft import Microsoft
from bot.demo.ports import keep_ports, read_ports
from bot.demo.routes import add_demo_routes
from bot.demo.signin.keys import write_certificate
from bot.demo.world.firm import Firm


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
    app.on_response_prepare.append(_date_by(microsoft.cloud))
    microsoft.graph.add_routes(app)
    microsoft.connector.add_routes(app, prefix="/connector")
    add_bot_key_routes(app, microsoft.cloud)
    add_demo_routes(app, microsoft, journal)
    return app


def _date_by(cloud: Cloud) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Return what dates answers by the simulated clock, as Graph dates them by its own."""

    async def date(_request: web.Request, response: web.StreamResponse) -> None:
        response.headers["Date"] = formatdate(cloud.clock(), usegmt=True)

    return date


def _build_login(microsoft: Microsoft) -> web.Application:
    app = web.Application(middlewares=[keep_strangers_out])
    add_login_routes(app, microsoft.cloud)
    return app


@contextlib.asynccontextmanager
async def _listen(app: web.Application, port: int, context: ssl.SSLContext | None) -> AsyncIterator[int]:
    """Answer on loopback; returns the port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=context)
    try:
        await site.start()
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()
