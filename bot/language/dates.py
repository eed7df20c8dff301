"""Read dates and durations as people say them: `since March`, `3 months`, `last Monday`, `this week`."""

import contextlib
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from storage.lists.periods import NAMED_DAYS, Span, get_span

_HAS_YEAR = re.compile(r"\d+[-/.]\d+[-/.]\d+")
_UNITS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "half_year": 180, "year": 365}
"""Days in each unit, the same as in filters."""
_LONGEST = 36_500
START_OF = "start_of_"
"""Prefix of a named period of which only the first day is meant."""
_HALF_YEAR = 5
"""Difference between the last and the first month of a half year."""
_YEARS_TO_ANY_DAY = 9
"""Years within which every day of the calendar occurs: between 1896 and 1904 there was no 29 February."""


def read_duration(values: Mapping[str, str]) -> int | None:
    """Return the days in `number`, `unit` and `half`; None for no days or more than a hundred years."""
    number = float(values.get("number", 1)) + 0.5 * ("half" in values)
    days = round(number * _UNITS[values["unit"]])
    return days if 0 < days <= _LONGEST else None


def read_span(values: Mapping[str, str], today: date) -> Span | None:
    """Return the span meant by `date`, `day`, `weekday`, `part`, or `number`, `month` and `year`; None if none exists.

    A month without a year is the latest that has begun; a weekday is the latest before today.
    """
    try:
        return _read_span(_name_year(values, today), today)
    except (ValueError, OverflowError):
        return None


def _name_year(values: Mapping[str, str], today: date) -> Mapping[str, str]:
    """Replace the named year in `September of last year` by its number."""
    if "day" not in values or not values.keys() & {"month", "part"}:
        return values
    year = get_span(values["day"].removeprefix(START_OF), today)[0].year
    return {**{key: value for key, value in values.items() if key != "day"}, "year": str(year)}


def _read_span(values: Mapping[str, str], today: date) -> Span:
    if "date" in values:
        return _one_day(_read_date(values["date"], today))
    if "part" in values:
        return _read_part(values, today)
    if "day" in values:
        return _read_name(values["day"], today)
    if "weekday" in values:
        back = (today.weekday() - int(values["weekday"]) - 1) % 7 + 1
        return _one_day(today - timedelta(days=back))
    return _read_month(values, today)


def read_coming(values: Mapping[str, str], today: date) -> date | None:
    """Return the day to come that `date`, `weekday`, or `number` and `month` mean, today among them; None for none."""
    if "weekday" in values:
        return today + timedelta(days=(int(values["weekday"]) - today.weekday()) % 7)
    if not values.keys() & {"date", "month"}:
        return None
    span = read_span(values, today)
    has_year = "year" in values or bool(_HAS_YEAR.fullmatch(values.get("date", "")))
    if span is None or has_year or span[0] >= today:
        return span and span[0]
    with contextlib.suppress(ValueError):  # the latest that was is a year before the next
        return span[0].replace(year=span[0].year + 1)
    return None


def read_between(filled: Sequence[tuple[str, str]], today: date) -> Span | None:
    """Return the span from one date to another, each said as for `read_span`; None if one of them does not exist.

    In `filled` the slot `until` separates the two. A month or year given once counts for both: `from 1 to 15 March`,
    `between November and February 2025`.
    """
    place = [slot for slot, _ in filled].index("until")
    first, last = dict(filled[:place]), dict(filled[place + 1 :])
    if first.keys() <= {"number"}:
        first = {key: value for key, value in last.items() if key in {"month", "year"}} | first
    # A weekday is one before today, but up to Wednesday is up to today on a Wednesday.
    end = _read_after(last, first, today) or read_span(last, today + timedelta(days="weekday" in last))
    if end is None:
        return None
    start = read_span(first, today if first.get("day") in NAMED_DAYS else end[0])
    if start is None:
        return None
    return (start[0], end[1]) if start[0] <= end[0] else (end[0], start[1])


def _read_after(last: Mapping[str, str], first: Mapping[str, str], today: date) -> Span | None:
    """Read the end of `from October 2024 to March`: the first March after the beginning."""
    if "year" not in first or "month" not in last or "year" in last:
        return None
    start = read_span(first, today)
    years = [str(int(first["year"]) + later) for later in (0, 1)]
    spans = [read_span({**last, "year": year}, today) for year in years]
    return next((span for span in spans if span and start and span[0] >= start[0]), None)


def _one_day(day: date) -> Span:
    return day, day + timedelta(days=1)


def _read_date(text: str, today: date) -> date:
    """Read 2026-03-18, 2026/3/18, 18.3.2026, 18/03/26, 18/03; the day is before the month where it can be (3/18)."""
    if len(text) > 4 and text[:4].isdecimal():  # noqa: PLR2004
        year, month, day = map(int, re.split(r"[-/.]", text))
        return date(year, month, day)
    day, month, *years = map(int, text.replace("/", "-").replace(".", "-").split("-"))
    if month > 12 >= day:  # noqa: PLR2004
        day, month = month, day
    if not years:
        return _find_last(month, day, today)
    return date(years[0] if years[0] > 99 else 2000 + years[0], month, day)  # noqa: PLR2004


def _read_month(values: Mapping[str, str], today: date) -> Span:
    if not values.keys() & {"month", "year"}:
        raise ValueError("a number alone is no day")
    if "month" not in values:
        year = int(values["year"])
        return date(year, 1, 1), date(year + 1, 1, 1)
    month = int(values["month"])
    number = int(values.get("number", 1))
    first = date(int(values["year"]), month, number) if "year" in values else _find_last(month, number, today)
    return _one_day(first) if "number" in values else (first, _next_month(first))


def _read_part(values: Mapping[str, str], today: date) -> Span:
    """Read a quarter or half of a year (`7-9`), or half a month; without a year the latest that has begun."""
    first, last = map(int, values["part"].split("-"))
    if "month" not in values:
        start = date(int(values["year"]), first, 1) if "year" in values else _find_last(first, 1, today)
        return start, _next_month(start.replace(month=last))
    if last - first < _HALF_YEAR:
        raise ValueError("a month has no quarters")
    start, end = _read_month({key: values[key] for key in values if key != "part"}, today)
    middle = start.replace(day=16)
    return (start, middle) if first == 1 else (middle, end)


def _find_last(month: int, number: int, today: date) -> date:
    """Return the latest such day up to today; raises `ValueError` for a day that exists in no year."""
    for year in range(today.year, today.year - _YEARS_TO_ANY_DAY, -1):
        with contextlib.suppress(ValueError):
            if (day := date(year, month, number)) <= today:
                return day
    raise ValueError(f"no day {number} in month {month}")


def _read_name(name: str, today: date) -> Span:
    """Read a named day of filters, or a day of the year such as `12-25`."""
    if "-" in name:
        month, number = name.split("-")
        return _read_month({"month": month, "number": number}, today)
    return get_span(name.removeprefix(START_OF), today)


def _next_month(first: date) -> date:
    return date(first.year + first.month // 12, first.month % 12 + 1, 1)
