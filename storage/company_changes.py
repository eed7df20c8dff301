"""What people decide about companies. Each change writes the copies kept for lists and its audit row with it.

`version` is what the card showed: where somebody has changed the company since, nothing is written and `StaleError`
carries the company as it is now. `source` is where the change came from (a `Surface`).
"""

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.changes import Change, Changes
from storage.models import CompanyType
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
    raise NotImplementedError


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
    raise NotImplementedError


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
    """Give the company a name, no longer provisional; `RefusedError("bad_name")` for one with nothing to read."""
    raise NotImplementedError


async def add_company_domain(
    connection: AsyncConnection,
    viewer: Viewer,
    company_id: int,
    domain: str,
    *,
    now: int,
    source: str,
    version: int | None = None,
) -> Change:
    """Add a domain that no company has; raises `TakenError` where one has it, `RefusedError("bad_domain")`."""
    raise NotImplementedError


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
    raise NotImplementedError


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
    raise NotImplementedError


async def undo_change(connection: AsyncConnection, viewer: Viewer, audit_id: int, *, now: int, source: str) -> Change:
    """Take one change back (company, contact or view); raises `StaleError` where it was changed again since.

    An undo can be undone; `MissingError("audit")` for a number that is no change the viewer may take back.
    """
    raise NotImplementedError
