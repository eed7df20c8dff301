"""Days and lengths of time as people say them: `since March`, `3 months`, `last Monday`, `this week`."""

import contextlib
from collections.abc import Mapping
from datetime import date, timedelta

_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "half_year": 180, "year": 365}
"""Days, as filters count them."""
_LONGEST = 36_500
_YEARS_TO_ANY_DAY = 9
"""Within so many years every day comes, 29 February too (1896 to 1904)."""

Span = tuple[date, date]
"""The first day, and the first one after it."""


def read_duration(values: Mapping[str, str]) -> int | None:
    """Return a number of days from `number`, `unit` and `half`; None if nobody lives that long."""
    number = float(values.get("number", 1)) + 0.5 * ("half" in values)
    days = round(number * _UNITS[values["unit"]])
    return days if 0 < days <= _LONGEST else None


def read_span(values: Mapping[str, str], today: date) -> Span | None:
    """Return the days meant by `date`, `day`, `weekday`, or `number`, `month` and `year`; None for no such day.

    A month without its year is the last one that has begun, a weekday the last one before today.
    """
    try:
        if "date" in values:
            return _one_day(_read_date(values["date"], today))
        if "day" in values:
            return _read_name(values["day"], today)
        if "weekday" in values:
            back = (today.weekday() - int(values["weekday"]) - 1) % 7 + 1
            return _one_day(today - timedelta(days=back))
        return _read_month(values, today)
    except (ValueError, OverflowError):
        return None


def _one_day(day: date) -> Span:
    return day, day + timedelta(days=1)


def _read_date(text: str, today: date) -> date:
    """Read 2026-03-18, 18.3.2026, 18/03/26, 18/03; the day comes before the month where it can (not in 3/18/2026)."""
    if len(text) > 4 and text[:4].isdecimal():  # noqa: PLR2004
        year, month, day = map(int, text.split("-"))
        return date(year, month, day)
    day, month, *years = map(int, text.replace("/", "-").replace(".", "-").split("-"))
    if month > 12 >= day:  # noqa: PLR2004
        day, month = month, day
    if not years:
        return _find_last(month, day, today)
    return date(years[0] if years[0] > 99 else 2000 + years[0], month, day)  # noqa: PLR2004


def _read_month(values: Mapping[str, str], today: date) -> Span:
    if "month" not in values:
        year = int(values["year"])
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = int(values["month"])
    number = int(values.get("number", 1))
    first = date(int(values["year"]), month, number) if "year" in values else _find_last(month, number, today)
    return _one_day(first) if "number" in values else (first, _next_month(first))


def _find_last(month: int, number: int, today: date) -> date:
    """Return the last such day that has begun; raises `ValueError` for one that no year has."""
    for year in range(today.year, today.year - _YEARS_TO_ANY_DAY, -1):
        with contextlib.suppress(ValueError):
            if (day := date(year, month, number)) <= today:
                return day
    raise ValueError(f"no day {number} in month {month}")


def _read_name(name: str, today: date) -> Span:
    """Read `yesterday`, `this_week`, `last_month`, ...: which one, and of what."""
    if name in {"today", "yesterday"}:
        return _one_day(today - timedelta(days=name == "yesterday"))
    if "-" in name:
        month, number = name.split("-")
        return _read_month({"month": month, "number": number}, today)
    which, unit = name.split("_")
    if unit == "week":
        monday = today - timedelta(days=today.weekday() + 7 * (which == "last"))
        return monday, monday + timedelta(days=7)
    first = today.replace(day=1) if unit == "month" else _first_of(unit, today)
    if which == "last":
        before = first - timedelta(days=1)
        return (before.replace(day=1) if unit == "month" else _first_of(unit, before)), first
    return first, _next_month(first, {"month": 1, "quarter": 3, "year": 12}[unit])


def _first_of(unit: str, day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1 if unit == "quarter" else 1, 1)


def _next_month(first: date, months: int = 1) -> date:
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)
