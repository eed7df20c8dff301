"""List a colleague's change sets for an administrator, and undo one of them."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, and_, case, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.book.company_writes import change_one, edit_name, edit_partner, edit_type, hold_one, index_company
from storage.book.contact_names import ACTION as CONTACT_RENAMED
from storage.book.contact_names import undo_rename
from storage.book.merges import MERGED, undo_merge
from storage.book.person_merges import MERGED as PERSON_MERGED
from storage.book.person_merges import undo_merge as undo_person_merge
from storage.book.removals import NO_PERSON, undo_removal
from storage.engine.connection import Reading
from storage.errors import MissingError, StaleError
from storage.history.removals import NO_PERSON as REASON
from storage.lists.filters import is_id
from storage.models import Audit, Company, Contact, User
from storage.record.audit import BY_PEOPLE, AuditRow, list_rows
from storage.record.changes import Change
from storage.viewer import Access, Viewer

MOST_SETS: Final = 20
MOST_CHANGES: Final = 500
RESTORABLE: Final = ("company.set_type", "company.set_partner", "company.rename", MERGED)
SEVERAL: Final = 2
"""The rank of a change set of which several changes stand; 1: one stands, 0: none does."""
_NAMED: Final = 4


_Seen = aliased(Company, name="seen_companies")
_Merged = aliased(Company, name="merged_companies")
_Address = aliased(Contact, name="merged_contacts")
_SeenContact = aliased(Contact, name="seen_contacts")
_Led = aliased(Company, name="led_companies")
_Asker = aliased(User, name="asker")


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """All that one person changed in one transaction."""

    audit_id: int
    """The first of its changes."""
    at: int
    count: int
    standing: int
    """As many of its changes are as they were made; the others were taken back or changed again since."""
    action: str
    """Of all its changes; empty where they are of several kinds."""
    names: tuple[str, ...]
    """Of some of the companies or contacts."""
    actor_name: str = ""

    @property
    def rank(self) -> int:
        """Return the place among other sets: a mass change comes before single ones, what stands no more comes last."""
        return min(self.standing, SEVERAL)


@dataclass(frozen=True, slots=True)
class ChangeSets:
    """A page of change sets, and how many changes there are on all pages."""

    sets: tuple[ChangeSet, ...]
    count: int
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """The result of undoing a change set: how many were undone, and how many not, because they changed again since."""

    made: tuple[Change, ...]
    stale_names: tuple[str, ...]


def _are_changes(viewer: Viewer) -> Any:
    """Return the condition of people's changes for all, of companies and contacts that the viewer may see."""
    access = Access(viewer)
    of_company = exists().where(access.companies(_Seen), _Seen.id == Audit.entity_id)
    of_contact = exists().where(access.people(_SeenContact), _SeenContact.id == Audit.entity_id)
    is_change = or_(
        and_(Audit.of == "company", Audit.action.in_(RESTORABLE), of_company),
        and_(Audit.of == "contact", Audit.action.in_((CONTACT_RENAMED, NO_PERSON, PERSON_MERGED)), of_contact),
    )
    return and_(Audit.tenant_id == viewer.tenant_id, Audit.source.in_(BY_PEOPLE), is_change)


def _is_standing() -> Any:
    """Return the condition that what a change made is still so; its company or contact is joined."""
    after = Audit.after
    partner_id = cast(after["partner_id"].as_string(), BigInteger)
    merged_id = cast(after["merged_id"].as_string(), BigInteger)
    is_merged = and_(_Merged.tenant_id == Audit.tenant_id, _Merged.id == merged_id)
    is_address = and_(_Address.tenant_id == Audit.tenant_id, _Address.id == merged_id)
    return or_(
        and_(Audit.action == "company.set_type", Company.type.is_not_distinct_from(after["type"].as_string())),
        and_(Audit.action == "company.set_partner", Company.partner_id.is_not_distinct_from(partner_id)),
        and_(Audit.action == "company.rename", Company.name == after["name"].as_string()),
        and_(Audit.action == CONTACT_RENAMED, Contact.name == after["name"].as_string()),
        and_(Audit.action == MERGED, exists().where(is_merged, _Merged.merged_into == Audit.entity_id)),
        and_(Audit.action == PERSON_MERGED, exists().where(is_address, _Address.merged_into == Audit.entity_id)),
        and_(Audit.action == NO_PERSON, Contact.reason == REASON),
    )


def _concerns(viewer: Viewer) -> Any:
    """Return the condition of changes that a person may be told of unasked, and of all for an administrator.

    Theirs are those they made, and those of companies whose partner they are or were until then.
    """
    is_asker = and_(_Asker.tenant_id == viewer.tenant_id, _Asker.id == viewer.user_id)
    leads = and_(_Led.tenant_id == Audit.tenant_id, _Led.id == Audit.entity_id, _Led.partner_id == viewer.user_id)
    was_led = cast(Audit.before["partner_id"].as_string(), BigInteger) == viewer.user_id
    is_led = and_(Audit.of == "company", or_(exists().where(leads), was_led))
    return or_(Audit.actor_id == viewer.user_id, is_led, exists().where(is_asker, _Asker.is_admin))


async def list_recent_sets(connection: Reading, viewer: Viewer, *, since: int, until: int) -> ChangeSets:
    """Return the change sets of a time that the viewer may be told of, the newest first."""
    own = and_(_are_changes(viewer), _concerns(viewer), Audit.at >= since, Audit.at < until)
    key = func.coalesce(Audit.change_set, Audit.id)
    columns = func.max(Audit.at), func.min(Audit.action), func.max(Audit.action)
    asked = select(func.min(Audit.id), func.count(), func.count(), *columns).where(own).group_by(key)
    rows = (await connection.execute(asked.order_by(func.min(Audit.id).desc()).limit(MOST_SETS + 1))).all()
    sets = [await _make_set(connection, viewer, row, own) for row in rows[:MOST_SETS]]
    count = (await connection.execute(select(func.count()).select_from(Audit).where(own))).scalar_one()
    return ChangeSets(tuple(sets), count, has_more=len(rows) > MOST_SETS)


