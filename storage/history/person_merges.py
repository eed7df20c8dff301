"""Write which addresses are one person's, and compute again what follows: who is shown, and what counts where."""

from collections import Counter
from collections.abc import Collection, Mapping

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import update_rows
from storage.history.invitations import reevaluate_invitations
from storage.history.persons import add_members, list_persons
from storage.history.private_clients import settle_private_of
from storage.history.recount import index_person, recount
from storage.models import Contact, Relationship, Tenant


async def set_merged(
    connection: AsyncConnection, tenant_id: int, contact_id: int, merged_into: int | None, *, into_id: int
) -> None:
    """Write that a contact is the same person as another, or is no more, and let that have its effect.

    The caller holds the map of companies: no page is written meanwhile. `into_id` is the one that it was or becomes.
    """
    both = [contact_id, into_id]
    people = add_members(await list_persons(connection, tenant_id, both), both)
    await lock_contacts(connection, tenant_id, people)
    own = and_(Contact.tenant_id == tenant_id, Contact.id == contact_id)
    await connection.execute(update(Contact).where(own).values(merged_into=merged_into))
    asked = select(Contact.id, Contact.merged_into).where(Contact.tenant_id == tenant_id, Contact.id.in_(people))
    above = {row.id: row.merged_into for row in await connection.execute(asked)}
    roots = {one: _find_root(above, one) for one in above}
    sizes = Counter(roots.values())
    rows = [(tenant_id, one, root if sizes[root] > 1 else None) for one, root in roots.items()]
    await update_rows(connection, Contact, ("tenant_id", "id"), ("person_id = ?",), rows)
    await settle_private_of(connection, tenant_id, people)
    await _recount(connection, tenant_id, people)
    for person_id in sizes:
        await index_person(connection, tenant_id, person_id)


async def lock_contacts(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> None:
    """Lock contacts in the order of the sync."""
    held = select(Contact.id).where(Contact.tenant_id == tenant_id, Contact.id.in_(contact_ids))
    await connection.execute(held.order_by(Contact.id).with_for_update())


def _find_root(above: Mapping[int, int | None], contact_id: int) -> int:
    seen = {contact_id}
    while (next_id := above.get(contact_id)) is not None and next_id not in seen:
        contact_id = next_id
        seen.add(contact_id)
    return contact_id


async def _recount(connection: AsyncConnection, tenant_id: int, people: Collection[int]) -> None:
    """Recount these people for everybody who knows one of them, with the invitations that hang on it."""
    of = Relationship
    known = select(of.user_id).where(of.tenant_id == tenant_id, of.contact_id.in_(people)).distinct()
    user_ids = list(await connection.scalars(known.order_by(of.user_id)))
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == tenant_id)) or ""
    for user_id in user_ids:
        invited = await reevaluate_invitations(connection, tenant_id, user_id, people)
        await recount(connection, tenant_id, user_id, rule, {*people, *invited})
