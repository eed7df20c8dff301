"""Limit what a purge may delete without an administrator's confirmation.

That is `carnet purge --confirm`, or the "yes" to what a rule would delete when it was made shorter. A wrong clock or a
mistyped rule shows as a great deal that is suddenly too old.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import and_, case, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.history.leavers import DAY, select_due_leavers
from storage.models import Audit, Chore, Interaction, Tenant

MOST_DAYS: Final = 31
"""Days since the last purge; if it was longer ago, a person must confirm."""
MOST_PERCENT: Final = 10
CONFIRMED: Final = "purge.confirmed"
"""The audit row of what an administrator agreed to lose with a rule: the rule, its value, how many, older than what."""
FEW: Final = 50
"""Interactions that may always be deleted, whatever their share."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What a purge would delete."""

    before: int
    """UTC seconds; older interactions are deleted. 0 where the firm keeps them whatever their age."""
    count: int
    left_count: int
    """How many of them came from the mailboxes of leavers who are due to be erased."""
    total: int
    days: int
    """Days since the last purge; 0 before the first one."""
    confirmed_count: int = 0
    """How many of them an administrator confirmed with the rules."""

    @property
    def needs_confirmation(self) -> bool:
        """Return whether an administrator must confirm."""
        count = self.count - self.confirmed_count
        is_many = count > max(FEW, self.total * MOST_PERCENT // 100)
        return count > 0 and (is_many or self.days > MOST_DAYS)


async def plan_purge(connection: Reading, tenant_id: int, now: int) -> Plan | None:
    """Count what is older than a tenant keeps, and what leavers gave; None for a tenant that keeps everything."""
    rules = select(Tenant.retention_days, Tenant.leaver_days).where(Tenant.tenant_id == tenant_id)
    days, leaver_days = (await connection.execute(rules)).one()
    due = select_due_leavers(tenant_id, leaver_days, now)
    leavers = list(await connection.scalars(due)) if leaver_days >= 0 else []
    if not days and not leavers:
        return None
    before, of = now - days * DAY if days else 0, Interaction
    is_old, is_left = and_(of.occurred_at > 0, of.occurred_at < before), of.user_id.in_(leavers)
    counts = select(func.count(), func.count().filter(or_(is_old, is_left)), func.count().filter(is_left))
    total, count, left_count = (await connection.execute(counts.where(of.tenant_id == tenant_id))).one()
    own = and_(Chore.tenant_id == tenant_id, Chore.name == "retention")
    last = await connection.scalar(select(Chore.last_success_at).where(own)) or 0
    plan = Plan(before, count, left_count, total, (now - last) // DAY if last else 0)
    if not plan.needs_confirmation:
        return plan
    standing = {"retention_days": days, "leaver_days": leaver_days}
    return replace(plan, confirmed_count=await _count_confirmed(connection, tenant_id, plan, standing, now))


async def _count_confirmed(connection: Reading, tenant_id: int, plan: Plan, rules: Mapping[str, int], now: int) -> int:
    """Return how many of a plan's interactions an administrator has confirmed with the rules as they still are.

    Such a word holds for as long as a purge may stay away, and for what was old enough within that time.
    """
    given = and_(Audit.tenant_id == tenant_id, Audit.of == "firm", Audit.entity_id.is_(None))
    lately = and_(given, Audit.action == CONFIRMED, Audit.at > now - MOST_DAYS * DAY)
    words: dict[str, dict[str, Any]] = {}
    for after in await connection.scalars(select(Audit.after).where(lately).order_by(Audit.id)):
        words[after["rule"]] = after
    count = 0
    for name, most in (("retention_days", plan.count - plan.left_count), ("leaver_days", plan.left_count)):
        word = words.get(name)
        if word is None or word["value"] != rules[name]:
            continue
        if name == "leaver_days" or plan.before <= word["before"] + MOST_DAYS * DAY:
            count += min(most, word["count"])
    return count


async def hide_old(connection: AsyncConnection, tenant_id: int, now: int) -> None:
    """Show nothing of a tenant that is older than its rule keeps, whenever that is deleted; it can be shown again."""
    days = Tenant.retention_days
    before = case((days > 0, now - days * DAY), else_=0)
    await connection.execute(update(Tenant).where(Tenant.tenant_id == tenant_id).values(shown_from=before))


async def show_all(connection: AsyncConnection, tenant_id: int, before: int) -> None:
    """Ask the age of nothing any more, after all that is older than `before` was deleted."""
    done = and_(Tenant.tenant_id == tenant_id, Tenant.shown_from <= before)
    await connection.execute(update(Tenant).where(done, Tenant.shown_from > 0).values(shown_from=0))


async def move_boundary(connection: AsyncConnection, tenant_id: int, before: int) -> None:
    """Move the age limit of a tenant forward, never back; no sync records older items any more."""
    behind = and_(Tenant.tenant_id == tenant_id, Tenant.kept_from < before)
    await connection.execute(update(Tenant).where(behind).values(kept_from=before))
