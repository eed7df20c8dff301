"""Mail from the small Microsoft 365 to the store, on both databases."""

import asyncio

import pytest
from sqlalchemy import text

from storage.book.timeline import list_recent
from storage.engine.rls import SYSTEM
from storage.history.own_addresses import set_own_address
from storage.lists.words import mark_beginnings
from storage.viewer import Viewer
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
CARL = ("Carl Orff", "carl@acme.example")
DORA = ("Dora Marsh", "dora@acme.example")
EVE = ("Eve Stone", "eve@gmail.com")


async def test_a_first_sync_records_what_was_sent_and_received(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL, EVE], cc=[DORA], sent_at="2024-01-02T03:04:05Z")
    firm.send_mail(CARL, [ANNE], sent_at="2024-01-03T03:04:05Z")
    await sync.run()
    await sync.check()
    rows = await sync.query("SELECT name, contact_count, interaction_count, is_provisional FROM companies")
    assert [tuple(row) for row in rows] == [("Acme", 2, 2, True)]


async def test_later_syncs_add_only_what_is_new(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    firm.send_mail(ANNE, [CARL, DORA])
    firm.send_mail(DORA, [ANNE])
    await sync.run()
    await sync.run()
    await sync.check()


async def test_someone_who_only_wrote_in_is_seen_and_becomes_a_contact_with_the_first_answer(sync: Sync, firm):
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    assert [tuple(row) for row in await sync.query("SELECT is_contact, reason FROM contacts")] == [(False, "seen")]
    assert [row[0] for row in await sync.query("SELECT is_known FROM companies")] == [False]
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    assert [tuple(row) for row in await sync.query("SELECT is_contact, reason FROM contacts")] == [(True, "wrote")]
    assert [row[0] for row in await sync.query("SELECT is_known FROM companies")] == [True]
    await sync.check()


async def test_who_listens_hears_of_new_contacts_and_companies_once(sync: Sync, firm):
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    assert all(is_first and not applied.new_contact_ids for _, applied, is_first in sync.heard)
    sync.heard.clear()
    firm.send_mail(ANNE, [CARL])
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    await sync.run()
    news = [(applied.new_contact_ids, applied.new_company_ids) for _, applied, _ in sync.heard]
    assert [one for one in news if any(one)] == [([1], [1])]
    assert not any(is_first for _, _, is_first in sync.heard)


async def test_the_firms_rule_may_ask_for_an_answer(sync: Sync, firm):
    sync.rule = "exchange"
    await sync.start()
    firm.send_mail(ANNE, [CARL, DORA])
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    rows = await sync.query("SELECT address, is_contact FROM contacts ORDER BY address")
    assert [tuple(row) for row in rows] == [("carl@acme.example", True), ("dora@acme.example", False)]
    await sync.check()


async def test_changing_the_firms_rule_decides_anew_from_the_same_counts(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL, DORA])
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    for rule in ("exchange", "outreach"):
        sync.rule = rule
        await sync.start()
        await sync.check()


async def test_F28_a_mail_that_was_moved_deleted_or_read_stays_what_it_was(sync: Sync, firm):
    copies = [copy for _ in range(4) for copy in firm.send_mail(CARL, [ANNE])]
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    before = await sync.read_ledger()
    firm.move(copies[0], "Clients")
    firm.delete(copies[1])
    firm.set_read(copies[2])
    firm.move(copies[3], "archive")
    await sync.run()
    firm.move(copies[3], "inbox")
    await sync.run()
    assert await sync.read_ledger() == before


async def test_a_domain_that_becomes_the_firms_own_makes_colleagues_of_contacts(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL, EVE, ("Fay Roe", "fay@paris.acme.example"), ("Gus Ray", "gus@notacme.example")])
    await sync.run()
    firm.directory.domains.append("acme.example")
    await sync.execute("UPDATE chores SET due_at = 0")
    await sync.start()
    await sync.run()
    await sync.check()
    mine = "SELECT contact_id FROM relationships WHERE is_mine"
    shown = await sync.query(f"SELECT address FROM contacts WHERE id IN ({mine}) ORDER BY address")
    assert [row[0] for row in shown] == ["eve@gmail.com", "gus@notacme.example"]


