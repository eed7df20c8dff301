"""What people do with saved views: save, change, share, arrange, delete; each change of a view has its audit row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit import AuditRow, Entry, add_audits
from storage.changes import Change, MissingError, RefusedError, StaleError, TakenError
from storage.database import next_ids
from storage.filters import Filter, is_id, to_json
from storage.models import User, View, ViewShare
from storage.names import clean_text, fold_name
from storage.view_places import clear_default, set_place
from storage.viewer import Viewer, visible_users
from storage.views import BUILTIN, ViewRow, get_view, list_view_readers, list_views

MOST: Final = 200
"""Views that one person may have."""
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
) -> ViewRow:
    """Save a filter under a name of the viewer's own.

    Raises `TakenError` where the viewer has the name already (case and accents aside; `reserved_names` are those of the
    built-in views), `RefusedError("bad_name")`, and `RefusedError("too_many")` over 200 views.
    """
    name = await _check_name(connection, viewer, name, reserved_names)
    of_owner = View.tenant_id == viewer.tenant_id, View.owner_id == viewer.user_id, View.deleted_at.is_(None)
    if (await connection.scalar(select(func.count()).select_from(View).where(*of_owner)) or 0) >= MOST:
        raise RefusedError("too_many")
    view_id = (await next_ids(connection, View, viewer.tenant_id, 1))[0]
    key = {"tenant_id": viewer.tenant_id, "id": view_id, "owner_id": viewer.user_id, "created_at": now}
    values = {"name": name, "folded_name": fold_name(name), "filter": to_json(filter_)}
    await connection.execute(insert(View).values(**key, **values))
    entry = Entry("view.add", "view", view_id, {}, {"name": name, "filter": values["filter"]})
    await add_audits(connection, viewer, [entry], now=now, source=source)
    return await _get(connection, viewer, view_id)


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
    view = await _get_own(connection, viewer, view_id, version)
    name = await _check_name(connection, viewer, name, reserved_names, except_id=view_id)
    steps = _Steps(connection, viewer, view, now, source)
    return await steps.change("view.rename", {"name": view.name}, {"name": name})


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
    view = await _get_own(connection, viewer, view_id, version)
    before, after = {"filter": to_json(view.filter)}, {"filter": to_json(filter_)}
    return await _Steps(connection, viewer, view, now, source).change("view.set_filter", before, after)


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
    view = await _get(connection, viewer, view_id)
    own = {fold_name(other.name) for other in await list_views(connection, viewer, is_hidden=True) if other.is_own}
    taken = own | {fold_name(reserved) for reserved in reserved_names}
    base = clean_text(name)
    names = (base if number == 1 else f"{base[:190]} ({number})" for number in range(1, MOST + 2))
    free = next((one for one in names if fold_name(one) not in taken), base)
    options: dict[str, Any] = {"now": now, "source": source, "reserved_names": reserved_names}
    return await add_view(connection, viewer, free, view.filter, **options)


async def delete_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> Change:
    """Delete an own view; `restore_view`, or `undo_change` with the audit number, brings it back."""
    view = await _get_own(connection, viewer, view_id)
    before, after = {"is_deleted": False}, {"is_deleted": True}
    return await _Steps(connection, viewer, view, now, source).change("view.delete", before, after)


async def restore_view(connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str) -> ViewRow:
    """Bring a deleted view of the viewer's own back, with its readers; `TakenError` where its name is used again."""
    await _restore(connection, viewer, view_id, now=now, source=source)
    return await _get(connection, viewer, view_id)


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
    """Let the whole firm or named users read an own view; those who may already keep it.

    Raises `MissingError("user")` for one who is not there, `RefusedError("too_many")` over 200 readers.
    """
    view = await _get_own(connection, viewer, view_id)
    before = await _get_shares(connection, viewer, view)
    named = await _check_users(connection, viewer, user_ids)
    readers = sorted({*before["user_ids"], *named})
    after = {"is_with_firm": view.is_shared_with_firm or is_with_firm, "user_ids": readers}
    if len(readers) > MOST_READERS:
        raise RefusedError("too_many")
    change = await _Steps(connection, viewer, view, now, source).change("view.share", before, after)
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
    """Take an own view back from named users, or (None) from everyone."""
    view = await _get_own(connection, viewer, view_id)
    before = await _get_shares(connection, viewer, view)
    left = [] if user_ids is None else sorted(set(before["user_ids"]) - set(user_ids))
    after = {"is_with_firm": user_ids is not None and view.is_shared_with_firm, "user_ids": left}
    return await _Steps(connection, viewer, view, now, source).change("view.unshare", before, after)


