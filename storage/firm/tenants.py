"""The firms, their people and their rules, as the directory and the configuration give them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, case, func, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring, next_ids
from storage.engine.wake import wake
from storage.history.contact_rule import get_rule_sql
from storage.history.own_domains import take_in_own_domains
from storage.models import Mailbox, Tenant, User
from storage.record.audit import add_audit
from storage.text.names import fold_name
from storage.viewer import Viewer


@dataclass(frozen=True, slots=True)
class DirectoryUser:
    """A person of the firm as the directory knows them."""

    entra_id: str
    name: str
    address: str
    aliases: str = ""
    """Their other addresses, lower case, with a space between them."""
    language: str = ""
    is_active: bool = True
    has_mailbox: bool = True
    """Worth asking Graph for; whether there is one shows then."""


async def get_tenant_id(connection: Reading, entra_id: str) -> int | None:
    """Give the number of a tenant known by its Entra id; needs `SYSTEM`."""
    found: int | None = await connection.scalar(select(Tenant.tenant_id).where(Tenant.entra_id == entra_id))
    return found


async def add_tenant(
    connection: AsyncConnection, entra_id: str, *, contact_rule: str, shares_contacts: bool, now: int
) -> int:
    """Give the number of a tenant, adding it where it is new; its rules become these. Needs `SYSTEM`."""
    highest = await connection.scalar(select(func.max(Tenant.tenant_id)))
    row = {"tenant_id": (highest or 0) + 1, "entra_id": entra_id, "contact_rule": contact_rule}
    await insert_ignoring(connection, Tenant, [row | {"shares_contacts": shares_contacts, "created_at": now}])
    tenant_id = await get_tenant_id(connection, entra_id)
    if tenant_id is None:  # another process took the number for another tenant
        return await add_tenant(
            connection, entra_id, contact_rule=contact_rule, shares_contacts=shares_contacts, now=now
        )
    await set_rules(connection, tenant_id, contact_rule=contact_rule, shares_contacts=shares_contacts, now=now)
    back = update(Tenant).where(Tenant.tenant_id == tenant_id, Tenant.state == "closed")
    await connection.execute(back.values(state="active", reason=""))
    return tenant_id


async def set_rules(
    connection: AsyncConnection, tenant_id: int, *, contact_rule: str, shares_contacts: bool, now: int
) -> None:
    """Change a firm's rules, and write down that they changed (S14).

    Who is a contact is decided anew, from the same counts, where that rule changed.
    """
    own = Tenant.tenant_id == tenant_id
    asked = select(Tenant.contact_rule, Tenant.shares_contacts).where(own).with_for_update()
    before = (await connection.execute(asked)).one()._asdict()
    after = {"contact_rule": contact_rule, "shares_contacts": shares_contacts}
    if before == after:
        return
    await connection.execute(update(Tenant).where(own).values(after))
    nobody = Viewer(tenant_id, 0)
    await add_audit(connection, nobody, "firm.rules", "firm", None, before=before, after=after, now=now, source="admin")
    if before["contact_rule"] != contact_rule:
        await _decide_anew(connection, tenant_id, contact_rule)


async def _decide_anew(connection: AsyncConnection, tenant_id: int, rule: str) -> None:
    decision = get_rule_sql(rule)
    key = {"tenant_id": tenant_id}
    await connection.execute(
        text(f"UPDATE contacts SET is_contact = {decision} WHERE tenant_id = :tenant_id AND is_contact <> {decision}"),
        key,
    )
    count = (
        "SELECT count(*) FROM contacts WHERE contacts.tenant_id = companies.tenant_id"
        " AND contacts.company_id = companies.id AND contacts.is_contact"
    )
    counted = f"UPDATE companies SET contact_count = ({count}) WHERE tenant_id = :tenant_id"
    await connection.execute(text(counted), key)
    await connection.execute(
        text("UPDATE companies SET is_known = contact_count > 0 WHERE tenant_id = :tenant_id"), key
    )


async def set_organization(connection: AsyncConnection, tenant_id: int, *, name: str, domains: Collection[str]) -> None:
    """Note the firm's name and its verified domains; who is at a domain that is new among them was no outsider."""
    own = Tenant.tenant_id == tenant_id
    values: dict[str, Any] = {"name": name, "domains": sorted(domain.lower() for domain in domains)}
    before = (await connection.execute(select(Tenant.domains, Tenant.contact_rule).where(own))).one()
    await connection.execute(update(Tenant).where(own).values(values))
    if new := set(values["domains"]) - set(before.domains):
        await take_in_own_domains(connection, tenant_id, before.contact_rule, new)


