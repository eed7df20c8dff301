"""Correct mistyped words by the words of the firm's companies and contacts.

One error leaves one half of a word whole, so the candidates are the known words that begin or end alike; their distance
(insertions, deletions, changed and swapped letters) decides.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Iterable, Sequence
from functools import lru_cache
from typing import Any, Final

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import and_, exists, func, literal_column, or_, select

from storage.engine.chunks import split
from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number, text, texts
from storage.engine.prepared import Prepared
from storage.lists.query import END_OF_PREFIX
from storage.lists.words import COMPANY, CONTACT, is_correctable
from storage.models import Company, Contact, KnownWord, SearchWord
from storage.viewer import Access, Viewer

_SHORT: Final = 4
"""Letters below which a word may have no error, for it may be any other word then."""
_LONG: Final = 8
"""Letters from which a word may have two errors."""
_MOST_MEANT: Final = 6
_MOST_AT_A_TIME: Final = 1000
"""So many known words are read by one statement; the next goes on where it ended."""
_MOST_COMPARED_HERE: Final = 200
"""Words that are compared in the event loop; more of them take milliseconds."""
_OF: Final[dict[int, Any]] = {COMPANY: Company, CONTACT: Contact}


def count_errors_allowed(word: str) -> int:
    """Return how many typing errors a word of this length may have."""
    return 0 if len(word) < _SHORT else 1 if len(word) < _LONG else 2


async def correct_words(connection: Reading, viewer: Viewer, of: int, asked: Sequence[str]) -> list[list[str]]:
    """Return the possible corrections of each word, nearest first; words without one are left out.

    Only words of what the viewer may see are corrections. The result is empty if the longest word has none: then
    the text means something else.
    """
    readings = [(word, await _list_readings(connection, viewer, of, word)) for word in asked]
    if not readings or not max(readings, key=lambda reading: len(reading[0]))[1]:
        return []
    return [found for _, found in readings if found]


async def _list_readings(connection: Reading, viewer: Viewer, of: int, word: str) -> list[str]:
    if not is_correctable(word):
        return []
    errors = count_errors_allowed(word)
    values = {
        "tenant_id": viewer.tenant_id,
        "kind": of,
        "shortest": len(word) - errors,
        "longest": len(word) + errors,
    }
    near: set[str] = set()
    for statement, read in ((_BEGINNING, word), (_ENDING, word[::-1])):
        async for known in _read_on(connection, statement, values | _list_ends(read, errors)):
            near.update(await _compare(word, known, errors))
    return choose_nearest(word, await _keep_visible(connection, viewer, of, sorted(near)), errors=errors)


async def _compare(word: str, known: Sequence[str], errors: int) -> list[str]:
    """Return those that are near; many are compared in a thread."""
    choose = functools.partial(choose_nearest, word, known, errors=errors, limit=None)
    return choose() if len(known) <= _MOST_COMPARED_HERE else await asyncio.to_thread(choose)


async def _read_on(connection: Reading, statement: Prepared, values: dict[str, Any]) -> AsyncIterator[list[str]]:
    """Yield all known words of a range, page by page: words that the viewer may not see must not crowd others out."""
    after = values["half"]
    while True:
        rows = await statement.fetch(connection, values | {"after": after})
        yield [row.word for row in rows]
        if len(rows) < _MOST_AT_A_TIME:
            return
        after = rows[-1].read
        await asyncio.sleep(0)


async def _keep_visible(connection: Reading, viewer: Viewer, of: int, near: Sequence[str]) -> set[str]:
    """Keep the words that belong to something the viewer may see."""
    values = {"tenant_id": viewer.tenant_id, "user_id": viewer.user_id}
    kept: set[str] = set()
    for some in split(near):
        rows = await _prepare_visible(viewer.kind, of).fetch(connection, values | {"words": some})
        kept.update(row.word for row in rows)
    return kept


@lru_cache
def _prepare_visible(kind: Viewer, of: int) -> Prepared:
    access, found, known = Access(as_parameters(kind)), SearchWord, KnownWord
    model, is_visible = _OF[of], access.companies() if of == COMPANY else access.contacts()
    is_here = known.tenant_id == number("tenant_id"), known.of == literal_column(str(of))
    is_seen = exists().where(is_visible, model.id == found.entity_id)
    is_said = and_(found.tenant_id == known.tenant_id, found.of == known.of, found.word == known.word)
    said = select(known.word).where(*is_here, known.word.in_(texts("words")), exists().where(is_said, is_seen))
    return Prepared(said, is_quick=True)


def _list_ends(read: str, errors: int) -> dict[str, str]:
    """Return what the words looked for begin with, and how they end or on what they go: read from left or from right.

    One error behind the first half either leaves the last letter, or lies in the last two, and all before it is whole.
    """
    size = len(read)
    ends = {
        "half": read[: max(1, (size - errors) // (errors + 1))],
        "last": read[-1] if errors == 1 else "",
        "most": read[: size - 2],
    }
    return ends | {f"{name}_end": end + END_OF_PREFIX for name, end in ends.items()}


def _prepare(column: Any, other: Any) -> Prepared:
    """Select the known words of about one length that are whole at one end, in the order of that end."""
    length = func.length(KnownWord.word)
    return Prepared(
        select(KnownWord.word, column.label("read"))
        .where(
            *(KnownWord.tenant_id == number("tenant_id"), KnownWord.of == number("kind")),
            *(column >= text("after"), column < text("half_end")),
            *(length >= number("shortest"), length <= number("longest")),
            or_(
                and_(other >= text("last"), other < text("last_end")),
                and_(column >= text("most"), column < text("most_end")),
            ),
        )
        .order_by(column)
        .limit(literal_column(str(_MOST_AT_A_TIME))),
        is_quick=True,
    )


_BEGINNING: Final = _prepare(KnownWord.word, KnownWord.backwards)
_ENDING: Final = _prepare(KnownWord.backwards, KnownWord.word)


def choose_nearest(word: str, known: Iterable[str], *, errors: int, limit: int | None = _MOST_MEANT) -> list[str]:
    """Return the known words within so many errors, nearest first and else by the alphabet."""
    found = process.extract(word, sorted(known), scorer=OSA.distance, score_cutoff=errors, limit=limit)
    return [name for name, _, _ in found]