async def move_view(connection: AsyncConnection, viewer: Viewer, view_id: int, to: int) -> list[ViewRow]:
    """Put a view at place `to` (0 is first) among the reader's visible ones; returns them in order."""
    await _get(connection, viewer, view_id)
    views = await list_views(connection, viewer)
    order = [view.id for view in views if view.id != view_id]
    order.insert(max(to, 0), view_id)
    for position, one in enumerate(order):
        await set_place(connection, viewer, one, position=position)
    return await list_views(connection, viewer)


async def set_default_view(connection: AsyncConnection, viewer: Viewer, view_id: int | None) -> None:
    """Make a view the reader's answer to "show my companies"; None goes back to the plain list."""
    if view_id is not None:
        await _get(connection, viewer, view_id)
    await clear_default(connection, viewer)
    if view_id is not None:
        await set_place(connection, viewer, view_id, is_default=True, is_hidden=False)


async def set_view_hidden(connection: AsyncConnection, viewer: Viewer, view_id: int, *, is_hidden: bool) -> None:
    """Hide a built-in, own or shared view from the reader's own lists, or show it again; hidden is never default."""
    await _get(connection, viewer, view_id)
    await set_place(connection, viewer, view_id, is_hidden=is_hidden, **({"is_default": False} if is_hidden else {}))


