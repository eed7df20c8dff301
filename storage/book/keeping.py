"""Keeping a contact or a company to oneself, sharing it again, and taking either back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import MissingError, StaleError
from storage.history.keeping import list_keeps
from storage.history.recount import recount
from storage.lists.addresses import get_person_id
from storage.models import Company, CompanyDomain, CompanyRelationship, Contact, Keep, Relationship, Tenant
from storage.record.audit import AuditRow, add_audit
from storage.record.changes import Change
from storage.text.addresses import digest_address
from storage.text.domains import find_company_domain
from storage.viewer import Access, Viewer

Of = Literal["contact", "company"]
_UNKNOWN: Final = "unknown"
"""The choice of rows that were written before choices could be undone."""


async def keep(
    connection: AsyncConnection, viewer: Viewer, of: Of, number: int, *, is_kept: bool, now: int, source: str
) -> Change:
    """Keep a contact or a company of the viewer's own to the viewer, or share it again, for the future too.

    Raises `MissingError` if the viewer has no relationship with it. Its audit row is shown to its user alone.
    """
    contact_ids = await _list_own(connection, viewer, of, number)
    if not contact_ids:
        raise MissingError(of)
    writer = _Writer(connection, viewer, of, number, contact_ids, now, source)
    return await writer.set_choice(f"{of}.keep" if is_kept else f"{of}.share", choice=is_kept)


async def is_own(connection: Reading, viewer: Viewer, of: Of, number: int) -> bool:
    """Return whether the viewer has a relationship with a contact or a company, and so may keep it."""
    return bool(await _list_own(connection, viewer, of, number))


async def undo_keep(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Give back the choice before this one; raises the errors of `undo_change`."""
    of, number = _get_of(done), done.entity_id or 0
    contact_ids = await _list_own(connection, viewer, of, number)
    writer = _Writer(connection, viewer, of, number, contact_ids, now, source)
    if await writer.get_choice() != done.after.get("choice", _UNKNOWN):
        raise StaleError(None)
    return await writer.set_choice(done.action, choice=done.before.get("choice"), undoes=done.name_undo())


async def would_share_news(connection: Reading, viewer: Viewer, done: AuditRow) -> bool:
    """Return whether undoing a choice to keep would share what has come since it, and so was never shared."""
    if done.of != "keep" or not done.after.get("is_kept") or done.before.get("is_kept", True):
        return False
    contact_ids = await _list_own(connection, viewer, _get_of(done), done.entity_id or 0)
    own = Relationship.tenant_id == viewer.tenant_id, Relationship.user_id == viewer.user_id
    newer = select(Relationship.contact_id).where(*own, Relationship.last_at > done.at)
    return any(number in contact_ids for number in await connection.scalars(newer))


