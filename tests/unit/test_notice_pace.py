from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.notices.pace import GATHER, choose_due_at, find_day_start, find_digest_at, find_open_at
from storage.messages.notice_preferences import NoticePreferences, read_notice_preferences

PARIS = "Europe/Paris"
OFFICE = NoticePreferences(from_hour=8, until_hour=19, days=(0, 1, 2, 3, 4))


def at(text: str, timezone: str = PARIS) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(timezone)).timestamp())


@pytest.mark.parametrize(
    ("now", "open_at"),
    [
        ("2026-03-03 10:00", "2026-03-03 10:00"),
        ("2026-03-03 07:59", "2026-03-03 08:00"),
        ("2026-03-03 19:00", "2026-03-04 08:00"),
        ("2026-03-06 20:00", "2026-03-09 08:00"),
        ("2026-03-07 12:00", "2026-03-09 08:00"),
    ],
)
def test_people_are_told_within_their_hours_and_days(now, open_at):
    assert find_open_at(at(now), OFFICE, PARIS) == at(open_at)


def test_hours_are_those_of_the_place_where_the_person_is():
    now = at("2026-03-03 10:00")
    assert find_open_at(now, OFFICE, "Pacific/Auckland") == at("2026-03-04 08:00", "Pacific/Auckland")


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2028-02-29"])
def test_F67_clock_changes_and_leap_days_move_no_hour(day):
    always = NoticePreferences(from_hour=8, until_hour=19)
    opens = find_open_at(at(f"{day} 00:30"), always, PARIS)
    assert datetime.fromtimestamp(opens, ZoneInfo(PARIS)).isoformat()[:16] == f"{day}T08:00"


def test_the_day_ends_at_midnight_for_who_wants_it():
    late = NoticePreferences(from_hour=0, until_hour=24)
    assert find_open_at(at("2026-03-03 23:59"), late, PARIS) == at("2026-03-03 23:59")


def test_a_digest_comes_at_the_beginning_of_the_next_day_that_is_wanted():
    assert find_digest_at(at("2026-03-03 08:00"), OFFICE, PARIS) == at("2026-03-04 08:00")
    assert find_digest_at(at("2026-03-06 12:00"), OFFICE, PARIS) == at("2026-03-09 08:00")
    assert find_digest_at(at("2026-03-03 06:00"), OFFICE, PARIS) == at("2026-03-03 08:00")


def test_what_happens_now_is_said_once_it_has_gathered_or_in_the_digest():
    now = at("2026-03-03 10:00")
    assert choose_due_at(now + 0.7, OFFICE, PARIS) == now + GATHER
    assert choose_due_at(now, OFFICE.changed(is_digest=True), PARIS) == at("2026-03-04 08:00")


def test_a_local_day_begins_at_its_own_midnight():
    assert find_day_start(at("2026-03-03 00:10"), PARIS) == at("2026-03-03 00:00")


def test_own_wishes_go_before_the_firms_and_nonsense_is_left_out():
    firm = {"notices": {"from_hour": 9, "muted": ["view"]}}
    own = {"notices": {"muted": ["contact"], "until_hour": 18}}
    preferences = read_notice_preferences(NoticePreferences(), firm, own)
    assert (preferences.from_hour, preferences.until_hour, preferences.muted) == (9, 18, ("contact",))
    assert read_notice_preferences(
        NoticePreferences(), firm, {"notices": {"from_hour": 99}}
    ) == read_notice_preferences(NoticePreferences(), firm)
    assert (
        read_notice_preferences(NoticePreferences(), {"notices": {"colour": 1}}, {"notices": 5}, {})
        == NoticePreferences()
    )
