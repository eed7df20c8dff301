"""Write the companies of a page: those behind its domains, their counts, and what each user has had with them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Row, insert_rows, select_rows, update_rows
from storage.engine.database import next_ids
from storage.history import upserts
from storage.history.events import Encounter, InteractionEvent, Tally, merge_first
from storage.history.merges import hold_map
from storage.history.page import Applied, PageContext, StoredContact
from storage.lists.words import COMPANY, index_words, mark_texts
from storage.models import Company, CompanyDomain, CompanyRelationship, Kept, Relationship
from storage.text.names import fold_name

_EARLIER: Final = ("contact_id", "user_id", "kept", "received_count", "first_at", "last_at")


async def find_companies(
    connection: AsyncConnection, context: PageContext, encounters: Mapping[str, Encounter]
) -> dict[str, int]:
    """Return the company number of every domain on the page; add the missing companies."""
    domains = {encounter.person.domain for encounter in encounters.values()} - {""}
    await hold_map(connection, context.tenant_id, is_changing=False)
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


def tally_companies(
    interaction_events: Iterable[InteractionEvent], contacts: Mapping[str, StoredContact]
) -> dict[int, Tally]:
    """Add up a page by company; an interaction with several people of a company counts once, with seen ones never."""
    tallies: dict[int, Tally] = {}
    for interaction_event in interaction_events:
        counted = set()
        for person in interaction_event.people:
            contact = contacts[person.address]
            if contact.company_id is not None:
                tallies.setdefault(contact.company_id, Tally())
                if contact.is_counted:
                    counted.add(contact.company_id)
        for company_id in counted:
            kind, at, is_planned = interaction_event[2:5]
            tallies[company_id].add(kind, at, is_planned=is_planned, invitation=interaction_event.invitation)
    return tallies


async def list_earlier(
    connection: AsyncConnection, tenant_id: int, turned: Mapping[int, int | None], touched: Collection[int]
) -> tuple[dict[int, dict[int, Tally]], set[int]]:
    """List what was exchanged with those who were only seen before this page, and counts for their company from now on.

    `turned` is the company of each. Return it by user and company, and those of whom somebody keeps something (on this
    page: those `touched`): only a recount tells what their companies may show. Who is only seen has only written, and
    a mail has one sender: so nobody else has brought it to the company yet.
    """
    earlier: dict[int, dict[int, Tally]] = {}
    there = {contact_id: company_id for contact_id, company_id in turned.items() if company_id is not None}
    if not there:
        return earlier, set()
    tenant = {"tenant_id": tenant_id}
    rows = await select_rows(connection, Relationship, _EARLIER, tenant, of="contact_id", wanted=sorted(there))
    kept = {contact_id for contact_id, _, kept, *_ in rows if kept} | (there.keys() & set(touched))
    for kind in (Kept.SOME, Kept.ALL):
        of_companies = await select_rows(
            connection,
            CompanyRelationship,
            ("company_id",),
            tenant | {"kept": kind.value},
            of="company_id",
            wanted=sorted(set(there.values())),
        )
        companies = {company_id for (company_id,) in of_companies}
        kept |= {contact_id for contact_id, company_id in there.items() if company_id in companies}
    for contact_id, user_id, _, received, first_at, last_at in rows:
        if contact_id not in kept:
            tally = Tally(received=received, first_at=first_at, last_at=last_at)
            earlier.setdefault(user_id, {}).setdefault(there[contact_id], Tally()).merge(tally)
    return earlier, kept


async def write_companies(
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
    for company_id, *_copies, contact_count, was_known, happened, first_at, last_at in held:
        tally, known = tallies[company_id], contact_count + joined.get(company_id, 0)
        if known and not was_known:
            applied.new_company_ids.append(company_id)
        dates = (merge_first(first_at, tally.first_at), max(last_at, tally.last_at))
        rows.append((context.tenant_id, company_id, known, known > 0, happened + tally.happened, *dates))
    await update_rows(connection, Company, ("tenant_id", "id"), upserts.COMPANY_CHANGES, rows)
    return {row[0]: row[1 : 1 + len(upserts.COMPANY_COPIES)] for row in held}


def add_up(of_users: Iterable[Mapping[int, Tally]]) -> dict[int, Tally]:
    """Add up what several users have had with each company."""
    sums: dict[int, Tally] = {}
    for tallies in of_users:
        for company_id, tally in tallies.items():
            sums.setdefault(company_id, Tally()).merge(tally)
    return sums


async def write_company_relationships(
    connection: AsyncConnection,
    context: PageContext,
    of_users: Mapping[int, Mapping[int, Tally]],
    kept: Mapping[int, Row],
) -> None:
    """Add what each user has had with each company; `kept` is what `write_companies` returned."""
    rows = [
        (context.tenant_id, user_id, company_id, tally.is_mine, *kept[company_id], *tally.counts)
        for user_id, tallies in of_users.items()
        for company_id, tally in tallies.items()
    ]
    await insert_rows(connection, upserts.COMPANY_RELATIONSHIPS, rows)
