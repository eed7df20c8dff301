"""Two copies of a small firm in plain rows, and filters applied to them in simple Python.

Nothing is shared with the queries but the folding of words, which has its own tests.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert

from storage.lists.filters import Filter
from storage.lists.periods import Period
from storage.lists.words import list_search_words
from storage.models import Audit, CompanyType, InteractionContact
from storage.text.names import fold_name, words
from storage.viewer import Viewer
from tests import factories
from tests.factories import DAY, NOW

TENANTS = (1, 2)
USERS = (1, 2, 3, 4)
COMPANIES = range(1, 41)
CONTACTS = range(1, 121)

_NAMES = (
    *(
        "Acme",
        "ACME Legal",
        "Ácme & Söhne",
        "Zürich Énergie",
        "北京律师事务所",
        "شركة النور",
        "O'Brien-Smith",
        "🚀 Rocket",
    ),
    *(
        "100%_sure",
        "Čapek\\Partners",
        "Ñandú",
        "A" * 200,
        "Legal Bank",
        "Bank of Legal",
        "Smith",
        "smith",
        "Null Island",
    ),
)

_COUNTS = ("sent_count", "received_count", "meeting_count")


@dataclass
class World:
    """The rows, as dictionaries by number."""

    companies: dict[tuple[int, int], dict[str, Any]]
    contacts: dict[tuple[int, int], dict[str, Any]]
    own_companies: dict[tuple[int, int, int], dict[str, Any]]
    own_contacts: dict[tuple[int, int, int], dict[str, Any]]
    history: list[dict[str, Any]]
    """Who wrote to whom or met whom, and when."""
    decisions: list[dict[str, Any]]
    """When somebody said what a company is."""


def make_world(seed: int = 1) -> World:
    """Make the same people twice, for two tenants that differ only in what happened."""
    world = World({}, {}, {}, {}, [], [])
    for tenant in TENANTS:
        dice = random.Random(seed + tenant)
        for number in COMPANIES:
            world.companies[tenant, number] = _make_company(dice, number)
        for number in CONTACTS:
            contact = world.contacts[tenant, number] = _make_contact(dice, number)
            # A company is known as soon as one contact is there.
            company = world.companies.get((tenant, contact["company_id"]))
            contact["is_contact"] &= company is None or company["is_known"]
        for user in USERS:
            for number in dice.sample(COMPANIES, 20):
                world.own_companies[tenant, user, number] = _make_totals(dice) | {"is_mine": dice.random() < 0.8}
            for number in dice.sample(CONTACTS, 60):
                world.own_contacts[tenant, user, number] = _make_totals(dice) | {"is_mine": dice.random() < 0.8}
        world.history += _make_history(dice, world, tenant)
        for number in COMPANIES:
            type_ = dice.choice((world.companies[tenant, number]["type"], None, *CompanyType))
            decided = {"entity_id": number, "at": NOW - DAY * dice.randrange(200), "type": type_}
            world.decisions.append({"tenant_id": tenant, **decided})
    return world


def _make_history(dice: random.Random, world: World, tenant: int) -> Iterator[dict[str, Any]]:
    """Give every contact some mails and meetings, many of them at the very time that some row calls the last one."""
    for number in CONTACTS:
        contact = world.contacts[tenant, number]
        at_company = tenant, contact["company_id"] or 0
        for user in dice.sample(USERS, 2):
            rows = (
                *(contact, world.own_contacts.get((tenant, user, number)), world.companies.get(at_company)),
                world.own_companies.get((tenant, user, at_company[1])),
            )
            times = {row["last_at"] for row in rows if row} | {NOW - DAY * dice.randrange(200)}
            for at in sorted(times):
                kind = dice.choice((1, 2, 2, 3))
                is_planned = dice.random() < 0.1
                yield {
                    "tenant_id": tenant,
                    "user_id": user,
                    "contact_id": number,
                    "occurred_at": at,
                    "kind": kind,
                    "is_planned": is_planned,
                }


def _make_totals(dice: random.Random) -> dict[str, Any]:
    last_at = dice.choice((0, NOW, NOW - DAY * dice.randrange(400), NOW - DAY * 90, NOW - DAY * 30))
    counts = {"interaction_count": dice.choice((0, 1, 1, 2, 3, 50)), "meeting_count": dice.choice((0, 0, 1, 4))}
    first_at = max(0, last_at - DAY * dice.choice((0, 0, 20, 200)))
    counts |= {"sent_count": dice.choice((0, 1)), "received_count": dice.choice((0, 0, 1, 5))}
    return {"last_at": last_at, "first_at": first_at, **counts}


def _make_company(dice: random.Random, number: int) -> dict[str, Any]:
    return _make_totals(dice) | {
        "name": f"{dice.choice(_NAMES)}{dice.choice(('', ' Group', ' SA'))}",
        "domains": [f"acme{number}.com", f"{dice.choice(('legal', 'bank'))}-{number}.co.uk"][: dice.randint(1, 2)],
        "type": dice.choice((None, None, *CompanyType)),
        "partner_id": dice.choice((None, None, *USERS)),
        "is_known": dice.random() < 0.9,
    }


def _make_contact(dice: random.Random, number: int) -> dict[str, Any]:
    return _make_totals(dice) | {
        "name": f"{dice.choice(('Anne', 'Åsa', 'Bob', '小明', ''))} {dice.choice(_NAMES)}".strip(),
        "address": f"{dice.choice(('anne', 'bob.smith'))}{number}@acme{dice.choice(COMPANIES)}.com",
        "company_id": dice.choice((None, *COMPANIES)),
        "is_contact": dice.random() < 0.9,
    }


async def write_world(connection: Any, world: World) -> None:
    """Write the rows."""
    for tenant in TENANTS:
        await factories.add_tenant(connection, tenant)
        for user in USERS:
            await factories.add_user(connection, f"User {user}", tenant_id=tenant, id=user)
    for (tenant, number), company in world.companies.items():
        values = {key: company[key] for key in company.keys() - {"name", "domains", *_COUNTS}}
        await factories.add_company(
            connection, company["name"], *company["domains"], tenant_id=tenant, id=number, **values
        )
    for (tenant, number), contact in world.contacts.items():
        values = {key: contact[key] for key in contact.keys() - {"name", "address"}}
        await factories.add_contact(
            connection, contact["name"], contact["address"], tenant_id=tenant, id=number, **values
        )
    for (tenant, user, number), totals in world.own_companies.items():
        await factories.add_company_relationship(connection, user, number, tenant_id=tenant, **totals)
    for (tenant, user, number), totals in world.own_contacts.items():
        await factories.add_relationship(connection, user, number, tenant_id=tenant, **totals)
    happened = [row | {"source_digest": place.to_bytes(16)} for place, row in enumerate(world.history)]
    await connection.execute(insert(InteractionContact), happened)
    decided = [
        {
            **{key: row[key] for key in ("tenant_id", "entity_id", "at")},
            "id": place,
            "source": "chat",
            "action": "company.set_type",
            "of": "company",
            "after": {"type": row["type"] and str(row["type"])},
        }
        for place, row in enumerate(world.decisions, 1)
    ]
    await connection.execute(insert(Audit), decided)


def evaluate(world: World, viewer: Viewer, filter_: Filter) -> list[int]:
    """Return the numbers of the list's rows in its order."""
    rows = (
        _list_contacts(world, viewer, filter_) if filter_.of == "contacts" else _list_companies(world, viewer, filter_)
    )
    keys = {"last": "last_at", "name": "folded_name", "count": "interaction_count", "first": "first_at"}
    dated_only = filter_.sort == "first" and filter_.is_ascending
    met = [
        (totals[keys[filter_.sort]], number)
        for number, totals in rows
        if _is_in(filter_.last, totals["last_at"]) and _is_in(filter_.first, totals["first_at"])
        if totals["first_at"] > 0 or not dated_only
    ]
    return [number for _, number in sorted(met, reverse=not filter_.is_ascending)]


