"""Saved views: a named filter with an owner, run as its reader.

Everyone has the four built-in views from the first day without a row; their numbers are negative and always the same.
How a reader keeps views (order, hidden, default) is the reader's own, for built-in, own and shared ones alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit import AuditRow
from storage.changes import Change
from storage.facts import Match
from storage.filters import Filter
from storage.models import CompanyType
from storage.viewer import Viewer

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


@dataclass(frozen=True, slots=True)
class Shared:
    """A change of who may read a view, and the users to tell."""

    change: Change
    new_user_ids: tuple[int, ...]
    """Named users who could not read it before."""


async def list_views(connection: AsyncConnection, viewer: Viewer, *, is_hidden: bool = False) -> list[ViewRow]:
    """Return the reader's views in the reader's order; the hidden ones only when asked for."""
    raise NotImplementedError


async def get_view(connection: AsyncConnection, viewer: Viewer, view_id: int) -> ViewRow | None:
    """Return one view that the viewer may read."""
    raise NotImplementedError


async def get_default_view(connection: AsyncConnection, viewer: Viewer) -> ViewRow | None:
    """Return the reader's default, or None where none was chosen (or it can no longer be read)."""
    raise NotImplementedError


async def find_views(connection: AsyncConnection, viewer: Viewer, text: str) -> list[Match]:
    """Find views by name (own before shared); the built-in ones have no names here."""
    raise NotImplementedError


async def list_view_readers(connection: AsyncConnection, viewer: Viewer, view_id: int) -> list[int]:
    """Return the named users with whom the viewer's own view is shared."""
    raise NotImplementedError


async def add_view(
    connection: AsyncConnection,
    viewer: Viewer,
    name: str,
    filter_: Filter,
    *,
    now: int,
    source: str,
    reserved_names: Sequence[str] = (),
) -> ViewRow:
    """Save a filter under a name of the viewer's own.

    Raises `TakenError` where the viewer has the name already (case and accents aside; `reserved_names` are those of the
    built-in views), `RefusedError("bad_name")`, and `RefusedError("too_many")` over 200 views.
    """
    raise NotImplementedError


async def rename_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    name: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
    reserved_names: Sequence[str] = (),
) -> Change:
    """Rename an own view; raises as `add_view`, and `MissingError`, `StaleError`, `RefusedError`."""
    raise NotImplementedError


async def set_view_filter(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    filter_: Filter,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Change what an own view asks for."""
    raise NotImplementedError


async def copy_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    name: str,
    *,
    now: int,
    source: str,
    reserved_names: Sequence[str] = (),
) -> ViewRow:
    """Make a view of the viewer's own from any view the viewer may read; a taken name gets a number: "Dormant (2)"."""
    raise NotImplementedError


async def delete_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> Change:
    """Delete an own view; `restore_view`, or `undo_change` with the audit number, brings it back."""
    raise NotImplementedError


async def restore_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> ViewRow:
    """Bring a deleted view of the viewer's own back, with its readers; `TakenError` where its name is used again."""
    raise NotImplementedError


async def share_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    *,
    is_with_firm: bool = False,
    user_ids: Sequence[int] = (),
    now: int,
    source: str,
) -> Shared:
    """Let the whole firm or named users read an own view; those who may already keep it."""
    raise NotImplementedError


async def unshare_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    *,
    user_ids: Sequence[int] | None = None,
    now: int,
    source: str,
) -> Change:
    """Take an own view back from named users, or (None) from everyone."""
    raise NotImplementedError


async def move_view(connection: AsyncConnection, viewer: Viewer, view_id: int, to: int) -> list[ViewRow]:
    """Put a view at place `to` (0 is first) among the reader's visible ones; returns them in order."""
    raise NotImplementedError


async def set_default_view(connection: AsyncConnection, viewer: Viewer, view_id: int | None) -> None:
    """Make a view the reader's answer to "show my companies"; None goes back to the plain list."""
    raise NotImplementedError


async def set_view_hidden(connection: AsyncConnection, viewer: Viewer, view_id: int, *, is_hidden: bool) -> None:
    """Hide a built-in, own or shared view from the reader's own lists, or show it again."""
    raise NotImplementedError


async def undo_view(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take back a change of an own view."""
    raise NotImplementedError
