"""`carnet status`: how far the mailboxes are, for the terminal."""

import argparse
import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress_bar import ProgressBar
from rich.table import Table

from bot.cli.schema import opening
from bot.cli.terminal import open_console
from bot.config import Config
from bot.environment import load_config
from bot.graph.subscriptions.keeper import find_former_url
from bot.language import LANGUAGES, say, say_ago, say_reason, say_time
from storage.engine.rls import SYSTEM
from storage.models import UNSERVED
from storage.queue.chores import get_standing
from storage.queue.health import (
    FEEDS,
    Firm,
    Freshness,
    Health,
    LaggingMailbox,
    get_freshness,
    get_health,
    list_firms,
    list_lagging_mailboxes,
)
from storage.queue.load import Load, find_stoppages, measure_load


@dataclass(frozen=True, slots=True)
class FirmReport:
    """One firm, and its mailboxes that are not current."""

    firm: Firm
    health: Health
    lagging: Sequence[LaggingMailbox]
    freshness: Freshness
    directory_failure: str
    former_url: str
    """Where Microsoft still tells of news, if that is not the address of the settings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of `carnet status`."""
    parser.add_argument("--language", choices=LANGUAGES, default="en")
    parser.add_argument("--most", type=int, default=20, help="mailboxes shown of each firm")


def run(arguments: argparse.Namespace) -> None:
    """Show where the firms of this installation stand. Raises `ValueError` with a sentence where it cannot be read."""
    now = int(time.time())
    reports, load, is_idle = asyncio.run(read(load_config(), now, arguments.most))
    show(open_console(), arguments.language, now, reports, load)
    if is_idle:
        open_console().print(say(arguments.language, "status.idle"), soft_wrap=True, highlight=False)


async def read(config: Config, now: int, most: int) -> tuple[list[FirmReport], Load, bool]:
    """Read it all from the database, and whether nobody does what is due."""
    async with opening(config) as database, database.reading(SYSTEM) as connection:
        reports = [
            FirmReport(
                firm,
                await get_health(connection, now, firm.tenant_id),
                await list_lagging_mailboxes(connection, firm.tenant_id, most),
                await get_freshness(connection, now, config.sync_interval, firm.tenant_id),
                (await get_standing(connection, firm.tenant_id, "directory")).failure,
                find_former_url(
                    (await get_standing(connection, firm.tenant_id, "subscriptions")).link, config.public_url
                ),
            )
            for firm in await list_firms(connection)
        ]
        late = (await find_stoppages(connection, now, config.tenants)).directories_late
        return reports, await measure_load(connection, now), bool(late)


def show(console: Console, language: str, now: int, reports: Sequence[FirmReport], load: Load) -> None:
    """Print a table of the firms, one of the mailboxes that are not current, and what waits."""
    firms = _make_table(language, "firm", "state", "current", "failing", "progress", "done", "last")
    for report in reports:
        firms.add_row(*_describe_firm(language, now, report))
    console.print(firms)
    mailboxes = _make_table(language, "mailbox", "state", "feeds", "items", "next", "reason")
    for report in reports:
        for mailbox in report.lagging:
            mailboxes.add_row(*_describe_mailbox(language, now, mailbox))
    if mailboxes.row_count:
        console.print(mailboxes)
    for report in reports:
        for sentence in _say_firm(language, now, report):
            console.print(sentence, soft_wrap=True, highlight=False, markup=False)
    waiting = {"due": load.due, "leased": load.leased, "unknown": load.outbox.get("unknown", 0)}
    for key, count in waiting.items():
        console.print(say(language, f"status.waiting.{key}", count=count))


def _say_firm(language: str, now: int, report: FirmReport) -> Iterator[str]:
    """Say why a firm stands still or its directory is not read, where news of it goes, and how soon it shows."""
    firm, name = report.firm, _name(report.firm)
    if firm.reason and firm.state not in ("active", "closed"):
        yield say(language, "status.stopped", firm=name, reason=say_reason(language, firm.reason))
    if report.directory_failure and firm.state == "active":
        yield say(language, "status.directory", firm=name, reason=say_reason(language, report.directory_failure))
    if report.former_url and firm.state not in UNSERVED:
        yield say(language, "status.news.moved", firm=name, former=report.former_url)
    is_read = report.health.current > 0 or not report.health.failing
    if firm.state not in UNSERVED and is_read:  # nothing is told of what cannot be read
        yield say_freshness(language, now, report)


def say_freshness(language: str, now: int, report: FirmReport) -> str:
    """Say how soon news of a firm shows: told by Microsoft, or polled, and how old the oldest look is."""
    freshness, firm = report.freshness, _name(report.firm)
    minutes, active = (-(-seconds // 60) for seconds in (freshness.seconds, freshness.active_seconds))
    values = {"firm": firm, "polled": freshness.refused, "told": freshness.notified, "minutes": minutes}
    said = say(language, f"status.news.{freshness.mode}", **values, active=active)
    if freshness.failing:
        failing = {"firm": firm, "count": freshness.failing, "code": freshness.failing_code, "minutes": minutes}
        said = say(language, "status.news.failing", **failing)
    oldest = say_ago(language, freshness.oldest_at, now) if freshness.oldest_at else ""
    return f"{said} {say(language, 'status.news.oldest', ago=oldest)}" if oldest else said


def _name(firm: Firm) -> str:
    return firm.name or firm.entra_id


def _make_table(language: str, *columns: str) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in columns:
        table.add_column(say(language, f"status.column.{column}"), overflow="fold")
    return table


def _describe_firm(language: str, now: int, report: FirmReport) -> list[str | ProgressBar]:
    firm, health = report.firm, report.health
    return [
        _name(firm),
        say(language, f"status.firm.{firm.state}"),
        f"{health.current}/{health.total}",
        str(health.failing or ""),
        ProgressBar(total=1, completed=health.progress, width=16),
        say_time(language, health.done_at) if health.done_at else "",
        say_ago(language, health.last_success_at, now),
    ]


def _describe_mailbox(language: str, now: int, mailbox: LaggingMailbox) -> list[str]:
    return [
        mailbox.name,
        say(language, f"status.mailbox.{mailbox.state}"),
        f"{mailbox.feeds_ended}/{FEEDS}",
        str(mailbox.item_count),
        say_ago(language, mailbox.next_try_at, now) if mailbox.next_try_at else "",
        say_reason(language, mailbox.reason),
    ]
