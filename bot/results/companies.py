"""Companies and contacts, one at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.results.base import Result
from bot.turn import Json
from storage.book.companies import CompanyDetail, CompanyRow
from storage.book.contacts import ContactDetail, SeenPerson
from storage.book.item_people import Person
from storage.book.meetings import Meeting
from storage.lists.filters import Scope
from storage.lists.paging import Page


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyShown(Result):
    """One company; after a change of it `note` says what was done."""

    company: CompanyDetail
    meeting: Meeting | None = None
    """The reader's own next one with somebody there."""
    note: str = ""
    back: Json | None = None
    """Where the reader came from, verb included."""
    asks_partner: bool = False
    """Who is responsible is asked next."""
    wrong: str = ""
    """The field of the form that could not be read; the summary says why, and the form is open with what it held."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """Which company "this" is when it is said."""
        return {"company_id": self.company.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeAsked(Result):
    """A company of which is asked with which other it is one."""

    company: CompanyDetail
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SamePersonAsked(Result):
    """A contact of whom is asked who they are as well."""

    contact: ContactDetail
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyShared(Result):
    """A company that somebody put into a conversation, as one reader of the firm sees it, its people aside."""

    company: CompanyDetail


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactShown(Result):
    """One contact; after a change `note` says what was done."""

    contact: ContactDetail
    meeting: Meeting | None = None
    """The reader's own next one with them."""
    note: str = ""
    back: Json | None = None

    @property
    def remembered(self) -> Mapping[str, Any]:
        """Who "that" is when it is said."""
        return {"audit_ids": list(self.audit_ids)} if self.audit_ids else {"contact_id": self.contact.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained(Result):
    """Why somebody is a contact, or why not."""

    person: SeenPerson
    back: Json | None = None
    note: str = ""
    """That they are only who is called most like the name that was asked for."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """Who "that" is when it is said."""
        return {"contact_id": self.person.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class NoContact(Result):
    """Why an address is no contact: a reason code (`storage.book.contact_explanation`), empty if it was never seen."""

    address: str
    reason: str = ""
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnAddressShown(Result):
    """Whether an address outside the firm is the asker's own, and what that means."""

    address: str
    is_own: bool
    line: str
    back: Json | None = None
    contact_id: int | None = None
    """Whose address it is, where a contact was named by their number."""

    @property
    def remembered(self) -> Mapping[str, Any]:
        """Of which address "that is me" is said next."""
        return {"address": self.address}


@dataclass(frozen=True, slots=True)
class Met:
    """A company on an open mail or meeting, and of its people those who are there."""

    company: CompanyDetail
    people: tuple[Person, ...]
    meeting: Meeting | None = None
    """The reader's own next one with somebody there."""


@dataclass(frozen=True, slots=True)
class OnItem:
    """Everyone on an open mail or meeting, colleagues left out."""

    companies: tuple[Met, ...] = ()
    contacts: tuple[Person, ...] = ()
    """Contacts without a company."""
    strangers: tuple[Person, ...] = ()
    """No contacts (yet): seen, or not known at all."""
    colleague_count: int = 0
    left_out: int = 0
    """Companies and people beyond what one item is read for."""
    reading: str = ""
    """How much of the mailboxes was read so far, where somebody is not known yet."""
    meetings: Mapping[int, Meeting] = field(default_factory=dict)
    """The reader's own next one with each of the `contacts`, as far as they are shown."""

    @property
    def people_not_known(self) -> tuple[Person, ...]:
        """The strangers who may become contacts."""
        return tuple(person for person in self.strangers if person.state != "machine")

    @property
    def machines(self) -> tuple[Person, ...]:
        """The strangers who are never contacts."""
        return tuple(person for person in self.strangers if person.state == "machine")

    def why_empty(self, mode: str) -> str:
        """Return the key of the text of the room `cards.pane` for an item with nobody to show."""
        if self.colleague_count:
            return "colleagues_only"
        return "nobody_yet" if mode == "compose" else "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemShown(Result):
    """Who is on the open item; `back` leads here again."""

    item: OnItem
    mode: str
    back: Json | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsortedListed(Result):
    """A page of the companies without type or partner."""

    page: Page[CompanyRow]
    scope: Scope
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsortedShown(Result):
    """One company to sort out, and the place of the next one."""

    company: CompanyDetail
    next: str | None
    scope: Scope
    note: str = ""


@dataclass(frozen=True, slots=True)
class FoundCompany:
    """A company that may be put into a message, its people aside."""

    company: CompanyDetail


@dataclass(frozen=True, slots=True)
class FoundContact:
    """A contact that may be put into a message."""

    id: int
    name: str
    address: str
    company_name: str
    last_at: int


@dataclass(frozen=True, slots=True)
class FoundView:
    """A saved view that may be put into a message: its question, which each reader asks anew; never its rows."""

    name: str
    words: str
    filter: Json


@dataclass(frozen=True, slots=True, kw_only=True)
class Found(Result):
    """What may be put into a message."""

    found: Sequence[FoundCompany | FoundContact | FoundView]


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewShared(Result):
    """A view that is put into a message."""

    view: FoundView
