from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from bot.notices.plan import DIGEST, make_plan
from storage.messages.notice_preferences import NoticePreferences
from storage.messages.outbox import ClaimedNotice

UTC = "UTC"
NOON = int(datetime(2026, 3, 3, 12, tzinfo=ZoneInfo(UTC)).timestamp())
NIGHT = NOON + 11 * 3600
MORNING = NOON + 19 * 3600


def row(number: int, kind: str = "contact", group_key: str = "met") -> ClaimedNotice:
    return ClaimedNotice(number, kind, 100 + number, group_key, {}, 0, NOON - 5)


def ids(messages) -> list[list[int]]:
    return [[one.id for one in group] for group in messages]


def test_ten_people_of_one_thread_are_one_message():
    plan = make_plan([row(number) for number in range(10)], NoticePreferences(), UTC, NOON, {})
    assert ids(plan.messages) == [list(range(10))]


def test_what_belongs_to_different_things_is_said_apart():
    plan = make_plan(
        [row(1), row(2, "view", "view:7"), row(3, "partner", "partner:2")], NoticePreferences(), UTC, NOON, {}
    )
    assert ids(plan.messages) == [[1], [2], [3]]


def test_a_muted_kind_is_never_said():
    plan = make_plan([row(1), row(2, "company")], NoticePreferences(muted=("contact",)), UTC, NOON, {})
    assert (plan.muted, ids(plan.messages)) == ([1], [[2]])


def test_outside_the_hours_everything_waits_together():
    plan = make_plan([row(1), row(2)], NoticePreferences(), UTC, NIGHT, {})
    assert (plan.postponed, plan.messages) == ([(MORNING, None, [1, 2])], [])


def test_over_the_daily_ceiling_the_rest_is_left_to_the_digest():
    plan = make_plan([row(1), row(2, "view", "view:7")], NoticePreferences(daily_most=5), UTC, NOON, {"met": 5})
    assert plan.postponed == [(MORNING, DIGEST, [1]), (MORNING, None, [2])]


def test_the_ceiling_counts_the_messages_of_this_moment_too():
    plan = make_plan([row(1), row(2, "view", "view:7")], NoticePreferences(daily_most=1), UTC, NOON, {})
    assert (ids(plan.messages), len(plan.postponed)) == ([[1]], 1)


def test_who_wants_a_digest_gets_one_message_at_its_time():
    preferences = NoticePreferences(is_digest=True)
    assert make_plan([row(1)], preferences, UTC, NOON, {}).postponed == [(MORNING, DIGEST, [1])]
    due = [row(1, "contact", DIGEST), row(2, "company", DIGEST), row(3, "partner", DIGEST)]
    assert ids(make_plan(due, preferences, UTC, MORNING, {}).messages) == [[1, 2, 3]]


def test_a_card_that_is_drawn_again_waits_for_nothing():
    plan = make_plan(
        [row(1, "update", "a:1")], NoticePreferences(daily_most=1, is_digest=True), UTC, NIGHT, {"met": 99}
    )
    assert ([one.id for one in plan.updates], plan.messages, plan.postponed) == ([1], [], [])


def test_A15_a_card_is_drawn_again_once_however_many_changes_ask_for_it():
    due = [row(1, "update", "a"), row(2, "update", "b"), row(3, "update", "a"), row(4), row(5, "update", "a")]
    plan = make_plan(due, NoticePreferences(), UTC, NOON, {})
    assert ([one.id for one in plan.updates], plan.superseded, ids(plan.messages)) == ([5, 2], [1, 3], [[4]])


@pytest.mark.parametrize("kind", ["view", "partner"])
def test_A19_what_one_colleague_does_takes_three_messages_a_day_and_the_rest_waits_for_one(kind):
    due = [row(1, kind, f"{kind}:2"), row(2, kind, f"{kind}:9")]
    plan = make_plan(due, NoticePreferences(), UTC, NOON, {f"{kind}:2": 3, "met": 1})
    assert ids(plan.messages) == [[2]]
    assert plan.postponed == [(MORNING, DIGEST if kind == "partner" else None, [1])]
