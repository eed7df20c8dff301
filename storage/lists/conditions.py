"""The conditions of a filter, on the tables of its list (`sources.py`)."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from storage.engine.parameters import number, text
from storage.lists.past import list_past
from storage.lists.query import ListQuery
from storage.lists.sources import Source, get_viewer_parameters
from storage.lists.words import COMPANY, CONTACT
from storage.models import CompanyRelationship, CompanyType, Contact, Relationship, SearchWord
from storage.viewer import Access

_MOST_RANGES = 28
"""The most index ranges (one partner and one type each) of a list: enough for four partners with any type."""

_Person = aliased(Contact, name="person")
_Colleague = aliased(CompanyRelationship, name="colleague")
_Acquaintance = aliased(Relationship, name="acquaintance")


def list_filters(list_query: ListQuery, source: Source, id_: Any) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Return the conditions of the filter except types, each with the name of its prefilter.

    `id_` is the column with the row's id that is read first; a condition on it alone can be tested without the row.
    """
    # "+ 0" keeps a planner from walking another index than that of the order.
    for condition in is_of_partners(list_query, source.partner):
        yield "partner", condition
    yield from _list_denials(list_query, source, id_)
    yield from list_past(list_query, source, id_)
    if list_query.is_at_company:
        yield "company", _is_at_company(list_query, id_)
    if list_query.has_company is not None:
        is_somewhere = source.company > literal_column("0")
        yield "has_company", is_somewhere if list_query.has_company else source.company.is_(None)
    yield from _list_periods(list_query, source)
    if list_query.is_to_sort_out:
        yield "sort_out", or_(source.type.is_(None), source.partner.is_(None))
    for place in range(list_query.known_by_count):
        yield f"known_by_{place}", _is_known(list_query, f"known_by_{place}", id_)
    if list_query.word_count:
        yield "beginnings", may_have_words(source.beginnings)
    for place in range(list_query.word_count):
        yield f"word_{place}", _is_met(select_word(list_query, place).where(SearchWord.entity_id == id_), SearchWord)


def _list_periods(list_query: ListQuery, source: Source) -> Iterator[tuple[str, ColumnElement[bool]]]:
    if list_query.has_since:
        yield "since", source.keys["last"] + 0 >= number("since")
    if list_query.has_until:
        yield "until", source.keys["last"] + 0 < number("until")
    if list_query.is_first_since:
        yield "first_since", source.first >= number("first_since")
    if list_query.is_first_until:
        yield "first_until", source.first < number("first_until")


def _list_denials(list_query: ListQuery, source: Source, id_: Any) -> Iterator[tuple[str, ColumnElement[bool]]]:
    """Return the conditions that most rows meet, for which no prefilter is useful."""
    zero: Any = literal_column("0")
    if list_query.not_partner_count:
        others = [number(f"not_partner_{place}") for place in range(list_query.not_partner_count)]
        yield "not_partner", func.coalesce(source.partner, zero).not_in(others)
    if list_query.not_company_count:
        others = [number(f"not_company_{place}") for place in range(list_query.not_company_count)]
        yield "not_company", func.coalesce(source.company, zero).not_in(others)
    for place in range(list_query.not_known_by_count):
        yield "not_known_by", ~_is_known(list_query, f"not_known_by_{place}", id_)
        if list_query.of == "contacts" and not list_query.shares_contacts:  # whom colleagues know is not told
            yield "not_known_by", number(f"not_known_by_{place}") == get_viewer_parameters(list_query).user_id
    for place in range(list_query.not_met_by_count):
        yield "not_met_by", ~_is_known(list_query, f"not_met_by_{place}", id_, in_meeting=True)
        if list_query.of == "contacts" and not list_query.shares_contacts:
            yield "not_met_by", number(f"not_met_by_{place}") == get_viewer_parameters(list_query).user_id


