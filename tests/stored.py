"""What the store holds of a firm, read back by addresses, domains and Entra ids: what a `Ledger` says."""

from collections.abc import Callable
from typing import Any

from tests.decisions import read_decisions
from tests.ledger import Ledger, Totals

COUNTS = "sent_count, received_count, meeting_count, planned_count, first_at, last_at"


async def read_ledger(query: Callable[..., Any], entra_id: str = "") -> Ledger:
    """Read the store by addresses, domains and Entra ids: what a `Ledger` says, of one tenant where there are more."""
    ledger = Ledger()

    async def read(columns: str, table: str, condition: str = "true") -> list[Any]:
        of_tenant = (
            f"tenant_id IN (SELECT tenant_id FROM tenants WHERE entra_id = '{entra_id}')" if entra_id else "true"
        )
        return await query(f"SELECT {columns} FROM {table} WHERE {of_tenant} AND {condition}")

    users = {row[0]: row[1] for row in await read("id, entra_id", "users")}
    ledger.decisions = decisions = await read_decisions(read, users)
    addresses = {row[0]: row[1] for row in await read("id, address", "contacts")}
    held = sorted(map(tuple, await read("domain, company_id", "company_domains")), reverse=True)
    domains = {company: domain for domain, company in held}  # the first of several
    owned = dict(map(tuple, await read("id, person_id", "companies", "person_id IS NOT NULL")))
    domains |= {company: addresses[person] for company, person in owned.items()}
    participants: dict[Any, set[str]] = {}
    for user, source, contact in await read("user_id, source_digest, contact_id", "interaction_contacts"):
        participants.setdefault((user, source), set()).add(addresses[contact])
    rows = await read("user_id, source_digest, kind, occurred_at, is_planned", "interactions")
    for user, source, kind, at, is_planned in rows:
        people = frozenset(participants.get((user, source), ()))
        ledger.interactions.add((users[user], kind, at, bool(is_planned), people, bytes(source)))
    assert {(user, source) for user, source, *_ in rows} == participants.keys()
    for user, contact, is_mine, *counts in await read(f"user_id, contact_id, is_mine, {COUNTS}", "relationships"):
        totals = Totals(*counts)
        is_own = decisions.is_own(users[user], addresses[contact]) and not decisions.is_other(addresses[contact])
        assert bool(is_mine) == (is_own and totals.sent + totals.met + totals.planned > 0)
        ledger.relationships[users[user], addresses[contact]] = totals
    for user, company, *counts in await read(f"user_id, company_id, {COUNTS}", "company_relationships"):
        ledger.company_relationships[users[user], domains[company]] = Totals(*counts)
    for address, company, is_contact, *counts in await read(
        f"address, company_id, is_contact, {COUNTS}", "contacts", "interaction_count + planned_count > 0"
    ):
        ledger.contacts[address] = (Totals(*counts), bool(is_contact), domains.get(company, ""))
    opened: dict[str, list[Totals]] = {}
    evident = "person_id <> id AND (is_added OR sent_count + meeting_count + planned_count > 0)"
    contacts = {row[0] for row in await read("id", "contacts", "is_contact")}
    others = await read("company_id, person_id", "contacts", evident)
    with_others = {company for company, person in others if person in contacts}
    shown = ", ".join(f"CASE WHEN kept = 0 THEN {name} ELSE open_{name} END" for name in COUNTS.split(", "))
    for company, *counts in await read(f"company_id, {shown}", "company_relationships"):
        opened.setdefault(domains[company], []).append(Totals(*counts))
    for company, count, is_known, happened, first, last in await read(
        "id, contact_count, is_known, interaction_count, first_at, last_at", "companies"
    ):
        assert bool(is_known) == (count > 0 or company in with_others)
        at = domains.get(company, "")
        if parts := opened.get(at):
            ledger.companies[at] = (_sum_up(parts, happened, first, last), count)
        else:
            assert (happened, first, last, count) == (0, 0, 0, 0)
    return ledger


def _sum_up(parts: list[Totals], happened: int, first: int, last: int) -> Totals:
    """Give a company's own totals by kind from its relationships, with what its row says of sum, first and last."""
    sent, received, met, planned = (sum(part[place] for part in parts) for place in range(4))
    assert sent + received + met == happened
    return Totals(sent, received, met, planned, first, last)


def assert_same(found: Ledger, wanted: Ledger) -> None:
    """Compare two ledgers part by part, and show the first differences."""
    for name in ("relationships", "company_relationships", "contacts", "companies"):
        ours, theirs = getattr(found, name), getattr(wanted, name)
        differences = {
            key: (ours.get(key), theirs.get(key)) for key in ours | theirs if ours.get(key) != theirs.get(key)
        }
        assert not differences, (name, len(differences), dict(list(differences.items())[:5]))
    ours = sorted((*row[:4], sorted(row[4])) for row in found.interactions)
    theirs = sorted((*row[:4], sorted(row[4])) for row in wanted.interactions)
    assert ours == theirs
