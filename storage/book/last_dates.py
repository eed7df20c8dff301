"""When a company or a contact was last met, and when the last mail was: the viewer's own dates, and the others'."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, Subquery, case, exists, func, literal_column, select, true
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.join_order import InOrder
from storage.engine.parameters import as_parameters, number, numbers
from storage.engine.prepared import Prepared
from storage.lists.addresses import is_more_than_seen, is_other_address
from storage.models import CompanyRelationship, Contact, InteractionContact, Invitation, Kind, Relationship, Tenant
from storage.viewer import Access, Viewer

PEOPLE: Final = 40
"""So many contacts of a company are looked at, those dealt with last: of whom was met, and of who had mail."""
DATES: Final = {"met_at": ("met_at", "others_met_at"), "mail_at": ("mail_at", "others_mail_at")}
"""The columns of each date: with an address, and with other addresses of the same people."""
_Same = aliased(Contact, name="last_same")
_With = aliased(InteractionContact, name="last_with")
_There = aliased(Contact, name="last_there")
_Kept = aliased(Relationship, name="last_kept")
_ZERO: Final[Any] = literal_column("0")
_ONE: Final[Any] = literal_column("1")
_MEETING: Final[Any] = literal_column(str(Kind.MEETING.value))
_STRANGE: Final[Any] = literal_column(str(Invitation.STRANGE.value))


def list_dates(of: type[CompanyRelationship | Relationship], kind: Viewer, sums: Subquery) -> list[ColumnElement[Any]]:
    """Return the columns of `DATES` for the rows of `sums`: the viewer's, and everybody else's.

    Only what was held counts, and what the viewer may know took place; of others there is nothing where the firm does
    not say what happened lately (`shows_lately`). Where there was none the date is 0.
    """
    access = Access(as_parameters(kind))
    shows = select(Tenant.shows_lately).where(Tenant.tenant_id == access.viewer.tenant_id).scalar_subquery()
    is_theirs = case((_With.user_id == number("user_id"), _ONE), else_=_ZERO) == sums.c.is_viewer
    dates = []
    for is_meeting in (True, False):
        was_any = _count(sums.c, is_meeting=is_meeting) > _ZERO
        selected = _select_last(of, kind, is_theirs, is_meeting=is_meeting)
        for name, last in zip(DATES["met_at" if is_meeting else "mail_at"], selected, strict=True):
            at = last.correlate(sums).scalar_subquery()
            dates.append(case((was_any, func.coalesce(at, _ZERO)), else_=_ZERO).label(name))
    return [*dates, shows.label("shows_lately")]


async def get_kept_dates(connection: Reading, viewer: Viewer, company_id: int) -> tuple[int, int]:
    """Return the viewer's own two dates with those at a company whom they keep, and who are contacts to nobody else."""
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "entity_id": company_id}
    [row] = await _prepare_kept(viewer.kind).fetch(connection, values)
    return row.met_at or 0, row.mail_at or 0


async def get_contact_dates(
    connection: Reading, viewer: Viewer, contact_ids: Sequence[int]
) -> dict[int, tuple[int, int]]:
    """Return the two dates of some contacts as their cards say them: of the firm as far as the viewer may know."""
    if not contact_ids:
        return {}
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "ids": list(contact_ids[:PEOPLE])}
    rows = await _prepare_contacts(viewer.kind).fetch(connection, values)
    return {row.id: (get_date(row, "met_at"), get_date(row, "mail_at")) for row in rows}


def get_date(row: Any, name: str) -> int:
    """Return a date of a row: the later of what was with an address and with others."""
    return max(getattr(row, column) or 0 for column in DATES[name])


def _count(of: Any, *, is_meeting: bool) -> Any:
    return of.meeting_count if is_meeting else of.sent_count + of.received_count