async def test_F20_pages_given_twice_and_copies_of_one_mail_count_once(sync: Sync, firm, microsoft):
    microsoft.faults.add("replay_pages")
    for number in range(30):
        firm.send_mail(ANNE, [CARL], sent_at=f"2024-01-{number % 28 + 1:02d}T00:00:00Z")
    firm.send_mail(CARL, [ANNE], message_id="<twice@acme.example>", sent_at="2024-03-01T00:00:00Z")
    firm.send_mail(CARL, [ANNE], message_id="<twice@acme.example>", sent_at="2024-03-01T00:00:00Z")
    await sync.run()
    await sync.check()
    assert (await sync.query("SELECT sent_count, received_count FROM contacts"))[0] == (30, 1)


async def test_B79_two_spellings_are_one_person_with_the_better_name(sync: Sync, firm):
    firm.send_mail(ANNE, [("", "Carl+newsletter@ACME.example")], sent_at="2024-05-01T00:00:00Z")
    firm.send_mail(ANNE, [("carl", "carl@acme.example")], sent_at="2024-05-02T00:00:00Z")
    firm.send_mail(("Orff, Carl", "CARL@acme.example"), [ANNE], sent_at="2024-04-01T00:00:00Z")
    await sync.run()
    assert [tuple(row) for row in await sync.query("SELECT address, name FROM contacts")] == [
        ("carl@acme.example", "Carl Orff")
    ]


NAMED_MAILS = [
    (ANNE, [("C. Orff", CARL[1])], "2024-01-03T00:00:00Z"),
    (("Carl Orff", CARL[1]), [ANNE], "2024-01-01T00:00:00Z"),
    (("Carl O. Orff", CARL[1]), [ANNE], "2024-01-02T00:00:00Z"),
    (("", CARL[1]), [ANNE], "2024-01-05T00:00:00Z"),
    (("carl", CARL[1]), [ANNE], "2024-01-06T00:00:00Z"),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 0, 4, 1, 3)])
async def test_the_best_name_wins_whatever_the_order_of_arrival(sync: Sync, firm, order):
    for place in order:
        sender, to, sent_at = NAMED_MAILS[place]
        firm.send_mail(sender, to, sent_at=sent_at)
        await sync.run()
    names = "SELECT c.name, c.folded_name, r.folded_name FROM contacts c JOIN relationships r ON r.contact_id = c.id"
    assert [tuple(row) for row in await sync.query(names)] == [("Carl O. Orff", "carl o orff", "carl o orff")]
    words = await sync.query("SELECT word FROM search_words WHERE of = 2 ORDER BY word")
    assert {row[0] for row in words} >= {"carl", "orff", "o"}
    marks = "SELECT c.beginnings, r.beginnings FROM contacts c JOIN relationships r ON r.contact_id = c.id"
    expected = mark_beginnings(row[0] for row in words)
    assert [tuple(row) for row in await sync.query(marks)] == [(expected, expected)]
    assert {row[0] for row in await sync.query("SELECT beginnings FROM search_words WHERE of = 2")} == {expected}


async def test_B84_machines_lists_and_crowds_leave_no_row(sync: Sync, firm):
    firm.send_mail(ANNE, [("", "noreply@acme.example"), ("", "list@lists.acme.example"), ("", "info@acme.example")])
    firm.send_mail(ANNE, [(f"P {number}", f"p{number}@acme.example") for number in range(51)])
    firm.send_mail(CARL, [ANNE], headers={"List-Unsubscribe": "<https://acme.example>"})
    firm.send_mail(("", "mailer-daemon@acme.example"), [ANNE])
    await sync.run()
    for table in ("contacts", "companies", "interactions", "relationships", "company_domains"):
        assert (await sync.query(f"SELECT count(*) FROM {table}"))[0] == (0,)


