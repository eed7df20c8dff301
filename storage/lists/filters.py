"""What a list or a saved view asks for: one value, to and from JSON.

`"me"` and `"90 days"` stay so until the filter runs, so that a shared view answers each reader with the reader's own.
"""

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, get_args

from storage.errors import FilterError, PeriodError
from storage.lists.periods import Period, period_to_json, read_period
from storage.models import CompanyType
from storage.text.names import clean_text

VERSIONS = (1, 2, 3, 4, 5, 6)
"""The second knows several partners, anyone as partner, and periods with two ends or with a named day; the third knows
what is not asked for, and meetings; the fourth knows several knowers, who does not know them, and what is new; the
fifth knows who wrote last, when a meeting was held, since when a company is what it is, contacts without a company, and
the order of the first interactions; the sixth knows whom colleagues never met. What an older one can say is written as
that: the release before reads it too."""

Scope = Literal["mine", "firm"]
Subject = Literal["companies", "contacts"]
Knower = int | Literal["me"]
"""A user's id, or whoever reads it."""
Partner = int | Literal["me", "nobody", "anyone"]
"""A user's id, whoever reads it, no one, or whoever it may be."""
Sort = Literal["last", "name", "count", "first"]
Mail = Literal["awaits_us", "awaits_them", "theirs", "never_theirs", "only"]
"""They wrote last; we did; they wrote at some time; they never did; there is mail and no meeting was held."""

TEXT_LENGTH = 200
MOST_PARTNERS = 10
MOST_KNOWERS = 4
NEW = frozenset({"after", "between", "in", "within"})
"""The periods in which something can be new, or can have happened at some time."""
HIGHEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Filter:
    """A question about companies or contacts; every part left at its default asks nothing.

    Types and partner of a contact are those of its company.
    """

    of: Subject = "companies"
    scope: Scope = "mine"
    types: tuple[CompanyType | None, ...] = ()
    """Any of these; `None` among them is "no type yet"."""
    partners: tuple[Partner, ...] = ()
    """Any of these; at most `MOST_PARTNERS`."""
    known_by: tuple[Knower, ...] = ()
    """Users all of whom wrote to or met them; at most `MOST_KNOWERS`."""
    company_id: int | None = None
    """Contacts only: those at this company."""
    last: Period | None = None
    text: str = ""
    """Free text: every word begins a word of a name, a domain or an address."""
    sort: Sort = "last"
    is_ascending: bool = False
    """False is newest, most, and Z first; lists by name are shown with it True."""
    not_partners: tuple[Knower, ...] = ()
    """None of these; who has no partner is among the rest."""
    not_company_ids: tuple[int, ...] = ()
    """None of these companies, or nobody at them."""
    not_known_by: tuple[Knower, ...] = ()
    """None of these users wrote to or met them."""
    not_met_by: tuple[Knower, ...] = ()
    """None of these users held a meeting with them; at most `MOST_KNOWERS`."""
    is_met: bool | None = None
    """Whether a meeting was held with them: by the viewer among `mine`, by anyone in the firm."""
    first: Period | None = None
    """When they were first written to, heard from or met; one of the periods of `NEW`."""
    met_in: Period | None = None
    """When the meeting was held, or was not, that `is_met` asks for; one of the periods of `NEW`."""
    mail: Mail | None = None
    """Who wrote: of the viewer and them among `mine`, of anyone in the firm and them otherwise."""
    became: Period | None = None
    """Companies only: when somebody said that they are what they are; one of the periods of `NEW`."""
    has_company: bool | None = None
    """Contacts only: whether they are at a company."""

    @property
    def user_ids(self) -> tuple[int, ...]:
        """The colleagues in it: partners in their order, then by whom the rows are known, not known, never met."""
        people = (*self.partners, *self.not_partners, *self.known_by, *self.not_known_by, *self.not_met_by)
        return tuple(who for who in people if isinstance(who, int))

    def changed(self, **changes: Any) -> "Filter":
        """Return a copy with some parts changed."""
        return replace(self, **changes)

    def normalised(self) -> "Filter":
        """Return the same question in its one normal form: what asks nothing is left out, the rest in order."""
        return _normalise(self)


