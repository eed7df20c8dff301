"""When the last interaction was, as a filter asks: between days, or relative to the day on which it runs."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal

from storage.errors import PeriodError

DAYS = 36_500
"""The longest period in days: a hundred years."""
NAMED_DAYS = (
    *("today", "yesterday", "this_week", "last_week", "this_month", "last_month"),
    *("this_quarter", "last_quarter", "this_year", "last_year"),
)
"""Days and spans that move with the calendar; a week begins on Monday."""
_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}
_WHICH = {"last": -1, "this": 0, "next": 1}
_MONTHS = {"month": 1, "quarter": 3, "year": 12}

Span = tuple[date, date]
"""The first day, and the first one after it."""


@dataclass(frozen=True, slots=True)
class Period:
    """When the last interaction was, in UTC days: open to one side, with two ends, or relative to now.

    `after` begins with `day`, `before` ends where it begins; `between` holds `day`, `until` and what lies between them;
    `in` is the whole span that `day` names. A named day (one of `NAMED_DAYS`) stays named until the filter runs, so
    that "last month" in a saved view is the month before that in which somebody reads it. `within` and `not_for` count
    `days` back from now; "not for 90 days" includes what was never dated.
    """

    is_: Literal["after", "before", "between", "in", "within", "not_for"]
    day: str | None = None
    """A date (2026-01-31), or a named day; for `in` a named one, for `between` a date."""
    until: str | None = None
    """The last day of `between`, a date."""
    days: int | None = None

    @property
    def is_named(self) -> bool:
        """Whether its day moves with the calendar."""
        return self.day in NAMED_DAYS


def get_span(name: str, today: date) -> Span:
    """Return the days that one of `NAMED_DAYS` means on a day, or one to come (`tomorrow`, `next_week`)."""
    if name in _DAYS:
        day = today + timedelta(days=_DAYS[name])
        return day, day + timedelta(days=1)
    which, unit = name.split("_")
    if unit == "week":
        monday = today + timedelta(days=7 * _WHICH[which] - today.weekday())
        return monday, monday + timedelta(days=7)
    length = _MONTHS[unit]
    month = today.year * 12 + today.month - 1
    month += length * _WHICH[which] - month % length
    return _make_first(month), _make_first(month + length)


def get_bounds(period: Period | None, now: int) -> tuple[int | None, int | None]:
    """Return the first second that is in the period and the first that is no longer; None where it is open."""
    if period is None:
        return None, None
    if period.is_ in ("within", "not_for"):
        since = now - int(timedelta(days=period.days or 0).total_seconds())
        return (since, None) if period.is_ == "within" else (None, since)
    first, end = _read_span(period, datetime.fromtimestamp(now, UTC).date())
    if period.is_ == "after":
        return _to_seconds(first), None
    if period.is_ == "before":
        # 1: what was never dated was not before anything
        return 1, _to_seconds(first)
    return max(1, _to_seconds(first)), _to_seconds(end)


def _read_span(period: Period, today: date) -> Span:
    if period.is_named:
        return get_span(period.day or "", today)
    first = date.fromisoformat(period.day or "")
    last = date.fromisoformat(period.until) if period.until else first
    return first, last + timedelta(days=last < date.max)


def _make_first(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def _to_seconds(day: date) -> int:
    return int(datetime.combine(day, datetime.min.time(), UTC).timestamp())


def period_to_json(period: Period) -> dict[str, Any]:
    """Return the period as plain JSON."""
    parts = {"day": period.day, "until": period.until, "days": period.days}
    return {"is": period.is_} | {key: value for key, value in parts.items() if value is not None}


_KEYS: Mapping[str, set[str]] = {
    **{is_: {"is", "day"} for is_ in ("after", "before", "in")},
    "between": {"is", "day", "until"},
    **{is_: {"is", "days"} for is_ in ("within", "not_for")},
}


def read_period(value: Any) -> Period | None:
    """Read a period; raises `PeriodError` that says what is wrong."""
    if value is None:
        return None
    how = value.get("is") if isinstance(value, Mapping) else None
    if not isinstance(how, str) or how not in _KEYS or not set(value) <= _KEYS[how]:
        raise PeriodError(f"an object with `is`, one of {', '.join(_KEYS)}, and its `day`, `until` or `days`")
    if how in ("within", "not_for"):
        return Period(is_=how, days=_read_days(value.get("days")))  # type: ignore[arg-type]  # it is a key of _KEYS
    day = _read_day(value.get("day"), may_be_named=how != "between", may_be_date=how != "in")
    until = _read_day(value.get("until"), may_be_named=False) if how == "between" else None
    if until is not None and until < day:
        raise PeriodError("`until` is not before `day`")
    return Period(is_=how, day=day, until=until)  # type: ignore[arg-type]  # it is a key of _KEYS


def _read_days(value: Any) -> int:
    if type(value) is int and 0 < value <= DAYS:
        return value
    raise PeriodError(f"`days` is a number from 1 to {DAYS}")


def _read_day(value: Any, *, may_be_named: bool, may_be_date: bool = True) -> str:
    if may_be_named and isinstance(value, str) and value in NAMED_DAYS:
        return value
    if may_be_date and isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    wanted = ["a date such as 2026-01-31"] * may_be_date + [f"one of {', '.join(NAMED_DAYS)}"] * may_be_named
    raise PeriodError(f"a day is {' or '.join(wanted)}")
