"""What people decide about companies. Each change writes the copies kept for lists and its audit row with it.

`version` is what the card showed: where somebody has changed the company since, nothing is written and `StaleError`
carries the company as it is now. `source` is where the change came from (a `Surface`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.addresses import normalize_domain
from storage.audit import AuditRow, Entry, add_audits, get_audit
from storage.changes import Change, Changes, MissingError, RefusedError, StaleError, TakenError
from storage.companies import get_company
from storage.contacts import undo_contact
from storage.filters import is_id
from storage.models import Company, CompanyDomain, CompanyRelationship, CompanyType, User
from storage.names import clean_text, fold_name
from storage.search import COMPANY, index_words
from storage.view_changes import undo_view
from storage.viewer import Viewer, visible_companies, visible_users

MOST_AT_ONCE = 100
_COPIED = ("type", "partner_id", "folded_name")
"""The columns of a company that its `company_relationships` hold copies of."""
_HELD = (Company.id, Company.name, Company.is_provisional, Company.type, Company.partner_id, Company.version)


@dataclass(frozen=True, slots=True)
class _Wish:
    """What companies are to become, and what their audit rows will say of it."""

    action: str
    values: Mapping[str, Any]
    """Columns and their new values; those that an audit row keeps are `shown`."""
    shown: tuple[str, ...]
    now: int
    source: str
    undoes: int | None = None


async def set_company_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set what the company is to the firm; raises `MissingError` and `StaleError`."""
    return await _change_one(connection, viewer, company_id, _wish_type(type_, now, source), version)


async def set_company_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    partner_id: int | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set who is responsible; raises `MissingError` (of `company`, or `user` for one who left or never was)."""
    await _check_partner(connection, viewer, partner_id)
    return await _change_one(connection, viewer, company_id, _wish_partner(partner_id, now, source), version)


async def rename_company(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    name: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Give the company a name, no longer provisional; `RefusedError("bad_name")` for one with nothing to read."""
    wish = _wish_name(clean_text(name), is_provisional=False, now=now, source=source)
    change = await _change_one(connection, viewer, company_id, wish, version)
    await _index_company(connection, viewer, company_id)
    return change


