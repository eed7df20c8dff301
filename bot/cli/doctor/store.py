"""The database: whether it is there, as new as the code, and as locked as it should be."""

import asyncio
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bot.cli.doctor.findings import Finding, Findings, judge_clock, problem, warning, well
from bot.cli.refusals import SETTING, find_missing_folder, find_reason
from bot.config import Config
from bot.graph.subscriptions.keeper import find_former_url
from bot.health.troubles import is_disk_full
from storage.engine.connection import Reading
from storage.engine.damage import find_damage
from storage.engine.database import Database, get_file, open_database
from storage.engine.rls import SYSTEM, is_enforced
from storage.errors import DatabaseError
from storage.firm.held_rules import list_held
from storage.firm.rule_values import FirmRules, list_values
from storage.firm.rules import get_rules, list_rules
from storage.firm.users import list_known_anywhere, list_unknown_people
from storage.history.purge_bounds import plan_purge
from storage.queue.chores import get_standing
from storage.queue.clock import get_database_time
from storage.queue.directory import resume_refused
from storage.queue.health import FAILING, Firm, Freshness, get_freshness, get_health, list_firms, list_lagging_mailboxes
from storage.queue.load import Stoppages, find_stoppages
from storage.schema.revisions import get_newest_revision, get_revision
from storage.schema.version import get_schema_standing, is_read_only

PATIENCE: Final = 15.0
LOOK_SECONDS: Final = 60.0
"""For a look through a whole SQLite file."""


async def check_database(config: Config, now: float) -> Findings:
    """Check the database; nothing is written to it."""
    file = get_file(config.database_url)
    if folder := await asyncio.to_thread(find_missing_folder, file):
        yield problem("database_folder", folder=str(folder), setting=SETTING)
        return
    if await asyncio.to_thread(is_disk_full, config.database_url):
        yield problem("disk_full")
    if file is not None and not await asyncio.to_thread(file.exists):
        yield warning("database_new", file=str(file))
        return
    if file is not None and await asyncio.to_thread(find_damage, file, LOOK_SECONDS):
        yield problem("damaged", setting=SETTING)
        return
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    try:
        async with asyncio.timeout(PATIENCE):
            async for finding in _look(database, config, int(now)):
                yield finding
        if file is not None:
            async for finding in _check_file(file):
                yield finding
    except DatabaseError as error:
        yield problem(find_reason(error), error=error.reason, setting=SETTING)
    except (OSError, TimeoutError) as error:
        yield problem("database_away", error=type(error).__name__, setting=SETTING)
    finally:
        await database.close()


async def _look(database: Database, config: Config, now: int) -> Findings:
    standing, revision, newest = (
        await get_schema_standing(database),
        await get_revision(database),
        get_newest_revision(),
    )
    if standing != "current":
        place = get_file(config.database_url) or database.engine.url.database
        values = {"revision": revision, "newest": newest, "place": str(place), "setting": SETTING}
        yield problem(f"database_{standing}", **values)
        return
    yield well("database", revision=revision)
    async for finding in _check_rights(database):
        yield finding
    async with database.reading(SYSTEM) as connection:
        health = await get_health(connection, now)
        yield well("mailboxes", current=health.current, total=health.total)
        yield judge_freshness(await get_freshness(connection, now, config.sync_interval))
        for finding in judge_work(await find_stoppages(connection, now, config.tenants)):
            yield finding
        for firm in await list_firms(connection):
            async for finding in _check_reading(connection, config, firm, now):
                yield finding
            for mailbox in await list_lagging_mailboxes(connection, firm.tenant_id):
                if mailbox.state in FAILING:
                    yield warning("mailbox_failing", reason=mailbox.reason)
            async for finding in _check_rules(connection, config, firm, now):
                yield finding


async def _check_rights(database: Database) -> Findings:
    """Say whether the service may write, and whether its rows are locked to one tenant at a time."""
    if not database.is_sqlite:
        async with database.reading() as connection:
            yield well("rows_locked") if await is_enforced(connection) else warning("rows_unlocked")
            for finding in judge_clock("PostgreSQL", await get_database_time(connection)):
                yield finding
    if await is_read_only(database):
        yield problem("database_read_only", setting=SETTING)


async def _check_reading(connection: Reading, config: Config, firm: Firm, now: int) -> Findings:
    """Say that a firm is not read, its people are not known, nobody's mailbox is read, or news goes elsewhere."""
    name = firm.name or firm.entra_id
    told = (await get_standing(connection, firm.tenant_id, "subscriptions")).link
    if firm.state != "closed" and (former := find_former_url(told, config.public_url)):
        yield warning("news_moved", firm=name, former=former)
    standing = await get_standing(connection, firm.tenant_id, "directory")
    if firm.state == "closed":
        yield warning("firm_closed", firm=name)
    elif firm.state != "active":
        yield problem("firm_stopped", firm=name, reason=firm.reason)
    elif standing.failure:
        yield problem("directory_failing", firm=name, reason=standing.failure)
    elif standing.was_done and not (await get_health(connection, now, firm.tenant_id)).total:
        yield problem("nobody_read", firm=name)


