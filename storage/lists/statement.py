"""The statement of a list: one for each shape of filter, and every one walks indexes.

Without narrowing conditions a page is a range of one index, read in its order (a list of several types is the best of
as many ranges). A word, a knower and whatever else the order's index does not carry can be met in two ways: by walking
the list in order and asking of each row (*broad*: quick where many rows meet it), or by fetching all that meet it and
sorting them (*narrow*: quick where few do). So the statement first counts up to a few of each; whichever is right runs,
the others cost nothing.

A walk for words passes over most rows within the index, which carries marks of how their words begin
(`search.mark_beginnings`); what has the marks is asked for the words themselves.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    select,
    true,
    tuple_,
    union_all,
)

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import number, text
from storage.engine.prepared import Prepared
from storage.lists.conditions import has_partner_ranges, is_of_types, list_filters, may_have_words
from storage.lists.filters import Filter
from storage.lists.paging import Page, Row, make_page, read_cursor
from storage.lists.prefilters import CountedPrefilter, list_prefilters
from storage.lists.query import ListQuery, get_list_query
from storage.lists.sources import Source, get_source
from storage.models import CompanyType, Contact
from storage.viewer import Viewer

_SHOWN: Final = 50
"""Rows of a page that is shown; exports ask for thousands at once."""


@lru_cache(maxsize=512)
def prepare_list(list_query: ListQuery, *, is_sqlite: bool) -> Prepared:
    """Select the rows of a page in the direction of reading, and one more if there are more.

    The columns are those of the source, and the sort key behind them.
    """
    statement = _Parts(list_query, get_source(list_query), is_sqlite).put_together()
    return Prepared(statement, is_quick=list_query.limit <= _SHOWN)


@dataclass(frozen=True, slots=True)
class _Parts:
    """The parts of one list's statement."""

    list_query: ListQuery
    source: Source
    is_sqlite: bool

    def put_together(self) -> Select[Any]:
        """Take the one part as it is; else look up what is shown only of the rows that are left.

        So it is with several parts, and with words: whoever lacks them is passed over within the index.
        """
        list_query, source = self.list_query, self.source
        ranges = list(_list_ranges(list_query, source))
        if len(ranges) == 1 and not list_query.word_count and not list(list_prefilters(list_query)):
            return self._walk(*ranges[0], source.tables, columns=source.columns)
        return self._show(self._find_places())

    def count_page(self) -> Select[Any]:
        """Count the rows of the page, and one more if there are more; what is shown of them is not looked up."""
        return select(func.count()).select_from(self._find_places())

    def _find_places(self) -> Subquery:
        """Find the rows of the page by whichever ways are right."""
        list_query, source = self.list_query, self.source
        prefilters = [CountedPrefilter.from_prefilter(prefilter) for prefilter in list_prefilters(list_query)]
        ranges = list(_list_ranges(list_query, source))
        narrow = [
            self._choose(self._fetch(prefilter), self._is_chosen(prefilters, prefilter)) for prefilter in prefilters
        ]
        is_broad = self._is_chosen(prefilters, None)
        columns = [source.id.label("id")]
        broad = [self._choose(self._walk(*one, source.walked, columns=columns), is_broad) for one in ranges]
        return self._merge([*narrow, *broad])

    @property
    def _key(self) -> Any:
        return self.source.keys[self.list_query.sort]

    def _list_conditions(self, id_: Any, *, but: Sequence[str] = ()) -> list[ColumnElement[bool]]:
        """List what every row must meet, types aside, but for the conditions that the way there has met."""
        filters = [condition for name, condition in list_filters(self.list_query, self.source, id_) if name not in but]
        return [*self.source.conditions, *filters, *_list_bounds(self.list_query, self.source.id, self._key)]

    def _walk(
        self, equal: Sequence[Any], order: Sequence[Any], tables: FromClause, *, columns: Sequence[Any]
    ) -> Select[Any]:
        """Walk one range of an index in order."""
        rows = select(*columns, self._key.label("key")).select_from(tables)
        carried = ("partner",) if has_partner_ranges(self.list_query) else ()
        rows = rows.where(*self._list_conditions(self.source.id, but=carried), *equal)
        return self._sort(rows, *order, self._key, self.source.id).limit(_write(self.list_query.limit + 1))

    def _fetch(self, prefilter: CountedPrefilter) -> Select[Any]:
        """Fetch the rows of a narrow way one by one, and sort them: on PostgreSQL no join can be made of it."""
        chosen = select(prefilter.rows.c[0].label("id")).distinct()
        if "beginnings" in prefilter.rows.c:
            chosen = chosen.where(may_have_words(prefilter.rows.c.beginnings))
        these = chosen.subquery(f"these_{prefilter.name}")
        rows = select(self.source.id.label("id"), self._key.label("key"))
        rows = rows.where(self.source.id == these.c.id, *self._list_conditions(these.c.id, but=prefilter.conditions))
        if "type" not in prefilter.conditions:
            rows = rows.where(*is_of_types(self.list_query, self.source.type))
        if self.is_sqlite:
            rows = rows.select_from(InOrder(these, self.source.walked))
            return self._sort(rows, self._key, self.source.id).limit(_write(self.list_query.limit + 1))
        each = rows.select_from(self.source.walked).correlate(these).offset(_write(0)).lateral(f"each_{prefilter.name}")
        found = select(each).select_from(these.join(each, true()))
        return self._sort(found, each.c.key, each.c.id).limit(_write(self.list_query.limit + 1))

    def count_up(self) -> Select[Any]:
        """Ask every row, in whatever order the database likes."""
        rows = select(func.count()).select_from(self.source.walked)
        return rows.where(*self._list_conditions(self.source.id), *is_of_types(self.list_query, self.source.type))

    def _is_chosen(
        self, prefilters: Sequence[CountedPrefilter], prefilter: CountedPrefilter | None
    ) -> ColumnElement[bool] | None:
        """Return the condition under which a part runs: its way is the first narrow one, or (None) there is none."""
        conditions: list[ColumnElement[bool]] = []
        for other in prefilters:
            if other is prefilter:
                return and_(*conditions, other.is_narrow)
            conditions.append(~other.is_narrow)
        return and_(*conditions) if conditions else None

    def _choose(self, part: Select[Any], is_chosen: ColumnElement[bool] | None) -> Select[Any]:
        """Run a part only if it is chosen; else it must cost nothing.

        PostgreSQL tests a condition on no table once, before it begins; SQLite does that for a limit alone.
        """
        if is_chosen is None:
            return part
        if self.is_sqlite:
            return part.limit(case((is_chosen, _write(self.list_query.limit + 1)), else_=_write(0)))
        return part.where(is_chosen)

    def _merge(self, parts: Sequence[Select[Any]]) -> Subquery:
        """Merge sorted parts into the numbers and keys of the page."""
        merged = union_all(*(select(part.subquery()) for part in parts)).subquery("merged")
        rows = self._sort(select(merged), merged.c.key, merged.c.id)
        return rows.limit(_write(self.list_query.limit + 1)).subquery("places")

    def _show(self, places: Subquery) -> Select[Any]:
        """Look up what is shown of the rows at these places."""
        rows = select(*self.source.columns, places.c.key).select_from(InOrder(places, self.source.tables))
        return self._sort(rows.where(self.source.id == places.c.id, *self.source.conditions), places.c.key, places.c.id)

    def _sort(self, statement: Select[Any], *columns: Any) -> Select[Any]:
        return statement.order_by(*(one.asc() if self.list_query.is_ascending else one.desc() for one in columns))


