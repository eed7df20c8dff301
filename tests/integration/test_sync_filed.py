"""Mail that is filed: law firms move what they sent and got into the folder of the matter, at once or by a rule."""

import pytest

from bot.graph.sync.filed_mail import end, find_newest, go_on, read_folders, write_link
from bot.graph.sync.folders import DISCARDED, FOLLOWED
from bot.graph.sync.pages import FiledKey
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
CARL = ("Carl Orff", "carl@acme.example")
DORA = ("Dora Marsh", "dora@other.example")
MATTER = "Clients/Acme/Matter 4711"
ROUND = 4
"""Requests of a turn without news: inbox, sent items, calendar, and the list of the rest."""
NOW = 1_800_000_000


@pytest.fixture
def anne(firm):
    return firm.list_people()[0]


def list_requests(sync: Sync, person) -> list[str]:
    """The paths that were asked for of a mailbox, as from the mailbox's user on."""
    requests = [one for one in sync.microsoft.record.requests if one.user_id == person.id]
    return [one.path.partition(person.id)[2] for one in requests]


async def run_and_count(sync: Sync, person) -> list[str]:
    sync.microsoft.record.clear()
    await sync.run()
    return list_requests(sync, person)


async def count(sync: Sync) -> tuple[int, int]:
    """How many mails were sent and received."""
    rows = await sync.query("SELECT kind FROM interactions")
    return sum(row[0] == 1 for row in rows), sum(row[0] == 2 for row in rows)


@pytest.mark.parametrize("is_synced", [False, True])
async def test_what_was_sent_and_filed_before_the_sync_is_counted_as_sent(sync: Sync, firm, is_synced):
    if is_synced:
        await sync.run()
    firm.move(firm.send_mail(ANNE, [CARL], bcc=[DORA])[0], "Matter 4711")
    await sync.run()
    assert await count(sync) == (1, 0)
    await sync.check()


@pytest.mark.parametrize("is_synced", [False, True])
async def test_an_answer_that_a_rule_files_is_counted_as_received(sync: Sync, firm, anne, is_synced):
    firm.add_rule(anne, lambda mail: mail.sender is not None and "acme" in mail.sender.key, MATTER)
    if is_synced:
        await sync.run()
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    assert await count(sync) == (0, 1)
    await sync.check()


async def test_a_mail_that_is_filed_after_it_was_seen_is_counted_once(sync: Sync, firm):
    copies = [*firm.send_mail(ANNE, [CARL]), *firm.send_mail(CARL, [ANNE])]
    await sync.run()
    for folder in (MATTER, "archive", "inbox"):
        for copy in copies:
            firm.move(copy, folder)
        await sync.run()
    assert await count(sync) == (1, 1)


async def test_a_mail_copied_into_two_folders_is_counted_once(sync: Sync, firm):
    [copy] = firm.send_mail(CARL, [ANNE])
    firm.move(copy, MATTER)
    firm.copy(copy, "Precedents")
    await sync.run()
    firm.copy(copy, "Precedents/Letters")
    firm.copy(copy, "inbox")
    await sync.run()
    assert await count(sync) == (0, 1)


async def test_junk_and_what_was_deleted_are_not_read_until_they_are_moved_out(sync: Sync, firm):
    for folder in ("junkemail", "deleteditems"):
        firm.move(firm.send_mail(CARL, [ANNE])[0], MATTER)
        [copy] = firm.send_mail(DORA, [ANNE], sent_at="2024-01-02T03:04:05Z")
        firm.move(copy, folder)
        copy.was_readable = False  # it was moved on before anybody could read it
    await sync.run()
    assert await count(sync) == (0, 2)
    firm.move(copy, MATTER)
    await sync.run()
    assert await count(sync) == (0, 3)


async def test_a_folder_that_was_thrown_away_is_not_read_and_what_was_read_before_stays(sync: Sync, firm, anne):
    firm.move(firm.send_mail(CARL, [ANNE])[0], MATTER)
    await sync.run()
    [late] = firm.send_mail(DORA, [ANNE])
    firm.move(late, "Old/2019")
    late.was_readable = False
    firm.delete_folder(anne, "Old")
    firm.delete_folder(anne, "Clients")
    await sync.run()
    assert await count(sync) == (0, 1)


async def test_hidden_renamed_and_moved_folders_are_read(sync: Sync, firm, anne):
    anne.mailbox.add_folder("Secret", is_hidden=True)
    firm.move(firm.send_mail(CARL, [ANNE])[0], "Secret")
    await sync.run()
    anne.mailbox.rename_folder("Secret", "Open")
    anne.mailbox.move_folder("Secret", MATTER)
    firm.move(firm.send_mail(DORA, [ANNE])[0], "Secret")
    await sync.run()
    await sync.check()


async def test_a_turn_without_news_is_one_request_more_whatever_the_number_of_folders(sync: Sync, firm, anne):
    for number in range(2_000):
        anne.mailbox.add_folder(f"Matters/{number}")
    firm.move(firm.send_mail(CARL, [ANNE], sent_at="2024-01-02T03:04:05Z")[0], "Matters/7")
    first = await run_and_count(sync, anne)
    assert len(first) == ROUND + len(FOLLOWED) + len(DISCARDED) + 5  # and the tree, 500 folders a request
    assert len(await run_and_count(sync, anne)) == ROUND


