"""Record, change and delete the meetings of a mailbox.

A cancelled meeting did not take place, so it is deleted and its people are recounted. Mail is never deleted here: it
was exchanged even if it was moved or deleted later.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, delete, exists, literal_column, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import select_rows
from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.history.events import InteractionEvent
from storage.history.interactions import add_interaction_events, recount_into
from storage.history.invitations import reevaluate_invitations
from storage.history.page import Applied, PageContext
from storage.history.shown_invitations import evaluate_shown, list_dependents
from storage.models import Contact, Interaction, InteractionContact, Kind, Relationship

_MEETING: Final = Kind.MEETING.value


class RecordedMeeting(NamedTuple):
    """A meeting as it is stored."""

    at: int
    subject: str | None
    round: int
    addresses: frozenset[str]
    is_open: bool = False
    """It is an invitation that the user has not answered."""
    colleague: int = 0
    """Whose calendar has to show it, of an open one with a colleague's address."""
    is_personal: bool = False
    """The meeting is private, so that colleagues learn nothing of it."""

    def is_same_as(self, interaction_event: InteractionEvent) -> bool:
        """Return whether the stored meeting equals the one on the page."""
        addresses = frozenset(person.address for person in interaction_event.people)
        organizer = interaction_event.organizer
        answer = (organizer is not None, organizer if isinstance(organizer, int) else 0)
        recorded = (self.at, self.subject, self.addresses, (self.is_open, self.colleague), self.is_personal)
        is_personal = bool(interaction_event.hidden)
        return recorded == (interaction_event.at, interaction_event.subject, addresses, answer, is_personal)


async def list_recorded_meetings(
    connection: Reading, tenant_id: int, user_id: int, sources: Collection[bytes]
) -> dict[bytes, RecordedMeeting]:
    """Return the stored meetings of a mailbox among `sources`, by source digest."""
    mailbox = {"tenant_id": tenant_id, "user_id": user_id}
    columns = ("source_digest", "occurred_at", "subject", "round", "organizer_id")
    rows = await select_rows(connection, Interaction, columns, mailbox, of="source_digest", wanted=sources)
    people = await _list_people(connection, tenant_id, user_id, [row[0] for row in rows])
    return {
        row[0]: RecordedMeeting(
            row[1],
            row[2],
            row[3],
            frozenset(address for address, _ in people[row[0]]),
            is_open=row[4] is not None,
            colleague=max(-(row[4] or 0), 0),
            is_personal=any(is_bcc for _, is_bcc in people[row[0]]),
        )
        for row in rows
    }


async def _list_people(
    connection: Reading, tenant_id: int, user_id: int, sources: Iterable[bytes]
) -> defaultdict[bytes, list[tuple[str, bool]]]:
    people: defaultdict[bytes, list[tuple[str, bool]]] = defaultdict(list)
    for some in split(sources):
        statement = (
            select(InteractionContact.source_digest, Contact.address, InteractionContact.is_bcc)
            .join(Contact, _IS_PARTICIPANT)
            .where(_are_participants(tenant_id, user_id), InteractionContact.source_digest.in_(some))
        )
        for source, address, is_bcc in await connection.execute(statement):
            people[source].append((address, bool(is_bcc)))
    return people


async def apply_meetings(
    connection: AsyncConnection,
    context: PageContext,
    interaction_events: Sequence[InteractionEvent],
    gone: Iterable[bytes],
    recorded: Mapping[bytes, RecordedMeeting],
) -> Applied:
    """Store the meetings of a page: delete those that changed or are `gone`, then add the new and the changed ones.

    `recorded` is the answer of `list_recorded_meetings` for all of them.
    """
    changed = [one for one in interaction_events if one.source in recorded and not recorded[one.source].is_same_as(one)]
    new = [one for one in interaction_events if one.source not in recorded]
    over = recorded.keys() & set(gone)
    former = [*over, *(one.source for one in changed)]
    dependents = await list_dependents(connection, context.tenant_id, context.user_id, former)
    people = await _delete_meetings(connection, context, former)
    applied = await add_interaction_events(connection, context, [*new, *changed])
    applied.new_interactions, applied.removed_interactions = len(new), len(over)
    await _recount(connection, context, people, applied)
    await _evaluate_shown(connection, context, [*new, *changed], dependents, applied)
    await _set_round(
        connection, context, [one.source for one in interaction_events if one.source in recorded], recorded
    )
    return applied


async def delete_unlisted_meetings(
    connection: AsyncConnection, context: PageContext, starts_at: int, ends_at: int
) -> Applied:
    """Delete the meetings between two times (UTC seconds) that the full round which just ended did not list."""
    unseen = select(Interaction.source_digest).where(
        *_are_meetings(context),
        Interaction.round < context.round,
        Interaction.occurred_at.between(starts_at, ends_at),
    )
    over = list(await connection.scalars(unseen))
    dependents = await list_dependents(connection, context.tenant_id, context.user_id, over)
    people = await _delete_meetings(connection, context, over)
    applied = Applied(removed_interactions=len(over))
    await _recount(connection, context, people, applied)
    await _evaluate_shown(connection, context, [], dependents, applied)
    return applied


async def is_any_meeting_to_settle(connection: Reading, tenant_id: int, user_id: int, now: int) -> bool:
    """Return whether a planned meeting of a mailbox has begun by `now` (UTC seconds), or one held is still to come."""
    [(is_any,)] = await _TO_SETTLE.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id, "now": now})
    return bool(is_any)


