"""Compute the counts and dates of contacts and companies again from the interactions, after some were deleted.

The rows are locked first, in the order in which every page locks them, so what is read then cannot change.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from sqlalchemy import and_, case, delete, distinct, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.engine.bulk import Row, select_rows, update_rows
from storage.engine.chunks import split
from storage.engine.database import insert_ignoring
from storage.history.contact_rule import find_reason, is_contact
from storage.history.events import COUNTS
from storage.history.keeping import NOTHING, SET_KEPT, count_columns, sum_open, update_kept
from storage.history.persons import Persons, add_members, list_persons
from storage.history.removals import NO_PERSON, list_no_persons
from storage.lists.addresses import is_more_than_seen, is_other_address, was_dealt_with
from storage.lists.words import CONTACT, index_words
from storage.models import Company, CompanyRelationship, Contact, InteractionContact, Kept, Relationship

SUMS: Final = "1"
"""The version of the rule by which companies are summed up; who changes it counts it up."""
_AT_ONCE: Final = 100
_EVIDENCE: Final = ("is_added", "sent_count", "meeting_count", "planned_count")
"""By any of these somebody is more than seen."""
_SET_COUNTS: Final = tuple(f"{column} = ?" for column in COUNTS)


async def recount(
    connection: AsyncConnection, tenant_id: int, user_id: int, rule: str, contact_ids: Collection[int]
) -> tuple[list[int], list[int]]:
    """Recount contacts of a mailbox, with all their addresses, and their companies.

    Return the new contacts and the newly known companies.
    """
    tenant = {"tenant_id": tenant_id}
    before, persons = await _hold(connection, tenant_id, contact_ids)
    company_ids = sorted({row[1] for row in before if row[1] is not None})
    known = await select_rows(
        connection, Company, ("id", "is_known"), tenant, of="id", wanted=company_ids, is_locking=True
    )
    await _count_relationships(connection, tenant_id, user_id, [row[0] for row in before], persons)
    await exclude_kept(connection, (tenant_id, user_id), rule, [row[0] for row in before], company_ids)
    turned = await select_rows(
        connection, Contact, ("id", "is_contact", *_EVIDENCE), tenant, of="id", wanted=[row[0] for row in before]
    )
    was_counted = {row[0]: any(row[3:]) for row in before}
    changed = [row[0] for row in turned if any(row[2:]) != was_counted[row[0]]]
    await recount_companies_of(connection, tenant_id, changed)
    for person_id, members in persons.items():
        if any(one.id in changed for one in members):
            await index_person(connection, tenant_id, person_id)
    found = await select_rows(connection, Company, ("id", "is_known"), tenant, of="id", wanted=company_ids)
    return _list_turned(((row[0], row[2]) for row in before), turned), _list_turned(known, found)


async def _hold(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> tuple[list[Row], Persons]:
    """Lock contacts with all addresses of the same persons; whoever makes them so waits from then on."""
    columns, tenant = ("id", "company_id", "is_contact", *_EVIDENCE), {"tenant_id": tenant_id}
    held: dict[int, Row] = {}
    wanted = add_members(await list_persons(connection, tenant_id, contact_ids), contact_ids)
    while wanted:
        found = await select_rows(connection, Contact, columns, tenant, of="id", wanted=wanted, is_locking=True)
        held |= {row[0]: row for row in found}
        persons = await list_persons(connection, tenant_id, contact_ids)
        wanted = [one.id for members in persons.values() for one in members if one.id not in held]
    return ([held[number] for number in sorted(held)], persons) if held else ([], {})


async def recount_companies_of(connection: AsyncConnection, tenant_id: int, contact_ids: Collection[int]) -> None:
    """Recount the companies of contacts who are no longer only seen, or are again, for everybody who knows them."""
    knowers: dict[int, set[int]] = {}
    is_same = and_(Contact.tenant_id == Relationship.tenant_id, Contact.id == Relationship.contact_id)
    for some in split(sorted(contact_ids)):
        theirs = and_(Relationship.tenant_id == tenant_id, Relationship.contact_id.in_(some))
        known = select(Relationship.user_id, Contact.company_id).join(Contact, is_same).where(theirs)
        for user_id, company_id in await connection.execute(known.distinct()):
            if company_id is not None:
                knowers.setdefault(user_id, set()).add(company_id)
    for user_id, company_ids in sorted(knowers.items()):
        await _count_company_relationships(connection, tenant_id, user_id, sorted(company_ids))
    await _count_companies(connection, tenant_id, sorted(set().union(*knowers.values())))


async def recount_companies(connection: AsyncConnection, tenant_id: int, company_ids: Sequence[int]) -> None:
    """Recount what everybody has had with some companies, and then these."""
    there = and_(CompanyRelationship.tenant_id == tenant_id, CompanyRelationship.company_id.in_(company_ids))
    known = select(CompanyRelationship.user_id, CompanyRelationship.company_id).where(there)
    knowers: dict[int, list[int]] = {}
    for user_id, company_id in await connection.execute(known):
        knowers.setdefault(user_id, []).append(company_id)
    for user_id, theirs in sorted(knowers.items()):
        await _count_company_relationships(connection, tenant_id, user_id, sorted(theirs))
    await _count_companies(connection, tenant_id, company_ids)


async def recount_some(connection: AsyncConnection, tenant_id: int, place: str) -> str:
    """Recount the next companies of an older installation after `place`; return where to go on, `SUMS` at the end."""
    version, _, after = place.partition(":")
    if place == SUMS:
        return place
    last = int(after) if version == SUMS and after else 0
    some = select(Company.id).where(Company.tenant_id == tenant_id, Company.id > last).order_by(Company.id)
    company_ids = list(await connection.scalars(some.limit(_AT_ONCE).with_for_update()))
    if not company_ids:
        return SUMS
    await recount_companies(connection, tenant_id, company_ids)
    return f"{SUMS}:{company_ids[-1]}"


async def exclude_kept(
    connection: AsyncConnection,
    mailbox: tuple[int, int],
    rule: str,
    contact_ids: Collection[int],
    company_ids: Collection[int],
) -> None:
    """Exclude what the user keeps to themselves from the firm's counts of these contacts and companies.

    The caller has locked the contacts, then the companies, and has counted the relationships with the contacts.
    """
    tenant_id, user_id = mailbox
    persons = await list_persons(connection, tenant_id, contact_ids)
    await update_kept(connection, mailbox, rule, contact_ids, persons)
    await _count_contacts(connection, tenant_id, rule, sorted(contact_ids), persons)
    await _count_company_relationships(connection, tenant_id, user_id, sorted(company_ids))
    await _count_companies(connection, tenant_id, sorted(company_ids))


def _list_turned(before: Iterable[Row], after: Iterable[Row]) -> list[int]:
    was = {row[0]: row[1] for row in before}
    return [row[0] for row in after if row[1] and not was.get(row[0])]


async def _count_relationships(
    connection: AsyncConnection, tenant_id: int, user_id: int, contact_ids: Collection[int], persons: Persons
) -> None:
    participant = InteractionContact
    added = await _hold_relationships(connection, tenant_id, user_id, persons)
    for some in split(contact_ids):
        mine = and_(
            participant.tenant_id == tenant_id, participant.user_id == user_id, participant.contact_id.in_(some)
        )
        statement = (
            select(participant.contact_id, *count_columns(participant.source_digest))
            .where(mine)
            .group_by(participant.contact_id)
        )
        counted = {row[0]: tuple(row[1:]) for row in await connection.execute(statement)}
        for one in persons.keys() & set(some):
            counted.pop(one, None)
            if total := await _count_person(connection, tenant_id, user_id, [member.id for member in persons[one]]):
                counted[one] = total
        rows = [
            (tenant_id, user_id, one, *counted.get(one, NOTHING), one in added or _is_mine(counted.get(one)))
            for one in some
        ]
        is_mine = "is_mine = ? OR is_added"
        await update_rows(
            connection, Relationship, ("tenant_id", "user_id", "contact_id"), (*_SET_COUNTS, is_mine), rows
        )
        of_user = and_(Relationship.tenant_id == tenant_id, Relationship.user_id == user_id)
        is_over = Relationship.contact_id.in_([one for one in some if one not in counted and one not in added])
        await connection.execute(delete(Relationship).where(of_user, is_over, not_(Relationship.is_added)))


async def _hold_relationships(
    connection: AsyncConnection, tenant_id: int, user_id: int, persons: Persons
) -> frozenset[int]:
    """Make room for what the user had with these persons; return those of whom they added an address by hand."""
    of, added = Relationship, set[int]()
    for person_id, members in persons.items():
        ids = [one.id for one in members]
        known = select(of.is_added).where(of.tenant_id == tenant_id, of.user_id == user_id, of.contact_id.in_(ids))
        found = list(await connection.scalars(known))
        if any(found):
            added.add(person_id)
        if found:
            copied = select(Contact.folded_name, Contact.beginnings)
            copies = (
                await connection.execute(copied.where(Contact.tenant_id == tenant_id, Contact.id == person_id))
            ).one()
            row = {"tenant_id": tenant_id, "user_id": user_id, "contact_id": person_id, **copies._asdict()}
            await insert_ignoring(connection, of, [row])
    return frozenset(added)


async def _count_person(
    connection: AsyncConnection, tenant_id: int, user_id: int, contact_ids: Sequence[int]
) -> Row | None:
    """Count what a user had with somebody at all addresses, each mail and meeting once; None where there is nothing."""
    of = InteractionContact
    theirs = and_(of.tenant_id == tenant_id, of.user_id == user_id, of.contact_id.in_(contact_ids))
    counted = select(func.count(), *count_columns(distinct(of.source_digest))).where(theirs)
    [size, *counts] = (await connection.execute(counted)).one()
    return tuple(counts) if size else None


def _is_mine(counts: Row | None) -> bool:
    sent, _, meetings, planned = (counts or NOTHING)[:4]
    return bool(sent + meetings + planned)


async def _count_contacts(
    connection: AsyncConnection, tenant_id: int, rule: str, contact_ids: Collection[int], persons: Persons
) -> None:
    others = {one.id for person_id, members in persons.items() for one in members if one.id != person_id}
    for some in split(contact_ids):
        of_contacts = and_(Relationship.tenant_id == tenant_id, Relationship.contact_id.in_(some))
        added = func.max(case((and_(Relationship.is_added, Relationship.kept != Kept.ALL), 1), else_=0))
        statement = select(Relationship.contact_id, *sum_open(Relationship), added).where(of_contacts)
        found = await connection.execute(statement.group_by(Relationship.contact_id))
        summed = {row[0]: tuple(map(int, row[1:])) for row in found}
        for one in persons.keys() & set(some):
            ids = [member.id for member in persons[one]]
            theirs = and_(Relationship.tenant_id == tenant_id, Relationship.contact_id.in_(ids))
            is_added = await connection.scalar(select(added).where(theirs)) or 0
            summed[one] = (*summed.get(one, (*NOTHING, 0))[:-1], int(is_added))
        no_persons = await list_no_persons(connection, tenant_id, some)
        rows = []
        for one in some:
            *counts, is_added = summed.get(one, (*NOTHING, 0))
            reason = find_reason(*counts[:4]) if one in summed else "gone"  # their only meeting was called off
            if one in no_persons:
                reason = NO_PERSON if is_added or reason in ("met", "wrote", "planned") else reason
                counts, is_added = [*NOTHING], 0
            is_one = bool(is_added) or is_contact(rule, *counts[:4])
            decided = (is_one and one not in others, bool(is_added), reason)
            rows.append((tenant_id, one, *counts, *decided))
        decision = ("is_contact = ?", "is_added = ?", "reason = ?")
        await update_rows(connection, Contact, ("tenant_id", "id"), (*_SET_COUNTS, *decision), rows)


async def _count_company_relationships(
    connection: AsyncConnection, tenant_id: int, user_id: int, company_ids: Collection[int]
) -> None:
    participant, mine = InteractionContact, Relationship
    # An address of somebody for whom another one stands is nobody's contact by itself, and counts here all the same.
    is_evident = or_(mine.is_added, mine.sent_count + mine.meeting_count + mine.planned_count > 0)
    is_other = and_(is_other_address(Contact), ~mine.is_removed, is_evident)
    is_mine = or_(mine.is_mine, is_other)
    for some in split(company_ids):
        statement = (
            select(
                Contact.company_id,
                *count_columns(distinct(participant.source_digest)),
                *count_columns(
                    distinct(participant.source_digest),
                    and_(~participant.is_bcc, mine.kept != Kept.ALL, is_more_than_seen(Contact)),
                ),
                func.max(case((mine.kept > 0, 1), else_=0)) + func.min(case((mine.kept == Kept.ALL, 1), else_=0)),
                func.max(case((or_(mine.is_kept_contact, and_(mine.kept > 0, is_other)), 1), else_=0)),
                func.max(case((is_mine, 1), else_=0)),
            )
            .select_from(mine)
            .join(Contact, and_(Contact.tenant_id == mine.tenant_id, Contact.id == mine.contact_id))
            .outerjoin(
                participant,
                and_(
                    participant.tenant_id == mine.tenant_id,
                    participant.contact_id == mine.contact_id,
                    participant.user_id == mine.user_id,
                    or_(is_mine, is_more_than_seen(Contact)),
                ),
            )
            .where(mine.tenant_id == tenant_id, mine.user_id == user_id, Contact.company_id.in_(some))
            .where(was_dealt_with(mine, Contact))
            .group_by(Contact.company_id)
        )
        counted = {row[0]: _put_in_order(row[1:]) for row in await connection.execute(statement)}
        rows = [(tenant_id, user_id, one, *counted.get(one, (*NOTHING, False, 0, False, *NOTHING))) for one in some]
        key = ("tenant_id", "user_id", "company_id")
        await update_rows(connection, CompanyRelationship, key, (*_SET_COUNTS, "is_mine = ?", *SET_KEPT), rows)
        own = and_(CompanyRelationship.tenant_id == tenant_id, CompanyRelationship.user_id == user_id)
        is_over = and_(CompanyRelationship.company_id.in_(some), CompanyRelationship.company_id.not_in(counted))
        await connection.execute(delete(CompanyRelationship).where(own, is_over))


def _put_in_order(row: Sequence[Any]) -> Row:
    """Return the counts, whether the company is the user's own, and what is kept of it, in the order of the columns."""
    size = len(COUNTS)
    counts, opened, (kept, is_kept_contact, is_mine) = row[:size], row[size : 2 * size], row[2 * size :]
    return (*counts, bool(is_mine), kept, bool(is_kept_contact), *(opened if kept else NOTHING))