async def _check_rules(connection: Reading, config: Config, firm: Firm, now: int) -> Findings:
    """Name administrators who are nobody, and settings that are put aside or wait for a confirmation."""
    name = firm.name or firm.entra_id
    async for finding in _check_admins(connection, firm):
        yield finding
    first, plain = list_values(config.first_rules), list_values(FirmRules())
    for rule in await list_rules(connection, firm.tenant_id):
        if not rule.is_first and rule.value != first[rule.name] != plain[rule.name]:
            yield warning("rule_overridden", firm=name, name=rule.name, setting=f"CARNET_{rule.name.upper()}")
    for loss in await list_held(connection, firm.tenant_id, config.first_rules, now):
        yield warning("rule_held", firm=name, count=loss.count, setting=f"CARNET_{loss.name.upper()}")
    plan = await plan_purge(connection, firm.tenant_id, now)
    if plan is not None and plan.needs_confirmation:
        yield warning("purge_waits", firm=name, count=plan.count)


async def _check_admins(connection: Reading, firm: Firm) -> Findings:
    """Name administrators who are nobody; those of the environment may be of another firm of the installation."""
    name = firm.name or firm.entra_id
    set_here = {rule.name for rule in await list_rules(connection, firm.tenant_id) if not rule.is_first}
    admins = (await get_rules(connection, firm.tenant_id)).admins
    unknown = await list_unknown_people(connection, firm.tenant_id, admins)
    elsewhere = set() if "admins" in set_here else await list_known_anywhere(connection, unknown)
    for person in unknown:
        if person not in elsewhere:
            yield problem("admin_unknown", person=person, firm=name)
    if len(unknown) == len(admins) and firm.state == "active":
        yield warning("no_admin", firm=name)


def judge_work(stoppages: Stoppages) -> Iterator[Finding]:
    """Say that nobody does what is due: no worker runs, or it knows nothing of a tenant."""
    if stoppages.directories_late:
        yield problem("worker_stopped")
    if stoppages.firms_unread:
        yield warning("worker_never", count=stoppages.firms_unread)


def judge_freshness(freshness: Freshness) -> Finding:
    """Return whether Microsoft tells of what is new, and how late it shows where Microsoft does not."""
    if freshness.failing:
        return problem("news_failing", count=freshness.failing, code=freshness.failing_code)
    if freshness.mode == "starting":
        return well("news_unknown")
    if not freshness.refused:
        return well("news_told", count=freshness.notified)
    minutes = {"minutes": -(-freshness.seconds // 60), "active": -(-freshness.active_seconds // 60)}
    return warning("news_polled", count=freshness.refused, code=freshness.code, **minutes)


async def _check_file(path: Path) -> Findings:
    """A file that others on the machine may read holds the firm's address book (S36)."""
    mode = stat.S_IMODE((await asyncio.to_thread(path.stat)).st_mode)
    if mode & 0o077:
        yield warning("file_open", file=str(path), mode=f"{mode:o}")


async def read_rules(config: Config) -> dict[str, FirmRules]:
    """Return the rules of the firms that are stored, by Entra id; none where the database cannot be read."""
    file = get_file(config.database_url)
    if file is not None and not await asyncio.to_thread(file.exists):
        return {}
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    try:
        async with asyncio.timeout(PATIENCE), database.reading(SYSTEM) as connection:
            firms = await list_firms(connection)
            return {firm.entra_id: await get_rules(connection, firm.tenant_id) for firm in firms}
    except (DatabaseError, OSError, TimeoutError):
        return {}  # what is wrong with it is a finding of its own
    finally:
        await database.close()


async def ask_again(config: Config, addresses: Sequence[str], now: float) -> Findings:
    """Have the service ask mailboxes at once that answered us, where it was refused them and waits."""
    file = get_file(config.database_url)
    if not addresses or (file is not None and not await asyncio.to_thread(file.exists)):
        return
    database = open_database(config.database_url, is_pooled=config.database_is_pooled)
    count = 0
    try:
        async with asyncio.timeout(PATIENCE):
            async with database.reading(SYSTEM) as connection:
                firms = await list_firms(connection)
            for firm in firms:
                async with database.writing(firm.tenant_id) as connection:
                    count += await resume_refused(connection, firm.tenant_id, int(now), addresses)
    except (DatabaseError, OSError, TimeoutError):
        return  # what is wrong with it is a finding of its own
    finally:
        await database.close()
    if count:
        yield well("asked_again", address=", ".join(addresses))
