"""Recognise a user's own second addresses, which are no contacts.

A free-mail address is the user's own if the name on it, or in it, is theirs; they are told so once, and from then on
it is theirs under whatever name. What they say themselves ("that is me", "that is not me") comes first.
"""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from sqlalchemy import and_, delete, exists, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.history.events import Person, is_named
from storage.history.recount import recount
from storage.models import Contact, Interaction, InteractionContact, MailboxFeed, Relationship, Tenant, User
from storage.queue.mailboxes import end_leases, make_due
from storage.text.displayed_names import clean_name
from storage.text.domains import find_company_domain
from storage.text.name_evidence import is_whole_name
from storage.text.names import is_same_name, words
from storage.viewer import Viewer

REASON: Final = "own_address"
"""The reason code of an address that is the user's own."""
_OWNER: Final = Prepared(
    select(User.name, User.own_addresses, User.own_checked_name).where(
        User.tenant_id == number("tenant_id"), User.id == number("user_id")
    ),
    is_quick=True,
)


class Owner(NamedTuple):
    """The user of a mailbox, and what they said of addresses."""

    name: str = ""
    own: frozenset[str] = frozenset()
    others: frozenset[str] = frozenset()
    told: frozenset[str] = frozenset()
    """Addresses that look like theirs, and that they were told of."""
    checked_name: str = ""
    """The user's name when their contacts were last searched for own addresses."""

    def has(self, person: Person) -> bool:
        """Return whether an outside address is the owner's own."""
        if person.address in self.own or person.address in self.told:
            return True
        name, _ = clean_name(self.name, "")  # directories write titles and towns beside it
        if person.domain or not name or person.address in self.others:
            return False
        if person.quality > 0:
            return len(words(name)) > 1 and is_same_name(name, person.name)
        return is_whole_name(name, person.address.partition("@")[0])


async def get_owner(connection: Reading, tenant_id: int, user_id: int) -> Owner:
    """Return the owner of a mailbox; an empty one for an unknown user."""
    rows = await _OWNER.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id})
    if not rows:
        return Owner()
    row = rows[0]
    own, others, told = (
        frozenset(address for address, is_own in (row.own_addresses or {}).items() if is_own is answer)
        for answer in (True, False, None)
    )
    return Owner(row.name, own, others, told, row.own_checked_name)


async def set_own_address(connection: AsyncConnection, viewer: Viewer, address: str, *, is_own: bool) -> None:
    """Store whether an address (in normal form) is the viewer's own.

    An own address stops being a contact. For one that is somebody else's the mailbox is read again from the beginning,
    which records the mails that were exchanged with this address only. A turn that is under way knows nothing of this,
    and is ended.
    """
    await end_leases(connection, viewer.tenant_id, 0, user_id=viewer.user_id)
    await _save(connection, viewer, {address: is_own})
    if is_own:
        await _remove_contact(connection, viewer, address)
        return
    of = MailboxFeed
    feeds = and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id)
    await connection.execute(update(of).where(feeds).values(link=""))
    await make_due(connection, viewer.tenant_id, viewer.user_id, 0)


async def add_suspected_addresses(connection: AsyncConnection, viewer: Viewer, addresses: Collection[str]) -> list[str]:
    """Store addresses that look like the viewer's own; return those that are new to the viewer.

    They stop being contacts, whatever name they had before; who added one by hand keeps it.
    """
    me = and_(User.tenant_id == viewer.tenant_id, User.id == viewer.user_id)
    said = await connection.scalar(select(User.own_addresses).where(me)) or {}
    news = sorted(set(addresses).difference(said))
    if news:
        await _save(connection, viewer, dict.fromkeys(news))
    for address in set(news).difference(await _list_added(connection, viewer, news)):
        await _remove_contact(connection, viewer, address)
    return news


async def _list_added(connection: AsyncConnection, viewer: Viewer, addresses: Collection[str]) -> list[str]:
    """Return those of the addresses that the viewer made contacts by hand."""
    known = Relationship
    theirs = (
        select(Contact.address)
        .join(known, and_(known.tenant_id == Contact.tenant_id, known.contact_id == Contact.id))
        .where(known.tenant_id == viewer.tenant_id, known.user_id == viewer.user_id, known.is_added)
        .where(Contact.address.in_(addresses))
    )
    return list(await connection.scalars(theirs)) if addresses else []