async def _count_companies(connection: AsyncConnection, tenant_id: int, company_ids: Collection[int]) -> None:
    for some in split(company_ids):
        theirs = and_(CompanyRelationship.tenant_id == tenant_id, CompanyRelationship.company_id.in_(some))
        statement = select(CompanyRelationship.company_id, *sum_open(CompanyRelationship)[4:]).where(theirs)
        found = await connection.execute(statement.group_by(CompanyRelationship.company_id))
        summed = {row[0]: tuple(map(int, row[1:])) for row in found}
        people = await connection.execute(
            select(Contact.company_id, func.count())
            .where(Contact.tenant_id == tenant_id, Contact.company_id.in_(some), Contact.is_contact)
            .group_by(Contact.company_id)
        )
        counts = {row[0]: row[1] for row in people}
        known = counts.keys() | await _list_with_others(connection, tenant_id, some)
        rows = [(tenant_id, one, *summed.get(one, (0, 0, 0)), counts.get(one, 0), one in known) for one in some]
        await update_rows(
            connection, Company, ("tenant_id", "id"), (*_SET_COUNTS[4:], "contact_count = ?", "is_known = ?"), rows
        )


async def _list_with_others(connection: AsyncConnection, tenant_id: int, company_ids: Collection[int]) -> set[int]:
    """Return the companies with a contact who has another address that stands for them."""
    of, person = Contact, aliased(Contact)
    is_person = and_(person.tenant_id == of.tenant_id, person.id == of.person_id, person.is_contact)
    there = of.tenant_id == tenant_id, of.company_id.in_(company_ids), is_other_address(of), is_more_than_seen(of)
    found = select(of.company_id).join(person, is_person).where(*there).distinct()
    return {number for number in await connection.scalars(found) if number is not None}


async def index_person(connection: AsyncConnection, tenant_id: int, person_id: int) -> int:
    """Index a person by the name and the address that stands for them, and by the others of which all may know.

    Return the marks of the words.
    """
    of = Contact
    is_known = or_(of.id == person_id, and_(of.person_id == person_id, is_more_than_seen(of)))
    asked = select(of.name, of.address).where(of.tenant_id == tenant_id, is_known).order_by(of.id)
    texts = [text for row in await connection.execute(asked) for text in row]
    return (await index_words(connection, tenant_id, CONTACT, {person_id: texts}))[person_id]