async def test_filed_mail_costs_a_look_at_the_folders_in_the_turn_that_brings_it(sync: Sync, firm, anne):
    await sync.run()
    firm.move(firm.send_mail(CARL, [ANNE])[0], MATTER)
    assert len(await run_and_count(sync, anne)) == ROUND + 1
    assert len(await run_and_count(sync, anne)) == ROUND


async def test_pages_go_on_by_time_and_within_one_second_by_number(sync: Sync, firm):
    await sync.use_small_pages(5)
    for number in range(17):
        second = 5 if number < 12 else number
        firm.move(firm.send_mail(CARL, [ANNE], subject=str(number))[0], MATTER)
        firm.truth.copies[-1].modified_at = NOW - 100_000 + second
    await sync.run()
    await sync.run()
    assert await count(sync) == (0, 17)


async def test_whoever_wrote_a_mail_decides_and_not_the_folder(sync: Sync, firm, anne):
    firm.directory.add_alias(anne, "am@lex.example")
    await sync.execute("UPDATE users SET aliases = 'am@lex.example' WHERE address = 'anne.martin@lex.example'")
    firm.move(firm.send_mail(("", "am@lex.example"), [CARL])[0], "inbox")
    firm.move(firm.send_mail(CARL, [ANNE])[0], "sentitems")
    await sync.run()
    assert await count(sync) == (1, 1)
    await sync.check()


async def test_a_stranger_who_writes_in_her_name_makes_nobody_a_contact(sync: Sync, firm, anne):
    headers = {"Received": "from mx.evil.example by lex.example"}
    copies = firm.send_mail(
        CARL, [ANNE, DORA], headers=headers, overrides={"from": {"emailAddress": {"address": ANNE[1]}}}
    )
    firm.move(copies[0], MATTER)
    firm.truth.copies.clear()
    await sync.run()
    assert await count(sync) == (0, 0)


async def test_an_older_installation_keeps_its_links_and_reads_what_was_filed_without_a_word(sync: Sync, firm, anne):
    firm.move(firm.send_mail(CARL, [ANNE])[0], MATTER)
    firm.send_mail(DORA, [ANNE])
    await sync.run()
    await sync.execute("DELETE FROM mailbox_feeds WHERE feed = 'filed'")
    sync.heard.clear()
    requests = await run_and_count(sync, anne)
    assert len(requests) == ROUND + len(FOLLOWED) + len(DISCARDED)
    rounds = await sync.query("SELECT DISTINCT round, finished_round FROM mailbox_feeds WHERE feed <> 'filed'")
    assert rounds == [(1, 1)]
    assert all(is_first or not applied.new_interactions for _, applied, is_first in sync.heard)


async def test_everything_is_listed_anew_once_a_week(sync: Sync, firm, anne):
    firm.move(firm.send_mail(CARL, [ANNE])[0], "Old/2019")
    firm.delete_folder(anne, "Old")
    await sync.run()
    assert await count(sync) == (0, 0)
    anne.mailbox.move_folder("Old")
    await sync.execute("UPDATE mailbox_feeds SET window_ends_at = window_ends_at - 700000 WHERE feed = 'filed'")
    await sync.run()
    assert await count(sync) == (0, 1)
    await sync.check()


def test_a_link_names_the_folders_that_are_left_out():
    link = write_link("https://graph.example/v1.0", "u", ["A==", "B_-"], ["id"])
    assert read_folders(link) == ["A==", "B_-"]
    assert " " not in link


def test_the_next_turn_begins_where_everything_is_certain():
    link = write_link("https://graph.example/v1.0", "u", ["A"], ["id"])
    old, fresh = "2026-01-02T03:04:05Z", "2027-01-15T07:59:00Z"
    assert "ge%202026-01-02T03:04:06Z" in end(link, old, NOW, is_empty=False)
    assert "ge%202027-01-15T07:55:00Z" in end(link, fresh, NOW, is_empty=False)
    assert "ge%202027-01-15T07:55:00Z" in end(link, "2099-01-01T00:00:00Z", NOW, is_empty=False)
    at_rest = end(link, old, NOW, is_empty=False)
    assert end(at_rest, "", NOW, is_empty=True) == at_rest


def test_a_page_goes_on_from_the_time_of_its_last_item():
    link = write_link("https://graph.example/v1.0", "u", ["A"], ["id"])
    items = [FiledKey("1", last_modified_date_time="2026-01-02T03:04:05.123Z"), FiledKey("2")]
    newest = find_newest(items)
    following = go_on(link, newest, 2)
    assert "ge%202026-01-02T03:04:05Z" in following
    assert go_on(go_on(following, newest, 2), newest, 3).endswith("&$skip=5")
    assert "$skip" not in go_on(f"{following}&$skip=5", "2026-01-02T03:04:06Z", 2)
