"""Who is asking, and the one place that says who may see what.

My contacts and companies are those I wrote to or met (`is_mine`). Firm-wide shows every company and contact of the
firm; a firm that keeps contacts back (`shares_contacts` off) shows colleagues' companies and not their contacts. What a
viewer may not see is left out of the query, so it looks exactly like what is not there.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, true

from storage.models import Company, Contact, Relationship, User, View, ViewShare


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf a question is asked; every read and write takes one."""

    tenant_id: int
    user_id: int
    shares_contacts: bool = True
    """The firm's setting: False hides colleagues' contacts."""
    is_in_public: bool = False
    """The answer is read by others too (a channel, a group chat): nothing personal may be in it."""


def visible_companies(viewer: Viewer) -> ColumnElement[bool]:
    """Every company of the firm with at least one contact."""
    return and_(Company.tenant_id == viewer.tenant_id, Company.is_known)


def visible_contacts(viewer: Viewer) -> ColumnElement[bool]:
    """Every contact of the firm, or my own alone where the firm keeps contacts back."""
    of_the_firm = and_(Contact.tenant_id == viewer.tenant_id, Contact.is_contact)
    if viewer.shares_contacts:
        return of_the_firm
    if viewer.is_in_public:
        return and_(of_the_firm, ~true())
    mine = exists().where(
        Relationship.tenant_id == viewer.tenant_id,
        Relationship.user_id == viewer.user_id,
        Relationship.contact_id == Contact.id,
        Relationship.is_mine,
    )
    return and_(of_the_firm, mine)


def visible_users(viewer: Viewer) -> ColumnElement[bool]:
    """Everyone of the firm; those who left are kept for names on old cards."""
    return User.tenant_id == viewer.tenant_id


def visible_views(viewer: Viewer) -> ColumnElement[bool]:
    """My own views, and those shared with the firm or with me."""
    shared_with_me = exists().where(
        ViewShare.tenant_id == viewer.tenant_id, ViewShare.view_id == View.id, ViewShare.user_id == viewer.user_id
    )
    return and_(
        View.tenant_id == viewer.tenant_id,
        View.deleted_at.is_(None),
        or_(View.owner_id == viewer.user_id, View.is_shared_with_firm, shared_with_me),
    )
