"""The rules of a firm as rows: the environment gives the first ones, and what an administrator gave stays.

Each change is written down with who made it, and takes effect in the same transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import RuleError
from storage.firm.rule_effects import COPIED, apply_rule
from storage.firm.rule_preview import Loss, preview_loss
from storage.firm.rule_values import NAMES, Edit, FirmRules, check_together, list_values, make_rules
from storage.history.purge_bounds import CONFIRMED
from storage.messages.notice_preferences import NoticePreferences, read_notice_preferences
from storage.models import Audit, FirmRule, Tenant, User
from storage.record.audit import add_audit
from storage.viewer import Viewer

ACTION: Final = "firm.rules"
NOBODY: Final = 0
"""Who gave a rule where no person of the firm did: the environment, or whoever keeps the service."""
ENVIRONMENT: Final = "environment"
"""The source of a change that the settings of the service made."""
_MOST_CHANGES: Final = 200
_PURGED: Final = frozenset({"retention_days", "leaver_days"})
"""Rules by which a purge deletes."""


@dataclass(frozen=True, slots=True)
class RuleRow:
    """One rule of a firm, and where it comes from."""

    name: str
    value: Any
    is_first: bool
    """The environment gave it, or nobody did."""
    actor_name: str = ""
    changed_at: int = 0


async def get_rules(connection: Reading, tenant_id: int) -> FirmRules:
    """Return the rules of a firm."""
    return make_rules({name: value for name, (value, _) in (await _list_rows(connection, tenant_id)).items()})


async def hold_rules(connection: AsyncConnection, tenant_id: int) -> FirmRules:
    """Return the rules of a firm, which nobody changes until this transaction is over."""
    await _lock(connection, tenant_id)
    return await get_rules(connection, tenant_id)


async def list_rules(connection: Reading, tenant_id: int) -> list[RuleRow]:
    """Return every rule of a firm in the order of their declaration, with who gave it."""
    is_actor = (User.tenant_id == FirmRule.tenant_id) & (User.id == FirmRule.actor_id)
    columns = (FirmRule.name, FirmRule.value, FirmRule.is_first, User.name, FirmRule.changed_at)
    query = select(*columns).outerjoin(User, is_actor).where(FirmRule.tenant_id == tenant_id)
    rows = {
        row[0]: RuleRow(row[0], row[1], bool(row[2]), row[3] or "", row[4]) for row in await connection.execute(query)
    }
    defaults = list_values(FirmRules())
    return [rows.get(name) or RuleRow(name, defaults[name], is_first=True) for name in NAMES]


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One change of a rule."""

    at: int
    actor_name: str
    """Empty for the environment, and for whoever keeps the service."""
    source: str
    name: str
    before: Any
    after: Any


async def list_rule_changes(connection: Reading, tenant_id: int, limit: int = _MOST_CHANGES) -> list[RuleChange]:
    """Return the changes of a firm's rules, newest first."""
    is_actor = (User.tenant_id == Audit.tenant_id) & (User.id == Audit.actor_id)
    query = (
        select(Audit.at, User.name, Audit.source, Audit.before, Audit.after)
        .outerjoin(User, is_actor)
        .where(Audit.tenant_id == tenant_id, Audit.of == "firm", Audit.entity_id.is_(None), Audit.action == ACTION)
        .order_by(Audit.id.desc())
        .limit(limit)
    )
    changes = []
    for at, actor, source, before, after in await connection.execute(query):
        named = {name: (before or {}).get(name) for name in after or {}}
        differing = [name for name in named if named[name] != after[name]]
        changes += [RuleChange(at, actor or "", source, name, named[name], after[name]) for name in differing]
    return changes