async def list_change_sets(
    connection: Reading, viewer: Viewer, actor_id: int, *, since: int, below: tuple[int, int] | None = None
) -> ChangeSets:
    """Return a page of a colleague's change sets since a time; the caller checks for an administrator.

    Mass changes come first, then single ones, then what was taken back or changed again; the newest first among those.
    `below` is the rank and the number of the last set of the page before.
    """
    key = func.coalesce(Audit.change_set, Audit.id)
    own = and_(_are_changes(viewer), Audit.actor_id == actor_id, Audit.at >= since)
    first, size = func.min(Audit.id).label("audit_id"), func.count().label("size")
    standing = func.sum(case((_is_standing(), 1), else_=0)).label("standing")
    columns = func.max(Audit.at).label("at"), func.min(Audit.action).label("action"), func.max(Audit.action)
    is_company = and_(Audit.of == "company", Company.tenant_id == Audit.tenant_id, Company.id == Audit.entity_id)
    is_contact = and_(Audit.of == "contact", Contact.tenant_id == Audit.tenant_id, Contact.id == Audit.entity_id)
    rows_of = select(first, size, standing, *columns).select_from(Audit).outerjoin(Company, is_company)
    grouped = rows_of.outerjoin(Contact, is_contact).where(own).group_by(key).subquery()
    rank = case((grouped.c.standing > 1, SEVERAL), else_=grouped.c.standing)
    asked = select(grouped).order_by(rank.desc(), grouped.c.audit_id.desc()).limit(MOST_SETS + 1)
    if below is not None:
        asked = asked.where(or_(rank < below[0], and_(rank == below[0], grouped.c.audit_id < below[1])))
    rows = (await connection.execute(asked)).all()
    sets = [await _make_set(connection, viewer, row) for row in rows[:MOST_SETS]]
    count = (await connection.execute(select(func.count()).select_from(Audit).where(own))).scalar_one()
    return ChangeSets(tuple(sets), count, has_more=len(rows) > MOST_SETS)


async def _make_set(connection: Reading, viewer: Viewer, row: Any, *conditions: Any) -> ChangeSet:
    audit_id, size, standing, at, action, other = row
    some = await list_rows(connection, viewer, *_is_set(viewer, audit_id), *conditions, limit=2 * _NAMED)
    names = tuple(dict.fromkeys(one.name for one in some))[:_NAMED]
    actor_name = some[0].actor_name if some else ""
    return ChangeSet(audit_id, at, size, standing, action if action == other else "", names, actor_name)


def _is_set(viewer: Viewer, audit_id: int) -> tuple[Any, ...]:
    """Return the condition of all changes in the same change set."""
    one = select(Audit.change_set).where(Audit.tenant_id == viewer.tenant_id, Audit.id == audit_id).scalar_subquery()
    return _are_changes(viewer), or_(Audit.id == audit_id, Audit.change_set == one)


async def list_set_changes(connection: Reading, viewer: Viewer, audit_id: int) -> tuple[AuditRow, ...]:
    """Return the changes of a set, the last one first; empty if it does not exist."""
    if not is_id(audit_id):
        return ()
    return await list_rows(connection, viewer, *_is_set(viewer, audit_id), limit=MOST_CHANGES)


async def restore_change_set(
    connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str
) -> Restored:
    """Undo a change set, the last change first; what changed again since stays. Raises `MissingError`."""
    done = await list_set_changes(connection, viewer, audit_id)
    if not done:
        raise MissingError("audit")
    made: list[Change] = []
    stale: list[str] = []
    for row in done:
        try:
            made.append(await _undo(connection, viewer, row, now=now, source=source))
        except StaleError:
            stale.append(row.name)
    return Restored(tuple(made), tuple(dict.fromkeys(stale)))


async def _undo(connection: AsyncConnection, viewer: Viewer, row: AuditRow, *, now: int, source: str) -> Change:
    """Undo one change; raises `StaleError` if it changed again since."""
    if row.action == CONTACT_RENAMED:
        return await undo_rename(connection, viewer, row, now=now, source=source)
    if row.action == NO_PERSON:
        return await undo_removal(connection, viewer, row, now=now, source=source)
    if row.action == PERSON_MERGED:
        return await undo_person_merge(connection, viewer, row, now=now, source=source)
    if row.action == MERGED:
        return await undo_merge(connection, viewer, row, now=now, source=source)
    company_id = row.entity_id or 0
    company = await hold_one(connection, viewer, company_id, None)
    if any(getattr(company, key, None) != row.after.get(key) for key in row.before):
        raise StaleError(None)
    edit = _make_edit(row, row.before, now, source)
    change = await change_one(connection, viewer, company_id, edit, None)
    if row.action == "company.rename":
        await index_company(connection, viewer, company_id)
    return change


def _make_edit(row: AuditRow, before: dict[str, Any], now: int, source: str) -> Any:
    if row.action == "company.set_type":
        return edit_type(before.get("type"), now, source, undoes={"undoes": row.id})
    if row.action == "company.set_partner":
        return edit_partner(before.get("partner_id"), now, source, undoes={"undoes": row.id})
    is_provisional = before.get("is_provisional", False)
    return edit_name(before["name"], is_provisional=is_provisional, now=now, source=source, undoes={"undoes": row.id})
