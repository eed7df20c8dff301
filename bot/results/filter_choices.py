"""What the filter bar of a list offers, and how what was chosen there is read."""

from collections.abc import Iterable, Mapping
from typing import Any

from bot.errors import BadRequestError
from bot.results.choices import ANY, ANYONE, ME, NOBODY, NONE, NOT_ME
from storage.lists.filters import MAIL, Filter, is_id
from storage.lists.periods import Period
from storage.models import CompanyType

PERIODS = (
    *(Period("within", days=days) for days in (7, 30, 90, 365)),
    *(Period("in", day=day) for day in ("this_month", "last_month", "this_year", "last_year")),
    *(Period("not_for", days=days) for days in (30, 90, 180, 365)),
)
SORTS = {"last": False, "name": True, "count": False, "first": True}
"""The orders on offer, and which way each goes."""
MET_KEYS: dict[bool | None, str] = {None: ANY, True: "held", False: "never"}
NEWS = tuple(Period("in", day=day) for day in ("this_week", "this_month", "this_quarter", "this_year"))
"""The times in which something may be new."""
_DIGITS = 20


def key_of(period: Period | None) -> str:
    """Return the value that stands for a period among the choices."""
    if period is None:
        return ANY
    return ":".join((period.is_, *(str(part) for part in (period.day, period.until, period.days) if part)))


def read_choices(filter_: Filter, inputs: Mapping[str, Any]) -> Filter:
    """Return the filter with the inputs applied, except empty ones; raises `BadRequestError` for a bad choice."""
    changes: dict[str, Any] = {}
    if isinstance(types := inputs.get("types"), str):
        changes["types"] = _read_types(types.split(","))
    if isinstance(partner := inputs.get("partner"), str) and partner:
        changes["partners"] = _read_partners(partner)
        changes["not_partners"] = (ME,) if partner == NOT_ME else ()
    if (scope := inputs.get("scope")) in ("mine", "firm"):
        changes["scope"] = scope
    if isinstance(period := inputs.get("period"), str) and period:
        changes["last"] = _read_period("period", period, (*PERIODS, filter_.last))
    if isinstance(new := inputs.get("new"), str) and new:
        changes["first"] = _read_period("new", new, (*NEWS, filter_.first))
    if (mail := inputs.get("mail")) in (ANY, *MAIL):
        changes["mail"] = None if mail == ANY else mail
    if (met := inputs.get("met")) in MET_KEYS.values():
        changes["is_met"] = next(is_met for is_met, key in MET_KEYS.items() if key == met)
    if (sort := inputs.get("sort")) in SORTS and sort != filter_.sort:
        changes |= {"sort": sort, "is_ascending": SORTS[sort]}
    return filter_.changed(**changes)


def _read_types(values: Iterable[str]) -> tuple[CompanyType | None, ...]:
    known: dict[str, CompanyType | None] = {type_.value: type_ for type_ in CompanyType} | {NONE: None}
    chosen = [value for value in values if value]
    if not known.keys() >= {*chosen}:
        raise BadRequestError("bad_input", field="types")
    return tuple(known[value] for value in chosen)


def _read_partners(value: str) -> tuple[Any, ...]:
    if value in (ME, ANYONE, NOBODY):
        return (value,)
    if value in (ANY, NOT_ME):
        return ()
    if not value.isdecimal() or not is_id(int(value[:_DIGITS])):
        raise BadRequestError("bad_input", field="partner")
    return (int(value),)


def _read_period(field: str, value: str, offered: Iterable[Period | None]) -> Period | None:
    if value == ANY:
        return None
    for period in offered:
        if key_of(period) == value:
            return period
    raise BadRequestError("bad_input", field=field)
