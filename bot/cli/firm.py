"""`carnet firm`: the rules of a firm and its administrators, shown and set from the terminal."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from rich.table import Table

from bot.cli.firms import find_firms
from bot.cli.schema import opening
from bot.cli.terminal import open_console
from bot.commands.firm import read_values, say_loss
from bot.config import Config
from bot.environment import load_config
from bot.language import LANGUAGES, say
from storage.engine.connection import Connection, Reading
from storage.engine.rls import SYSTEM
from storage.errors import RuleError
from storage.firm.rule_preview import Loss, preview_loss
from storage.firm.rule_values import NAMES, write_value
from storage.firm.rules import (
    ENVIRONMENT,
    NOBODY,
    RuleRow,
    get_rules,
    list_rule_changes,
    list_rules,
    reset_rule,
    set_rules,
)
from storage.firm.tenants import add_tenant
from storage.firm.users import find_entra_ids, list_unknown_people
from storage.queue.chores import add_chores
from storage.queue.health import Firm, list_firms
from storage.viewer import Viewer

SOURCE: Final = "admin"
YES: Final = frozenset({"yes", "y", "oui", "o"})


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the words and options of `carnet firm`."""
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--tenant", default="", help="Entra id of the firm, where there are several")
    every.add_argument("--language", choices=LANGUAGES, default="en")
    words = parser.add_subparsers(dest="word", required=True, metavar="show|set|reset|history|admins")
    show = words.add_parser("show", parents=[every], help="every rule, and where it comes from")
    show.add_argument("--json", action="store_true", help="as JSON")
    setting = words.add_parser("set", parents=[every], help="set a rule, from now on and for every process")
    setting.add_argument("name", choices=NAMES, metavar="NAME", help=", ".join(NAMES))
    setting.add_argument("value", metavar="VALUE")
    setting.add_argument("--yes", action="store_true", help="do not ask though something is lost")
    reset = words.add_parser("reset", parents=[every], help="let a rule follow the environment again")
    reset.add_argument("name", choices=NAMES, metavar="NAME")
    reset.add_argument("--yes", action="store_true", help="do not ask though something is lost")
    history = words.add_parser("history", parents=[every], help="who changed what, when")
    history.add_argument("--json", action="store_true", help="as JSON")
    admins = words.add_parser("admins", help="who is told of trouble and may change the rules")
    several = admins.add_subparsers(dest="what", required=True, metavar="list|add|remove")
    several.add_parser("list", parents=[every], help="the administrators")
    for what in ("add", "remove"):
        one = several.add_parser(what, parents=[every], help=f"{what} one")
        one.add_argument("person", metavar="PERSON", help="Entra object id, or address in the directory")
        one.set_defaults(yes=False)


def run(arguments: argparse.Namespace) -> int:
    """Run the command; return 1 if it was not confirmed. Raises `ValueError` with a sentence for bad arguments."""
    try:
        return asyncio.run(_run(load_config(), arguments))
    except RuleError as error:
        raise ValueError(say(arguments.language, f"errors.rule_{error.key}", **error.values)) from error


async def _run(config: Config, arguments: argparse.Namespace) -> int:
    async with opening(config) as database:
        show = _SHOWN.get(getattr(arguments, "what", arguments.word))
        if show is not None:
            async with database.reading(SYSTEM) as connection:
                return await show(connection, await _find_firm(connection, arguments), arguments)
        async with database.writing(SYSTEM) as connection:
            await _add_missing(connection, config)
        async with database.reading(SYSTEM) as connection:
            firm = await _find_firm(connection, arguments)
            values = await _read(connection, config, firm, arguments)
            rules = await get_rules(connection, firm.tenant_id)
            losses = await preview_loss(connection, firm.tenant_id, rules, values, int(time.time()))
        _print(*(say_loss(arguments.language, loss) for loss in losses))
        if losses and not arguments.yes and not _ask(arguments.language):
            _print(say(arguments.language, "firm.cli.kept"))
            return 1
        async with database.writing(SYSTEM) as connection:
            await _change(connection, config, Viewer(firm.tenant_id, NOBODY), values, arguments, losses=losses)
        return 0


async def _add_missing(connection: Connection, config: Config) -> None:
    """Add the firms of the settings that no service has met yet: rules may be set before the first start."""
    known = {firm.entra_id for firm in await list_firms(connection)}
    now = int(time.time())
    for entra_id in config.tenants:
        if entra_id not in known:
            await add_chores(connection, await add_tenant(connection, entra_id, config.first_rules, now), now)


async def _find_firm(connection: Reading, arguments: argparse.Namespace) -> Firm:
    """Find the firm that is meant; raises `ValueError` with a sentence."""
    language = arguments.language
    firms = await find_firms(connection, arguments.tenant, language)
    if not firms:
        raise ValueError(say(language, "firm.cli.none"))
    if len(firms) > 1:
        named = ", ".join(f"{firm.entra_id} ({firm.name})" if firm.name else firm.entra_id for firm in firms)
        raise ValueError(say(language, "firm.cli.which", firms=named))
    return firms[0]


