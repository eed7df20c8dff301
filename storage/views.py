"""Saved views: a named filter with an owner, run as its reader.

Everyone has the four built-in views from the first day without a row; their numbers are negative and always the same.
How a reader keeps views (order, hidden, default) is the reader's own, for built-in, own and shared ones alike.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from rapidfuzz import fuzz
from sqlalchemy import and_, case, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.facts import How, Match
from storage.filters import Filter, from_json, is_id
from storage.models import CompanyType, User, View, ViewShare
from storage.names import fold_name
from storage.parameters import as_parameters, text
from storage.view_places import Place, list_places
from storage.viewer import Viewer, visible_views

_LIKENESS: Final = 80
"""Percent of likeness below which a mistyped name is another one."""

BUILTIN = {-1: "my_companies", -2: "clients", -3: "prospects", -4: "referral_sources"}
"""The keys of the four views by their numbers; their names are texts of `bot/language`."""

BUILTIN_FILTERS = {
    -1: Filter(),
    -2: Filter(types=(CompanyType.CLIENT,)),
    -3: Filter(types=(CompanyType.PROSPECT,)),
    -4: Filter(types=(CompanyType.REFERRAL_SOURCE,)),
}


@dataclass(frozen=True, slots=True)
class ViewRow:
    """A view as one reader has it."""

    id: int
    """Negative for the four built-in ones."""
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


async def list_views(connection: AsyncConnection, viewer: Viewer, *, is_hidden: bool = False) -> list[ViewRow]:
    """Return the reader's views in the reader's order; the hidden ones only when asked for."""
    places = {place.view_id: place for place in await list_places(connection, viewer)}
    views = [_make_builtin(view_id, places.get(view_id)) for view_id in BUILTIN]
    rows = await connection.execute(_select(viewer).order_by(View.id))
    views += [_make_row(row, viewer, places.get(row.id)) for row in rows]
    shown = [view for view in views if is_hidden or not view.is_hidden]
    return sorted(shown, key=lambda view: _get_rank(view, places.get(view.id)))


def _get_rank(view: ViewRow, place: Place | None) -> tuple[int, ...]:
    """Those that were moved first, in their order; then the built-in, the own, and the shared ones."""
    if place is not None and place.position is not None:
        return 0, place.position, 0
    return (1, 0, -view.id) if view.builtin else (1, 1 if view.is_own else 2, view.id)


async def get_view(connection: AsyncConnection, viewer: Viewer, view_id: int) -> ViewRow | None:
    """Return one view that the viewer may read."""
    places = {place.view_id: place for place in await list_places(connection, viewer)}
    if view_id in BUILTIN:
        return _make_builtin(view_id, places.get(view_id))
    if not is_id(view_id):
        return None
    row = (await connection.execute(_select(viewer).where(View.id == view_id))).first()
    return _make_row(row, viewer, places.get(view_id)) if row else None


async def get_default_view(connection: AsyncConnection, viewer: Viewer) -> ViewRow | None:
    """Return the reader's default, or None where none was chosen (or it can no longer be read)."""
    chosen = [place.view_id for place in await list_places(connection, viewer) if place.is_default]
    return await get_view(connection, viewer, chosen[0]) if chosen else None


async def find_views(connection: AsyncConnection, viewer: Viewer, text: str) -> list[Match]:
    """Find views by name (own before shared); the built-in ones have no names here.

    Views with the whole name, else those that begin with it, else those it may be mistyped for.
    """
    folded = fold_name(text)
    if not folded:
        return []
    named = [(fold_name(view.name), view) for view in await list_views(connection, viewer, is_hidden=True) if view.name]
    named.sort(key=lambda pair: not pair[1].is_own)
    ways: tuple[tuple[How, Callable[[str], bool]], ...] = (
        ("exact", lambda name: name == folded),
        ("prefix", lambda name: name.startswith(folded)),
        ("typo", lambda name: fuzz.ratio(name, folded) >= _LIKENESS),
    )
    for how, is_meant in ways:
        if found := [view for name, view in named if is_meant(name)]:
            return [Match("view", view.id, view.name, how, "" if view.is_own else view.owner_name) for view in found]
    return []


async def find_view_named(connection: AsyncConnection, viewer: Viewer, name: str) -> int | None:
    """Return the number of the view with this very name (own before shared): asked before every list in words."""
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "name": fold_name(name)}
    view_id: int | None = await connection.scalar(_NAMED, values)
    return view_id


async def list_view_readers(connection: AsyncConnection, viewer: Viewer, view_id: int) -> list[int]:
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


def _select(viewer: Viewer) -> Any:
    is_owner = and_(User.tenant_id == View.tenant_id, User.id == View.owner_id)
    of_view = ViewShare.tenant_id == View.tenant_id, ViewShare.view_id == View.id
    share_count = select(func.count()).select_from(ViewShare).where(*of_view).scalar_subquery()
    return (
        select(
            *(View.id, View.name, View.filter, View.owner_id, User.name.label("owner_name")),
            *(View.is_shared_with_firm, View.version, share_count.label("share_count")),
        )
        .outerjoin(User, is_owner)
        .where(visible_views(viewer))
    )


_READER = as_parameters(Viewer(0, 0))
_NAMED = (
    select(View.id)
    .where(visible_views(_READER), View.folded_name == text("name"))
    .order_by(case((View.owner_id == _READER.user_id, 0), else_=1), View.id)
    .limit(1)
)
"""Built once: building a statement takes ten times as long as running it."""


def _make_row(row: Any, viewer: Viewer, place: Place | None) -> ViewRow:
    is_own = row.owner_id == viewer.user_id
    return ViewRow(
        id=row.id,
        builtin=None,
        name=row.name,
        filter=from_json(row.filter),
        owner_id=row.owner_id,
        owner_name=row.owner_name or "",
        is_own=is_own,
        is_default=place is not None and place.is_default,
        is_hidden=place is not None and place.is_hidden,
        is_shared_with_firm=row.is_shared_with_firm,
        shared_with=row.share_count if is_own else 0,
        version=row.version,
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
