"""Lists, saved views and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

import msgspec

from bot.results.base import Result
from bot.turn import Choice, File, Json
from storage.book.companies import CompanyRow
from storage.book.contacts import ContactRow
from storage.lists.filters import Filter, Scope, to_json
from storage.lists.paging import Page
from storage.models import CompanyType
from storage.text.look_alikes import show_name
from storage.views.views import ViewRow


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that is asked for, rows aside."""

    filter: Filter
    words: str
    """The filter as it was understood."""
    title: str = ""
    """A view's name; else the list is called after its filter."""
    view_id: int | None = None
    cursor: str | None = None
    people: Mapping[int, str] = field(default_factory=dict)
    """The names of the colleagues in the filter."""
    company_name: str = ""
    not_understood: tuple[str, ...] = ()
    note: str = ""
    """Something to know first: what was done, or why this list and no other."""
    is_in_public: bool = False
    """Others read it too: nothing can be changed from it."""
    read_so_far: float | None = None
    """How much of the first sync is done, where nothing was found and there is more to come."""

    def to_data(self) -> Json:
        """Return the list as plain JSON: its filter is one that can be asked again."""
        plain = {one.name: getattr(self, one.name) for one in fields(self)}
        return plain | {"filter": to_json(self.filter)}


@dataclass(frozen=True, slots=True, kw_only=True)
class ListShown(Result):
    """A page of companies or of contacts."""

    listing: Listing
    page: Page[Any]
    firm_count: int = 0
    """How many rows the firm's list has, where the reader's own is empty."""
    total: int | None = None
    """How many rows the list has, all pages together; None where nobody counted."""
    has_more: bool = False
    """There are more than `total`: counting on would have cost more than the page did."""

    @property
    def data(self) -> dict[str, Any]:
        """The page as plain JSON."""
        return give_page(self.listing, self.page) | {
            "firm_count": self.firm_count,
            "view_id": self.listing.view_id,
            "previous": self.page.previous,
            "row_count": len(self.page.rows),
            "total": self.total,
            "has_more": self.has_more,
            "audit_ids": list(self.audit_ids),
        }

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The list, for "this"."""
        of = "company" if self.listing.filter.of == "companies" else "contact"
        rows = tuple((of, row.id) for row in self.page.rows)
        return {"rows": rows, "filter": to_json(self.listing.filter), "view_id": self.listing.view_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class RowsGiven(Result):
    """Many rows of a list, for a page that draws them itself."""

    listing: Listing
    page: Page[Any]

    @property
    def data(self) -> dict[str, Any]:
        """The rows as plain JSON."""
        return give_page(self.listing, self.page)


def give_page(listing: Listing, page: Page[Any]) -> Json:
    """Return the rows of a page, the filter and the names in it as plain JSON."""
    return {
        "rows": [give_row(row) for row in page.rows],
        "next": page.next,
        "filter": to_json(listing.filter),
        "people": {str(number): name for number, name in listing.people.items()},
        "read_so_far": listing.read_so_far,
    }


def give_row(row: CompanyRow | ContactRow) -> Json:
    """Return a company or a contact of a list as plain JSON; what is `shown` tells letters of another alphabet."""
    if isinstance(row, CompanyRow):
        shown = {"shown_name": show_name(row.name)}
    else:
        shown = {"shown_name": show_name(row.name or row.address), "shown_company": show_name(row.company_name or "")}
    return {**msgspec.to_builtins(row), **shown}


@dataclass(frozen=True, slots=True, kw_only=True)
class NameWanted(Result):
    """A list that is to be saved: under which name? `own` is the view of the reader's own that it is."""

    listing: Listing
    own: ViewRow | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListChoices(Result):
    """What else can be done with a list."""

    listing: Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class TicksShown(Result):
    """A page of companies, several of which may be ticked."""

    listing: Listing
    rows: Sequence[CompanyRow]
    chosen_type: str | None = None
    """The type that was said beforehand; None for none said."""


@dataclass(frozen=True, slots=True)
class TypeGroup:
    """One type of company: its latest ones, and the filter of its list."""

    type: CompanyType | None
    filter: Mapping[str, Any]
    rows: Sequence[CompanyRow]
    has_more: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TypesListed(Result):
    """The companies type by type."""

    groups: Sequence[TypeGroup]
    scope: Scope


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFound(Result):
    """Colleagues for a people picker."""

    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileOffered(Result):
    """A list as a file, not made yet; `words` is the filter."""

    file: File
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FileMade(Result):
    """The file itself, of `row_count` rows."""

    file: File
    row_count: int

    @property
    def data(self) -> dict[str, Any]:
        """What the file is; its bytes go their own way."""
        return {"name": self.file.name, "size": self.file.size, "row_count": self.row_count}


@dataclass(frozen=True, slots=True)
class NamedView:
    """A view with its name and its filter in the reader's words."""

    row: ViewRow
    name: str
    words: str

    def to_data(self) -> Json:
        """Return the view as plain JSON."""
        view = self.row
        return {
            "view_id": view.id,
            "name": self.name,
            "words": self.words,
            "filter": to_json(view.filter),
            "is_builtin": view.builtin is not None,
            "is_own": view.is_own,
            "is_default": view.is_default,
            "is_hidden": view.is_hidden,
            "is_shared": view.is_shared_with_firm or view.shared_with > 0,
            "version": view.version,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsListed(Result):
    """The reader's views in the reader's order, from a place on."""

    views: Sequence[NamedView]
    start: int = 0
    hidden_count: int = 0
    note: str = ""
    changed_id: int | None = None
    """The view that was just changed."""

    @property
    def data(self) -> dict[str, Any]:
        """The views as plain JSON."""
        changed = {} if self.changed_id is None else {"view_id": self.changed_id, "audit_ids": list(self.audit_ids)}
        return {"views": [view.to_data() for view in self.views], **changed}

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The view that was changed, for "this"."""
        return {} if self.changed_id is None else {"view_id": self.changed_id}


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewShown(Result):
    """What can be done with a view; after a change `note` says what was done."""

    view: NamedView
    readers: Sequence[str] = ()
    note: str = ""

    @property
    def data(self) -> dict[str, Any]:
        """The view as plain JSON."""
        return self.view.to_data() | ({"audit_ids": list(self.audit_ids)} if self.audit_ids else {})

    @property
    def remembered(self) -> Mapping[str, Any]:
        """The view and its filter, for "this"."""
        return {"view_id": self.view.row.id, "filter": to_json(self.view.row.filter)}
