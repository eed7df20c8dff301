"""Record a page of interactions, and update all that depends on them, in one transaction.

Only new rows change counts, so a replayed page changes nothing. Every transaction locks in one order (domains,
contacts, companies, the mailbox's own rows), each kind by key, so that two mailboxes with the same people cannot
deadlock.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Row, insert_rows, select_rows, update_rows, upsert_rows
from storage.engine.connection import Reading
from storage.engine.database import next_ids
from storage.history import upserts
from storage.history.contact_rule import find_reason, is_contact
from storage.history.events import Encounter, InteractionEvent, list_encounters
from storage.history.invitations import evaluate_invitations, is_evidence, reevaluate_invitations
from storage.history.keeping import list_kept_companies, list_touched
from storage.history.page import Applied, PageContext, StoredContact
from storage.history.page_companies import (
    add_up,
    find_companies,
    list_earlier,
    tally_companies,
    write_companies,
    write_company_relationships,
)
from storage.history.persons import list_persons
from storage.history.private_clients import rename_private
from storage.history.recount import exclude_kept, index_person, recount, recount_companies_of
from storage.lists.words import CONTACT, index_words, mark_texts
from storage.models import Company, Contact, Interaction, Relationship
from storage.text.names import fold_name


async def list_recorded(connection: Reading, tenant_id: int, user_id: int, sources: Iterable[bytes]) -> set[bytes]:
    """Return those of `sources` (digests) that are stored for the mailbox."""
    fixed = {"tenant_id": tenant_id, "user_id": user_id}
    rows = await select_rows(connection, Interaction, ("source_digest",), fixed, of="source_digest", wanted=sources)
    return {row[0] for row in rows}


async def add_interaction_events(
    connection: AsyncConnection, context: PageContext, interaction_events: Sequence[InteractionEvent]
) -> Applied:
    """Record new interactions of a mailbox; return what changed.

    The caller leaves out those that are stored; a second copy violates the key (`IntegrityError`).
    """
    applied = Applied(new_interactions=len(interaction_events))
    if interaction_events:
        interaction_events = await evaluate_invitations(
            connection, context.tenant_id, context.user_id, interaction_events
        )
        encounters = list_encounters(interaction_events)
        company_ids = await find_companies(connection, context, encounters)
        await _hold_persons(connection, context, encounters)
        contacts, joined, turned, renamed = await _write_contacts(connection, context, encounters, company_ids, applied)
        touched = await _list_touched(connection, context, encounters, contacts)
        of_users, uncounted = await list_earlier(connection, context.tenant_id, turned, touched)
        page = tally_companies(interaction_events, contacts)
        of_users[context.user_id] = add_up([page, of_users.get(context.user_id, {})])
        kept = await write_companies(connection, context, add_up(of_users.values()), joined, applied)
        await _write_interactions(connection, context, interaction_events, contacts)
        await _write_relationships(connection, context, encounters, contacts)
        await write_company_relationships(connection, context, of_users, kept)
        is_any_kept = await _exclude_kept(connection, context, touched, contacts)
        is_any_person = await _settle_persons(connection, context, contacts, renamed | turned.keys(), applied)
        if renamed:
            await rename_private(connection, context.tenant_id, sorted(renamed))
        if is_any_kept or is_any_person:
            await _leave_out_unknown(connection, context.tenant_id, applied)
        known = {contacts[person.address].id for one in interaction_events if is_evidence(one) for person in one.people}
        invited = await reevaluate_invitations(connection, context.tenant_id, context.user_id, known)
        await recount_into(connection, context, invited, applied)
        await recount_companies_of(connection, context.tenant_id, uncounted)
    return applied


async def _hold_persons(connection: AsyncConnection, context: PageContext, encounters: Mapping[str, Encounter]) -> None:
    """Lock all addresses of the persons on the page who have several, before any other contact."""
    persons = await list_persons(connection, context.tenant_id)
    held = [members for members in persons.values() if any(one.address in encounters for one in members)]
    ids = sorted(one.id for members in held for one in members)
    tenant = {"tenant_id": context.tenant_id}
    await select_rows(connection, Contact, ("id",), tenant, of="id", wanted=ids, is_locking=True)


async def _list_touched(
    connection: AsyncConnection,
    context: PageContext,
    encounters: Mapping[str, Encounter],
    contacts: Mapping[str, StoredContact],
) -> set[int]:
    """Return the contacts of the page of whom the user keeps something, or may."""
    people = {contacts[address].id: (address, one.person.domain) for address, one in encounters.items()}
    hidden = {contacts[address].id for address, one in encounters.items() if one.has_hidden}
    return await list_touched(connection, context.tenant_id, context.user_id, people, hidden)


async def _exclude_kept(
    connection: AsyncConnection,
    context: PageContext,
    touched: set[int],
    contacts: Mapping[str, StoredContact],
) -> bool:
    """Exclude what the user keeps of this page from the firm's counts; return whether there is anything."""
    mailbox = (context.tenant_id, context.user_id)
    there = {one.company_id for one in contacts.values() if one.company_id is not None}
    companies = await list_kept_companies(connection, *mailbox, there)
    companies |= {one.company_id for one in contacts.values() if one.id in touched and one.company_id is not None}
    if touched or companies:
        await exclude_kept(connection, mailbox, context.rule, touched, companies)
    return bool(touched or companies)


