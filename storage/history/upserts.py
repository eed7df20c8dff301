"""The statements that write a page: columns, and how new values are merged with stored ones."""

from typing import Final

from storage.engine.bulk import Insert
from storage.history.contact_rule import get_reason_sql, get_rule_sql
from storage.history.events import COUNTS
from storage.models import (
    Company,
    CompanyDomain,
    CompanyRelationship,
    Contact,
    Interaction,
    InteractionContact,
    Relationship,
)

RULES: Final = ("outreach", "exchange")


def _add_counts(table: str) -> tuple[tuple[str, str], ...]:
    """Add the counts, and widen the time between first and last; 0 is no time."""
    first = (
        f"CASE WHEN excluded.first_at > 0 AND ({table}.first_at = 0 OR excluded.first_at < {table}.first_at)"
        f" THEN excluded.first_at ELSE {table}.first_at END"
    )
    last = f"CASE WHEN excluded.last_at > {table}.last_at THEN excluded.last_at ELSE {table}.last_at END"
    sums = tuple((column, f"{table}.{column} + excluded.{column}") for column in COUNTS[:5])
    return (*sums, ("first_at", first), ("last_at", last))


def _insert_contacts(rule: str) -> Insert:
    names = tuple(
        (column, f"CASE WHEN excluded.name_rank > contacts.name_rank THEN excluded.{column} ELSE contacts.{column} END")
        for column in ("name", "name_rank")
    )
    decision = (
        ("is_contact", get_rule_sql(rule, after="excluded")),
        ("reason", get_reason_sql(after="excluded")),
    )
    of_contact = ("address", "name", "folded_name", "beginnings", "name_rank", "company_id", "is_contact", "reason")
    return Insert(
        Contact,
        ("tenant_id", "id", *of_contact, *COUNTS, "created_at"),
        ("tenant_id", "address"),
        (*names, *decision, *_add_counts("contacts")),
    )


CONTACTS: Final = {rule: _insert_contacts(rule) for rule in RULES}
CONTACT_AFTER: Final = (
    *("address", "id", "company_id", "name", "folded_name", "beginnings", "is_added", "person_id"),
    *COUNTS[:4],
)
"""What is asked of each contact after the page; the counts stand in the order of the rule's arguments."""

DOMAINS: Final = Insert(CompanyDomain, ("tenant_id", "domain", "company_id"), ("tenant_id", "domain"))
COMPANIES: Final = Insert(
    Company,
    ("tenant_id", "id", "name", "folded_name", "beginnings", "created_at"),
)
COMPANY_COPIES: Final = ("type", "partner_id", "folded_name", "beginnings")
"""What the rows of `company_relationships` hold copies of."""
COMPANY_BEFORE: Final = (
    *("id", *COMPANY_COPIES, "contact_count", "is_known"),
    *("interaction_count", "first_at", "last_at"),
)
COMPANY_CHANGES: Final = (
    "contact_count = ?",
    "is_known = is_known OR ?",
    "interaction_count = ?",
    "first_at = ?",
    "last_at = ?",
)
INTERACTIONS: Final = Insert(
    Interaction,
    (
        *("tenant_id", "user_id", "source_digest", "occurred_at", "message_digest"),
        *("kind", "is_planned", "round", "subject"),
    ),
)
INVITATIONS: Final = Insert(
    Interaction,
    (
        *("tenant_id", "user_id", "source_digest", "occurred_at", "message_digest"),
        *("kind", "is_planned", "round", "subject", "invitation", "organizer_id"),
    ),
)
"""Invitations that the user has not answered; everything else leaves the last two columns as they are."""
INVITED: Final = Insert(
    InteractionContact,
    (
        "tenant_id",
        "contact_id",
        "occurred_at",
        "user_id",
        "source_digest",
        "kind",
        "is_planned",
        "invitation",
        "is_bcc",
    ),
)
HIDDEN: Final = Insert(
    InteractionContact,
    ("tenant_id", "contact_id", "occurred_at", "user_id", "source_digest", "kind", "is_planned", "is_bcc"),
)
"""Those in bcc."""
PARTICIPANTS: Final = Insert(
    InteractionContact,
    ("tenant_id", "contact_id", "occurred_at", "user_id", "source_digest", "kind", "is_planned"),
)
RELATIONSHIPS: Final = Insert(
    Relationship,
    ("tenant_id", "user_id", "contact_id", "is_mine", "folded_name", "beginnings", *COUNTS),
    ("tenant_id", "user_id", "contact_id"),
    (("is_mine", "relationships.is_mine OR excluded.is_mine"), *_add_counts("relationships")),
)
COMPANY_RELATIONSHIPS: Final = Insert(
    CompanyRelationship,
    ("tenant_id", "user_id", "company_id", "is_mine", *COMPANY_COPIES, *COUNTS),
    ("tenant_id", "user_id", "company_id"),
    (("is_mine", "company_relationships.is_mine OR excluded.is_mine"), *_add_counts("company_relationships")),
)
