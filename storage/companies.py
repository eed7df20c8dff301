"""Companies as a viewer sees them: lists, one company, and finding one by what people call it."""

from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.facts import ContactBrief, Knower, Match, Recent, Totals
from storage.filters import Filter, Scope
from storage.lists import fetch_page
from storage.models import CompanyType
from storage.paging import Page
from storage.viewer import Viewer


class CompanyRow(msgspec.Struct, frozen=True):
    """A company in a list; counts and dates are the viewer's own in scope `mine`, else the firm's."""

    id: int
    name: str
    is_provisional: bool
    type: CompanyType | None
    partner_id: int | None
    partner_name: str | None
    domain: str
    """Its main domain (the shortest)."""
    version: int
    contact_count: int
    interaction_count: int
    first_at: int
    last_at: int
    """0: nothing with a believable date yet."""


@dataclass(frozen=True, slots=True)
class CompanyDetail:
    """Everything that a card of one company shows."""

    id: int
    name: str
    is_provisional: bool
    type: CompanyType | None
    partner_id: int | None
    partner_name: str | None
    version: int
    contact_count: int
    domains: tuple[str, ...]
    firm: Totals
    mine: Totals
    is_mine: bool
    knowers: tuple[Knower, ...]
    """Newest first, at most 20; `knower_count` counts them all."""
    knower_count: int
    recent: tuple[Recent, ...]
    contacts: tuple[ContactBrief, ...]
    """Those the viewer may see, newest first, at most 10."""


async def list_companies(
    connection: AsyncConnection,
    viewer: Viewer,
    filter_: Filter,
    *,
    now: int,
    cursor: str | None = None,
    limit: int = 10,
) -> Page[CompanyRow]:
    """Return a page of companies; raises `CursorError` for a cursor that is not of this list."""
    return await fetch_page(connection, viewer, filter_, _make_row, now=now, cursor=cursor, limit=limit)


async def list_companies_to_sort_out(
    connection: AsyncConnection, viewer: Viewer, *, scope: Scope = "firm", cursor: str | None = None, limit: int = 10
) -> Page[CompanyRow]:
    """Return the companies without type or partner, busiest first; raises `CursorError`."""
    busiest = Filter(scope=scope, sort="count")
    options: dict[str, Any] = {"now": 0, "cursor": cursor, "limit": limit, "is_to_sort_out": True}
    return await fetch_page(connection, viewer, busiest, _make_row, **options)


_TYPES = {None: None} | {type_.value: type_ for type_ in CompanyType}


def _make_row(row: Any) -> CompanyRow:
    return CompanyRow(row[0], row[1], row[2], _TYPES[row[3]], row[4], row[5], row[6] or "", *row[7:-1])


async def get_company(connection: AsyncConnection, viewer: Viewer, company_id: int) -> CompanyDetail | None:
    """Return one company with all that its card shows."""
    raise NotImplementedError


async def get_company_rows(
    connection: AsyncConnection, viewer: Viewer, company_ids: list[int]
) -> dict[int, CompanyRow]:
    """Return the visible ones among `company_ids` with the firm's figures, at most 100."""
    raise NotImplementedError


async def find_companies(connection: AsyncConnection, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find companies by name, by any of their domains, by an address or link at one, or by a mistyped name."""
    raise NotImplementedError