async def set_first_rules(
    connection: AsyncConnection, tenant_id: int, first: FirmRules, now: int, *, is_confirmed: bool = False
) -> None:
    """Give a firm the environment's rules, but for those that an administrator gave. Needs `SYSTEM`.

    A rule that would delete something waits, as it was, until it is confirmed. What already stood in the firm's own
    row before there were rules counts as given by an administrator.
    """
    await _lock(connection, tenant_id)
    known = await _list_rows(connection, tenant_id)
    if not known:
        known = await _take_over(connection, tenant_id, now)
    given = {name: value for name, value in list_values(first).items() if known.get(name, (None, True))[1]}
    if not is_confirmed:
        given |= await _hold(connection, tenant_id, known, given, now)
    for name, value in given.items():
        if name not in known or known[name][0] != value:
            before = known[name][0] if name in known else None
            await _write(connection, tenant_id, name, _Given(value, now))
            await _take_effect(connection, Viewer(tenant_id, NOBODY), Edit(name, before, value), now, ENVIRONMENT)
    await _mend_copies(connection, tenant_id, now)


async def _hold(
    connection: AsyncConnection,
    tenant_id: int,
    known: Mapping[str, tuple[Any, bool]],
    given: Mapping[str, Any],
    now: int,
) -> dict[str, Any]:
    """Return the values that stay, of rules whose new ones would delete something."""
    standing = {
        name: known[name][0] if name in known else await _get_standing(connection, tenant_id, name) for name in NAMES
    }
    changes = {name: value for name, value in given.items() if value != standing[name]}
    losses = await preview_loss(connection, tenant_id, make_rules(standing), changes, now)
    return {loss.name: standing[loss.name] for loss in losses}


async def _mend_copies(connection: AsyncConnection, tenant_id: int, now: int) -> None:
    """Copy rules again that a release without rules has overwritten in the firm's row: it took its environment's."""
    rules = list_values(await get_rules(connection, tenant_id))
    for name in sorted(COPIED):
        standing = await _get_standing(connection, tenant_id, name)
        if standing != rules[name]:
            await apply_rule(connection, tenant_id, Edit(name, standing, rules[name]), now)


async def set_rules(
    connection: AsyncConnection,
    viewer: Viewer,
    values: Mapping[str, Any],
    *,
    now: int,
    source: str,
    confirmed: Sequence[Loss] = (),
) -> list[str]:
    """Set rules of a firm as an administrator does, and give the names of those that became others.

    What is given as it was is the administrator's from now on too. `confirmed` is what they have agreed to lose: the
    next purge deletes it without asking again. Raises `RuleError` for what makes no sense together.
    """
    tenant_id = viewer.tenant_id
    await _lock(connection, tenant_id)
    before = list_values(await get_rules(connection, tenant_id))
    given = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    if "admins" in given:
        await _check_admins(connection, tenant_id, before["admins"], given["admins"])
    check_together(make_rules(before | given))
    for name, value in given.items():
        row = _Given(value, now, is_first=False, actor_id=viewer.user_id or None)
        await _write(connection, tenant_id, name, row)
        if before[name] != value:
            await _take_effect(connection, viewer, Edit(name, before[name], value), now, source)
    for loss in confirmed:
        if loss.name in _PURGED and loss.name in given:
            word = {"rule": loss.name, "value": given[loss.name], "count": loss.count, "before": loss.before}
            await add_audit(connection, viewer, CONFIRMED, "firm", None, after=word, now=now, source=source)
    return [name for name, value in given.items() if before[name] != value]


async def _check_admins(connection: Reading, tenant_id: int, before: Sequence[str], after: Sequence[str]) -> None:
    """Raise `RuleError` where nobody would be left, or nobody whom the firm knows while it still knows somebody."""
    there = (User.tenant_id == tenant_id) & User.is_active
    query = select(User.entra_id).where(there, User.entra_id.in_([*before, *after]))
    known = set(await connection.scalars(query))
    if not after or (known.intersection(before) and not known.intersection(after)):
        raise RuleError("last_admin")


