"""What people do with saved views: save, change, share, delete; each change has its audit row."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.database import next_ids
from storage.errors import MissingError, RefusedError, StaleError
from storage.lists.filters import Filter, to_json
from storage.models import View
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.text.names import clean_text, fold_name
from storage.viewer import Viewer
from storage.views.order import ARRANGING, undo_order
from storage.views.views import list_views
from storage.views.writes import (
    MOST,
    ViewWriter,
    check_limit,
    check_name,
    check_users,
    describe_view,
    get_own,
    get_readable,
    get_shares,
    restore,
)

MOST_READERS: Final = 200


@dataclass(frozen=True, slots=True)
class Shared:
    """A change of who may read a view, and the users to tell."""

    change: Change
    new_user_ids: tuple[int, ...]
    """Named users who could not read it before."""


async def add_view(
    connection: AsyncConnection,
    viewer: Viewer,
    name: str,
    filter_: Filter,
    *,
    now: int,
    source: str,
    reserved_names: Sequence[str] = (),
) -> Change:
    """Save a filter under a name of the viewer's own.

    Raises `TakenError` where the viewer has the name already (case and accents aside; `reserved_names` are those of the
    built-in views), `RefusedError("bad_name")`, and `RefusedError("too_many")` over 200 views.
    """
    name = await check_name(connection, viewer, name, reserved_names)
    await check_limit(connection, viewer)
    view_id = (await next_ids(connection, View, viewer.tenant_id, 1))[0]
    key = {"tenant_id": viewer.tenant_id, "id": view_id, "owner_id": viewer.user_id, "created_at": now}
    values = {"name": name, "folded_name": fold_name(name), "filter": to_json(filter_)}
    await connection.execute(insert(View).values(**key, **values))
    after = {"name": name, "filter": values["filter"]}
    entry = Entry("view.add", "view", view_id, {}, after)
    (audit_id,) = await add_audits(connection, viewer, [entry], now=now, source=source)
    return Change(audit_id, entry.action, entry.of, view_id, name, {}, after, viewer.user_id, now)


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
    view = await get_own(connection, viewer, view_id, version)
    name = await check_name(connection, viewer, name, reserved_names, except_id=view_id)
    writer = ViewWriter(connection, viewer, view, now, source)
    return await writer.change("view.rename", {"name": view.name}, {"name": name})


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
    view = await get_own(connection, viewer, view_id, version)
    before, after = {"filter": to_json(view.filter)}, {"filter": to_json(filter_)}
    return await ViewWriter(connection, viewer, view, now, source).change("view.set_filter", before, after)


async def copy_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    name: str,
    *,
    now: int,
    source: str,
    reserved_names: Sequence[str] = (),
) -> Change:
    """Make a view of the viewer's own from any view the viewer may read; a taken name gets a number: "Dormant (2)"."""
    view = await get_readable(connection, viewer, view_id)
    own = {fold_name(other.name) for other in await list_views(connection, viewer, is_hidden=True) if other.is_own}
    taken = own | {fold_name(reserved) for reserved in reserved_names}
    base = clean_text(name)
    names = (base if number == 1 else f"{base[:190]} ({number})" for number in range(1, MOST + 2))
    free = next((one for one in names if fold_name(one) not in taken), base)
    options: dict[str, Any] = {"now": now, "source": source, "reserved_names": reserved_names}
    return await add_view(connection, viewer, free, view.filter, **options)


async def delete_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> Change:
    """Delete an own view, which `restore_view` and `undo_change` (with the audit number) can bring back."""
    view = await get_own(connection, viewer, view_id)
    before, after = {"is_deleted": False}, {"is_deleted": True}
    return await ViewWriter(connection, viewer, view, now, source).change("view.delete", before, after)


async def restore_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> Change:
    """Restore a deleted own view with its readers; raises `TakenError` if another view has its name now."""
    return await restore(connection, viewer, view_id, now=now, source=source)


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
    """Share an own view with the whole firm or with more users.

    Raises `MissingError("user")` for one who is not there, `RefusedError("too_many")` over 200 readers.
    """
    view = await get_own(connection, viewer, view_id)
    before = await get_shares(connection, viewer, view)
    named = await check_users(connection, viewer, user_ids)
    readers = sorted({*before["user_ids"], *named})
    after = {"is_with_firm": view.is_shared_with_firm or is_with_firm, "user_ids": readers}
    if len(readers) > MOST_READERS:
        raise RefusedError("too_many")
    change = await ViewWriter(connection, viewer, view, now, source).change("view.share", before, after)
    new = () if view.is_shared_with_firm else tuple(sorted(named - set(before["user_ids"])))
    return Shared(change, new)


async def unshare_view(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    *,
    user_ids: Sequence[int] | None = None,
    now: int,
    source: str,
) -> Change:
    """Stop sharing an own view with some users, or (None) with everyone."""
    view = await get_own(connection, viewer, view_id)
    before = await get_shares(connection, viewer, view)
    left = [] if user_ids is None else sorted(set(before["user_ids"]) - set(user_ids))
    after = {"is_with_firm": user_ids is not None and view.is_shared_with_firm, "user_ids": left}
    return await ViewWriter(connection, viewer, view, now, source).change("view.unshare", before, after)


async def undo_view(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Undo a change of an own view; raises the errors of `undo_change`."""
    view_id = done.entity_id or 0
    if done.action in ARRANGING:
        return await undo_order(connection, viewer, done, now=now, source=source)
    if done.action == "view.delete":
        return await restore(connection, viewer, view_id, now=now, source=source, undoes=done.name_undo())
    try:
        view = await get_own(connection, viewer, view_id)
    except RefusedError as error:
        raise MissingError("audit") from error
    writer = ViewWriter(connection, viewer, view, now, source, undoes=done.name_undo())
    if done.action in ("view.add", "view.restore"):
        return await writer.change("view.delete", {"is_deleted": False}, {"is_deleted": True})
    present = await describe_view(connection, viewer, view)
    if any(present.get(key) != done.after.get(key) for key in done.before):
        raise StaleError(view)
    if done.action == "view.rename":
        await check_name(connection, viewer, done.before["name"], (), except_id=view_id)
    return await writer.change(done.action, {key: done.after.get(key) for key in done.before}, done.before)
