"""The words by which companies and contacts are found: folded, each once per entity, read by ranges of the index."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final
from zlib import crc32

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.engine.bulk import Insert, insert_rows, update_rows
from storage.models import Company, CompanyRelationship, Contact, KnownWord, Relationship, SearchWord
from storage.text.names import SPELT_OUT, words

COMPANY: Final = 1
CONTACT: Final = 2

_JOINERS = re.compile(r"(?<=\w)['\u2019\u02bc\u2010\u2011-](?=\w)")
_ELIDED = re.compile(r"\b([^\W\d_]{1,2})['\u2019\u02bc\u0060\u00b4](?=[^\W\d_]{2})")
"""What an apostrophe ties to the name behind it: O'Brien, D'Angelo, L'Oréal."""
_TWO_LETTERS = re.compile(r"(?:ae|oe|ue)(?!l\b)|aa|dj")
"""That may stand for one letter; not at the end of Michael, Joel and Samuel."""
_CORRECTABLE = re.compile(r"[^\W\d_]{4,30}")

_FORGET = delete(SearchWord).where(
    SearchWord.tenant_id == bindparam("tenant"),
    SearchWord.of == bindparam("kind"),
    SearchWord.entity_id == bindparam("id"),
)

_WORDS: Final = Insert(
    SearchWord, ("tenant_id", "of", "word", "entity_id", "beginnings"), ("tenant_id", "of", "word", "entity_id")
)
_KNOWN: Final = Insert(KnownWord, ("tenant_id", "of", "word", "backwards"), ("tenant_id", "of", "word"))

_MARKED: Final[dict[int, tuple[Any, Any, str]]] = {
    COMPANY: (Company, CompanyRelationship, "company_id"),
    CONTACT: (Contact, Relationship, "contact_id"),
}
"""Where the beginnings of an entity stand, and where copies of them do."""
_BITS: Final = 61
"""So many marks there are: a number of them fits into a signed column."""
_MARKED_LETTERS: Final = 3


async def index_words(
    connection: AsyncConnection,
    tenant_id: int,
    of: int,
    texts: Mapping[int, Sequence[str]],
    *,
    is_new: bool = False,
) -> dict[int, int]:
    """Make each entity (`COMPANY` or `CONTACT`) found by the words of its texts, and by nothing else; give its marks.

    A company's texts are its name and its domains, a contact's its name and its address. Set-wise: one call a page.
    `is_new` says that none of them had words before, and that their rows were written with their marks.
    """
    if not texts:
        return {}
    if not is_new:
        await connection.execute(_FORGET, [{"tenant": tenant_id, "kind": of, "id": entity_id} for entity_id in texts])
    found_by = {entity_id: list_search_words(of_entity) for entity_id, of_entity in texts.items()}
    marks = {entity_id: mark_beginnings(found) for entity_id, found in found_by.items()}
    rows = [
        (tenant_id, of, word, entity_id, marks[entity_id]) for entity_id, found in found_by.items() for word in found
    ]
    await insert_rows(connection, _WORDS, rows)
    known = {word for found in found_by.values() for word in found if is_correctable(word)}
    # In one order, so that two pages with the same new words never wait for each other crosswise.
    await insert_rows(connection, _KNOWN, [(tenant_id, of, word, word[::-1]) for word in sorted(known)])
    if not is_new:
        await _write_marks(connection, tenant_id, of, marks)
    return marks


async def _write_marks(connection: AsyncConnection, tenant_id: int, of: int, marks: Mapping[int, int]) -> None:
    model, copied_to, number = _MARKED[of]
    rows = [(tenant_id, *pair) for pair in sorted(marks.items())]
    await update_rows(connection, model, ("tenant_id", "id"), ("beginnings = ?",), rows)
    await update_rows(connection, copied_to, ("tenant_id", number), ("beginnings = ?",), rows)


@lru_cache(maxsize=2048)
def mark_texts(*texts: str) -> int:
    """Return the marks of something with these texts; the same people are met again and again."""
    return mark_beginnings(list_search_words(texts))


def mark_beginnings(found: Iterable[str]) -> int:
    """Return a mark each for the first two and the first three letters of every word: a Bloom filter.

    What lacks a mark of some words has not all of them; what has every mark nearly always does.
    """
    marks = 0
    for word in found:
        marks |= _mark(word[:_MARKED_LETTERS])
    return marks


@lru_cache(maxsize=4096)
def _mark(beginning: str) -> int:
    marks = 0
    for length in range(2, len(beginning) + 1):
        marks |= 1 << crc32(beginning[:length].encode()) % _BITS
    return marks


def is_correctable(word: str) -> bool:
    """Return whether a typing error in `word` can be told from another word: letters alone, and enough of them."""
    return _CORRECTABLE.fullmatch(word) is not None


def list_search_words(texts: Iterable[str]) -> set[str]:
    """Return the words by which something with these texts is found.

    "O'Brien-Smith" also answers to "obriensmith", "Müller" to "mueller" and "Mueller" to "müller".
    """
    found: set[str] = set()
    for text in texts:
        found.update(words(text))
        if _JOINERS.search(text):
            found.update(words(_JOINERS.sub("", text)))
        if not text.isascii() and (spelt_out := text.casefold().translate(SPELT_OUT)) != text.casefold():
            found.update(words(spelt_out))
    return found | {_TWO_LETTERS.sub(_take_first, word) for word in found if _TWO_LETTERS.search(word)}


def list_asked_words(text: str) -> list[str]:
    """Return the words of a question; "O'Brien" asks for "obrien", by which both O'Brien and Obrien are found."""
    return words(_ELIDED.sub(r"\1", text))


def _take_first(letters: re.Match[str]) -> str:
    return letters[0][0]


def list_name_words(name: str, folded_name: str) -> set[str]:
    """Return the words of a name that is folded already, as `list_search_words` does."""
    is_plain = name.isascii() and not _JOINERS.search(name) and not _TWO_LETTERS.search(folded_name)
    return set(folded_name.split()) if is_plain else list_search_words((name,))
