"""The sync when Microsoft 365 misbehaves: nothing lost, nothing twice, nothing invented, and the reason in words."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from tests import syncing
from tests.any_database import on_any_database
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
CARL = ("Carl Orff", "carl@acme.example")


def exchange(firm, count: int = 25) -> None:
    """Write to and hear from some people, in pages of a few items."""
    for number in range(count):
        sent_at = f"2024-{number % 12 + 1:02d}-01T00:00:00Z"
        firm.send_mail(ANNE, [(f"P {number}", f"p{number % 7}@acme{number % 3}.example")], sent_at=sent_at)
        firm.send_mail((f"P {number}", f"p{number % 7}@acme{number % 3}.example"), [ANNE], sent_at=sent_at)
    when = datetime.now(UTC).replace(microsecond=0) - timedelta(days=9)
    for number in range(count):
        starts_at = when - timedelta(days=number)
        firm.schedule.hold(ANNE, [CARL], starts_at, starts_at + timedelta(hours=1))


async def get_mailbox(sync: Sync, address: str = ANNE[1]):
    rows = await sync.query(
        "SELECT m.* FROM mailboxes m JOIN users u ON u.tenant_id = m.tenant_id AND u.id = m.user_id"
        " WHERE u.address = :address",
        address=address,
    )
    return rows[0]


@pytest.mark.parametrize("page", [0, 1, "last"])
@pytest.mark.parametrize("has_location", [True, False])
async def test_F17_a_state_that_is_forgotten_in_the_middle_of_a_round_is_read_anew(
    sync: Sync, firm, microsoft, page, has_location
):
    exchange(firm)
    await sync.use_small_pages()
    gone = microsoft.faults.add("gone", page=page, count=3, has_location=has_location, code="syncStateInvalid")
    await sync.run_until_current()
    assert gone.hits == 3
    await sync.check()


async def test_F17_a_forgotten_delta_link_is_read_anew_and_what_is_recorded_stays_meanwhile(
    sync: Sync, firm, microsoft
):
    exchange(firm)
    await sync.run()
    before = await sync.read_ledger()
    for person in firm.list_people():
        person.mailbox.forget_tokens()
    outage = microsoft.faults.add("status", path="inbox")
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    during = await sync.read_ledger()
    assert all(key in during.relationships for key in before.relationships)
    microsoft.faults.remove(outage)
    await sync.run_until_current()
    await sync.check()


async def test_F17_a_stored_link_to_another_host_is_as_good_as_forgotten(sync: Sync, firm, microsoft):
    exchange(firm)
    await sync.run()
    await sync.execute("UPDATE mailbox_feeds SET link = replace(link, '127.0.0.1', 'localhost')")
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    assert ((await get_mailbox(sync)).state, (await get_mailbox(sync)).failures) == ("current", 0)
    await sync.check()


async def test_F18_a_failure_is_no_success(sync: Sync, firm, microsoft):
    exchange(firm, 3)
    await sync.run()
    synced_at = (await get_mailbox(sync)).last_success_at
    assert synced_at > 0
    sync.clock = lambda: time.time() + 1000
    microsoft.faults.add("gone")
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.last_success_at) == ("retrying", synced_at)
    assert "410" in mailbox.reason


async def test_F19_meetings_deleted_before_a_full_resync_are_swept_when_it_has_ended(sync: Sync, firm, microsoft):
    anne, _ = firm.list_people()
    exchange(firm, 12)
    await sync.run()
    before = await sync.query("SELECT count(*) FROM interactions WHERE kind = 3")
    for copy in list(anne.mailbox.calendar)[::3]:
        firm.schedule.remove_untold(copy.meeting)
    anne.mailbox.forget_tokens()
    outage = microsoft.faults.add("page_status", page="last", path="calendar")
    await sync.run()
    assert await sync.query("SELECT count(*) FROM interactions WHERE kind = 3") == before
    microsoft.faults.remove(outage)
    await sync.run_until_current()
    assert (await sync.query("SELECT count(*) FROM interactions WHERE kind = 3"))[0] == (8,)
    await sync.check()


async def test_F21_empty_pages_are_followed(sync: Sync, firm, microsoft):
    exchange(firm, 8)
    await sync.use_small_pages()
    microsoft.faults.add("empty_pages", pages=7)
    await sync.run_until_current()
    await sync.check()


async def test_F22_a_round_without_an_end_is_given_up_and_others_go_on(sync: Sync, firm, microsoft):
    anne, bob = firm.list_people()
    exchange(firm, 12)
    firm.send_mail((bob.name, bob.address), [CARL])
    await sync.use_small_pages()
    loop = microsoft.faults.add("endless", mailbox=anne.id, path="calendar", page=1)
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.reason) == ("retrying", "endless_round")
    assert (await get_mailbox(sync, bob.address)).state == "current"
    assert loop.hits < 10
    microsoft.faults.remove(loop)
    await sync.run_until_current()
    await sync.check()


async def test_F26_a_page_that_is_too_large_for_graph_is_asked_for_in_halves(sync: Sync, firm, microsoft):
    exchange(firm, 60)
    fault = microsoft.faults.add("larger_than", size=40, path="messages")
    await sync.run()
    assert fault.hits > 0
    assert (await get_mailbox(sync)).state == "current"
    await sync.check()
    assert {row[0] for row in await sync.query("SELECT page_size FROM mailbox_feeds")} == {500}


RETRY_AFTER = {
    "seconds": (2, 40),
    "date": (2, 40),
    "absent": (10, 60),
    "zero": (10, 60),
    "one": (1, 60),
    "day": (86_400, 100_000),
}


@pytest.mark.parametrize("form", list(RETRY_AFTER))
async def test_F30_a_mailbox_is_left_alone_as_long_as_graph_asks_also_after_a_restart(
    sync: Sync, firm, microsoft, form
):
    anne, _ = firm.list_people()
    exchange(firm, 3)
    microsoft.faults.add("throttle", mailbox=anne.id, form=form, seconds=30, count=1)
    begun_at = time.time()
    await sync.run()
    mailbox = await get_mailbox(sync)
    least, most = RETRY_AFTER[form]
    assert begun_at + least <= mailbox.not_before <= time.time() + most
    assert (mailbox.state, mailbox.reason.startswith("throttled:")) == ("retrying", True)
    asked = microsoft.record.by_mailbox[anne.id]
    await sync.run()  # made due by a notification; the row says not yet
    assert microsoft.record.by_mailbox[anne.id] == asked
    assert microsoft.record.breaches == []


async def test_F30_always_429_is_met_with_ever_longer_waits(sync: Sync, firm, microsoft):
    microsoft.faults.add("throttle", form="absent")
    waits = []
    for _ in range(6):
        await sync.execute("UPDATE mailboxes SET not_before = 0")
        await sync.run()
        waits.append((await get_mailbox(sync)).not_before - time.time())
    assert waits[-1] > 8 * waits[0]


async def test_F31_S47_a_mailbox_is_never_asked_more_than_once_at_a_time(sync: Sync, firm, microsoft):
    exchange(firm, 10)
    await sync.run()
    assert max(microsoft.record.most_at_once.values()) == 1
    assert microsoft.record.breaches == []


NONSENSE = ["html", "empty_body", "bad_gzip", "half", "cut", "duplicate_keys", "big", "reset"]


@on_any_database
@pytest.mark.parametrize("kind", NONSENSE)
async def test_F35_an_answer_that_is_no_page_is_a_failure_and_never_no_data(sync: Sync, firm, microsoft, kind):
    exchange(firm, 4)
    fault = microsoft.faults.add(kind, path="messages", size=21 * 1024 * 1024)
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.last_success_at, bool(mailbox.reason)) == ("retrying", 0, True)
    assert await sync.query("SELECT 1 FROM mailbox_feeds WHERE feed = 'sentitems' AND is_current") == []
    microsoft.faults.remove(fault)
    await sync.run_until_current()
    await sync.check()


async def test_F38_a_token_refused_in_the_middle_of_paging_is_renewed_once(sync: Sync, firm, microsoft):
    exchange(firm, 12)
    await sync.use_small_pages()
    fault = microsoft.faults.add("page_status", page=1, status=401, code="InvalidAuthenticationToken", count=1)
    await sync.run()
    assert fault.hits == 1
    assert (await get_mailbox(sync)).failures == 0
    await sync.check()


async def test_B86_a_link_to_another_host_is_refused(sync: Sync, firm, microsoft):
    exchange(firm, 12)
    await sync.use_small_pages()
    microsoft.faults.add("foreign_link", host=microsoft.cloud.url.replace("127.0.0.1", "localhost"), path="messages")
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.reason) == ("retrying", "foreign_link")
    assert microsoft.record.by_mailbox[firm.list_people()[0].id] < 20


@pytest.mark.parametrize(
    ("state", "expected", "word"),
    [
        ("not_enabled", "skipped", "no_mailbox:"),
        ("forbidden", "forbidden", "forbidden:"),
        ("unavailable", "retrying", "answered:503"),
    ],
)
async def test_F41_a_mailbox_that_cannot_be_read_says_why_and_others_go_on(sync: Sync, firm, state, expected, word):
    anne, bob = firm.list_people()
    anne.mailbox.state = state
    firm.send_mail((bob.name, bob.address), [CARL])
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.reason.startswith(word)) == (expected, True)
    assert (await get_mailbox(sync, bob.address)).state == "current"
    anne.mailbox.state = "ready"
    firm.send_mail(ANNE, [CARL])
    await sync.run_until_current()
    await sync.check()


@on_any_database
@pytest.mark.parametrize("kind", ["hang", "drip", "reset", "cut"])
async def test_F33_an_answer_that_does_not_come_whole_is_given_up(sync: Sync, firm, microsoft, kind):
    exchange(firm, 2)
    fault = microsoft.faults.add(kind, path="messages", seconds=60, size=1)
    await sync.close()
    sync.use_clients(patience=0.3)
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.last_success_at) == ("retrying", 0)
    microsoft.faults.remove(fault)
    await sync.close()
    sync.use_clients()
    await sync.run_until_current()
    await sync.check()


@on_any_database
@pytest.mark.parametrize("failure", ["no such name", "no TLS there", "nobody listens"])
async def test_F34_a_graph_that_cannot_be_reached_is_tried_again_and_the_reason_said(
    sync: Sync, firm, microsoft, failure, unused_tcp_port
):
    exchange(firm, 2)
    urls = {
        "no such name": "http://graph.invalid/v1.0",
        "no TLS there": microsoft.graph_url.replace("http:", "https:"),
        "nobody listens": f"http://127.0.0.1:{unused_tcp_port}/v1.0",
    }
    await sync.close()
    sync.use_clients(graph_url=urls[failure])
    await sync.run()
    mailbox = await get_mailbox(sync)
    assert (mailbox.state, mailbox.last_success_at, "ConnectError" in mailbox.reason) == ("retrying", 0, True)
    await sync.close()
    sync.use_clients()
    await sync.run_until_current()
    await sync.check()


async def test_F32_errors_now_and_then_lose_nothing(sync: Sync, firm, microsoft):
    exchange(firm, 20)
    await sync.use_small_pages()
    for status in (429, 500, 502, 503, 504):
        microsoft.faults.add("status", status=status, share=0.03)
    await sync.run_until_current(turns=100)
    await sync.check()


async def test_F32_what_came_after_an_interrupted_round_began_is_not_left_to_the_next_turn(sync: Sync, firm, microsoft):
    exchange(firm)
    await sync.use_small_pages()
    microsoft.faults.add("page_status", page=2, path="inbox")
    await sync.run()
    assert (await get_mailbox(sync)).state == "retrying"
    firm.send_mail(CARL, [ANNE])
    microsoft.faults.clear()
    await sync.execute("UPDATE mailboxes SET not_before = 0")
    await sync.run()
    await sync.check()


async def test_a_replay_of_everything_changes_no_row(sync: Sync, firm):
    exchange(firm, 30)
    await sync.run()
    tables = ("interactions", "interaction_contacts", "contacts", "companies", "relationships", "company_relationships")
    before = [await sync.query(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables]
    await sync.execute("DELETE FROM mailbox_feeds")
    await sync.run()
    assert [await sync.query(f"SELECT * FROM {table} ORDER BY 1, 2, 3") for table in tables] == before
