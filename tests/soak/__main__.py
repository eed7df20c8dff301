"""`make soak`: everything goes wrong at once for a given time, and at the end the books are balanced.

Beside it somebody floods the webhook with invented notifications from where Microsoft's come, people ask where nobody
knows who reads, the service is started twice, and one worker's clock is two years ahead.

Three tenants of two hundred mailboxes, twenty things a second, one process killed a minute; one service and two workers
share a PostgreSQL. `make soak SOAK="--seconds 60"` is the short form of CI, `--seed N` repeats one.
"""

import argparse
import asyncio
import contextlib
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

from bot.demo.microsoft import Microsoft
from bot.demo.serving import run_microsoft
from bot.demo.world.firm import Firm
from bot.failpoints import POINTS
from storage.engine.database import Database, open_database
from storage.schema.migrate import migrate
from tests.account import Account, settle_accounts
from tests.installation import Installation
from tests.postgres import PostgresServer, run_postgres
from tests.soak.attack import Attack
from tests.soak.growth import Growth
from tests.soak.recovery import PATIENCE, WORDS, WORKERS, recover
from tests.soak.rows import describe_rows
from tests.soak.trouble import Life, add_faults

INSTALLING = {"TeamsAppInstallation.ReadWriteSelfForUser.All", "AppCatalog.Read.All"}
MOST_REACHED = 300
"""How often a failpoint is passed at most before it is fatal."""
ACCEPTED = 202


def main() -> int:
    """Run a soak; gives 1 where the books do not balance."""
    given = read_arguments()
    seed = given.seed if given.seed is not None else random.SystemRandom().randrange(2**31)
    print(f"seed {seed}: {given.tenants} x {given.mailboxes} mailboxes, {given.rate}/s, {given.seconds} s", flush=True)
    with run_postgres() as url, tempfile.TemporaryDirectory(prefix="carnet-soak-") as folder:
        account, growth, attack = asyncio.run(soak(given, random.Random(seed), url, Path(folder)))
    print(growth.describe())
    print(attack.describe())
    print(account.describe())
    is_well = account.is_clean and not attack.leaks
    print("the books balance" if is_well else f"the books do not balance; repeat with --seed {seed}")
    return int(not is_well)


def read_arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--tenants", type=int, default=3)
    parser.add_argument("--mailboxes", type=int, default=200)
    parser.add_argument("--rate", type=float, default=20, help="things that happen a second")
    parser.add_argument("--kill-every", type=float, default=60, help="seconds between two kill -9")
    return parser.parse_args()


async def soak(
    given: argparse.Namespace, chance: random.Random, url: str, folder: Path
) -> tuple[Account, Growth, Attack]:
    """Do it all; gives the account, how the processes grew, and what came of the attacks."""
    server = PostgresServer(url)
    await server.set_up()
    database_url = await server.create(f"soak_{int(time.time())}")
    await migrate(database_url)
    firms = [make_firm(number, given.mailboxes) for number in range(given.tenants)]
    async with run_microsoft(*firms) as microsoft, installed(microsoft, database_url, folder) as installation:
        database = open_database(database_url)
        try:
            growth = Growth(installation)
            await start(microsoft, installation, database)
            attack = Attack(microsoft, chance, installation, folder)
            await suffer(given, chance, microsoft, installation, (growth, attack))
            await recover(microsoft, installation, database)
            account = await settle_accounts(database, microsoft, int(time.time()))
            account.examples += await describe_rows(database, microsoft, account.rows)
            return account, growth, attack
        finally:
            await database.close()


def make_firm(number: int, mailboxes: int) -> Firm:
    """Make a tenant; the same people from outside write to all of them."""
    firm = Firm(f"firm{number}.example", name=f"Firm {number}")
    firm.granted |= INSTALLING
    for person in range(mailboxes):
        firm.add_person(f"u{person}@firm{number}.example", f"User {person}")
    return firm


