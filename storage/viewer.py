"""Who is asking, and the one place that says who may see what.

`Access(viewer)` begins with companies; whatever hangs on a company (its domains, contacts, relationships, interactions,
views, counts and sums) is derived from that. A further condition on companies (`Viewer.rules`) so holds for all of it.

My contacts and companies are those I wrote to or met (`is_mine`). Firm-wide shows every company and contact of the
firm; a firm that keeps contacts back (`shares_contacts` off) shows colleagues' companies and not their contacts. What a
viewer may not see is left out of the query, so it looks exactly like what is not there.

What somebody keeps to themselves is in no count of a contact or a company, and is seen through its user's own
relationship alone (`is_kept_contact`). Of others' relationships the columns `open_*` say what may be known.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from storage.age import Age
from storage.models import (
    Company,
    CompanyRelationship,
    Contact,
    InteractionContact,
    Relationship,
    User,
    View,
    ViewShare,
)

CompanyRule = Callable[["Viewer", Any], ColumnElement[bool]]
"""A condition on the number of a company, for a viewer whose own numbers may be parameters of a statement."""
RULES: Final[tuple[CompanyRule, ...]] = ()
"""What is asked of every company besides that the firm knows it, for every viewer."""

_Own = aliased(Relationship, name="own_relationships")
_OwnCompany = aliased(CompanyRelationship, name="own_company_relationships")
_At = aliased(Contact, name="contact_at")
_Kept = aliased(Relationship, name="kept_relationships")
_Known = aliased(Relationship, name="same_relationships")
_Same = aliased(CompanyRelationship, name="same_company_relationships")
_Named = aliased(Company, name="named_companies")
_RecentOwn = aliased(Relationship, name="recent_relationships")
_RecentOwnCompany = aliased(CompanyRelationship, name="recent_company_relationships")
_RecentThere = aliased(Contact, name="recent_contacts")
_NOTHING: Final[Any] = literal_column("0")
_ONE: Final[Any] = literal_column("1")
_ALL: Final[Any] = literal_column("2")
_NO_PERSON: Final[Any] = literal_column("'no_person'")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf a question is asked; every read and write takes one."""

    tenant_id: int
    user_id: int
    shares_contacts: bool = True
    """The firm's setting: False hides colleagues' contacts."""
    hides_old: bool = False
    """Something is older than the firm keeps, and a purge is still to delete it: it is not shown."""
    is_in_public: bool = False
    """The answer is read by others too (a channel, a group chat): nothing personal may be in it."""
    rules: tuple[CompanyRule, ...] = RULES

    @property
    def kind(self) -> "Viewer":
        """The viewer without numbers: those of one kind are answered by the same statements."""
        return replace(self, tenant_id=0, user_id=0)


def get_open(of: Any, name: str) -> Any:
    """Return a count or a date of a relationship as far as colleagues may know of it."""
    return case((of.kept == _NOTHING, getattr(of, name)), else_=getattr(of, f"open_{name}"))


def is_open_to_all(of: Any) -> ColumnElement[bool]:
    """Return whether colleagues may know that somebody knows a contact or a company (`is_mine`)."""
    known = of.open_sent_count + of.open_meeting_count + of.open_planned_count
    return or_(of.kept == _NOTHING, known > _NOTHING)


