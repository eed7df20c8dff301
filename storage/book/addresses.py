"""The other addresses of people, as a viewer may know of them, and finding who was said to be the same person."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import exists, literal_column, or_, select
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number, numbers
from storage.engine.prepared import Prepared
from storage.lists.addresses import is_known_address, is_other_address
from storage.models import Contact
from storage.text.names import fold_name
from storage.viewer import Access, Viewer

_Above = aliased(Contact, name="stands_for")
_MOST_CALLED: Final = 20


@dataclass(frozen=True, slots=True)
class OtherAddress:
    """An address of somebody for whom another one stands."""

    id: int
    """Of the contact that it was."""
    name: str
    address: str
    person_id: int | None


async def list_other_addresses(
    connection: Reading, viewer: Viewer, person_ids: Sequence[int]
) -> dict[int, tuple[OtherAddress, ...]]:
    """Return the other addresses of people whom the viewer sees, as far as the viewer may know of these."""
    found: defaultdict[int, tuple[OtherAddress, ...]] = defaultdict(tuple)
    if person_ids:
        values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id, "person_ids": list(person_ids)}
        for row in await _prepare_others(viewer.kind).fetch(connection, values):
            found[row.person_id] += (OtherAddress(row.id, row.name, row.address, row.person_id),)
    return dict(found)


async def find_other_addresses(connection: Reading, viewer: Viewer, name: str) -> tuple[OtherAddress, ...]:
    """Return the other addresses that were called by a name, of people whom the viewer sees."""
    of, access = Contact, Access(viewer)
    is_called = or_(of.folded_name == fold_name(name), of.address == name.strip().lower())
    is_seen = exists().where(access.people(_Above), _Above.id == of.person_id)
    columns = (of.id, of.name, of.address, of.person_id)
    known = is_other_address(of), is_known_address(viewer, of), of.tenant_id == viewer.tenant_id, is_called, is_seen
    rows = await connection.execute(select(*columns).where(*known).order_by(of.id).limit(_MOST_CALLED))
    return tuple(OtherAddress(row.id, row.name, row.address, row.person_id) for row in rows)


@lru_cache
def _prepare_others(kind: Viewer) -> Prepared:
    of, asker = Contact, as_parameters(kind)
    columns: tuple[Any, ...] = (of.id, of.name, of.address, of.person_id)
    known = is_other_address(of), is_known_address(asker, of)
    theirs = of.tenant_id == asker.tenant_id, of.person_id.in_(numbers("person_ids"))
    return Prepared(select(*columns).where(*theirs, *known).order_by(of.id), is_quick=True)


@lru_cache
def prepare_addresses(kind: Viewer) -> Prepared:
    """Select the numbers of all addresses of the person for whom a contact stands; of one address none."""
    of, asker = Contact, as_parameters(kind)
    theirs = of.tenant_id == asker.tenant_id, of.person_id == number("contact_id")
    return Prepared(select(of.id).where(*theirs).order_by(of.last_at.desc()).limit(literal_column("12")), is_quick=True)
