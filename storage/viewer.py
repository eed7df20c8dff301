"""Who is asking, and the one place that says who may see what.

My contacts and companies are those I wrote to or met (`is_mine`). Firm-wide shows every company and contact of the
firm; a firm that keeps contacts back (`shares_contacts` off) shows colleagues' companies and not their contacts. What a
viewer may not see is left out of the query, so it looks exactly like what is not there.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, exists, or_, select, true, union_all
from sqlalchemy.orm import aliased

from storage.models import Company, CompanyRelationship, Contact, Relationship, User, View, ViewShare

_OwnRelationship = aliased(Relationship, name="own_relationships")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf a question is asked; every read and write takes one."""

    tenant_id: int
    user_id: int
    shares_contacts: bool = True
    """The firm's setting: False hides colleagues' contacts."""
    is_in_public: bool = False
    """The answer is read by others too (a channel, a group chat): nothing personal may be in it."""


def own_companies(viewer: Viewer) -> ColumnElement[bool]:
    """My companies: those where I wrote to or met a contact; none of them in public."""
    own = and_(
        CompanyRelationship.tenant_id == viewer.tenant_id,
        CompanyRelationship.user_id == viewer.user_id,
        CompanyRelationship.is_mine,
    )
    return and_(own, ~true()) if viewer.is_in_public else own


def own_contacts(viewer: Viewer, of: type[Relationship] = Relationship) -> ColumnElement[bool]:
    """My contacts: those I wrote to or met, or added; none of them in public. `of` may be an alias."""
    own = and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id, of.is_mine)
    return and_(own, ~true()) if viewer.is_in_public else own


def visible_companies(viewer: Viewer) -> ColumnElement[bool]:
    """Every company of the firm with at least one contact."""
    return and_(Company.tenant_id == viewer.tenant_id, Company.is_known)


def visible_contacts(viewer: Viewer) -> ColumnElement[bool]:
    """Every contact of the firm, or my own alone where the firm keeps contacts back."""
    of_the_firm = and_(Contact.tenant_id == viewer.tenant_id, Contact.is_contact)
    if viewer.shares_contacts:
        return of_the_firm
    return and_(
        of_the_firm, exists().where(own_contacts(viewer, _OwnRelationship), _OwnRelationship.contact_id == Contact.id)
    )


def visible_people(viewer: Viewer) -> ColumnElement[bool]:
    """Contacts, and those only seen, by whom they wrote to alone; in public contacts alone.

    Who wrote in and was not answered may be a doctor, a recruiter or a whistle-blower: that is nobody else's affair.
    """
    if viewer.is_in_public:
        return visible_contacts(viewer)
    of = _OwnRelationship
    is_own = and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id, of.contact_id == Contact.id)
    is_mine = and_(Contact.tenant_id == viewer.tenant_id, exists().where(is_own))
    return or_(visible_contacts(viewer), is_mine) if viewer.shares_contacts else is_mine


def visible_relationships(viewer: Viewer, of: type[Relationship] = Relationship) -> ColumnElement[bool]:
    """Who knows which contact: everyone's, or my own alone where the firm keeps contacts back. `of` may be an alias."""
    return and_(of.tenant_id == viewer.tenant_id, of.is_mine) if viewer.shares_contacts else own_contacts(viewer, of)


def visible_users(viewer: Viewer) -> ColumnElement[bool]:
    """Everyone of the firm; those who left are kept for names on old cards."""
    return User.tenant_id == viewer.tenant_id


def visible_views(viewer: Viewer) -> ColumnElement[bool]:
    """My own views, and those shared with the firm or with me; asked as three short ranges of indexes."""
    of, shared = aliased(View), ViewShare
    own = select(of.id).where(of.tenant_id == viewer.tenant_id, of.owner_id == viewer.user_id, of.deleted_at.is_(None))
    with_firm = select(of.id).where(of.tenant_id == viewer.tenant_id, of.is_shared_with_firm)
    with_me = select(shared.view_id).where(shared.tenant_id == viewer.tenant_id, shared.user_id == viewer.user_id)
    readable = union_all(own, with_firm, with_me).subquery()
    return and_(View.tenant_id == viewer.tenant_id, View.deleted_at.is_(None), View.id.in_(select(readable.c[0])))