async def add_company_domain(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    domain: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Add a domain that no company has; raises `TakenError` where one has it, `RefusedError("bad_domain")`."""
    normal = normalize_domain(domain)
    if not normal:
        raise RefusedError("bad_domain")
    company = await _hold_one(connection, viewer, company_id, version)
    wish = _Wish("company.add_domain", {}, (), now, source)
    if taken := await _get_owner(connection, viewer, normal):
        if taken.id != company_id:
            raise TakenError(taken.id, taken.name)
        return _make_change(None, company, wish, viewer, before={}, after={"domain": normal})
    row = {"tenant_id": viewer.tenant_id, "domain": normal, "company_id": company_id}
    await connection.execute(insert(CompanyDomain).values(**row))
    await _write(connection, viewer, [company_id], wish)
    change = await _audit_one(connection, viewer, company, wish, before={}, after={"domain": normal})
    await _index_company(connection, viewer, company_id)
    return change


async def _get_owner(connection: AsyncConnection, viewer: Viewer, domain: str) -> Any:
    """Return number and name of the company behind a domain, known or not."""
    is_same = and_(Company.tenant_id == CompanyDomain.tenant_id, Company.id == CompanyDomain.company_id)
    of_domain = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain == domain
    return (
        await connection.execute(select(Company.id, Company.name).join(CompanyDomain, is_same).where(*of_domain))
    ).first()


async def set_companies_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the type of several companies (at most 100), one audit row each."""
    return await _change(connection, viewer, company_ids, _wish_type(type_, now, source), versions or {})


async def set_companies_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    partner_id: int | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the partner of several companies (at most 100), one audit row each; raises `MissingError("user")`."""
    await _check_partner(connection, viewer, partner_id)
    return await _change(connection, viewer, company_ids, _wish_partner(partner_id, now, source), versions or {})


async def undo_change(connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str) -> Change:
    """Take one change back (company, contact or view); raises `StaleError` where it was changed again since.

    An undo can be undone; `MissingError("audit")` for a number that is no change the viewer may take back.
    """
    done = await get_audit(connection, viewer, audit_id)
    if done is None or done.entity_id is None:
        raise MissingError("audit")
    undo = {"company": _undo_company, "contact": undo_contact, "view": undo_view}.get(done.of)
    if undo is None:
        raise MissingError("audit")
    return await undo(connection, viewer, done, now=now, source=source)


async def _undo_company(
    connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str
) -> Change:
    if done.action == "company.add_domain":
        return await _undo_domain(connection, viewer, done, now=now, source=source)
    company_id = done.entity_id or 0
    company = await _hold_one(connection, viewer, company_id, None)
    was, is_now = done.before, {key: getattr(company, key, None) for key in done.before}
    if is_now != {key: done.after.get(key) for key in done.before}:
        raise StaleError(await get_company(connection, viewer, company_id))
    if done.action == "company.set_type":
        wish = _wish_type(was["type"], now, source, undoes=done.id)
    elif done.action == "company.set_partner":
        await _check_partner(connection, viewer, was["partner_id"])
        wish = _wish_partner(was["partner_id"], now, source, undoes=done.id)
    elif done.action == "company.rename":
        wish = _wish_name(was["name"], is_provisional=was["is_provisional"], now=now, source=source, undoes=done.id)
    else:
        raise MissingError("audit")
    change = await _change_one(connection, viewer, company_id, wish, None)
    if done.action == "company.rename":
        await _index_company(connection, viewer, company_id)
    return change


async def _undo_domain(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Let a domain go again; contacts who came by it stay where they are."""
    company_id, domain = done.entity_id or 0, done.after["domain"]
    company = await _hold_one(connection, viewer, company_id, None)
    of_domain = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.domain == domain
    gone = await connection.execute(delete(CompanyDomain).where(*of_domain, CompanyDomain.company_id == company_id))
    if not gone.rowcount:
        raise StaleError(await get_company(connection, viewer, company_id))
    wish = _Wish("company.remove_domain", {}, (), now, source, undoes=done.id)
    await _write(connection, viewer, [company_id], wish)
    change = await _audit_one(connection, viewer, company, wish, before={"domain": domain}, after={})
    await _index_company(connection, viewer, company_id)
    return change


def _wish_type(type_: str | None, now: int, source: str, *, undoes: int | None = None) -> _Wish:
    return _Wish("company.set_type", {"type": type_ and str(type_)}, ("type",), now, source, undoes)


def _wish_partner(partner_id: int | None, now: int, source: str, *, undoes: int | None = None) -> _Wish:
    return _Wish("company.set_partner", {"partner_id": partner_id}, ("partner_id",), now, source, undoes)


def _wish_name(name: str, *, is_provisional: bool, now: int, source: str, undoes: int | None = None) -> _Wish:
    if not fold_name(name):
        raise RefusedError("bad_name")
    values = {"name": name, "folded_name": fold_name(name), "is_provisional": is_provisional}
    return _Wish("company.rename", values, ("name", "is_provisional"), now, source, undoes)


async def _check_partner(connection: AsyncConnection, viewer: Viewer, user_id: int | None) -> None:
    if user_id is None:
        return
    is_there = select(User.id).where(visible_users(viewer), User.id == user_id, User.is_active)
    if not is_id(user_id) or await connection.scalar(is_there) is None:
        raise MissingError("user")


async def _change_one(
    connection: AsyncConnection, viewer: Viewer, company_id: int, wish: _Wish, version: int | None
) -> Change:
    changes = await _change(connection, viewer, [company_id], wish, {} if version is None else {company_id: version})
    if changes.missing_ids:
        raise MissingError("company")
    if changes.stale_ids:
        raise StaleError(await get_company(connection, viewer, company_id))
    return changes.made[0]


async def _hold_one(connection: AsyncConnection, viewer: Viewer, company_id: int, version: int | None) -> Any:
    """Lock a company as it is; raises as `_change_one`."""
    held = await _hold(connection, viewer, [company_id])
    if not held:
        raise MissingError("company")
    if version not in (None, held[company_id].version):
        raise StaleError(await get_company(connection, viewer, company_id))
    return held[company_id]


async def _hold(connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int]) -> dict[int, Any]:
    """Lock the visible ones of some companies, in the order of their numbers, as the sync does."""
    ids = [company_id for company_id in company_ids if is_id(company_id)]
    held = select(*_HELD).where(visible_companies(viewer), Company.id.in_(ids)).order_by(Company.id).with_for_update()
    return {row.id: row for row in await connection.execute(held)}


