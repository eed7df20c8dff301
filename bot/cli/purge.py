"""`carnet purge`: show what is older than each firm keeps, and delete it where an administrator says so.

The service purges by itself every hour; what would be too much at once waits for this word.
"""

import argparse
import asyncio
import time

from bot.cli.firms import find_firms
from bot.cli.schema import opening
from bot.cli.terminal import open_console
from bot.commands.firm import say_loss
from bot.config import Config
from bot.environment import load_config
from bot.graph.client.client import GraphClients
from bot.graph.directory.clocks import Clocks
from bot.language import LANGUAGES, say, say_time
from bot.upkeep import ClocksDifferError, ClockUnknownError, read_agreed_time
from storage.engine.database import Database
from storage.engine.rls import SYSTEM
from storage.firm.held_rules import list_held
from storage.firm.rules import set_first_rules
from storage.history.purge_bounds import Plan, plan_purge
from storage.history.retention import drop_old_partitions, prepare_purge, purge_tenant
from storage.queue.health import Firm


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet purge`."""
    parser.add_argument("--tenant", default="", help="Entra id of the one firm; all of them without it")
    parser.add_argument("--confirm", action="store_true", help="delete it; without this it is only shown")
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Show or purge; gives 1 where the clocks differ. Raises `ValueError` with a sentence for what cannot be purged."""
    return asyncio.run(_run(load_config(), arguments.tenant, arguments.language, is_confirmed=arguments.confirm))


async def _run(config: Config, tenant: str, language: str, *, is_confirmed: bool) -> int:
    graph = GraphClients(config)
    try:
        async with opening(config) as database:
            async with database.reading(SYSTEM) as connection:
                wanted = await find_firms(connection, tenant, language)
            if not (firms := [firm for firm in wanted if firm.state == "active"]):
                open_console().print(say(language, "purge.no_firm"))
            done = [await _purge(database, graph, config, one, language, is_confirmed=is_confirmed) for one in firms]
            return max(done, default=0)
    finally:
        await graph.close()


async def _purge(
    database: Database, graph: GraphClients, config: Config, firm: Firm, language: str, *, is_confirmed: bool
) -> int:
    console = open_console()
    try:
        now = await read_agreed_time(Clocks(database, graph).read, firm.entra_id, time.time)
    except ClocksDifferError:
        console.print(say(language, "purge.clocks_differ", firm=firm.name or firm.entra_id))
        return 1
    except ClockUnknownError as error:
        values = {"firm": firm.name or firm.entra_id, "error": str(error)}
        console.print(say(language, "purge.clock_unknown", **values), soft_wrap=True, highlight=False)
        return 1
    await _follow(database, config, firm, language, now, is_confirmed=is_confirmed)
    async with database.reading(firm.tenant_id) as connection:
        plan = await plan_purge(connection, firm.tenant_id, now)
    console.print(_describe(firm, plan, language), soft_wrap=True)
    if plan is None or not is_confirmed:
        return 0
    await prepare_purge(database, firm.tenant_id, now, is_confirmed=True)
    dropped = await drop_old_partitions(database, now)
    count = dropped.counts[firm.tenant_id] + await purge_tenant(database, firm.tenant_id, now)
    console.print(say(language, "purge.done", count=count))
    return 0


async def _follow(
    database: Database, config: Config, firm: Firm, language: str, now: int, *, is_confirmed: bool
) -> None:
    """Show which rules of the environment wait because they delete something; they hold once it is confirmed."""
    async with database.reading(firm.tenant_id) as connection:
        held = await list_held(connection, firm.tenant_id, config.first_rules, now)
    console, name = open_console(), firm.name or firm.entra_id
    for loss in held:
        values = {"setting": f"CARNET_{loss.name.upper()}", "what": say_loss(language, loss)}
        console.print(say(language, "purge.held", firm=name, **values), soft_wrap=True, highlight=False, markup=False)
    if held and is_confirmed:
        async with database.writing(SYSTEM) as connection:
            await set_first_rules(connection, firm.tenant_id, config.first_rules, now, is_confirmed=True)
        settings = ", ".join(f"CARNET_{loss.name.upper()}" for loss in held)
        console.print(say(language, "purge.followed", firm=name, settings=settings), soft_wrap=True, highlight=False)


def _describe(firm: Firm, plan: Plan | None, language: str) -> str:
    name = firm.name or firm.entra_id
    if plan is None:
        return say(language, "purge.keeps_everything", firm=name)
    lines, old_count = [], plan.count - plan.left_count
    if plan.before and (old_count or not plan.left_count):
        day = say_time(language, plan.before, "UTC")
        lines.append(say(language, "purge.old", firm=name, count=old_count, total=plan.total, day=day))
    if plan.left_count:
        lines.append(say(language, "purge.left", firm=name, count=plan.left_count, total=plan.total))
    lines.append(say(language, "purge.needs_word" if plan.needs_confirmation else "purge.shown"))
    return " ".join(lines)
