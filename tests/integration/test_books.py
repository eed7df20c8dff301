"""The books themselves: that nothing wrong in the store or the chats escapes them, and that no row of a fault does."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bot.demo.connector import Sent
from tests.account import WRONG, Account, compare_messages, settle_accounts
from tests.books import BAD_INPUTS, FAULTS, list_rows, must_balance
from tests.live import Live, run_live
from tests.microsoft import make_firm
from tests.without_books import WITHOUT

TESTS = Path(__file__).parent
ANNE, BOB = "anne", "bob"


@pytest.fixture
async def world(database):
    """Two firms that know the same person, which a test may spoil."""
    async with run_live(database, make_firm("Anne Martin"), make_firm("Ben Roe", domain="b.example")) as live:
        for firm in live.microsoft.firms:
            [person] = firm.list_people()
            firm.send_mail((person.name, person.address), to=[("Jane Doe", "jane@acme.example")])
        await live.settle()
        yield live
        live.is_given_up = True


async def settle(live: Live) -> dict[str, int]:
    """Give what is wrong."""
    account = await settle_accounts(live.database, live.microsoft, int(live.clock()))
    return {name: getattr(account, name) for name in WRONG if getattr(account, name)}


async def test_books_of_a_store_that_holds_what_happened_balance(world):
    assert await settle(world) == {}


async def test_a_lost_interaction_is_seen(world):
    for table in ("interactions", "interaction_contacts"):
        await world.execute(f"DELETE FROM {table} WHERE tenant_id = 1")
    assert await settle(world) == {"lost": 1}


async def test_a_mail_that_is_not_there_yet_is_seen_with_all_its_counts(world):
    [person] = world.firm.list_people()
    world.firm.send_mail((person.name, person.address), to=[("Sam Poe", "sam@zenith.example")])
    assert await settle(world) == {"lost": 1, "wrong_counts": 4}


async def test_a_doubled_interaction_is_seen(world):
    zeros = "00" * 16
    other = f"x'{zeros}'" if world.database.is_sqlite else f"decode('{zeros}', 'hex')"
    for table in ("interactions", "interaction_contacts"):
        columns = [row[0] for row in await world.query(LIST_COLUMNS[world.database.is_sqlite], table_name=table)]
        values = [other if column == "source_digest" else column for column in columns]
        copy = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {', '.join(values)} FROM {table}"
        await world.execute(f"{copy} WHERE tenant_id = 1")
    assert await settle(world) == {"doubled": 1}


LIST_COLUMNS = {
    True: "SELECT name FROM pragma_table_info(:table_name)",
    False: "SELECT column_name FROM information_schema.columns WHERE table_name = :table_name",
}


async def test_an_invented_interaction_is_seen(world):
    await world.execute("UPDATE interactions SET occurred_at = occurred_at + 1 WHERE tenant_id = 1")
    assert await settle(world) == {"lost": 1, "invented": 1}


async def test_an_interaction_of_another_firms_person_is_seen(world):
    [theirs] = world.microsoft.firms[1].list_people()
    await world.execute("UPDATE users SET entra_id = :id WHERE tenant_id = 1", id=theirs.id)
    assert await settle(world) == {"lost": 1, "wrong_tenant": 1, "wrong_counts": 4}


async def test_an_interaction_of_a_firm_that_nobody_knows_is_seen(world):
    for table in ("interactions", "interaction_contacts"):
        await world.execute(f"UPDATE {table} SET tenant_id = 99 WHERE tenant_id = 2")
    assert await settle(world) == {"lost": 1, "wrong_tenant": 1}


@pytest.mark.parametrize("column", ["sent_count", "last_at", "first_at"])
async def test_a_wrong_count_is_seen(world, column):
    await world.execute(f"UPDATE contacts SET {column} = {column} + 1 WHERE tenant_id = 2")
    assert await settle(world) == {"wrong_counts": 1}


def say(number: str, person: str = ANNE, reply_to: str = "", contact: int = 0) -> Sent:
    """Something that the connector took."""
    row = {"verb": "contact.open", "data": {"contact_id": contact or int(number)}}
    activity = {"type": "message", "id": number, "replyToId": reply_to, "attachments": [row]}
    activity |= {} if reply_to else {"channelData": {"notification": {"alert": True}}}
    return Sent(0, f"chat of {person}", {"id": person}, activity)


@pytest.mark.parametrize(
    ("outbox", "sent", "wrong"),
    [
        ([(ANNE, "sent", "1", 0), (BOB, "sent", "2", 0)], [say("1"), say("2", BOB)], {}),
        ([(ANNE, "unknown", "", 0)], [say("1")], {}),
        ([(ANNE, "unknown", "", 0), (ANNE, "dropped", "", 0), (BOB, "pending", "", 99)], [], {}),
        ([(ANNE, "sent", "1", 0)], [], {"never_sent": 1}),
        ([(ANNE, "sending", "", 0), (BOB, "pending", "", 9)], [], {"never_sent": 2}),
        ([(ANNE, "sent", "1", 0)], [say("1"), say("2", contact=1)], {"sent_twice": 1, "sent_for_nothing": 1}),
        ([(ANNE, "unknown", "", 0)], [say("1"), say("2", contact=1)], {"sent_twice": 1, "sent_for_nothing": 1}),
        ([(ANNE, "dropped", "", 0)], [say("1")], {"sent_for_nothing": 1}),
        ([(ANNE, "sent", "1", 0)], [say("1", BOB)], {"sent_elsewhere": 1}),
        ([], [say("1", reply_to="a"), say("2", reply_to="b")], {}),
        ([], [say("1", reply_to="a"), say("2", reply_to="a")], {"sent_twice": 1}),
    ],
)
def test_a_message_twice_or_never_or_for_nothing_or_to_somebody_else_is_seen(outbox, sent, wrong):
    account = Account()
    compare_messages(account, outbox, sent, now=10)
    assert {name: getattr(account, name) for name in WRONG if getattr(account, name)} == wrong
    assert account.is_clean is not bool(wrong)


def list_tests() -> list[tuple[str, str]]:
    """Give every test there is: its file and its name."""
    texts = {path.name: path.read_text() for path in sorted(TESTS.parent.glob("*/test_*.py"))}
    return [
        (file, name) for file, text in texts.items() for name in re.findall(r"(?m)^(?:async )?def (test_\w+)", text)
    ]


@pytest.mark.parametrize("row", sorted(FAULTS | BAD_INPUTS))
def test_every_row_has_a_test_that_balances_its_books(row):
    assert [name for file, name in list_tests() if row in list_rows(name) and must_balance(file, name)]


def test_every_reason_for_no_books_is_that_of_a_test_there_is():
    known = {name for test in list_tests() for name in test}
    assert set(WITHOUT) <= known


@pytest.mark.parametrize(("name", "is_refused"), [("test_F24_forgets", True), ("test_S1_forgets", False)])
def test_a_test_of_a_row_that_ends_without_its_books_fails(tmp_path, name, is_refused):
    (tmp_path / "test_it.py").write_text(f"def {name}():\n    pass\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.books", "-c", "/dev/null", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TESTS.parent.parent)
    assert (done.returncode, "without its books" in done.stdout) == ((1, True) if is_refused else (0, False))
