"""Companies that are one with another by what somebody said: those of a company, and finding one by its name."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import select

from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number
from storage.engine.prepared import Prepared
from storage.history.survivors import find_survivor
from storage.lists.filters import is_id
from storage.models import Company
from storage.text.names import fold_name
from storage.viewer import Access, Viewer


@dataclass(frozen=True, slots=True)
class MergedCompany:
    """A company that was merged into another."""

    id: int
    name: str
    into_id: int
    """The company that it counts in."""


async def list_merged_companies(connection: Reading, viewer: Viewer, company_id: int) -> tuple[MergedCompany, ...]:
    """Return the companies that count in one which the viewer sees, those that were merged into these included."""
    found: dict[int, MergedCompany] = {}
    below = [company_id]
    while below:
        rows = await _prepare_merged(viewer.kind).fetch(connection, _get_values(viewer, below.pop(0)))
        some = {row.id: MergedCompany(row.id, row.name, company_id) for row in rows if row.id not in found}
        found |= some
        below += some
    return tuple(found.values())


async def find_merged_companies(connection: Reading, viewer: Viewer, name: str) -> tuple[MergedCompany, ...]:
    """Return the merged companies of that name which count in one that the viewer sees."""
    of = Company
    called = of.tenant_id == viewer.tenant_id, of.merged_into.is_not(None), of.folded_name == fold_name(name)
    rows = (await connection.execute(select(of.id, of.name).where(*called).order_by(of.id))).all()
    found = []
    for row in rows:
        into_id = await find_survivor(connection, Company, viewer.tenant_id, row.id)
        if await is_seen(connection, viewer, into_id):
            found.append(MergedCompany(row.id, row.name, into_id))
    return tuple(found)


def _get_values(viewer: Viewer, company_id: int) -> dict[str, Any]:
    return {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "company_id": company_id}


@lru_cache
def _prepare_merged(kind: Viewer) -> Prepared:
    of = Company
    is_there = Access(as_parameters(kind)).of_company(of, of.id), of.merged_into == number("company_id")
    return Prepared(select(of.id, of.name).where(*is_there).order_by(of.id), is_quick=True)


async def is_seen(connection: Reading, viewer: Viewer, company_id: int) -> bool:
    """Return whether the viewer sees a company as one of its own."""
    asked = select(Company.id).where(Access(viewer).companies(), Company.id == company_id)
    return is_id(company_id) and await connection.scalar(asked) is not None
