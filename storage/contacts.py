"""Contacts as a viewer sees them: lists, one contact, finding one, and adding one by hand."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.audit import AuditRow
from storage.changes import Change
from storage.facts import Knower, Match, Recent, Totals
from storage.filters import Filter
from storage.lists import fetch_page
from storage.models import CompanyType
from storage.paging import Page
from storage.viewer import Viewer


class ContactRow(msgspec.Struct, frozen=True):
    """A contact in a list; counts and dates are the viewer's own in scope `mine`, else the firm's."""

    id: int
    name: str
    address: str
    company_id: int | None
    company_name: str | None
    interaction_count: int
    first_at: int
    last_at: int


@dataclass(frozen=True, slots=True)
class ContactDetail:
    """Everything that a card of one contact shows."""

    id: int
    name: str
    address: str
    reason: str
    """The reason code of the decision that made them a contact."""
    is_added: bool
    """Somebody added them by hand."""
    company_id: int | None
    company_name: str | None
    company_type: CompanyType | None
    partner_name: str | None
    firm: Totals
    """The viewer's own where the firm keeps contacts back."""
    mine: Totals
    is_mine: bool
    knowers: tuple[Knower, ...]
    knower_count: int
    recent: tuple[Recent, ...]


@dataclass(frozen=True, slots=True)
class SeenPerson:
    """Why an outside person is (not) a contact: for `contact.explain`."""

    id: int
    name: str
    address: str
    is_contact: bool
    is_added: bool
    reason: str
    company_id: int | None
    company_name: str | None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on an open mail or meeting."""

    address: str
    """As it was given."""
    state: Literal["user", "contact", "seen", "unknown", "invalid"]
    """Of the firm; a contact the viewer may see; only wrote in so far; not in the book; no address at all."""
    id: int | None = None
    """Of the user or the contact."""
    name: str = ""
    company_id: int | None = None
    """By the contact, else by the domain of the address; a company the viewer may see."""
    company_name: str | None = None
    last_at: int = 0
    reason: str = ""


async def list_contacts(
    connection: AsyncConnection,
    viewer: Viewer,
    filter_: Filter,
    *,
    now: int,
    cursor: str | None = None,
    limit: int = 10,
) -> Page[ContactRow]:
    """Return a page of contacts; raises `CursorError` for a cursor that is not of this list."""
    return await fetch_page(connection, viewer, filter_, _make_row, now=now, cursor=cursor, limit=limit)


def _make_row(row: Any) -> ContactRow:
    return ContactRow(*row[:-1])


async def get_contact(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> ContactDetail | None:
    """Return one contact with all that its card shows."""
    raise NotImplementedError


async def find_contacts(connection: AsyncConnection, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find contacts by name, by address, or by a mistyped name."""
    raise NotImplementedError


async def get_people(connection: AsyncConnection, viewer: Viewer, addresses: Sequence[str]) -> list[Person]:
    """Say who each address is, in the order given (at most 500)."""
    raise NotImplementedError


async def get_seen_person(
    connection: AsyncConnection, viewer: Viewer, *, contact_id: int | None = None, address: str = ""
) -> SeenPerson | None:
    """Return a contact, or somebody who only wrote to the viewer (or to the firm, where it shares contacts)."""
    raise NotImplementedError


async def add_contact(
    connection: AsyncConnection,
    viewer: Viewer,
    *,
    contact_id: int | None = None,
    address: str = "",
    now: int,
    source: str,
) -> Change:
    """Make somebody who was only seen a contact of the viewer; it stays so whatever is derived later.

    Raises `MissingError("contact")` for one never seen. `undo_change` takes it back.
    """
    raise NotImplementedError


async def undo_contact(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take back that somebody was added by hand."""
    raise NotImplementedError
