"""Meetings from the small Microsoft 365 to the store: held, planned, moved, answered, called off."""

import time
from datetime import UTC, datetime, timedelta

import pytest

from storage.engine.rls import SYSTEM
from storage.queue.feeds import reread_calendars
from tests import syncing
from tests.syncing import Sync

sync = syncing.sync

ANNE = ("Anne Martin", "anne.martin@lex.example")
BOB = ("Bob Stone", "bob.stone@lex.example")
CARL = ("Carl Orff", "carl@acme.example")
DORA = ("Dora Marsh", "dora@other.example")
HOUR = timedelta(hours=1)


def days(count: float) -> datetime:
    return datetime.now(UTC).replace(microsecond=0) + timedelta(days=count)


def hold(firm, when: datetime, *people, organizer=ANNE, **properties):
    return firm.schedule.hold(organizer, people or (CARL,), when, when + HOUR, **properties)


async def count(sync: Sync) -> tuple:
    return tuple((await sync.query("SELECT meeting_count, planned_count, is_contact, reason FROM contacts"))[0])


async def test_a_meeting_that_was_held_makes_a_contact(sync: Sync, firm):
    hold(firm, days(-3), CARL, DORA, BOB)
    await sync.run()
    await sync.check()


async def test_a_planned_meeting_makes_a_contact_and_counts_once_it_has_begun(sync: Sync, firm):
    hold(firm, days(2))
    await sync.run()
    assert await count(sync) == (0, 1, True, "planned")
    await sync.check()
    sync.clock = lambda: time.time() + 3 * 86_400
    await sync.run()
    assert await count(sync) == (1, 0, True, "met")
    await sync.check()


async def test_under_the_rule_of_exchange_a_planned_meeting_makes_no_contact_until_it_was_held(sync: Sync, firm):
    sync.rule = "exchange"
    await sync.start()
    hold(firm, days(2))
    await sync.run()
    assert await count(sync) == (0, 1, False, "planned")
    sync.clock = lambda: time.time() + 3 * 86_400
    sync.heard.clear()
    await sync.run()
    assert await count(sync) == (1, 0, True, "met")
    assert [contact for _, applied, _ in sync.heard for contact in applied.new_contact_ids] == [1]
    await sync.check()


@pytest.mark.parametrize("when", [-3, 3])
async def test_a_meeting_called_off_is_taken_back(sync: Sync, firm, when):
    meeting = hold(firm, days(when), organizer=CARL)
    firm.schedule.change(meeting, attendees=meeting.attendees)
    called_off = hold(firm, days(when), ANNE, organizer=CARL)
    await sync.run()
    firm.schedule.cancel(called_off)
    await sync.run()
    assert await count(sync) == (0, 0, False, "gone")
    assert (await sync.query("SELECT count(*) FROM interactions"))[0] == (0,)
    await sync.check()


async def test_taking_a_meeting_back_leaves_everything_else_exactly_as_it_was(sync: Sync, firm):
    firm.send_mail(ANNE, [CARL], sent_at="2025-01-02T00:00:00Z")
    hold(firm, days(-20), CARL, BOB)
    await sync.run()
    before = await sync.read_ledger()
    meeting = hold(firm, days(-1), CARL, DORA, BOB)
    await sync.run()
    assert (await sync.read_ledger()).contacts != before.contacts
    firm.schedule.cancel(meeting)
    await sync.run()
    await sync.check()
    after = await sync.read_ledger()
    assert after.relationships == before.relationships
    assert {key: value for key, value in after.companies.items() if key in before.companies} == before.companies


async def test_a_meeting_that_moves_moves(sync: Sync, firm):
    meeting = hold(firm, days(-3))
    await sync.run()
    for starts_at in (days(-9), days(4), days(-1)):
        firm.schedule.change(meeting, starts_at=starts_at, ends_at=starts_at + HOUR)
        await sync.run()
        await sync.check()


async def test_who_joins_and_who_leaves_a_meeting_is_seen(sync: Sync, firm):
    meeting = hold(firm, days(-3), CARL)
    other = hold(firm, days(-3), DORA)
    await sync.run()
    firm.schedule.change(meeting, attendees=other.attendees)
    await sync.run()
    await sync.check()
    assert (await sync.query("SELECT meeting_count FROM contacts WHERE address = :a", a=CARL[1]))[0] == (0,)


