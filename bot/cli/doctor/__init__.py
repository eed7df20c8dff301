"""`carnet doctor`: check the installation, and say what to do."""

import argparse
import asyncio
import time
from collections.abc import Sequence

from rich.console import Console

from bot.cli.doctor.findings import Finding, Level, problem
from bot.cli.doctor.microsoft import check_bot, check_proxy, check_tenants, check_webhooks
from bot.cli.doctor.reach import Asked, Reach, list_open
from bot.cli.doctor.settings import check_settings
from bot.cli.doctor.store import ask_again, check_database, read_rules
from bot.cli.terminal import open_console
from bot.config import Config
from bot.credential import CredentialError, read_credential
from bot.environment import has_credential, load_config
from bot.language import LANGUAGES, say, say_reason, say_sign_in
from bot.log import keeping_quiet
from bot.web.site import load_site

SIGN_IN = ("sign_in_refused", "sign_in_away", "tenant_unknown")
MARKS = {Level.WELL: "[green]✓[/]", Level.WARNING: "[yellow]![/]", Level.PROBLEM: "[red]✗[/]"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet doctor`."""
    parser.add_argument("--mailbox", default="", metavar="ADDRESS", help="a mailbox that is to be read")
    parser.add_argument("--outside", default="", metavar="ADDRESS", help="a test mailbox that is not to be read")
    parser.add_argument("--language", choices=LANGUAGES, default="en")


def run(arguments: argparse.Namespace) -> int:
    """Examine and report; gives 1 where something keeps the service from working."""
    asked = Asked(arguments.mailbox, arguments.outside)
    with keeping_quiet():
        findings = asyncio.run(examine(load_config(), time.time(), asked))
    report(findings, arguments.language, open_console())
    return int(any(finding.level is Level.PROBLEM for finding in findings))


async def examine(config: Config, now: float, asked: Asked | None = None) -> list[Finding]:
    """Look at everything; what Microsoft says is only asked where we could sign in."""
    findings = [finding async for finding in check_settings(config, now)]
    if not load_site().is_whole:
        findings.append(problem("no_page"))
    findings += [finding async for finding in check_database(config, now)]
    if way := [finding async for finding in check_proxy(config)]:
        return findings + way  # nobody behind it can be blamed for anything
    if config.app_id and can_sign_in(config):
        reaches: list[Reach] = []
        rules = await read_rules(config)
        findings += [finding async for finding in check_tenants(config, asked or Asked(), rules, reaches)]
        findings += [finding async for finding in ask_again(config, list_open(reaches), now)]
        told = [one.values["code"] for one in findings if one.key in SIGN_IN]
        findings += [finding async for finding in check_bot(config, told)]
    findings += [finding async for finding in check_webhooks(config)]
    return findings


def can_sign_in(config: Config) -> bool:
    """Return whether there is something to sign in with: Microsoft is blamed for nothing that it was never asked."""
    try:
        return has_credential(config) and bool(read_credential(config))
    except CredentialError:
        return False


def report(findings: Sequence[Finding], language: str, console: Console) -> None:
    """Say each finding in a line, and below it what to do where there is something to do."""
    for finding in findings:
        values = finding.values
        if "reason" in values:
            values = {**values, "reason": say_reason(language, values["reason"])}
        if "code" in values:
            values = {**values, "refusal": say_sign_in(language, values["code"])}
        console.print(MARKS[finding.level], say(language, f"doctor.{finding.key}.what", **values), highlight=False)
        if finding.level is not Level.WELL:
            console.print("  →", say(language, f"doctor.{finding.key}.todo", **values), style="dim", highlight=False)
