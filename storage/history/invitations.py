"""Decide whether an outsider's invitation counts that the user has not answered.

It counts if its organiser is the user's contact for another reason: a mail was sent to them, another meeting counts, or
the user added them by hand. Lawyers rarely click *accept*, so a client's invitation must count without an answer, while
a stranger's makes nobody a contact. The order in which items arrive has no influence.
"""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.history.events import InteractionEvent
from storage.history.persons import add_members, list_persons
from storage.models import Contact, Interaction, InteractionContact, Invitation, Kind, Relationship

_ORGANIZERS: Final = Prepared(
    select(Interaction.organizer_id)
    .where(
        Interaction.tenant_id == number("tenant_id"),
        Interaction.user_id == number("user_id"),
        Interaction.organizer_id.is_not(None),
    )
    .distinct()
)


def is_evidence(interaction_event: InteractionEvent) -> bool:
    """Return whether an event alone makes its people the user's contacts."""
    return interaction_event.organizer is None and interaction_event.kind != Kind.RECEIVED


async def evaluate_invitations(
    connection: AsyncConnection, tenant_id: int, user_id: int, interaction_events: Sequence[InteractionEvent]
) -> Sequence[InteractionEvent]:
    """Return the events of a page with every unanswered invitation marked as counting or not, by what is stored."""
    organizers = {one.organizer for one in interaction_events if one.organizer and isinstance(one.organizer, str)}
    if not any(one.organizer is not None for one in interaction_events):
        return interaction_events
    ids: dict[int, str] = {}
    for some in split(sorted(organizers)):
        theirs = and_(Contact.tenant_id == tenant_id, Contact.address.in_(some))
        ids |= {
            row.id: row.address for row in await connection.execute(select(Contact.id, Contact.address).where(theirs))
        }
    known = {ids[one] for one in await _list_known(connection, tenant_id, user_id, ids)}
    return [
        one
        if one.organizer is None
        else one._replace(invitation=Invitation.KNOWN if one.organizer in known else Invitation.STRANGE)
        for one in interaction_events
    ]


async def reevaluate_invitations(
    connection: AsyncConnection, tenant_id: int, user_id: int, contact_ids: Collection[int]
) -> set[int]:
    """Decide again on the invitations that these contacts organised; return the contacts to be recounted."""
    if not contact_ids:
        return set()
    values = {"tenant_id": tenant_id, "user_id": user_id}
    theirs = add_members(await list_persons(connection, tenant_id, contact_ids), contact_ids)
    asked = {row[0] for row in await _ORGANIZERS.fetch(connection, values)}.intersection(theirs)
    known = await _list_known(connection, tenant_id, user_id, asked)
    people = await _turn(connection, tenant_id, user_id, known, Invitation.KNOWN)
    return people | await _turn(connection, tenant_id, user_id, asked - known, Invitation.STRANGE)


async def _list_known(
    connection: AsyncConnection, tenant_id: int, user_id: int, contact_ids: Collection[int]
) -> set[int]:
    """Return those of the contacts who are the user's for another reason than an unanswered invitation.

    Somebody with several addresses is so by any of them.
    """
    participant, known = InteractionContact, set[int]()
    persons = await list_persons(connection, tenant_id, contact_ids)
    for some in split(add_members(persons, contact_ids)):
        with_them = and_(
            participant.tenant_id == tenant_id, participant.user_id == user_id, participant.contact_id.in_(some)
        )
        counts = and_(participant.kind != Kind.RECEIVED, participant.invitation == Invitation.ANSWERED)
        known |= set(await connection.scalars(select(participant.contact_id).where(with_them, counts).distinct()))
        of = Relationship
        added = and_(of.tenant_id == tenant_id, of.user_id == user_id, of.contact_id.in_(some), of.is_added)
        known |= set(await connection.scalars(select(of.contact_id).where(added)))
    for members in persons.values():
        same = {one.id for one in members}
        known |= same if same & known else set()
    return known.intersection(contact_ids)


async def _turn(
    connection: AsyncConnection,
    tenant_id: int,
    user_id: int,
    organizer_ids: Collection[int],
    invitation: Invitation,
) -> set[int]:
    own = and_(Interaction.tenant_id == tenant_id, Interaction.user_id == user_id)
    sources: list[bytes] = []
    for some in split(sorted(organizer_ids)):
        other = and_(own, Interaction.organizer_id.in_(some), Interaction.invitation != invitation)
        sources += await connection.scalars(select(Interaction.source_digest).where(other))
    return await set_invitation(connection, tenant_id, user_id, sources, invitation)


async def set_invitation(
    connection: AsyncConnection, tenant_id: int, user_id: int, sources: Collection[bytes], invitation: Invitation
) -> set[int]:
    """Store whether these invitations count; return the contacts on them."""
    people: set[int] = set()
    values = {"invitation": invitation.value}
    for some in split(sources):
        participant = InteractionContact
        taken = and_(
            participant.tenant_id == tenant_id,
            participant.user_id == user_id,
            participant.kind == Kind.MEETING,
            participant.source_digest.in_(some),
        )
        people.update(await connection.scalars(select(participant.contact_id).where(taken)))
        own = and_(Interaction.tenant_id == tenant_id, Interaction.user_id == user_id)
        await connection.execute(update(Interaction).where(own, Interaction.source_digest.in_(some)).values(values))
        await connection.execute(update(participant).where(taken).values(values))
    return people