@pytest.mark.parametrize("properties", [{"sensitivity": "private"}, {"sensitivity": "confidential"}])
async def test_B85_a_private_meeting_is_nobodys_business(sync: Sync, firm, properties):
    hold(firm, days(-3), **properties)
    await sync.run()
    assert (await sync.query("SELECT count(*) FROM contacts"))[0] == (0,)
    await sync.check()


async def test_B85_a_meeting_that_becomes_private_is_taken_back(sync: Sync, firm):
    meeting = hold(firm, days(-3))
    await sync.run()
    firm.schedule.change(meeting, sensitivity="private")
    await sync.run()
    await sync.check()


async def test_a_declined_meeting_is_taken_back_and_an_acceptance_brings_it_again(sync: Sync, firm):
    anne, _ = firm.list_people()
    meeting = hold(firm, days(-3), ANNE, BOB, organizer=CARL)
    await sync.run()
    await sync.check()
    firm.schedule.respond(anne, meeting, "declined", keeps=True)
    await sync.run()
    await sync.check()
    assert (await sync.query("SELECT count(*) FROM interactions"))[0] == (1,)
    firm.schedule.respond(anne, meeting, "accepted")
    await sync.run()
    await sync.check()


async def test_a_meeting_taken_out_of_the_calendar_is_taken_back(sync: Sync, firm):
    anne, _ = firm.list_people()
    meeting = hold(firm, days(-3), BOB, CARL)
    await sync.run()
    firm.schedule.remove(anne, meeting)
    await sync.run()
    await sync.check()


async def test_F29_every_occurrence_of_a_series_counts_once(sync: Sync, firm):
    firm.schedule.hold_series(ANNE, [CARL, BOB], days(-20), days(-20) + HOUR, every=timedelta(days=7), count=6)
    await sync.run()
    await sync.run()
    await sync.check()
    assert (await count(sync))[:2] == (6, 6)  # two calendars, three weeks behind and three ahead


async def test_F29_exceptions_and_the_end_of_a_series_are_seen(sync: Sync, firm):
    series = firm.schedule.hold_series(ANNE, [CARL, BOB], days(-20), days(-20) + HOUR, every=timedelta(days=7), count=6)
    await sync.run()
    moved = series.occurrences[4]
    firm.schedule.change(moved, starts_at=days(9), ends_at=days(9) + HOUR)
    firm.schedule.cancel(series.occurrences[5])
    await sync.run()
    await sync.check()
    firm.schedule.cancel(series)
    await sync.run()
    await sync.check()


async def test_F29_an_occurrence_taken_out_without_a_word_is_gone_when_the_calendar_is_read_anew(sync: Sync, firm):
    series = firm.schedule.hold_series(ANNE, [CARL], days(1), days(1) + HOUR, every=timedelta(days=7), count=4)
    await sync.run()
    firm.schedule.remove_untold(series.occurrences[2])
    await sync.run()
    sync.clock = lambda: time.time() + 2 * 86_400
    await sync.run()
    await sync.check()
    assert (await sync.query("SELECT count(*) FROM interactions"))[0] == (3,)


async def test_F29_an_answer_to_a_series_counts_at_once_for_all_of_it_though_the_delta_shows_its_master_alone(
    sync: Sync, firm
):
    series = firm.schedule.hold_series(
        DORA, [ANNE, CARL], days(-20), days(-20) + HOUR, every=timedelta(days=7), count=4
    )
    await sync.run()
    assert await list_contacts(sync) == []
    anne = firm.get_person(ANNE[1])
    firm.schedule.respond(anne, series, "accepted")
    await sync.run()
    await sync.check()
    assert await list_contacts(sync) == [CARL[1], DORA[1]]
    firm.schedule.respond(anne, series, "declined", keeps=True)
    await sync.run()
    await sync.check()
    assert await list_contacts(sync) == []