async def _change(
    connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int], wish: _Wish, versions: Mapping[int, int]
) -> Changes:
    asked = list(dict.fromkeys(company_ids))[:MOST_AT_ONCE]
    held = await _hold(connection, viewer, asked)
    stale = tuple(id_ for id_, row in held.items() if versions.get(id_, row.version) != row.version)
    current = [row for id_, row in held.items() if id_ not in stale]
    is_so = {row.id: all(getattr(row, key, value) == value for key, value in wish.values.items()) for row in current}
    changed = [row for row in current if not is_so[row.id]]
    await _write(connection, viewer, [row.id for row in changed], wish)
    after = {key: wish.values[key] for key in wish.shown}
    before = {row.id: {key: getattr(row, key) for key in wish.shown} for row in current}
    kept = after | ({"undoes": wish.undoes} if wish.undoes else {})
    entries = [Entry(wish.action, "company", row.id, before[row.id], kept) for row in changed]
    numbers = await add_audits(connection, viewer, entries, now=wish.now, source=wish.source)
    audit_ids = dict(zip((row.id for row in changed), numbers, strict=True))
    return Changes(
        made=tuple(
            _make_change(audit_ids.get(row.id), row, wish, viewer, before=before[row.id], after=after)
            for row in current
        ),
        missing_ids=tuple(id_ for id_ in asked if id_ not in held),
        stale_ids=stale,
    )


async def _write(connection: AsyncConnection, viewer: Viewer, company_ids: Sequence[int], wish: _Wish) -> None:
    """Write new values and a new version, and the copies; an empty wish writes the version alone."""
    if not company_ids:
        return
    of_companies = Company.tenant_id == viewer.tenant_id, Company.id.in_(company_ids)
    await connection.execute(update(Company).where(*of_companies).values(**wish.values, version=Company.version + 1))
    if copied := {key: value for key, value in wish.values.items() if key in _COPIED}:
        table = CompanyRelationship
        of_copies = table.tenant_id == viewer.tenant_id, table.company_id.in_(company_ids)
        await connection.execute(update(table).where(*of_copies).values(**copied))


async def _audit_one(
    connection: AsyncConnection,
    viewer: Viewer,
    company: Any,
    wish: _Wish,
    *,
    before: dict[str, Any],
    after: dict[str, Any],
) -> Change:
    kept = after | ({"undoes": wish.undoes} if wish.undoes else {})
    entry = Entry(wish.action, "company", company.id, before, kept)
    audit_id = (await add_audits(connection, viewer, [entry], now=wish.now, source=wish.source))[0]
    return _make_change(audit_id, company, wish, viewer, before=before, after=after)


def _make_change(
    audit_id: int | None, company: Any, wish: _Wish, viewer: Viewer, *, before: dict[str, Any], after: dict[str, Any]
) -> Change:
    name = wish.values.get("name", company.name)
    return Change(audit_id, wish.action, "company", company.id, name, before, after, viewer.user_id, wish.now)


async def _index_company(connection: AsyncConnection, viewer: Viewer, company_id: int) -> None:
    """Make the company found by its name and domains as they are now."""
    name = select(Company.name).where(Company.tenant_id == viewer.tenant_id, Company.id == company_id)
    of_company = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.company_id == company_id
    domains = await connection.scalars(select(CompanyDomain.domain).where(*of_company))
    texts = [await connection.scalar(name) or "", *domains]
    await index_words(connection, viewer.tenant_id, COMPANY, {company_id: texts})
