"""What would be lost if rules of a firm were changed: shown before it is done, for nothing brings it back."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, case, func, or_, select

from storage.engine.connection import Reading
from storage.firm.rule_values import FirmRules
from storage.models import Contact, Interaction, User

DAY: Final = 86_400
LOSING: Final = ("retention_days", "leaver_days", "keeps_subjects", "own_domains")
"""Rules whose change may delete something."""


@dataclass(frozen=True, slots=True)
class Loss:
    """So many rows go with a change: mails and meetings, subjects of them, or contacts."""

    name: str
    """Of the rule."""
    count: int
    before: int = 0
    """Older than this is what goes, where it is age that counts."""


async def preview_loss(
    connection: Reading, tenant_id: int, rules: FirmRules, values: Mapping[str, Any], now: int
) -> list[Loss]:
    """Return what would be lost if these values took the place of a firm's rules; nothing where nothing would."""
    losses = []
    for name, condition in _list_conditions(tenant_id, rules, values, now):
        of = Contact if name == "own_domains" else Interaction
        count = await connection.scalar(select(func.count()).select_from(of).where(condition)) or 0
        before = now - values[name] * DAY if name == "retention_days" else 0
        losses += [Loss(name, count, before)] if count else []
    return losses


def _list_conditions(
    tenant_id: int, rules: FirmRules, values: Mapping[str, Any], now: int
) -> list[tuple[str, ColumnElement[bool]]]:
    found: list[tuple[str, ColumnElement[bool]]] = []
    own = Interaction.tenant_id == tenant_id
    if is_shorter(values.get("retention_days", rules.retention_days), rules.retention_days, forever=0):
        is_old = and_(Interaction.occurred_at > 0, Interaction.occurred_at < now - values["retention_days"] * DAY)
        found.append(("retention_days", and_(own, is_old)))
    if is_shorter(values.get("leaver_days", rules.leaver_days), rules.leaver_days, forever=-1):
        left_at = case((User.left_at > 0, User.left_at), else_=now)  # 0: dated with the next purge
        left = and_(User.tenant_id == tenant_id, ~User.is_active)
        over = select(User.id).where(left, left_at <= now - values["leaver_days"] * DAY)
        found.append(("leaver_days", and_(own, Interaction.user_id.in_(over))))
    if rules.keeps_subjects and not values.get("keeps_subjects", True):
        found.append(("keeps_subjects", and_(own, Interaction.subject.is_not(None))))
    if new := set(values.get("own_domains", ())) - set(rules.own_domains):
        theirs = or_(*(Contact.address.endswith(end + domain, autoescape=True) for domain in new for end in "@."))
        found.append(("own_domains", and_(Contact.tenant_id == tenant_id, Contact.is_contact, theirs)))
    return found


def is_shorter(days: int, before: int, *, forever: int) -> bool:
    """Return whether something is kept for less time than before."""
    return days != forever and (before == forever or days < before)
