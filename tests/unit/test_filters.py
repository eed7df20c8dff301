"""A filter goes to JSON and back, and JSON that is none is refused with the reason."""

import json
from datetime import date

import pytest

from storage.errors import FilterError
from storage.lists.filters import Filter, from_json, to_json
from storage.lists.periods import NAMED_DAYS, Period, get_bounds, get_span
from storage.models import CompanyType
from tests.factories import DAY, NOW

FULL = Filter(
    of="contacts",
    scope="firm",
    types=(CompanyType.CLIENT, None),
    partners=("me",),
    known_by=(7,),
    company_id=3,
    last=Period("not_for", days=90),
    text="Dürr %_",
    sort="name",
    is_ascending=True,
)


SOME = [
    Filter(),
    FULL,
    Filter(partners=("nobody",), last=Period("after", day="2025-01-31")),
    Filter(partners=("me", 3, 7, "nobody"), last=Period("between", day="2025-01-31", until="2025-03-31")),
    Filter(partners=("anyone",), last=Period("in", day="last_month")),
    Filter(known_by=("me", 7), not_known_by=(3,)),
    Filter(not_met_by=("me", 7)),
    Filter(first=Period("in", day="this_month"), last=Period("not_for", days=14)),
]


@pytest.mark.parametrize("filter_", SOME)
def test_a_filter_survives_json(filter_):
    assert from_json(json.loads(json.dumps(to_json(filter_)))) == filter_


def test_me_and_days_stay_so_in_json():
    data = to_json(FULL)
    assert (data["version"], data["partner"], data["last"]) == (1, "me", {"is": "not_for", "days": 90})


def test_a_filter_is_written_in_the_oldest_version_that_can_say_it():
    assert to_json(Filter(known_by=(7,))) | {"known_by": 7, "version": 1} == to_json(Filter(known_by=(7,)))
    assert to_json(Filter(known_by=("me", 7)))["version"] == to_json(Filter(not_known_by=(7,)))["version"] == 4


def test_parts_that_ask_nothing_are_left_out():
    assert to_json(Filter()).keys() == {"version", "of", "scope", "sort", "is_ascending"}
    assert from_json({}) == Filter()


def test_unknown_keys_are_named():
    with pytest.raises(FilterError, match="unknown: colour, owner"):
        from_json({"owner": 1, "colour": "red"})


BAD = [
    None,
    [],
    "clients",
    {"version": 7},
    {"version": True},
    {"of": "users"},
    {"of": 1},
    {"scope": None},
    {"types": "client"},
    {"types": ["friend"]},
    {"types": [1]},
    {"types": [["client"]]},
    {"partner": "Anne"},
    {"partner": True},
    {"partner": 0},
    {"partner": 2**63},
    {"partner": 1.0},
    {"partner": []},
    {"partner": [None]},
    {"partner": ["Anne"]},
    {"partner": [["me"]]},
    {"partner": [*range(1, 12)]},
    {"known_by": "nobody"},
    {"known_by": {"id": 1}},
    {"known_by": []},
    {"known_by": ["me", "nobody"]},
    {"known_by": [1, 2, 3, 4, 5]},
    {"not_known_by": ["anyone"]},
    {"not_met_by": ["nobody"]},
    {"company_id": 1},
    {"of": "contacts", "company_id": "1; DROP TABLE"},
    {"last": 90},
    {"last": {}},
    {"last": {"is": "not_for"}},
    {"last": {"is": "not_for", "days": True}},
    {"last": {"is": "not_for", "days": 10**9}},
    {"last": {"is": "not_for", "days": "90"}},
    {"last": {"is": "after", "day": "31.01.2025"}},
    {"last": {"is": "after", "day": "2025-02-30"}},
    {"last": {"is": "after", "day": "2025-W01-1"}},
    {"last": {"is": ["after"], "day": "2025-01-01"}},
    {"last": {"is": "after", "day": "2025-01-01", "hour": 1}},
    {"last": {"is": "after", "day": "last_decade"}},
    {"last": {"is": "in", "day": "2025-01-01"}},
    {"last": {"is": "in", "day": ["last_month"]}},
    {"last": {"is": "between", "day": "2025-01-01"}},
    {"last": {"is": "between", "day": "2025-01-02", "until": "2025-01-01"}},
    {"last": {"is": "between", "day": "last_month", "until": "2025-01-01"}},
    {"last": {"is": "within", "days": 3, "until": "2025-01-01"}},
    {"first": {"is": "before", "day": "2025-01-31"}},
    {"first": {"is": "not_for", "days": 90}},
    {"first": {"is": "in"}},
    {"text": "x" * 201},
    {"text": 1},
    {"sort": "age"},
    {"is_ascending": 1},
    {"is_ascending": "yes"},
]


