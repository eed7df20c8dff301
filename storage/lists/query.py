"""Split a filter into its shape, which decides the statement, and the values of the parameters."""

from dataclasses import dataclass
from typing import Any

from storage.lists.filters import Filter, Mail, Scope, Sort, Subject
from storage.lists.paging import Cursor
from storage.lists.periods import get_bounds
from storage.lists.words import list_asked_words, mark_beginnings
from storage.viewer import RULES, CompanyRule, Viewer

END_OF_PREFIX = "\U0010ffff"
"""Comes after every character of a word: a prefix is the range from itself to itself and this."""

_FEW = {"companies": 1000, "contacts": 2000}
"""So many rows are fetched and sorted in 2 ms; where more of 200,000 companies or 1,000,000 contacts meet a condition,
walking them in order meets ten in no more time."""
_FEW_OF_MINE = 200
"""The limit for a viewer's own list, which has a few thousand rows at most and is read in order quickly."""


def get_sort_limit(of: Subject, scope: Scope) -> int:
    """Return the most rows that are fetched and sorted; with more, the list is read in order."""
    return _FEW_OF_MINE if scope == "mine" else _FEW[of]


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The shape of a list: lists with the same shape use the same statement."""

    of: Subject
    scope: Scope
    sort: Sort
    is_ascending: bool
    """The direction in which rows are read; for a page before a cursor it is reversed."""
    limit: int
    has_lower: bool = False
    has_upper: bool = False
    """Bounds of (sort key, number): from the cursor and, where it sorts by the last interaction, from the period."""
    type_count: int = 0
    has_no_type: bool = False
    partner_count: int = 0
    has_no_partner: bool = False
    has_any_partner: bool = False
    not_partner_count: int = 0
    not_company_count: int = 0
    is_met: bool | None = None
    known_by_count: int = 0
    not_known_by_count: int = 0
    not_met_by_count: int = 0
    is_at_company: bool = False
    has_since: bool = False
    has_until: bool = False
    """Bounds of the last interaction that the sort key does not carry."""
    is_first_since: bool = False
    is_first_until: bool = False
    """Bounds of the first interaction."""
    is_met_since: bool = False
    is_met_until: bool = False
    """Bounds of the meeting that `is_met` asks for."""
    is_became_since: bool = False
    is_became_until: bool = False
    """Bounds of when a company was said to be what it is."""
    mail: Mail | None = None
    has_company: bool | None = None
    word_count: int = 0
    is_to_sort_out: bool = False
    is_in_public: bool = False
    hides_old: bool = False
    shares_contacts: bool = True
    rules: tuple[CompanyRule, ...] = RULES
    few: int = 0


def get_list_query(
    viewer: Viewer,
    filter_: Filter,
    *,
    now: int,
    cursor: Cursor | None,
    limit: int,
    is_to_sort_out: bool = False,
    few: int | None = None,
) -> tuple[ListQuery, dict[str, Any]]:
    """Return the shape of a page and the values of its parameters, with "me" and days resolved."""
    values: dict[str, Any] = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    asked = list_asked_words(filter_.text) if filter_.text else []
    for number, word in enumerate(sorted(asked, key=len, reverse=True)):
        values[f"word_{number}"], values[f"word_end_{number}"] = word, word + END_OF_PREFIX
    if asked:
        values["marks"] = mark_beginnings(asked)
    types = [type_ for type_ in filter_.types if type_ is not None]
    for number, type_ in enumerate(types):
        values[f"type_{number}"] = type_.value
    if filter_.company_id is not None:
        values["company"] = filter_.company_id
    knowers = {viewer.user_id if who == "me" else who for who in filter_.known_by}
    values |= {f"known_by_{number}": who for number, who in enumerate(knowers)}
    strangers = {viewer.user_id if who == "me" else who for who in filter_.not_known_by}
    values |= {f"not_known_by_{number}": who for number, who in enumerate(strangers)}
    absent = {viewer.user_id if who == "me" else who for who in filter_.not_met_by}
    values |= {f"not_met_by_{number}": who for number, who in enumerate(absent)}
    partners = {viewer.user_id if who == "me" else who for who in filter_.partners} - {"nobody", "anyone"}
    values |= {f"partner_{number}": who for number, who in enumerate(partners)}
    not_partners = {viewer.user_id if who == "me" else who for who in filter_.not_partners}
    values |= {f"not_partner_{number}": who for number, who in enumerate(not_partners)}
    values |= {f"not_company_{number}": which for number, which in enumerate(filter_.not_company_ids)}
    values |= _get_past_bounds(filter_, now)
    is_ascending = filter_.is_ascending ^ (cursor is not None and cursor.to == "previous")
    bounds = _get_bounds(filter_, now, cursor, is_ascending=is_ascending)
    values |= bounds
    # Where contacts are kept back the firm's are the viewer's own, with the viewer's own figures.
    scope: Scope = "mine" if filter_.of == "contacts" and not viewer.shares_contacts else filter_.scope
    list_query = ListQuery(
        of=filter_.of,
        scope=scope,
        sort=filter_.sort,
        is_ascending=is_ascending,
        limit=limit,
        has_lower="lower_key" in bounds,
        has_upper="upper_key" in bounds,
        type_count=len(types),
        has_no_type=None in filter_.types,
        partner_count=len(partners),
        has_no_partner="nobody" in filter_.partners,
        has_any_partner="anyone" in filter_.partners,
        not_partner_count=len(not_partners),
        not_company_count=len(filter_.not_company_ids),
        is_met=filter_.is_met,
        known_by_count=len(knowers),
        not_known_by_count=len(strangers),
        not_met_by_count=len(absent),
        is_at_company=filter_.company_id is not None,
        has_since="since" in bounds,
        has_until="until" in bounds,
        is_first_since="first_since" in values,
        is_first_until="first_until" in values,
        is_met_since="met_since" in values,
        is_met_until="met_until" in values,
        is_became_since="became_since" in values,
        is_became_until="became_until" in values,
        mail=filter_.mail,
        has_company=filter_.has_company,
        word_count=len(asked),
        is_to_sort_out=is_to_sort_out,
        is_in_public=viewer.is_in_public,
        hides_old=viewer.hides_old,
        shares_contacts=viewer.shares_contacts,
        rules=viewer.rules,
        few=get_sort_limit(filter_.of, scope) if few is None else few,
    )
    return list_query, values


def _get_past_bounds(filter_: Filter, now: int) -> dict[str, int]:
    """Return the bounds of what is asked of the past besides the last interaction."""
    bounds: dict[str, int] = {}
    for name, period in (("first", filter_.first), ("met", filter_.met_in), ("became", filter_.became)):
        since, until = get_bounds(period, now)
        bounds |= {f"{name}_{end}": at for end, at in (("since", since), ("until", until)) if at is not None}
    return bounds


def _get_bounds(filter_: Filter, now: int, cursor: Cursor | None, *, is_ascending: bool) -> dict[str, Any]:
    """Return the bounds of a page; a cursor outside the period is moved to the period's end."""
    since, until = get_bounds(filter_.last, now)
    new_since, _ = get_bounds(filter_.first, now)
    since = max((at for at in (since, new_since) if at is not None), default=None)  # nothing new is older
    place = [(cursor.key, cursor.id)] if cursor and cursor.key is not None else []
    lowers, uppers = (place, []) if is_ascending else ([], place)
    bounds: dict[str, Any] = {}
    if filter_.sort == "last":
        # Numbers begin at 1: (since, 0) lies before every row of that second.
        lowers = lowers + [(at, 0) for at in (since,) if at is not None]
        uppers = uppers + [(at, 0) for at in (until,) if at is not None]
    else:
        bounds = {name: at for name, at in (("since", since), ("until", until)) if at is not None}
    if filter_.sort == "first" and filter_.is_ascending:
        lowers = [*lowers, (1, 0)]  # what has no date was not the first
    if lowers:
        bounds["lower_key"], bounds["lower_id"] = max(lowers)
    if uppers:
        bounds["upper_key"], bounds["upper_id"] = min(uppers)
    return bounds
