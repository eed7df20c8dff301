"""What may be wrong with the whole: each trouble has a sentence, `health.KEY` of the texts."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from bot.config import Config
from bot.credential import ALARM_DAYS, CredentialError, count_days, read_credential
from bot.environment import has_credential
from storage.engine.damage import tells_of_damage
from storage.engine.database import Database, get_file
from storage.engine.rls import SYSTEM
from storage.errors import DatabaseError
from storage.firm.held_rules import find_held_names
from storage.queue.health import get_freshness
from storage.queue.load import Stoppages, find_stoppages
from storage.schema.version import get_schema_standing

Weight = Literal["stops", "hinders", "note"]
LEAST_FREE: Final = 16 << 20
"""Bytes that a disk must have free: SQLite's log and a first sync need some."""
PROBE_BYTES: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong: it stops what a request needs, it hinders, or it is only to be known."""

    key: str
    weight: Weight = "hinders"
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ProcessState:
    """What the process knows of itself; a worker has neither page nor bot."""

    config: Config
    has_page: bool = True
    is_page_kept: Callable[[], bool] = lambda: True
    """Says whether the page, which is handed out of memory, is still where the next start looks for it."""
    get_refusal: Callable[[], str] = str
    """Gives the code with which the sign-in refuses the bot just now; empty where it does not."""
    was_let_in: Callable[[], bool] = bool
    get_outage: Callable[[], str] = str
    """Gives the name of the error with which the sign-in cannot be reached just now; empty where it can."""


async def find_in_process(process: ProcessState, now: float) -> AsyncIterator[Trouble]:
    """Find what needs no database."""
    if not process.has_page:
        yield Trouble("no_page", "stops")
    elif not await asyncio.to_thread(process.is_page_kept):
        yield Trouble("page_lost", "hinders")
    if code := process.get_refusal():
        weight: Weight = "hinders" if process.was_let_in() else "stops"
        yield Trouble("sign_in_refused", weight, {"code": code})
    if error := process.get_outage():
        yield Trouble("sign_in_away", "hinders", {"error": error})
    for trouble in judge_credential(process.config, now):
        yield trouble
    if await asyncio.to_thread(is_disk_full, process.config.database_url):
        yield Trouble("disk_full", "stops")


def judge_credential(config: Config, now: float) -> list[Trouble]:
    """Judge what the app signs in with: whether it can be read, and how long it is good."""
    if not has_credential(config):
        return []
    try:
        credential = read_credential(config)
    except CredentialError as error:
        return [Trouble("credential_unreadable", "hinders", {"why": str(error)})]
    if credential.begins_at > now:
        return [Trouble("credential_early", "hinders")]
    days = count_days(credential, now)
    if days is None or days >= ALARM_DAYS[0]:
        return []
    values = {"days": max(0, days)}
    return [Trouble("credential_over", "hinders") if days < 0 else Trouble("credential_ending", "note", values)]


async def find_in_database(database: Database, config: Config, now: float) -> AsyncIterator[Trouble]:
    """Find what the database shows; one that does not answer is a trouble itself."""
    if database.is_damaged:
        yield Trouble("damaged", "stops")
        return
    try:
        standing = await get_schema_standing(database)
        if standing in ("none", "older", "foreign", "broken"):
            yield Trouble(f"schema_{standing}", "stops")
            return
        if standing == "newer":  # a release runs beside the one before it
            yield Trouble("schema_newer")
        if database.write_refusal:
            yield Trouble(database.write_refusal, "stops")
        async with database.reading(SYSTEM) as connection:
            stoppages = await find_stoppages(connection, int(now), config.tenants)
            freshness = await get_freshness(connection, int(now), config.sync_interval)
            held = await find_held_names(connection, config.tenants, config.first_rules)
    except DatabaseError as error:
        key = "damaged" if tells_of_damage(error) else "database_away"
        yield Trouble(key, "stops", {"error": error.reason})
        return
    for trouble in list_stoppages(stoppages):
        yield trouble
    if held:
        yield Trouble("rules_held", "hinders", {"settings": ", ".join(f"CARNET_{name.upper()}" for name in held)})
    if freshness.failing:
        yield Trouble("news_failing", "hinders", {"count": freshness.failing, "code": freshness.failing_code})
    if freshness.refused:
        minutes = {"minutes": -(-freshness.seconds // 60), "active": -(-freshness.active_seconds // 60)}
        yield Trouble("subscriptions_refused", "hinders", {"count": freshness.refused, **minutes})


def list_stoppages(stoppages: Stoppages) -> list[Trouble]:
    """Name what stands still."""
    counts = {
        "firms_stopped": stoppages.firms_stopped,
        "firms_unread": stoppages.firms_unread,
        "directory_late": stoppages.directories_late,
        "directory_failing": stoppages.directories_failing,
        "group_unknown": stoppages.groups_unknown,
        "nobody_read": stoppages.firms_without_mailbox,
        "purge_waits": stoppages.purges_waiting,
        "clocks_differ": stoppages.purges_without_time,
    }
    return [Trouble(key, "hinders", {"count": count}) for key, count in counts.items() if count]


def is_disk_full(database_url: str) -> bool:
    """Try to write beside an SQLite file; a PostgreSQL has a disk of its own, which its writes tell of."""
    file = get_file(database_url)
    if file is None:
        return False
    folder = file.resolve().parent
    try:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            return True
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE_BYTES))
            probe.flush()
    except OSError:
        return True
    return False