async def reset_rule(
    connection: AsyncConnection,
    viewer: Viewer,
    name: str,
    first: FirmRules,
    *,
    now: int,
    confirmed: Sequence[Loss] = (),
) -> None:
    """Reset a rule to the value of the environment; `confirmed` as in `set_rules`."""
    values = {name: list_values(first)[name]}
    await set_rules(connection, viewer, values, now=now, source="admin", confirmed=confirmed)
    own = (FirmRule.tenant_id == viewer.tenant_id) & (FirmRule.name == name)
    await connection.execute(update(FirmRule).where(own).values(is_first=True, actor_id=None))


async def _list_rows(connection: Reading, tenant_id: int) -> dict[str, tuple[Any, bool]]:
    query = select(FirmRule.name, FirmRule.value, FirmRule.is_first).where(FirmRule.tenant_id == tenant_id)
    return {row[0]: (row[1], bool(row[2])) for row in await connection.execute(query)}


async def _lock(connection: AsyncConnection, tenant_id: int) -> None:
    """Let nobody else change the firm's rules until this is committed."""
    await connection.execute(select(Tenant.tenant_id).where(Tenant.tenant_id == tenant_id).with_for_update())


async def _take_over(connection: AsyncConnection, tenant_id: int, now: int) -> dict[str, tuple[Any, bool]]:
    """Keep what somebody wrote into the firm's row by hand, as long as there was no other way."""
    columns = (Tenant.language, Tenant.timezone, Tenant.keeps_subjects, Tenant.settings)
    language, timezone, subjects, settings = (
        await connection.execute(select(*columns).where(Tenant.tenant_id == tenant_id))
    ).one()
    wishes = read_notice_preferences(NoticePreferences(), settings or {})
    hours = f"{wishes.from_hour}-{wishes.until_hour}"
    found = {"language": language, "timezone": timezone, "keeps_subjects": bool(subjects), "notice_hours": hours}
    defaults = list_values(FirmRules())
    kept = {name: value for name, value in found.items() if value != defaults[name]}
    for name, value in kept.items():
        await _write(connection, tenant_id, name, _Given(value, now, is_first=False))
    return {name: (value, False) for name, value in kept.items()}


@dataclass(frozen=True, slots=True)
class _Given:
    """What a row holds beside its name."""

    value: Any
    changed_at: int
    is_first: bool = True
    actor_id: int | None = None


async def _write(connection: AsyncConnection, tenant_id: int, name: str, given: _Given) -> None:
    own, row = (FirmRule.tenant_id == tenant_id) & (FirmRule.name == name), asdict(given)
    if not (await connection.execute(update(FirmRule).where(own).values(**row))).rowcount:
        await connection.execute(insert(FirmRule).values(tenant_id=tenant_id, name=name, **row))


async def _take_effect(connection: AsyncConnection, viewer: Viewer, edit: Edit, now: int, source: str) -> None:
    """Let a rule act, and write down that it changed; a firm that is new has changed nothing."""
    tenant_id, name = viewer.tenant_id, edit.name
    is_new = edit.before is None
    standing = await _get_standing(connection, tenant_id, name) if is_new else edit.before
    if standing == edit.after:
        return
    await apply_rule(connection, tenant_id, Edit(name, standing, edit.after), now)
    if not is_new or await _is_known(connection, tenant_id):
        known = {"before": {name: standing}, "after": {name: edit.after}}
        await add_audit(connection, viewer, ACTION, "firm", None, **known, now=now, source=source)


async def _get_standing(connection: Reading, tenant_id: int, name: str) -> Any:
    """Return what holds where no row says: the firm's own row is older than its rules."""
    if name in COPIED:
        return await connection.scalar(select(getattr(Tenant, name)).where(Tenant.tenant_id == tenant_id))
    return list_values(FirmRules())[name]


async def _is_known(connection: Reading, tenant_id: int) -> bool:
    """Return whether anybody of the firm is known: then it is not new."""
    return bool(await connection.scalar(select(func.count()).where(User.tenant_id == tenant_id)))
