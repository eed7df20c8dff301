"""Delete interactions that are older than a firm keeps them, and what came from the mailboxes of people who left.

Counts are computed again from the remaining rows, contact by contact, so a purge that was interrupted can simply be
run again. On PostgreSQL, partitions that no firm keeps are dropped first.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, func, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.chunks import CHUNK
from storage.engine.connection import Reading
from storage.engine.database import Database
from storage.engine.partitions import PARTITIONED, count_partition, drop_partition, list_old_partitions
from storage.engine.rls import SYSTEM
from storage.errors import PurgeBoundError
from storage.history.invitations import reevaluate_invitations
from storage.history.leavers import DAY, ERASED, date_leavers, select_due_leavers
from storage.history.orphans import delete_orphans
from storage.history.purge_bounds import hide_old, move_boundary, plan_purge, show_all
from storage.history.recount import recount
from storage.messages.idempotency import empty_answers
from storage.models import (
    Answered,
    BulkRead,
    Interaction,
    InteractionContact,
    Outbox,
    Relationship,
    Talk,
    Tenant,
    User,
)
from storage.record.audit import add_audit
from storage.viewer import Viewer

OUTBOX_DAYS: Final = 90
"""Days for which what was said is remembered."""
ANSWERED_DAYS: Final = 2
"""Days for which it is known that an activity had its effect, for when Teams delivers it again."""
NOBODY: Final = 0
"""The actor of what no person did."""


@dataclass(frozen=True, slots=True)
class Retention:
    """The retention rules of a tenant, in days."""

    tenant_id: int
    contact_rule: str
    retention_days: int
    leaver_days: int
    kept_from: int = 0
    """UTC seconds; older interactions are neither recorded nor kept."""


async def get_retention(connection: Reading, tenant_id: int) -> Retention:
    """Return the retention rules of a tenant."""
    columns = (Tenant.tenant_id, Tenant.contact_rule, Tenant.retention_days, Tenant.leaver_days, Tenant.kept_from)
    query = select(*columns)
    return Retention(*(await connection.execute(query.where(Tenant.tenant_id == tenant_id))).one())


@dataclass(frozen=True, slots=True)
class Dropped:
    """The partitions that were dropped, and how many interactions each tenant had in them."""

    parts: list[str] = field(default_factory=list)
    counts: Counter[int] = field(default_factory=Counter)


async def drop_old_partitions(database: Database, now: int) -> Dropped:
    """Drop the partitions that are older than any tenant keeps, with an audit row for each.

    The age limit of a tenant is its `kept_from`, which only a purge moves forward. What only a dropped partition knew
    stays until `purge_tenant`.
    """
    dropped = Dropped()
    async with database.writing(SYSTEM) as connection:
        kept = select(func.min(Tenant.retention_days), func.min(Tenant.kept_from))
        shortest, kept_from = (await connection.execute(kept)).one()
        if not shortest or not kept_from:  # no tenant at all, or one that keeps everything
            return dropped
        for table in PARTITIONED:
            for part in await list_old_partitions(connection, table, kept_from):
                if table == Interaction.__tablename__:
                    counts = await count_partition(connection, part)
                    dropped.counts.update(counts)
                    for tenant_id, count in counts.items():
                        await _audit(
                            connection, tenant_id, "purge", None, {"part": part, "interactions": count}, now=now
                        )
                await drop_partition(connection, part)
                dropped.parts.append(part)
    return dropped


async def prepare_purge(database: Database, tenant_id: int, now: int, *, is_confirmed: bool = False) -> None:
    """Date leavers, hide what is too old, also in what was answered, and move the age limit of a tenant forward.

    Raises `PurgeBoundError` if an administrator must confirm first what a purge would delete; nothing is deleted then.
    """
    async with database.writing(tenant_id) as connection:
        await date_leavers(connection, tenant_id, now)
        await hide_old(connection, tenant_id, now)
        await empty_answers(connection, tenant_id)
    async with database.writing(tenant_id) as connection:
        plan = await plan_purge(connection, tenant_id, now)
        if plan is None:
            return
        if plan.needs_confirmation and not is_confirmed:
            raise PurgeBoundError(plan.count)
        await move_boundary(connection, tenant_id, plan.before)


async def purge_tenant(database: Database, tenant_id: int, now: int) -> int:
    """Delete what is older than a tenant's age limit, mailbox by mailbox; return the number of interactions.

    Contacts and companies without anything left are deleted too, whoever took the last of it: a dropped partition, or
    a purge that was interrupted; and so is whatever was answered until now. An audit row records the purge.
    """
    async with database.reading(tenant_id) as connection:
        retention = await get_retention(connection, tenant_id)
        users = list(await connection.scalars(select(User.id).where(User.tenant_id == tenant_id).order_by(User.id)))
    await _delete_old_messages(database, tenant_id, now)
    purged = 0
    if retention.retention_days and retention.kept_from:
        before = retention.kept_from
        for user_id in users:
            purged += await purge_mailbox(database, retention, user_id, before)
        if purged:
            async with database.writing(tenant_id) as connection:
                proof = {"before": before, "interactions": purged}
                await _audit(connection, tenant_id, "purge", None, proof, now=now)
    for user_id in await _list_leavers(database, retention, now):
        purged += await erase_leaver(database, retention, user_id, now)
    if purged or retention.kept_from or retention.leaver_days >= 0:  # an erasure that broke off may have left some
        await delete_orphans(database, tenant_id)
    async with database.writing(tenant_id) as connection:
        await show_all(connection, tenant_id, retention.kept_from)
        await empty_answers(connection, tenant_id)
    return purged


async def purge_mailbox(database: Database, retention: Retention, user_id: int, before: int | None) -> int:
    """Delete the interactions of one mailbox before a time (all of them for None), and recount its contacts."""
    tenant_id = retention.tenant_id
    last = 0
    while True:
        async with database.writing(tenant_id) as connection:
            contact_ids = await _list_touched(connection, tenant_id, user_id, before, last)
            if not contact_ids:
                break
            participant = InteractionContact
            of_user = and_(
                participant.tenant_id == tenant_id,
                participant.user_id == user_id,
                participant.contact_id.in_(contact_ids),
            )
            await connection.execute(delete(participant).where(of_user, _is_before(participant.occurred_at, before)))
            if before is None:
                added = and_(Relationship.tenant_id == tenant_id, Relationship.user_id == user_id)
                unadded = update(Relationship).where(added, Relationship.contact_id.in_(contact_ids))
                await connection.execute(unadded.values(is_added=False))
            await recount(connection, tenant_id, user_id, retention.contact_rule, contact_ids)
            turned = await reevaluate_invitations(connection, tenant_id, user_id, contact_ids)
            await recount(connection, tenant_id, user_id, retention.contact_rule, turned)
            last = contact_ids[-1]
    async with database.writing(tenant_id) as connection:
        of_mailbox = and_(Interaction.tenant_id == tenant_id, Interaction.user_id == user_id)
        deleted = await connection.execute(
            delete(Interaction).where(of_mailbox, _is_before(Interaction.occurred_at, before))
        )
    return deleted.rowcount


async def _list_touched(
    connection: AsyncConnection, tenant_id: int, user_id: int, before: int | None, last: int
) -> Sequence[int]:
    """Return the next contacts of a mailbox, by number, whose first interaction is before a time."""
    own = and_(Relationship.tenant_id == tenant_id, Relationship.user_id == user_id, Relationship.contact_id > last)
    query = select(Relationship.contact_id).where(own, _is_before(Relationship.first_at, before))
    return (await connection.scalars(query.order_by(Relationship.contact_id).limit(CHUNK))).all()


def _is_before(at: Any, before: int | None) -> ColumnElement[bool]:
    """Return the condition of age; 0 is an unknown date, which is deleted with the whole mailbox only."""
    return true() if before is None else and_(at > 0, at < before)


async def erase_leaver(database: Database, retention: Retention, user_id: int, now: int) -> int:
    """Delete all that came from the mailbox of a person who left, and their chats with the bot; the name stays."""
    purged = await purge_mailbox(database, retention, user_id, None)
    tenant_id = retention.tenant_id
    async with database.writing(tenant_id) as connection:
        for model in ERASED:
            await connection.execute(delete(model).where(model.tenant_id == tenant_id, model.user_id == user_id))
        gone = update(User).where(User.tenant_id == tenant_id, User.id == user_id)
        await connection.execute(gone.values(address="", aliases="", settings={}, own_addresses={}))
        await _audit(connection, tenant_id, "erase_leaver", user_id, {"interactions": purged}, now=now)
    return purged


async def _list_leavers(database: Database, retention: Retention, now: int) -> Sequence[int]:
    if retention.leaver_days < 0:
        return []
    due = select_due_leavers(retention.tenant_id, retention.leaver_days, now)
    async with database.reading(retention.tenant_id) as connection:
        return (await connection.scalars(due)).all()


async def _delete_old_messages(database: Database, tenant_id: int, now: int) -> None:
    """Delete old notices that were sent, activities no longer delivered, and what was read or shown a day ago."""
    said = and_(Outbox.tenant_id == tenant_id, Outbox.state != "pending", Outbox.created_at < now - OUTBOX_DAYS * DAY)
    answered = and_(Answered.tenant_id == tenant_id, Answered.created_at < now - ANSWERED_DAYS * DAY)
    read = and_(BulkRead.tenant_id == tenant_id, BulkRead.began_at < now - DAY)
    shown = and_(Talk.tenant_id == tenant_id, Talk.changed_at < (now - DAY) * 1000)
    async with database.writing(tenant_id) as connection:
        await connection.execute(delete(Outbox).where(said))
        await connection.execute(delete(Answered).where(answered))
        await connection.execute(delete(BulkRead).where(read))
        await connection.execute(delete(Talk).where(shown))


async def _audit(
    connection: AsyncConnection, tenant_id: int, action: str, user_id: int | None, after: dict[str, Any], *, now: int
) -> None:
    viewer = Viewer(tenant_id, NOBODY)
    await add_audit(connection, viewer, action, "user", user_id, after=after, now=now, source="admin")
