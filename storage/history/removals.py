"""Whom people took off the contacts: a user off their own, or anybody off everybody's, since it is no person.

What was captured stays as it is; the decision is a row beside it, under a digest in place of the address, and every
recount asks for it. So a later sync changes nothing, and taking a decision back restores what there was.
"""

from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import and_, delete, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.models import Contact, Removal
from storage.text.addresses import digest_address

EVERYBODY: Final = 0
"""The user of a decision that holds for the whole firm."""
NO_PERSON: Final = "no_person"
"""The reason code of what would be a contact, and was said to be no person."""
OFF: Final = "taken_off"
"""The reason code of whom the user took off their own contacts."""
_REMOVED: Final = Prepared(
    select(Removal.user_id, Removal.digest).where(
        Removal.tenant_id == number("tenant_id"),
        or_(Removal.user_id == number("user_id"), Removal.user_id == literal_column(str(EVERYBODY))),
    ),
    is_quick=True,
)


class Removed(NamedTuple):
    """Whom a user took off their contacts, and what is nobody's contact, by digest."""

    own: frozenset[bytes] = frozenset()
    no_persons: frozenset[bytes] = frozenset()

    def find(self, address: str) -> str:
        """Return the reason code of why an address is off the user's contacts; empty if it is not."""
        if not self.own and not self.no_persons:
            return ""
        digest = digest_address(address)
        return NO_PERSON if digest in self.no_persons else OFF if digest in self.own else ""


async def list_removed(connection: Reading, tenant_id: int, user_id: int) -> Removed:
    """Return whom a user took off their contacts, and what is no person."""
    rows = await _REMOVED.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id})
    if not rows:
        return Removed()
    digests = [(of, bytes(digest)) for of, digest in rows]
    return Removed(
        frozenset(digest for of, digest in digests if of == user_id),
        frozenset(digest for of, digest in digests if of == EVERYBODY),
    )


async def list_no_persons(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> set[int]:
    """Return those of the contacts that are no persons."""
    removed = await list_removed(connection, tenant_id, EVERYBODY)
    if not removed.no_persons:
        return set()
    theirs = select(Contact.id, Contact.address).where(Contact.tenant_id == tenant_id, Contact.id.in_(contact_ids))
    return {row.id for row in await connection.execute(theirs) if removed.find(row.address)}


async def write_removal(
    connection: AsyncConnection, tenant_id: int, user_id: int, address: str, *, is_removed: bool
) -> None:
    """Write that an address is off a user's contacts (everybody's: `EVERYBODY`), or take that back."""
    digest = digest_address(address)
    if is_removed:
        row = {"tenant_id": tenant_id, "user_id": user_id, "digest": digest}
        await insert_ignoring(connection, Removal, [row])
        return
    same = and_(Removal.tenant_id == tenant_id, Removal.user_id == user_id, Removal.digest == digest)
    await connection.execute(delete(Removal).where(same))
