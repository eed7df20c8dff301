"""Explain why an address cannot be a contact's."""

from typing import Any, Final

from sqlalchemy import Exists, exists, select
from sqlalchemy.orm import aliased

from storage.engine.connection import Reading
from storage.history.own_addresses import REASON, is_own_address
from storage.lists.addresses import is_other_address
from storage.lists.facts import Match
from storage.lists.words import CONTACT, list_asked_words
from storage.models import Contact, SearchWord, Tenant
from storage.text.names import fold_name
from storage.text.people import judge
from storage.viewer import Access, Viewer

_MOST_CALLED: Final = 1000
"""So many whom the viewer may see and who have the words are looked at."""


async def find_people(connection: Reading, viewer: Viewer, name: str, *, limit: int = 8) -> list[Match]:
    """Return the people with all words of a name, contacts and seen people, the latest first."""
    asked = list_asked_words(name)
    if not asked:
        return []
    first, *others = sorted(asked, key=lambda word: -len(word))
    have = [_has_word(viewer, word) for word in others]
    called = (
        select(Contact.id, Contact.name, Contact.address, Access(viewer).total(Contact, "last_at").label("last_at"))
        .join(SearchWord, SearchWord.entity_id == Contact.id)
        .where(SearchWord.tenant_id == viewer.tenant_id, SearchWord.of == CONTACT, SearchWord.word == first)
        .where(Access(viewer).people(), ~is_other_address(Contact), *have)
        .limit(_MOST_CALLED)
        .subquery()
    )
    rows = await connection.execute(select(called).order_by(called.c.last_at.desc(), called.c.id).limit(limit))
    folded = fold_name(name)
    return [_match(row, is_exact=fold_name(row.name) == folded) for row in rows]


def _has_word(viewer: Viewer, word: str) -> Exists:
    other = aliased(SearchWord)
    is_here = other.tenant_id == viewer.tenant_id, other.of == CONTACT
    return exists().where(*is_here, other.entity_id == Contact.id, other.word == word)


def _match(row: Any, *, is_exact: bool) -> Match:
    return Match("contact", row.id, row.name or row.address, "exact" if is_exact else "prefix", row.address)


async def explain_address(connection: Reading, viewer: Viewer, raw: str) -> str:
    """Return the reason code why an address can never be a contact's; empty if it can.

    `own_address`, or a reason of `storage.text.people.judge`.
    """
    domains = await connection.scalar(select(Tenant.domains).where(Tenant.tenant_id == viewer.tenant_id))
    one = judge("", raw, domains or ())
    return one.reason or (REASON if await is_own_address(connection, viewer, one.address) else "")