async def _settle_persons(
    connection: AsyncConnection,
    context: PageContext,
    contacts: Mapping[str, StoredContact],
    changed: Collection[int],
    applied: Applied,
) -> bool:
    """Count those who have several addresses at all of them, and find them by the words; return whether there are."""
    people = {one.id: one.person_id for one in contacts.values() if one.person_id is not None}
    await recount_into(connection, context, people.keys(), applied)
    for person_id in sorted({people[number] for number in people.keys() & set(changed)}):
        await index_person(connection, context.tenant_id, person_id)
    return bool(people)


async def _leave_out_unknown(connection: AsyncConnection, tenant_id: int, applied: Applied) -> None:
    """Leave out of what is told whom nobody may know, and who is another address of somebody."""
    tenant = {"tenant_id": tenant_id}
    new, there = sorted(applied.new_contact_ids), sorted(applied.new_company_ids)
    of_contacts = await select_rows(connection, Contact, ("id", "is_contact"), tenant, of="id", wanted=new)
    of_companies = await select_rows(connection, Company, ("id", "is_known"), tenant, of="id", wanted=there)
    unknown_contacts = {number for number, is_known in of_contacts if not is_known}
    unknown_companies = {number for number, is_known in of_companies if not is_known}
    applied.new_contact_ids = [number for number in applied.new_contact_ids if number not in unknown_contacts]
    applied.new_company_ids = [number for number in applied.new_company_ids if number not in unknown_companies]


async def recount_into(
    connection: AsyncConnection, context: PageContext, contact_ids: Collection[int], applied: Applied
) -> None:
    """Recount contacts, and add the new ones to `applied`."""
    if contact_ids:
        contacts, companies = await recount(connection, context.tenant_id, context.user_id, context.rule, contact_ids)
        applied.new_contact_ids += contacts
        applied.new_company_ids += companies


async def _write_contacts(
    connection: AsyncConnection,
    context: PageContext,
    encounters: Mapping[str, Encounter],
    company_ids: Mapping[str, int],
    applied: Applied,
) -> tuple[dict[str, StoredContact], Counter[int], dict[int, int | None], set[int]]:
    """Add the page to the contacts.

    Return them by address, the number of new contacts by company, the company of each who was only seen before, and
    who was called otherwise.
    """
    ids = await next_ids(connection, Contact, context.tenant_id, len(encounters))
    rows = [
        _make_contact(context, contact_id, encounter, company_ids)
        for contact_id, encounter in zip(ids, encounters.values(), strict=True)
    ]
    after = await upsert_rows(connection, upserts.CONTACTS[context.rule], rows, upserts.CONTACT_AFTER)
    marks = await _index_contacts(connection, context, after, set(ids))
    contacts: dict[str, StoredContact] = {}
    joined: Counter[int] = Counter()
    new_ids, turned = set(ids), dict[int, int | None]()
    for address, contact_id, company_id, name, _folded, beginnings, is_added, person_id, *counts in after:
        tally = encounters[address].tally
        before = [count - added for count, added in zip(counts, tally.counts, strict=False)]
        is_counted = bool(is_added) or is_contact("outreach", *counts)
        contacts[address] = StoredContact(
            *(contact_id, company_id, fold_name(name), marks.get(contact_id, int(beginnings)), is_counted, person_id)
        )
        if contact_id not in new_ids and is_counted and not (is_added or is_contact("outreach", *before)):
            turned[contact_id] = company_id
        if not is_added and is_contact(context.rule, *counts) and not is_contact(context.rule, *before):
            applied.new_contact_ids.append(contact_id)
            joined[company_id] += 1
    return contacts, joined, turned, set(marks)


