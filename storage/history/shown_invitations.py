"""Decide whether an invitation counts that carries a colleague's address and that the user has not answered.

Anybody can write a colleague's address as the organiser's. What a colleague organised stands in their own calendar,
made there: so it counts once that calendar shows it, by the same iCalUId at the same time with somebody in common, and
counts no more when that goes. Whatever mailbox is read first, the book is the same in the end: who reads the later one
locks the people in common before asking.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, exists, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.engine.chunks import split
from storage.history.invitations import set_invitation
from storage.models import Interaction, InteractionContact, Invitation

_Copy: Final = aliased(Interaction)
_OnCopy: Final = aliased(InteractionContact)
_MEETING: Final[ColumnElement[Any]] = literal_column("3")
"""A literal kind, as the index covers meetings only."""


async def list_dependents(
    connection: AsyncConnection, tenant_id: int, user_id: int, sources: Iterable[bytes]
) -> dict[int, set[bytes]]:
    """Return the invitations that depend on whether this user's calendar shows these meetings, by their user."""
    found: dict[int, set[bytes]] = {}
    for some in split(sources):
        asked = (
            select(_Copy.user_id, _Copy.source_digest)
            .select_from(InteractionContact)
            .join(Interaction, _is_on(InteractionContact, Interaction))
            .join(_OnCopy, _is_with_the_same(InteractionContact, _OnCopy))
            .join(_Copy, _is_on(_OnCopy, _Copy))
            .where(
                *_are_participants(InteractionContact, tenant_id, user_id),
                InteractionContact.source_digest.in_(some),
                _OnCopy.kind == _MEETING,
                _Copy.organizer_id == -user_id,
                _Copy.message_digest == Interaction.message_digest,
            )
        )
        for other_id, source in await connection.execute(asked.distinct()):
            found.setdefault(other_id, set()).add(source)
    return found


async def evaluate_shown(
    connection: AsyncConnection, tenant_id: int, user_id: int, sources: Collection[bytes]
) -> set[int]:
    """Decide on invitations of a mailbox by the calendars of their organisers; return the contacts to be recounted."""
    people: set[int] = set()
    is_shown = (
        exists()
        .where(*_are_participants(InteractionContact, Interaction.tenant_id, Interaction.user_id))
        .where(InteractionContact.source_digest == Interaction.source_digest)
        .where(_is_with_the_same(InteractionContact, _OnCopy), _OnCopy.user_id == -Interaction.organizer_id)
        .where(_OnCopy.kind == _MEETING, _is_on(_OnCopy, _Copy), _Copy.organizer_id.is_(None))
        .where(_Copy.message_digest == Interaction.message_digest)
    )
    for some in split(sorted(sources)):
        asked = select(Interaction.source_digest, Interaction.invitation, is_shown).where(
            Interaction.tenant_id == tenant_id,
            Interaction.user_id == user_id,
            Interaction.source_digest.in_(some),
            Interaction.organizer_id < 0,
        )
        rows = (await connection.execute(asked)).all()
        for worth, shown in ((Invitation.ANSWERED, True), (Invitation.STRANGE, False)):
            turned = [row[0] for row in rows if bool(row[2]) is shown and row[1] != worth]
            people |= await set_invitation(connection, tenant_id, user_id, turned, worth)
    return people


async def depend_on_colleagues(
    connection: AsyncConnection, tenant_id: int, colleagues: Mapping[int, int]
) -> dict[int, set[int]]:
    """Let the invitations of contacts who turned out to be users depend on their calendars; return whom to recount."""
    people: dict[int, set[int]] = {}
    for contact_id, colleague_id in sorted(colleagues.items()):
        sent = and_(Interaction.tenant_id == tenant_id, Interaction.organizer_id == contact_id)
        rows = (await connection.execute(select(Interaction.user_id, Interaction.source_digest).where(sent))).all()
        await connection.execute(update(Interaction).where(sent).values(organizer_id=-colleague_id))
        for user_id in sorted({row[0] for row in rows}):
            sources = [row[1] for row in rows if row[0] == user_id]
            turned = await evaluate_shown(connection, tenant_id, user_id, sources)
            people.setdefault(user_id, set()).update(turned)
    return people


def _are_participants(of: Any, tenant_id: Any, user_id: Any) -> tuple[ColumnElement[bool], ...]:
    return (of.tenant_id == tenant_id, of.user_id == user_id, of.kind == _MEETING)


def _is_on(participant: Any, of: Any) -> ColumnElement[bool]:
    return and_(
        of.tenant_id == participant.tenant_id,
        of.user_id == participant.user_id,
        of.source_digest == participant.source_digest,
        of.occurred_at == participant.occurred_at,
    )


def _is_with_the_same(participant: Any, other: Any) -> ColumnElement[bool]:
    return and_(
        other.tenant_id == participant.tenant_id,
        other.contact_id == participant.contact_id,
        other.occurred_at == participant.occurred_at,
    )
