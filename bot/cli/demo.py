"""`carnet demo`: the service and the small Microsoft 365 in one process, on this machine alone."""

import argparse
import asyncio
import time
from dataclasses import replace
from pathlib import Path
from typing import Final

import uvloop
from aiohttp import web

from bot.app import DATABASE, create_app, open_store
from bot.cli.serve import listening, wait_for_stop
from bot.config import Config
from bot.demo.invented_firm import list_seeds
from bot.demo.journal import Journal
from bot.demo.local_access import keep_strangers_out
from bot.demo.microsoft import Microsoft
from bot.demo.page import add_demo_page
from bot.demo.ports import is_free
from bot.demo.routes import add_demo_routes
from bot.demo.serving import run_microsoft
from bot.demo.start import open_firm
from bot.door import Caller, Door
from bot.graph.sync.runner import read_counts
from bot.log import set_up_logs
from bot.outlook.routes import page_values
from bot.turn import Ask
from storage.engine.occupation import occupying
from storage.engine.rls import SYSTEM
from storage.firm.tenants import get_tenant_id
from storage.firm.users import get_known_user
from storage.queue.chores import make_chore_due
from storage.schema.migrate import migrate

HOST: Final = "127.0.0.1"
"""The demo lets tools in without a token, so it answers to nobody but this machine."""
INSTALLING: Final = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}
"""The demo's firm lets us install the app for people, so that a notice reaches those who never opened it."""
_LOOK_EVERY: Final = 0.2
_FIRST_SYNC: Final = 60.0
"""Seconds that the invented firm's first sync may take before the demo says that it is ready all the same."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet demo`."""
    parser.add_argument("--port", type=int, default=3978)
    parser.add_argument("--data", type=Path, default=Path("demo-data"), help="folder of the database, carnet.db")
    parser.add_argument("--corpus", type=Path, help="mail headers, one JSON object a line (.jsonl or .jsonl.gz)")
    parser.add_argument("--domain", action="append", default=[], help="a domain of the firm; may be repeated")


def run(arguments: argparse.Namespace) -> None:
    """Serve the demo until SIGTERM or SIGINT."""
    if arguments.port == 0 or not is_free(arguments.port):
        raise ValueError(f"Port {arguments.port} of this machine cannot be had. Choose another with --port.")
    if arguments.domain and arguments.corpus is None:
        raise ValueError("--domain says who of a --corpus is of the firm; there is none.")
    arguments.data.mkdir(parents=True, exist_ok=True)
    with occupying(arguments.data / "carnet.db", is_alone=True):
        uvloop.run(serve_demo(arguments.port, arguments.data, arguments.corpus, arguments.domain))


async def serve_demo(port: int, folder: Path, corpus: Path | None, domains: list[str]) -> None:
    """Serve until SIGTERM or SIGINT; `folder` keeps the database and what was ordered of the small Microsoft 365.

    Raises `ValueError` for a corpus without a domain, `OSError` for one that cannot be read or a port that is taken.
    """
    set_up_logs("INFO")
    firm, journal = open_firm(folder, corpus=corpus, domains=domains)
    firm.granted |= INSTALLING
    async with run_microsoft(firm, folder=folder, journal=journal) as microsoft:
        config = make_config(microsoft, port, folder)
        await migrate(config.database_url)
        await audit_at_once(config)
        async with create_app(config, is_demo=True) as app:
            mount_demo(app, config, microsoft, journal)
            async with listening(app, HOST, port):
                microsoft.teams.bot_url = f"{config.public_url}/api/messages"
                if corpus is None and not journal.has("sown"):
                    await set_invented_types(app, microsoft)
                    journal.write("sown", {})
                print(f"ready {config.public_url}", flush=True)  # noqa: T201  # what whoever started it waits for
                await wait_for_stop()


def make_config(microsoft: Microsoft, port: int, folder: Path) -> Config:
    """Point the service at the small Microsoft 365."""
    return Config(
        host=HOST,
        port=port,
        public_url=f"http://{HOST}:{port}",
        database_url=f"sqlite:///{folder}/carnet.db",
        notice_hours="0-24",
        installs_app=True,
        admins=(microsoft.firm.list_people()[0].id,),
        **microsoft.config_values,
    )


async def audit_at_once(config: Config) -> None:
    """Let the service compare its subscriptions at once: the small Microsoft 365 forgot them with the last run."""
    database = open_store(config)
    try:
        async with database.writing(SYSTEM) as connection:
            for entra_id in config.tenants:
                tenant_id = await get_tenant_id(connection, entra_id)
                if tenant_id is not None:
                    await make_chore_due(connection, tenant_id, "subscriptions", 0)
    finally:
        await database.close()


def mount_demo(app: web.Application, config: Config, microsoft: Microsoft, journal: Journal) -> None:
    """Add to the service what only the demo has: its page, and the endpoints below `/demo`."""
    app.middlewares.append(keep_strangers_out)
    add_demo_routes(app, microsoft, journal)
    ids = {"tenant": microsoft.firm.tenant_id, "service_url": microsoft.cloud.service_url}
    add_demo_page(app, page_values(config) | ids)


async def set_invented_types(app: web.Application, microsoft: Microsoft) -> None:
    """Let the invented firm's partners say what their companies are, once the first sync knows the companies."""
    deadline = time.monotonic() + _FIRST_SYNC
    while time.monotonic() < deadline:
        health = await read_counts(app[DATABASE])
        if health["total"] and health["current"] + health["failing"] >= health["total"]:
            break
        await asyncio.sleep(_LOOK_EVERY)
    door = Door(app[DATABASE], time.time)  # one of its own: nobody is told of it
    tenant, first = microsoft.firm.tenant_id, microsoft.firm.list_people()[0].id
    for seed in list_seeds():
        partner = next((each.id for each in microsoft.firm.list_people() if each.address == seed.partner), first)
        async with app[DATABASE].reading(SYSTEM) as connection:
            user = await get_known_user(connection, tenant, partner)
        if user is None:
            continue
        asks = [Ask("company.set_type", {"name": seed.domain, "type": seed.type, "is_confirmed": True})]
        if seed.partner:
            asks.append(Ask("company.set_partner", {"name": seed.domain, "person": "me", "is_confirmed": True}))
        for ask in asks:
            await door.answer(replace(ask, is_said=True), Caller(user.viewer, "en", origin="demo"))
