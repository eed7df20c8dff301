"""Who in the firm knows a company or a contact, and what everybody together and the viewer alone had with them."""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.facts import Knower, Totals
from storage.models import CompanyRelationship, Relationship, User
from storage.viewer import Viewer

MOST: Final = 20
_COUNTS = ("sent_count", "received_count", "meeting_count", "interaction_count")


@dataclass(frozen=True, slots=True)
class Known:
    """The relationships of the firm with one company or contact, summed up."""

    firm: Totals
    mine: Totals
    is_mine: bool
    knowers: tuple[Knower, ...]
    knower_count: int


async def get_known(
    connection: AsyncConnection, viewer: Viewer, of: type[CompanyRelationship | Relationship], entity_id: int
) -> Known:
    """Return who knows a company or a contact that the viewer may see.

    Where the firm keeps contacts back, a contact is known by the viewer alone. In public nothing is the viewer's.
    """
    condition = and_(of.tenant_id == viewer.tenant_id, _get_entity(of) == entity_id)
    if of is Relationship and not viewer.shares_contacts:
        condition = and_(condition, of.user_id == viewer.user_id)
    rows = (await connection.execute(_select_sums(of, viewer, condition))).all()
    sums = {row.is_viewer: row for row in rows}
    mine = None if viewer.is_in_public else sums.get(1)
    knower_count = sum(row.knower_count for row in rows)
    return Known(
        firm=_add(rows),
        mine=_add([mine] if mine else []),
        is_mine=mine is not None and mine.knower_count > 0,
        knowers=await _list_knowers(connection, of, condition) if knower_count else (),
        knower_count=knower_count,
    )


def _get_entity(of: Any) -> Any:
    return of.company_id if of is CompanyRelationship else of.contact_id


def _select_sums(of: Any, viewer: Viewer, condition: ColumnElement[bool]) -> Any:
    """Sum up in two rows: the viewer's, and everybody else's."""
    is_viewer = case((of.user_id == viewer.user_id, 1), else_=0).label("is_viewer")
    return (
        select(
            is_viewer,
            *(func.sum(getattr(of, name)).label(name) for name in _COUNTS),
            func.min(func.nullif(of.first_at, 0)).label("first_at"),
            func.max(of.last_at).label("last_at"),
            func.sum(case((of.is_mine, 1), else_=0)).label("knower_count"),
        )
        .where(condition)
        .group_by(is_viewer)
    )


def _add(rows: Any) -> Totals:
    """Add rows of sums up; PostgreSQL gives sums of whole numbers as decimals."""
    if not rows:
        return Totals()
    sent, received, meetings, count = (int(sum(getattr(row, name) for row in rows)) for name in _COUNTS)
    first_at = min((row.first_at for row in rows if row.first_at), default=0)
    return Totals(sent, received, meetings, count, first_at, max(row.last_at for row in rows))


async def _list_knowers(connection: AsyncConnection, of: Any, condition: ColumnElement[bool]) -> tuple[Knower, ...]:
    is_user = and_(User.tenant_id == of.tenant_id, User.id == of.user_id)
    rows = await connection.execute(
        select(of.user_id, User.name, User.is_active, of.interaction_count, of.last_at)
        .join(User, is_user)
        .where(condition, of.is_mine)
        .order_by(of.last_at.desc(), of.interaction_count.desc(), of.user_id)
        .limit(MOST)
    )
    return tuple(Knower(*row) for row in rows)
