"""Decide which relationships a user keeps to themselves, and what colleagues may know of the others.

Kept are contacts and companies that the user said so of, people with free mail, people in bcc, and private meetings.
The counts of contacts and companies leave all of that out.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from sqlalchemy import and_, case, distinct, func, literal_column, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Row, update_rows
from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import number
from storage.engine.prepared import Prepared
from storage.history.contact_rule import is_contact
from storage.history.events import COUNTS
from storage.history.persons import Member, Persons
from storage.history.removals import list_removed
from storage.models import (
    CompanyRelationship,
    Contact,
    InteractionContact,
    Invitation,
    Keep,
    Kept,
    Kind,
    Relationship,
)
from storage.text.addresses import digest_address
from storage.text.domains import find_company_domain
from storage.viewer import get_open

_KEEPS: Final = Prepared(
    select(Keep.digest, Keep.is_kept).where(Keep.tenant_id == number("tenant_id"), Keep.user_id == number("user_id")),
    is_quick=True,
)


def _select_kept(of: Any, entity_id: Any) -> Prepared:
    """Select all that one user keeps: to ask for those of a page takes ten times as long."""
    own = of.tenant_id == number("tenant_id"), of.user_id == number("user_id")
    return Prepared(select(entity_id).where(*own, of.kept > literal_column("0")), is_quick=True)


_KEPT: Final = _select_kept(Relationship, Relationship.contact_id)
_KEPT_COMPANIES: Final = _select_kept(CompanyRelationship, CompanyRelationship.company_id)
OPEN: Final = tuple(f"open_{column}" for column in COUNTS)
NOTHING: Final = (0,) * len(COUNTS)
SET_KEPT: Final = ("kept = ?", "is_kept_contact = ?", *(f"{column} = ?" for column in OPEN))
_SET_REMOVED: Final = ("is_removed = ?", "is_mine = is_mine AND ?")


async def list_keeps(connection: Reading, tenant_id: int, user_id: int) -> dict[bytes, bool]:
    """Return a user's choices by digest: True is kept, False is shared."""
    rows = await _KEEPS.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id})
    return {bytes(digest): bool(is_kept) for digest, is_kept in rows}


async def list_touched(
    connection: AsyncConnection,
    tenant_id: int,
    user_id: int,
    people: Mapping[int, tuple[str, str]],
    hidden: Collection[int],
) -> set[int]:
    """Return the contacts of a page that are kept in part or taken off, or may be.

    `people` is (address, domain) by number.
    """
    keeps = await list_keeps(connection, tenant_id, user_id)
    removed = await list_removed(connection, tenant_id, user_id)
    touched = set(hidden) | {
        number
        for number, names in people.items()
        if not names[1]
        or (keeps and (digest_address(names[0]) in keeps or digest_address(f"@{names[1]}") in keeps))
        or removed.find(names[0])
    }
    kept = {row.contact_id for row in await _KEPT.fetch(connection, {"tenant_id": tenant_id, "user_id": user_id})}
    return touched | (kept & people.keys())


async def list_kept_companies(
    connection: AsyncConnection, tenant_id: int, user_id: int, company_ids: Collection[int]
) -> set[int]:
    """Return the companies of which the user keeps something."""
    values = {"tenant_id": tenant_id, "user_id": user_id}
    return {row.company_id for row in await _KEPT_COMPANIES.fetch(connection, values)}.intersection(company_ids)


async def update_kept(
    connection: AsyncConnection, mailbox: tuple[int, int], rule: str, contact_ids: Collection[int], persons: Persons
) -> None:
    """Store for each relationship how much of it is kept or taken off, and the counts that colleagues may know.

    `persons` are those among the contacts who have several addresses.
    """
    tenant_id, user_id = mailbox
    others = {one.id for person_id, members in persons.items() for one in members if one.id != person_id}
    keeps = await list_keeps(connection, tenant_id, user_id)
    removed = await list_removed(connection, tenant_id, user_id)
    added = await _list_added(connection, tenant_id, user_id, persons)
    for some in split(sorted(contact_ids)):
        opened = await _count_open(connection, tenant_id, user_id, some)
        of, at = Relationship, Contact
        counts = (of.sent_count, of.received_count, of.meeting_count, of.planned_count)
        own = and_(of.tenant_id == tenant_id, of.user_id == user_id, of.contact_id.in_(some))
        is_same = and_(at.tenant_id == of.tenant_id, at.id == of.contact_id)
        asked = select(at.id, at.address, at.company_id, of.is_added, *counts).join(at, is_same).where(own)
        rows = []
        for contact_id, address, company_id, is_added, *happened in await connection.execute(asked):
            hidden_count, shown = opened.get(contact_id, (0, NOTHING))
            kept = Kept.SOME if hidden_count else Kept.NOTHING
            if _is_kept(keeps, address, company_id):
                kept, shown = Kept.ALL, NOTHING
            elif contact_id in persons:
                kept, shown = await _count_open_person(connection, tenant_id, user_id, persons[contact_id], keeps)
            is_off, is_shown = bool(removed.find(address)), contact_id not in others
            is_had = bool(is_added) or contact_id in added or is_contact(rule, *happened)
            is_mine = bool(kept) and not is_off and is_shown and is_had
            said = (kept.value, is_mine, *(shown if kept else NOTHING), is_off, is_shown and not is_off)
            rows.append((tenant_id, user_id, contact_id, *said))
        key = ("tenant_id", "user_id", "contact_id")
        await update_rows(connection, of, key, (*SET_KEPT, *_SET_REMOVED), rows)