async def test_F29_a_new_series_and_the_move_of_one_occurrence_read_nothing_twice(sync: Sync, firm):
    await sync.run()
    series = firm.schedule.hold_series(ANNE, [CARL], days(1), days(1) + HOUR, every=timedelta(days=7), count=4)
    await sync.run()
    firm.schedule.change(series.occurrences[1], starts_at=days(9), ends_at=days(9) + HOUR)
    await sync.run()
    await sync.check()
    rounds = "SELECT DISTINCT round FROM mailbox_feeds WHERE feed = 'calendar'"
    assert await sync.query(rounds) == [(1,)]


async def list_contacts(sync: Sync) -> list[str]:
    return [row[0] for row in await sync.query("SELECT address FROM contacts WHERE is_contact ORDER BY address")]


async def test_F29_a_notice_of_a_deletion_has_the_calendar_read_anew_at_once(sync: Sync, firm):
    series = firm.schedule.hold_series(ANNE, [CARL], days(1), days(1) + HOUR, every=timedelta(days=7), count=4)
    await sync.run()
    firm.schedule.remove_untold(series.occurrences[2])
    mailboxes = [tuple(row) for row in await sync.query("SELECT tenant_id, user_id FROM mailboxes")]
    async with sync.database.writing(SYSTEM) as connection:
        await reread_calendars(connection, mailboxes)
    await sync.run()
    await sync.check()


async def test_reading_the_calendar_anew_changes_nothing_that_is_still_there(sync: Sync, firm):
    for when in (-700, -30, -1, 1, 300):
        hold(firm, days(when), CARL, DORA)
    await sync.run()
    before = await sync.query("SELECT * FROM relationships ORDER BY contact_id")
    for ahead in (1, 2, 40):
        now = time.time() + ahead * 86_400 - 86_400
        sync.clock = lambda now=now: now
        await sync.execute("UPDATE mailbox_feeds SET window_ends_at = 1 WHERE feed = 'calendar'")
        await sync.run()
    assert (await sync.query("SELECT max(round) FROM mailbox_feeds"))[0] == (4,)
    after = await sync.query("SELECT * FROM relationships ORDER BY contact_id")
    assert [row.interaction_count + row.planned_count for row in after] == [
        row.interaction_count + row.planned_count for row in before
    ]


async def test_a_meeting_older_than_the_window_stays_when_the_window_moves_on(sync: Sync, firm):
    hold(firm, days(-720))
    await sync.run()
    sync.clock = lambda: time.time() + 30 * 86_400
    await sync.run()
    assert (await sync.query("SELECT count(*) FROM interactions"))[0] == (1,)


async def test_crowds_and_rooms_are_no_people(sync: Sync, firm):
    hold(firm, days(-3), *[(f"P {number}", f"p{number}@acme.example") for number in range(26)])
    hold(firm, days(-2), CARL, rooms=[("Room", "room-4@other.example")])
    await sync.run()
    await sync.check()


async def test_a_meeting_that_becomes_a_crowd_is_taken_back(sync: Sync, firm):
    meeting = hold(firm, days(-3), CARL)
    crowd = hold(firm, days(-3), *[(f"P {number}", f"p{number}@acme.example") for number in range(26)])
    await sync.run()
    firm.schedule.change(meeting, attendees=crowd.attendees)
    await sync.run()
    await sync.check()


async def test_who_declined_was_not_met(sync: Sync, firm):
    meeting = hold(firm, days(-3), CARL, DORA)
    carl = next(each for each in meeting.attendees if each.address.pair[1] == CARL[1])
    carl.response = "declined"
    firm.schedule.change(meeting)
    await sync.run()
    await sync.check()
    assert [row[0] for row in await sync.query("SELECT address FROM contacts")] == [DORA[1]]


async def test_a_guest_who_declines_later_is_taken_back(sync: Sync, firm):
    meeting = hold(firm, days(-3), CARL)
    await sync.run()
    meeting.attendees[0].response = "declined"
    firm.schedule.change(meeting)
    await sync.run()
    await sync.check()
    assert await count(sync) == (0, 0, False, "gone")


async def list_states(sync: Sync) -> set[tuple]:
    rows = await sync.query("SELECT address, is_contact, reason FROM contacts")
    return {(address, bool(is_contact), reason) for address, is_contact, reason in rows}


SEEN = {(CARL[1], False, "seen"), (DORA[1], False, "seen")}
MET = {(CARL[1], True, "met"), (DORA[1], True, "met")}


