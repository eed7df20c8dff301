"""What one more mailbox costs: in the queue, in a process that waits, and with one worker or two on one PostgreSQL."""

import asyncio
import time
from pathlib import Path

import psutil
from sqlalchemy import insert, text

from storage.engine.database import Database, open_database
from storage.engine.rls import SYSTEM
from storage.models import Mailbox, Tenant, User
from storage.queue.leasing import claim_mailboxes
from storage.queue.mailboxes import finish_mailbox, make_due
from tests.bench import mail
from tests.bench.databases import list_kinds, new_postgres, new_sqlite, running_postgres
from tests.bench.measure import Figure, Report, ratio_at_least, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.simulator import Simulator, running_simulator
from tests.installation import Installation

FEW, MANY = 100, 10_000
NOW = 2_000_000_000


async def measure(setting: Setting, report: Report) -> None:
    await _measure_queue(setting, report)
    await _measure_memory(setting, report)
    await _measure_workers(setting, report)


async def _measure_queue(setting: Setting, report: Report) -> None:
    """A mailbox's way through the queue: made due, claimed, given back."""
    turns = int(setting.choose(300, 20))
    for kind, new_database in list_kinds(setting.folder):
        costs: dict[int, list[float]] = {FEW: [], MANY: []}
        for _ in range(setting.runs):
            for count, kept in costs.items():
                async with new_database() as url:
                    database = open_database(url)
                    await _fill(database, count)
                    kept.append(await _time_turns(database, turns))
                    await database.close()
        name = f"one mailbox through the queue of {MANY:,} ({kind})"
        report.add(Figure(name, "ms", costs[MANY], f"of {FEW}", costs[FEW], ratio_at_most(1.5)))


async def _fill(database: Database, count: int) -> None:
    async with database.writing(SYSTEM) as connection:
        await connection.execute(insert(Tenant).values(tenant_id=1, entra_id="t"))
        users = [
            {"tenant_id": 1, "id": number, "entra_id": str(number), "name": "A", "folded_name": "a"}
            for number in range(1, count + 1)
        ]
        await connection.execute(insert(User), users)
        mailboxes = [{"tenant_id": 1, "user_id": user["id"], "due_at": 2**40, "state": "current"} for user in users]
        await connection.execute(insert(Mailbox), mailboxes)


async def _time_turns(database: Database, turns: int) -> float:
    started = time.perf_counter()
    for number in range(turns):
        async with database.writing(1) as connection:
            await make_due(connection, 1, number % FEW + 1, NOW)
        async with database.writing(SYSTEM) as connection:
            [lease] = await claim_mailboxes(connection, NOW, 1)
        async with database.writing(1) as connection:
            await finish_mailbox(connection, lease, now=NOW, due_at=2**40)
    return (time.perf_counter() - started) / turns * 1000


async def _measure_memory(setting: Setting, report: Report) -> None:
    """The service while nothing happens, with no mailbox and with many."""
    count = int(setting.choose(10_000, 100))
    async with running_simulator(setting.folder / "simulator") as simulator:
        held: dict[int, list[float]] = {0: [], count: []}
        for _ in range(setting.runs):
            for mailboxes, kept in held.items():
                async with new_sqlite(setting.folder) as url:
                    kept.append(await _weigh(setting.folder, simulator, url, mailboxes))
    report.add(Figure("memory of the idle service", "MB", held[0]))
    grown = [(many - none) / count * 1000 for none, many in zip(held[0], held[count], strict=True)]
    report.add(Figure("memory per 1,000 mailboxes more", "MB", grown, notes=f"measured with {count:,}"))


async def _weigh(folder: Path, simulator: Simulator, url: str, mailboxes: int) -> float:
    if mailboxes:
        database = open_database(url)
        await _fill(database, mailboxes)
        await database.close()
    installation = install(folder, simulator, url)
    try:
        installation.start("service", "serve", "--no-worker")
        await installation.wait_until_ready()
        for _ in range(5):
            await installation.ask("/healthz")
            await asyncio.sleep(1.1)
        return float(psutil.Process(installation.pids["service"]).memory_info().rss) / 2**20
    finally:
        installation.end()


def install(folder: Path, simulator: Simulator, url: str) -> Installation:
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in simulator.values.items()}
    return Installation(values, url, folder, log_level="WARNING")


async def _measure_workers(setting: Setting, report: Report) -> None:
    """A first sync by one worker, and by two that share the queue."""
    count = int(setting.choose(50_000, 1_000))
    made = mail.write_mail(setting.folder / f"mail_{count}.jsonl.gz", count)
    rates: dict[int, list[float]] = {1: [], 2: []}
    async with running_simulator(setting.folder / "simulator", made, (mail.DOMAIN,)) as simulator:
        with running_postgres(setting.folder / "postgres") as server:
            for _ in range(setting.runs):
                for workers, kept in rates.items():
                    async with new_postgres(server) as url:
                        kept.append(await _time_workers(setting.folder, simulator, url, workers))
    title = f"first sync of {count:,} mails by two workers (PostgreSQL)"
    report.add(Figure(title, "interaction rows/s", rates[2], "by one", rates[1], ratio_at_least(1)))


async def _time_workers(folder: Path, simulator: Simulator, url: str, workers: int) -> float:
    """Start the workers, and give rows a second from the first page to the last."""
    installation, database = install(folder, simulator, url), open_database(url)
    try:
        for number in range(workers):
            installation.start(f"worker {number}", "worker")
        began_at = 0.0
        while True:
            done, rows = await _look(database)
            if rows and not began_at:
                began_at, rows_then = time.perf_counter(), rows
            if done:
                return (rows - rows_then) / (time.perf_counter() - began_at)
            await asyncio.sleep(0.05)
    finally:
        installation.end()
        await database.close()


async def _look(database: Database) -> tuple[bool, int]:
    async with database.writing(SYSTEM) as connection:
        states = list(await connection.scalars(text("SELECT DISTINCT state FROM mailboxes")))
        rows = await connection.scalar(text("SELECT count(*) FROM interactions")) or 0
    return states == ["current"], rows