def _select_last(of: Any, kind: Viewer, is_theirs: ColumnElement[bool], *, is_meeting: bool) -> tuple[Any, Any]:
    """Select the newest time with a contact, or with any of those at a company who were dealt with last.

    The second is that with other addresses: of the contact, or at the company of people for whom one elsewhere stands.
    """
    access, same = Access(as_parameters(kind)), _Same
    is_other = same.tenant_id == access.viewer.tenant_id, is_other_address(same)
    elsewhere = _select_newest(access, same.id, is_theirs, is_meeting=is_meeting).correlate_except(_With)
    others = select(func.max(elsewhere.scalar_subquery())).select_from(same).where(*is_other)
    if of is Relationship:
        newest = _select_newest(access, number("entity_id"), is_theirs, is_meeting=is_meeting)
        return newest, others.where(same.person_id == number("entity_id"))
    # That something happened is no secret where the names are.
    named = Access(as_parameters(replace(kind, shares_contacts=True)))
    there = (
        select(_There.id)
        .where(named.open_contacts(_There), _There.company_id == number("entity_id"))
        .where(_count(_There, is_meeting=is_meeting) > _ZERO)
        .order_by(_There.last_at.desc(), _There.id.desc())
        .limit(literal_column(str(PEOPLE)))
        .subquery("dealt_with")
    )
    newest = _select_newest(access, there.c.id, is_theirs, is_meeting=is_meeting)
    last = select(func.max(newest.correlate_except(_With).scalar_subquery())).select_from(there)
    return last, others.where(same.company_id == number("entity_id"), is_more_than_seen(same))


def _select_newest(access: Access, contact_id: Any, is_theirs: ColumnElement[bool], *, is_meeting: bool) -> Any:
    """Select the newest time of what took place with a contact: a walk back through their history."""
    of = _With
    is_kind = of.kind == _MEETING if is_meeting else of.kind != _MEETING
    return (
        select(of.occurred_at)
        .where(of.tenant_id == access.viewer.tenant_id, of.contact_id == contact_id, is_theirs, is_kind)
        .where(of.occurred_at > _ZERO, ~of.is_planned, of.invitation != _STRANGE, access.participations(of))
        .order_by(of.occurred_at.desc())
        .limit(_ONE)
    )


@lru_cache
def _prepare_contacts(kind: Viewer) -> Prepared:
    asker, of = as_parameters(kind), Contact
    access = Access(asker)
    is_theirs = true() if kind.shares_contacts else _With.user_id == asker.user_id
    says = exists().where(Tenant.tenant_id == asker.tenant_id, Tenant.shows_lately)
    is_same = _Same.tenant_id == of.tenant_id, _Same.person_id == of.id, is_other_address(_Same)
    others = [
        select(column).select_from(_Same).where(*is_same).correlate(of).scalar_subquery().label(DATES[column.name][1])
        for column in _list_newest(access, _Same.id, is_theirs, func.max)
    ]
    asked = select(of.id, *_list_newest(access, of.id, is_theirs), *others)
    asked = asked.where(access.contacts(), of.id.in_(numbers("ids")))
    return Prepared(asked.where(says), is_quick=True)


def _list_newest(access: Access, contact_id: Any, is_theirs: ColumnElement[bool], over: Any = None) -> list[Any]:
    """Return the columns `met_at` and `mail_at` for each contact, or over all of them."""
    columns = []
    for name, is_meeting in (("met_at", True), ("mail_at", False)):
        newest = _select_newest(access, contact_id, is_theirs, is_meeting=is_meeting)
        value: Any = newest.correlate_except(_With).scalar_subquery()
        columns.append((over(value) if over else value).label(name))
    return columns


@lru_cache
def _prepare_kept(kind: Viewer) -> Prepared:
    access = Access(as_parameters(kind))
    own: Any = _Kept
    there: Any = _There
    asker = access.viewer
    kept = own.tenant_id == asker.tenant_id, own.user_id == asker.user_id, own.kept > _ZERO, own.is_kept_contact
    is_there = there.tenant_id == asker.tenant_id, there.id == own.contact_id, there.company_id == number("entity_id")
    dates = _list_newest(access, own.contact_id, _With.user_id == asker.user_id, func.max)
    return Prepared(select(*dates).select_from(InOrder(own, there)).where(*kept, *is_there), is_quick=True)
