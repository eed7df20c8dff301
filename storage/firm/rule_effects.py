"""What follows when a rule of a firm changes, in the transaction of the change: rows, counts, and work that is due."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.wake import wake
from storage.firm.rule_values import Edit
from storage.history.contact_rule import get_rule_sql
from storage.history.own_domains import convert_to_colleagues
from storage.history.purge_bounds import hide_old
from storage.messages.idempotency import empty_answers
from storage.messages.outbox import decide_times_anew
from storage.models import Interaction, Tenant
from storage.queue.chores import make_chore_due, start_chore_over
from storage.queue.directory import set_admins
from storage.queue.mailboxes import end_leases
from storage.served import admit_by_rule

Effect = Callable[[AsyncConnection, int, Edit, int], Awaitable[None]]
COPIED: Final = frozenset(
    {
        *("contact_rule", "shares_contacts", "keeps_subjects", "retention_days", "leaver_days"),
        *("language", "timezone", "serves", "shows_lately"),
    }
)
"""Rules that are copied to the firm's row, which queries join."""

CAPTURED: Final = frozenset({"contact_rule", "keeps_subjects", "own_domains"})
"""Rules by which a mailbox is read: whoever reads one just now does so under the old ones."""


async def apply_rule(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Let a rule of a firm act that was another before; workers hear of it when this is committed.

    What was answered under the old rules is answered to nobody again.
    """
    await empty_answers(connection, tenant_id)
    if edit.name in COPIED:
        own = update(Tenant).where(Tenant.tenant_id == tenant_id)
        await connection.execute(own.values({edit.name: edit.after}))
    if edit.name in CAPTURED:
        await end_leases(connection, tenant_id, now)
    if edit.name in _EFFECTS:
        await _EFFECTS[edit.name](connection, tenant_id, edit, now)


async def _decide_anew(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Decide who is a contact from the same counts."""
    decision = f"({get_rule_sql(edit.after)} AND COALESCE(contacts.person_id, contacts.id) = contacts.id)"
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
    with_others = (
        "SELECT 1 FROM contacts JOIN contacts AS person ON person.tenant_id = contacts.tenant_id"
        " AND person.id = contacts.person_id AND person.is_contact WHERE contacts.tenant_id = companies.tenant_id"
        " AND contacts.company_id = companies.id AND contacts.person_id <> contacts.id"
        f" AND {get_rule_sql('outreach')}"
    )
    known = f"contact_count > 0 OR EXISTS ({with_others})"
    await connection.execute(text(f"UPDATE companies SET is_known = {known} WHERE tenant_id = :tenant_id"), key)
    await _decide_kept_anew(connection, tenant_id, edit.after)


async def _decide_kept_anew(connection: AsyncConnection, tenant_id: int, rule: str) -> None:
    """Decide whom their users keep as contacts, where something is kept."""
    key, of_kept = {"tenant_id": tenant_id}, "WHERE tenant_id = :tenant_id AND kept > 0"
    own = get_rule_sql(rule).replace("contacts.", "relationships.")
    other = "SELECT id FROM contacts WHERE tenant_id = :tenant_id AND person_id <> id"
    decided = f"is_kept_contact = {own} AND NOT is_removed AND contact_id NOT IN ({other})"
    await connection.execute(text(f"UPDATE relationships SET {decided} {of_kept}"), key)
    theirs = (
        "SELECT 1 FROM relationships r JOIN contacts c ON c.tenant_id = r.tenant_id AND c.id = r.contact_id"
        " WHERE r.tenant_id = company_relationships.tenant_id AND r.user_id = company_relationships.user_id"
        " AND c.company_id = company_relationships.company_id AND r.is_kept_contact"
    )
    kept = f"UPDATE company_relationships SET is_kept_contact = EXISTS ({theirs})"
    await connection.execute(text(f"{kept} {of_kept}"), key)


async def _set_hours(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    from_hour, until_hour = map(int, edit.after.split("-"))
    own = Tenant.tenant_id == tenant_id
    settings = await connection.scalar(select(Tenant.settings).where(own)) or {}
    written = settings.get("notices")
    kept = written if isinstance(written, dict) else {}
    notices = {**kept, "from_hour": from_hour, "until_hour": until_hour}
    await connection.execute(update(Tenant).where(own).values(settings={**settings, "notices": notices}))
    await decide_times_anew(connection, tenant_id, now)


async def _move_clock(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Have the firm's hours looked up in its new time zone."""
    await decide_times_anew(connection, tenant_id, now)


async def _drop_subjects(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Forget the subjects that were kept, where the firm keeps them no more."""
    if not edit.after:
        kept = (Interaction.tenant_id == tenant_id) & Interaction.subject.is_not(None)
        await connection.execute(update(Interaction).where(kept).values(subject=None))


async def _set_own_domains(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Take in those at new domains at once; a domain that is given up shows with the next look at the directory."""
    own = Tenant.tenant_id == tenant_id
    known, rule = (await connection.execute(select(Tenant.domains, Tenant.contact_rule).where(own))).one()
    if new := set(edit.after) - set(known):
        await connection.execute(update(Tenant).where(own).values(domains=sorted({*known, *new})))
        await convert_to_colleagues(connection, tenant_id, rule, new)
    await _look_again(connection, tenant_id, edit, now)


async def _set_served(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Let in and leave out with the change itself; whom the new rule may leave out waits until it is known better."""
    serves = await connection.scalar(select(Tenant.serves).where(Tenant.tenant_id == tenant_id))
    await admit_by_rule(connection, tenant_id, serves or "")
    await _look_again(connection, tenant_id, edit, now)


async def _set_admins(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    await set_admins(connection, tenant_id, edit.after)


async def _read_everybody(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Have the whole directory listed: whose mailbox was left alone until now did not change in it."""
    await start_chore_over(connection, tenant_id, "directory", now)
    wake(connection, "directory")


async def _look_again(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    """Have the directory read at once: it says whose mailboxes are read, and who is in which group."""
    await make_chore_due(connection, tenant_id, "directory", now)
    wake(connection, "directory")


async def _purge_soon(connection: AsyncConnection, tenant_id: int, edit: Edit, now: int) -> None:
    await hide_old(connection, tenant_id, now)
    await make_chore_due(connection, tenant_id, "retention", now)
    wake(connection, "upkeep")


_EFFECTS: Final[Mapping[str, Effect]] = {
    "group": _read_everybody,
    "admins": _set_admins,
    "contact_rule": _decide_anew,
    "retention_days": _purge_soon,
    "leaver_days": _purge_soon,
    "notice_hours": _set_hours,
    "timezone": _move_clock,
    "keeps_subjects": _drop_subjects,
    "own_domains": _set_own_domains,
    "serves": _set_served,
    "serves_group": _set_served,
}