def _are_known(filter_: Filter, viewer: Viewer, knowers: set[int], met_by: set[int]) -> bool:
    wanted = {viewer.user_id if who == "me" else who for who in filter_.known_by}
    unwanted = {viewer.user_id if who == "me" else who for who in filter_.not_known_by}
    absent = {viewer.user_id if who == "me" else who for who in filter_.not_met_by}
    return wanted <= knowers and not unwanted & knowers and not absent & met_by


def _list_companies(world: World, viewer: Viewer, filter_: Filter) -> Iterator[tuple[int, dict[str, Any]]]:
    for (tenant, number), company in world.companies.items():
        own = world.own_companies.get((tenant, viewer.user_id, number))
        is_own = own is not None and own["is_mine"]
        if tenant != viewer.tenant_id or not company["is_known"] or (filter_.scope == "mine" and not is_own):
            continue
        knowers = {who for who in USERS if world.own_companies.get((tenant, who, number), {}).get("is_mine")}
        met_by = {who for who in knowers if world.own_companies[tenant, who, number]["meeting_count"] > 0}
        if not _are_known(filter_, viewer, knowers, met_by):
            continue
        colleagues = (viewer.user_id,) if filter_.scope == "mine" else USERS
        theirs = [world.own_companies.get((tenant, user, number), {}) for user in colleagues]
        counts = {name: sum(one.get(name, 0) for one in theirs) for name in _COUNTS}
        people = {
            other
            for (its_tenant, other), contact in world.contacts.items()
            if its_tenant == tenant and contact["company_id"] == number and contact["is_contact"]
        }
        happened = _list_history(world, viewer, people, is_own=filter_.scope == "mine")
        last_at = (own if filter_.scope == "mine" else company)["last_at"]
        if number in filter_.not_company_ids or not _is_as_asked(filter_, counts, happened, last_at):
            continue
        if filter_.became and not any(
            one["tenant_id"] == tenant
            and one["entity_id"] == number
            and one["type"] is not None
            and one["type"] == company["type"]
            and _is_in(filter_.became, one["at"])
            for one in world.decisions
        ):
            continue
        if _is_decided(filter_, viewer, company) and _has_words(filter_.text, (company["name"], *company["domains"])):
            totals = own if filter_.scope == "mine" else company
            yield number, {**totals, "folded_name": fold_name(company["name"])}