async def _show_rules(connection: Reading, firm: Firm, arguments: argparse.Namespace) -> int:
    rows = await list_rules(connection, firm.tenant_id)
    if arguments.json:
        _print(json.dumps({"tenant": firm.entra_id, "name": firm.name, "rules": [_describe(row) for row in rows]}))
        return 0
    table = Table(box=None, pad_edge=False, title=firm.name or firm.entra_id, title_justify="left")
    for column in ("name", "value", "from"):
        table.add_column(say(arguments.language, f"firm.cli.{column}"), overflow="fold")
    for row in rows:
        table.add_row(row.name, _write(arguments.language, row.value), _say_origin(arguments.language, row))
    open_console().print(table)
    return 0


def _describe(row: RuleRow) -> dict[str, Any]:
    origin = "environment" if row.is_first else row.actor_name or "carnet firm"
    return {"name": row.name, "value": row.value, "from": origin, "changed_at": row.changed_at}


def _say_origin(language: str, row: RuleRow) -> str:
    if row.is_first:
        return say(language, "firm.cli.environment")
    key = "person" if row.actor_name else "keeper"
    return say(language, f"firm.cli.{key}", name=row.actor_name, day=_say_moment(row.changed_at))


async def _show_history(connection: Reading, firm: Firm, arguments: argparse.Namespace) -> int:
    changes = await list_rule_changes(connection, firm.tenant_id)
    if arguments.json:
        plain = [{"at": one.at, "who": one.actor_name, "source": one.source, "name": one.name} for one in changes]
        values = [{"before": one.before, "after": one.after} for one in changes]
        _print(json.dumps([one | value for one, value in zip(plain, values, strict=True)]))
        return 0
    language = arguments.language
    for one in changes:
        before, after = (_write(language, value) for value in (one.before, one.after))
        moment, who = _say_moment(one.at), one.actor_name or _say_source(language, one.source)
        _print(say(language, "firm.cli.change", day=moment, who=who, name=one.name, before=before, after=after))
    if not changes:
        _print(say(language, "firm.cli.no_changes"))
    return 0


def _say_source(language: str, source: str) -> str:
    """Say where a change came from that nobody of the firm made."""
    keys = {ENVIRONMENT: "firm.cli.environment", SOURCE: "firm.cli.keeper_alone"}
    return say(language, keys[source]) if source in keys else source


async def _show_admins(connection: Reading, firm: Firm, arguments: argparse.Namespace) -> int:
    admins = (await get_rules(connection, firm.tenant_id)).admins
    found = await find_entra_ids(connection, firm.tenant_id, admins)
    for entra_id in admins:
        _print(f"{entra_id}  {found.get(entra_id) or say(arguments.language, 'firm.cli.empty')}")
    return 0


Show = Callable[[Reading, Firm, argparse.Namespace], Awaitable[int]]
_SHOWN: Final[dict[str, Show]] = {"history": _show_history, "show": _show_rules, "list": _show_admins}


async def _change(
    connection: Connection,
    config: Config,
    viewer: Viewer,
    values: dict[str, Any],
    arguments: argparse.Namespace,
    *,
    losses: Sequence[Loss],
) -> None:
    name, now = next(iter(values)), int(time.time())
    if arguments.word == "reset":
        await reset_rule(connection, viewer, name, config.first_rules, now=now, confirmed=losses)
        done = "reset"
    else:
        changed = await set_rules(connection, viewer, values, now=now, source=SOURCE, confirmed=losses)
        done = "changed" if changed else "unchanged"
    _print(say(arguments.language, f"firm.cli.{done}", name=name, value=_write(arguments.language, values[name])))
    for person in await list_unknown_people(connection, viewer.tenant_id, values.get("admins", ())):
        _print(say(arguments.language, "firm.cli.unknown_admin", person=person))


async def _read(connection: Reading, config: Config, firm: Firm, arguments: argparse.Namespace) -> dict[str, Any]:
    """Read what the rule is to become; raises `RuleError`, and `ValueError` with a sentence for a person not there."""
    if arguments.word == "set":
        return read_values({arguments.name: arguments.value})
    if arguments.word == "reset":
        return {arguments.name: getattr(config.first_rules, arguments.name)}
    return {"admins": await _read_admins(connection, firm, arguments)}


async def _read_admins(connection: Reading, firm: Firm, arguments: argparse.Namespace) -> tuple[str, ...]:
    admins = (await get_rules(connection, firm.tenant_id)).admins
    person = arguments.person.strip().lower()
    found = list(await find_entra_ids(connection, firm.tenant_id, [person]))
    is_nobody = person not in admins and not found and ("@" in person or arguments.what == "remove")
    if is_nobody:
        raise ValueError(say(arguments.language, "firm.cli.nobody_known", person=arguments.person))
    meant = found or list(read_values({"admins": person})["admins"])
    if arguments.what == "add":
        return tuple(dict.fromkeys((*admins, *meant)))
    return tuple(one for one in admins if one not in meant)


def _ask(language: str) -> bool:
    """Ask whether to lose it; raises `ValueError` where nobody is there to answer."""
    if not sys.stdin.isatty():
        raise ValueError(say(language, "firm.cli.nobody_there"))
    return input(say(language, "firm.cli.ask") + " ").strip().lower() in YES


def _write(language: str, value: Any) -> str:
    return write_value(value) or say(language, "firm.cli.empty")


def _say_moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(sep=" ", timespec="minutes").removesuffix("+00:00") + " UTC"


def _print(*lines: str) -> None:
    console = open_console()
    for line in lines:
        console.print(line, highlight=False, markup=False, soft_wrap=True)
