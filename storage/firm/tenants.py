"""The firms and their people, as the directory gives them."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, case, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.database import insert_ignoring, next_ids
from storage.engine.row_locks import lock_in_order
from storage.engine.wake import wake
from storage.firm.rule_values import FirmRules
from storage.firm.rules import get_rules, set_first_rules
from storage.history.own_domains import convert_to_colleagues
from storage.models import UNSERVED, Mailbox, Tenant, User
from storage.text.names import fold_name


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
    """Return the number of a tenant known by its Entra id; needs `SYSTEM`."""
    found: int | None = await connection.scalar(select(Tenant.tenant_id).where(Tenant.entra_id == entra_id))
    return found


async def get_served_firm(connection: Reading, entra_id: str) -> tuple[int, str] | None:
    """Return the number and the name of a firm that is read and served; needs `SYSTEM`."""
    query = select(Tenant.tenant_id, Tenant.name).where(Tenant.entra_id == entra_id, Tenant.state.not_in(UNSERVED))
    row = (await connection.execute(query)).first()
    return (row[0], row[1]) if row else None


async def add_tenant(connection: AsyncConnection, entra_id: str, first: FirmRules, now: int) -> int:
    """Return the number of a tenant, adding it where it is new; `first` are the environment's rules. Needs `SYSTEM`."""
    highest = await connection.scalar(select(func.max(Tenant.tenant_id)))
    row = {"tenant_id": (highest or 0) + 1, "entra_id": entra_id, "created_at": now}
    await insert_ignoring(connection, Tenant, [row])
    tenant_id = await get_tenant_id(connection, entra_id)
    if tenant_id is None:  # another process took the number for another tenant
        return await add_tenant(connection, entra_id, first, now)
    await set_first_rules(connection, tenant_id, first, now)
    back = update(Tenant).where(Tenant.tenant_id == tenant_id, Tenant.state == "closed")
    await connection.execute(back.values(state="active", reason=""))
    return tenant_id


async def set_organization(connection: AsyncConnection, tenant_id: int, *, name: str, domains: Collection[str]) -> None:
    """Note the firm's name and domains, verified or named by itself; who is at a new one was no outsider."""
    own = Tenant.tenant_id == tenant_id
    named = (await get_rules(connection, tenant_id)).own_domains
    values: dict[str, Any] = {"name": name, "domains": sorted({domain.lower() for domain in domains} | set(named))}
    before = (await connection.execute(select(Tenant.domains, Tenant.contact_rule).where(own))).one()
    await connection.execute(update(Tenant).where(own).values(values))
    if new := set(values["domains"]) - set(before.domains):
        await convert_to_colleagues(connection, tenant_id, before.contact_rule, new)


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
    await stop_users(connection, tenant_id, [one.entra_id for one in people if not one.is_active])


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
    """Add the mailboxes of users to the queue, also of those who come back."""
    users = select(User.id).where(User.tenant_id == tenant_id, User.entra_id.in_(entra_ids), User.is_active)
    found = list(await connection.scalars(users))
    row = {"tenant_id": tenant_id, "state": "new", "due_at": now, "created_at": now}
    await insert_ignoring(connection, Mailbox, [row | {"user_id": user_id} for user_id in found])
    returned = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_(found), Mailbox.state == "stopped")
    await lock_in_order(connection, Mailbox, returned)
    await connection.execute(update(Mailbox).where(returned).values(state="new", due_at=now, reason=""))
    if found:
        wake(connection, "mailboxes")


async def stop_users(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str]) -> None:
    """Let people go: their mailboxes are left alone from now on; what is known stays known to the firm.

    Since when they have left is written where the clocks agree (`date_leavers`): their history may be erased by it.
    """
    gone = and_(User.tenant_id == tenant_id, User.entra_id.in_(entra_ids))
    await connection.execute(update(User).where(gone).values(is_active=False))
    theirs = and_(Mailbox.tenant_id == tenant_id, Mailbox.user_id.in_(select(User.id).where(gone)))
    stopped = {"state": "stopped", "due_at": None, "leased_until": 0, "reason": "left_firm"}
    await lock_in_order(connection, Mailbox, theirs)
    await connection.execute(update(Mailbox).where(theirs).values(stopped | {"fencing": Mailbox.fencing + 1}))


async def stop_users_except(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str]) -> None:
    """Let everyone go whom a full listing of the directory no longer has."""
    active = select(User.entra_id).where(User.tenant_id == tenant_id, User.is_active)
    missing = set(await connection.scalars(active)) - set(entra_ids)
    if missing:
        await stop_users(connection, tenant_id, sorted(missing))


async def set_served(connection: AsyncConnection, tenant_id: int, entra_ids: Collection[str]) -> None:
    """Note who is in the group that the firm's rules serve."""
    own = User.tenant_id == tenant_id
    rows = list(await connection.execute(select(User.id, User.entra_id, User.may_use).where(own)))
    wanted = set(entra_ids)
    for may_use in (True, False):
        changed = [row.id for row in rows if (row.entra_id in wanted) is may_use and bool(row.may_use) is not may_use]
        for ids in split(changed):
            await connection.execute(update(User).where(own, User.id.in_(ids)).values(may_use=may_use))
