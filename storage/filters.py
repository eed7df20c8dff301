"""What a list or a saved view asks for: one value, to and from JSON.

`"me"` and `"90 days"` stay so until the filter runs, so that a shared view answers each reader with the reader's own.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from storage.models import CompanyType
from storage.names import clean_text

VERSION = 1

Scope = Literal["mine", "firm"]
Subject = Literal["companies", "contacts"]
Person = int | Literal["me", "nobody"]
"""A user's id, whoever reads it, or no one."""
Sort = Literal["last", "name", "count"]

TEXT_LENGTH = 200
DAYS = 36_500
"""The longest period in days: a hundred years."""
HIGHEST_ID = 2**63 - 1


class FilterError(ValueError):
    """A filter in JSON that cannot be read; the text names what is wrong."""


@dataclass(frozen=True, slots=True)
class Period:
    """When the last interaction was: `after`/`before` a UTC day (ISO date), or `within`/`not_for` a number of days.

    `after` begins with that day, `before` ends where it begins. "Not for 90 days" includes what was never dated.
    """

    is_: Literal["after", "before", "within", "not_for"]
    day: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A question about companies or contacts; every part left at its default asks nothing.

    Types and partner of a contact are those of its company.
    """

    of: Subject = "companies"
    scope: Scope = "mine"
    types: tuple[CompanyType | None, ...] = ()
    """Any of these; `None` among them is "no type yet"."""
    partner: Person | None = None
    known_by: int | Literal["me"] | None = None
    """A user who wrote to or met them."""
    company_id: int | None = None
    """Contacts only: those at this company."""
    last: Period | None = None
    text: str = ""
    """Free text: every word begins a word of a name, a domain or an address."""
    sort: Sort = "last"
    is_ascending: bool = False
    """False is newest, most, and Z first; lists by name are shown with it True."""

    def changed(self, **changes: Any) -> "Filter":
        """Return a copy with some parts changed."""
        return replace(self, **changes)

    def normalised(self) -> "Filter":
        """Return the same question in its one normal form: what asks nothing is left out, types are in order."""
        return replace(
            self,
            types=_order_types(self.types),
            text=clean_text(self.text, TEXT_LENGTH),
            company_id=self.company_id if self.of == "contacts" else None,
        )


_KEYS = {field.name for field in fields(Filter)} | {"version"}
_TYPES: tuple[CompanyType | None, ...] = (*CompanyType, None)
_IS = get_args(Period.__dataclass_fields__["is_"].type)


def to_json(filter_: Filter) -> dict[str, Any]:
    """Return the filter as plain JSON; parts that ask nothing are left out."""
    normal = filter_.normalised()
    data: dict[str, Any] = {"version": VERSION, "of": normal.of, "scope": normal.scope}
    if normal.types:
        data["types"] = [type_ and type_.value for type_ in normal.types]
    if normal.last:
        data["last"] = _period_to_json(normal.last)
    for key in ("partner", "known_by", "company_id", "text"):
        if value := getattr(normal, key):
            data[key] = value
    return data | {"sort": normal.sort, "is_ascending": normal.is_ascending}


def from_json(data: Any) -> Filter:
    """Read a filter; raises `FilterError` that names an unknown key or a value of the wrong kind."""
    if not isinstance(data, Mapping):
        raise FilterError("a filter is a JSON object")
    if unknown := [str(key)[:40] for key in data if key not in _KEYS]:
        raise FilterError(f"unknown keys: {', '.join(sorted(unknown)[:10])}")
    _choose(data, "version", (VERSION,), VERSION)
    subject = _choose(data, "of", get_args(Subject), "companies")
    if subject == "companies" and data.get("company_id") is not None:
        raise FilterError("company_id: only contacts are at a company")
    return Filter(
        of=subject,
        scope=_choose(data, "scope", get_args(Scope), "mine"),
        types=_read_types(data.get("types", ())),
        partner=_read_person(data, "partner", ("me", "nobody")),
        known_by=_read_person(data, "known_by", ("me",)),
        company_id=_read_person(data, "company_id", ()),
        last=_read_period(data.get("last")),
        text=_read_text(data.get("text", "")),
        sort=_choose(data, "sort", get_args(Sort), "last"),
        is_ascending=_choose(data, "is_ascending", (True, False), False),
    ).normalised()


def get_bounds(period: Period | None, now: int) -> tuple[int | None, int | None]:
    """Return the first second that is in the period and the first that is no longer; None where it is open."""
    if period is None:
        return None, None
    if period.is_ in ("after", "before"):
        day = int(datetime.combine(date.fromisoformat(period.day or ""), datetime.min.time(), UTC).timestamp())
        return (day, None) if period.is_ == "after" else (1, day)
    since = now - int(timedelta(days=period.days or 0).total_seconds())
    return (since, None) if period.is_ == "within" else (None, since)


def _order_types(types: Iterable[CompanyType | None]) -> tuple[CompanyType | None, ...]:
    asked = set(types)
    return () if len(asked) == len(_TYPES) else tuple(type_ for type_ in _TYPES if type_ in asked)


def _choose(data: Mapping[str, Any], key: str, choices: tuple[Any, ...], default: Any) -> Any:
    value = data.get(key, default)
    # 1 == True: the kind is compared too
    if not any(value == choice and type(value) is type(choice) for choice in choices):
        raise FilterError(f"{key}: one of {', '.join(map(str, choices))}")
    return value


def _read_types(value: Any) -> tuple[CompanyType | None, ...]:
    known = {type_ and type_.value: type_ for type_ in _TYPES}
    if not isinstance(value, list | tuple) or not all(type_ is None or isinstance(type_, str) for type_ in value):
        raise FilterError("types: a list of company types")
    if any(type_ not in known for type_ in value):
        raise FilterError(f"types: any of {', '.join(str(name) for name in known)}")
    return _order_types(known[type_] for type_ in value)


def _read_person(data: Mapping[str, Any], key: str, words: tuple[str, ...]) -> Any:
    value = data.get(key)
    if value is None or (isinstance(value, str) and value in words):
        return value
    if is_id(value):
        return value
    raise FilterError(f"{key}: {', '.join((*words, 'a number'))}")


def is_id(value: Any) -> bool:
    """Say whether `value` can be the number of a row at all."""
    return type(value) is int and 0 < value <= HIGHEST_ID


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH:
        raise FilterError(f"text: at most {TEXT_LENGTH} characters")
    return value


def _period_to_json(period: Period) -> dict[str, Any]:
    return {"is": period.is_} | ({"day": period.day} if period.day else {"days": period.days})


def _read_period(value: Any) -> Period | None:
    if value is None:
        return None
    if not isinstance(value, Mapping) or value.get("is") not in _IS or not set(value) <= {"is", "day", "days"}:
        raise FilterError(f"last: an object with `is`, one of {', '.join(_IS)}, and `day` or `days`")
    if value["is"] in ("after", "before"):
        return Period(is_=value["is"], day=_read_day(value.get("day")))
    days = value.get("days")
    if type(days) is not int or not 0 < days <= DAYS:
        raise FilterError(f"last: `days` is a number from 1 to {DAYS}")
    return Period(is_=value["is"], days=days)


def _read_day(value: Any) -> str:
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value).isoformat()
        except ValueError:
            pass
    raise FilterError("last: `day` is a date such as 2026-01-31")