@dataclass(frozen=True, slots=True)
class Access:
    """What a viewer may see, as conditions for the tables of a query. `of` may be an alias."""

    viewer: Viewer

    def companies(self, of: Any = Company) -> ColumnElement[bool]:
        """Every company of the firm with at least one contact, and those that the viewer keeps to themselves."""
        if self.viewer.is_in_public:
            return self.open_companies(of)
        kept = and_(self._is_own(_OwnCompany), _OwnCompany.company_id == of.id, _OwnCompany.is_kept_contact)
        return and_(self.of_company(of, of.id), or_(of.is_known, exists().where(kept)), self._is_recent_company(of))

    def open_companies(self, of: Any = Company) -> ColumnElement[bool]:
        """Every company that the whole firm may know: what lists of the firm walk."""
        return and_(self.of_company(of, of.id), of.is_known, self._is_recent_company(of))

    def companies_of(self, own: Any, of: Any = Company) -> ColumnElement[bool]:
        """Return what holds for the company of an own relationship that is joined to it.

        Whether it is kept is looked up where it matters: a walk of the relationships then reads their index alone.
        """
        is_same = and_(_Same.tenant_id == own.tenant_id, _Same.user_id == own.user_id)
        is_kept = exists().where(is_same, _Same.company_id == own.company_id, _Same.is_kept_contact)
        return and_(self.of_company(of, of.id), or_(of.is_known, is_kept), self._is_recent_company(of))

    def of_company(self, of: Any, company_id: Any) -> ColumnElement[bool]:
        """Return what holds for rows of a company (domains, relationships), which carry its number."""
        return and_(of.tenant_id == self.viewer.tenant_id, *self.list_rules(company_id))

    def own_companies(self, of: Any = CompanyRelationship) -> ColumnElement[bool]:
        """My companies: those where I wrote to or met a contact; none of them in public."""
        own = and_(
            self.of_company(of, of.company_id), of.user_id == self.viewer.user_id, of.is_mine, self._is_recent(of)
        )
        return and_(own, ~true()) if self.viewer.is_in_public else own

    def contacts(self, of: Any = Contact) -> ColumnElement[bool]:
        """Every contact of the firm and those that the viewer keeps, or my own alone where the firm keeps them back."""
        if self.viewer.is_in_public:
            return self.open_contacts(of)
        own = and_(self._own_contacts(_Own), _Own.contact_id == of.id)
        if self.viewer.shares_contacts:
            kept = exists().where(own, _Own.is_kept_contact)
            return and_(self._at_company(of), or_(of.is_contact, kept))
        return and_(self._at_company(of), exists().where(own, or_(of.is_contact, _Own.is_kept_contact)))

    def open_contacts(self, of: Any = Contact) -> ColumnElement[bool]:
        """Every contact that the whole firm may know: what lists of the firm walk."""
        of_the_firm = and_(self._at_company(of), of.is_contact)
        if self.viewer.shares_contacts:
            return of_the_firm
        return and_(of_the_firm, exists().where(self._own_contacts(_Own), _Own.contact_id == of.id))

    def contacts_of(self, own: Any, of: Any = Contact) -> ColumnElement[bool]:
        """Return what holds for the contact of an own relationship that is joined to it; see `companies_of`."""
        is_same = and_(_Known.tenant_id == own.tenant_id, _Known.user_id == own.user_id)
        is_kept = exists().where(is_same, _Known.contact_id == own.contact_id, _Known.is_kept_contact)
        return and_(self._at_company(of), or_(of.is_contact, is_kept))

    def people(self, of: Any = Contact) -> ColumnElement[bool]:
        """Contacts, and those only seen, by those to whom they wrote; in public contacts alone.

        Who wrote in and was not answered may be a doctor, a recruiter or a whistle-blower: nobody else's affair. What
        was a contact of the firm until somebody said that it is no person stays there to be put right.
        """
        if self.viewer.is_in_public:
            return self.contacts(of)
        is_own = and_(_Own.tenant_id == self.viewer.tenant_id, _Own.user_id == self.viewer.user_id)
        is_mine = and_(self._at_company(of), exists().where(is_own, _Own.contact_id == of.id))
        if not self.viewer.shares_contacts:
            return is_mine
        return or_(self.contacts(of), is_mine, and_(self._at_company(of), of.reason == _NO_PERSON))

    def of_contact(self, of: Any) -> ColumnElement[bool]:
        """Return what holds for rows of a contact (relationships, interactions), which carry its number."""
        is_of_tenant = of.tenant_id == self.viewer.tenant_id
        if not self.viewer.rules:
            return and_(is_of_tenant)
        return and_(is_of_tenant, exists().where(self._at_company(_At), _At.id == of.contact_id))

    def participations(self, of: Any = InteractionContact) -> ColumnElement[bool]:
        """Who took part in what: not who was in bcc, at a personal meeting, or is kept, but in the viewer's own.

        The offset keeps PostgreSQL from reading all that anybody keeps instead of one row.
        """
        is_same = and_(_Kept.tenant_id == of.tenant_id, _Kept.user_id == of.user_id)
        kept = select(_ONE).where(is_same, _Kept.contact_id == of.contact_id, _Kept.kept == _ALL)
        is_kept = exists(kept.correlate_except(_Kept).limit(_ONE).offset(_NOTHING))
        is_known = or_(self._is_user(of), and_(~of.is_bcc, ~is_kept))
        is_shown = self._age.is_shown(of.occurred_at) if self.viewer.hides_old else true()
        return and_(self.of_contact(of), is_known, is_shown)

    def own_contacts(self, of: Any = Relationship) -> ColumnElement[bool]:
        """My contacts: those I wrote to or met, or added; none of them in public."""
        return and_(self._own_contacts(of), self.of_contact(of))

    def relationships(self, of: Any = Relationship) -> ColumnElement[bool]:
        """Who knows which contact or company: of contacts my own alone where the firm keeps them back."""
        known = and_(of.is_mine, or_(self._is_user(of), is_open_to_all(of)), self._is_recent(of))
        if hasattr(of, "company_id"):
            return and_(self.of_company(of, of.company_id), known)
        return and_(self.of_contact(of), known) if self.viewer.shares_contacts else self.own_contacts(of)

    def figure(self, of: Any, name: str) -> Any:
        """Return a count or a date of a relationship as far as the viewer may know of it."""
        is_seen = or_(of.kept == _NOTHING, self._is_user(of))
        value = case((is_seen, getattr(of, name)), else_=getattr(of, f"open_{name}"))
        return self._age.get_figure(of, name, value, is_seen=is_seen) if self.viewer.hides_old else value

    def total(self, of: Any, name: str) -> Any:
        """Return a count or a date of a contact or company that all may know, or of an own relationship."""
        if not self.viewer.hides_old:
            return getattr(of, name)
        if hasattr(of, "user_id"):
            return self._age.get_figure(of, name, getattr(of, name), is_seen=true())
        return self._age.get_total(of, name)

    def dated(self, name: str, value: Any) -> Any:
        """Return a date as far as it is shown."""
        return self._age.get_date(name, value) if self.viewer.hides_old else value

    def users(self) -> ColumnElement[bool]:
        """Everyone of the firm; those who left are kept for names on old cards."""
        return User.tenant_id == self.viewer.tenant_id

    def views(self) -> ColumnElement[bool]:
        """My own views, and those shared with the firm or with me, asked as three short ranges of indexes.

        None whose filter names a company that the viewer may not see.
        """
        viewer, of, shared = self.viewer, aliased(View), ViewShare
        own = select(of.id).where(
            of.tenant_id == viewer.tenant_id, of.owner_id == viewer.user_id, of.deleted_at.is_(None)
        )
        with_firm = select(of.id).where(of.tenant_id == viewer.tenant_id, of.is_shared_with_firm)
        with_me = select(shared.view_id).where(shared.tenant_id == viewer.tenant_id, shared.user_id == viewer.user_id)
        readable = union_all(own, with_firm, with_me).subquery()
        is_there = and_(View.tenant_id == viewer.tenant_id, View.deleted_at.is_(None), self.named_by(View))
        return and_(is_there, View.id.in_(select(readable.c[0])))

    def named_by(self, of: Any = View) -> ColumnElement[bool]:
        """Views that name no company, or one that the viewer may see; of one's own also those of a company now gone."""
        named = cast(of.filter["company_id"].as_string(), BigInteger)
        is_seen = exists().where(self.companies(_Named), _Named.id == named)
        is_walled = [or_(named.is_(None), rule) for rule in self.list_rules(named)]
        return and_(or_(named.is_(None), of.owner_id == self.viewer.user_id, is_seen), *is_walled)

    def contact_count(self, of: Any = Company) -> Any:
        """How many contacts of a company the viewer may see, but for those that somebody keeps."""
        if self.viewer.shares_contacts and not self.viewer.hides_old:
            return of.contact_count
        counted = select(func.count()).where(self.open_contacts(_At), _At.company_id == of.id)
        return counted.correlate(of).scalar_subquery()

    def _own_contacts(self, of: Any) -> ColumnElement[bool]:
        own = and_(self._is_own(of), of.is_mine, self._is_recent(of))
        return and_(own, ~true()) if self.viewer.is_in_public else own

    def _is_own(self, of: Any) -> ColumnElement[bool]:
        return and_(of.tenant_id == self.viewer.tenant_id, of.user_id == self.viewer.user_id)

    def _is_user(self, of: Any) -> ColumnElement[bool]:
        """It is the viewer's own; in public nothing is."""
        return false() if self.viewer.is_in_public else of.user_id == self.viewer.user_id

    def _at_company(self, of: Any) -> ColumnElement[bool]:
        """People of no company, or of one that may be seen."""
        at = of.company_id
        is_open = [or_(at.is_(None), rule) for rule in self.list_rules(at)]
        return and_(of.tenant_id == self.viewer.tenant_id, *is_open, self._is_recent_contact(of))

    @property
    def _age(self) -> Age:
        return Age(self.viewer.tenant_id)

    def _is_recent(self, of: Any) -> ColumnElement[bool]:
        return self._age.is_recent(of) if self.viewer.hides_old else true()

    def _is_recent_contact(self, of: Any) -> ColumnElement[bool]:
        """The contact is, by what all may know, or by what the viewer had with them."""
        if not self.viewer.hides_old or self.viewer.is_in_public:
            return self._is_recent(of)
        own = _RecentOwn
        return or_(
            self._is_recent(of), exists().where(self._is_own(own), own.contact_id == of.id, self._is_recent(own))
        )

    def _is_recent_company(self, of: Any) -> ColumnElement[bool]:
        """The company is, or one of its contacts is."""
        if not self.viewer.hides_old:
            return true()
        there, own = _RecentThere, _RecentOwnCompany
        is_there = and_(there.tenant_id == of.tenant_id, there.company_id == of.id, there.is_contact)
        is_recent = or_(self._is_recent(of), exists().where(is_there, self._is_recent(there)))
        if self.viewer.is_in_public:
            return is_recent
        return or_(is_recent, exists().where(self._is_own(own), own.company_id == of.id, self._is_recent(own)))

    def list_rules(self, company_id: Any) -> list[ColumnElement[bool]]:
        """Return the conditions on a company's number, for a join whose tenant is that of the other side."""
        return [rule(self.viewer, company_id) for rule in self.viewer.rules]
