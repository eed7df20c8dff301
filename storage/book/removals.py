"""Take a contact off one's own contacts, or say that it is no person, for the whole firm; and take either back."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.connection import Reading
from storage.errors import MissingError, StaleError
from storage.history.recount import recount
from storage.history.removals import EVERYBODY, list_removed, write_removal
from storage.lists.filters import is_id
from storage.models import Contact, Relationship, Tenant
from storage.record.audit import AuditRow, Entry, add_audits
from storage.record.changes import Change
from storage.text.addresses import digest_address
from storage.viewer import Access, Viewer

TAKEN_OFF: Final = "contact.take_off"
PUT_BACK: Final = "contact.put_back"
NO_PERSON: Final = "contact.no_person"
IS_PERSON: Final = "contact.is_person"
OF_ALL: Final = (NO_PERSON, IS_PERSON)
ACTIONS: Final = (TAKEN_OFF, PUT_BACK, *OF_ALL)


async def take_off(
    connection: AsyncConnection, viewer: Viewer, contact_id: int, *, is_off: bool, now: int, source: str
) -> Change:
    """Take a contact off the viewer's own contacts, or put them back; the firm keeps them either way.

    Its audit row is shown to its user alone. Raises `MissingError` for who is no contact of the viewer's own.
    """
    contact = await _hold(connection, viewer, contact_id)
    if not await is_own(connection, viewer, contact_id):
        raise MissingError("contact")
    action = TAKEN_OFF if is_off else PUT_BACK
    return await _write(connection, viewer, contact, action, now=now, source=source)


async def say_is_person(
    connection: AsyncConnection, viewer: Viewer, contact_id: int, *, is_person: bool, now: int, source: str
) -> Change:
    """Say that a contact is no person, and so nobody's contact, or that it is one; raises `MissingError`."""
    contact = await _hold(connection, viewer, contact_id)
    action = IS_PERSON if is_person else NO_PERSON
    return await _write(connection, viewer, contact, action, now=now, source=source)


async def undo_removal(connection: AsyncConnection, viewer: Viewer, done: AuditRow, *, now: int, source: str) -> Change:
    """Take a decision back; raises `MissingError` and `StaleError` as `undo_change`."""
    contact = await _hold(connection, viewer, done.entity_id or 0)
    if await _get_state(connection, viewer, contact, done.action) != done.after["is_removed"]:
        raise StaleError(None)
    action = _OPPOSITES[done.action]
    return await _write(connection, viewer, contact, action, now=now, source=source, undoes=done.name_undo())


async def is_own(connection: Reading, viewer: Viewer, contact_id: int) -> bool:
    """Return whether somebody is a contact of the viewer's own, or was until they took them off."""
    of = Relationship
    own = and_(of.tenant_id == viewer.tenant_id, of.user_id == viewer.user_id, of.contact_id == contact_id)
    found = (await connection.execute(select(of.is_mine, of.is_removed).where(own))).first()
    return found is not None and any(found)


async def count_knowers(connection: Reading, viewer: Viewer, contact_id: int) -> int:
    """Return how many people of the firm have them among their contacts, as far as the viewer may know."""
    known = Access(viewer).relationships(Relationship), Relationship.contact_id == contact_id
    return int(await connection.scalar(select(func.count()).where(*known)) or 0)


async def get_removal(connection: Reading, viewer: Viewer, address: str) -> str:
    """Return the reason code of why an address is off the viewer's contacts; empty if it is not."""
    return (await list_removed(connection, viewer.tenant_id, viewer.user_id)).find(address)


_OPPOSITES: Final = {TAKEN_OFF: PUT_BACK, PUT_BACK: TAKEN_OFF, NO_PERSON: IS_PERSON, IS_PERSON: NO_PERSON}


async def _hold(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> Any:
    """Lock a contact that the viewer may see, or saw until it was removed."""
    columns = (Contact.id, Contact.name, Contact.address)
    held = select(*columns).where(Access(viewer).people(), Contact.id == contact_id).with_for_update()
    row = (await connection.execute(held)).first() if is_id(contact_id) else None
    if row is None:
        raise MissingError("contact")
    return row


async def _get_state(connection: Reading, viewer: Viewer, contact: Any, action: str) -> bool:
    removed = await list_removed(connection, viewer.tenant_id, viewer.user_id)
    return digest_address(contact.address) in (removed.no_persons if action in OF_ALL else removed.own)


async def _write(
    connection: AsyncConnection,
    viewer: Viewer,
    contact: Any,
    action: str,
    *,
    now: int,
    source: str,
    undoes: Mapping[str, int] | None = None,
) -> Change:
    """Write a decision, what comes of it for whoever knows the contact, and its audit row; nothing where it was so."""
    is_removed = action in (TAKEN_OFF, NO_PERSON)
    before: dict[str, Any] = {"is_removed": await _get_state(connection, viewer, contact, action)}
    after: dict[str, Any] = {"is_removed": is_removed}
    of, audit_id = "contact" if action in OF_ALL else "keep", None
    if before != after:
        user_id = EVERYBODY if action in OF_ALL else viewer.user_id
        await write_removal(connection, viewer.tenant_id, user_id, contact.address, is_removed=is_removed)
        knowers = await _list_knowers(connection, viewer, contact.id) if action in OF_ALL else [viewer.user_id]
        rule = await connection.scalar(select(Tenant.contact_rule).where(Tenant.tenant_id == viewer.tenant_id)) or ""
        for knower in knowers:
            await recount(connection, viewer.tenant_id, knower, rule, [contact.id])
        entry = Entry(action, of, contact.id, before, after | dict(undoes or {}))
        [audit_id] = await add_audits(connection, viewer, [entry], now=now, source=source)
    name = contact.name or contact.address
    return Change(audit_id, action, of, contact.id, name, before, after, viewer.user_id, now)


async def _list_knowers(connection: AsyncConnection, viewer: Viewer, contact_id: int) -> Sequence[int]:
    of = Relationship
    known = select(of.user_id).where(of.tenant_id == viewer.tenant_id, of.contact_id == contact_id)
    return (await connection.scalars(known.order_by(of.user_id))).all()