@pytest.mark.parametrize("when", [-400, -3, 200])
@pytest.mark.parametrize("rule", ["outreach", "exchange"])
async def test_A4_the_people_of_a_strangers_invitation_are_only_seen(sync: Sync, firm, when, rule):
    sync.rule = rule
    await sync.start()
    hold(firm, days(when), ANNE, DORA, organizer=CARL)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == SEEN
    assert (await sync.query("SELECT count(*) FROM companies WHERE is_known"))[0] == (0,)
    assert not any(applied.new_contact_ids or applied.new_company_ids for _, applied, _ in sync.heard)


@pytest.mark.parametrize("domain", ["lex.example", "sub.lex.example"])
async def test_A4_an_own_domain_alone_makes_nobody_a_colleague(sync: Sync, firm, domain):
    hold(firm, days(-3), ANNE, CARL, DORA, organizer=("Managing Partner", f"managing.partner@{domain}"))
    await sync.run()
    await sync.check()
    assert await list_states(sync) == SEEN


async def test_A4_what_the_user_answers_changes_what_an_invitation_is_worth(sync: Sync, firm):
    anne, _ = firm.list_people()
    meeting = hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    await sync.run()
    for response, states in (("accepted", MET), ("none", SEEN), ("tentativelyAccepted", MET)):
        firm.schedule.respond(anne, meeting, response)
        await sync.run()
        await sync.check()
        assert await list_states(sync) == states
    firm.schedule.respond(anne, meeting, "declined", keeps=True)
    await sync.run()
    await sync.check()
    assert not any(is_contact for _, is_contact, _ in await list_states(sync))


@pytest.mark.parametrize("is_mail_first", [True, False])
async def test_A4_a_contacts_invitation_counts_without_an_answer_whatever_comes_first(sync: Sync, firm, is_mail_first):
    if is_mail_first:
        firm.send_mail(ANNE, [CARL])
        await sync.run()
    hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    await sync.run()
    if not is_mail_first:
        assert await list_states(sync) == SEEN
        firm.send_mail(ANNE, [CARL])
        await sync.run()
    await sync.check()
    assert await list_states(sync) == MET


async def test_a_mail_from_the_organiser_is_no_answer(sync: Sync, firm):
    hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    firm.send_mail(CARL, [ANNE])
    await sync.run()
    await sync.check()
    assert await list_states(sync) == SEEN


async def test_a_colleagues_invitation_counts_without_an_answer(sync: Sync, firm):
    hold(firm, days(-3), ANNE, CARL, DORA, organizer=BOB)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == MET


def forge(firm, when: datetime, *people, organizer=BOB):
    """Somebody outside invites Anne in the name of a colleague, whose calendar knows nothing of it."""
    meeting = hold(firm, when, ANNE, *people, organizer=organizer)
    firm.schedule.remove(find_person(firm, organizer), meeting)
    return meeting


def find_person(firm, pair):
    [person] = firm.find_people([firm.addresses.get(*pair)])
    return person


@pytest.mark.parametrize("when", [-400, -3, 200])
@pytest.mark.parametrize("rule", ["outreach", "exchange"])
async def test_A31_an_invitation_in_a_colleagues_name_that_their_calendar_does_not_show_is_a_strangers(
    sync: Sync, firm, when, rule
):
    sync.rule = rule
    await sync.start()
    meeting = forge(firm, days(when), CARL, DORA)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == SEEN
    assert not any(applied.new_contact_ids or applied.new_company_ids for _, applied, _ in sync.heard)
    firm.schedule.respond(find_person(firm, ANNE), meeting, "accepted")
    await sync.run()
    await sync.check()
    assert all(is_contact for _, is_contact, _ in await list_states(sync)) is (rule == "outreach" or when < 0)


async def test_A31_a_colleagues_own_meeting_proves_no_other_invitation(sync: Sync, firm):
    hold(firm, days(-3), CARL, organizer=BOB)
    forge(firm, days(-3), CARL, DORA)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == {(CARL[1], True, "met"), (DORA[1], False, "seen")}
    assert await count_mine(sync, ANNE) == 0


