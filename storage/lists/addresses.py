"""The addresses of people who have several: which one stands for them, and who may know of the others."""

from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, false, func, or_
from sqlalchemy.orm import aliased

from storage.models import InteractionContact, Relationship
from storage.viewer import Access, Viewer

_Had: Final = aliased(InteractionContact, name="had_at_address_itself")
_Own: Final = aliased(Relationship, name="own_addresses")


def get_person_id(of: Any) -> Any:
    """Return the number of the contact that stands for a person, as a column."""
    return func.coalesce(of.person_id, of.id)


def is_other_address(of: Any) -> ColumnElement[bool]:
    """Return whether a contact is an address of somebody for whom another one stands."""
    return and_(of.person_id.is_not(None), of.person_id != of.id)


def is_more_than_seen(of: Any) -> ColumnElement[bool]:
    """Return whether somebody wrote to a contact, met or is to meet or added them, as far as all may know."""
    return or_(of.is_added, of.sent_count + of.meeting_count + of.planned_count > 0)


def was_dealt_with(own: Any, of: Any) -> ColumnElement[bool]:
    """Return whether a user's relationship with a contact is with that address, and not by another one of theirs."""
    participant = _Had
    theirs = participant.tenant_id == own.tenant_id, participant.contact_id == own.contact_id
    was_there = exists().where(*theirs, participant.user_id == own.user_id)
    return or_(of.person_id.is_(None), of.person_id != of.id, own.is_added, was_there)


def is_known_address(viewer: Viewer, of: Any) -> ColumnElement[bool]:
    """Return whether a viewer may know of another address of somebody: all may, or it is in their own mailbox."""
    own = _Own.tenant_id == of.tenant_id, _Own.user_id == viewer.user_id, _Own.contact_id == of.id
    is_own = false() if viewer.is_in_public else exists().where(*own)
    is_known = or_(is_more_than_seen(of), is_own) if viewer.shares_contacts else is_own
    return and_(is_known, *(or_(of.company_id.is_(None), rule) for rule in Access(viewer).list_rules(of.company_id)))