@contextlib.asynccontextmanager
async def installed(microsoft: Microsoft, database_url: str, folder: Path) -> AsyncIterator[Installation]:
    """Have one service and its workers; at the end they are asked to stop."""
    settings = {"notice_hours": "0-24", "installs_app": True, "log_level": "WARNING"}
    installation = Installation(microsoft, database_url, folder, **settings)
    microsoft.teams.bot_url = f"{installation.url}/api/messages"
    try:
        yield installation
    finally:
        installation.end()


async def start(microsoft: Microsoft, installation: Installation, database: Database) -> None:
    """Start everything, and wait until every mailbox is current and subscribed."""
    started = time.monotonic()
    installation.start("service", *WORDS["service"])
    await installation.wait_until_ready()  # Graph shakes hands with it before there is a subscription
    for name in WORKERS:
        installation.start(name, *WORDS[name])
    people = sum(len(firm.list_people()) for firm in microsoft.firms)
    while True:
        health = await installation.ask("/healthz")
        current = health["mailboxes"]["current"] if health else 0
        if current == people and len(microsoft.subscriptions.list_live()) >= 2 * people:
            break
        if time.monotonic() - started > PATIENCE:
            raise RuntimeError(
                f"{current} of {people} mailboxes after {PATIENCE} s: {installation.read_log(WORKERS[0])}"
            )
        await asyncio.sleep(0.5)
    print(f"{people} mailboxes current and subscribed after {time.monotonic() - started:.0f} s", flush=True)


async def suffer(
    given: argparse.Namespace,
    chance: random.Random,
    microsoft: Microsoft,
    installation: Installation,
    beside: tuple[Growth, Attack],
) -> None:
    """Let life go on, with every fault and attack there is, and kill a process now and then."""
    growth, attack = beside
    add_faults(microsoft)
    life, started = Life(microsoft, chance, given.rate), time.monotonic()
    before = len(microsoft.notifications.deliveries)
    killing = asyncio.create_task(kill_now_and_then(given.kill_every, chance, installation))
    reviving = asyncio.create_task(revive(chance, installation))
    watching = asyncio.create_task(growth.watch())
    attacking = asyncio.create_task(attack.go_on())
    await life.go_on(given.seconds)
    tasks = (killing, reviving, watching, attacking)
    for task in tasks:
        task.cancel()
    for outcome in await asyncio.gather(*tasks, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
    attack.end()
    seconds = time.monotonic() - started
    delivered = microsoft.notifications.deliveries[before:]
    taken = sum(each.size for each in delivered if each.status == ACCEPTED)
    print(
        f"{life.count} things happened in {seconds:.0f} s: {life.count / seconds:.1f} a second, {given.rate:g} wanted;"
        f" {taken / seconds:.1f} notifications a second taken; posts by answer (0: none):"
        f" {dict(Counter(each.status for each in delivered))}",
        flush=True,
    )
    breaches = Counter(breach.kind for breach in microsoft.record.breaches)
    breaches["messages"] = len(microsoft.connector.breaches)
    print(f"limits of Microsoft's overstepped: {dict(+breaches) or 'none'}", flush=True)


async def kill_now_and_then(every: float, chance: random.Random, installation: Installation) -> None:
    """kill -9 one process after the other, at a moment that nobody foresees."""
    while True:
        await asyncio.sleep(every * chance.uniform(0.5, 1))
        name = chance.choice(sorted(WORDS.keys() & installation.pids.keys()) or [""])
        if name:
            installation.kill(name)
            print(f"killed the {name}", flush=True)


async def revive(chance: random.Random, installation: Installation) -> None:
    """Start again whatever is dead; every second one carries the place at which it will kill itself."""
    while True:
        await asyncio.sleep(chance.uniform(0, 2))
        for name in sorted(set(WORDS) - set(installation.pids)):
            failpoint = f"{chance.choice(POINTS)}:{chance.randint(1, MOST_REACHED)}" if chance.random() < 0.5 else ""
            installation.start(name, *WORDS[name], failpoint=failpoint)
            print(f"started the {name} again {failpoint}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