def _is_at_company(list_query: ListQuery, id_: Any) -> ColumnElement[bool]:
    if list_query.scope == "firm":
        is_there: ColumnElement[bool] = Contact.company_id + 0 == number("company")
        return is_there
    of, tenant_id = _Person, get_viewer_parameters(list_query).tenant_id
    there = select(of.id).where(of.tenant_id == tenant_id, of.id == id_, of.company_id == number("company"))
    return _is_met(there, of)


def _is_met(found: Select[Any], of: Any) -> ColumnElement[bool]:
    """Test a condition row by row in the table `of`; the offset keeps PostgreSQL from turning it into a join."""
    return exists(found.correlate_except(of).limit(literal_column("1")).offset(literal_column("0")))


def has_partner_ranges(list_query: ListQuery) -> bool:
    """Return whether the list is read as a few index ranges, of one partner and one type each."""
    if (
        list_query.of == "contacts"
        or list_query.scope == "mine"
        or list_query.sort != "last"
        or list_query.is_to_sort_out
    ):
        return False
    types = list_query.type_count + list_query.has_no_type or len(CompanyType) + 1
    return 0 < types * (list_query.partner_count + list_query.has_no_partner) <= _MOST_RANGES


def is_of_types(list_query: ListQuery, type_: Any) -> Iterator[ColumnElement[bool]]:
    """Return the condition that a row is of one of the types asked for, if any are."""
    asked = [text(f"type_{place}") for place in range(list_query.type_count)]
    if list_query.has_no_type:
        yield func.coalesce(type_, "").in_([*asked, literal_column("''")])
    elif asked:
        yield type_.in_(asked)


def is_of_partners(list_query: ListQuery, partner: Any) -> Iterator[ColumnElement[bool]]:
    """Return the condition that a row has one of the partners asked for, if any are."""
    asked = [number(f"partner_{place}") for place in range(list_query.partner_count)]
    if list_query.has_any_partner:
        yield partner > literal_column("0")
    elif list_query.has_no_partner and asked:
        yield func.coalesce(partner, literal_column("0")).in_([*asked, literal_column("0")])
    elif list_query.has_no_partner:
        yield partner.is_(None)
    elif asked:
        yield partner.in_(asked) if len(asked) > 1 else partner == asked[0]


def may_have_words(beginnings: Any) -> ColumnElement[bool]:
    """Return the condition that a row has the marks of all words; a row without them lacks one of the words."""
    has_them: ColumnElement[bool] = beginnings.bitwise_and(number("marks")) == number("marks")
    return has_them


def select_word(list_query: ListQuery, place: int) -> Select[Any]:
    """Select the ids of the entities with a word that begins with the wanted one."""
    of = COMPANY if list_query.of == "companies" else CONTACT
    word = SearchWord.word
    return select(SearchWord.entity_id).where(
        SearchWord.tenant_id == get_viewer_parameters(list_query).tenant_id,
        SearchWord.of == of,
        word >= text(f"word_{place}"),
        word < text(f"word_end_{place}"),
    )


def _is_known(list_query: ListQuery, knower: str, id_: Any, *, in_meeting: bool = False) -> ColumnElement[bool]:
    """Return the condition that the colleague of a parameter knows a row, or has met it in a meeting."""
    of = _Colleague if list_query.of == "companies" else _Acquaintance
    known_id = _Colleague.company_id if list_query.of == "companies" else _Acquaintance.contact_id
    found = select_known(list_query, knower).where(known_id == id_)
    if in_meeting:
        access = Access(get_viewer_parameters(list_query))
        found = found.where(access.figure(of, "meeting_count") > literal_column("0"))
    return _is_met(found, of)


def select_known(list_query: ListQuery, knower: str) -> Select[Any]:
    """Select the ids of the companies or contacts that the colleague of a parameter knows."""
    asker = get_viewer_parameters(list_query)
    if list_query.of == "companies":
        return select(_Colleague.company_id).where(
            Access(asker).relationships(_Colleague), _Colleague.user_id == number(knower)
        )
    return select(_Acquaintance.contact_id).where(
        Access(asker).relationships(_Acquaintance), _Acquaintance.user_id == number(knower)
    )
