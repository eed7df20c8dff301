"""What people decide about companies. Each change writes the copies kept for lists and its audit row with it.

`version` is what the card showed: where somebody has changed the company since, nothing is written and `StaleError`
carries the company as it is now. `source` is where the change came from (a `Surface`).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.book.company_writes import (
    change_one,
    change_several,
    check_partner,
    edit_name,
    edit_partner,
    edit_type,
    index_company,
)
from storage.models import CompanyType
from storage.record.changes import Change, Changes
from storage.text.names import clean_text
from storage.viewer import Viewer


async def set_company_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set what the company is to the firm; raises `MissingError` and `StaleError`."""
    return await change_one(connection, viewer, company_id, edit_type(type_, now, source), version)


async def set_company_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    partner_id: int | None,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Set who is responsible; raises `MissingError` (of `company`, or `user` for one who left or never was)."""
    await check_partner(connection, viewer, partner_id)
    return await change_one(connection, viewer, company_id, edit_partner(partner_id, now, source), version)


async def rename_company(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    name: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Rename the company, whose name is then final; raises `RefusedError("bad_name")` for one with nothing to read."""
    edit = edit_name(clean_text(name), is_provisional=False, now=now, source=source)
    change = await change_one(connection, viewer, company_id, edit, version)
    await index_company(connection, viewer, company_id)
    return change


async def set_companies_type(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    type_: CompanyType | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the type of several companies (at most 100), one audit row each."""
    return await change_several(connection, viewer, company_ids, edit_type(type_, now, source), versions or {})


async def set_companies_partner(
    connection: AsyncConnection,
    viewer: Viewer,
    company_ids: Sequence[int],
    partner_id: int | None,
    *,
    now: int,
    source: str,
    versions: Mapping[int, int] | None = None,
) -> Changes:
    """Set the partner of several companies (at most 100), one audit row each; raises `MissingError("user")`."""
    await check_partner(connection, viewer, partner_id)
    return await change_several(connection, viewer, company_ids, edit_partner(partner_id, now, source), versions or {})
