"""Rows for tests, with sensible defaults: each builder writes one row (and its copies) and returns its number."""

import itertools
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.lists.words import COMPANY, CONTACT, index_words
from storage.models import (
    Company,
    CompanyDomain,
    CompanyRelationship,
    Contact,
    Interaction,
    InteractionContact,
    Kind,
    Relationship,
    Tenant,
    User,
)
from storage.text.names import fold_name
from storage.viewer import Viewer

NOW = 1_767_225_600
"""2026-01-01 00:00 UTC: the now of tests."""
DAY = 86_400

_numbers = itertools.count(1)


def ago(days: float) -> int:
    """Give the second that lay so many days before `NOW`."""
    return NOW - int(days * DAY)


async def add_tenant(connection: AsyncConnection, tenant_id: int = 1, **values: Any) -> int:
    row = {"entra_id": f"00000000-0000-4000-8000-{tenant_id:012d}", "name": "Firm", "domains": ["firm.example"]}
    await connection.execute(insert(Tenant).values(tenant_id=tenant_id, **(row | values)))
    return tenant_id


async def add_user(connection: AsyncConnection, name: str = "Anne Martin", *, tenant_id: int = 1, **values: Any) -> int:
    number = values.pop("id", None) or next(_numbers)
    row = {
        "entra_id": f"10000000-0000-4000-8000-{number:012d}",
        "folded_name": fold_name(name),
        "address": f"{fold_name(name).replace(' ', '.')}.{number}@firm.example",
    }
    await connection.execute(insert(User).values(tenant_id=tenant_id, id=number, name=name, **(row | values)))
    return number


def viewer_of(user_id: int, *, tenant_id: int = 1, **values: Any) -> Viewer:
    return Viewer(tenant_id=tenant_id, user_id=user_id, **values)


async def add_company(
    connection: AsyncConnection, name: str = "Acme", *domains: str, tenant_id: int = 1, **values: Any
) -> int:
    """Add a known company, with its domains (one of its own unless given) and its words."""
    number = values.pop("id", None) or next(_numbers)
    domains = domains or (f"company{number}.example",)
    row = {"folded_name": fold_name(name), "is_provisional": False, "is_known": True, "created_at": NOW}
    await connection.execute(insert(Company).values(tenant_id=tenant_id, id=number, name=name, **(row | values)))
    for domain in domains:
        await connection.execute(insert(CompanyDomain).values(tenant_id=tenant_id, domain=domain, company_id=number))
    await index_words(connection, tenant_id, COMPANY, {number: [name, *domains]})
    return number


async def add_contact(
    connection: AsyncConnection, name: str = "Bob Jones", address: str = "", *, tenant_id: int = 1, **values: Any
) -> int:
    """Add a contact (`is_contact=False` for one only seen) with its words; counted at its company."""
    number = values.pop("id", None) or next(_numbers)
    address = address or f"contact{number}@elsewhere.example"
    row = {"folded_name": fold_name(name), "is_contact": True, "reason": "wrote", "created_at": NOW}
    row |= {"address": address, "name": name} | values
    await connection.execute(insert(Contact).values(tenant_id=tenant_id, id=number, **row))
    if row.get("company_id") and row["is_contact"]:
        at_company = (Company.tenant_id == tenant_id) & (Company.id == row["company_id"])
        await connection.execute(update(Company).where(at_company).values(contact_count=Company.contact_count + 1))
    await index_words(connection, tenant_id, CONTACT, {number: [name, address]})
    return number


async def add_relationship(
    connection: AsyncConnection, user_id: int, contact_id: int, *, tenant_id: int = 1, **values: Any
) -> None:
    """Say what a user has had with a contact; `is_mine` unless told."""
    key = {"tenant_id": tenant_id, "user_id": user_id, "contact_id": contact_id}
    of_contact = select(Contact.folded_name, Contact.beginnings).where(
        Contact.tenant_id == tenant_id, Contact.id == contact_id
    )
    copies = (await connection.execute(of_contact)).one()
    row = {"is_mine": True, "sent_count": 1, "interaction_count": 1, "last_at": NOW, "first_at": NOW} | values
    await connection.execute(insert(Relationship).values(**key, **copies._asdict(), **row))


async def add_interaction(
    connection: AsyncConnection, user_id: int, contact_id: int, *, at: int, tenant_id: int = 1, **values: Any
) -> None:
    """Write a mail (`kind` for a meeting) of one person with one other; `is_bcc` as that of a personal one."""
    source = f"{user_id} {contact_id} {at}".encode().ljust(16)[-16:]
    row = {"tenant_id": tenant_id, "user_id": user_id, "source_digest": source, "occurred_at": at, "kind": Kind.SENT}
    is_bcc = values.pop("is_bcc", False)
    row |= values
    await connection.execute(insert(Interaction).values(**row, message_digest=source))
    await connection.execute(insert(InteractionContact).values(**row, contact_id=contact_id, is_bcc=is_bcc))


async def add_company_relationship(
    connection: AsyncConnection, user_id: int, company_id: int, *, tenant_id: int = 1, **values: Any
) -> None:
    """Say what a user has had with a company, with the copies of its type, partner and name."""
    copied = (Company.type, Company.partner_id, Company.folded_name, Company.beginnings)
    of_company = select(*copied).where(Company.tenant_id == tenant_id, Company.id == company_id)
    company = (await connection.execute(of_company)).one()
    key = {"tenant_id": tenant_id, "user_id": user_id, "company_id": company_id, **company._asdict()}
    row = {"is_mine": True, "sent_count": 1, "interaction_count": 1, "last_at": NOW, "first_at": NOW} | values
    await connection.execute(insert(CompanyRelationship).values(**key, **row))