@functools.lru_cache(maxsize=1_024)
def _normalise(filter_: Filter) -> Filter:
    return replace(
        filter_,
        types=_order_types(filter_.types),
        partners=_order_partners(filter_.partners),
        not_partners=tuple(sorted(set(filter_.not_partners), key=_rank)),
        known_by=tuple(sorted(set(filter_.known_by), key=_rank)),
        not_known_by=tuple(sorted(set(filter_.not_known_by), key=_rank)),
        not_met_by=tuple(sorted(set(filter_.not_met_by), key=_rank)),
        not_company_ids=tuple(sorted(set(filter_.not_company_ids))),
        text=clean_text(filter_.text, TEXT_LENGTH),
        company_id=filter_.company_id if filter_.of == "contacts" else None,
        has_company=filter_.has_company if filter_.of == "contacts" else None,
        became=filter_.became if filter_.of == "companies" else None,
        met_in=None if filter_.is_met is None else filter_.met_in,
    )


KEYS = {field.name for field in fields(Filter)} - {"partners", "not_partners", "not_company_ids"} | {
    *("version", "partner", "not_partner", "not_company")
}
"""The parts of a filter, as JSON calls them."""
_TYPES: tuple[CompanyType | None, ...] = (*CompanyType, None)
_TYPES_BY_NAME = {type_ and type_.value: type_ for type_ in _TYPES}
_WORDS = ("me", "nobody", "anyone")
_SUBJECTS, _SCOPES, _SORTS, MAIL = get_args(Subject), get_args(Scope), get_args(Sort), get_args(Mail)
_PERIODS = ("last", "first", "met_in", "became")


def to_json(filter_: Filter) -> dict[str, Any]:
    """Return the filter as plain JSON; parts that ask nothing are left out."""
    normal = filter_.normalised()
    data: dict[str, Any] = {"version": _get_version(normal), "of": normal.of, "scope": normal.scope}
    types = [type_ and type_.value for type_ in normal.types]
    periods = {key: period and period_to_json(period) for key in _PERIODS if (period := getattr(normal, key))}
    one_or_several = {"partner": normal.partners, "known_by": normal.known_by}
    people = {key: who[0] if len(who) == 1 else list(who) for key, who in one_or_several.items()}
    denied = {key: list(several) for key, several in _list_denied(normal)}
    rest = {key: getattr(normal, key) for key in ("company_id", "text", "mail")}
    asked = {"types": types, **periods, **people, **denied, **rest}
    data |= {key: value for key, value in asked.items() if value}
    data |= {key: said for key in ("is_met", "has_company") if (said := getattr(normal, key)) is not None}
    return data | {"sort": normal.sort, "is_ascending": normal.is_ascending}


def _list_denied(filter_: Filter) -> tuple[tuple[str, tuple[Any, ...]], ...]:
    return (
        ("not_partner", filter_.not_partners),
        ("not_company", filter_.not_company_ids),
        ("not_known_by", filter_.not_known_by),
        ("not_met_by", filter_.not_met_by),
    )


def from_json(data: Any) -> Filter:
    """Read a filter; raises `FilterError` with the key that is unknown or whose value does not fit."""
    if not isinstance(data, Mapping):
        raise FilterError("", "a filter is a JSON object")
    if unknown := sorted(str(key)[:40] for key in data if key not in KEYS):
        raise FilterError("unknown", ", ".join(unknown[:10]), field=unknown[0])
    _choose(data, "version", VERSIONS, VERSIONS[0])
    subject = _choose(data, "of", _SUBJECTS, "companies")
    for key in ("company_id", "has_company"):
        if subject == "companies" and data.get(key) is not None:
            raise FilterError(key, "only contacts are at a company")
    if subject == "contacts" and data.get("became") is not None:
        raise FilterError("became", "only companies have a type")
    return Filter(
        of=subject,
        scope=_choose(data, "scope", _SCOPES, "mine"),
        types=_read_types(data.get("types", ())),
        partners=_read_partners(data.get("partner")),
        not_partners=_read_several("not_partner", data.get("not_partner"), ("me",)),
        known_by=_read_knowers("known_by", data.get("known_by")),
        not_known_by=_read_knowers("not_known_by", data.get("not_known_by")),
        not_met_by=_read_knowers("not_met_by", data.get("not_met_by")),
        company_id=_read_person("company_id", data.get("company_id"), ()),
        not_company_ids=_read_several("not_company", data.get("not_company"), ()),
        is_met=_choose(data, "is_met", (None, True, False), None),
        last=_read_period("last", data.get("last")),
        first=_read_past("first", data.get("first")),
        met_in=_read_past("met_in", data.get("met_in")),
        mail=_choose(data, "mail", (None, *MAIL), None),
        became=_read_past("became", data.get("became")),
        has_company=_choose(data, "has_company", (None, True, False), None),
        text=_read_text(data.get("text", "")),
        sort=_choose(data, "sort", _SORTS, "last"),
        is_ascending=_choose(data, "is_ascending", (True, False), False),
    ).normalised()