async def undo_view(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take back a change of an own view; raises as `undo_change`."""
    view_id = done.entity_id or 0
    if done.action == "view.delete":
        return await _restore(connection, viewer, view_id, now=now, source=source, undoes=done.id)
    try:
        view = await _get_own(connection, viewer, view_id)
    except RefusedError as error:
        raise MissingError("audit") from error
    steps = _Steps(connection, viewer, view, now, source, undoes=done.id)
    if done.action in ("view.add", "view.restore"):
        return await steps.change("view.delete", {"is_deleted": False}, {"is_deleted": True})
    present = await _get_present(connection, viewer, view)
    if any(present.get(key) != done.after.get(key) for key in done.before):
        raise StaleError(view)
    if done.action == "view.rename":
        await _check_name(connection, viewer, done.before["name"], (), except_id=view_id)
    return await steps.change(done.action, done.after, done.before)


async def _get(connection: AsyncConnection, viewer: Viewer, view_id: int) -> ViewRow:
    view = await get_view(connection, viewer, view_id)
    if view is None:
        raise MissingError("view")
    return view


async def _get_own(connection: AsyncConnection, viewer: Viewer, view_id: int, version: int | None = None) -> ViewRow:
    """Return a view that the viewer may change."""
    view = await _get(connection, viewer, view_id)
    if view_id in BUILTIN:
        raise RefusedError("builtin")
    if not view.is_own:
        raise RefusedError("not_owner")
    if version not in (None, view.version):
        raise StaleError(view)
    return view


async def _get_shares(connection: AsyncConnection, viewer: Viewer, view: ViewRow) -> dict[str, Any]:
    return {
        "is_with_firm": view.is_shared_with_firm,
        "user_ids": await list_view_readers(connection, viewer, view.id),
    }


async def _get_present(connection: AsyncConnection, viewer: Viewer, view: ViewRow) -> dict[str, Any]:
    """Return a view as audit rows tell of it."""
    shares = await _get_shares(connection, viewer, view)
    return shares | {"name": view.name, "filter": to_json(view.filter), "is_deleted": False}


async def _check_users(connection: AsyncConnection, viewer: Viewer, user_ids: Sequence[int]) -> set[int]:
    asked = {user_id for user_id in user_ids if user_id != viewer.user_id}
    ids = [user_id for user_id in asked if is_id(user_id)]
    there = select(User.id).where(visible_users(viewer), User.is_active, User.id.in_(ids))
    if set(await connection.scalars(there)) != asked:
        raise MissingError("user")
    return asked


async def _check_name(
    connection: AsyncConnection, viewer: Viewer, name: str, reserved_names: Sequence[str], *, except_id: int = 0
) -> str:
    """Return the name as it is kept; raises `RefusedError` and `TakenError`."""
    kept = clean_text(name)
    folded = fold_name(kept)
    if not folded:
        raise RefusedError("bad_name")
    if any(fold_name(reserved) == folded for reserved in reserved_names):
        raise TakenError(0, kept)
    of_owner = View.tenant_id == viewer.tenant_id, View.owner_id == viewer.user_id, View.deleted_at.is_(None)
    same = select(View.id, View.name).where(*of_owner, View.folded_name == folded, View.id != except_id)
    if taken := (await connection.execute(same)).first():
        raise TakenError(taken.id, taken.name)
    return kept


async def _restore(
    connection: AsyncConnection, viewer: Viewer, view_id: int, *, now: int, source: str, undoes: int | None = None
) -> Change:
    of_view = View.tenant_id == viewer.tenant_id, View.id == view_id, View.owner_id == viewer.user_id
    name = await connection.scalar(select(View.name).where(*of_view)) if is_id(view_id) else None
    if name is None:
        raise MissingError("view")
    view = await get_view(connection, viewer, view_id)
    if view is not None:
        raise StaleError(view)
    await _check_name(connection, viewer, name, ())
    await connection.execute(update(View).where(*of_view).values(deleted_at=None))
    steps = _Steps(connection, viewer, await _get(connection, viewer, view_id), now, source, undoes=undoes)
    return await steps.change("view.restore", {"is_deleted": True}, {"is_deleted": False})


@dataclass(frozen=True, slots=True)
class _Steps:
    """Writes changes of one own view."""

    connection: AsyncConnection
    viewer: Viewer
    view: ViewRow
    now: int
    source: str
    undoes: int | None = None

    async def change(self, action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
        """Write what is new, its audit row, and a new version; nothing where all is so already."""
        before, after = dict(before), {key: after[key] for key in before}
        name = after.get("name", self.view.name)
        audit_id = None
        if before != after:
            await self._write(after)
            kept = after | ({"undoes": self.undoes} if self.undoes else {})
            entry = Entry(action, "view", self.view.id, before, kept)
            audit_id = (await add_audits(self.connection, self.viewer, [entry], now=self.now, source=self.source))[0]
        return Change(audit_id, action, "view", self.view.id, name, before, after, self.viewer.user_id, self.now)

    async def _write(self, after: Mapping[str, Any]) -> None:
        values: dict[str, Any] = {key: after[key] for key in ("name", "filter") if key in after}
        if "name" in after:
            values["folded_name"] = fold_name(after["name"])
        if "is_deleted" in after:
            values["deleted_at"] = self.now if after["is_deleted"] else None
        if "is_with_firm" in after:
            values["is_shared_with_firm"] = after["is_with_firm"]
            await self._write_readers(after["user_ids"])
        of_view = View.tenant_id == self.viewer.tenant_id, View.id == self.view.id
        await self.connection.execute(update(View).where(*of_view).values(**values, version=View.version + 1))

    async def _write_readers(self, user_ids: Sequence[int]) -> None:
        of_view = ViewShare.tenant_id == self.viewer.tenant_id, ViewShare.view_id == self.view.id
        await self.connection.execute(delete(ViewShare).where(*of_view))
        key = {"tenant_id": self.viewer.tenant_id, "view_id": self.view.id}
        if user_ids:
            await self.connection.execute(insert(ViewShare), [key | {"user_id": user_id} for user_id in user_ids])
