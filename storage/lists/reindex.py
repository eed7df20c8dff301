"""Words made anew after an upgrade: what is found by other words now than when it was written is indexed again."""

from collections import defaultdict
from collections.abc import Collection
from typing import Final

from sqlalchemy import select

from storage.engine.chunks import split
from storage.engine.connection import Connection, Reading
from storage.lists.words import COMPANY, CONTACT, index_words, list_search_words
from storage.models import Company, CompanyDomain, Contact, SearchWord

VERSION: Final = "3"
"""Of the rule that makes words of names; who changes `list_search_words` counts it up."""
_AT_ONCE: Final = 500


async def reindex_some(connection: Connection, tenant_id: int, place: str) -> str:
    """Index some hundred companies or contacts whose words are not those that they would be given today.

    `place` says how far it went (empty: not begun). Gives where to go on, which is `VERSION` alone at the end.
    """
    version, _, rest = place.partition(":")
    if version == VERSION and not rest:
        return place
    of, after = map(int, rest.split(":")) if version == VERSION else (COMPANY, 0)
    read = _read_contacts if of == CONTACT else _read_companies
    texts = await read(connection, tenant_id, after)
    if not texts:
        return VERSION if of == CONTACT else f"{VERSION}:{CONTACT}:0"
    held = await _list_held(connection, tenant_id, of, texts)
    other = {number: given for number, given in texts.items() if held[number] != list_search_words(given)}
    await index_words(connection, tenant_id, of, other)
    return f"{VERSION}:{of}:{max(texts)}"


async def _read_companies(connection: Connection, tenant_id: int, after: int) -> dict[int, tuple[str, ...]]:
    of = Company
    some = select(of.id, of.name).where(of.tenant_id == tenant_id, of.id > after).order_by(of.id).limit(_AT_ONCE)
    names = {row.id: row.name for row in await connection.execute(some.with_for_update())}
    domains: defaultdict[int, list[str]] = defaultdict(list)
    for ids in split(names):
        theirs = select(CompanyDomain.company_id, CompanyDomain.domain).where(
            CompanyDomain.tenant_id == tenant_id, CompanyDomain.company_id.in_(ids)
        )
        for company_id, domain in await connection.execute(theirs):
            domains[company_id].append(domain)
    return {number: (name, *domains[number]) for number, name in names.items()}


async def _read_contacts(connection: Connection, tenant_id: int, after: int) -> dict[int, tuple[str, ...]]:
    of = Contact
    some = select(of.id, of.name, of.address).where(of.tenant_id == tenant_id, of.id > after)
    rows = await connection.execute(some.order_by(of.id).limit(_AT_ONCE).with_for_update())
    return {row.id: (row.name, row.address) for row in rows}


async def _list_held(
    connection: Reading, tenant_id: int, of: int, entity_ids: Collection[int]
) -> defaultdict[int, set[str]]:
    held: defaultdict[int, set[str]] = defaultdict(set)
    is_here = SearchWord.tenant_id == tenant_id, SearchWord.of == of
    for ids in split(entity_ids):
        words = select(SearchWord.entity_id, SearchWord.word).where(*is_here, SearchWord.entity_id.in_(ids))
        for number, word in await connection.execute(words):
            held[number].add(word)
    return held