def _get_version(filter_: Filter) -> int:
    if filter_.not_met_by:
        return 6
    is_fifth = filter_.mail or filter_.met_in or filter_.became or filter_.sort == "first"
    if is_fifth or filter_.has_company is not None:
        return 5
    if len(filter_.known_by) > 1 or filter_.not_known_by or filter_.first:
        return 4
    if filter_.not_partners or filter_.not_company_ids or filter_.is_met is not None:
        return 3
    last = filter_.last
    is_new = len(filter_.partners) > 1 or "anyone" in filter_.partners
    return 2 if is_new or (last is not None and (last.is_ == "between" or last.is_named)) else 1


def _order_partners(partners: Iterable[Partner]) -> tuple[Partner, ...]:
    asked = set(partners)
    if "anyone" in asked:
        return () if "nobody" in asked else ("anyone",)
    return tuple(sorted(asked, key=_rank))


def _rank(who: Partner) -> tuple[int, int]:
    return (1, who) if isinstance(who, int) else (2 * (who == "nobody"), 0)


def _order_types(types: Iterable[CompanyType | None]) -> tuple[CompanyType | None, ...]:
    asked = set(types)
    return () if len(asked) == len(_TYPES) else tuple(type_ for type_ in _TYPES if type_ in asked)


def _choose(data: Mapping[str, Any], key: str, choices: tuple[Any, ...], default: Any) -> Any:
    value = data.get(key, default)
    for choice in choices:
        if value == choice and type(value) is type(choice):  # 1 == True
            return value
    raise FilterError(key, f"one of {', '.join(map(str, choices))}")


def _read_types(value: Any) -> tuple[CompanyType | None, ...]:
    if not isinstance(value, list | tuple) or not all(type_ is None or isinstance(type_, str) for type_ in value):
        raise FilterError("types", "a list of company types")
    if any(type_ not in _TYPES_BY_NAME for type_ in value):
        raise FilterError("types", f"any of {', '.join(map(str, _TYPES_BY_NAME))}")
    return _order_types(_TYPES_BY_NAME[type_] for type_ in value)


def _read_partners(value: Any) -> tuple[Partner, ...]:
    if value is None:
        return ()
    several = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(several) <= MOST_PARTNERS or None in several:
        raise FilterError("partner", f"one, or a list of at most {MOST_PARTNERS}")
    return tuple(_read_person("partner", who, _WORDS) for who in several)


def _read_knowers(key: str, value: Any) -> tuple[Knower, ...]:
    if value is None:
        return ()
    several = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(several) <= MOST_KNOWERS or None in several:
        raise FilterError(key, f"one, or a list of at most {MOST_KNOWERS}")
    return tuple(_read_person(key, who, ("me",)) for who in several)


def _read_several(key: str, value: Any, words: tuple[str, ...]) -> tuple[Any, ...]:
    if value is None:
        return ()
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MOST_PARTNERS or None in value:
        raise FilterError(key, f"a list of at most {MOST_PARTNERS}")
    return tuple(_read_person(key, one, words) for one in value)


def _read_person(key: str, value: Any, words: tuple[str, ...]) -> Any:
    if value is None or (isinstance(value, str) and value in words) or is_id(value):
        return value
    raise FilterError(key, f"{', '.join((*words, 'a number'))}")


def is_id(value: Any) -> bool:
    """Return whether `value` can be the id of a row."""
    return type(value) is int and 0 < value <= HIGHEST_ID


def _read_text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > TEXT_LENGTH:
        raise FilterError("text", f"at most {TEXT_LENGTH} characters")
    return value


def _read_past(key: str, value: Any) -> Period | None:
    period = _read_period(key, value)
    if period is not None and period.is_ not in NEW:
        raise FilterError(key, f"a period that is one of {', '.join(sorted(NEW))}")
    return period


def _read_period(key: str, value: Any) -> Period | None:
    try:
        return read_period(value)
    except PeriodError as error:
        raise FilterError(key, str(error)) from None
