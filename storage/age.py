"""Leave out of rows and figures what is older than a firm keeps, while a purge is still to delete it.

Only then are these conditions part of a statement; the figures of what is partly old are counted from the history.
"""

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, case, cast, distinct, exists, func, literal_column, or_, select
from sqlalchemy.orm import aliased

from storage.models import Company, CompanyRelationship, Contact, InteractionContact, Invitation, Relationship, Tenant

_NOTHING: Final[Any] = literal_column("0")
_ALL: Final[Any] = literal_column("2")
_DATES: Final = ("first_at", "last_at")
_KINDS: Final = {"sent_count": "1", "received_count": "2", "meeting_count": "3", "interaction_count": ""}
"""The figures that age, each with the kind of what it counts."""
_Of = aliased(InteractionContact, name="recent_participants")
_Them = aliased(Contact, name="recent_people")
_Kept = aliased(Relationship, name="recent_kept")
_Own = aliased(Relationship, name="recent_own")
_EachContact = aliased(Relationship, name="each_relationship")
_EachCompany = aliased(CompanyRelationship, name="each_company_relationship")


@dataclass(frozen=True, slots=True)
class Age:
    """The rule of age of a tenant, whose number may be a parameter."""

    tenant_id: Any

    @property
    def shown_from(self) -> Any:
        """Nothing before this time is shown."""
        return select(Tenant.shown_from).where(Tenant.tenant_id == self.tenant_id).scalar_subquery()

    def is_shown(self, at: Any) -> ColumnElement[bool]:
        """What happened at this time is; 0 is an unknown time."""
        return or_(at == _NOTHING, at >= self.shown_from)

    def is_recent(self, of: Any) -> ColumnElement[bool]:
        """Not all that happened is too old; what never happened or is to come has no age."""
        terms = [self.is_shown(of.last_at)]
        terms += [of.planned_count > _NOTHING] if hasattr(of, "planned_count") else []
        return or_(*terms, *([of.is_added] if hasattr(of, "is_added") else []))

    def get_date(self, name: str, value: Any) -> Any:
        """Return a date: the day from which all is shown for an older first time, none for an older last time."""
        return case((self.is_shown(value), value), else_=self.shown_from if name == "first_at" else _NOTHING)

    def get_figure(self, of: Any, name: str, value: Any, *, is_seen: Any) -> Any:
        """Return a figure of a relationship, whose stored `value` holds what is old; of what is not seen the open."""
        if name in _DATES:
            return self.get_date(name, value)
        if name not in _KINDS:
            return value
        count = self._count_at_company if hasattr(of, "company_id") else self._count_with_contact
        counted = case((is_seen, count(of, name, is_open=False)), else_=count(of, name, is_open=True))
        return case((self.is_shown(of.first_at), value), else_=counted)

    def get_total(self, of: Any, name: str) -> Any:
        """Return what all may know of a contact or company, summed up over those who know them."""
        if name in _DATES:
            return self.get_date(name, getattr(of, name))
        each: Any = _EachCompany if of is Company else _EachContact
        number = each.company_id if of is Company else each.contact_id
        is_open = each.kept == _NOTHING
        stored = case((is_open, getattr(each, name)), else_=getattr(each, f"open_{name}"))
        figure = self.get_figure(each, name, stored, is_seen=is_open)
        total = cast(func.coalesce(func.sum(figure), _NOTHING), BigInteger)  # PostgreSQL sums up to a decimal
        summed = select(total).where(each.tenant_id == of.tenant_id, number == of.id)
        return case((self.is_shown(of.first_at), getattr(of, name)), else_=summed.correlate(of).scalar_subquery())

    def _list_conditions(self, of: Any, name: str, *, is_open: bool) -> list[Any]:
        counted = [_Of.tenant_id == of.tenant_id, _Of.user_id == of.user_id, self.is_shown(_Of.occurred_at)]
        counted += [~_Of.is_planned, _Of.invitation != literal_column(str(Invitation.STRANGE.value))]
        counted += [_Of.kind == literal_column(_KINDS[name])] if _KINDS[name] else []
        is_same = and_(_Kept.tenant_id == _Of.tenant_id, _Kept.user_id == _Of.user_id)
        is_kept = exists().where(is_same, _Kept.contact_id == _Of.contact_id, _Kept.kept == _ALL)
        return [*counted, ~_Of.is_bcc, ~is_kept] if is_open else counted

    def _count_with_contact(self, of: Any, name: str, *, is_open: bool) -> Any:
        conditions = self._list_conditions(of, name, is_open=is_open)
        counted = select(func.count()).select_from(_Of).where(_Of.contact_id == of.contact_id, *conditions)
        return counted.correlate(of).scalar_subquery()

    def _count_at_company(self, of: Any, name: str, *, is_open: bool) -> Any:
        conditions = self._list_conditions(of, name, is_open=is_open)
        is_there = and_(_Them.tenant_id == of.tenant_id, _Them.company_id == of.company_id)
        counted = select(func.count(distinct(_Of.source_digest))).select_from(_Of)
        counted = counted.join(_Them, and_(is_there, _Them.id == _Of.contact_id))
        own, known = _Own, or_(_Them.is_added, _Them.sent_count + _Them.meeting_count + _Them.planned_count > _NOTHING)
        is_same = and_(own.tenant_id == _Of.tenant_id, own.user_id == _Of.user_id, own.contact_id == _Of.contact_id)
        is_counted = known if is_open else or_(known, exists().where(is_same, own.is_mine))
        return counted.where(*conditions, is_counted).correlate(of).scalar_subquery()
