"""What a database holds after a sync, in a form in which two of them can be compared."""

import hashlib
from typing import Any

from sqlalchemy import text

from storage.engine.database import open_database
from storage.engine.rls import SYSTEM

_SUMS = "sent_count, received_count, meeting_count, planned_count, interaction_count, first_at, last_at"
_QUERIES = {
    "interactions": "SELECT user_id, source_digest, occurred_at, message_digest, kind, is_planned FROM interactions",
    "interaction_contacts": (
        "SELECT address, occurred_at, user_id, source_digest, kind, is_planned FROM interaction_contacts t"
        " JOIN contacts c ON c.tenant_id = t.tenant_id AND c.id = t.contact_id"
    ),
    "contacts": (
        f"SELECT address, name, folded_name, beginnings, name_rank, domain, is_contact, reason, {_SUMS} FROM contacts c"
        " LEFT JOIN company_domains d ON d.tenant_id = c.tenant_id AND d.company_id = c.company_id"
    ),
    "relationships": (
        f"SELECT r.user_id, address, r.is_mine, r.folded_name, r.beginnings,"
        f" {', '.join('r.' + one for one in _SUMS.split(', '))}"
        " FROM relationships r JOIN contacts c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id"
    ),
    "companies": (
        "SELECT domain, name, folded_name, beginnings, contact_count, is_known, interaction_count, first_at, last_at"
        " FROM companies c JOIN company_domains d ON d.tenant_id = c.tenant_id AND d.company_id = c.id"
    ),
    "company_relationships": (
        f"SELECT user_id, domain, is_mine, folded_name, beginnings, {_SUMS} FROM company_relationships r"
        " JOIN company_domains d ON d.tenant_id = r.tenant_id AND d.company_id = r.company_id"
    ),
    "search_words": (
        "SELECT s.of, word, address, s.beginnings FROM search_words s JOIN contacts c ON c.tenant_id = s.tenant_id"
        " AND c.id = s.entity_id WHERE s.of = 2"
    ),
}


async def describe_rows(url: str) -> dict[str, dict[str, Any]]:
    """Give, for each table, how many rows it holds, how many interactions they add up to, and a digest of them all."""
    database = open_database(url)
    found = {}
    async with database.writing(SYSTEM) as connection:
        for table, query in _QUERIES.items():
            rows = await connection.execute(text(query))
            lines = sorted(repr(tuple(int(one) if isinstance(one, bool) else one for one in row)) for row in rows)
            digest = hashlib.blake2b("\n".join(lines).encode(), digest_size=8).hexdigest()
            found[table] = {"count": len(lines), "digest": digest}
        for table in ("contacts", "relationships", "companies", "company_relationships"):
            total = await connection.scalar(text(f"SELECT sum(interaction_count) FROM {table}"))
            found[table]["interactions"] = int(total or 0)
    await database.close()
    return found
