"""Sum up the relationships with a company or a contact: of each colleague, of the firm, and of the viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, literal_column, select

from storage.book.last_dates import DATES, get_date, get_kept_dates, list_dates
from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number
from storage.engine.prepared import Prepared
from storage.lists.facts import Knower, Totals
from storage.models import CompanyRelationship, Kept, Relationship, User
from storage.viewer import Access, Viewer

MOST: Final = 20
_COUNTS = ("sent_count", "received_count", "meeting_count", "interaction_count")


@dataclass(frozen=True, slots=True)
class Known:
    """The relationships of the firm with one company or contact, summed up."""

    firm: Totals
    mine: Totals
    is_mine: bool
    kept: int
    """How much of what the viewer had with it is the viewer's alone (`Kept`)."""
    had: tuple[int, ...]
    """What the viewer sent, received, held and plans."""
    knowers: tuple[Knower, ...]
    knower_count: int


async def get_known(
    connection: Reading, viewer: Viewer, of: type[CompanyRelationship | Relationship], entity_id: int
) -> Known:
    """Return who knows a company or a contact that the viewer may see.

    If the firm does not share contacts, only the viewer's own relationship is returned for a contact. In a group chat
    nothing counts as the viewer's own.
    """
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "entity_id": entity_id}
    rows = await _prepare_sums(of, viewer.kind).fetch(connection, values)
    mine = [] if viewer.is_in_public else [row for row in rows if row.is_viewer]
    knower_count = sum(row.knowers for row in rows)
    knowers = await _prepare_knowers(of, viewer.kind).fetch(connection, values) if knower_count else ()
    own, firm = _add(mine), _add(rows)
    if of is CompanyRelationship and any(row.kept for row in mine):
        dates = await get_kept_dates(connection, viewer, entity_id)
        own, firm = _put_later(own, *dates), _put_later(firm, *dates)
    if not all(row.shows_lately for row in rows):
        firm = replace(firm, met_at=0, mail_at=0)
    return Known(
        firm=firm,
        mine=own,
        is_mine=any(row.knowers for row in mine),
        kept=max((row.kept for row in mine), default=Kept.NOTHING),
        had=tuple(int(sum(getattr(row, name) for row in mine)) for name in (*_COUNTS[:3], "planned_count")),
        knowers=tuple(Knower(id_, name, bool(is_active), count, at) for id_, name, is_active, count, at in knowers),
        knower_count=knower_count,
    )


def _get_condition(of: Any, kind: Viewer) -> ColumnElement[bool]:
    access = Access(as_parameters(kind))
    if of is CompanyRelationship:
        return and_(access.of_company(of, of.company_id), of.company_id == number("entity_id"))
    condition = and_(access.of_contact(of), of.contact_id == number("entity_id"))
    return condition if kind.shares_contacts else and_(condition, of.user_id == number("user_id"))


@lru_cache
def _prepare_sums(of: Any, kind: Viewer) -> Prepared:
    """Sum up in two rows: the viewer's, and everybody else's; how many of them know it, and the two last dates."""
    access = Access(as_parameters(kind))
    is_viewer = case((of.user_id == number("user_id"), 1), else_=0)
    sums = [func.sum(access.figure(of, name)).label(name) for name in (*_COUNTS, "planned_count")]
    first_at = func.min(func.nullif(access.figure(of, "first_at"), 0)).label("first_at")
    last_at = func.max(access.figure(of, "last_at")).label("last_at")
    known = func.sum(case((access.relationships(of), 1), else_=0)).label("knowers")
    columns = (is_viewer.label("is_viewer"), *sums, first_at, last_at, known, func.max(of.kept).label("kept"))
    summed = select(*columns).where(_get_condition(of, kind)).group_by(literal_column("1")).subquery("summed")
    return Prepared(select(*summed.c, *list_dates(of, kind, summed)), is_quick=True)


def _add(rows: Sequence[Any]) -> Totals:
    """Add rows of sums up; PostgreSQL gives sums of whole numbers as decimals."""
    if not rows:
        return Totals()
    sent, received, meetings, count = (int(sum(getattr(row, name) for row in rows)) for name in _COUNTS)
    first_at = min((row.first_at for row in rows if row.first_at), default=0)
    last = (max(get_date(row, name) for row in rows) for name in DATES)
    return Totals(sent, received, meetings, count, first_at, max(row.last_at for row in rows), *last)


def _put_later(totals: Totals, met_at: int, mail_at: int) -> Totals:
    return replace(totals, met_at=max(totals.met_at, met_at), mail_at=max(totals.mail_at, mail_at))


@lru_cache
def _prepare_knowers(of: Any, kind: Viewer) -> Prepared:
    is_user = and_(User.tenant_id == of.tenant_id, User.id == of.user_id)
    access = Access(as_parameters(kind))
    count, last_at = access.figure(of, "interaction_count"), access.figure(of, "last_at")
    return Prepared(
        select(of.user_id, User.name, User.is_active, count, last_at)
        .join(User, is_user)
        .where(_get_condition(of, kind), access.relationships(of))
        .order_by(last_at.desc(), count.desc(), of.user_id)
        .limit(literal_column(str(MOST))),
        is_quick=True,
    )