async def remove_own_contacts(connection: AsyncConnection, viewer: Viewer) -> list[str]:
    """Remove contacts that are the viewer's own addresses, after the viewer's name changed; return the addresses."""
    owner = await get_owner(connection, viewer.tenant_id, viewer.user_id)
    of, known = Contact, Relationship
    theirs = (
        select(of.address, of.name, of.name_rank)
        .join(known, and_(known.tenant_id == of.tenant_id, known.contact_id == of.id))
        .where(known.tenant_id == viewer.tenant_id, known.user_id == viewer.user_id)
        .where(of.company_id.is_(None), ~known.is_added)
        .order_by(of.address)
    )
    rows = (await connection.execute(theirs)).all()
    people = [Person(row.address, "", row.name, int(is_named(row.name_rank)), 0) for row in rows]
    own = [person.address for person in people if owner.has(person)]
    for address in own:
        await _remove_contact(connection, viewer, address)
    me = and_(User.tenant_id == viewer.tenant_id, User.id == viewer.user_id)
    await connection.execute(update(User).where(me).values(own_checked_name=owner.name))
    return own


async def _save(connection: AsyncConnection, viewer: Viewer, given: Mapping[str, bool | None]) -> None:
    me = and_(User.tenant_id == viewer.tenant_id, User.id == viewer.user_id)
    said = dict(await connection.scalar(select(User.own_addresses).where(me).with_for_update()) or {})
    await connection.execute(update(User).where(me).values(own_addresses=said | dict(given)))


async def _remove_contact(connection: AsyncConnection, viewer: Viewer, address: str) -> None:
    theirs = and_(Contact.tenant_id == viewer.tenant_id, Contact.address == address)
    contact_id = await connection.scalar(select(Contact.id).where(theirs))
    if contact_id is None:
        return
    participant, known = InteractionContact, Relationship
    mine = (
        participant.tenant_id == viewer.tenant_id,
        participant.user_id == viewer.user_id,
        participant.contact_id == contact_id,
    )
    sources = list(await connection.scalars(select(participant.source_digest).where(*mine)))
    await connection.execute(delete(participant).where(*mine))
    await _drop_empty(connection, viewer, sources)
    own = (known.tenant_id == viewer.tenant_id, known.user_id == viewer.user_id, known.contact_id == contact_id)
    await connection.execute(update(known).where(*own).values(is_added=False))
    others = select(known.contact_id).where(
        known.tenant_id == viewer.tenant_id, known.contact_id == contact_id, known.is_added
    )
    if await connection.scalar(others.limit(1)) is None:
        await connection.execute(update(Contact).where(theirs).values(is_added=False))
    rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == viewer.tenant_id)) or ""
    await recount(connection, viewer.tenant_id, viewer.user_id, rule, [contact_id])


async def _drop_empty(connection: AsyncConnection, viewer: Viewer, sources: Collection[bytes]) -> None:
    """Delete those of the interactions that have no participant left."""
    of, participant = Interaction, InteractionContact
    is_on = exists().where(
        participant.tenant_id == of.tenant_id,
        participant.user_id == of.user_id,
        participant.source_digest == of.source_digest,
        participant.occurred_at == of.occurred_at,
    )
    own = and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id)
    for some in split(sources):
        await connection.execute(delete(of).where(own, of.source_digest.in_(some), ~is_on))


async def is_own_address(connection: Reading, viewer: Viewer, address: str) -> bool:
    """Return whether an address (in normal form) is treated as the viewer's own."""
    person = Person(address, find_company_domain(address.rpartition("@")[2]), "", 0, 0)
    return bool(await find_own_addresses(connection, viewer, [person]))


async def find_own_addresses(connection: Reading, viewer: Viewer, suspected: Collection[Person]) -> frozenset[str]:
    """Return those of the addresses of people that are treated as the viewer's own."""
    owner = await get_owner(connection, viewer.tenant_id, viewer.user_id)
    return frozenset(person.address for person in suspected if owner.has(person))
