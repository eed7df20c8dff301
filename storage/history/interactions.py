"""Record a page of interactions, and update all that depends on them, in one transaction.

Only new rows change counts, so a replayed page changes nothing. Every transaction locks in one order (domains,
contacts, companies, the mailbox's own rows), each kind by key, so that two mailboxes with the same people cannot
deadlock.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Row, insert_rows, select_rows, update_rows, upsert_rows
from storage.engine.connection import Reading
from storage.engine.database import next_ids
from storage.history import upserts
from storage.history.contact_rule import find_reason, is_contact
from storage.history.events import Encounter, InteractionEvent, Tally, list_encounters, merge_first
from storage.history.invitations import evaluate_invitations, is_evidence, reevaluate_invitations
from storage.history.keeping import list_kept_companies, list_touched
from storage.history.recount import exclude_kept, recount
from storage.lists.words import COMPANY, CONTACT, index_words, mark_texts
from storage.models import Company, CompanyDomain, Contact, Interaction, Relationship
from storage.text.names import fold_name


@dataclass(slots=True)
class Applied:
    """What a page has changed."""

    new_interactions: int = 0
    removed_interactions: int = 0
    new_contact_ids: list[int] = field(default_factory=list)
    """Those who became contacts on this page (`is_contact` turned True), whether seen before or not.

    Contacts that the user keeps, or that were in bcc only, are left out: nobody is notified of them.
    """
    new_company_ids: list[int] = field(default_factory=list)
    """Companies that got their first contact on this page (`is_known` turned True)."""
    own_addresses: Sequence[str] = ()
    """Addresses that look like the user's own, and that the user was not told of."""
    quarantined: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    """How many items recorded nothing, by reason code."""


@dataclass(frozen=True, slots=True)
class PageContext:
    """The mailbox of a page, and the rules by which it is written."""

    tenant_id: int
    user_id: int
    rule: str
    """The firm's `contact_rule`."""
    now: int
    round: int = 0
    name_company: Callable[[str], str] = str
    """Returns the provisional name of a company, from its domain."""


class _Contact(NamedTuple):
    """A contact as it is after the page."""

    id: int
    company_id: int | None
    folded_name: str
    beginnings: int


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
        company_ids = await _find_companies(connection, context, encounters)
        contacts, joined = await _write_contacts(connection, context, encounters, company_ids, applied)
        tallies = _tally_companies(interaction_events, contacts)
        kept = await _write_companies(connection, context, tallies, joined, applied)
        await _write_interactions(connection, context, interaction_events, contacts)
        await _write_relationships(connection, context, encounters, contacts)
        await _write_company_relationships(connection, context, tallies, kept)
        await _exclude_kept(connection, context, encounters, contacts, applied)
        known = {contacts[person.address].id for one in interaction_events if is_evidence(one) for person in one.people}
        turned = await reevaluate_invitations(connection, context.tenant_id, context.user_id, known)
        await recount_into(connection, context, turned, applied)
    return applied


async def _exclude_kept(
    connection: AsyncConnection,
    context: PageContext,
    encounters: Mapping[str, Encounter],
    contacts: Mapping[str, _Contact],
    applied: Applied,
) -> None:
    """Exclude what the user keeps of this page from the firm's counts and from the notices."""
    mailbox = (context.tenant_id, context.user_id)
    people = {contacts[address].id: (address, one.person.domain) for address, one in encounters.items()}
    hidden = {contacts[address].id for address, one in encounters.items() if one.has_hidden}
    touched = await list_touched(connection, *mailbox, people, hidden)
    there = {one.company_id for one in contacts.values() if one.company_id is not None}
    companies = await list_kept_companies(connection, *mailbox, there)
    companies |= {one.company_id for one in contacts.values() if one.id in touched and one.company_id is not None}
    if not touched and not companies:
        return
    await exclude_kept(connection, mailbox, context.rule, touched, companies)
    tenant = {"tenant_id": context.tenant_id}
    of_contacts = await select_rows(connection, Contact, ("id", "is_contact"), tenant, of="id", wanted=sorted(touched))
    of_companies = await select_rows(connection, Company, ("id", "is_known"), tenant, of="id", wanted=sorted(companies))
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


async def _find_companies(
    connection: AsyncConnection, context: PageContext, encounters: Mapping[str, Encounter]
) -> dict[str, int]:
    """Return the company number of every domain on the page; add the missing companies."""
    domains = {encounter.person.domain for encounter in encounters.values()} - {""}
    found = await _read_domains(connection, context.tenant_id, domains)
    missing = sorted(domains - found.keys())
    if not missing:
        return found
    ids = await next_ids(connection, Company, context.tenant_id, len(missing))
    wished = dict(zip(missing, ids, strict=True))
    await insert_rows(connection, upserts.DOMAINS, [(context.tenant_id, *pair) for pair in wished.items()])
    found |= await _read_domains(connection, context.tenant_id, missing)
    # Where another mailbox was faster, its company stands and ours is not made.
    made = {domain: context.name_company(domain) for domain in missing if found[domain] == wished[domain]}
    rows = [
        (context.tenant_id, found[domain], name, fold_name(name), mark_texts(name, domain), context.now)
        for domain, name in made.items()
    ]
    await insert_rows(connection, upserts.COMPANIES, rows)
    texts = {found[domain]: (name, domain) for domain, name in made.items()}
    await index_words(connection, context.tenant_id, COMPANY, texts, is_new=True)
    return found