async def settle_meetings(connection: AsyncConnection, context: PageContext) -> Applied:
    """Count the planned meetings that have begun as held, and as planned again what a clock ahead took for held."""
    begun = _have_begun(context.tenant_id, context.user_id, context.now)
    to_come = (*_are_meetings(context), ~Interaction.is_planned, Interaction.occurred_at > context.now)
    people: set[int] = set()
    for found, is_planned in ((begun, False), (to_come, True)):
        sources = list(await connection.scalars(select(Interaction.source_digest).where(*found)))
        people |= await _set_planned(connection, context, sources, is_planned=is_planned)
    applied = Applied()
    await recount_into(connection, context, people, applied)
    return applied


async def _set_planned(
    connection: AsyncConnection, context: PageContext, sources: Sequence[bytes], *, is_planned: bool
) -> set[int]:
    """Note whether meetings are still to come; return the contacts to be recounted."""
    people: set[int] = set()
    for some in split(sources):
        taken = and_(_are_participants(context.tenant_id, context.user_id), InteractionContact.source_digest.in_(some))
        people.update(await connection.scalars(select(InteractionContact.contact_id).where(taken)))
        recorded = update(Interaction).where(*_are_meetings(context), Interaction.source_digest.in_(some))
        await connection.execute(recorded.values(is_planned=is_planned))
        await connection.execute(update(InteractionContact).where(taken).values(is_planned=is_planned))
    return people


_IS_PARTICIPANT = and_(Contact.tenant_id == InteractionContact.tenant_id, Contact.id == InteractionContact.contact_id)


def _are_participants(tenant_id: int, user_id: int) -> ColumnElement[bool]:
    """Return the condition of participants in meetings; a literal kind, as the index covers meetings only."""
    participant = InteractionContact
    return and_(
        participant.tenant_id == tenant_id, participant.user_id == user_id, participant.kind == literal_column("3")
    )


def _are_meetings(context: PageContext) -> tuple[ColumnElement[bool], ...]:
    own = (Interaction.tenant_id == context.tenant_id, Interaction.user_id == context.user_id)
    return (*own, Interaction.kind == _MEETING)


def _have_begun(tenant_id: Any, user_id: Any, now: Any) -> tuple[Any, ...]:
    own = (Interaction.tenant_id == tenant_id, Interaction.user_id == user_id)
    return (*own, Interaction.is_planned, Interaction.occurred_at <= now)


def _are_dated_ahead(tenant_id: Any, user_id: Any, now: Any) -> tuple[Any, ...]:
    """Contacts last met at a time to come: found in the index by last date, where the meetings themselves have none."""
    own = (Relationship.tenant_id == tenant_id, Relationship.user_id == user_id, Relationship.is_mine)
    return (*own, Relationship.last_at > now, Relationship.meeting_count > 0)


_KEY: Final = (number("tenant_id"), number("user_id"), number("now"))
_TO_SETTLE: Final = Prepared(
    select(or_(exists().where(*_have_begun(*_KEY)), exists().where(*_are_dated_ahead(*_KEY)))), is_quick=True
)


async def _delete_meetings(connection: AsyncConnection, context: PageContext, sources: Sequence[bytes]) -> set[int]:
    """Delete meetings; return the contacts to be recounted."""
    people: set[int] = set()
    for some in split(sources):
        taken = and_(_are_participants(context.tenant_id, context.user_id), InteractionContact.source_digest.in_(some))
        people.update(await connection.scalars(select(InteractionContact.contact_id).where(taken)))
        await connection.execute(delete(InteractionContact).where(taken))
        over = and_(*_are_meetings(context), Interaction.source_digest.in_(some))
        await connection.execute(delete(Interaction).where(over))
    return people


async def _evaluate_shown(
    connection: AsyncConnection,
    context: PageContext,
    written: Sequence[InteractionEvent],
    dependents: dict[int, set[bytes]],
    applied: Applied,
) -> None:
    """Decide on invitations with colleagues' addresses: those on this page, and those that depended on it, or do now.

    Here the page's people are locked: whoever writes the other copy has committed it, or waits to see this one.
    """
    sources = [one.source for one in written if one.organizer is None]
    for user_id, some in (await list_dependents(connection, context.tenant_id, context.user_id, sources)).items():
        dependents.setdefault(user_id, set()).update(some)
    if own := {one.source for one in written if isinstance(one.organizer, int)}:
        dependents.setdefault(context.user_id, set()).update(own)
    for user_id in sorted(dependents):
        people = await evaluate_shown(connection, context.tenant_id, user_id, dependents[user_id])
        await _recount(connection, replace(context, user_id=user_id), people, applied)


async def _recount(
    connection: AsyncConnection, context: PageContext, people: Collection[int], applied: Applied
) -> None:
    """Recount the people of deleted meetings, and those on invitations that counted because of these people."""
    await recount_into(connection, context, people, applied)
    turned = await reevaluate_invitations(connection, context.tenant_id, context.user_id, people)
    await recount_into(connection, context, turned, applied)


async def _set_round(
    connection: AsyncConnection,
    context: PageContext,
    sources: Iterable[bytes],
    recorded: Mapping[bytes, RecordedMeeting],
) -> None:
    """Record that the current round listed these meetings."""
    for some in split(source for source in sources if recorded[source].round != context.round):
        seen = update(Interaction).where(*_are_meetings(context), Interaction.source_digest.in_(some))
        await connection.execute(seen.values(round=context.round))
