"""Find colleagues by what somebody typed."""

import asyncio
import re
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from rapidfuzz.distance import OSA
from sqlalchemy import and_, or_, select

from storage.engine.connection import Reading
from storage.engine.parameters import as_parameters, number
from storage.engine.parameters import text as parameter
from storage.engine.prepared import Prepared
from storage.firm.users import UserRow
from storage.lists.facts import How, Match
from storage.lists.spelling import count_errors_allowed
from storage.lists.words import list_name_words
from storage.models import User
from storage.text.names import clean_text, fold, words
from storage.viewer import Access, Viewer

_BEGUN: Final = 90
"""The likeness, in percent, of a name of which only the beginnings of words were given."""


async def search_users(connection: Reading, viewer: Viewer, text: str, *, limit: int = 15) -> list[UserRow]:
    """Find colleagues who are still there, for typeahead: word beginnings, then typing errors; everyone for no text."""
    if words(text):
        rows = [row for row, *_ in await _find_ranked(connection, viewer, text, is_active=True)]
    else:
        found = await _FIRST.fetch(connection, {"tenant_id": viewer.tenant_id, "limit": limit})
        rows = _read_colleagues(found)
    return [UserRow(row.id, row.name, row.address, row.is_active, row.entra_id) for row in rows[:limit]]


async def find_users(connection: Reading, viewer: Viewer, text: str, *, limit: int = 10) -> list[Match]:
    """Find colleagues by what somebody typed; exact is the whole name or the address, and the likest come first.

    Those who left are found where nobody else is.
    """
    if not words(text):
        return []
    found = await _find_ranked(connection, viewer, text, is_active=True)
    found = found or await _find_ranked(connection, viewer, text, is_active=False)
    return [Match("user", row.id, row.name, how, row.address, likeness) for row, how, likeness in found[:limit]]


class _Colleague(NamedTuple):
    id: int
    name: str
    address: str
    is_active: bool
    entra_id: str
    folded_name: str


_SELECT_COLLEAGUES: Any = (
    select(User.id, User.name, User.address, User.is_active, User.entra_id, User.folded_name)
    .where(Access(as_parameters(Viewer(0, 0))).users())
    .order_by(User.folded_name, User.id)
)
_COLLEAGUES: Final = Prepared(_SELECT_COLLEAGUES)
_FIRST: Final = Prepared(_SELECT_COLLEAGUES.where(User.is_active).limit(number("limit")), is_quick=True)
_MOST_WORDS: Final = 4
_ESCAPE: Final = "!"
_NAMED: Final = Prepared(
    _SELECT_COLLEAGUES.where(
        or_(
            User.folded_name == parameter("folded"),
            User.address.like(parameter("address"), escape=_ESCAPE),
            and_(
                *(
                    (" " + User.folded_name).like(parameter(f"word_{place}"), escape=_ESCAPE)
                    for place in range(_MOST_WORDS)
                )
            ),
        )
    ),
    is_quick=True,
)
"""Those whose address begins so, or whose names have words that do: what `_rank` looks at, of thousands of people."""


async def _list_users(connection: Reading, viewer: Viewer) -> list[_Colleague]:
    rows = await _COLLEAGUES.fetch(connection, {"tenant_id": viewer.tenant_id})
    return await asyncio.to_thread(_read_colleagues, rows)


def _read_colleagues(rows: Iterable[Any]) -> list[_Colleague]:
    return [_Colleague(id_, name, address, bool(active), *rest) for id_, name, address, active, *rest in rows]


async def _find_ranked(
    connection: Reading, viewer: Viewer, text: str, *, is_active: bool
) -> list[tuple[_Colleague, How, int]]:
    """Return the users meant, with likeness, the likest first: by name or address, else mistyped."""
    cleaned = clean_text(text)
    asked = words(cleaned)
    starts = {f"word_{place}": f"% {_escape(one)}%" for place, one in enumerate(asked[:_MOST_WORDS])}
    values = {f"word_{place}": "%" for place in range(_MOST_WORDS)} | starts
    values |= {"folded": fold(cleaned), "address": f"{_escape(cleaned.lower())}%"}
    rows = _read_colleagues(await _NAMED.fetch(connection, {"tenant_id": viewer.tenant_id, **values}))
    if ranked := _rank(cleaned, [row for row in rows if row.is_active == is_active]):
        return ranked
    everyone = [row for row in await _list_users(connection, viewer) if row.is_active == is_active]
    return [(row, how, 100) for row, how in await asyncio.to_thread(_list_likely, asked, everyone)]


def _escape(text: str) -> str:
    """Take `LIKE`'s own meaning from characters."""
    return re.sub(f"[%_{_ESCAPE}]", lambda found: _ESCAPE + found[0], text)


def _rank(text: str, rows: Sequence[_Colleague]) -> list[tuple[_Colleague, How, int]]:
    """Order users by the whole name or address, then by whole words, then by beginnings, with likeness in percent."""
    folded, address, asked = fold(text), text.lower(), words(text)
    exact = [row for row in rows if row.folded_name == folded or row.address == address]
    by_word = [row for row in rows if all(f" {one} " in f" {row.folded_name} " for one in asked)]
    begun = [row for row in rows if all(f" {one}" in f" {row.folded_name}" for one in asked)]
    begun += [row for row in rows if row.address.startswith(address)]
    ranked: dict[int, tuple[_Colleague, How, int]] = {row.id: (row, "exact", 100) for row in exact}
    for likeness, alike in ((100, by_word), (_BEGUN, begun)):
        for row in alike:
            ranked.setdefault(row.id, (row, "prefix", likeness))
    return list(ranked.values())


def _list_likely(asked: Sequence[str], rows: Sequence[_Colleague]) -> list[tuple[_Colleague, How]]:
    """Return the users whose names are written together ("oneill"), else those whose names were mistyped."""
    named = [(row, list_name_words(row.name, row.folded_name)) for row in rows]
    if begun := [row for row, name in named if _begins(asked, name)]:
        return [(row, "prefix") for row in begun]
    scored = [(errors, row) for row, name in named if (errors := _count_errors(asked, name)) is not None]
    return [(row, "typo") for _, row in sorted(scored, key=lambda pair: (pair[0], pair[1].folded_name, pair[1].id))]


def _begins(asked: Iterable[str], name: Iterable[str]) -> bool:
    return all(any(word.startswith(one) for word in name) for one in asked)


def _count_errors(asked: Iterable[str], name: Iterable[str]) -> int | None:
    """Count the typing errors, where every word is nearly one of the name, or nearly begins one."""
    total = 0
    for one in asked:
        allowed = count_errors_allowed(one)
        near = [OSA.distance(one, word[:end], score_cutoff=allowed) for word in name for end in (len(word), len(one))]
        errors = min(near, default=allowed + 1)
        if errors > allowed:
            return None
        total += errors
    return total