def _list_contacts(world: World, viewer: Viewer, filter_: Filter) -> Iterator[tuple[int, dict[str, Any]]]:
    is_mine = filter_.scope == "mine" or not viewer.shares_contacts
    for (tenant, number), contact in world.contacts.items():
        own = world.own_contacts.get((tenant, viewer.user_id, number))
        is_own = own is not None and own["is_mine"]
        if tenant != viewer.tenant_id or not contact["is_contact"] or (is_mine and not is_own):
            continue
        knowers = {who for who in USERS if world.own_contacts.get((tenant, who, number), {}).get("is_mine")}
        everybody = (*filter_.known_by, *filter_.not_known_by, *filter_.not_met_by)
        asked = {viewer.user_id if who == "me" else who for who in everybody}
        if not viewer.shares_contacts and asked - {viewer.user_id}:
            continue
        met_by = {who for who in knowers if world.own_contacts[tenant, who, number]["meeting_count"] > 0}
        if not _are_known(filter_, viewer, knowers, met_by):
            continue
        if filter_.company_id and contact["company_id"] != filter_.company_id:
            continue
        if contact["company_id"] in filter_.not_company_ids:
            continue
        totals = own if is_mine else contact
        happened = _list_history(world, viewer, {number}, is_own=is_mine)
        if not _is_as_asked(filter_, totals, happened, totals["last_at"]):
            continue
        if filter_.has_company is not None and filter_.has_company != (contact["company_id"] is not None):
            continue
        company = world.companies.get((tenant, contact["company_id"] or 0), {"type": None, "partner_id": None})
        if _is_decided(filter_, viewer, company) and _has_words(filter_.text, (contact["name"], contact["address"])):
            yield number, {**(own if is_mine else contact), "folded_name": fold_name(contact["name"])}


def _is_decided(filter_: Filter, viewer: Viewer, company: dict[str, Any]) -> bool:
    if filter_.types and company["type"] not in filter_.types:
        return False
    partner_id = company["partner_id"]
    if partner_id in [{"me": viewer.user_id}.get(who, who) for who in filter_.not_partners]:
        return False
    if not filter_.partners or ("anyone" in filter_.partners and partner_id is not None):
        return True
    return partner_id in [{"me": viewer.user_id, "nobody": None}.get(who, who) for who in filter_.partners]


def _list_history(world: World, viewer: Viewer, people: set[int], *, is_own: bool) -> list[dict[str, Any]]:
    return [
        row
        for row in world.history
        if row["tenant_id"] == viewer.tenant_id and row["contact_id"] in people and not row["is_planned"]
        if row["user_id"] == viewer.user_id or not is_own
    ]


def _is_as_asked(filter_: Filter, counts: dict[str, Any], happened: list[dict[str, Any]], last_at: int) -> bool:
    """Say whether they were met, and who wrote, as a filter asks."""
    is_met = counts["meeting_count"] > 0
    if filter_.met_in:
        is_met = any(row["kind"] == 3 and _is_in(filter_.met_in, row["occurred_at"]) for row in happened)
    if filter_.is_met not in (None, is_met):
        return False
    latest = {row["kind"] for row in happened if row["occurred_at"] == last_at}
    wrote = counts["received_count"] > 0
    mail = {
        "awaits_us": 2 in latest,
        "awaits_them": 1 in latest,
        "theirs": wrote,
        "never_theirs": not wrote,
        "only": (wrote or counts["sent_count"] > 0) and counts["meeting_count"] == 0,
    }
    return filter_.mail is None or mail[filter_.mail]


def _has_words(text: str, texts: tuple[str, ...]) -> bool:
    found = list_search_words(texts)
    return all(any(word.startswith(asked) for word in found) for asked in words(text))


def _is_in(period: Period | None, last_at: int) -> bool:
    if period is None:
        return True
    if period.is_ == "within":
        return last_at >= NOW - period.days * DAY
    if period.is_ == "not_for":
        return last_at < NOW - period.days * DAY
    first, last = _NAMED.get(period.day, (period.day, period.until))
    day = datetime.fromtimestamp(last_at, UTC).date().isoformat()
    if period.is_ == "after":
        return day >= first
    return last_at > 0 and (day < first if period.is_ == "before" else first <= day <= last)


_NAMED = {
    "today": ("2026-01-01", "2026-01-01"),
    "yesterday": ("2025-12-31", "2025-12-31"),
    "this_week": ("2025-12-29", "2026-01-04"),
    "last_week": ("2025-12-22", "2025-12-28"),
    "this_month": ("2026-01-01", "2026-01-31"),
    "last_month": ("2025-12-01", "2025-12-31"),
    "this_quarter": ("2026-01-01", "2026-03-31"),
    "last_quarter": ("2025-10-01", "2025-12-31"),
    "this_year": ("2026-01-01", "2026-12-31"),
    "last_year": ("2025-01-01", "2025-12-31"),
}
"""The named days as of `NOW`, the first of January 2026, a Thursday: the first and the last of each."""