@pytest.mark.parametrize("data", BAD, ids=repr)
def test_B39_nonsense_is_refused_with_the_key_that_is_wrong(data):
    with pytest.raises(FilterError) as refused:
        from_json(data)
    assert refused.value.key == (list(data)[-1] if isinstance(data, dict) else "")


def test_all_types_are_no_condition_and_order_is_no_matter():
    assert Filter(types=(*CompanyType, None)).normalised().types == ()
    two = Filter(types=(None, CompanyType.COURT, CompanyType.CLIENT, CompanyType.CLIENT)).normalised()
    assert two.types == (CompanyType.CLIENT, CompanyType.COURT, None)


@pytest.mark.parametrize(
    ("period", "bounds"),
    [
        (None, (None, None)),
        (Period("after", day="2025-12-31"), (NOW - DAY, None)),
        (Period("before", day="2025-12-31"), (1, NOW - DAY)),
        (Period("within", days=90), (NOW - 90 * DAY, None)),
        (Period("not_for", days=90), (None, NOW - 90 * DAY)),
        (Period("before", day="0001-01-01"), (1, -62135596800)),
        (Period("after", day="today"), (NOW, None)),
        (Period("before", day="last_week"), (1, NOW - 10 * DAY)),
        (Period("in", day="yesterday"), (NOW - DAY, NOW)),
        (Period("in", day="last_month"), (NOW - 31 * DAY, NOW)),
        (Period("between", day="2025-12-31", until="2026-01-01"), (NOW - DAY, NOW + DAY)),
    ],
)
def test_a_period_has_bounds_in_seconds(period, bounds):
    assert get_bounds(period, NOW) == bounds


@pytest.mark.parametrize("today", [date(2024, 2, 29), date(2025, 1, 1), date(2025, 12, 31), date(2026, 3, 30)], ids=str)
def test_named_days_follow_one_another_and_hold_the_day_itself(today):
    for unit in ("week", "month", "quarter", "year"):
        (start, end), this = (get_span(f"{which}_{unit}", today) for which in ("last", "this"))
        assert start < end == this[0] <= today < this[1]
    assert {name for name in NAMED_DAYS if get_span(name, today)[1] == get_span("today", today)[0]} >= {"yesterday"}


def test_what_the_release_before_can_read_is_written_as_it_was():
    assert to_json(Filter(partners=(3,))) == to_json(Filter()) | {"partner": 3}
    assert from_json({"version": 1, "partner": 3}).partners == (3,)
    assert to_json(Filter(partners=(3, "me"))) == to_json(Filter()) | {"version": 2, "partner": ["me", 3]}


def test_anyone_or_nobody_is_no_condition_and_anyone_is_enough():
    assert Filter(partners=("anyone", "nobody", 3)).normalised().partners == ()
    assert Filter(partners=(3, "anyone", "me")).normalised().partners == ("anyone",)


def test_B83_a_text_keeps_nothing_that_a_database_refuses():
    assert from_json({"text": "a\0b\u200b \ud800 c"}).text == "ab c"


@pytest.mark.parametrize("today", [date(2026, 1, 1), date(2026, 3, 1), date(2026, 11, 30), date(2026, 12, 31)])
def test_what_is_to_come_begins_where_this_ends(today):
    for unit in ("week", "month"):
        this, following = get_span(f"this_{unit}", today), get_span(f"next_{unit}", today)
        assert this[0] <= today < this[1] == following[0] < following[1]
    assert get_span("next_week", today)[0].weekday() == 0
    assert get_span("next_month", today)[0].day == get_span("next_month", today)[1].day == 1
    assert get_span("tomorrow", today)[0] == get_span("today", today)[1]
