"""Delete contacts and companies of which nothing is left, with their words, domains and audit details."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from storage.engine.chunks import CHUNK
from storage.engine.connection import Reading
from storage.engine.database import Database, insert_ignoring
from storage.lists.words import COMPANY, CONTACT
from storage.models import (
    Audit,
    Company,
    CompanyDomain,
    CompanyRelationship,
    Contact,
    Interaction,
    InteractionContact,
    KnownWord,
    Number,
    Relationship,
    SearchWord,
)


async def delete_orphans(database: Database, tenant_id: int) -> int:
    """Delete contacts without interactions, then companies without contacts; return how many were deleted.

    The words of names that nobody has any more go too.
    """
    count = 0
    for of in (Contact, Company):
        last = 0
        while True:
            async with database.reading(tenant_id) as connection:
                ids = await _list_next(connection, tenant_id, of, last)
                empty: list[int] = list(await connection.scalars(_select_empty(tenant_id, of, ids)))
            if not ids:
                break
            last = ids[-1]
            if empty:
                count += await _delete_empty(database, tenant_id, of, empty)
    for kind in (CONTACT, COMPANY):
        await _delete_unused_words(database, tenant_id, kind)
    return count


async def _delete_unused_words(database: Database, tenant_id: int, kind: int) -> None:
    """Delete words of the spelling list that no row is found by: those of a name before it was another."""
    last, known, word = "", KnownWord, SearchWord
    is_used = exists().where(word.tenant_id == known.tenant_id, word.of == known.of, word.word == known.word)
    while True:
        later = and_(known.tenant_id == tenant_id, known.of == kind, known.word > last)
        async with database.reading(tenant_id) as connection:
            some = list(await connection.scalars(select(known.word).where(later).order_by(known.word).limit(CHUNK)))
            if not some:
                return
            between = and_(later, known.word <= some[-1], ~is_used)
            has_any = bool((await connection.scalars(select(known.word).where(between).limit(1))).all())
        last = some[-1]
        if has_any:
            async with database.writing(tenant_id) as connection:
                await connection.execute(delete(known).where(between))


async def _delete_empty(database: Database, tenant_id: int, of: Any, ids: Sequence[int]) -> int:
    """Delete those that still are empty, locked so that nothing can refer to them; return how many."""
    async with database.writing(tenant_id) as connection:
        empty = list(await connection.scalars(_select_empty(tenant_id, of, ids).order_by(of.id).with_for_update()))
        await _delete(connection, tenant_id, of, empty)
    return len(empty)


async def _list_next(connection: Reading, tenant_id: int, of: Any, last: int) -> Sequence[int]:
    later = select(of.id).where(of.tenant_id == tenant_id, of.id > last).order_by(of.id).limit(CHUNK)
    return (await connection.scalars(later)).all()


def _select_empty(tenant_id: int, of: Any, ids: Sequence[int]) -> Select[Any]:
    """Select those that no row refers to."""
    has_any = _is_referred_to(tenant_id, of, of.id)
    if of is Contact:  # the addresses of a person go together
        same = aliased(Contact)
        is_same = and_(same.tenant_id == tenant_id, same.person_id == of.person_id)
        has_any = or_(has_any, exists().where(is_same, _is_referred_to(tenant_id, of, same.id)))
    else:  # a company that was merged goes with the one that it was merged into
        survivor = aliased(Company)
        stands = exists().where(survivor.tenant_id == tenant_id, survivor.id == of.merged_into)
        owner = Contact.tenant_id == tenant_id, Contact.id == of.person_id  # what was said of a private client waits
        has_any = or_(has_any, stands, exists().where(*owner))
    return select(of.id).where(of.tenant_id == tenant_id, of.id.in_(ids), ~has_any)


def _is_referred_to(tenant_id: int, of: Any, number: Any) -> ColumnElement[bool]:
    """Return whether any row refers to a contact or a company; an invitation does to its organiser."""
    at: Any = InteractionContact if of is Contact else Contact
    kept_by: Any = Relationship if of is Contact else CompanyRelationship
    is_at, is_known = (
        (at.contact_id == number, kept_by.contact_id == number)
        if of is Contact
        else (at.company_id == number, kept_by.company_id == number)
    )
    has_any = [
        exists().where(at.tenant_id == tenant_id, is_at),
        exists().where(kept_by.tenant_id == tenant_id, is_known),
    ]
    if of is Contact:
        has_any.append(exists().where(Interaction.tenant_id == tenant_id, Interaction.organizer_id == number))
    return or_(*has_any)


async def _delete(connection: AsyncConnection, tenant_id: int, of: Any, ids: Sequence[int]) -> None:
    """Delete rows, and store their highest number, because numbers are never used twice."""
    if not ids:
        return
    kind, named = (CONTACT, "contact") if of is Contact else (COMPANY, "company")
    await _delete_words(connection, tenant_id, kind, ids)
    said = and_(Audit.tenant_id == tenant_id, Audit.of == named, Audit.entity_id.in_(ids))
    await connection.execute(update(Audit).where(said).values(before=None, after=None))
    if of is Company:
        domains = and_(CompanyDomain.tenant_id == tenant_id, CompanyDomain.company_id.in_(ids))
        await connection.execute(delete(CompanyDomain).where(domains))
    await connection.execute(delete(of).where(of.tenant_id == tenant_id, of.id.in_(ids)))
    await insert_ignoring(connection, Number, [{"tenant_id": tenant_id, "name": of.__tablename__, "highest": 0}])
    own = and_(Number.tenant_id == tenant_id, Number.name == of.__tablename__, Number.highest < max(ids))
    await connection.execute(update(Number).where(own).values(highest=max(ids)))


async def _delete_words(connection: AsyncConnection, tenant_id: int, kind: int, ids: Sequence[int]) -> None:
    """Delete their search words, and the words that no other row has from the spelling list."""
    word, known = SearchWord, KnownWord
    theirs = and_(word.tenant_id == tenant_id, word.of == kind, word.entity_id.in_(ids))
    said = list(await connection.scalars(select(word.word).where(theirs).distinct()))
    await connection.execute(delete(word).where(theirs))
    for start in range(0, len(said), CHUNK):
        some = and_(known.tenant_id == tenant_id, known.of == kind, known.word.in_(said[start : start + CHUNK]))
        is_used = exists().where(word.tenant_id == known.tenant_id, word.of == known.of, word.word == known.word)
        await connection.execute(delete(known).where(some, ~is_used))
