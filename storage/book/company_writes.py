"""Write changes of companies: lock, compare versions, update the copies for lists, add audit rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.companies import get_company
from storage.errors import MissingError, RefusedError, StaleError
from storage.history import merges
from storage.history.private_clients import settle_private
from storage.lists.filters import is_id
from storage.models import Company, CompanyRelationship, Contact, User
from storage.record.audit import Entry, add_audits
from storage.record.changes import Change, Changes
from storage.text.names import fold_name
from storage.viewer import Access, Viewer

MOST_AT_ONCE: Final = 100
_COPIED: Final = ("type", "partner_id", "folded_name")
"""The columns of a company that its `company_relationships` hold copies of."""
_HELD: Final = (
    Company.id,
    Company.name,
    Company.is_provisional,
    Company.type,
    Company.partner_id,
    Company.version,
    Company.person_id,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """New values of companies, with the source and time for the audit rows."""

    action: str
    values: Mapping[str, Any]
    """Columns and their new values; those that an audit row keeps are `shown`."""
    shown: tuple[str, ...]
    now: int
    source: str
    undoes: Mapping[str, int] | None = None


def edit_type(type_: str | None, now: int, source: str, *, undoes: Mapping[str, int] | None = None) -> Edit:
    """Return the edit that sets a type, or none."""
    return Edit("company.set_type", {"type": type_ and str(type_)}, ("type",), now, source, undoes)


def edit_partner(partner_id: int | None, now: int, source: str, *, undoes: Mapping[str, int] | None = None) -> Edit:
    """Return the edit that sets a partner, or nobody."""
    return Edit("company.set_partner", {"partner_id": partner_id}, ("partner_id",), now, source, undoes)


def edit_name(
    name: str, *, is_provisional: bool, now: int, source: str, undoes: Mapping[str, int] | None = None
) -> Edit:
    """Return the edit that sets a name; raises `RefusedError` for a name with nothing to read."""
    if not fold_name(name):
        raise RefusedError("bad_name")
    values = {"name": name, "folded_name": fold_name(name), "is_provisional": is_provisional}
    return Edit("company.rename", values, ("name", "is_provisional"), now, source, undoes)


async def check_partner(connection: AsyncConnection, viewer: Viewer, user_id: int | None) -> None:
    """Raise `MissingError` for a partner who does not exist or has left."""
    if user_id is None:
        return
    is_there = select(User.id).where(Access(viewer).users(), User.id == user_id, User.is_active)
    if not is_id(user_id) or await connection.scalar(is_there) is None:
        raise MissingError("user")


async def change_one(
    connection: AsyncConnection, viewer: Viewer, company_id: int, edit: Edit, version: int | None
) -> Change:
    """Change one company; raises `MissingError` and `StaleError`."""
    changes = await change_several(
        connection, viewer, [company_id], edit, {} if version is None else {company_id: version}
    )
    if changes.missing_ids:
        raise MissingError("company")
    if changes.stale_ids:
        raise StaleError(await get_company(connection, viewer, company_id))
    return changes.made[0]


async def hold_one(connection: AsyncConnection, viewer: Viewer, company_id: int, version: int | None) -> Any:
    """Lock a company and return it; raises as `change_one`."""
    held = await _hold(connection, viewer, [company_id])
    if not held:
        raise MissingError("company")
    if version not in (None, held[company_id].version):
        raise StaleError(await get_company(connection, viewer, company_id))
    return held[company_id]


async def _hold(connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int]) -> dict[int, Any]:
    """Lock the visible ones of these companies by number, in the same order as the sync."""
    ids = [company_id for company_id in company_ids if is_id(company_id)]
    access = Access(viewer)
    is_theirs = and_(Company.tenant_id == viewer.tenant_id, Contact.id == Company.person_id)
    is_private = exists().where(access.people(), is_theirs)  # nothing was said of it yet, or not any more
    asked = select(*_HELD).where(or_(access.companies(), is_private), Company.id.in_(ids))
    held = asked.order_by(Company.id).with_for_update()
    return {row.id: row for row in await connection.execute(held)}


async def change_several(
    connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int], edit: Edit, versions: Mapping[int, int]
) -> Changes:
    """Change several companies, one audit row each; missing and stale ones are skipped."""
    asked = list(dict.fromkeys(company_ids))[:MOST_AT_ONCE]
    held = await _hold(connection, viewer, asked)
    stale = tuple(id_ for id_, row in held.items() if versions.get(id_, row.version) != row.version)
    current = [row for id_, row in held.items() if id_ not in stale]
    is_so = {row.id: all(getattr(row, key, value) == value for key, value in edit.values.items()) for row in current}
    changed = [row for row in current if not is_so[row.id]]
    await write_edit(connection, viewer, [row.id for row in changed], edit)
    if owned := [row.id for row in changed if row.person_id is not None]:
        await settle_private(connection, viewer.tenant_id, owned)
    after = {key: edit.values[key] for key in edit.shown}
    before = {row.id: {key: getattr(row, key) for key in edit.shown} for row in current}
    kept = after | dict(edit.undoes or {})
    entries = [Entry(edit.action, "company", row.id, before[row.id], kept) for row in changed]
    numbers = await add_audits(connection, viewer, entries, now=edit.now, source=edit.source)
    audit_ids = dict(zip((row.id for row in changed), numbers, strict=True))
    return Changes(
        made=tuple(
            make_change(audit_ids.get(row.id), row, edit, viewer, before=before[row.id], after=after) for row in current
        ),
        missing_ids=tuple(id_ for id_ in asked if id_ not in held),
        stale_ids=stale,
    )


async def write_edit(connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int], edit: Edit) -> None:
    """Write new values and a new version, and the copies."""
    if not company_ids:
        return
    of_companies = Company.tenant_id == viewer.tenant_id, Company.id.in_(company_ids)
    await connection.execute(update(Company).where(*of_companies).values(**edit.values, version=Company.version + 1))
    if copied := {key: value for key, value in edit.values.items() if key in _COPIED}:
        table = CompanyRelationship
        of_copies = table.tenant_id == viewer.tenant_id, table.company_id.in_(company_ids)
        await connection.execute(update(table).where(*of_copies).values(**copied))


def make_change(
    audit_id: int | None, company: Any, edit: Edit, viewer: Viewer, *, before: dict[str, Any], after: dict[str, Any]
) -> Change:
    """Return the result of a change; no audit row means that nothing differed."""
    name = edit.values.get("name", company.name)
    return Change(audit_id, edit.action, "company", company.id, name, before, after, viewer.user_id, edit.now)


async def index_company(connection: AsyncConnection, viewer: Viewer, company_id: int) -> None:
    """Index a company by its current name, its domains and what was merged into it."""
    await merges.index_company(connection, viewer.tenant_id, company_id)