async def _read_domains(connection: AsyncConnection, tenant_id: int, domains: Iterable[str]) -> dict[str, int]:
    columns = ("domain", "company_id")
    rows = await select_rows(connection, CompanyDomain, columns, {"tenant_id": tenant_id}, of="domain", wanted=domains)
    return {domain: company_id for domain, company_id in rows}  # noqa: C416  # rows are not typed as pairs


async def _write_contacts(
    connection: AsyncConnection,
    context: PageContext,
    encounters: Mapping[str, Encounter],
    company_ids: Mapping[str, int],
    applied: Applied,
) -> tuple[dict[str, _Contact], Counter[int]]:
    """Add the page to the contacts; return them by address, and the number of new contacts by company."""
    ids = await next_ids(connection, Contact, context.tenant_id, len(encounters))
    rows = [
        _make_contact(context, contact_id, encounter, company_ids)
        for contact_id, encounter in zip(ids, encounters.values(), strict=True)
    ]
    after = await upsert_rows(connection, upserts.CONTACTS[context.rule], rows, upserts.CONTACT_AFTER)
    marks = await _index_contacts(connection, context, after, set(ids))
    contacts: dict[str, _Contact] = {}
    joined: Counter[int] = Counter()
    for address, contact_id, company_id, name, _folded, beginnings, is_added, *counts in after:
        contacts[address] = _Contact(contact_id, company_id, fold_name(name), marks.get(contact_id, int(beginnings)))
        tally = encounters[address].tally
        before = (count - added for count, added in zip(counts, tally.counts, strict=False))
        if not is_added and is_contact(context.rule, *counts) and not is_contact(context.rule, *before):
            applied.new_contact_ids.append(contact_id)
            joined[company_id] += 1
    return contacts, joined


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


def _tally_companies(
    interaction_events: Iterable[InteractionEvent], contacts: Mapping[str, _Contact]
) -> dict[int, Tally]:
    """Add up a page by company; an interaction with several people of a company counts once."""
    tallies: dict[int, Tally] = {}
    for interaction_event in interaction_events:
        for company_id in {contacts[person.address].company_id for person in interaction_event.people}:
            if company_id is not None:
                tally = tallies.get(company_id)
                if tally is None:
                    tally = tallies[company_id] = Tally()
                kind, at, is_planned = interaction_event[2:5]
                tally.add(kind, at, is_planned=is_planned, invitation=interaction_event.invitation)
    return tallies


async def _write_companies(
    connection: AsyncConnection,
    context: PageContext,
    tallies: Mapping[int, Tally],
    joined: Mapping[int, int],
    applied: Applied,
) -> dict[int, Row]:
    """Add the page to the companies; return the values that `company_relationships` holds copies of."""
    fixed = {"tenant_id": context.tenant_id}
    held = await select_rows(
        connection, Company, upserts.COMPANY_BEFORE, fixed, of="id", wanted=sorted(tallies), is_locking=True
    )
    rows = []
    for company_id, *_copies, contact_count, happened, first_at, last_at in held:
        tally, known = tallies[company_id], contact_count + joined.get(company_id, 0)
        if known and not contact_count:
            applied.new_company_ids.append(company_id)
        dates = (merge_first(first_at, tally.first_at), max(last_at, tally.last_at))
        rows.append((context.tenant_id, company_id, known, known > 0, happened + tally.happened, *dates))
    await update_rows(connection, Company, ("tenant_id", "id"), upserts.COMPANY_CHANGES, rows)
    return {row[0]: row[1 : 1 + len(upserts.COMPANY_COPIES)] for row in held}


async def _write_interactions(
    connection: AsyncConnection,
    context: PageContext,
    interaction_events: Iterable[InteractionEvent],
    contacts: Mapping[str, _Contact],
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
            host = contacts.get(organizer)
            invitations.append((*row, invitation, host.id if host else 0))
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
    contacts: Mapping[str, _Contact],
) -> None:
    mailbox = (context.tenant_id, context.user_id)
    rows = []
    for address, encounter in encounters.items():
        contact, tally = contacts[address], encounter.tally
        rows.append((*mailbox, contact.id, tally.is_mine, contact.folded_name, contact.beginnings, *tally.counts))
    await insert_rows(connection, upserts.RELATIONSHIPS, rows)


async def _write_company_relationships(
    connection: AsyncConnection, context: PageContext, tallies: Mapping[int, Tally], kept: Mapping[int, Row]
) -> None:
    rows = [
        (
            context.tenant_id,
            context.user_id,
            company_id,
            tallies[company_id].is_mine,
            *copies,
            *tallies[company_id].counts,
        )
        for company_id, copies in kept.items()
    ]
    await insert_rows(connection, upserts.COMPANY_RELATIONSHIPS, rows)
