"""Which addresses are one person's, by what people said: read by whatever counts or shows people.

Mail stays with the address that it was exchanged with. One of the addresses stands for the person (`person_id` of all
of them): what it had is counted over all. The others count for themselves in the sums of their companies alone.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import select

from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import Contact

_MEMBERS: Final = Prepared(
    select(Contact.person_id, Contact.id, Contact.address, Contact.company_id)
    .where(Contact.tenant_id == number("tenant_id"), Contact.person_id.is_not(None))
    .order_by(Contact.id),
    is_quick=True,
)
_PERSON: Final = Prepared(
    select(Contact.person_id).where(Contact.tenant_id == number("tenant_id"), Contact.id == number("contact_id")),
    is_quick=True,
)


class Member(NamedTuple):
    """A contact that is one of several addresses of a person."""

    person_id: int
    """The contact that stands for the person."""
    id: int
    address: str
    company_id: int | None


Persons = Mapping[int, list[Member]]
"""By the contact that stands for a person all that are the same person, itself included."""


async def list_persons(connection: Reading, tenant_id: int, contact_ids: Collection[int] | None = None) -> Persons:
    """Return the persons with several addresses; of some contacts, those who are among these."""
    persons: dict[int, list[Member]] = {}
    for row in await _MEMBERS.fetch(connection, {"tenant_id": tenant_id}):
        persons.setdefault(row[0], []).append(Member(*row))
    if contact_ids is None:
        return persons
    asked = set(contact_ids)
    return {person_id: members for person_id, members in persons.items() if asked & {one.id for one in members}}


def add_members(persons: Persons, contact_ids: Collection[int]) -> list[int]:
    """Return these contacts, and all that are the same persons."""
    return sorted({*contact_ids, *(one.id for members in persons.values() for one in members)})


async def find_person(connection: Reading, tenant_id: int, contact_id: int) -> int:
    """Return the contact that stands for the person whom a contact is; itself where it has one address."""
    rows = await _PERSON.fetch(connection, {"tenant_id": tenant_id, "contact_id": contact_id})
    return rows[0][0] or contact_id if rows else contact_id
