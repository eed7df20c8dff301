"""Read from a clause in which period the last interaction was."""

from datetime import date, timedelta

from bot.language.dates import START_OF, read_between, read_duration, read_span
from bot.language.parser import Clause
from storage.lists.periods import NAMED_DAYS, Period

QUIET_DAYS = 90
"""Since when there was no contact with those whom somebody lost sight of: the list says so."""


def read_period(how: str, clause: Clause, today: date) -> Period | None:
    """Return the period of a clause; None for days that do not exist and for periods that no filter can express.

    A named day (`last month`) keeps its name, so that a saved view moves with the calendar.
    """
    if how in {"not_for", "within", "quiet"}:
        days = QUIET_DAYS if how == "quiet" else read_duration(clause.values)
        return None if days is None else Period("within" if how == "within" else "not_for", days=days)
    is_before = how in {"before", "not_in", "not_since"}
    name = None if clause.values.keys() & {"month", "part"} else clause.values.get("day")
    day = name and name.removeprefix(START_OF)
    if day != name and how in {"in", "not_in"}:
        return None  # the beginning of a year is a day to count from, not a period
    if day in NAMED_DAYS and how != "between":
        return Period("before" if is_before else "in" if how == "in" else "after", day=day)
    span = read_between(clause.filled, today) if how == "between" else read_span(clause.values, today)
    if span is None or (how == "not_in" and span[1] <= today and name is None):
        return None  # a filter knows only the last interaction: nothing says whether one fell in a period long past
    if how in {"in", "between"}:
        return Period("between", day=span[0].isoformat(), until=(span[1] - timedelta(days=1)).isoformat())
    return Period("before" if is_before else "after", day=span[0].isoformat())
