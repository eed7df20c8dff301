"""The words by which companies and contacts are found: folded, each once per entity, read by ranges of the index."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.bulk import Insert, insert_rows
from storage.models import KnownWord, SearchWord
from storage.names import words

COMPANY: Final = 1
CONTACT: Final = 2

_JOINERS = re.compile(r"(?<=\w)['\u2019\u02bc\u2010\u2011-](?=\w)")
_CORRECTABLE = re.compile(r"[^\W\d_]{4,30}")

_FORGET = delete(SearchWord).where(
    SearchWord.tenant_id == bindparam("tenant"),
    SearchWord.of == bindparam("kind"),
    SearchWord.entity_id == bindparam("id"),
)

_WORDS: Final = Insert(SearchWord, ("tenant_id", "of", "word", "entity_id"), ("tenant_id", "of", "word", "entity_id"))
_KNOWN: Final = Insert(KnownWord, ("tenant_id", "of", "word", "backwards"), ("tenant_id", "of", "word"))


async def index_words(
    connection: AsyncConnection,
    tenant_id: int,
    of: int,
    texts: Mapping[int, Sequence[str]],
    *,
    is_new: bool = False,
) -> None:
    """Make each entity (`COMPANY` or `CONTACT`) found by the words of its texts, and by nothing else.

    A company's texts are its name and its domains, a contact's its name and its address. Set-wise: one call a page.
    `is_new` says that none of them had words before, which saves looking for old ones.
    """
    if not texts:
        return
    if not is_new:
        await connection.execute(_FORGET, [{"tenant": tenant_id, "kind": of, "id": entity_id} for entity_id in texts])
    found_by = {entity_id: list_search_words(of_entity) for entity_id, of_entity in texts.items()}
    rows = [(tenant_id, of, word, entity_id) for entity_id, found in found_by.items() for word in found]
    await insert_rows(connection, _WORDS, rows)
    known = {word for found in found_by.values() for word in found if is_correctable(word)}
    # In one order, so that two pages with the same new words never wait for each other crosswise.
    await insert_rows(connection, _KNOWN, [(tenant_id, of, word, word[::-1]) for word in sorted(known)])


def is_correctable(word: str) -> bool:
    """Say whether a typing error in `word` can be told from another word: letters alone, and enough of them."""
    return _CORRECTABLE.fullmatch(word) is not None


def list_search_words(texts: Iterable[str]) -> set[str]:
    """Return the words by which something with these texts is found; "O'Brien-Smith" also answers to "obriensmith"."""
    found: set[str] = set()
    for text in texts:
        found.update(words(text))
        if _JOINERS.search(text):
            found.update(words(_JOINERS.sub("", text)))
    return found


def list_name_words(name: str, folded_name: str) -> set[str]:
    """Return the words of a name that is folded already, as `list_search_words` does."""
    is_plain = folded_name.isascii() and not _JOINERS.search(name)
    return set(folded_name.split()) if is_plain else list_search_words((name,))