async def test_B77_hostile_names_are_stored_as_plain_text(sync: Sync, firm):
    names = ["<script>alert(1)</script> Roe", "[x](javascript:alert(1)) Roe", "a\x00b\ud800c\u202ed Roe", "${x}" * 1000]
    for number, name in enumerate(names):
        firm.send_mail(ANNE, [(name, f"x{number}@acme.example")])
    await sync.run()
    found = [row[0] for row in await sync.query("SELECT name FROM contacts")]
    assert len(found) == 4
    assert all(name.isprintable() and len(name) <= 200 for name in found)


async def test_B82_a_mail_to_thousands_does_not_stall_the_loop(sync: Sync, firm):
    firm.send_mail(ANNE, [(f"P {number}", f"p{number}@acme.example") for number in range(5000)])
    firm.send_mail(ANNE, [CARL])
    started = asyncio.get_running_loop().time()
    await sync.run()
    assert asyncio.get_running_loop().time() - started < 5
    await sync.check()


POISONS = [
    {"id": "p1", "toRecipients": "everyone"},
    {"id": "p2", "from": 7, "internetMessageId": ["x"]},
    {"id": "p3", "sentDateTime": {"x": 1}},
    {"no": "id"},
    None,
    "text",
]


async def test_F25_poison_items_are_set_aside_with_a_reason_and_the_page_goes_on(sync: Sync, firm, microsoft):
    microsoft.faults.add("poison", path="inbox", items=POISONS)
    firm.send_mail(CARL, [ANNE])
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    await sync.run()
    await sync.check()
    rows = await sync.query("SELECT feed, reason FROM quarantined")
    assert len(rows) >= len(POISONS)
    assert all(feed == "inbox" and reason for feed, reason in rows)


async def test_F23_removals_of_unknown_mails_are_nothing(sync: Sync, firm, microsoft):
    microsoft.faults.add("unknown_removed", ids=["a", "b"])
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    await sync.check()


async def test_S38_subjects_are_not_asked_for_unless_the_firm_keeps_them(sync: Sync, firm, microsoft):
    firm.send_mail(ANNE, [CARL], subject="Privileged")
    await sync.run()
    assert microsoft.record.selected["subject"] == 0
    assert [row[0] for row in await sync.query("SELECT subject FROM interactions")] == [None]
    await sync.execute("UPDATE tenants SET keeps_subjects = true")
    firm.send_mail(ANNE, [CARL], subject="Kept")
    await sync.execute("DELETE FROM mailbox_feeds")
    await sync.run()
    assert {row[0] for row in await sync.query("SELECT subject FROM interactions")} == {None, "Kept"}


async def test_bodies_are_never_asked_for(sync: Sync, firm, microsoft):
    firm.granted |= {"Mail.Read", "Calendars.Read"}
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    assert not {"body", "bodyPreview", "uniqueBody", "attachments"} & set(microsoft.record.selected)
    assert microsoft.record.id_types["default"] == 0


HAL = ("Hidden Hal", "hal@acme.example")


async def list_lines(sync: Sync, user_name: str) -> list[tuple[str, ...]]:
    """Give who stands on which line of what happened lately, as somebody of the firm reads it."""
    [(tenant_id, user_id)] = await sync.query("SELECT tenant_id, id FROM users WHERE name = :name", name=user_name)
    ids = [row[0] for row in await sync.query("SELECT id FROM contacts ORDER BY id")]
    async with sync.database.reading(tenant_id) as connection:
        recent = await list_recent(connection, Viewer(tenant_id, user_id), ids)
    return sorted(one.contact_names for one in recent)


async def test_who_is_in_bcc_is_on_no_line_with_others_and_on_no_colleagues(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL], bcc=[HAL])
    await sync.run()
    await sync.check()
    assert await list_lines(sync, "Anne Martin") == [("Carl Orff",), ("Hidden Hal",)]
    assert await list_lines(sync, "Bob Stone") == [("Carl Orff",)]


