"""When the last interaction was, from what a clause says of it."""

from datetime import date, timedelta

from bot.language.calendar import START_OF, read_between, read_duration, read_span
from bot.language.reading import Clause
from storage.lists.periods import NAMED_DAYS, Period


def read_period(how: str, clause: Clause, today: date) -> Period | None:
    """Return the period of a clause; None for days that are none, or that a filter cannot ask for.

    A named day (`last month`) stays named.
    """
    if how in {"not_for", "within"}:
        days = read_duration(clause.values)
        return None if days is None else Period("within" if how == "within" else "not_for", days=days)
    is_before = how in {"before", "not_in", "not_since"}
    name = None if clause.values.keys() & {"month", "part"} else clause.values.get("day")
    day = name and name.removeprefix(START_OF)
    if day != name and how in {"in", "not_in"}:
        return None  # where a year begins is no time to have met in
    if day in NAMED_DAYS and how != "between":
        return Period("before" if is_before else "in" if how == "in" else "after", day=day)
    span = read_between(clause.filled, today) if how == "between" else read_span(clause.values, today)
    if span is None or (how == "not_in" and span[1] <= today and name is None):
        return None  # who was not met in a time long over may have been met before and after it
    if how in {"in", "between"}:
        return Period("between", day=span[0].isoformat(), until=(span[1] - timedelta(days=1)).isoformat())
    return Period("before" if is_before else "after", day=span[0].isoformat())
