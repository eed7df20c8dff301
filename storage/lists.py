"""The statement of a list: one for each shape of filter, and every one walks indexes.

Without narrowing conditions a page is a range of one index, read in its order (a list of several types is the best of
as many ranges). A word, a knower and whatever else the order's index does not carry can be met in two ways: by walking
the list in order and asking of each row (*broad*: quick where many rows meet it), or by fetching all that meet it and
sorting them (*narrow*: quick where few do). So the statement first counts up to `FEW` of each; whichever is right runs,
the others cost nothing.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal_column,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.filters import Filter
from storage.models import CompanyType
from storage.ordered import InOrder
from storage.paging import Page, Row, make_page, read_cursor
from storage.parameters import number, text
from storage.shapes import FEW, Shape, get_shape
from storage.sources import Source, get_source, is_of_types, list_filters, list_narrow_ways
from storage.viewer import Viewer


@lru_cache(maxsize=4096)
def select_list(shape: Shape, *, is_sqlite: bool) -> Select[Any]:
    """Select the rows of a page in the direction of reading, and one more if there are more.

    The columns are those of the source, and the sort key behind them.
    """
    source = get_source(shape)
    ways = {name: way.limit(_write(shape.few + 1)).cte(f"few_{name}") for name, way in list_narrow_ways(shape)}
    filters = dict(list_filters(shape, source))
    fixed = [*source.conditions, *_list_bounds(shape, source)]
    ranges = list(_list_ranges(shape, source))
    key = source.keys[shape.sort].label("key")
    if not ways and len(ranges) == 1:
        equal, order = ranges[0]
        whole = select(*source.columns, key).select_from(source.tables).where(*fixed, *filters.values(), *equal)
        return _arrange(whole, shape, source, None, order, is_sqlite=is_sqlite)
    parts = []
    for name, way in ways.items():
        these = select(way.c[0].label("id")).distinct().subquery(f"these_{name}")
        narrow = select(source.id.label("id"), key).select_from(InOrder(these, source.tables))
        rest = [condition for other, condition in filters.items() if other != name]
        narrow = narrow.where(these.c.id == source.id, *fixed, *rest, *is_of_types(shape, source.type))
        parts.append(_arrange(narrow, shape, source, _is_chosen(ways, name, shape.few), is_sqlite=is_sqlite))
    for equal, order in ranges:
        broad = select(source.id.label("id"), key).select_from(source.tables).where(*fixed, *filters.values(), *equal)
        parts.append(_arrange(broad, shape, source, _is_chosen(ways, None, shape.few), order, is_sqlite=is_sqlite))
    return _show(shape, source, _merge(parts, shape))


def _write(value: int) -> Any:
    """Write a number into the statement itself: PostgreSQL plans by it."""
    return literal_column(str(value))


def _is_chosen(ways: Mapping[str, CTE], name: str | None, few: int) -> ColumnElement[bool] | None:
    """Give the condition under which a part runs: its way is the first narrow one, or (None) there is no narrow one."""
    conditions: list[ColumnElement[bool]] = []
    for other, way in ways.items():
        size = select(func.count()).select_from(way).scalar_subquery()
        if other == name:
            return and_(size <= _write(few), *conditions)
        conditions.append(size > _write(few))
    return and_(*conditions) if conditions else None


def _list_ranges(shape: Shape, source: Source) -> Iterator[tuple[list[ColumnElement[bool]], list[Any]]]:
    """Give the index ranges that together hold the list: the conditions of each, and what its order begins with.

    One a type where the index of the order has the types in front of it, else one for all. PostgreSQL takes
    `type IS NULL` for one value of an index only if it is sorted by too.
    """
    has_types = shape.type_count > 0 or shape.has_no_type
    is_partnered = shape.sort == "last" and bool(shape.partner)
    is_of_firm = shape.of == "companies" and shape.scope == "firm" and not shape.is_to_sort_out
    is_own = shape.of == "companies" and shape.scope == "mine" and shape.sort == "last"
    if not (is_of_firm and (has_types or is_partnered or shape.sort != "last")) and not (is_own and has_types):
        yield [*is_of_types(shape, source.type)], []
        return
    no_partner = [source.partner] if is_of_firm and is_partnered and shape.partner == "nobody" else []
    types: list[Any] = [literal_column(f"'{type_.value}'") for type_ in CompanyType]
    if has_types:
        types = [text(f"type_{place}") for place in range(shape.type_count)]
    for type_ in types:
        yield [source.type == type_], no_partner
    if shape.has_no_type or not has_types:
        yield [source.type.is_(None)], [*no_partner, source.type]


def _list_bounds(shape: Shape, source: Source) -> Iterator[ColumnElement[bool]]:
    key = source.keys[shape.sort]
    parameter = text if shape.sort == "name" else number
    if shape.has_lower:
        yield tuple_(key, source.id) > tuple_(parameter("lower_key"), number("lower_id"))
    if shape.has_upper:
        yield tuple_(key, source.id) < tuple_(parameter("upper_key"), number("upper_id"))


def _arrange(
    part: Select[Any],
    shape: Shape,
    source: Source,
    is_chosen: ColumnElement[bool] | None,
    order: Sequence[Any] = (),
    *,
    is_sqlite: bool,
) -> Select[Any]:
    """Sort and cut one part; a part that is not chosen must cost nothing.

    PostgreSQL tests a condition on no table once, before it begins; SQLite does that for a limit alone.
    """
    part = _sort(part, shape, *order, source.keys[shape.sort], source.id)
    limit = _write(shape.limit + 1)
    if is_chosen is None:
        return part.limit(limit)
    if is_sqlite:
        return part.limit(case((is_chosen, limit), else_=_write(0)))
    return part.where(is_chosen).limit(limit)


def _merge(parts: Sequence[Select[Any]], shape: Shape) -> Subquery:
    """Merge sorted parts into the numbers and keys of the page."""
    merged = union_all(*(select(part.subquery()) for part in parts)).subquery("merged")
    return _sort(select(merged), shape, merged.c.key, merged.c.id).limit(_write(shape.limit + 1)).subquery("places")


def _show(shape: Shape, source: Source, places: Subquery) -> Select[Any]:
    """Look up what is shown of the rows at these places."""
    rows = select(*source.columns, places.c.key).select_from(InOrder(places, source.tables))
    return _sort(rows.where(source.id == places.c.id, *source.conditions), shape, places.c.key, places.c.id)


def _sort(statement: Select[Any], shape: Shape, *columns: Any) -> Select[Any]:
    return statement.order_by(*(column.asc() if shape.is_ascending else column.desc() for column in columns))


async def fetch_page(
    connection: AsyncConnection,
    viewer: Viewer,
    filter_: Filter,
    make_row: Callable[[Any], Row],
    *,
    now: int,
    cursor: str | None,
    limit: int,
    is_to_sort_out: bool = False,
    few: int = FEW,
) -> Page[Row]:
    """Return a page of the list; raises `CursorError`. Where all before a place is gone it is the first page."""
    place = read_cursor(cursor, filter_.sort)
    shape, values = get_shape(
        viewer, filter_, now=now, cursor=place, limit=limit, is_to_sort_out=is_to_sort_out, few=few
    )
    statement = select_list(shape, is_sqlite=connection.dialect.name == "sqlite")
    found = (await connection.execute(statement, values)).all()
    if not found and place is not None and place.to == "previous" and place.key is not None:
        options: dict[str, Any] = {"now": now, "limit": limit, "is_to_sort_out": is_to_sort_out, "few": few}
        return await fetch_page(connection, viewer, filter_, make_row, cursor=None, **options)
    return make_page(found, make_row, get_place=_get_place, sort=filter_.sort, cursor=place, limit=limit)


def _get_place(row: Any) -> tuple[int | str, int]:
    return row[-1], row[0]
