"""Check and write changes of saved views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Text, and_, cast, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import MissingError, RefusedError, StaleError, TakenError
from storage.lists.filters import is_id, to_json
from storage.models import User, View, ViewShare
from storage.record.audit import Entry, add_audits
from storage.record.changes import Change
from storage.text.names import clean_text, fold_name
from storage.viewer import Access, Viewer
from storage.views.views import BUILTIN, ViewRow, get_view, list_view_readers

MOST: Final = 200
"""Views that one person may have."""


async def get_readable(connection: AsyncConnection, viewer: Viewer, view_id: int) -> ViewRow:
    """Return a view that the viewer may read; raises `MissingError`."""
    view = await get_view(connection, viewer, view_id)
    if view is None:
        raise MissingError("view")
    return view


async def get_own(connection: AsyncConnection, viewer: Viewer, view_id: int, version: int | None = None) -> ViewRow:
    """Return a view that the viewer may change."""
    view = await get_readable(connection, viewer, view_id)
    if view_id in BUILTIN:
        raise RefusedError("builtin")
    if not view.is_own:
        raise RefusedError("not_owner")
    if version not in (None, view.version):
        raise StaleError(view)
    return view


async def get_shares(connection: AsyncConnection, viewer: Viewer, view: ViewRow) -> dict[str, Any]:
    """Return who may read an own view."""
    return {
        "is_with_firm": view.is_shared_with_firm,
        "user_ids": await list_view_readers(connection, viewer, view.id),
    }


async def describe_view(connection: AsyncConnection, viewer: Viewer, view: ViewRow) -> dict[str, Any]:
    """Return a view as audit rows tell of it."""
    shares = await get_shares(connection, viewer, view)
    return shares | {"name": view.name, "filter": to_json(view.filter), "is_deleted": False}


async def check_users(connection: AsyncConnection, viewer: Viewer, user_ids: Sequence[int]) -> set[int]:
    """Return the users without the viewer; raises `MissingError` for an unknown one."""
    asked = {user_id for user_id in user_ids if user_id != viewer.user_id}
    ids = [user_id for user_id in asked if is_id(user_id)]
    there = select(User.id).where(Access(viewer).users(), User.is_active, User.id.in_(ids))
    if set(await connection.scalars(there)) != asked:
        raise MissingError("user")
    return asked


async def check_name(
    connection: AsyncConnection, viewer: Viewer, name: str, reserved_names: Sequence[str], *, except_id: int = 0
) -> str:
    """Check and normalise the name of a view; raises `RefusedError` and `TakenError`."""
    kept = clean_text(name)
    folded = fold_name(kept)
    if not folded:
        raise RefusedError("bad_name")
    if any(fold_name(reserved) == folded for reserved in reserved_names):
        raise TakenError(0, kept)
    same = and_(*_of_owner(viewer), View.folded_name == folded, View.id != except_id)
    seen = select(View.id, View.name).where(same, Access(viewer).named_by())
    if taken := (await connection.execute(seen)).first():
        raise TakenError(taken.id, taken.name)
    # One that is hidden from its owner now gives the name up: that a name is taken would tell of it.
    await connection.execute(update(View).where(same).values(folded_name=View.folded_name + " " + cast(View.id, Text)))
    return kept


async def check_limit(connection: Reading, viewer: Viewer) -> None:
    """Raise `RefusedError("too_many")` where the viewer has as many views as one may have."""
    own = select(func.count()).select_from(View).where(*_of_owner(viewer), Access(viewer).named_by())
    if (await connection.scalar(own) or 0) >= MOST:
        raise RefusedError("too_many")


def _of_owner(viewer: Viewer) -> tuple[ColumnElement[bool], ...]:
    return View.tenant_id == viewer.tenant_id, View.owner_id == viewer.user_id, View.deleted_at.is_(None)


async def restore(
    connection: AsyncConnection,
    viewer: Viewer,
    view_id: int,
    *,
    now: int,
    source: str,
    undoes: Mapping[str, int] | None = None,
) -> Change:
    """Bring a deleted view of the viewer's own back."""
    of_view = View.tenant_id == viewer.tenant_id, View.id == view_id, View.owner_id == viewer.user_id
    seen = select(View.name).where(*of_view, Access(viewer).named_by())
    name = await connection.scalar(seen) if is_id(view_id) else None
    if name is None:
        raise MissingError("view")
    view = await get_view(connection, viewer, view_id)
    if view is not None:
        raise StaleError(view)
    await check_name(connection, viewer, name, ())
    await check_limit(connection, viewer)
    await connection.execute(update(View).where(*of_view).values(deleted_at=None))
    writer = ViewWriter(connection, viewer, await get_readable(connection, viewer, view_id), now, source, undoes=undoes)
    return await writer.change("view.restore", {"is_deleted": True}, {"is_deleted": False})


@dataclass(frozen=True, slots=True)
class ViewWriter:
    """Writes changes of one own view."""

    connection: AsyncConnection
    viewer: Viewer
    view: ViewRow
    now: int
    source: str
    undoes: Mapping[str, int] | None = None

    async def change(self, action: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
        """Write changed values with an audit row and a new version; write nothing if no value differs."""
        before, after = dict(before), {key: after[key] for key in before}
        name = after.get("name", self.view.name)
        audit_id = None
        if before != after:
            await self._write(after)
            kept = after | dict(self.undoes or {})
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
