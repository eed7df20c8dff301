"""Narrow ways into a list: all that meets one condition, for where that is so little that it is fetched and sorted."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, Self

from sqlalchemy import CTE, ColumnElement, Select, and_, func, inspect, literal_column, select
from sqlalchemy.orm import aliased

from storage.models import Company, Contact, SearchWord
from storage.ordered import InOrder
from storage.parameters import number
from storage.shapes import Shape
from storage.sources import (
    get_asker,
    has_partner_ranges,
    is_of_partners,
    is_of_types,
    may_have_words,
    select_known,
    select_word,
)
from storage.viewer import Viewer, visible_companies, visible_contacts

_NARROWING_WORDS = 3
_Any = aliased(Company, name="any_company")


class Way(NamedTuple):
    """All rows that meet some conditions of a filter, by their numbers, with their beginnings where these tell more."""

    name: str
    conditions: tuple[str, ...]
    """Those that need not be asked of the rows any more, as `sources.list_filters` names them."""
    rows: Select[Any]
    few: int
    """Up to so many are fetched and sorted; more are met by walking."""
    companies: Select[Any] | None = None
    """Of contacts, the companies that the way goes through: half as many of them have contacts enough to walk."""


class CountedWay(NamedTuple):
    """A narrow way, and whether it is narrow: one more row than a few tells that there are more."""

    name: str
    conditions: Sequence[str]
    rows: CTE
    is_narrow: ColumnElement[bool]

    @classmethod
    def from_way(cls, way: Way) -> Self:
        """Count the rows; not those of so many companies that their contacts need no counting."""
        rows = way.rows.limit(literal_column(str(way.few + 1))).cte(f"few_{way.name}")
        is_narrow = _is_at_most(rows, way.few)
        if way.companies is not None:
            companies = way.companies.limit(literal_column(str(way.few // 2 + 1))).cte(f"few_{way.name}_there")
            is_narrow = and_(_is_at_most(companies, way.few // 2), is_narrow)
        return cls(way.name, way.conditions, rows, is_narrow)


def _is_at_most(rows: CTE, few: int) -> ColumnElement[bool]:
    size: ColumnElement[int] = select(func.count()).select_from(rows).scalar_subquery()
    is_few: ColumnElement[bool] = size <= literal_column(str(few))
    return is_few


def list_narrow_ways(shape: Shape) -> Iterator[Way]:
    """Give the ways into a list, the likely narrowest first.

    Only conditions that the index of the list's order does not carry. What is the viewer's own is few anyway.
    """
    if shape.scope == "firm":
        yield from _list_words(shape)
    yield from _list_other_ways(shape)


def _list_words(shape: Shape) -> Iterator[Way]:
    """Give the ways by words: one word alone, a rare one of several, else each of several to what may have them all.

    A walk for one word passes over nearly all that lacks it, so fewer rows are few then.
    """
    few = shape.few // 2
    if shape.word_count == 1:
        yield Way("word_0", ("word_0",), select_word(shape, 0), few)
        return
    with_word = [select_word(shape, place) for place in range(min(shape.word_count, _NARROWING_WORDS))]
    for place, rows in enumerate(with_word):
        yield Way(f"rare_word_{place}", (f"word_{place}",), rows.add_columns(SearchWord.beginnings), few // 2)
    for place, rows in enumerate(with_word):
        yield Way(f"word_{place}", (f"word_{place}",), rows.where(may_have_words(SearchWord.beginnings)), shape.few)


def _list_other_ways(shape: Shape) -> Iterator[Way]:
    is_ordered_by_last = shape.sort == "last"
    if shape.is_at_company and (shape.sort == "count" or shape.scope == "mine"):
        at_company = Contact.company_id == number("company")
        yield Way(
            "company",
            ("company",),
            select(Contact.id).where(visible_contacts(_get_sharer(shape)), at_company),
            shape.few,
        )
    if shape.scope == "mine":
        return
    if shape.is_known_by:
        yield Way("known_by", ("known_by",), select_known(shape), shape.few)
    is_partnered = shape.has_any_partner or (shape.partner_count > 0 and not shape.has_no_partner)
    is_typed = shape.type_count > 0 and not shape.has_no_type and shape.of == "contacts"
    if (is_partnered or is_typed) and not has_partner_ranges(shape):
        yield _go_through_companies(shape)
    if (shape.has_since or shape.has_until) and not is_ordered_by_last:
        yield Way("period", ("since", "until"), _select_period(shape), shape.few)


def _get_sharer(shape: Shape) -> Viewer:
    """Return the asker for a way in: what else holds is asked of every row that it leads to."""
    return replace(get_asker(shape), shares_contacts=True)


def _go_through_companies(shape: Shape) -> Way:
    """Lead to the companies of the partners and types asked for, or to all contacts there."""
    asked = *is_of_partners(shape, _Any.partner_id), *is_of_types(shape, _Any.type)
    found = and_(_Any.tenant_id == get_asker(shape).tenant_id, _Any.is_known, *asked)
    companies = select(_Any.id).where(found)
    if shape.of == "companies":
        return Way("companies", ("partner", "type"), companies, shape.few)
    there = visible_contacts(_get_sharer(shape)), Contact.company_id == _Any.id
    rows = select(Contact.id).select_from(InOrder(inspect(_Any).selectable, Contact.__table__)).where(found, *there)
    return Way("companies", ("partner", "type"), rows, shape.few, companies)


def _select_period(shape: Shape) -> Select[Any]:
    of: Any = Company if shape.of == "companies" else Contact
    conditions = [
        visible_companies(get_asker(shape)) if shape.of == "companies" else visible_contacts(get_asker(shape))
    ]
    if shape.has_since:
        conditions.append(of.last_at >= number("since"))
    if shape.has_until:
        conditions.append(of.last_at < number("until"))
    return select(of.id).where(*conditions)
