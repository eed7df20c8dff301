"""Turn contacts into colleagues when their domain turns out to be the firm's own."""

from collections.abc import Collection

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.history.invitations import reevaluate_invitations
from storage.history.recount import recount
from storage.history.shown_invitations import depend_on_colleagues
from storage.lists.words import CONTACT, index_words
from storage.models import Contact, InteractionContact, Relationship
from storage.queue.directory import map_user_addresses


async def convert_to_colleagues(
    connection: AsyncConnection, tenant_id: int, rule: str, domains: Collection[str]
) -> int:
    """Remove everyone at these domains, and at their subdomains, from the contacts; return how many there were.

    Their rows stay without interactions and are shown nowhere, because numbers are never used twice.
    """
    theirs = or_(*(Contact.address.endswith(end + domain, autoescape=True) for domain in domains for end in "@."))
    ids = list(await connection.scalars(select(Contact.id).where(Contact.tenant_id == tenant_id, theirs)))
    for some in split(ids):
        await _convert(connection, tenant_id, rule, some)
    return len(ids)


async def _convert(connection: AsyncConnection, tenant_id: int, rule: str, ids: list[int]) -> None:
    known = and_(Relationship.tenant_id == tenant_id, Relationship.contact_id.in_(ids))
    user_ids = list(await connection.scalars(select(Relationship.user_id).where(known).distinct()))
    taken = and_(InteractionContact.tenant_id == tenant_id, InteractionContact.contact_id.in_(ids))
    await connection.execute(delete(InteractionContact).where(taken))
    await connection.execute(update(Relationship).where(known).values(is_added=False))
    invited = await depend_on_colleagues(connection, tenant_id, await _map_known(connection, tenant_id, ids))
    for user_id in user_ids:
        invited.setdefault(user_id, set()).update(await reevaluate_invitations(connection, tenant_id, user_id, ids))
    colleagues = and_(Contact.tenant_id == tenant_id, Contact.id.in_(ids))
    await connection.execute(update(Contact).where(colleagues).values(is_added=False))
    for user_id in sorted({*user_ids, *invited}):
        await recount(connection, tenant_id, user_id, rule, {*ids, *invited.get(user_id, ())})
    await index_words(connection, tenant_id, CONTACT, dict.fromkeys(ids, ()))


async def _map_known(connection: AsyncConnection, tenant_id: int, ids: list[int]) -> dict[int, int]:
    """Return which users these contacts are by the directory; what the others invited to counts for nothing."""
    known = await map_user_addresses(connection, tenant_id)
    theirs = and_(Contact.tenant_id == tenant_id, Contact.id.in_(ids))
    rows = await connection.execute(select(Contact.id, Contact.address).where(theirs))
    return {row.id: known[row.address] for row in rows if row.address in known}