def _get_of(done: AuditRow) -> Of:
    return "company" if done.action.startswith("company.") else "contact"


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes what the viewer chose for one contact or company of theirs."""

    connection: AsyncConnection
    viewer: Viewer
    of: Of
    number: int
    contact_ids: Collection[int]
    now: int
    source: str

    async def get_choice(self) -> bool | None:
        """Return what the viewer said of it: True is kept, False is shared, None is nothing."""
        return _choose(await self._list_choices(await _list_keys(self.connection, self.viewer, self.of, self.number)))

    async def set_choice(self, action: str, *, choice: bool | None, undoes: Mapping[str, int] | None = None) -> Change:
        """Write a choice, or take it away, with its audit row; nothing where it was chosen already."""
        before = {"choice": await self.get_choice(), "is_kept": await self._is_kept()}
        audit_id = None
        after = dict(before)
        if before["choice"] != choice:
            await self._write(choice=choice)
            after = {"choice": choice, "is_kept": await self._is_kept()}
            audit_id = await add_audit(
                self.connection,
                self.viewer,
                action,
                "keep",
                self.number,
                before=before,
                after=after | dict(undoes or {}),
                now=self.now,
                source=self.source,
            )
        name = await self._get_name()
        return Change(audit_id, action, "keep", self.number, name, before, after, self.viewer.user_id, self.now)

    async def _write(self, *, choice: bool | None) -> None:
        tenant_id, user_id = self.viewer.tenant_id, self.viewer.user_id
        keys = await _list_keys(self.connection, self.viewer, self.of, self.number)
        mine = and_(Keep.tenant_id == tenant_id, Keep.user_id == user_id)
        await self.connection.execute(delete(Keep).where(mine, Keep.digest.in_(keys)))
        if choice is not None:
            row = {"tenant_id": tenant_id, "user_id": user_id, "is_kept": choice}
            await self.connection.execute(insert(Keep), [row | {"digest": key} for key in keys])
        rule = await self.connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == tenant_id)) or ""
        await recount(self.connection, tenant_id, user_id, rule, self.contact_ids)

    async def _is_kept(self) -> bool:
        """Return what comes of it: who is at no company is kept where nothing was said."""
        choice = await self.get_choice()
        if choice is not None or self.of == "company":
            return bool(choice)
        at = Contact.tenant_id == self.viewer.tenant_id, Contact.id == self.number
        row = (await self.connection.execute(select(Contact.address, Contact.company_id).where(*at))).first()
        if row is None or row.company_id is None or not find_company_domain(row.address.rpartition("@")[2]):
            return True
        company_id = row.company_id
        keys = await _list_keys(self.connection, self.viewer, "company", company_id)
        return bool(_choose(await self._list_choices(keys)))

    async def _list_choices(self, keys: Sequence[bytes]) -> list[bool]:
        keeps = await list_keeps(self.connection, self.viewer.tenant_id, self.viewer.user_id)
        return [keeps[key] for key in keys if key in keeps]

    async def _get_name(self) -> str:
        table = Company if self.of == "company" else Contact
        named = select(table.name).where(table.tenant_id == self.viewer.tenant_id, table.id == self.number)
        return await self.connection.scalar(named) or ""


def _choose(choices: Sequence[bool]) -> bool | None:
    return any(choices) if choices else None


async def _list_own(connection: Reading, viewer: Viewer, of: Of, number: int) -> Collection[int]:
    """Return the viewer's own contacts that are meant: one, or all at a company."""
    access, own = Access(viewer), Relationship
    is_own = and_(own.tenant_id == viewer.tenant_id, own.user_id == viewer.user_id)
    is_same = and_(Contact.tenant_id == own.tenant_id, Contact.id == own.contact_id)
    asked = select(own.contact_id).join(Contact, is_same).where(is_own, access.people())
    if of == "contact":
        return list(await connection.scalars(asked.where(own.contact_id == number)))
    mine = access.own_companies(), CompanyRelationship.company_id == number
    if await connection.scalar(select(CompanyRelationship.company_id).where(*mine)) is None:
        return []
    return list(await connection.scalars(asked.where(Contact.company_id == number)))


async def _list_keys(connection: Reading, viewer: Viewer, of: Of, number: int) -> Sequence[bytes]:
    """Return the keys of the choice: the digest of the address, or of every domain."""
    if of == "contact":
        is_theirs = get_person_id(Contact) == number
        asked = select(Contact.address).where(Contact.tenant_id == viewer.tenant_id, is_theirs)
        return [digest_address(address) for address in await connection.scalars(asked)]
    own = Company.tenant_id == viewer.tenant_id, Company.id == number
    person_id = await connection.scalar(select(Company.person_id).where(*own))
    if person_id is not None:
        return await _list_keys(connection, viewer, "contact", person_id)
    there = CompanyDomain.tenant_id == viewer.tenant_id, CompanyDomain.company_id == number
    domains = await connection.scalars(select(CompanyDomain.domain).where(*there))
    return [digest_address(f"@{domain}") for domain in domains]