async def set_users(connection: AsyncConnection, tenant_id: int, people: Sequence[DirectoryUser], now: int) -> None:
    """Add and change users, and give those with a mailbox a place in the queue; nobody else is touched."""
    ids = await next_ids(connection, User, tenant_id, len(people))
    rows = [
        asdict(one) | {"tenant_id": tenant_id, "id": number, "folded_name": fold_name(one.name)}
        for number, one in zip(ids, people, strict=True)
    ]
    for row in rows:
        del row["has_mailbox"]
    await _upsert_users(connection, rows)
    wanted = [one.entra_id for one in people if one.is_active and one.has_mailbox]
    await add_mailboxes(connection, tenant_id, wanted, now)
    await stop_users(connection, tenant_id, [one.entra_id for one in people if not one.is_active], now)


async def _upsert_users(connection: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    insert = sqlite.insert(User) if connection.dialect.name == "sqlite" else postgresql.insert(User)
    new = insert.excluded
    changes: dict[str, Any] = {
        column: new[column] for column in ("name", "folded_name", "address", "aliases", "is_active")
    }
    changes["left_at"] = case((new["is_active"], 0), else_=User.left_at)
    language = case((User.language == "", new["language"]), else_=User.language)
    statement = insert.on_conflict_do_update(
        index_elements=["tenant_id", "entra_id"], set_=changes | {"language": language}
    )
    await connection.execute(statement, rows)


async def add_mailboxes(connection: AsyncConnection, tenant_id: int, entra_ids: Sequence[str], now: int) -> None:
    """Give users a place in the queue, also those who had one and come back."""
    users = select(User.id).where(User.tenant_id == tenant_id, User.entra_id.in_(entra_ids))
    found = list(await connection.scalars(users))
    row = {"tenant_id": tenant_id, "state": "new", "due_at": now, "created_at": now}
    await insert_ignoring(connection, Mailbox, [row | {"user_id": user_id} for user_id in found])
    returned = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_(found), Mailbox.state == "stopped")
    await connection.execute(update(Mailbox).where(returned).values(state="new", due_at=now, reason=""))
    if found:
        wake(connection, "mailboxes")


async def stop_users(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str], now: int) -> None:
    """Let people go: their mailboxes are left alone from now on; what is known stays known to the firm."""
    gone = and_(User.tenant_id == tenant_id, User.entra_id.in_(entra_ids))
    left_at = case((User.left_at > 0, User.left_at), else_=now)
    await connection.execute(update(User).where(gone).values(is_active=False, left_at=left_at))
    theirs = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_(select(User.id).where(gone)))
    stopped = {"state": "stopped", "due_at": None, "leased_until": 0, "reason": "left_firm"}
    await connection.execute(update(Mailbox).where(theirs).values(stopped | {"fencing": Mailbox.fencing + 1}))


async def stop_users_but(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str], now: int) -> None:
    """Let everyone go whom a full listing of the directory no longer has."""
    active = select(User.entra_id).where(User.tenant_id == tenant_id, User.is_active)
    missing = set(await connection.scalars(active)) - set(entra_ids)
    if missing:
        await stop_users(connection, tenant_id, sorted(missing), now)
