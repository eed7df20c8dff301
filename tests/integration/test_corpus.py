"""Real, dirty mail from end to end: the store equals what `tests/ledger.py` works out from the same headers."""

import gzip
import json
import os
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.demo.corpus import load_corpus
from bot.demo.serving import run_microsoft
from storage.engine.database import Database
from storage.text.addresses import Address, parse_address
from storage.text.displayed_names import clean_name
from storage.text.machines import find_machine
from tests.second_names import read_name
from tests.syncing import Sync

ROOT = Path(__file__).parent.parent.parent
INVENTED = ROOT / "tests" / "data" / "corpus.jsonl"
REAL = Path(os.environ.get("TEST_CORPUS", ROOT.parent / "shared" / "corpus" / "linux-mips.jsonl.gz"))
IS_MISSING = pytest.mark.skipif(not REAL.exists(), reason=f"no corpus of real mail at {REAL} (TEST_CORPUS names one)")


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


@pytest.mark.parametrize("corpus", [INVENTED, pytest.param(REAL, marks=IS_MISSING)], ids=["invented", "real"])
def test_plain_names_are_read_alike_twice(corpus):
    people = list_people(corpus)
    read = [(shown, address, want) for shown, address in people if (want := read_name(shown, address.address))]
    differing = [row for row in read if clean_name(row[0], row[1].local, row[1].domain)[0] != row[2]]
    assert len(read) > 300
    assert differing == []


def list_people(corpus: Path) -> list[tuple[str, Address]]:
    """Give the names and addresses in the headers that may be a person's."""
    with gzip.open(corpus, "rt") if corpus.suffix == ".gz" else corpus.open() as lines:
        mails = [_decode(line) for line in lines if line.strip()]
    given = {pair for mail in mails for pair in _list_pairs(mail)}
    parsed = [(shown, parse_address(raw)) for shown, raw in given if shown and raw]
    return [(shown, address) for shown, address in parsed if address.address and not find_machine(address, shown)]


def _decode(line: str) -> dict[str, Any]:
    try:
        mail = json.loads(line)
    except ValueError:
        return {}
    return mail if isinstance(mail, dict) else {}


def _list_pairs(mail: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for pair in [mail.get("from"), *(mail.get("to") or []), *(mail.get("cc") or []), *(mail.get("bcc") or [])]:
        if isinstance(pair, list) and len(pair) == 2 and all(isinstance(part, str) for part in pair):
            yield pair[0], pair[1]


@pytest.mark.slow
@IS_MISSING
async def test_twenty_years_of_real_mail_are_recorded_as_they_were(sqlite_database: Database):
    await check_corpus(sqlite_database, REAL, "mips.com", "imgtec.com", "linux-mips.org")


@pytest.mark.slow
@IS_MISSING
async def test_real_mail_is_recorded_as_it_was_on_postgresql_too(postgres_database: Database):
    await check_corpus(postgres_database, REAL, "mips.com")
