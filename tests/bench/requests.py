"""How often Graph is asked, beside the least that gives the same, and how many requests one mailbox has at once."""

from asyncio import to_thread
from math import ceil

from sqlalchemy import text

from bot.graph.sync.folders import DISCARDED, FOLLOWED
from storage.engine.database import open_database
from storage.engine.rls import SYSTEM
from storage.models import Feed
from storage.queue.feeds import PAGE_SIZE
from tests.bench import mail
from tests.bench.databases import new_sqlite
from tests.bench.measure import Figure, Report, at_most, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.simulator import Simulator, running_simulator
from tests.bench.sync import run_sync

_OF_DIRECTORY = 2
"""The firm's domains, and its people (who fit on one page)."""
_OF_FOLDERS = len(FOLLOWED) + len(DISCARDED)
"""Which folders the list of filed mail leaves out: asked once in the life of a mailbox, by name."""


async def measure(setting: Setting, report: Report) -> None:
    count = int(setting.choose(50_000, 1_000))
    made = mail.write_mail(setting.folder / f"mail_{count}.jsonl.gz", count)
    async with (
        running_simulator(setting.folder / "simulator", made, (mail.DOMAIN,)) as simulator,
        new_sqlite(setting.folder) as url,
    ):
        first = await _count_requests(simulator, "product", url)
        items = await _list_items(url)
        pages = sum(max(1, ceil(count / PAGE_SIZE)) for count in items)
        least = _OF_DIRECTORY + _OF_FOLDERS * (len(items) // len(Feed)) + pages
        title = f"{count:,} mails"
        report.add(Figure(f"a first sync ({title})", "requests", [first], "least", [least], ratio_at_most(1.1)))
        again = await _count_requests(simulator, "again", url)
        least = len(await _list_items(url))
        notes = "a request each for inbox, sent items, calendar, and all other folders together"
        report.add(
            Figure(f"a round without news ({title})", "requests", [again], "least", [least], ratio_at_most(1.1), notes)
        )
        record = await simulator.get_record()
        assert not record["breaches"], record["breaches"]
        most = max(record["most_at_once"].values())
        report.add(Figure("requests of one mailbox at once", "", [most], goal=at_most(4), notes="no limit was broken"))


async def _count_requests(simulator: Simulator, side: str, url: str) -> int:
    before = (await simulator.get_record())["total"]
    await to_thread(run_sync, side, simulator, url)
    return (await simulator.get_record())["total"] - before


async def _list_items(url: str) -> list[int]:
    """List how many items each feed of each mailbox gave."""
    database = open_database(url)
    async with database.reading(SYSTEM) as connection:
        found = list(await connection.scalars(text("SELECT item_count FROM mailbox_feeds")))
    await database.close()
    return found
