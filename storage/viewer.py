"""Who is asking, and the one place that says who may see what.

`Access(viewer)` begins with companies; whatever hangs on a company (its domains, contacts, relationships, interactions,
views, counts and sums) is derived from that. A further condition on companies (`Viewer.rules`) so holds for all of it.

My contacts and companies are those I wrote to or met (`is_mine`). Firm-wide shows every company and contact of the
firm; a firm that keeps contacts back (`shares_contacts` off) shows colleagues' companies and not their contacts. What a
viewer may not see is left out of the query, so it looks exactly like what is not there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, or_, select, true, union_all
from sqlalchemy.orm import aliased

from storage.models import Company, CompanyRelationship, Contact, Relationship, User, View, ViewShare

CompanyRule = Callable[["Viewer", Any], ColumnElement[bool]]
"""A condition on the number of a company, for a viewer whose own numbers may be parameters of a statement."""
RULES: Final[tuple[CompanyRule, ...]] = ()
"""What is asked of every company besides that the firm knows it, for every viewer."""

_Own = aliased(Relationship, name="own_relationships")
_At = aliased(Contact, name="contact_at")


@dataclass(frozen=True, slots=True)
class Viewer:
    """The user on whose behalf a question is asked; every read and write takes one."""

    tenant_id: int
    user_id: int
    shares_contacts: bool = True
    """The firm's setting: False hides colleagues' contacts."""
    is_in_public: bool = False
    """The answer is read by others too (a channel, a group chat): nothing personal may be in it."""
    rules: tuple[CompanyRule, ...] = RULES

    @property
    def kind(self) -> "Viewer":
        """The viewer without numbers: those of one kind are answered by the same statements."""
        return replace(self, tenant_id=0, user_id=0)


@dataclass(frozen=True, slots=True)
class Access:
    """What a viewer may see, as conditions for the tables of a query. `of` may be an alias."""

    viewer: Viewer

    def companies(self, of: Any = Company) -> ColumnElement[bool]:
        """Every company of the firm with at least one contact."""
        return and_(self.of_company(of, of.id), of.is_known)

    def of_company(self, of: Any, company_id: Any) -> ColumnElement[bool]:
        """Give what holds for rows of a company (domains, relationships), which carry its number."""
        return and_(of.tenant_id == self.viewer.tenant_id, *self.list_rules(company_id))

    def own_companies(self, of: Any = CompanyRelationship) -> ColumnElement[bool]:
        """My companies: those where I wrote to or met a contact; none of them in public."""
        own = and_(self.of_company(of, of.company_id), of.user_id == self.viewer.user_id, of.is_mine)
        return and_(own, ~true()) if self.viewer.is_in_public else own

    def contacts(self, of: Any = Contact) -> ColumnElement[bool]:
        """Every contact of the firm, or my own alone where the firm keeps contacts back."""
        of_the_firm = and_(self._at_company(of), of.is_contact)
        if self.viewer.shares_contacts:
            return of_the_firm
        return and_(of_the_firm, exists().where(self._own_contacts(_Own), _Own.contact_id == of.id))

    def people(self, of: Any = Contact) -> ColumnElement[bool]:
        """Contacts, and those only seen, by whom they wrote to alone; in public contacts alone.

        Who wrote in and was not answered may be a doctor, a recruiter or a whistle-blower: nobody else's affair.
        """
        if self.viewer.is_in_public:
            return self.contacts(of)
        is_own = and_(_Own.tenant_id == self.viewer.tenant_id, _Own.user_id == self.viewer.user_id)
        is_mine = and_(self._at_company(of), exists().where(is_own, _Own.contact_id == of.id))
        return or_(self.contacts(of), is_mine) if self.viewer.shares_contacts else is_mine

    def of_contact(self, of: Any) -> ColumnElement[bool]:
        """Give what holds for rows of a contact (relationships, interactions), which carry its number."""
        is_of_tenant = of.tenant_id == self.viewer.tenant_id
        if not self.viewer.rules:
            return and_(is_of_tenant)
        return and_(is_of_tenant, exists().where(self._at_company(_At), _At.id == of.contact_id))

    def own_contacts(self, of: Any = Relationship) -> ColumnElement[bool]:
        """My contacts: those I wrote to or met, or added; none of them in public."""
        return and_(self._own_contacts(of), self.of_contact(of))

    def relationships(self, of: Any = Relationship) -> ColumnElement[bool]:
        """Who knows which contact or company: of contacts my own alone where the firm keeps them back."""
        if hasattr(of, "company_id"):
            return and_(self.of_company(of, of.company_id), of.is_mine)
        return and_(self.of_contact(of), of.is_mine) if self.viewer.shares_contacts else self.own_contacts(of)

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
        """Views that name no company, or one that the viewer may see."""
        named = cast(of.filter["company_id"].as_string(), BigInteger)
        return and_(true(), *(or_(named.is_(None), rule) for rule in self.list_rules(named)))

    def contact_count(self, of: Any = Company) -> Any:
        """How many contacts of a company the viewer may see; the company's own count where that is all of them."""
        if self.viewer.shares_contacts:
            return of.contact_count
        counted = select(func.count()).where(self.contacts(_At), _At.company_id == of.id)
        return counted.correlate(of).scalar_subquery()

    def hides_some(self, of: Any) -> bool:
        """Say whether the viewer may be kept from some rows of a table that others see."""
        return bool(self.viewer.rules) or (of is Contact and not self.viewer.shares_contacts)

    def _own_contacts(self, of: Any) -> ColumnElement[bool]:
        own = and_(of.tenant_id == self.viewer.tenant_id, of.user_id == self.viewer.user_id, of.is_mine)
        return and_(own, ~true()) if self.viewer.is_in_public else own

    def _at_company(self, of: Any) -> ColumnElement[bool]:
        """People of no company, or of one that may be seen."""
        at = of.company_id
        is_open = [or_(at.is_(None), rule) for rule in self.list_rules(at)]
        return and_(of.tenant_id == self.viewer.tenant_id, *is_open)

    def list_rules(self, company_id: Any) -> list[ColumnElement[bool]]:
        """Give the conditions on a company's number, for a join whose tenant is that of the other side."""
        return [rule(self.viewer, company_id) for rule in self.viewer.rules]