async def count_mine(sync: Sync, pair) -> int:
    """Count the contacts that are somebody's own."""
    theirs = "JOIN users ON users.id = user_id WHERE is_mine AND users.address = :address"
    return (await sync.query(f"SELECT count(*) FROM relationships {theirs}", address=pair[1]))[0][0]


@pytest.mark.parametrize("first", [ANNE, BOB])
async def test_A31_a_colleagues_invitation_counts_whichever_mailbox_is_read_first(sync: Sync, firm, first):
    meeting = hold(firm, days(-3), ANNE, CARL, DORA, organizer=BOB)
    other = BOB if first == ANNE else ANNE
    theirs = "user_id = (SELECT id FROM users WHERE address = :address)"
    await sync.execute(f"UPDATE mailboxes SET due_at = 99999999999 WHERE {theirs}", address=other[1])
    await sync.worker.run_once()
    assert await list_states(sync) == (SEEN if first == ANNE else MET)
    await sync.run()
    await sync.check()
    assert await count_mine(sync, ANNE) == 2
    firm.schedule.remove(find_person(firm, BOB), meeting)
    await sync.run()
    await sync.check()
    assert (await list_states(sync), await count_mine(sync, ANNE)) == (SEEN, 0)


async def test_A31_a_colleagues_meeting_that_moves_counts_at_its_new_time(sync: Sync, firm):
    meeting = hold(firm, days(-3), ANNE, CARL, organizer=BOB)
    await sync.run()
    firm.schedule.change(meeting, starts_at=days(-5), ends_at=days(-5) + HOUR)
    await sync.run()
    await sync.check()
    assert await count_mine(sync, ANNE) == 1


async def test_A31_two_mailboxes_that_are_read_at_once_come_to_the_same_book(sync: Sync, firm):
    for number in range(12):
        hold(
            firm, days(-3 - number), ANNE, (f"Gina {chr(65 + number)}gate", f"gina{number}@acme.example"), organizer=BOB
        )
        hold(
            firm,
            days(-30 - number),
            BOB,
            (f"Otto {chr(65 + number)}gate", f"otto{number}@acme.example"),
            organizer=ANNE,
        )
    await sync.use_small_pages(3)
    await sync.run_until_current()
    await sync.check()
    assert [await count_mine(sync, one) for one in (ANNE, BOB)] == [24, 24]


async def test_an_invitation_that_counted_by_a_meeting_falls_with_it(sync: Sync, firm):
    meeting = hold(firm, days(-9), CARL)
    hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == MET
    firm.schedule.cancel(meeting)
    await sync.run()
    await sync.check()
    assert await list_states(sync) == SEEN


async def test_an_invitation_of_one_who_turns_out_a_colleague_counts(sync: Sync, firm):
    hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    await sync.run()
    firm.directory.domains.append("acme.example")
    await sync.execute("UPDATE chores SET due_at = 0")
    await sync.start()
    await sync.run()
    assert (DORA[1], False, "seen") in await list_states(sync)  # the directory does not know who invited


async def test_an_invitation_of_one_whom_the_directory_comes_to_know_is_one_in_a_colleagues_name(sync: Sync, firm):
    hold(firm, days(-3), ANNE, DORA, organizer=CARL)
    await sync.run()
    firm.directory.domains.append("acme.example")
    firm.add_person(CARL[1], CARL[0])
    await sync.execute("UPDATE chores SET due_at = 0")
    await sync.start()
    await sync.run()
    assert (DORA[1], False, "seen") in await list_states(sync)


@pytest.mark.parametrize("is_mail_first", [True, False])
async def test_A4_no_guest_list_renames_who_wrote_a_mail(sync: Sync, firm, is_mail_first):
    if is_mail_first:
        firm.send_mail(CARL, [ANNE])
        await sync.run()
    hold(firm, days(200), ANNE, organizer=("Bogus Name", CARL[1]))
    hold(firm, days(201), ("Bogus Name", CARL[1]))
    await sync.run()
    if not is_mail_first:
        firm.send_mail(CARL, [ANNE], sent_at="2020-01-01T00:00:00Z")
        await sync.run()
    assert [row[0] for row in await sync.query("SELECT name FROM contacts")] == ["Carl Orff"]