def _is_kept(keeps: Mapping[bytes, bool], address: str, company_id: int | None) -> bool:
    """Return whether a contact is kept: by the choice for the person, else for the domain, else if without company.

    A company may have several domains, of which one was kept before it was merged: it counts what one chose oneself.
    """
    said = keeps.get(digest_address(address))
    if said is not None:
        return said
    domain = find_company_domain(address.rpartition("@")[2])
    if company_id is None or not domain:  # a private client's company is theirs, and says nothing of it
        return True
    return keeps.get(digest_address(f"@{domain}"), False)


async def _list_added(connection: AsyncConnection, tenant_id: int, user_id: int, persons: Persons) -> set[int]:
    """Return the persons of whom the user added an address by hand."""
    found, of = {one.id: one.person_id for members in persons.values() for one in members}, Relationship
    if not found:
        return set()
    own = and_(of.tenant_id == tenant_id, of.user_id == user_id, of.is_added)
    return {
        found[number]
        for some in split(sorted(found))
        for number in await connection.scalars(select(of.contact_id).where(own, of.contact_id.in_(some)))
    }


async def _count_open_person(
    connection: AsyncConnection, tenant_id: int, user_id: int, members: Collection[Member], keeps: Mapping[bytes, bool]
) -> tuple[Kept, Row]:
    """Return how much of somebody with several addresses is kept: what was in bcc, and all at an address that is kept.

    The address that stands for the person is not kept: whoever keeps that keeps the person.
    """
    of = InteractionContact
    alone = [one.id for one in members if _is_kept(keeps, one.address, one.company_id)]
    is_alone = or_(of.is_bcc, of.contact_id.in_(alone))
    theirs = of.tenant_id == tenant_id, of.user_id == user_id, of.contact_id.in_([one.id for one in members])
    columns = (func.count().filter(is_alone), *count_columns(distinct(of.source_digest), not_(is_alone)))
    [hidden_count, *shown] = (await connection.execute(select(*columns).where(*theirs))).one()
    return (Kept.SOME, tuple(shown)) if hidden_count else (Kept.NOTHING, NOTHING)


async def _count_open(
    connection: AsyncConnection, tenant_id: int, user_id: int, contact_ids: Collection[int]
) -> dict[int, tuple[int, Row]]:
    """Return, by contact with hidden items (bcc, private meetings), their number and the counts of the other items."""
    participant = InteractionContact
    own = and_(
        participant.tenant_id == tenant_id, participant.user_id == user_id, participant.contact_id.in_(contact_ids)
    )
    hidden = select(participant.contact_id).where(own, participant.is_bcc).distinct()
    with_some = list(await connection.scalars(hidden))
    if not with_some:
        return {}
    columns = (func.count().filter(participant.is_bcc), *count_columns(participant.source_digest, ~participant.is_bcc))
    asked = (
        select(participant.contact_id, *columns)
        .where(own, participant.contact_id.in_(with_some))
        .group_by(participant.contact_id)
    )
    return {row[0]: (row[1], tuple(row[2:])) for row in await connection.execute(asked)}


def count_columns(counted: Any, which: Any = None) -> list[Any]:
    """Return the columns of `COUNTS` over `interaction_contacts`; `which` limits the rows that are counted."""
    participant = InteractionContact
    also = () if which is None else (which,)
    counts = and_(participant.invitation != Invitation.STRANGE, *also)
    is_held = ~participant.is_planned
    has_happened = and_(is_held, counts, participant.occurred_at > 0)
    return [
        func.count(counted).filter(participant.kind == Kind.SENT, *also),
        func.count(counted).filter(participant.kind == Kind.RECEIVED, *also),
        func.count(counted).filter(participant.kind == Kind.MEETING, is_held, counts),
        func.count(counted).filter(participant.is_planned, counts),
        func.count(counted).filter(is_held, counts),
        func.coalesce(func.min(participant.occurred_at).filter(has_happened), 0),
        func.coalesce(func.max(participant.occurred_at).filter(has_happened), 0),
    ]


def sum_open(model: Any) -> list[Any]:
    """Return the columns of `COUNTS` over relationships, of what colleagues may know."""
    sums = [func.coalesce(func.sum(get_open(model, column)), 0) for column in COUNTS[:5]]
    first_at = get_open(model, "first_at")
    first = func.coalesce(func.min(case((first_at > 0, first_at))), 0)
    return [*sums, first, func.coalesce(func.max(get_open(model, "last_at")), 0)]