@lru_cache(maxsize=256)
def prepare_count(list_query: ListQuery) -> Prepared:
    """Count the rows of a list, all pages together."""
    parts = _Parts(list_query, get_source(list_query), is_sqlite=False)
    return Prepared(parts.count_up())


@lru_cache(maxsize=256)
def prepare_count_of_page(list_query: ListQuery, *, is_sqlite: bool) -> Prepared:
    """Count the rows of a list up to its limit and one more, the way that its page is read."""
    return Prepared(_Parts(list_query, get_source(list_query), is_sqlite).count_page(), is_quick=True)


def _write(value: int) -> Any:
    """Write a number into the statement itself: PostgreSQL plans by it."""
    return literal_column(str(value))


def _list_ranges(list_query: ListQuery, source: Source) -> Iterator[tuple[list[ColumnElement[bool]], list[Any]]]:
    """Return the index ranges that together hold the list: the conditions of each, and what its order begins with.

    One a type where the index of the order has the types in front of it, one a partner and a type where it has both,
    else one for all. PostgreSQL takes `type IS NULL` for one value of an index only if it is sorted by too.
    """
    has_types = list_query.type_count > 0 or list_query.has_no_type
    has_partners = has_partner_ranges(list_query)
    is_of_firm = list_query.of == "companies" and list_query.scope == "firm" and not list_query.is_to_sort_out
    is_own = list_query.of == "companies" and list_query.scope == "mine" and list_query.sort == "last"
    if list_query.is_at_company and list_query.scope == "firm" and list_query.sort in ("last", "name"):
        yield [Contact.company_id == number("company"), *is_of_types(list_query, source.type)], []
        return
    is_of_no_company = list_query.of == "contacts" and list_query.scope == "firm" and list_query.has_company is False
    if is_of_no_company and list_query.sort in ("last", "name"):
        yield [Contact.company_id.is_(None), *is_of_types(list_query, source.type)], [Contact.company_id]
        return
    if not (is_of_firm and (has_types or has_partners or list_query.sort != "last")) and not (is_own and has_types):
        yield [*is_of_types(list_query, source.type)], []
        return
    for partner, partner_order in _list_partner_ranges(list_query, source) if has_partners else [([], [])]:
        for type_, type_order in _list_type_ranges(list_query, source):
            yield [*partner, *type_], [*partner_order, *type_order]


