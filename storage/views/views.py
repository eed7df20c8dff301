"""Saved views: a named filter with an owner, run as its reader.

Everyone has the built-in views from the first day without a row; their numbers are negative and always the same.
How a reader keeps views (order, hidden, default) is the reader's own, for built-in, own and shared ones alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, NamedTuple

from rapidfuzz import fuzz
from sqlalchemy import ColumnElement, and_, exists, func, literal_column, select

from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number
from storage.engine.parameters import text as parameter
from storage.engine.prepared import Prepared
from storage.lists.facts import How, Match
from storage.lists.filters import Filter, from_json, is_id
from storage.models import CompanyType, User, View, ViewShare
from storage.text.names import fold_name
from storage.viewer import Access, Viewer
from storage.views.places import Place, list_places

_LIKENESS: Final = 80
"""Similarity in percent from which a name counts as mistyped."""

BUILTIN = {
    -1: "my_companies",
    -2: "clients",
    -3: "prospects",
    -4: "referral_sources",
    -11: "my_contacts",
    -12: "partner_of",
    -13: "all_companies",
}
"""The keys of the built-in views by their numbers; their names are texts of `bot/language`."""

BUILTIN_FILTERS = {
    -1: Filter(),
    -2: Filter(types=(CompanyType.CLIENT,)),
    -3: Filter(types=(CompanyType.PROSPECT,)),
    -4: Filter(types=(CompanyType.REFERRAL_SOURCE,)),
    -11: Filter(of="contacts"),
    -12: Filter(scope="firm", partners=("me",)),
    -13: Filter(scope="firm"),
}


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view as one reader has it."""

    id: int
    """Negative for the built-in ones."""
    builtin: str | None
    name: str
    """Empty for built-in ones: the reader's language has their names."""
    filter: Filter
    owner_id: int | None
    owner_name: str
    is_own: bool
    is_default: bool
    """The reader's answer to "show my companies"."""
    is_hidden: bool
    is_shared_with_firm: bool
    shared_with: int
    """The number of named users it is shared with; 0 unless it is the reader's own."""
    version: int


async def list_views(connection: Reading, viewer: Viewer, *, is_hidden: bool = False) -> list[ViewRow]:
    """Return the reader's views in the reader's order; the hidden ones only when asked for."""
    places = {place.view_id: place for place in await list_places(connection, viewer)}
    views = [_make_builtin(view_id, places.get(view_id)) for view_id in BUILTIN]
    rows = await _prepare(viewer.kind).all.fetch(connection, _get_values(viewer))
    views += [_make_row(row, viewer, places.get(row[0])) for row in rows]
    shown = [view for view in views if is_hidden or not view.is_hidden]
    return sorted(shown, key=lambda view: _get_rank(view, places.get(view.id)))


def _get_rank(view: ViewRow, place: Place | None) -> tuple[int, ...]:
    """Order views: moved ones in their order, then built-in, own and shared ones."""
    if place is not None and place.position is not None:
        return 0, place.position, 0
    return (1, 0, -view.id) if view.builtin else (1, 1 if view.is_own else 2, view.id)


async def get_view(connection: Reading, viewer: Viewer, view_id: int) -> ViewRow | None:
    """Return one view that the viewer may read."""
    places = {place.view_id: place for place in await list_places(connection, viewer)}
    if view_id in BUILTIN:
        return _make_builtin(view_id, places.get(view_id))
    if not is_id(view_id):
        return None
    rows = await _prepare(viewer.kind).one.fetch(connection, _get_values(viewer) | {"view_id": view_id})
    return _make_row(rows[0], viewer, places.get(view_id)) if rows else None


async def get_default_view(connection: Reading, viewer: Viewer) -> ViewRow | None:
    """Return the reader's default view, or None if none was chosen or it is no longer readable."""
    chosen = [place.view_id for place in await list_places(connection, viewer) if place.is_default]
    return await get_view(connection, viewer, chosen[0]) if chosen else None


