"""Days and lengths of time as people say them: `since March`, `3 months`, `last Monday`, `this week`."""

from collections.abc import Mapping
from datetime import date, timedelta

_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "half_year": 180, "year": 365}
"""Days, as filters count them."""
_LONGEST = 36_500

Span = tuple[date, date]
"""The first day, and the first one after it."""


def read_duration(values: Mapping[str, str]) -> int | None:
    """Return a number of days from `number` and `unit`; None if nobody lives that long."""
    days = int(values.get("number", 1)) * _UNITS[values["unit"]]
    return days if 0 < days <= _LONGEST else None


def read_span(values: Mapping[str, str], today: date) -> Span | None:
    """Return the days meant by `date`, `day`, `weekday`, or `number`, `month` and `year`; None for no such day.

    A month without its year is the last one that has begun, a weekday the last one before today.
    """
    try:
        if "date" in values:
            return _one_day(_read_date(values["date"]))
        if "day" in values:
            return _read_name(values["day"], today)
        if "weekday" in values:
            back = (today.weekday() - int(values["weekday"]) - 1) % 7 + 1
            return _one_day(today - timedelta(days=back))
        return _read_month(values, today)
    except ValueError:
        return None


def _one_day(day: date) -> Span:
    return day, day + timedelta(days=1)


def _read_date(text: str) -> date:
    """Read 2026-03-18, 18.3.2026, 18/03/26; the day comes first wherever the year does not."""
    parts = [int(part) for part in text.replace("/", "-").replace(".", "-").split("-")]
    if parts[0] > 31:  # noqa: PLR2004
        return date(*parts)
    day, month, year = parts
    return date(year if year > 99 else 2000 + year, month, day)  # noqa: PLR2004


def _read_month(values: Mapping[str, str], today: date) -> Span:
    if "month" not in values:
        year = int(values["year"])
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = int(values["month"])
    number = int(values.get("number", 1))
    year = int(values.get("year", today.year))
    first = date(year, month, number)
    if "year" not in values and first > today:
        first = date(year - 1, month, number)
    return _one_day(first) if "number" in values else (first, _next_month(first))


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