def _make_contact(context: PageContext, contact_id: int, encounter: Encounter, company_ids: Mapping[str, int]) -> Row:
    person, tally = encounter.person, encounter.tally
    seen = (tally.sent, tally.received, tally.meetings, tally.planned)
    return (
        *(context.tenant_id, contact_id, person.address, person.name, fold_name(person.name)),
        *(mark_texts(person.name, person.address), encounter.rank),
        *(company_ids.get(person.domain), is_contact(context.rule, *seen), find_reason(*seen)),
        *(*tally.counts, context.now),
    )


async def _index_contacts(
    connection: AsyncConnection, context: PageContext, after: Sequence[Row], new_ids: set[int]
) -> dict[int, int]:
    """Index the words of new and renamed contacts; return the marks of the renamed ones.

    The upsert leaves `folded_name` unchanged, which shows that a name has changed.
    """
    new = {row[1]: (row[3], row[0]) for row in after if row[1] in new_ids}
    renamed = {row[1]: (row[3], row[0]) for row in after if row[1] not in new and fold_name(row[3]) != row[4]}
    rows = [(context.tenant_id, contact_id, fold_name(name)) for contact_id, (name, _) in sorted(renamed.items())]
    await update_rows(connection, Contact, ("tenant_id", "id"), ("folded_name = ?",), rows)
    await update_rows(connection, Relationship, ("tenant_id", "contact_id"), ("folded_name = ?",), rows)
    await index_words(connection, context.tenant_id, CONTACT, new, is_new=True)
    return await index_words(connection, context.tenant_id, CONTACT, renamed)


async def _write_interactions(
    connection: AsyncConnection,
    context: PageContext,
    interaction_events: Iterable[InteractionEvent],
    contacts: Mapping[str, StoredContact],
) -> None:
    tenant_id, user_id, round_number = context.tenant_id, context.user_id, context.round
    interactions, participants, invitations, invited, unseen = [], [], [], [], []
    for source, message, kind, at, is_planned, people, subject, organizer, _, invitation, hidden in interaction_events:
        row = (tenant_id, user_id, source, at, message, kind, is_planned, round_number, subject)
        rows = [(tenant_id, contacts[one.address].id, at, user_id, source, kind, is_planned) for one in people]
        if organizer is None:
            interactions.append(row)
            participants += rows
            if hidden:
                ids = {contacts[address].id for address in hidden}
                unseen += [(*row, True) for row in rows if row[1] in ids]
                participants[-len(rows) :] = [row for row in rows if row[1] not in ids]
        else:
            host = contacts.get(organizer) if isinstance(organizer, str) else None
            depends_on = -organizer if isinstance(organizer, int) else host.id if host else 0
            invitations.append((*row, invitation, depends_on))
            invited += [(*participant, invitation, bool(hidden)) for participant in rows]
    await insert_rows(connection, upserts.INTERACTIONS, interactions)
    await insert_rows(connection, upserts.PARTICIPANTS, participants)
    await insert_rows(connection, upserts.HIDDEN, unseen)
    await insert_rows(connection, upserts.INVITATIONS, invitations)
    await insert_rows(connection, upserts.INVITED, invited)


async def _write_relationships(
    connection: AsyncConnection,
    context: PageContext,
    encounters: Mapping[str, Encounter],
    contacts: Mapping[str, StoredContact],
) -> None:
    mailbox = (context.tenant_id, context.user_id)
    rows = []
    for address, encounter in encounters.items():
        contact, tally = contacts[address], encounter.tally
        rows.append((*mailbox, contact.id, tally.is_mine, contact.folded_name, contact.beginnings, *tally.counts))
    await insert_rows(connection, upserts.RELATIONSHIPS, rows)
