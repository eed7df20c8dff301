"""What a list or a saved view asks for: one value, to and from JSON.

`"me"` and `"90 days"` stay so until the filter runs, so that a shared view answers each reader with the reader's own.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, Literal

from storage.models import CompanyType

VERSION = 1

Scope = Literal["mine", "firm"]
Subject = Literal["companies", "contacts"]
Person = int | Literal["me", "nobody"]
"""A user's id, whoever reads it, or no one."""
Sort = Literal["last", "name", "count"]


class FilterError(ValueError):
    """A filter in JSON that cannot be read; the text names what is wrong."""


@dataclass(frozen=True, slots=True)
class Period:
    """When the last interaction was: `after`/`before` a UTC day (ISO date), or `within`/`not_for` a number of days."""

    is_: Literal["after", "before", "within", "not_for"]
    day: str | None = None
    days: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A question about companies or contacts; every part left at its default asks nothing."""

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


_KEYS = {field.name for field in fields(Filter)} | {"version"}