async def test_nobody_is_told_of_who_is_in_bcc(sync: Sync, firm):
    await sync.run()
    firm.send_mail(ANNE, [CARL], bcc=[HAL, CARL])
    await sync.run()
    [carl] = [row[0] for row in await sync.query("SELECT id FROM contacts WHERE address = :a", a=CARL[1])]
    assert [number for _, applied, _ in sync.heard for number in applied.new_contact_ids] == [carl]
    hidden = await sync.query("SELECT is_bcc FROM interaction_contacts ORDER BY is_bcc")
    assert [bool(row[0]) for row in hidden] == [False, True]


HOME = ("Anne Martin", "anne.martin75@gmail.com")


@pytest.mark.parametrize("home", [HOME, ("Martin, Anne", HOME[1]), ("", "anne.martin@gmx.fr")])
async def test_ones_own_second_address_is_no_contact(sync: Sync, firm, home):
    firm.send_mail(ANNE, [home, CARL])
    firm.send_mail(home, [ANNE])
    await sync.run()
    await sync.check()
    assert [row[0] for row in await sync.query("SELECT address FROM contacts")] == [CARL[1]]


async def test_one_is_told_once_of_an_address_that_is_taken_for_ones_own(sync: Sync, firm):
    for _ in range(2):
        firm.send_mail(ANNE, [HOME])
        await sync.run()
    told = [address for _, applied, _ in sync.heard for address in applied.own_addresses]
    assert told == [HOME[1]]


async def test_ones_own_address_that_was_a_contact_before_anybody_looked_goes_at_the_next_sync(sync: Sync, firm):
    firm.send_mail(ANNE, [HOME, CARL])
    await set_users(sync, own_addresses='{"anne.martin75@gmail.com": false}')
    await sync.run()
    assert await list_contacts(sync) == [HOME[1], CARL[1]]
    await set_users(sync, own_addresses="{}", own_checked_name="")
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    assert await list_contacts(sync) == [CARL[1]]
    assert [list(applied.own_addresses) for _, applied, _ in sync.heard if applied.own_addresses] == [[HOME[1]]]


async def set_users(sync: Sync, **values: str) -> None:
    async with sync.database.writing(SYSTEM) as connection:
        for column, value in values.items():
            await connection.execute(text(f"UPDATE users SET {column} = '{value}' WHERE name = 'Anne Martin'"))


async def list_contacts(sync: Sync) -> list[str]:
    """Return the contacts of the firm, and those whom their user keeps."""
    kept = "SELECT contact_id FROM relationships WHERE is_kept_contact"
    query = f"SELECT address FROM contacts WHERE is_contact OR id IN ({kept}) ORDER BY address"  # ours
    return [row[0] for row in await sync.query(query)]


@pytest.mark.parametrize("other", [("Anne Martinez", HOME[1]), ("Anne Martin", "anne@acme.example")])
async def test_a_namesake_at_a_company_and_another_name_are_contacts(sync: Sync, firm, other):
    firm.send_mail(ANNE, [other])
    await sync.run()
    assert [row[0] for row in await sync.query("SELECT address FROM contacts")] == [other[1]]


async def test_what_one_says_of_an_address_goes_before_its_name(sync: Sync, firm):
    firm.send_mail(ANNE, [HOME])
    firm.send_mail(ANNE, [CARL])
    await sync.run()
    [(tenant_id, user_id)] = await sync.query("SELECT tenant_id, id FROM users WHERE name = 'Anne Martin'")
    anne = Viewer(tenant_id, user_id)
    for is_home_own, expected in ((False, HOME[1]), (True, CARL[1])):
        async with sync.database.writing(tenant_id) as connection:
            await set_own_address(connection, anne, HOME[1], is_own=is_home_own)
            await set_own_address(connection, anne, CARL[1], is_own=not is_home_own)
        await sync.run()
        mine = "SELECT contact_id FROM relationships WHERE is_mine"
        shown = await sync.query(f"SELECT address FROM contacts WHERE id IN ({mine})")
        assert [row[0] for row in shown] == [expected]
