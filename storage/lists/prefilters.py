"""Prefilters of a list: all rows that meet one rare condition, few enough to be fetched and sorted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

from sqlalchemy import CTE, ColumnElement, Select, and_, func, inspect, literal_column, select, union
from sqlalchemy.orm import aliased

from storage.engine.join_order import InOrder
from storage.engine.parameters import number
from storage.lists.conditions import (
    has_partner_ranges,
    is_of_partners,
    is_of_types,
    may_have_words,
    select_known,
    select_word,
)
from storage.lists.past import select_became
from storage.lists.query import ListQuery
from storage.lists.sources import get_viewer_parameters
from storage.models import Company, Contact, Relationship, SearchWord
from storage.viewer import Access, Viewer

_NARROWING_WORDS = 3
_Any = aliased(Company, name="any_company")
_Own = aliased(Relationship, name="kept_there")
_ZERO: Any = literal_column("0")


class Prefilter(NamedTuple):
    """All rows that meet some conditions of a filter, by their numbers, with their beginnings where these tell more."""

    name: str
    conditions: tuple[str, ...]
    """Those that need not be asked of the rows any more, as `sources.list_filters` names them."""
    rows: Select[Any]
    few: int
    """The most rows that are fetched and sorted; with more, the list is read in order instead."""
    companies: Select[Any] | None = None
    """Of contacts, the companies that the way goes through: half as many of them have contacts enough to walk."""


class CountedPrefilter(NamedTuple):
    """A prefilter with its test: whether no more rows than a few meet it."""

    name: str
    conditions: Sequence[str]
    rows: CTE
    is_narrow: ColumnElement[bool]

    @classmethod
    def from_prefilter(cls, prefilter: Prefilter) -> Self:
        """Count the rows; not those of so many companies that their contacts need no counting."""
        rows = prefilter.rows.limit(literal_column(str(prefilter.few + 1))).cte(f"few_{prefilter.name}")
        is_narrow = _is_at_most(rows, prefilter.few)
        if prefilter.companies is not None:
            companies = prefilter.companies.limit(literal_column(str(prefilter.few // 2 + 1))).cte(
                f"few_{prefilter.name}_there"
            )
            is_narrow = and_(_is_at_most(companies, prefilter.few // 2), is_narrow)
        return cls(prefilter.name, prefilter.conditions, rows, is_narrow)


def _is_at_most(rows: CTE, few: int) -> ColumnElement[bool]:
    size: ColumnElement[int] = select(func.count()).select_from(rows).scalar_subquery()
    is_few: ColumnElement[bool] = size <= literal_column(str(few))
    return is_few


def list_prefilters(list_query: ListQuery) -> Iterator[Prefilter]:
    """Return the prefilters of a list, probably the rarest first.

    Only conditions that are not in the index of the list's order need one. A viewer's own list is short anyway.
    """
    if list_query.scope == "firm":
        yield from _list_words(list_query)
    yield from _list_other_ways(list_query)


def _list_words(list_query: ListQuery) -> Iterator[Prefilter]:
    """Return the ways by words: one word alone, a rare one of several, else each of several to what may have them all.

    A walk for one word passes over nearly all that lacks it, so fewer rows are few then.
    """
    few = list_query.few // 2
    if list_query.word_count == 1:
        yield Prefilter("word_0", ("word_0",), select_word(list_query, 0), few)
        return
    with_word = [select_word(list_query, place) for place in range(min(list_query.word_count, _NARROWING_WORDS))]
    for place, rows in enumerate(with_word):
        yield Prefilter(f"rare_word_{place}", (f"word_{place}",), rows.add_columns(SearchWord.beginnings), few // 2)
    for place, rows in enumerate(with_word):
        yield Prefilter(
            f"word_{place}", (f"word_{place}",), rows.where(may_have_words(SearchWord.beginnings)), list_query.few
        )


def _list_other_ways(list_query: ListQuery) -> Iterator[Prefilter]:
    is_ordered_by_last = list_query.sort == "last"
    if list_query.is_at_company and (list_query.sort in ("count", "first") or list_query.scope == "mine"):
        yield Prefilter("company", ("company",), _select_at_company(list_query), list_query.few)
    if list_query.scope == "mine":
        return
    for place in range(list_query.known_by_count):
        name = f"known_by_{place}"
        yield Prefilter(name, (name,), select_known(list_query, name), list_query.few)
    if list_query.is_became_since or list_query.is_became_until:
        yield Prefilter("became", (), select_became(list_query), list_query.few)
    is_partnered = list_query.has_any_partner or (list_query.partner_count > 0 and not list_query.has_no_partner)
    is_typed = list_query.type_count > 0 and not list_query.has_no_type and list_query.of == "contacts"
    if (is_partnered or is_typed) and not has_partner_ranges(list_query):
        yield _go_through_companies(list_query)
    if (list_query.has_since or list_query.has_until) and not is_ordered_by_last:
        yield Prefilter("period", ("since", "until"), _select_period(list_query), list_query.few)


def _select_at_company(list_query: ListQuery) -> Select[Any]:
    """Select who is at a company for the whole firm, and whom the asker keeps there."""
    access, at_company = Access(_get_sharer(list_query)), Contact.company_id == number("company")
    known = select(Contact.id).where(access.open_contacts(), at_company)
    if list_query.scope == "firm":
        return known
    of = _Own
    own = and_(of.tenant_id == access.viewer.tenant_id, of.user_id == access.viewer.user_id, of.kept > _ZERO)
    is_same = and_(Contact.tenant_id == of.tenant_id, Contact.id == of.contact_id)
    kept = select(of.contact_id).join(Contact, is_same).where(own, of.is_kept_contact, at_company)
    return select(union(known, kept).subquery("known_there").c[0].label("id"))


def _get_sharer(list_query: ListQuery) -> Viewer:
    """Return the viewer for a prefilter; the other rules are applied to each row that it finds."""
    return replace(get_viewer_parameters(list_query), shares_contacts=True)


def _go_through_companies(list_query: ListQuery) -> Prefilter:
    """Select the companies of the wanted partners and types, or all contacts at those."""
    asked = *is_of_partners(list_query, _Any.partner_id), *is_of_types(list_query, _Any.type)
    found = and_(_Any.tenant_id == get_viewer_parameters(list_query).tenant_id, _Any.is_known, *asked)
    companies = select(_Any.id).where(found)
    if list_query.of == "companies":
        return Prefilter("companies", ("partner", "type"), companies, list_query.few)
    there = Access(_get_sharer(list_query)).open_contacts(), Contact.company_id == _Any.id
    rows = select(Contact.id).select_from(InOrder(inspect(_Any).selectable, Contact.__table__)).where(found, *there)
    return Prefilter("companies", ("partner", "type"), rows, list_query.few, companies)


def _select_period(list_query: ListQuery) -> Select[Any]:
    access = Access(get_viewer_parameters(list_query))
    of: Any = Company if list_query.of == "companies" else Contact
    conditions = [access.open_companies() if list_query.of == "companies" else access.open_contacts()]
    if list_query.has_since:
        conditions.append(of.last_at >= number("since"))
    if list_query.has_until:
        conditions.append(of.last_at < number("until"))
    return select(of.id).where(*conditions)
