"""The small Microsoft 365's calendars: the view, its delta, series, answers and cancellations."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
ACME = ("Carl", "carl@acme.example")
WINDOW = "startDateTime=2026-01-01T00:00:00Z&endDateTime=2027-01-01T00:00:00Z"


def _view(person, window=WINDOW):
    return f"users/{person.id}/calendarView/delta?{window}"


def _pair(person):
    return person.name, person.address


async def test_a_meeting_is_in_the_calendar_of_everyone_of_the_firm_who_takes_part(graph, firm):
    anne, bob = firm.list_people()
    meeting = firm.schedule.hold(_pair(anne), [_pair(bob), ACME], START, START + HOUR, subject="Closing")
    (mine,), _ = await graph.follow(_view(anne))
    (theirs,), _ = await graph.follow(_view(bob))
    assert mine["iCalUId"] == theirs["iCalUId"] == meeting.uid
    assert mine["start"] == {"dateTime": "2026-03-02T09:00:00.0000000", "timeZone": "UTC"}
    assert (mine["isOrganizer"], theirs["responseStatus"]["response"]) == (True, "notResponded")
    assert [each["emailAddress"]["address"] for each in mine["attendees"]] == [bob.address, "carl@acme.example"]
    assert "body" not in mine


async def test_a_window_is_demanded_and_no_select_is_taken(graph, firm):
    anne, _ = firm.list_people()
    assert (await graph.ask(f"users/{anne.id}/calendarView/delta"))[0] == 400
    assert (await graph.ask(_view(anne, WINDOW + "&$select=subject")))[0] == 400
    backwards = "startDateTime=2027-01-01&endDateTime=2026-01-01"
    assert (await graph.ask(_view(anne, backwards)))[0] == 400


async def test_F29_occurrences_of_a_series_are_bare_and_the_master_is_whole(graph, firm):
    anne, _ = firm.list_people()
    firm.schedule.hold_series(
        _pair(anne), [ACME], START, START + HOUR, every=timedelta(weeks=1), count=100, subject="Weekly"
    )
    items, _ = await graph.follow(_view(anne), Prefer='odata.maxpagesize=500, IdType="ImmutableId"')
    master, *occurrences = items
    assert (master["type"], master["subject"]) == ("seriesMaster", "Weekly")
    assert len(occurrences) == 44  # those of 2026 alone
    assert {item["seriesMasterId"] for item in occurrences} == {master["id"]}
    assert set(occurrences[0]) == {"@odata.type", "@odata.etag", "id", "seriesMasterId", "type", "start", "end"}
    _, whole, _ = await graph.ask(f"users/{anne.id}/events/{occurrences[1]['id']}")
    assert whole["subject"] == "Weekly"
    assert whole["iCalUId"] != master["iCalUId"]


async def test_a_changed_occurrence_is_an_exception_and_comes_whole(graph, firm):
    anne, _ = firm.list_people()
    master = firm.schedule.hold_series(
        _pair(anne), [ACME], START, START + HOUR, every=timedelta(weeks=1), count=3, subject="Weekly"
    )
    _, link = await graph.follow(_view(anne))
    firm.schedule.change(master.occurrences[1], starts_at=START + timedelta(days=8), subject="Moved")
    [item], _ = await graph.follow(link)
    assert (item["type"], item["subject"]) == ("exception", "Moved")


async def test_F29_an_occurrence_may_go_with_no_word_in_the_delta(graph, firm):
    anne, _ = firm.list_people()
    master = firm.schedule.hold_series(_pair(anne), [ACME], START, START + HOUR, every=timedelta(weeks=1), count=3)
    _, link = await graph.follow(_view(anne))
    firm.schedule.remove_untold(master.occurrences[1])
    assert (await graph.follow(link))[0] == []
    assert len((await graph.follow(_view(anne)))[0]) == 3  # the master and the two that are left


async def test_F23_a_meeting_outside_the_window_is_told_as_removed(graph, firm):
    anne, _ = firm.list_people()
    _, link = await graph.follow(_view(anne))
    firm.schedule.hold(_pair(anne), [ACME], START + timedelta(days=800), START + timedelta(days=801))
    [item], _ = await graph.follow(link)
    assert item["@removed"] == {"reason": "deleted"}


async def test_a_cancelled_meeting_leaves_its_organizer_and_is_marked_for_the_others(graph, firm):
    anne, bob = firm.list_people()
    meeting = firm.schedule.hold(_pair(anne), [_pair(bob)], START, START + HOUR, subject="Closing")
    links = [(await graph.follow(_view(person)))[1] for person in (anne, bob)]
    firm.schedule.cancel(meeting)
    [gone], _ = await graph.follow(links[0])
    [marked], _ = await graph.follow(links[1])
    assert "@removed" in gone
    assert (marked["isCancelled"], marked["subject"]) == (True, "Canceled: Closing")


async def test_a_declined_meeting_leaves_the_calendar_unless_it_is_kept(graph, firm):
    anne, bob = firm.list_people()
    kept = firm.schedule.hold(ACME, [_pair(anne)], START, START + HOUR)
    left = firm.schedule.hold(ACME, [_pair(bob)], START, START + HOUR)
    firm.schedule.respond(anne, kept, "declined", keeps=True)
    firm.schedule.respond(bob, left, "declined")
    [item], _ = await graph.follow(_view(anne))
    assert item["responseStatus"]["response"] == "declined"
    assert (await graph.follow(_view(bob)))[0] == []
    assert [fact.is_gone for fact in firm.truth.list_meetings()] == [False, True]


async def test_only_the_organizer_sees_what_the_others_answered(graph, firm):
    anne, bob = firm.list_people()
    meeting = firm.schedule.hold(_pair(anne), [_pair(bob), ACME], START, START + HOUR)
    meeting.attendees[1].response = "accepted"
    (mine,), _ = await graph.follow(_view(anne))
    (theirs,), _ = await graph.follow(_view(bob))
    assert mine["attendees"][1]["status"]["response"] == "accepted"
    assert theirs["attendees"][1]["status"]["response"] == "none"


async def test_private_meetings_say_so(graph, firm):
    anne, _ = firm.list_people()
    firm.schedule.hold(_pair(anne), [ACME], START, START + HOUR, sensitivity="private")
    (item,), _ = await graph.follow(_view(anne))
    assert item["sensitivity"] == "private"


async def test_the_plain_view_gives_occurrences_whole_and_no_master(graph, firm):
    anne, _ = firm.list_people()
    firm.schedule.hold_series(
        _pair(anne), [ACME], START, START + HOUR, every=timedelta(days=1), count=12, subject="Daily"
    )
    _, page, _ = await graph.ask(f"users/{anne.id}/calendarView?{WINDOW}")
    assert {item["subject"] for item in page["value"]} == {"Daily"}
    _, rest, _ = await graph.ask(page["@odata.nextLink"])
    assert (len(page["value"]), len(rest["value"])) == (10, 2)
