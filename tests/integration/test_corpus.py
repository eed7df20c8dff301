"""Real, dirty mail from end to end: the store equals what `tests/ledger.py` works out from the same headers."""

import os
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.demo.corpus import load_corpus
from bot.demo.serving import run_microsoft
from storage.engine.database import Database
from tests.syncing import Sync

ROOT = Path(__file__).parent.parent.parent
INVENTED = ROOT / "tests" / "data" / "corpus.jsonl"
REAL = Path(os.environ.get("CARNET_CORPUS", ROOT.parent / "shared" / "corpus" / "linux-mips.jsonl.gz"))
IS_MISSING = pytest.mark.skipif(not REAL.exists(), reason=f"no corpus of real mail at {REAL} (CARNET_CORPUS names one)")


async def sync_corpus(database: Database, corpus: Path, *domains: str) -> AsyncIterator[Sync]:
    firm = load_corpus(corpus, domains)
    async with run_microsoft(firm) as microsoft:
        sync = Sync(database, microsoft, time.time)
        await sync.start()
        await sync.run()
        yield sync
        await sync.close()


async def check_corpus(database: Database, corpus: Path, *domains: str) -> None:
    async for sync in sync_corpus(database, corpus, *domains):
        assert {row[0] for row in await sync.query("SELECT state FROM mailboxes")} == {"current"}
        await sync.check()
        assert sync.microsoft.record.breaches == []
        assert (await sync.query("SELECT count(*) FROM quarantined"))[0] == (0,)


async def test_invented_mail_of_every_kind_of_dirt_is_recorded_as_it_was(database: Database):
    await check_corpus(database, INVENTED, "lexfirm.example", "lex-avocats.example")


@pytest.mark.slow
@IS_MISSING
async def test_twenty_years_of_real_mail_are_recorded_as_they_were(sqlite_database: Database):
    await check_corpus(sqlite_database, REAL, "mips.com", "imgtec.com", "linux-mips.org")


@pytest.mark.slow
@IS_MISSING
async def test_real_mail_is_recorded_as_it_was_on_postgresql_too(postgres_database: Database):
    await check_corpus(postgres_database, REAL, "mips.com")