def _list_partner_ranges(list_query: ListQuery, source: Source) -> Iterator[tuple[list[Any], list[Any]]]:
    for place in range(list_query.partner_count):
        yield [source.partner == number(f"partner_{place}")], []
    if list_query.has_no_partner:
        yield [source.partner.is_(None)], [source.partner]


def _list_type_ranges(list_query: ListQuery, source: Source) -> Iterator[tuple[list[Any], list[Any]]]:
    has_types = list_query.type_count > 0 or list_query.has_no_type
    types: list[Any] = [literal_column(f"'{type_.value}'") for type_ in CompanyType]
    if has_types:
        types = [text(f"type_{place}") for place in range(list_query.type_count)]
    for type_ in types:
        yield [source.type == type_], []
    if list_query.has_no_type or not has_types:
        yield [source.type.is_(None)], [source.type]


def _list_bounds(list_query: ListQuery, id_: Any, key: Any) -> Iterator[ColumnElement[bool]]:
    parameter = text if list_query.sort == "name" else number
    if list_query.has_lower:
        yield tuple_(key, id_) > tuple_(parameter("lower_key"), number("lower_id"))
    if list_query.has_upper:
        yield tuple_(key, id_) < tuple_(parameter("upper_key"), number("upper_id"))


async def fetch_page(
    connection: Reading,
    viewer: Viewer,
    filter_: Filter,
    make_row: Callable[[Any], Row],
    *,
    now: int,
    cursor: str | None,
    limit: int,
    is_to_sort_out: bool = False,
    few: int | None = None,
) -> Page[Row]:
    """Return a page of the list; raises `CursorError`. If no row before a cursor is left, it is the first page."""
    place = read_cursor(cursor, filter_.sort)
    list_query, values = get_list_query(
        viewer, filter_, now=now, cursor=place, limit=limit, is_to_sort_out=is_to_sort_out, few=few
    )
    found = await prepare_list(list_query, is_sqlite=connection.dialect.name == "sqlite").fetch(connection, values)
    if not found and place is not None and place.to == "previous" and place.key is not None:
        options: dict[str, Any] = {"now": now, "limit": limit, "is_to_sort_out": is_to_sort_out, "few": few}
        return await fetch_page(connection, viewer, filter_, make_row, cursor=None, **options)
    return make_page(found, make_row, get_place=_get_place, sort=filter_.sort, cursor=place, limit=limit)


def _get_place(row: Any) -> tuple[int | str, int]:
    return row[-1], row[0]


async def count_rows(connection: Reading, viewer: Viewer, filter_: Filter, *, now: int) -> int:
    """Return how many rows the list has in all, exactly; a tenth of a second for 200,000 companies."""
    list_query, values = get_list_query(viewer, filter_, now=now, cursor=None, limit=0)
    [(count,)] = await prepare_count(list_query).fetch(connection, values)
    return int(count)


async def count_up_to(connection: Reading, viewer: Viewer, filter_: Filter, *, now: int, most: int) -> int:
    """Return how many rows the list has; `most` + 1 where it has more, which costs what a page of so many costs."""
    list_query, values = get_list_query(viewer, filter_, now=now, cursor=None, limit=most)
    prepared = prepare_count_of_page(list_query, is_sqlite=connection.dialect.name == "sqlite")
    [(count,)] = await prepared.fetch(connection, values)
    return int(count)