async def find_views(connection: Reading, viewer: Viewer, text: str) -> list[Match]:
    """Find own and shared views by name, own ones first; built-in views have names in the texts only.

    The detail of a match is whose it is, empty for one's own. Exact matches come before prefixes, and prefixes before
    similar names.
    """
    folded = fold_name(text)
    if not folded:
        return []
    rows = await _prepare(viewer.kind).names.fetch(connection, _get_values(viewer))
    ways: tuple[tuple[How, Callable[[str], bool]], ...] = (
        ("exact", lambda name: name == folded),
        ("prefix", lambda name: name.startswith(folded)),
        ("typo", lambda name: fuzz.ratio(name, folded) >= _LIKENESS),
    )
    for how, is_meant in ways:
        if found := [row for row in rows if is_meant(row[2])]:
            found.sort(key=lambda row: row[3] != viewer.user_id)
            return [
                Match("view", id_, name, how, "" if owner_id == viewer.user_id else owner or "?")
                for id_, name, _, owner_id, owner in found
            ]
    return []


async def find_view_named(connection: Reading, viewer: Viewer, name: str) -> int | None:
    """Return the id of the view with exactly this name, own ones first; asked before words are read as a list."""
    rows = await _prepare(viewer.kind).named.fetch(connection, _get_values(viewer) | {"name": fold_name(name)})
    return rows[0][0] if rows else None


def is_named_in(said: ColumnElement[str], viewer: Viewer) -> ColumnElement[bool]:
    """Return whether a folded text contains the name of a view that the viewer may read."""
    return exists().where(Access(viewer).views(), func.replace(said, View.folded_name, "") != said)


async def list_view_readers(connection: Reading, viewer: Viewer, view_id: int) -> list[int]:
    """Return the named users with whom the viewer's own view is shared."""
    if not is_id(view_id):
        return []
    is_own = exists().where(
        View.tenant_id == viewer.tenant_id,
        View.id == view_id,
        View.owner_id == viewer.user_id,
        View.deleted_at.is_(None),
    )
    shared = select(ViewShare.user_id).where(
        ViewShare.tenant_id == viewer.tenant_id, ViewShare.view_id == view_id, is_own
    )
    return list(await connection.scalars(shared.order_by(ViewShare.user_id)))


def _get_values(viewer: Viewer) -> dict[str, Any]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}


_IS_OWNER: Final = and_(User.tenant_id == View.tenant_id, User.id == View.owner_id)
_SHARE_COUNT: Final = (
    select(func.count())
    .select_from(ViewShare)
    .where(ViewShare.tenant_id == View.tenant_id, ViewShare.view_id == View.id)
    .scalar_subquery()
)


class _Statements(NamedTuple):
    """The query for the views that a viewer of one kind may read."""

    all: Prepared
    one: Prepared
    named: Prepared
    names: Prepared


@lru_cache
def _prepare(kind: Viewer) -> _Statements:
    is_visible = Access(as_parameters(kind)).views()
    shown = View.id, View.name, View.filter, View.owner_id, User.name, View.is_shared_with_firm, View.version
    every = select(*shown, _SHARE_COUNT).outerjoin(User, _IS_OWNER).where(is_visible)
    named = select(View.id).where(is_visible, View.folded_name == parameter("name"))
    names = select(View.id, View.name, View.folded_name, View.owner_id, User.name).outerjoin(User, _IS_OWNER)
    return _Statements(
        all=Prepared(every.order_by(View.id), is_quick=True),
        one=Prepared(every.where(View.id == number("view_id")), is_quick=True),
        named=Prepared(
            named.order_by(View.owner_id != number("user_id"), View.id).limit(literal_column("1")), is_quick=True
        ),
        names=Prepared(names.where(is_visible).order_by(View.id), is_quick=True),
    )


def _make_row(row: Any, viewer: Viewer, place: Place | None) -> ViewRow:
    id_, name, filter_, owner_id, owner_name, is_shared, version, share_count = row
    return ViewRow(
        id=id_,
        builtin=None,
        name=name,
        filter=from_json(filter_),
        owner_id=owner_id,
        owner_name=owner_name or "",
        is_own=owner_id == viewer.user_id,
        is_default=place is not None and place.is_default,
        is_hidden=place is not None and place.is_hidden,
        is_shared_with_firm=bool(is_shared),
        shared_with=share_count if owner_id == viewer.user_id else 0,
        version=version,
    )


def _make_builtin(view_id: int, place: Place | None) -> ViewRow:
    return ViewRow(
        id=view_id,
        builtin=BUILTIN[view_id],
        name="",
        filter=BUILTIN_FILTERS[view_id],
        owner_id=None,
        owner_name="",
        is_own=False,
        is_default=place is not None and place.is_default,
        is_hidden=place is not None and place.is_hidden,
        is_shared_with_firm=False,
        shared_with=0,
        version=1,
    )
